"""Colouring as visitors ask for it, one photo at a time, and the turns that all work takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import photo as files
from ..color.pixels import full_lightness
from ..colorizer import NO_HINTS, Colorizer, paint
from ..device import memory_told
from ..hints import Hints
from ..hints.reference import Borrowed, Reference
from ..look import Look
from ..photo import Pages, Photo, Written
from ..settings import DEFAULT_SIZE, Size, check, check_references
from ..together import Series
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
    written: Written
    model: str
    revision: str
    size: int
    seconds: float
    look: Look
    borrowed: Borrowed | None = None
    """What references did, if there were any."""


def colour(
    colorizer: Colorizer,
    pages: Pages,
    folder: Path,
    *,
    strength: float,
    size: Size = DEFAULT_SIZE,
    hints: Hints = NO_HINTS,
    references: Sequence[Reference] = (),
    reference_strength: float = 1.0,
    series: Series | None = None,
    addition: str,
    note: Callable[[str], str] = str,
    preview_side: int = PREVIEW_SIDE,
) -> Result:
    """Colour a photo and write its preview and its full-size file into a folder.

    Of several pages or frames the preview shows the first, and the file has all.

    Args:
        colorizer: who colours.
        pages: what is coloured.
        folder: a fresh one for every request.
        strength: scales the chroma.
        size: short side in pixels at which the network sees the photo; "auto" finds one.
        hints: which colours things had.
        references: whose colours go to what is alike.
        reference_strength: how far the colours go over to theirs, 0 to 1.
        series: whose common colours the photo gets, instead of references.
        preview_side: long side of the preview in pixels.
        addition: ends the name of the full-size file.
        note: adds to the note of the colouring what was done before.

    Raises:
        ColorganError: strength or size is out of range, the hints are another photo's, or the
            result does not fit its format.
    """
    check(strength, size)
    check_references(len(references), reference_strength)
    first = pages.first
    hints.check_shape(first.width, first.height, first.name)
    watch, looks, borrowings = Watch(), list[Look](), list[Borrowed]()

    def work(said: Hints, photo: Photo) -> Photo:
        with watch.running(), memory_told(photo.name):
            lightness = full_lightness(photo.pixels)
            look = colorizer.look(photo, size=size, lightness=lightness)
            looks.append(look)
            if series is not None:
                return paint(photo, series.lines(look, said, strength), said, lightness)
            borrowed = look.borrowed(references, reference_strength) if references else None
            borrowings.extend(() if borrowed is None else (borrowed,))
            return paint(photo, look.lines(said.hints, strength, borrowed), said, lightness)

    coloured = pages.map(partial(work, hints), partial(work, NO_HINTS))
    name = f"{files.stem_of(first.name)} {addition}{files.suffix(coloured.first)}"
    preview = save_preview(coloured.first, folder / f"{addition}.webp", preview_side)
    written = files.write_pages(coloured, folder / name, note(colorizer.note))
    return Result(
        preview=preview,
        written=written,
        model=colorizer.name,
        revision=colorizer.revision,
        size=looks[0].size,
        seconds=watch.seconds,
        look=looks[0],
        borrowed=next(iter(borrowings), None),
    )
