"""What a file says of its picture: its captions, and what the numbers of its pixels mean."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

import tifffile
from PIL import Image

from . import exif, hdr, jpeg2000, jpeg_parts, jpegxl, other_parts, png_parts, tiff_pages, tones
from .parts import COMMENT, Parts, Text, left_out, readable
from .tiff_fields import Tiff

JPEG = ("JPEG", "MPO")
"""Pillow's names for JPEG; the second is several of them."""

_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
_CONTAINERS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], Parts]], ...] = (
    (re.compile(jpeg_parts.START + b"\xff"), jpeg_parts.parts),
    (re.compile(png_parts.START), png_parts.parts),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), other_parts.webp),
    (re.compile(rb"GIF8[79]a"), other_parts.gif),
    (re.compile(b"|".join(map(re.escape, jpeg2000.STARTS))), other_parts.jpeg_2000),
    (re.compile(b"|".join(map(re.escape, jpegxl.STARTS))), other_parts.jpeg_xl),
    (re.compile(rb"P[1-7Ff]\s"), other_parts.pnm),
)
_LEAST_DPI = 2.54  # one dot an inch or a centimetre: written where nobody knew


class Facts(NamedTuple):
    """What a file says of its picture, as it is stored there."""

    format: str
    exif: bytes
    xmp: bytes
    icc: bytes
    """A profile, also where the file tells by numbers what its colours are."""
    dpi: tuple[float, float] | None
    iptc: bytes
    texts: tuple[Text, ...]
    notices: tuple[str, ...]
    hdr: hdr.Signal | None = None


def parts_of(stream: BinaryIO) -> Parts | None:
    """What a file holds, where its container is known here; Pillow tells it of the others."""
    stream.seek(0)
    head = stream.read(32)
    known = next((parts for start, parts in _CONTAINERS if start.match(head)), None)
    stream.seek(0)
    return known(stream.read()) if known else None


def frame_count(image: Image.Image) -> int:
    """How many frames an animation has; 1 where the image is none.

    Further pictures in JPEG and HEIC files are gain maps, previews and the like.
    """
    return int(getattr(image, "n_frames", 1)) if image.format in _ANIMATED else 1


def of_parts(
    format: str,
    parts: Parts,
    meaning: tones.Meaning | None = None,
    dpi: tuple[float, float] | None = None,
) -> Facts:
    """Of a file whose container and numbers are known; `dpi` is told outside EXIF."""
    meaning = meaning or tones.Meaning()
    return Facts(
        format=format,
        exif=parts.exif,
        xmp=parts.xmp,
        icc=meaning.icc,
        dpi=_usable_dpi(dpi) or _usable_dpi(exif.resolution(parts.exif)),
        iptc=parts.iptc,
        texts=parts.texts,
        notices=parts.notices,
        hdr=meaning.hdr,
    )


def of_image(image: Image.Image, parts: Parts | None = None, data: bytes = b"") -> Facts:
    """Of what Pillow has opened: an image of a program, or a file with these parts and bytes."""
    if parts is None:
        parts = _parts_of_image(image)
    format = "JPEG" if image.format in JPEG else image.format or "PNG"
    # Pillow takes a JPEG's bare numbers for dots per inch too, when EXIF has them.
    unitless = format == "JPEG" and image.info.get("jfif_unit") not in (1, 2)
    icc = parts.icc or image.info.get("icc_profile") or b""
    if format == "PNG":
        meaning = tones.of_png(data, image.info, icc)
    elif format in ("AVIF", "HEIF"):
        meaning = tones.of_boxes(data, icc)
    elif format == "JPEG" and not icc:
        meaning = tones.of_exif(parts.exif)
    else:
        meaning = tones.Meaning(icc)
    return of_parts(format, parts, meaning, None if unitless else image.info.get("dpi"))


def of_tiff(stream: BinaryIO, page: tifffile.TiffPage) -> Facts:
    """Of a TIFF and this picture in it, which may stand behind or within the first directory.

    What the first one says is said of the whole file; what the picture says itself goes before.
    """
    first = Tiff(stream)
    place = tiff_pages.Place(page.offset, first.link(page.offset)[0], 0)
    own = tiff_pages.alone(stream, place)
    both = (Tiff(own), first)
    raw = {
        tag: next((field.raw for each in both if (field := each.field(tag))), b"")
        for tag in (exif.XMP, exif.IPTC, exif.PHOTOSHOP, exif.ICC_PROFILE)
    }
    parts = readable(
        b"",
        exif_block=exif.joined(exif.from_tiff(stream), exif.from_tiff(own)),
        packet=raw[exif.XMP],
        block=raw[exif.IPTC],
        resources=raw[exif.PHOTOSHOP],
        notices=[left_out("text")] if any(one.has_damaged_text(one.first) for one in both) else [],
    )
    return of_parts("TIFF", parts, tones.Meaning(raw[exif.ICC_PROFILE]))


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


def _held_exif(image: Image.Image) -> bytes:
    """EXIF that Pillow has taken apart: of TIFF images, and of PNG that hold it as text."""
    try:
        held = image.getexif()
        return held.tobytes() if held else b""
    except Exception:  # on damaged EXIF Pillow raises anything; the picture is still good
        return b""


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
