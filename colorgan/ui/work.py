"""The work that visitors ask for, one photo at a time: colour, restore."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import photo as files
from ..color.pixels import full_lightness
from ..colorizer import DEFAULT_SIZE, NO_HINTS, Colorizer, Size, check, paint
from ..device import memory_told
from ..hints import Hints
from ..look import Look
from ..photo import Photo
from ..restorer import Restorer
from .previews import PREVIEW_SIDE, save_preview

_WORKING = threading.Lock()  # two at a time would only slow each other down


@dataclass
class Watch:
    """Says how long work took; the photos of an album, its pages and those of others take turns."""

    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Wait for one's turn, then count."""
        with _WORKING:
            start = time.perf_counter()
            yield
            self.seconds += time.perf_counter() - start


@dataclass(frozen=True)
class Result:
    """What a colouring left on the disk, and how it came about."""

    preview: Path
    download: Path
    model: str
    revision: str
    size: int
    seconds: float
    look: Look


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
    watch = Watch()
    with watch.running():
        restored = restorer.restore(photo, strength=strength)
    return Restored(restored, restorer.note, restorer.name, restorer.revision, watch.seconds)


def colour(
    colorizer: Colorizer,
    photo: Photo,
    folder: Path,
    *,
    strength: float,
    size: Size = DEFAULT_SIZE,
    hints: Hints = NO_HINTS,
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
        hints: which colours things had.
        preview_side: long side of the preview in pixels.
        addition: ends the name of the full-size file.
        note: what its metadata says of what was done before.

    Raises:
        ColorganError: strength or size is out of range, the hints are another photo's, or the
            result does not fit its format.
    """
    check(strength, size)
    hints.check_shape(photo.width, photo.height, photo.name)
    watch = Watch()
    with watch.running(), memory_told(photo.name):
        lightness = full_lightness(photo.pixels)
        look = colorizer.look(photo, size=size, lightness=lightness)
        coloured = paint(photo, look.lines(hints.hints, strength), lightness)
    name = f"{Path(photo.name).stem} {addition}{files.suffix(coloured)}"
    return Result(
        preview=save_preview(coloured, folder / f"{addition}.webp", preview_side),
        download=files.write(coloured, folder / name, f"{note} {colorizer.note}".lstrip()),
        model=colorizer.name,
        revision=colorizer.revision,
        size=look.size,
        seconds=watch.seconds,
        look=look,
    )
