"""Models by name: folders of one's own, embedded ones, and those of the Hub, pulled and offline.

The client reads where the Hub is when it is imported, so who asks it is a process of its own.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from commands import COLORGAN
from conftest import ROOT
from hub_client import REPO
from loopback_hub import Repo
from PIL import Image

from colorgan import Colorizer, hub
from colorgan.errors import ModelError
from colorgan.networks import folders

SIZE = ("--size", "64")


@pytest.fixture(scope="session")
def stamp(portrait, tmp_path_factory):
    """A photo so small that it is coloured at once."""
    path = tmp_path_factory.mktemp("stamps") / "stamp.png"
    Image.open(portrait).resize((96, 80)).save(path)
    return path


def colour(run, model, photo, folder, **settings):
    return run(*COLORGAN, "colorize", photo, "-o", folder, "--model", model, *SIZE, **settings)


class TestPull:
    def test_gives_the_same_colours_as_the_folder_it_came_from(
        self, trained, pushed, run, stamp, tmp_path
    ):
        own = Colorizer.from_pretrained(trained)(Image.open(stamp), size=64)
        for name in (f"{pushed}@v1.0", pushed):
            done = colour(run, name, stamp, tmp_path / name)
            assert done.returncode == 0, done.stderr
            pulled = Image.open(tmp_path / name / "stamp.png")
            assert np.array_equal(own, pulled), name

    def test_the_second_time_works_offline_and_is_listed(self, pushed, run, stamp, tmp_path):
        assert colour(run, f"{pushed}@v1.0", stamp, tmp_path / "a").returncode == 0
        again = colour(run, f"{pushed}@v1.0", stamp, tmp_path / "b", HF_HUB_OFFLINE="1")
        assert again.returncode == 0, again.stderr
        listed = run(*COLORGAN, "models", "--check", HF_HUB_OFFLINE="1")
        line = next(line for line in listed.stdout.splitlines() if line.startswith(pushed))
        assert "ciede2000 9.87" in line and line.endswith("checked")

    def test_a_download_that_breaks_off_is_taken_up_where_it_stopped(self, server, run):
        """With a file of 47 MB, an embedded model, since the client writes pieces of 10 MiB."""
        server.repos["me/large"] = Repo()
        files = {f.name: f.read_bytes() for f in (ROOT / "weights" / "pretrained").iterdir()}
        server.commit("me/large", files)
        server.cut_after, before = 25_000_000, len(server.resumed)
        done = run("-c", "from colorgan import hub; print(hub.resolve('me/large').path)")
        assert done.returncode == 0, done.stderr
        assert server.resumed[before:] == [20 * 2**20]
        assert hub.fingerprint(Path(done.stdout.strip())) == hub.resolve("pretrained").revision

    def test_spoilt_bytes_are_refused(self, server, small_model, run, stamp, tmp_path):
        """The client does not compare hashes, so the golden tensors must tell."""
        server.repos["me/spoilt"] = Repo()
        server.commit("me/spoilt", {f.name: f.read_bytes() for f in small_model.iterdir()})
        server.wrong_bytes = True
        try:
            done = colour(run, "me/spoilt", stamp, tmp_path / "out")
        finally:
            server.wrong_bytes = False
        assert done.returncode == 1 and "golden.safetensors do not belong together" in done.stderr
        assert "Traceback" not in done.stderr and not (tmp_path / "out" / "stamp.png").exists()

    def test_works_by_the_class_too_and_fails_in_the_same_sentences(self, pushed, run):
        code = (
            "from colorgan.errors import ModelError\nfrom colorgan.networks import UNet\n"
            "import torch\n"
            f"net = UNet.from_pretrained('{pushed}', revision='v1.0')\n"
            "print(type(net).__name__, net(torch.rand(1, 1, 20, 30) * 100).shape)\n"
            f"try: UNet.from_pretrained('{pushed}', revision='v9')\n"
            "except ModelError as error: print(error)"
        )
        done = run("-c", code)
        assert "UNet torch.Size([1, 2, 20, 30])" in done.stdout, done.stderr
        assert "has no revision 'v9' on the Hub" in done.stdout, done.stderr

    def test_the_example_fetches_file_by_file_and_colours(self, pushed, run, stamp, tmp_path):
        script = ROOT / "examples" / "from_the_hub.py"
        assert len(script.read_text().splitlines()) < 30
        done = run(script, pushed, stamp, tmp_path / "out.png")
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
        self, pushed, run, stamp, tmp_path, model, settings, words
    ):
        done = colour(run, model, stamp, tmp_path / "out", **settings)
        assert done.returncode == 1
        assert words in done.stderr and "Traceback" not in done.stderr

    def test_a_private_model_needs_a_token(self, trained, run, stamp, tmp_path):
        done = run(*COLORGAN, "push", trained, "me/private", "--private")
        assert done.returncode == 0, done.stderr
        assert colour(run, "me/private", stamp, tmp_path / "a").returncode == 0
        denied = colour(
            run, "me/private", stamp, tmp_path / "b", token=None, cache=tmp_path / "other"
        )
        assert denied.returncode == 1 and "or it is private" in denied.stderr

    def test_a_repository_of_something_else_is_refused_and_its_pickle_not_fetched(
        self, server, run, stamp, tmp_path
    ):
        server.repos["me/a-pickle"] = Repo()
        server.commit("me/a-pickle", {"pytorch_model.bin": b"\x80\x04pickle", "config.json": b"{}"})
        done = colour(run, "me/a-pickle", stamp, tmp_path / "out")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "is no model of colorgan" in done.stderr
        assert "GET /me/a-pickle/resolve/main/pytorch_model.bin" not in server.requests

    def test_a_repository_without_a_model_is_refused(self, server, run, stamp, tmp_path):
        server.repos["me/letters"] = Repo()
        server.commit("me/letters", {"README.md": b"letters"})
        done = colour(run, "me/letters", stamp, tmp_path / "out")
        assert done.returncode == 1
        assert "me/letters is no colorgan model: it has no config.json" in done.stderr


class TestModelFolders:
    def test_a_package_without_weights_has_no_embedded_models(self, tmp_path, monkeypatch):
        monkeypatch.setattr(folders, "__file__", str(tmp_path / "a" / "b" / "c.py"))
        assert hub.embedded() == {}

    def test_only_whole_models_of_colorgan_are_listed(self, small_model, tmp_path, monkeypatch):
        import huggingface_hub.utils._cache_manager  # noqa: F401 - as if asked for models before

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
