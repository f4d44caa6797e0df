"""Models and the page to the Hub: what is sent, what is not, and in which words it is refused."""

import shutil

import pytest
from commands import COLORGAN, colorgan
from conftest import ROOT
from hub_client import REPO
from loopback_hub import TOKEN

from colorgan import hub
from colorgan.errors import ModelError
from colorgan.hub import cards, publishing


def tree(server, repo=REPO):
    repository = server.repos[repo]
    return repository.commits[repository.refs["main"]]


class TestPush:
    def test_sends_a_run_s_model_and_nothing_else_of_its_folder(self, server, trained, pushed):
        sent = tree(server)
        kept = {path.name for path in trained.iterdir()}
        assert kept >= {"checkpoints", "metrics.csv", "recipe.json", "samples", "votes.sqlite"}
        assert set(sent) - {".gitattributes"} == kept & set(hub.FILES)
        assert {hub.CONFIG, hub.WEIGHTS, hub.CARD, hub.EVALUATION} <= set(sent)
        assert sent[hub.WEIGHTS] == (trained / hub.WEIGHTS).read_bytes()
        assert b"grandmother" not in b"".join(sent.values()), "no names of photos"

    def test_the_card_is_valid_and_its_figures_are_the_evaluation_s(self, server, pushed):
        from huggingface_hub import ModelCard

        text = tree(server)["README.md"].decode()
        card = ModelCard(text)
        results = {r.metric_type: r.metric_value for r in card.data.eval_results}
        assert results == {"ciede2000": 9.87, "psnr": 23.4}
        assert card.data.library_name == "colorgan" and card.data.license == "other"
        assert f'from_pretrained("{REPO}")' in text and "| 9.87 |" in text
        assert "/home/me" not in text, "nobody needs to know where it lay"

    def test_again_unchanged_sends_nothing_large(self, server, trained, pushed, run):
        before = len(server.received)
        done = run(*COLORGAN, "push", trained, REPO)
        assert done.returncode == 0, done.stderr
        assert sum(size for _, size in server.received[before:]) < 20_000

    def test_a_dry_run_only_tells(self, trained):
        """Here, where there is no Hub to be reached."""
        done = colorgan("push", trained, "me/not-yet", "--dry-run")
        assert done.returncode == 0 and done.stdout.startswith("Would send to me/not-yet:")
        assert hub.WEIGHTS in done.stdout and "votes.sqlite" not in done.stdout

    @pytest.mark.parametrize(
        ("repo", "token", "words"),
        [
            ("me/another", None, "hf auth login"),
            ("me/another", "hf_wrong", "does not know you"),
            ("others/theirs", TOKEN, "no right to write"),
            ("me/two words", TOKEN, "'me/two words' is no name of a repository"),
        ],
    )
    def test_without_a_right_it_says_so(self, trained, run, repo, token, words):
        done = run(*COLORGAN, "push", trained, repo, token=token)
        assert done.returncode == 1
        assert words in done.stderr and "Traceback" not in done.stderr

    def test_a_card_that_the_hub_does_not_accept_is_said(self, trained, run, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(trained, folder)
        (folder / "README.md").write_text("---\ntags: [x]\n---\n# Mine\n\n## Limits\n")
        done = run(*COLORGAN, "push", folder, "me/no-licence")
        assert done.returncode == 1 and "accept the card of me/no-licence" in done.stderr

    def test_a_tag_is_never_moved(self, trained, pushed, run):
        done = run(*COLORGAN, "push", trained, REPO, "--revision", "v1.0")
        assert done.returncode == 1 and "choose another --revision" in done.stderr

    def test_a_folder_that_is_no_model_is_refused(self, tmp_path):
        done = colorgan("push", tmp_path, "me/nothing")
        assert done.returncode == 1 and "is no model folder" in done.stderr

    def test_a_card_of_ones_own_goes_along_and_a_run_s_is_made_anew(self, trained, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(trained, folder)
        (folder / "README.md").write_text("# Mine\n")
        assert publishing.card_for(folder, REPO) == "# Mine\n"
        assert "Of harbours." in publishing.card_for(folder, REPO, about="Of harbours.")
        (folder / "README.md").write_text(cards.of_a_run("light", 800))
        assert f'from_pretrained("{REPO}")' in publishing.card_for(folder, REPO)


class TestSpace:
    def test_gets_what_the_page_needs_and_nothing_else(self, server, run):
        done = run(*COLORGAN, "push-space", "me/page", "--checkout", ROOT)
        assert done.returncode == 0, done.stderr
        sent = set(tree(server, "me/page"))
        assert {"app.py", "README.md", "requirements.txt", "colorgan/ui/style.css"} <= sent
        assert {"weights/custom/model.safetensors", "weights/custom/config.json"} <= sent
        assert not [name for name in sent if name.startswith(("tests/", "benchmarks/", ".venv"))]

    def test_a_dry_run_lists_the_files(self):
        done = colorgan("push-space", "me/page", "--checkout", ROOT, "--dry-run")
        assert done.returncode == 0
        head, *files = done.stdout.splitlines()
        assert head.startswith(f"{len(files)} files, ") and "  app.py" in files

    def test_the_readme_s_head_is_a_space_s(self):
        from huggingface_hub import metadata_load

        head = metadata_load(ROOT / "README.md")
        assert head["sdk"] == "gradio" and head["app_file"] == "app.py"
        assert (ROOT / head["app_file"]).is_file()
        assert len(head["short_description"]) <= 60

    def test_a_folder_that_is_no_checkout_is_refused(self, tmp_path):
        done = colorgan("push-space", "me/page", "--checkout", tmp_path)
        assert done.returncode == 1 and "no checkout of colorgan" in done.stderr


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionError("reset by peer"), "cannot be reached now.*not sent twice"),
        (OSError(28, "No space left on device"), "A file cannot be read or written"),
        (ValueError("no licence"), "does not accept the card of me/model"),
    ],
)
def test_what_stops_a_push_is_told_as_what_it_is(error, words):
    with pytest.raises(ModelError, match=words), publishing.explained("me/model"):
        raise error
