"""Models on the Hub: pushed, tagged, pulled, offline; by the real client over HTTP.

The client reads HF_ENDPOINT when it is imported, so every step is a process of its own.
"""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from conftest import ROOT
from loopback_hub import TOKEN, Hub, Repo
from page_app import serving
from PIL import Image
from playwright.sync_api import expect
from safetensors.torch import load_file, save_file

from colorgan import hub
from colorgan.errors import ModelError
from colorgan.hub import cards, folders, publishing
from colorgan.networks.trunk import import_timm
from colorgan.ui.texts import ENGLISH

COLORGAN = [sys.executable, "-m", "colorgan"]
REPO = "me/old-city"


@pytest.fixture(scope="module")
def server():
    return Hub()


@pytest.fixture(scope="module")
def trained(small_model, tmp_path_factory):
    """A model folder with figures, among files that nobody else should see."""
    folder = tmp_path_factory.mktemp("run") / "mine"
    shutil.copytree(small_model, folder)
    (folder / "README.md").write_text(cards.of_a_run("light", 800))
    row = {"ciede2000": {"mean": 9.87, "interval": [9.5, 10.2]}, "psnr": {"mean": 23.4}}
    grey = {"ciede2000": {"mean": 11.5}, "psnr": {"mean": 22.0}}
    protocol = {"photos": 961, "size": 256, "crop": "centre square", "resize": "Lanczos"}
    protocol |= {"lightness": "CIE L*", "rounding": "8 bits"}
    protocol |= {"left_out": {"grandmother.jpg": "grey"}}
    figures = {"protocol": protocol, "models": {"grey": grey, "/home/me/run": row}}
    (folder / hub.EVALUATION).write_text(json.dumps(figures))
    (folder / "samples").mkdir()
    Image.new("RGB", (8, 8)).save(folder / "samples" / "00000200.jpg")
    (folder / "votes.sqlite").write_bytes(b"secret")
    return folder


@pytest.fixture
def run(server, tmp_path):
    """Runs a command as another person's machine would: own cache, this Hub."""

    def run(*arguments, token=TOKEN, cache=None, **environment):
        env = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        env |= {"HF_ENDPOINT": server.url, "HF_HOME": str(cache or tmp_path / "cache")}
        env |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        env |= {"HF_TOKEN": token} if token else {}
        return subprocess.run(
            [*map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=240,
            env=env | environment,
        )

    return run


@pytest.fixture
def pushed(server, trained, run):
    """The name of a repository that holds the trained model, tagged v1.0."""
    if REPO not in server.repos:
        done = run(*COLORGAN, "push", trained, REPO, "--revision", "v1.0")
        assert done.returncode == 0, done.stderr
        assert f'Colorizer.from_pretrained("{REPO}@v1.0")' in done.stdout
    return REPO


def tree(server, repo=REPO):
    repository = server.repos[repo]
    return repository.commits[repository.refs["main"]]


class TestPush:
    def test_sends_the_model_s_own_files_and_nothing_else(self, server, trained, pushed):
        sent = tree(server)
        assert set(sent) - {".gitattributes"} == {
            "config.json",
            "model.safetensors",
            "golden.safetensors",
            "README.md",
            "evaluation.json",
        }
        assert sent["model.safetensors"] == (trained / "model.safetensors").read_bytes()
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

    def test_a_dry_run_only_tells(self, server, trained, run):
        before = len(server.requests)
        done = run(*COLORGAN, "push", trained, "me/not-yet", "--dry-run")
        assert done.returncode == 0 and "model.safetensors" in done.stdout
        assert len(server.requests) == before

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

    def test_a_folder_that_is_no_model_is_refused(self, tmp_path, run):
        done = run(*COLORGAN, "push", tmp_path, "me/nothing")
        assert done.returncode == 1 and "is no model folder" in done.stderr


class TestCards:
    def test_a_card_of_ones_own_goes_along_and_a_run_s_is_made_anew(self, trained, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(trained, folder)
        (folder / "README.md").write_text("# Mine\n")
        assert publishing.card_for(folder, REPO) == "# Mine\n"
        assert "Of harbours." in publishing.card_for(folder, REPO, about="Of harbours.")
        (folder / "README.md").write_text(cards.of_a_run("light", 800))
        assert f'from_pretrained("{REPO}")' in publishing.card_for(folder, REPO)

    def test_a_restorer_s_says_that_it_restores(self):
        card = cards.render(hub.embedded()["restore"], "me/mender")
        assert "Mends damaged photos." in card and "colorization" not in card

    def test_limits_and_licence_of_the_embedded_models_are_not_everybody_s(self):
        folder = hub.embedded()["custom"]
        assert "research-only" in (folder / "README.md").read_text()
        card = cards.render(folder, "me/mine", limits="- Too blue.")
        assert "- Too blue." in card and "research-only" not in card
        assert "portraits" not in cards.render(folder, "me/mine")

    def test_a_measure_without_a_number_is_a_dash(self):
        assert cards.cell(None) == cards.cell({"mean": None}) == "-"
        assert cards.cell({"mean": 9.87}) == "9.87" and cards.cell({"mean": 0.5678}) == "0.568"


def colour(run, model, portrait, folder, **settings):
    return run(*COLORGAN, "colorize", portrait, "-o", folder, "--model", model, **settings)


class TestPull:
    def test_gives_the_same_colours_as_the_folder_it_came_from(
        self, trained, pushed, run, portrait, tmp_path
    ):
        for model, folder in ((trained, "own"), (f"{pushed}@v1.0", "pulled"), (pushed, "latest")):
            done = colour(run, model, portrait, tmp_path / folder)
            assert done.returncode == 0, done.stderr
        own, pulled, latest = (
            np.asarray(Image.open(tmp_path / name / "portrait.jpg"))
            for name in ("own", "pulled", "latest")
        )
        assert np.array_equal(own, pulled) and np.array_equal(own, latest)

    def test_the_second_time_works_offline_and_is_listed(self, pushed, run, portrait, tmp_path):
        assert colour(run, f"{pushed}@v1.0", portrait, tmp_path / "a").returncode == 0
        again = colour(run, f"{pushed}@v1.0", portrait, tmp_path / "b", HF_HUB_OFFLINE="1")
        assert again.returncode == 0, again.stderr
        listed = run(*COLORGAN, "models", "--check", HF_HUB_OFFLINE="1")
        line = next(line for line in listed.stdout.splitlines() if line.startswith(pushed))
        assert "ciede2000 9.87" in line and line.endswith("checked")

    def test_a_download_that_breaks_off_is_taken_up_where_it_stopped(
        self, server, run, portrait, tmp_path
    ):
        """With a file of 47 MB, an embedded model, since the client writes pieces of 10 MiB."""
        server.repos["me/large"] = Repo()
        files = {f.name: f.read_bytes() for f in (ROOT / "weights" / "pretrained").iterdir()}
        server.commit("me/large", files)
        server.cut_after = 25_000_000
        done = colour(run, "me/large", portrait, tmp_path / "out")
        assert done.returncode == 0, done.stderr
        assert server.resumed == [20 * 2**20]

    def test_spoilt_bytes_are_refused(self, server, pushed, run, portrait, tmp_path):
        server.wrong_bytes = True
        try:
            done = colour(run, pushed, portrait, tmp_path / "out")
        finally:
            server.wrong_bytes = False
        assert done.returncode == 1
        assert "Traceback" not in done.stderr and not (tmp_path / "out" / "portrait.jpg").exists()

    def test_the_mixin_s_own_door_works(self, pushed, run):
        code = (
            "from colorgan.networks import UNet; import torch\n"
            f"net = UNet.from_pretrained('{pushed}', revision='v1.0')\n"
            "print(type(net).__name__, net(torch.rand(1, 1, 20, 30) * 100).shape)"
        )
        done = run(sys.executable, "-c", code)
        assert "UNet torch.Size([1, 2, 20, 30])" in done.stdout, done.stderr

    def test_the_example_needs_the_hub_client_alone(self, pushed, run, portrait, tmp_path):
        script = ROOT / "examples" / "from_the_hub.py"
        assert len(script.read_text().splitlines()) < 30
        done = run(sys.executable, script, pushed, portrait, tmp_path / "out.png")
        assert done.returncode == 0, done.stderr
        assert np.ptp(np.asarray(Image.open(tmp_path / "out.png")), axis=2).max() > 5

    @pytest.mark.parametrize(
        ("model", "settings", "words"),
        [
            ("me/nothing-here", {}, "has no model me/nothing-here, or it is private"),
            (f"{REPO}@v9", {}, "has no revision 'v9'"),
            (REPO, {"HF_HUB_OFFLINE": "1"}, "cannot be reached"),
        ],
    )
    def test_what_cannot_be_had_is_one_sentence(
        self, pushed, run, portrait, tmp_path, model, settings, words
    ):
        done = colour(run, model, portrait, tmp_path / "out", **settings)
        assert done.returncode == 1
        assert words in done.stderr and "Traceback" not in done.stderr

    def test_a_private_model_needs_a_token(self, trained, run, portrait, tmp_path):
        done = run(*COLORGAN, "push", trained, "me/private", "--private")
        assert done.returncode == 0, done.stderr
        assert colour(run, "me/private", portrait, tmp_path / "a").returncode == 0
        denied = colour(
            run, "me/private", portrait, tmp_path / "b", token=None, cache=tmp_path / "other"
        )
        assert denied.returncode == 1 and "or it is private" in denied.stderr

    def test_a_repository_of_something_else_is_refused(self, server, run, portrait, tmp_path):
        from loopback_hub import Repo

        server.repos["me/a-pickle"] = Repo()
        server.commit("me/a-pickle", {"pytorch_model.bin": b"\x80\x04pickle", "config.json": b"{}"})
        done = colour(run, "me/a-pickle", portrait, tmp_path / "out")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "GET /me/a-pickle/resolve/main/pytorch_model.bin" not in server.requests


class TestModelFolders:
    def test_a_repository_without_a_model_is_refused(self, server, run, portrait, tmp_path):
        server.repos["me/letters"] = Repo()
        server.commit("me/letters", {"README.md": b"letters"})
        done = colour(run, "me/letters", portrait, tmp_path / "out")
        assert done.returncode == 1
        assert "me/letters is no colorgan model: it has no config.json" in done.stderr

    def test_a_package_without_weights_has_no_embedded_models(self, tmp_path, monkeypatch):
        monkeypatch.setattr(folders, "__file__", str(tmp_path / "colorgan" / "hub" / "folders.py"))
        assert hub.embedded() == {}

    def test_only_whole_models_of_colorgan_are_listed(self, small_model, tmp_path, monkeypatch):
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
        assert hub.cached() == [], "there is no cache yet"
        for name, spoil in (("ours", None), ("broken", "{"), ("other", '{"layers": 12}')):
            folder = tmp_path / "cache" / f"models--me--{name}" / "snapshots" / ("0" * 40)
            shutil.copytree(small_model, folder)
            if spoil:
                (folder / "config.json").write_text(spoil)
        assert [found.name for found in hub.cached()] == ["me/ours"]

    def test_a_folder_without_readable_weights_has_neither_fingerprint_nor_history(self, tmp_path):
        with pytest.raises(ModelError, match=r"no readable model\.safetensors"):
            hub.fingerprint(tmp_path)
        (tmp_path / "model.safetensors").write_bytes(b"no weights")
        assert hub.history(tmp_path) == []

    def test_the_history_of_an_embedded_model_is_in_its_weights(self):
        runs = hub.history(hub.resolve("custom").path)
        assert len(runs) > 1 and all(run["seen"] > 0 for run in runs)


class TestGoldenTensors:
    def test_hold_for_every_embedded_model(self):
        for name, folder in hub.embedded().items():
            assert (folder / hub.GOLDEN).is_file(), name
            hub.load_network(folder)

    def test_that_disagree_are_refused(self, small_model, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(small_model, folder)
        golden = load_file(folder / hub.GOLDEN)
        save_file(golden | {"ab": golden["ab"] + 3}, folder / hub.GOLDEN)
        with pytest.raises(ModelError, match=r"differ by up to 3\.0"):
            hub.load(folder)

    def test_tell_weights_of_another_training(self, small_model, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(small_model, folder)
        weights = load_file(folder / hub.WEIGHTS)
        weights["head.bias"] = weights["head.bias"] + 0.5
        save_file(weights, folder / hub.WEIGHTS)
        with pytest.raises(ModelError, match="not of one piece"):
            hub.load(folder)

    def test_that_are_broken_are_said(self, small_model, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(small_model, folder)
        (folder / hub.GOLDEN).write_bytes(b"?")
        with pytest.raises(ModelError, match="cannot be used"):
            hub.load(folder)


@pytest.mark.browser
def test_the_page_compares_two_models_of_the_hub_and_shows_their_revisions(
    server, trained, pushed, run, browser, portrait, tmp_path
):
    done = run(*COLORGAN, "push", trained, "me/second", "--revision", "2026")
    assert done.returncode == 0, done.stderr
    settings = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "cache"), "HF_TOKEN": TOKEN}
    settings |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0"}
    settings |= {"COLORGAN_CUSTOM": f"{pushed}@v1.0", "COLORGAN_PRETRAINED": "me/second@2026"}
    with serving(tmp_path, settings) as address:
        page = browser.new_page(locale="en-US")
        page.goto(address)
        page.get_by_role("tab", name=ENGLISH.compare_tab).click()
        page.locator("#compare-photo input[type=file]").set_input_files(portrait)
        page.locator("#compare-photo img").wait_for()
        page.locator("#compare-button").click()
        page.locator("#compare-right img").wait_for(timeout=120_000)
        for name in (pushed, "me/second"):
            commit = server.repos[name].refs["main"]
            for words in (name, commit[:12]):
                expect(page.locator("#compare-caption")).to_contain_text(words, timeout=30_000)
        page.close()


class TestSpace:
    def test_gets_what_the_page_needs_and_nothing_else(self, server, run):
        done = run(*COLORGAN, "push-space", "me/page", "--checkout", ROOT)
        assert done.returncode == 0, done.stderr
        sent = set(tree(server, "me/page"))
        assert {"app.py", "README.md", "requirements.txt", "colorgan/ui/style.css"} <= sent
        assert {"weights/custom/model.safetensors", "weights/custom/config.json"} <= sent
        assert not [name for name in sent if name.startswith(("tests/", "benchmarks/", ".venv"))]

    def test_the_readme_s_head_is_a_space_s(self):
        from huggingface_hub import metadata_load

        head = metadata_load(ROOT / "README.md")
        assert head["sdk"] == "gradio" and head["app_file"] == "app.py"
        assert (ROOT / head["app_file"]).is_file()
        assert len(head["short_description"]) <= 60

    def test_a_folder_that_is_no_checkout_is_refused(self, tmp_path, run):
        done = run(*COLORGAN, "push-space", "me/page", "--checkout", tmp_path)
        assert done.returncode == 1 and "no checkout of colorgan" in done.stderr


def test_figures_that_cannot_be_read_are_said(small_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(small_model, folder)
    (folder / hub.EVALUATION).write_text('{"models": 3}')
    with pytest.raises(ModelError, match="colorgan evaluate --json"):
        cards.render(folder, "me/model")


class TestPhotosOfADataSet:
    """Real photos in both shapes that the Hub knows: folders of files, and Parquet."""

    @pytest.fixture
    def town(self, server, portrait, tmp_path):
        from datasets import Dataset, Image

        photo = portrait.read_bytes()
        if "me/town" not in server.repos:
            server.repos["me/town"] = Repo()
            files = {f"train/{name}.jpg": photo for name in ("harbour/a", "harbour/b", "street/c")}
            server.commit("me/town", files)
            rows = {"picture": [{"bytes": photo, "path": None}] * 3}
            table = Dataset.from_dict(rows).cast_column("picture", Image())
            table.to_parquet(tmp_path / "0.parquet")
            server.repos["me/table"] = Repo()
            parquet = (tmp_path / "0.parquet").read_bytes()
            server.commit("me/table", {"data/test-00000-of-00001.parquet": parquet})
        return photo

    def test_is_read_by_name_and_split(self, town, run):
        code = (
            "from colorgan.photoset.sources import read_all\n"
            "for name, data in read_all(['me/town', 'me/table:test']): print(name, len(data))"
        )
        done = run(sys.executable, "-c", code)
        assert done.returncode == 0, done.stderr
        names = ["harbour/00000000.jpg", "harbour/00000001.jpg", "street/00000002.jpg"]
        names += ["00000000", "00000001", "00000002"]
        lines = [line.split() for line in done.stdout.splitlines()]
        assert [name for name, _ in lines] == names
        assert {int(size) for _, size in lines} == {len(town)}

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["me/town", "me/table:test"])
    def test_is_trained_on_as_a_stream(self, town, run, name, tmp_path):
        options = ["pix2pix-lab", "--stream", "--data", name, "--out", tmp_path / "run"]
        options += ["--max-steps", 1, "--generator.levels", 4, "--generator.width", 8]
        options += ["--stages.0.size", 32, "--stages.0.batch", 2, "--stages.0.epochs", 0]
        done = run(sys.executable, ROOT / "train.py", *options, "--stages.0.photos", 4)
        assert done.returncode == 0, done.stderr

    def test_is_coloured_for_a_survey(self, town, small_model, run, tmp_path):
        models = [tmp_path / "amber", tmp_path / "birch"]
        for model in models:
            shutil.copytree(small_model, model)
        study = tmp_path / "study"
        options = ("--model", *models, "-o", study)
        done = run(*COLORGAN, "survey", "prepare", "me/town", *options)
        assert done.returncode == 0, done.stderr
        photos = json.loads((study / "study.json").read_text())["photos"]
        assert [photo["group"] for photo in photos] == ["harbour", "harbour", "street"]

    def test_that_is_not_there_is_one_sentence(self, server, run):
        done = run(*COLORGAN, "evaluate", "--model", "custom", "--data", "me/nowhere")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "no such data set can be had" in done.stderr


@pytest.mark.slow
def test_the_flagship_starts_from_timm_s_resnet34(server, run, training_folder, tmp_path):
    """By its own default; here the Hub has other numbers under that name."""
    torch.manual_seed(7)
    state = import_timm().create_model("resnet34").state_dict()
    weights = {key: value.contiguous() for key, value in state.items()}
    save_file(weights, tmp_path / "model.safetensors")
    name = "timm/resnet34.a1_in1k"
    server.repos[name] = Repo()
    server.commit(name, {"model.safetensors": (tmp_path / "model.safetensors").read_bytes()})
    options = ["nogan", "--data", training_folder, "--out", tmp_path / "run", "--max-steps", 1]
    options += ["--trunk-rate", 0, "--teacher", "None", "--losses.perceptual", 0]
    options += ["--stages.0.size", 32, "--stages.0.batch", 4, "--precision", "fp32"]
    done = run(sys.executable, ROOT / "train.py", *options)
    assert done.returncode == 0, done.stderr
    trained = load_file(tmp_path / "run" / "model.safetensors")
    deep = "layer4.2.conv2.weight"
    torch.testing.assert_close(
        trained[f"trunk.{deep}"].float(), weights[deep], atol=1e-3, rtol=1e-2
    )
    first = weights["conv1.weight"].sum(1, keepdim=True)  # of red, green and blue for one grey
    torch.testing.assert_close(trained["trunk.conv1.weight"].float(), first, atol=1e-3, rtol=1e-2)
