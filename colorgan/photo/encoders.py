"""Pixels and metadata to a file's bytes, one function a format.

PNG and TIFF are written here, at 8 and 16 bits alike: Pillow has no 16-bit colour, and imagecodecs
and tifffile have no EXIF with its inner directories. JPEG, WebP, HEIF and AVIF are Pillow's.
The encoders' own errors pass through; `colorgan.photo` turns them into sentences.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal, TypeVar

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import exif, iptc, jpeg_parts, xmp
from .captions import Captions, of_long_exif
from .icc import srgb_profile
from .parts import Text
from .samples import Pixels

_JPEG_SEGMENT = 65_502  # what EXIF or XMP may fill in a JPEG
_PNG_HEADER_END = 33  # the signature and the IHDR chunk, with which every PNG begins
_EXTENDED_PIECE = 65_400  # of an extended XMP packet in each segment of a JPEG
_LONGEST_FIELDS = (1 << 31, 1 << 15, 1 << 14, 1 << 13, 1 << 12)  # tried in turn where EXIF is long
_LONG_TEXT, _PILLOWS_LONGEST = 1 << 10, 1 << 20
_PNG_LEVEL = 4  # a third of the time of zlib's usual 6, for files some 3 % larger
_TIFF_STRIP = 1 << 20  # bytes before compression
_TIFF_DEFLATE, _TIFF_RGB, _TIFF_DIFFERENCES, _TIFF_ALPHA = 8, 2, 2, 2

# A TIFF must have these fields; without a unit they say that pixels are square.
_TIFF_NO_DPI: dict[int, exif.Value | None] = {
    exif.X_RESOLUTION: 1.0,
    exif.Y_RESOLUTION: 1.0,
    exif.RESOLUTION_UNIT: [1],
}


@dataclass(frozen=True, eq=False)
class Picture:
    """What goes into a file."""

    pixels: Pixels
    """(H, W, 3 or 4) sRGB and perhaps alpha, uint8 or uint16."""
    captions: Captions
    """What the file says, in the places that its format has."""
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
    said = picture.captions
    chunks.append(_png_chunk(b"eXIf", said.exif.removeprefix(exif.PREFIX)))
    chunks.append(_png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + said.xmp))
    if said.iptc:
        chunks.append(_png_iptc(said.iptc))
    chunks += [_png_text(each) for each in said.texts]
    return b"".join([data[:_PNG_HEADER_END], *chunks, data[_PNG_HEADER_END:]])


def tiff(picture: Picture) -> bytes:
    """A TIFF file.

    An EXIF block is a small TIFF already. The pixels, and the fields that describe them, are
    appended to it, so that even offsets inside maker notes stay true.
    """
    pixels = picture.pixels
    height, width, channels = pixels.shape
    file = bytearray(exif.with_fields(picture.captions.exif, {}))
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
        **({} if picture.dpi else _TIFF_NO_DPI),
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
        exif.XMP: picture.captions.xmp,
        exif.IPTC: picture.captions.iptc or None,
        exif.ICC_PROFILE: srgb_profile(),
    }
    return exif.with_fields(bytes(file), fields).removeprefix(exif.PREFIX)


def jpeg(picture: Picture) -> bytes:
    """A JPEG file of full colour resolution; alpha is laid on white.

    EXIF that is too long for a JPEG loses bytes that nothing uses, then its longest fields (maker
    notes), of which texts go into XMP. XMP that is too long goes on in an extended packet.
    """
    image = _image(picture)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    said = picture.captions
    block, packet = said.exif, said.xmp
    if len(block) > _JPEG_SEGMENT:
        packet = xmp.added(packet, of_long_exif(block))
        shorter = (exif.compact(block, longest) for longest in _LONGEST_FIELDS)
        block = next((each for each in shorter if len(each) <= _JPEG_SEGMENT), b"")
    short, extended = xmp.split(packet, _JPEG_SEGMENT)
    segments = [_jpeg_segment(jpeg_parts.APP1, jpeg_parts.XMP_HEAD + short)] if short else []
    segments += _jpeg_extended(extended)
    if said.iptc:
        resource = iptc.as_resource(said.iptc)
        for piece in _pieces(resource, _JPEG_SEGMENT):
            segments.append(_jpeg_segment(jpeg_parts.APP13, jpeg_parts.PHOTOSHOP_HEAD + piece))
    for text in said.texts:
        for piece in _pieces(text.text.encode("utf-8", "replace"), _JPEG_SEGMENT):
            segments.append(_jpeg_segment(jpeg_parts.COM, piece))
    extra = b"".join(segments)
    dpi = picture.dpi or (0, 0)
    file = BytesIO()
    image.save(file, "JPEG", exif=block, icc_profile=srgb_profile(), extra=extra, dpi=dpi,
               quality=95, subsampling="4:4:4")  # fmt: skip
    return file.getvalue()


def webp(picture: Picture) -> bytes:
    """A lossy WebP file."""
    return _saved(_image(picture), "WEBP", picture.captions, quality=92)


def heif(picture: Picture) -> bytes:
    """A HEIC file."""
    return _saved(_image(picture), "HEIF", picture.captions, quality=90)


def avif(picture: Picture) -> bytes:
    """An AVIF file."""
    # Pillow writes the whole block anew where it finds an orientation, even this one.
    block = exif.with_fields(picture.captions.exif, {exif.ORIENTATION: None})
    return _saved(_image(picture), "AVIF", picture.captions._replace(exif=block), quality=90)


ENCODERS: dict[str, Callable[[Picture], bytes]] = {
    **{"JPEG": jpeg, "PNG": png, "TIFF": tiff, "WEBP": webp, "HEIF": heif, "AVIF": avif}
}


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray(eight_bits(picture.pixels))


def _saved(image: Image.Image, format: str, said: Captions, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, exif=said.exif, xmp=said.xmp, icc_profile=srgb_profile(), **options)
    return file.getvalue()


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def _png_text(text: Text) -> bytes:
    """A text as a chunk: short and Latin as tEXt, any other as iTXt, long ones packed.

    Pillow refuses a whole picture for a packed text of more than 1 MiB: such a one stays plain.
    """
    keyword = (text.keyword.encode("latin-1", "replace").strip()[:79] or b"Comment") + b"\0"
    raw = text.text.encode("utf-8", "replace")
    packed = _LONG_TEXT < len(raw) < _PILLOWS_LONGEST
    raw = zlib.compress(raw) if packed else raw
    if text.text.isascii() and not text.language and not text.translated:
        return _png_chunk(b"zTXt", keyword + b"\0" + raw) if packed else (
            _png_chunk(b"tEXt", keyword + raw)
        )  # fmt: skip
    language = text.language.encode("ascii", "ignore") + b"\0"
    translated = text.translated.encode("utf-8", "replace") + b"\0"
    return _png_chunk(b"iTXt", keyword + bytes([packed, 0]) + language + translated + raw)


def _png_iptc(block: bytes) -> bytes:
    """IPTC as ImageMagick and ExifTool put it into a PNG: hexadecimal digits in a text."""
    resource = iptc.as_resource(block)
    lines = "\n".join(_pieces(resource.hex(), 72))
    return _png_text(Text("Raw profile type iptc", f"\niptc\n{len(resource):8}\n{lines}\n"))


def _jpeg_segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(body)) + body


def _jpeg_extended(packet: bytes) -> list[bytes]:
    name = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    head = jpeg_parts.EXTENDED_HEAD + name + struct.pack(">L", len(packet))
    return [
        _jpeg_segment(jpeg_parts.APP1, head + struct.pack(">L", number * _EXTENDED_PIECE) + piece)
        for number, piece in enumerate(_pieces(packet, _EXTENDED_PIECE))
    ]


_Row = TypeVar("_Row", bytes, str)


def _pieces(whole: _Row, size: int) -> list[_Row]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _tiff_strip(rows: Pixels, order: Literal["<", ">"]) -> bytes:
    """The rows as differences to the left neighbour, deflated."""
    steps = rows.copy()
    steps[:, 1:] -= rows[:, :-1]
    raw = steps.astype(steps.dtype.newbyteorder(order), copy=False).tobytes()
    return bytes(imagecodecs.deflate_encode(raw, 6))
