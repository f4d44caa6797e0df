"""All pictures of a file: the pages of a TIFF, the frames of an animation, or one photo.

Each is read, worked on, encoded and appended before the next is read, so that a long document needs
little more memory than one page of it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from ..errors import PhotoError, PhotoWarning
from ..output.whole_file import whole_file
from ..settings import MAX_PIXELS
from . import animation, decoders, exif, facts, tiff, tiff_pages
from .facts import frame_count, parts_of
from .parts import Parts
from .photo import Photo
from .plain_errors import plain_errors, printable
from .reading import (
    File,
    Source,
    name_of,
    opened,
    read,
    read_frame,
)
from .writing import encode, format_at, write

MAX_PAGES = 500
MAX_FRAMES = 300
MAX_SIZES = 20
"""All pictures together may have so many times the pixels of the largest photo that is accepted."""

_WITH_ALPHA = ("LA", "PA", "RGBA", "La", "RGBa")


@dataclass(frozen=True)
class Timing:
    """How an animation is shown."""

    milliseconds: tuple[float, ...]
    """Of each frame."""
    plays: int
    """How often it is played, 0 for ever."""


@dataclass(frozen=True)
class Pages:
    """All pictures of a file; the first is at hand, the others are read one by one."""

    first: Photo
    rest: Callable[[], Iterator[Photo]] = lambda: iter(())
    """Reads the others."""
    count: int = 1
    timing: Timing | None = None
    """Of an animation, whose frames are all of one size."""

    def __iter__(self) -> Iterator[Photo]:
        yield self.first
        yield from self.rest()

    def map(
        self, work: Callable[[Photo], Photo], others: Callable[[Photo], Photo] | None = None
    ) -> Pages:
        """Do some work on each: on the first now, on the others when they are read.

        Args:
            work: what is done.
            others: what is done with further pages, which are other photos; frames of an animation
                show one scene, so they have the work of the first.
        """
        after = others if others and self.timing is None else work
        return replace(self, first=work(self.first), rest=lambda: map(after, self.rest()))

    def told(self, path: Path, notices: tuple[str, ...] | None = None) -> Written:
        """Return what is to be told of a file with all of these; by the first one's notices if
        None.

        Args:
            path: of the file.
            notices: of all pages, where they are known.
        """
        known = self.first.notices if notices is None else notices
        counts = {"frames" if self.timing else "pages": self.count}
        return Written(path, self.first.name, notices=known, **counts)


@dataclass(frozen=True)
class Written:
    """A file, and what is to be told of it."""

    path: Path
    source: str
    """The name of the photo that it was made of."""
    pages: int = 1
    frames: int = 1
    notices: tuple[str, ...] = ()
    """Sentences on what reading left out or changed, those of further pages with their number."""

    @property
    def parts(self) -> str:
        """Such as "2 of 2 pages"; nothing for one photo."""
        count = max(self.pages, self.frames)
        what = "pages" if self.pages > 1 else "frames"
        return f"{count} of {count} {what}" if count > 1 else ""

    def warn(self) -> Path:
        """Warn of each notice, for whoever called a model three calls up; return the path."""
        warn_of(self.source, self.notices, depth=5)
        return self.path


def warn_of(name: str, notices: tuple[str, ...], depth: int = 3) -> None:
    """Warn of what reading left out or changed, `depth` calls up."""
    for notice in notices:
        warnings.warn(f"{name}: {notice}", PhotoWarning, stacklevel=depth)


def read_pages(source: Source, *, name: str | None = None, max_pixels: int = MAX_PIXELS) -> Pages:
    """Read a file with all its pages or frames; of other files the one photo that `read` gives.

    Thumbnails, masks and smaller copies in a TIFF are no pages. A Pillow image is one photo. Frames
    have 8 bits and are whole, whatever the file keeps of them.

    Raises:
        PhotoError: as `read` raises it, of the first picture now and of the others when they are
            read; or there are more than `MAX_PAGES` or `MAX_FRAMES`, or they have more than
            `MAX_SIZES` times `max_pixels` together.
    """
    label = printable(name) if name else name_of(source)
    with plain_errors(label, "read"):
        if isinstance(source, Image.Image):
            return Pages(read(source, name=name, max_pixels=max_pixels))
        with opened(source) as stream:
            found = _found(source, stream, label, max_pixels)
            stream.seek(0)
            return found or Pages(read(stream, name=label, max_pixels=max_pixels))


def write_pages(
    pages: Pages,
    path: str | os.PathLike[str],
    note: str,
    *,
    allowed: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Written:
    """Write all pages or frames to a file as `write` writes a photo.

    Pages become a TIFF, each with its own size, depth and captions; frames become an animated PNG
    or WebP. The file appears complete or not at all; `allowed` is asked when it is complete.

    Raises:
        PhotoError: the path's ending is of a format that cannot hold them; or as `read` and `write`
            raise it.
    """
    first = pages.first
    if pages.count == 1:
        goal = write(first, path, note, allowed=allowed)
        return pages.told(goal)
    goal = Path(path)
    label = printable(goal.name)
    format = format_at(goal, first)
    if pages.timing is None and format != "TIFF":
        raise PhotoError(f"{first.name} has {pages.count} pages. Write it as TIFF.")
    if pages.timing and format not in ("PNG", "WEBP"):
        raise PhotoError(f"{first.name} has {pages.count} frames. Write it as PNG or WebP.")
    notices: list[str] = []
    files = _encoded(pages, format, note, notices)
    with plain_errors(label, "written"):
        goal.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as replacing, whole_file(goal) as part:
            with part.open("w+b") as file, closing(files):
                if pages.timing is None:
                    _write_tiff(file, files, label)
                elif format == "PNG":
                    timed = zip(files, pages.timing.milliseconds, strict=True)
                    animation.write_png(file, timed, pages.count, pages.timing.plays)
                else:
                    timed = zip(files, pages.timing.milliseconds, strict=True)
                    animation.write_webp(file, timed, pages.timing.plays, first.alpha is not None)
            replacing.enter_context(allowed())  # not before: it may take a long time to come here
    return pages.told(goal, tuple(notices))


def _found(source: File, stream: BinaryIO, label: str, max_pixels: int) -> Pages | None:
    """Return the pages or frames of a file, None if it has but one picture."""
    if stream.read(4) in tiff_pages.STARTS:
        places = tiff_pages.places(stream)
        if len(places) < 2:
            return None
        tiff.open_picture(stream)  # refuses raw files, which no single page betrays
        return _tiff(source, places, label, max_pixels)
    try:
        animated = _animation(stream)
    except Exception:  # `read` knows what to make of it
        return None
    return _frames(animated, label, max_pixels) if animated else None


class _Animation(NamedTuple):
    image: Image.Image
    data: bytes
    """The file, without what is damaged beside its pixels."""
    parts: Parts | None
    """What it holds, where that is known."""


def _animation(stream: BinaryIO) -> _Animation | None:
    """Return an animation at its first frame, None if the file is none."""
    parts = parts_of(stream)
    if parts and parts.finish:  # which only tells of a first frame
        parts = None
    stream.seek(0)
    image = decoders.open_image(BytesIO(parts.data) if parts else stream)
    if frame_count(image) < 2:
        return None
    if parts:
        return _Animation(image, parts.data, parts)
    stream.seek(0)
    data = stream.read()
    return _Animation(decoders.open_image(BytesIO(data)), data, None)


def _tiff(source: File, places: list[tiff_pages.Place], label: str, max_pixels: int) -> Pages:
    count = len(places)
    _check(label, "pages", count, MAX_PAGES, sum(place.pixels for place in places), max_pixels)

    def page(stream: BinaryIO, index: int) -> Photo:
        name = f"Page {index + 1} of {count} of {label}"
        return read(tiff_pages.alone(stream, places[index]), name=name, max_pixels=max_pixels)

    def rest() -> Iterator[Photo]:
        with plain_errors(label, "read"), opened(source) as stream:
            for index in range(1, count):
                yield page(stream, index)

    with opened(source) as stream:
        return Pages(replace(page(stream, 0), name=label), rest, count)


def _frames(animated: _Animation, label: str, max_pixels: int) -> Pages:
    image = animated.image
    apart = int(getattr(image, "default_image", False))  # a still picture before the animation
    count = frame_count(image) - apart
    pixels = count * image.width * image.height
    _check(label, "frames", count, MAX_FRAMES, pixels, max_pixels)
    deep = decoders.bits_of(image, animated.data) > 8
    timing, alpha = _look_through(image, range(apart, apart + count), label)
    image.seek(apart)
    image.load()  # some captions come with the pixels
    said = facts.of_image(image, animated.parts, animated.data)

    def frame(image: Image.Image, index: int) -> Photo:
        name = f"Frame {index + 1} of {count} of {label}"
        with plain_errors(name, "read"):
            image.seek(index + apart)
            photo = read_frame(image, said, name)
        if alpha and photo.alpha is None:
            opaque = np.full_like(photo.pixels[..., 0], np.iinfo(photo.pixels.dtype).max)
            photo = replace(photo, alpha=opaque)
        # The nearest format that is written as an animation, where its own is not.
        return replace(photo, format="WEBP" if photo.format == "AVIF" else photo.format)

    def rest() -> Iterator[Photo]:
        with plain_errors(label, "read"):
            image = decoders.open_image(BytesIO(animated.data))
            for index in range(1, count):
                yield frame(image, index)

    first = frame(image, 0)
    notices = first.notices
    if deep and first.bits == 8:
        notices += ("Its frames were read at 8 bits.",)
    if apart:
        notices += ("Its still picture for viewers without animation was left out.",)
    return Pages(replace(first, name=label, notices=notices), rest, count, timing)


def _look_through(image: Image.Image, frames: range, label: str) -> tuple[Timing, bool]:
    """Return how an animation is shown, and whether anything in it is transparent."""
    milliseconds, alpha, size = [], False, image.size
    for index in frames:
        number = index - frames.start + 1
        with plain_errors(f"Frame {number} of {len(frames)} of {label}", "read"):
            image.seek(index)
            image.load()  # some formats tell of a frame's time and colours only then
        if image.size != size:
            raise PhotoError(f"{label} has frames of several sizes. Save it anew as WebP or PNG.")
        milliseconds.append(max(float(image.info.get("duration") or 0), 0.0))
        alpha |= image.mode in _WITH_ALPHA or "transparency" in image.info
    return Timing(tuple(milliseconds), _plays(image)), alpha


def _plays(image: Image.Image) -> int:
    loop = image.info.get("loop")
    if image.format == "GIF":  # which counts what comes after the first time, 0 for ever
        return 1 if loop is None else int(loop) + 1 if loop else 0
    return int(loop or 0)


def _check(label: str, what: str, count: int, most: int, pixels: int, max_pixels: int) -> None:
    if count > most:
        raise PhotoError(
            f"{label} has {count} {what}, more than the {most} that are accepted at once. "
            "Split it into several files."
        )
    if pixels > MAX_SIZES * max_pixels:
        raise PhotoError(
            f"{label} has {pixels:,} pixels in its {count} {what}, more than the "
            f"{MAX_SIZES * max_pixels:,} that are accepted at once. Split it into several files."
        )


def _encoded(pages: Pages, format: str, note: str, notices: list[str]) -> Generator[bytes]:
    """Encode one after another; add what is to be told of each."""
    order = "<"
    for index, photo in enumerate(pages):
        for notice in photo.notices:
            what = "frame" if pages.timing else "page"
            told = f"{notice} (in {what} {index + 1})" if index else notice
            if not any(one.startswith(notice) for one in notices):
                notices.append(told)
        if format == "TIFF":  # which has one byte order for all its pages
            photo = replace(photo, exif=exif.in_order(photo.exif, order))
        data = encode(replace(photo, format=format), note)
        order = ">" if data.startswith(b"MM") else "<"
        yield data


def _write_tiff(file: BinaryIO, pages: Iterator[bytes], label: str) -> None:
    link = None
    for page in pages:
        try:
            link = tiff_pages.append(file, page, link)
        except OverflowError as error:
            raise PhotoError(
                f"{label} would be larger than the 4 GB that a TIFF can have. Split what it is "
                "made of into several files."
            ) from error
