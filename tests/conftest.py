"""What several tests need: real photos, small real models, a browser.

What is large (torch, Playwright) is imported by who needs it, so that the tests of a room run with
that room's packages alone.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
pytest_plugins = ["page_app", "hub_client", "studies"]  # fixtures of the page, the Hub, the survey


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and begin with the files that take longest.

    Then no process is left with a long one at the end.
    """
    for item in items:
        if {"browser", "visit"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    marked = Counter(item.path for item in items if _is_slow(item))
    items.sort(key=lambda item: -marked[item.path])  # stable: a file's tests keep their order


def _is_slow(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(mark) for mark in ("slow", "browser"))


@pytest.fixture(scope="session")
def photos() -> dict[str, np.ndarray]:
    """Colour photographs (H, W, 3) uint8 that scikit-image carries."""
    from skimage import data

    return {name: getattr(data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")}


@pytest.fixture(scope="session")
def portrait(photos, tmp_path_factory) -> Path:
    """A colour portrait as a JPEG file, 512 x 512."""
    path = tmp_path_factory.mktemp("photos") / "portrait.jpg"
    Image.fromarray(photos["astronaut"]).save(path, quality=95)
    return path


@pytest.fixture(scope="session")
def small_model(tmp_path_factory) -> Path:
    """A model folder with a real, small, untrained U-Net that answers with some colour."""
    import torch

    from colorgan import hub
    from colorgan.networks import UNet, UNetConfig

    torch.manual_seed(0)
    generator = UNet(UNetConfig(trunk="resnet10t", widths=(16, 16, 16)))
    torch.nn.init.constant_(generator.head.bias, 0.2)
    folder = tmp_path_factory.mktemp("models") / "small"
    hub.save(generator, folder, card="# small\n", provenance={"recipe": "none"})
    return folder


@pytest.fixture(scope="session")
def guessing_model(tmp_path_factory) -> Path:
    """A model folder with a small network that answers with a distribution of colours."""
    import torch

    from colorgan import hub
    from colorgan.networks import UNet, UNetConfig

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("models") / "guessing"
    generator = UNet(UNetConfig("resnet10t", widths=(16, 16, 16), head="classes"))
    hub.save(generator, folder, card="# guessing\n", provenance={})
    return folder


@pytest.fixture(scope="session")
def training_folder(photos, tmp_path_factory) -> Path:
    """A dozen small colour photos, a grey one and a broken one."""
    folder = tmp_path_factory.mktemp("training")
    rng = np.random.default_rng(0)
    for name, pixels in photos.items():
        for i in range(3):
            top, left = rng.integers(0, 100, 2)
            cut = Image.fromarray(pixels[top : top + 200, left : left + 300])
            cut.resize((90, 60)).save(folder / f"{name}-{i}.png")
    Image.new("L", (60, 60), 99).save(folder / "grey.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
    return folder


@pytest.fixture(scope="session")
def photos_in_memory(training_folder):
    """Those photos as a training reads them."""
    from colorgan.training.data import StoredPhotos, load_photos

    return StoredPhotos(load_photos([training_folder]), seed=0)


@pytest.fixture(scope="session")
def teacher_weights(tmp_path_factory) -> Path:
    """A file of weights as timm keeps them, for a small teacher that was never trained."""
    import torch
    from safetensors.torch import save_file

    from colorgan.networks.trunk import import_timm

    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("teacher") / "resnet10t.safetensors"
    save_file(import_timm().create_model("resnet10t").state_dict(), path)
    return path


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory) -> Path:
    """A small study of the survey: 6 pairs and 2 real-or-coloured questions of 8 photos."""
    import voters

    folder = tmp_path_factory.mktemp("studies") / "study"
    voters.draw_study(folder, photos=8, pairs=6, originals=2)
    return folder


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, or Playwright's own."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        path = path or (own if Path(own).exists() else None)
        if path is None:
            missing = pytest.fail if os.environ.get("CI") else pytest.skip
            missing("There is no Chromium: install it, or run `playwright install chromium`.")
        arguments = "--no-sandbox --disable-gpu --disable-quic --disable-background-networking"
        browser = playwright.chromium.launch(executable_path=path, args=arguments.split())
        yield browser
        browser.close()
