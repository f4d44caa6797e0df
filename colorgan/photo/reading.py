"""A picture file to a Photo: a stream or an image becomes samples and facts, these a Photo."""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO, IOBase
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..errors import PhotoError
from . import decoders, exif, tiff_pages
from .icc import Pixels, Samples, to_srgb
from .photo import Photo
from .plain_errors import plain_errors, printable

MAX_PIXELS = 150_000_000
"""The most pixels `read` accepts unless told otherwise: about 12,000 x 12,000."""

File = str | os.PathLike[str] | bytes | BinaryIO
Source = File | Image.Image

_PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_PHOTO_BRANDS = (b"WEBP", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")

_SEQUENCES = (b"hevc", b"hevx", b"msf1")

_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")

_XMP_ORIENTATION = re.compile(rb'(tiff:Orientation(?:="|>))([1-8])')


def read(source: Source, *, name: str | None = None, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a picture from a file, from a file's bytes, from an open file, or from a Pillow image.

    Of a file with several pages or frames it gives the first, and says so in its notices;
    `read_pages` gives all. `name` stands for the file in messages; a path brings its own. A Pillow
    image counts as a PNG where it has no format, and has 16 bits only in the modes I;16*: Pillow
    knows no deep colour.

    Raises:
        PhotoError: no picture, a damaged one, one of more than `max_pixels` (seen from its header,
            before it is decoded), or one that is stored in a way that is not supported.
    """
    label = printable(name) if name else name_of(source)
    with plain_errors(label, "read"):
        if isinstance(source, Image.Image):
            return _from_image(source, label, max_pixels)
        with opened(source) as stream:
            return _from_stream(stream, label, max_pixels)


class _Facts(NamedTuple):
    """What a file says of its picture."""

    format: str
    exif: bytes
    xmp: bytes
    icc: bytes
    dpi: tuple[float, float] | None


def _from_stream(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    head = stream.read(32)
    if not head:
        raise PhotoError(f"{label} is empty. Copy or download it again.")
    if head.startswith(tiff_pages.STARTS):
        pages = tiff_pages.places(stream)
        page = tiff_pages.alone(stream, pages[0]) if pages else stream
        return _first_of(_from_tiff(page, label, max_pixels), len(pages), "pages")
    try:
        image = decoders.open_image(stream)
    except UnidentifiedImageError as error:
        if head[8:12] in _SEQUENCES:
            raise PhotoError(
                f"{label} is an animation in HEIC, which cannot be read. Save it as GIF or WebP."
            ) from error
        if head.startswith(_PHOTO_STARTS) or head[8:12] in _PHOTO_BRANDS:
            raise  # one of ours, but damaged
        raise PhotoError(
            f"{label} is not a photo that can be read. Use JPEG, PNG, TIFF, WebP, HEIC or AVIF."
        ) from error
    if decoders.is_deep_png(head):
        _check_size(image.size, label, max_pixels)
        image.load()  # for metadata that stands behind the pixels
        stream.seek(0)
        photo = _photo(decoders.read_deep_png(stream.read()), _facts_of_image(image), label)
    else:
        photo = _from_image(image, label, max_pixels)
    return _first_of(photo, frame_count(image), "frames")


def frame_count(image: Image.Image) -> int:
    """How many frames an animation has; 1 where the image is none.

    Further pictures in JPEG and HEIC files are gain maps, previews and the like.
    """
    return int(getattr(image, "n_frames", 1)) if image.format in _ANIMATED else 1


def _first_of(photo: Photo, count: int, what: str) -> Photo:
    if count < 2:
        return photo
    notice = f"Only the first of its {count} {what} was taken."
    return replace(photo, notices=(*photo.notices, notice))


def _from_image(image: Image.Image, label: str, max_pixels: int) -> Photo:
    _check_size(image.size, label, max_pixels)
    samples = decoders.read_image(image)  # first: some metadata comes with the pixels
    return _photo(samples, _facts_of_image(image), label)


def _from_tiff(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    tiff = exif.Tiff(stream)
    facts = _facts_of_tiff(tiff, stream)
    if decoders.tiff_bits(tiff) <= 8:
        image = decoders.open_image(stream)
        _check_size(image.size, label, max_pixels)
        samples = decoders.read_image(image)
        return _photo(samples, facts, label, upright=True)  # Pillow has turned it
    page = decoders.open_deep_tiff(stream)
    _check_size((page.imagewidth, page.imagelength), label, max_pixels)
    _check_size((page.tilewidth, page.tilelength), label, max_pixels)
    return _photo(decoders.read_deep_tiff(page), facts, label)


def _photo(samples: Samples, facts: _Facts, label: str, *, upright: bool = False) -> Photo:
    if not samples.colour.size:  # some formats can say so in their header
        raise PhotoError(f"{label} has no pixels. Choose another photo.")
    block, xmp, alpha = facts.exif, facts.xmp, samples.alpha
    orientation = exif.orientation(block)
    if orientation is None:
        found = _XMP_ORIENTATION.search(xmp)
        orientation = int(found[2]) if found else 1
    turn = 1 if upright else orientation
    return Photo(
        pixels=_turned(to_srgb(samples, facts.icc), turn),
        alpha=None if alpha is None else _turned(alpha, turn),
        format=facts.format,
        name=label,
        exif=block if orientation == 1 else exif.with_fields(block, {exif.ORIENTATION: [1]}),
        dpi=facts.dpi[::-1] if facts.dpi and orientation >= 5 else facts.dpi,
        xmp=_XMP_ORIENTATION.sub(rb"\g<1>1", xmp),
    )


def _facts_of_image(image: Image.Image) -> _Facts:
    block = image.info.get("exif")
    if not isinstance(block, bytes):
        block = _held_exif(image)
    block = block if exif.is_readable(block) else b""
    xmp = image.info.get("xmp") or b""
    format = "JPEG" if image.format == "MPO" else image.format or "PNG"  # MPO: several JPEGs
    return _Facts(
        format=format,
        exif=block,
        xmp=xmp.encode() if isinstance(xmp, str) else bytes(xmp),
        icc=image.info.get("icc_profile") or b"",
        dpi=_usable_dpi(image.info.get("dpi")) or _usable_dpi(exif.resolution(block)),
    )


def _facts_of_tiff(tiff: exif.Tiff, stream: BinaryIO) -> _Facts:
    block = exif.from_tiff(stream)
    xmp, icc = tiff.field(exif.XMP), tiff.field(exif.ICC_PROFILE)
    return _Facts(
        format="TIFF",
        exif=block,
        xmp=xmp.raw if xmp else b"",
        icc=icc.raw if icc else b"",
        dpi=_usable_dpi(exif.resolution(block)),
    )


def _held_exif(image: Image.Image) -> bytes:
    """EXIF that Pillow has taken apart: of TIFF images, and of PNG that hold it as text."""
    try:
        held = image.getexif()
        block = held.tobytes() if held else b""
    except Exception:  # on damaged EXIF Pillow raises anything; the picture is still good
        return b""
    return exif.compact(block)


def _turned(array: Pixels, orientation: int) -> Pixels:
    """Make (H, W) or (H, W, C), stored in one of EXIF's orientations 1 to 8, upright."""
    if orientation >= 5:  # 5 to 8 have rows and columns exchanged
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)


def _usable_dpi(dpi: Any) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in dpi)
    except (TypeError, ValueError, ArithmeticError):
        return None
    usable = all(math.isfinite(value) and 1 <= value <= 65_535 for value in (across, down))
    return (_whole_if_near(across), _whole_if_near(down)) if usable else None


def _whole_if_near(dpi: float) -> float:
    # PNG counts whole dots a metre, half of which are 0.0127 dpi: there 300 comes as 299.9994.
    return float(round(dpi)) if abs(dpi - round(dpi)) < 0.013 else dpi


@contextmanager
def opened(source: File) -> Iterator[BinaryIO]:
    """Give a file's bytes as a stream.

    Raises:
        OSError: it cannot be opened.
        PhotoError: it is no file.
    """
    if isinstance(source, bytes):
        yield BytesIO(source)
        return
    if isinstance(source, IOBase):
        yield cast(BinaryIO, source)
        return
    path = Path(cast(str, source))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():  # a pipe would wait for ever, /dev/zero never end
        raise PhotoError(f"{name_of(source)} is not a file. Choose a photo.")
    with path.open("rb") as stream:
        yield stream


def _check_size(size: tuple[int, int], label: str, max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise PhotoError(
            f"{label} has {width} x {height} pixels, more than the {max_pixels:,} that are "
            "accepted. Make a smaller copy."
        )


def name_of(source: Source) -> str:
    """What messages call a photo that was given no name."""
    if isinstance(source, Image.Image):
        source = getattr(source, "filename", "") or "photo"
    if isinstance(source, bytes | IOBase):
        return "photo"
    return printable(Path(cast(str, source)).name or str(source))
