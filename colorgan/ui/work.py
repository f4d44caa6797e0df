"""The work that visitors ask for, one photo at a time: colour, restore, say where it is a guess."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import photo as files
from ..colorizer import AUTO_SIZES, DEFAULT_SIZE, Colorizer, Size, shrunk
from ..photo import Photo
from ..restorer import Restorer
from .previews import PREVIEW_SIDE, save_preview

CANDIDATE_SIDE = 512  # short side of the pictures that show what a working size gives
_WORKING = threading.Lock()  # two at a time would only slow each other down


@dataclass(frozen=True)
class Result:
    """What a colouring left on the disk, and how it came about."""

    preview: Path
    download: Path
    model: str
    revision: str
    size: int
    seconds: float


@dataclass(frozen=True)
class Restored:
    """What became of a photo before it was coloured."""

    photo: Photo
    note: str
    model: str
    revision: str
    seconds: float


def restore(restorer: Restorer, photo: Photo, strength: float) -> Restored:
    """Restore a photo.

    Raises:
        ColorganError: strength is out of range.
    """
    with _WORKING:
        start = time.perf_counter()
        restored = restorer.restore(photo, strength=strength)
        seconds = time.perf_counter() - start
    return Restored(restored, restorer.note, restorer.name, restorer.revision, seconds)


def colour(
    colorizer: Colorizer,
    photo: Photo,
    folder: Path,
    *,
    strength: float,
    size: Size = DEFAULT_SIZE,
    addition: str,
    note: str = "",
    preview_side: int = PREVIEW_SIDE,
) -> Result:
    """Colour a photo and write its preview and its full-size file into a folder.

    Args:
        colorizer: who colours.
        photo: what is coloured.
        folder: a fresh one for every request.
        strength: scales the chroma.
        size: short side in pixels at which the network sees the photo; "auto" finds one.
        preview_side: long side of the preview in pixels.
        addition: ends the name of the full-size file.
        note: what its metadata says of what was done before.

    Raises:
        ColorganError: strength or size is out of range, or the result does not fit its format.
    """
    with _WORKING:  # the photos of an album and those of others take turns
        start = time.perf_counter()
        size = colorizer.choose_size(photo) if size == "auto" else size
        coloured = colorizer.colorize(photo, strength=strength, size=size)
        seconds = time.perf_counter() - start
    name = f"{files.stem_of(photo.name)} {addition}{files.suffix(coloured)}"
    return Result(
        preview=save_preview(coloured, folder / f"{addition}.webp", preview_side),
        download=files.write(coloured, folder / name, f"{note} {colorizer.note}".lstrip()),
        model=colorizer.name,
        revision=colorizer.revision,
        size=size,
        seconds=seconds,
    )


def doubt(colorizer: Colorizer, photo: Photo, size: int) -> NDArray[np.float32] | None:
    """Say where a model is guessing, as `Colorizer.doubt` does; None if it does not know."""
    if not colorizer.knows_doubt:
        return None
    with _WORKING:
        return colorizer.doubt(photo, size=size)


def candidates(colorizer: Colorizer, photo: Photo) -> tuple[int, dict[int, Photo]]:
    """Colour a photo, small, at each size of which a colorizer chooses by itself.

    Returns:
        the size that it would choose, and the coloured photos by size.
    """
    with _WORKING:
        small = shrunk(photo, CANDIDATE_SIDE)
        return colorizer.choose_size(photo), {
            size: colorizer.colorize(small, size=size) for size in AUTO_SIZES
        }
