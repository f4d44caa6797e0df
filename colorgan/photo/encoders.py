"""Pixels and metadata to a file's bytes, one function a format.

PNG and TIFF are written here, at 8 and 16 bits alike: Pillow has no 16-bit colour, and imagecodecs
and tifffile have no EXIF with its inner directories. JPEG, WebP, HEIF and AVIF are Pillow's.
The encoders' own errors pass through; `colorgan.photo` turns them into sentences.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import exif
from .icc import srgb_profile
from .samples import Pixels

_JPEG_SEGMENT = 65_502  # what EXIF or XMP may fill in a JPEG
_PNG_HEADER_END = 33  # the signature and the IHDR chunk, with which every PNG begins
_PNG_LEVEL = 4  # a third of the time of zlib's usual 6, for files some 3 % larger
_TIFF_STRIP = 1 << 20  # bytes before compression
_TIFF_DEFLATE, _TIFF_RGB, _TIFF_DIFFERENCES, _TIFF_ALPHA = 8, 2, 2, 2


@dataclass(frozen=True, eq=False)
class Picture:
    """What goes into a file."""

    pixels: Pixels
    """(H, W, 3 or 4) sRGB and perhaps alpha, uint8 or uint16."""
    exif: bytes
    """An EXIF block with orientation 1 (see `colorgan.photo.exif`)."""
    xmp: bytes
    dpi: tuple[float, float] | None


def eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """16 bits to the nearest of 8, which is v / 257 rounded; 8 bits as they are."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def png(picture: Picture) -> bytes:
    """A PNG file."""
    data = bytes(imagecodecs.png_encode(np.ascontiguousarray(picture.pixels), level=_PNG_LEVEL))
    chunks = [_png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(srgb_profile()))]
    if picture.dpi:
        per_metre = (round(value / 0.0254) for value in picture.dpi)
        chunks.append(_png_chunk(b"pHYs", struct.pack(">LLB", *per_metre, 1)))
    chunks.append(_png_chunk(b"eXIf", picture.exif.removeprefix(exif.PREFIX)))
    chunks.append(_png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + picture.xmp))
    return b"".join([data[:_PNG_HEADER_END], *chunks, data[_PNG_HEADER_END:]])


def tiff(picture: Picture) -> bytes:
    """A TIFF file.

    An EXIF block is a small TIFF already. The pixels, and the fields that describe them, are
    appended to it, so that even offsets inside maker notes stay true.
    """
    pixels = picture.pixels
    height, width, channels = pixels.shape
    file = bytearray(exif.with_fields(picture.exif, {}))
    start = len(exif.PREFIX)  # a block's offsets count from behind its prefix
    order: Literal["<", ">"] = "<" if file[start : start + 2] == b"II" else ">"
    rows = max(1, _TIFF_STRIP // (width * channels * pixels.itemsize))
    strips = [_tiff_strip(pixels[top : top + rows], order) for top in range(0, height, rows)]
    places = []
    for strip in strips:
        places.append(len(file) - start)
        file += strip + bytes(len(strip) % 2)
    fields: dict[int, exif.Value | None] = {
        **dict.fromkeys(exif.PICTURE_FIELDS),
        exif.IMAGE_WIDTH: [width],
        exif.IMAGE_LENGTH: [height],
        exif.BITS_PER_SAMPLE: [8 * pixels.itemsize] * channels,
        exif.COMPRESSION: [_TIFF_DEFLATE],
        exif.PHOTOMETRIC: [_TIFF_RGB],
        exif.STRIP_OFFSETS: places,
        exif.SAMPLES_PER_PIXEL: [channels],
        exif.ROWS_PER_STRIP: [rows],
        exif.STRIP_BYTE_COUNTS: [len(strip) for strip in strips],
        exif.PREDICTOR: [_TIFF_DIFFERENCES],
        exif.EXTRA_SAMPLES: [_TIFF_ALPHA] if channels == 4 else None,
        exif.XMP: picture.xmp,
        exif.ICC_PROFILE: srgb_profile(),
    }
    return exif.with_fields(bytes(file), fields).removeprefix(exif.PREFIX)


def jpeg(picture: Picture) -> bytes:
    """A JPEG file of full colour resolution; alpha is laid on white.

    EXIF that is too long for a JPEG loses bytes that nothing uses, then its long fields (maker
    notes); XMP that is too long is left out.
    """
    image = _image(picture)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    blocks = (picture.exif, exif.compact(picture.exif), exif.compact(picture.exif, longest=4096))
    short = next((block for block in blocks if len(block) <= _JPEG_SEGMENT), b"")
    xmp = picture.xmp if len(picture.xmp) <= _JPEG_SEGMENT else b""
    dpi = picture.dpi or (0, 0)
    return _saved(image, "JPEG", short, xmp, quality=95, subsampling="4:4:4", dpi=dpi)


def webp(picture: Picture) -> bytes:
    """A lossy WebP file."""
    return _saved(_image(picture), "WEBP", picture.exif, picture.xmp, quality=92)


def heif(picture: Picture) -> bytes:
    """A HEIC file."""
    return _saved(_image(picture), "HEIF", picture.exif, picture.xmp, quality=90)


def avif(picture: Picture) -> bytes:
    """An AVIF file."""
    # Pillow writes the whole block anew where it finds an orientation, even this one.
    block = exif.with_fields(picture.exif, {exif.ORIENTATION: None})
    return _saved(_image(picture), "AVIF", block, picture.xmp, quality=90)


ENCODERS: dict[str, Callable[[Picture], bytes]] = {
    **{"JPEG": jpeg, "PNG": png, "TIFF": tiff, "WEBP": webp, "HEIF": heif, "AVIF": avif}
}


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray(eight_bits(picture.pixels))


def _saved(image: Image.Image, format: str, block: bytes, xmp: bytes, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, exif=block, xmp=xmp, icc_profile=srgb_profile(), **options)
    return file.getvalue()


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def _tiff_strip(rows: Pixels, order: Literal["<", ">"]) -> bytes:
    """The rows as differences to the left neighbour, deflated."""
    steps = rows.copy()
    steps[:, 1:] -= rows[:, :-1]
    raw = steps.astype(steps.dtype.newbyteorder(order), copy=False).tobytes()
    return bytes(imagecodecs.deflate_encode(raw, 6))
