"""JPEG 2000, in its boxes (.jp2, .jpf) or bare (.j2k), decoded by imagecodecs at its own depth.

Pillow cuts colour of more than 8 bits down, and turns white into black where 12 or 16 bits meet
the top of the range. It reads no colour profile either.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import imagecodecs
import numpy as np

from .boxes import boxes, content
from .samples import Samples, Space, UnsupportedPixels, divided, stretched

STARTS = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")

_COLOURS: dict[int, tuple[Space, int]] = {
    **{12: ("cmyk", 4), 16: ("rgb", 3), 17: ("grey", 1), 18: ("rgb", 3)},
    **{0: ("grey", 1), 15: ("grey", 1)},  # two levels: 0 with 1 for black, 15 with 1 for white
}
"""Enumerated colour spaces; openjpeg turns sYCC, 18, into RGB."""
_BLACK_IS_ONE = 0
_ENUMERATED, _RESTRICTED_ICC, _ANY_ICC = 1, 2, 3
_APART, _MULTIPLIED = 1, 2  # kinds of alpha in a cdef box
_MARKS, _COMMENT, _TILE, _END, _AS_TEXT = 0xFF00, 0xFF64, 0xFF90, 0xFFD9, 1


class Size(NamedTuple):
    """What a codestream says of itself."""

    width: int
    height: int
    bits: int
    """Of the deepest channel."""
    signed: bool
    channels: int
    steps: tuple[tuple[int, int], ...]
    """Of each channel, how many pixels across and down share one sample."""


class Header(NamedTuple):
    """What a file says before its pixels."""

    size: Size
    colours: int | None
    """The enumerated colour space, or None where it has a profile or says nothing."""
    icc: bytes
    palette_bits: int
    """Bits a channel of the palette, or 0 without one."""
    alpha: int
    """1 for alpha apart, 2 for alpha that colour was multiplied with, 0 for none."""
    dpi: tuple[float, float] | None


def codestream_size(data: bytes | memoryview) -> Size:
    """The size of a bare codestream, or of the first one in boxes.

    Raises:
        ValueError: there is none.
    """
    stream = _codestream(data)
    if bytes(stream[:4]) != STARTS[1] or len(stream) < 45:
        raise ValueError("no JPEG 2000 codestream")
    right, bottom, left, top = struct.unpack_from(">4L", stream, 8)
    (channels,) = struct.unpack_from(">H", stream, 40)
    components = bytes(stream[42 : 42 + 3 * channels])
    depths, across, down = (components[i::3] for i in range(3))
    if not depths or right <= left or bottom <= top:
        raise ValueError("an empty JPEG 2000 codestream")
    return Size(
        width=right - left,
        height=bottom - top,
        bits=max(depth & 0x7F for depth in depths) + 1,
        signed=any(depth & 0x80 for depth in depths),
        channels=channels,
        steps=tuple(zip(across, down, strict=False)),
    )


def comments(data: bytes) -> Iterator[bytes]:
    """The comments before the pixels that are text."""
    stream, place = _codestream(data), 2
    while place + 6 <= len(stream):
        mark, length, kind = struct.unpack_from(">3H", stream, place)
        if mark < _MARKS or mark in (_TILE, _END) or length < 2:
            return
        if mark == _COMMENT and kind == _AS_TEXT:
            yield bytes(stream[place + 6 : place + 2 + length])
        place += 2 + length


def read_header(data: bytes) -> Header:
    """What the file says of its picture; raises ValueError where it holds none."""
    size = codestream_size(data)
    if not data.startswith(STARTS[0]):
        return Header(size, None, b"", 0, 0, None)
    colours, icc, palette_bits, alpha, dpi = None, b"", 0, 0, None
    told = False
    for name, body in boxes(content(data, b"jp2h") or b""):
        if name == b"colr" and not told and len(body) >= 7:  # of several the first that is known
            if body[0] == _ENUMERATED:
                colours, told = int.from_bytes(body[3:7], "big"), True
            elif body[0] in (_RESTRICTED_ICC, _ANY_ICC):
                icc, told = bytes(body[3:]), True
        elif name == b"pclr" and len(body) > 3:
            palette_bits = max(each & 0x7F for each in body[3 : 3 + max(1, body[2])]) + 1
        elif name == b"cdef":
            alpha = _alpha(body)
        elif name == b"res ":
            dpi = _dpi(body)
    return Header(size, colours, icc, palette_bits, alpha, dpi)


def read(data: bytes, header: Header) -> Samples:
    """Decode the picture at its own depth; 9 to 15 bits are stretched to 16, fewer to 8.

    Signed channels are lifted so that their lowest number becomes 0, as all viewers do.

    Raises:
        UnsupportedPixels: more than 16 bits, or colours that are not grey, RGB or CMYK.
    """
    size, bits = header.size, header.palette_bits or header.size.bits
    if bits > 16 or size.bits > 16:
        raise UnsupportedPixels(f"{max(bits, size.bits)}-bit integer pixels")
    if header.colours is not None and header.colours not in _COLOURS:
        raise UnsupportedPixels(f"JPEG 2000 colours of the kind {header.colours}")
    if size.channels > 5:  # each takes memory for the whole picture
        raise UnsupportedPixels(f"pixels of {size.channels} channels")
    if not _can_be_joined(size.steps):  # openjpeg would print, and decode nonsense
        raise UnsupportedPixels("JPEG 2000 channels of unusual sizes")
    array = np.atleast_3d(imagecodecs.jpeg2k_decode(_without_restricted_icc(data)))
    if array.dtype.kind == "i":
        array = array.astype(np.int32) + (1 << (bits - 1))
    array = stretched(np.clip(array, 0, (1 << bits) - 1), bits)
    channels = array.shape[2]
    space, count = _COLOURS.get(header.colours or -1, ("rgb" if channels > 2 else "grey", 0))
    if header.icc[16:20] == b"CMYK":
        space = "cmyk"
    count = {"grey": 1, "rgb": 3, "cmyk": 4}[space]
    if channels < count:
        raise UnsupportedPixels(f"pixels of {channels} channels")
    colour = array[..., :count]
    if header.colours == _BLACK_IS_ONE:
        colour = np.iinfo(colour.dtype).max - colour
    # A channel that the file does not call alpha is infrared or the like: no alpha.
    alpha = array[..., count] if header.alpha and channels > count else None
    if alpha is not None and header.alpha == _MULTIPLIED:
        colour = divided(colour, alpha)
    return Samples(colour, space, alpha)


def _codestream(data: bytes | memoryview) -> memoryview:
    stream = memoryview(data)
    if bytes(stream[:4]) == STARTS[1]:
        return stream
    return content(stream, b"jp2c") or memoryview(b"")


def _without_restricted_icc(data: bytes) -> bytes | bytearray:
    """The file with its profile called one of any kind, which imagecodecs leaves alone.

    It applies restricted ones itself, and garbles what is grey or has 16 bits.
    """
    if not data.startswith(STARTS[0]):
        return data
    copy = bytearray(data)
    for name, body in boxes(content(copy, b"jp2h") or b""):
        if name == b"colr" and len(body) and body[0] == _RESTRICTED_ICC:
            body[0] = _ANY_ICC
    return copy


def _can_be_joined(steps: tuple[tuple[int, int], ...]) -> bool:
    """Whether all channels are at full size, but for two of chroma at half of it."""
    chroma = steps[1:3]
    is_full = all(step == (1, 1) for step in chroma)
    is_half = len(chroma) == 2 and chroma[0] == chroma[1] and chroma[0] in ((2, 1), (2, 2))
    return (is_full or is_half) and all(step == (1, 1) for step in steps[:1] + steps[3:])


def _alpha(body: memoryview) -> int:
    """The kind of alpha that a channel definition box names, or 0."""
    kinds = [kind for _, kind, _ in struct.iter_unpack(">3H", body[2:][: len(body[2:]) // 6 * 6])]
    return next((kind for kind in kinds if kind in (_APART, _MULTIPLIED)), 0)


def _dpi(body: memoryview) -> tuple[float, float] | None:
    """Dots per inch of a resolution box: of the scan where it is told, else of the display."""
    found = content(body, b"resc") or content(body, b"resd")
    if found is None or len(found) < 10:
        return None
    down, down_by, across, across_by, down_power, across_power = struct.unpack(">4H2b", found[:10])
    if not down_by or not across_by:
        return None
    return (
        across / across_by * 10.0**across_power * 0.0254,
        down / down_by * 10.0**down_power * 0.0254,
    )
