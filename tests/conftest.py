"""What several tests need: real photos, and a small real model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

ROOT = Path(__file__).parent.parent


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
    from colorgan import hub
    from colorgan.networks.unet import UNet, UNetConfig

    torch.manual_seed(0)
    generator = UNet(UNetConfig(trunk="resnet10t", widths=(16, 16, 16)))
    torch.nn.init.constant_(generator.head.bias, 0.2)
    folder = tmp_path_factory.mktemp("models") / "small"
    hub.save(generator, folder, card="# small\n", provenance={"recipe": "none"})
    return folder
