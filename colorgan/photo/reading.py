"""A picture file to a Photo: a stream or an image becomes samples and facts, these a Photo."""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO, IOBase
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..errors import PhotoError
from . import decoders, exif, jpeg_parts, other_parts, png_parts, tiff_pages, truth, xmp
from .icc import Pixels, Samples, to_srgb
from .parts import COMMENT, Parts, Text, left_out, readable
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
_CONTAINERS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], Parts]], ...] = (
    (re.compile(jpeg_parts.START + b"\xff"), jpeg_parts.parts),
    (re.compile(png_parts.START), png_parts.parts),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), other_parts.webp),
    (re.compile(rb"GIF8[79]a"), other_parts.gif),
    (re.compile(re.escape(other_parts.JP2_START)), other_parts.jpeg_2000),
    (re.compile(rb"P[1-6]\s"), other_parts.pnm),
)
_JPEG = ("JPEG", "MPO")  # the second is several JPEGs
_LEAST_DPI = 2.54  # one dot an inch or a centimetre: written where nobody knew


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
    iptc: bytes
    texts: tuple[Text, ...]
    notices: tuple[str, ...]


def _from_stream(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    head = stream.read(32)
    if not head:
        raise PhotoError(f"{label} is empty. Copy or download it again.")
    if head.startswith(tiff_pages.STARTS):
        pages = tiff_pages.places(stream)
        page = tiff_pages.alone(stream, pages[0]) if pages else stream
        return _first_of(_from_tiff(page, label, max_pixels), len(pages), "pages")
    parts = parts_of(stream)
    stream = BytesIO(parts.data) if parts else stream
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
    _check_size(image.size, label, max_pixels)
    if parts and parts.finish:
        stream = BytesIO(parts.finish())
        image = decoders.open_image(stream)
    if decoders.is_deep_png(head):
        image.load()  # for metadata that stands behind the pixels
        stream.seek(0)
        samples = decoders.read_deep_png(stream.read())
        photo = _photo(samples, _facts_of_image(image, parts), label)
    else:
        photo = _from_image(image, label, max_pixels, parts)
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


def _from_image(
    image: Image.Image, label: str, max_pixels: int, parts: Parts | None = None
) -> Photo:
    _check_size(image.size, label, max_pixels)
    samples = decoders.read_image(image)  # first: some metadata comes with the pixels
    if parts and image.format in _JPEG and jpeg_parts.seems_cut(parts.data, samples):
        jpeg_parts.finished(parts.data)  # raises where a program has put an end to half a picture
    return _photo(samples, _facts_of_image(image, parts), label)


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
    alpha = samples.alpha
    orientation = exif.orientation(facts.exif) or xmp.orientation(facts.xmp) or 1
    turn = 1 if upright else orientation
    pixels = _turned(to_srgb(samples, facts.icc), turn)
    now = truth.Facts(
        width=pixels.shape[1],
        height=pixels.shape[0],
        dpi=facts.dpi[::-1] if facts.dpi and orientation >= 5 else facts.dpi,
        turned=orientation != 1,
    )
    return Photo(
        pixels=pixels,
        alpha=None if alpha is None else _turned(alpha, turn),
        format=facts.format,
        name=label,
        exif=truth.of_exif(facts.exif, now),
        dpi=now.dpi,
        xmp=truth.of_xmp(facts.xmp, now),
        notices=facts.notices,
        iptc=facts.iptc,
        texts=facts.texts,
    )


def parts_of(stream: BinaryIO) -> Parts | None:
    """What a file holds, where its container is known here; Pillow tells it of the others."""
    stream.seek(0)
    head = stream.read(32)
    known = next((parts for start, parts in _CONTAINERS if start.match(head)), None)
    stream.seek(0)
    return known(stream.read()) if known else None


def read_frame(image: Image.Image, parts: Parts | None, label: str, max_pixels: int) -> Photo:
    """Read the frame at which an animation stands; `parts` are those of its file, where known."""
    return _from_image(image, label, max_pixels, parts)


def _parts_of_image(image: Image.Image) -> Parts:
    """What Pillow has taken from a file, or a program has given to an image."""
    info = image.info
    block = info.get("exif")
    photoshop = info.get("photoshop")
    iptc = photoshop.get(0x0404, b"") if isinstance(photoshop, dict) else b""
    packet = info.get("xmp") or b""
    # To look for texts behind its last frame would take an animation's decoder to its end.
    texts = {} if frame_count(image) > 1 else dict(getattr(image, "text", {}))
    if comment := info.get("comment"):
        texts[COMMENT] = comment if isinstance(comment, str) else bytes(comment).decode("latin-1")
    parts = readable(
        b"",
        exif_block=block if isinstance(block, bytes) else _held_exif(image),
        packet=packet.encode() if isinstance(packet, str) else bytes(packet),
        block=iptc if isinstance(iptc, bytes) else b"",
        texts=[Text(key, str(text)) for key, text in texts.items() if key != png_parts.XMP_KEYWORD],
    )
    return parts if isinstance(block, bytes) else parts._replace(exif=exif.compact(parts.exif))


def _facts_of_image(image: Image.Image, parts: Parts | None = None) -> _Facts:
    if parts is None:
        parts = _parts_of_image(image)
    format = "JPEG" if image.format in _JPEG else image.format or "PNG"
    # Pillow takes a JPEG's bare numbers for dots per inch too, when EXIF has them.
    unitless = format == "JPEG" and image.info.get("jfif_unit") not in (1, 2)
    return _Facts(
        format=format,
        exif=parts.exif,
        xmp=parts.xmp,
        icc=parts.icc or image.info.get("icc_profile") or b"",
        dpi=(None if unitless else _usable_dpi(image.info.get("dpi")))
        or _usable_dpi(exif.resolution(parts.exif)),
        iptc=parts.iptc,
        texts=parts.texts + _coded_comment(image),
        notices=parts.notices,
    )


def _coded_comment(image: Image.Image) -> tuple[Text, ...]:
    """A comment among the coded pixels of a JPEG 2000."""
    comment = image.info.get("comment") if image.format == "JPEG2000" else None
    if isinstance(comment, bytes):
        comment = comment.decode("latin-1")
    if not comment or other_parts.is_encoders_comment(comment):
        return ()
    return (Text(COMMENT, comment),)


def _facts_of_tiff(tiff: exif.Tiff, stream: BinaryIO) -> _Facts:
    raw = {
        tag: field.raw if (field := tiff.field(tag)) else b""
        for tag in (exif.XMP, exif.IPTC, exif.PHOTOSHOP, exif.ICC_PROFILE)
    }
    parts = readable(
        b"",
        exif_block=exif.from_tiff(stream),
        packet=raw[exif.XMP],
        block=raw[exif.IPTC],
        resources=raw[exif.PHOTOSHOP],
        notices=[left_out("text")] if tiff.has_damaged_text(tiff.first) else [],
    )
    return _Facts(
        format="TIFF",
        exif=parts.exif,
        xmp=parts.xmp,
        icc=raw[exif.ICC_PROFILE],
        dpi=_usable_dpi(exif.resolution(parts.exif)),
        iptc=parts.iptc,
        texts=(),
        notices=parts.notices,
    )


def _held_exif(image: Image.Image) -> bytes:
    """EXIF that Pillow has taken apart: of TIFF images, and of PNG that hold it as text."""
    try:
        held = image.getexif()
        return held.tobytes() if held else b""
    except Exception:  # on damaged EXIF Pillow raises anything; the picture is still good
        return b""


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
    usable = all(math.isfinite(value) and _LEAST_DPI < value <= 65_535 for value in (across, down))
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
