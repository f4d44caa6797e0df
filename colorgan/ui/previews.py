"""Small pictures of photos for the page, and the folders in which a visitor's files lie."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from gradio.utils import get_upload_folder
from PIL import Image
from torch import Tensor

from .. import photo as files
from ..color.pixels import full_lightness, to_pixels
from ..photo import Photo

KEPT_SECONDS = 3600  # how long a visitor's photos stay on the server
PREVIEW_QUALITY = 88
PREVIEW_SIDE = 1600  # long side in pixels: sharp on a large screen, quick on a slow line
AMBER, VEIL = (255, 190, 90), 200  # the colour of doubt, and how opaque it is at most, of 255
SURE, UNSURE = 0.35, 0.85  # doubt where a model is surest and least sure: it is never 0, since
# neighbouring classes share each colour among them


def fresh_folder() -> Path:
    """Make a folder with a random name in a place from which Gradio serves files.

    A name that cannot be guessed keeps visitors' photos apart. Gradio deletes the files that it
    has handed out; what it never handed out (of a work that was cancelled) is deleted here.
    """
    place = Path(get_upload_folder()) / "results"
    place.mkdir(parents=True, exist_ok=True)
    for folder in place.iterdir():
        with suppress(FileNotFoundError):  # another process may have been quicker
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder)
    return Path(tempfile.mkdtemp(dir=place))


def small(photo: Photo, side: int = PREVIEW_SIDE) -> Photo:
    """Return a photo at most `side` pixels long: 8 bits, and nothing but the picture."""
    image = files.to_rgb(photo)
    image.thumbnail((side, side))
    return Photo(np.asarray(image), None, "PNG", photo.name)


def save_preview(photo: Photo, path: Path, side: int = PREVIEW_SIDE) -> Path:
    """Write a small WebP of a photo with no metadata, so with none of its places and names."""
    image = files.to_image(photo)
    image.info.clear()
    image.thumbnail((side, side))
    image.save(path, format="WEBP", quality=PREVIEW_QUALITY, method=2)
    return path


def save_doubt(photo: Photo, doubt: Tensor, path: Path) -> Path:
    """Write a photo under a veil, denser where a model is less sure.

    Args:
        photo: what was coloured.
        doubt: (1, 1, h, w) of `Look.doubt`.
        path: of the file.
    """
    doubt = (doubt - SURE) / (UNSURE - SURE)
    veil = Image.fromarray(np.asarray((VEIL * doubt.clamp(0, 1)).byte()[0, 0]))
    grey = files.to_rgb(photo).convert("L").point(lambda value: value // 2).convert("RGB")
    grey.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    veil = veil.resize(grey.size, Image.Resampling.BILINEAR)
    amber = Image.new("RGB", grey.size, AMBER)
    Image.composite(amber, grey, veil).save(path, quality=PREVIEW_QUALITY)
    return path


def save_lightness(photo: Photo, path: Path) -> Path:
    """Write a small WebP of a photo's lightness alone."""
    image = files.to_rgb(photo)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    lightness = full_lightness(np.asarray(image))
    ab = torch.zeros_like(lightness).expand(-1, 2, -1, -1)
    grey = Image.fromarray(to_pixels(lightness, ab, np.dtype(np.uint8)))
    grey.save(path, format="WEBP", quality=PREVIEW_QUALITY, method=2)
    return path
