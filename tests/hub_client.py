"""The Hub as people's machines meet it: a real run's model on it, photos, and the real client."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import COLORGAN, python
from loopback_hub import TOKEN, Hub, Repo
from PIL import Image

REPO = "me/old-city"


def settings(server: Hub, home: Path, token: str | None = TOKEN) -> dict[str, str]:
    """What tells a machine's client which Hub there is, who asks, and where its cache lies."""
    own = {"HF_ENDPOINT": server.url, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
    own |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    return own | ({"HF_TOKEN": token} if token else {})


@pytest.fixture(scope="session")
def server() -> Hub:
    return Hub()


def a_machine(server: Hub, home: Path):
    """Runs Python as another machine would, whose client has a cache of its own."""

    def run(*arguments, token=TOKEN, cache=home, **environment):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        own = settings(server, cache, token) | environment
        return python(*arguments, environment=inherited | own)

    return run


@pytest.fixture
def run(server, tmp_path):
    return a_machine(server, tmp_path / "cache")


@pytest.fixture(scope="session")
def trained(small_model, training_folder, tmp_path_factory) -> Path:
    """The folder of a real run with figures, among files that nobody else should see."""
    import train
    from colorgan import hub

    folder = tmp_path_factory.mktemp("runs") / "mine"
    options = ["light", "--data", training_folder, "--out", folder, "--init", small_model]
    options += ["--max-steps", 1, "--stages.0.size", 32, "--stages.0.batch", 2]
    assert train.main([str(option) for option in options]) == 0
    row = {"ciede2000": {"mean": 9.87, "interval": [9.5, 10.2]}, "psnr": {"mean": 23.4}}
    grey = {"ciede2000": {"mean": 11.5}, "psnr": {"mean": 22.0}}
    protocol = {"photos": 961, "size": 256, "crop": "centre square", "resize": "Lanczos"}
    protocol |= {"lightness": "CIE L*", "rounding": "8 bits"}
    protocol |= {"left_out": {"grandmother.jpg": "grey"}}
    figures = {"protocol": protocol, "models": {"grey": grey, "/home/me/run": row}}
    (folder / hub.EVALUATION).write_text(json.dumps(figures))
    (folder / "samples").mkdir(exist_ok=True)
    Image.new("RGB", (8, 8)).save(folder / "samples" / "00000200.jpg")
    (folder / "votes.sqlite").write_bytes(b"secret")
    return folder


@pytest.fixture(scope="session")
def pushed(server, trained, tmp_path_factory) -> str:
    """The name of a repository that holds the trained model, tagged v1.0."""
    run = a_machine(server, tmp_path_factory.mktemp("publisher"))
    done = run(*COLORGAN, "push", trained, REPO, "--revision", "v1.0")
    assert done.returncode == 0, done.stderr
    assert f'Colorizer.from_pretrained("{REPO}@v1.0")' in done.stdout
    return REPO


@pytest.fixture(scope="session")
def town(server, portrait, tmp_path_factory) -> bytes:
    """A photo of which two data sets hold copies: three as files, eight in a Parquet table.

    After each pass over a Parquet file `datasets` sleeps for seconds, so one pass shall do.
    """
    from datasets import Dataset
    from datasets import Image as ImageFeature

    photo = portrait.read_bytes()
    server.repos["me/town"] = Repo()
    files = {f"train/{name}.jpg": photo for name in ("harbour/a", "harbour/b", "street/c")}
    server.commit("me/town", files)
    table = Dataset.from_dict({"picture": [{"bytes": photo, "path": None}] * 8})
    path = tmp_path_factory.mktemp("table") / "0.parquet"
    table.cast_column("picture", ImageFeature()).to_parquet(path)
    server.repos["me/table"] = Repo()
    server.commit("me/table", {"data/test-00000-of-00001.parquet": path.read_bytes()})
    return photo
