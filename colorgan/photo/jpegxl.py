"""JPEG XL: its header, which imagecodecs does not tell, and its pixels.

The header (ISO/IEC 18181-1, annex D) is read for the size, so that no file can ask for more memory
than allowed, and for what the numbers mean.
"""

from __future__ import annotations

from typing import NamedTuple

import imagecodecs
import numpy as np

from .boxes import boxes
from .samples import Pixels, Samples, UnsupportedFile, UnsupportedPixels, split, stretched

STARTS = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")

_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_ALPHA, _BLACK, _SPOT, _CFA = 0, 3, 2, 5  # kinds of extra channels
_GREY = 1


class Header(NamedTuple):
    """What a JPEG XL file says of its picture."""

    width: int
    """As stored."""
    height: int
    bits: int
    floating: bool
    channels: int
    """Colours and extra ones."""
    has_alpha: bool
    """The first extra channel is alpha."""
    is_grey: bool
    tones: tuple[int, int] | None
    """Primaries and transfer as numbers of ITU-T H.273; None where it brings an ICC profile."""


class _Bits:
    """Reads numbers from bytes, lowest bit first; zeros follow the end."""

    def __init__(self, data: bytes) -> None:
        self._whole = int.from_bytes(data[:4096], "little")

    def take(self, count: int) -> int:
        value = self._whole & ((1 << count) - 1)
        self._whole >>= count
        return value

    def choice(self, *ways: tuple[int, int]) -> int:
        """The format's U32: two bits choose an offset and how many bits are added to it."""
        offset, count = ways[self.take(2)]
        return offset + self.take(count)

    def enum(self) -> int:
        return self.choice((0, 0), (1, 0), (2, 4), (18, 6))


def read_header(data: bytes) -> Header:
    """Read the header.

    Raises:
        ValueError: there is none.
        UnsupportedFile: it is that of an animation.
        UnsupportedPixels: they are in CMYK, or of many channels.
    """
    stream = data
    if data.startswith(STARTS[1]):
        parts = []
        for name, body in boxes(data):
            if name == b"jxlc":
                parts.append(bytes(body[:4096]))
            elif name == b"jxlp":
                parts.append(bytes(body[4:4096]))
        stream = b"".join(parts[:8])
    if not stream.startswith(STARTS[0]):
        raise ValueError("no JPEG XL codestream")
    bits = _Bits(stream[2:])
    width, height = _size(bits)
    if bits.take(1):  # all as usual
        return Header(width, height, 8, False, 3, False, False, (1, 13))
    if bits.take(1):
        bits.take(3)  # orientation, which the decoder applies
        if bits.take(1):
            _size(bits)
        if bits.take(1):
            _preview(bits)
        if bits.take(1):
            raise UnsupportedFile(
                "an animation in JPEG XL, which cannot be read. Save it as GIF or WebP"
            )
    depth, floating = _depth(bits)
    bits.take(1)
    extra = bits.choice((0, 0), (1, 0), (2, 4), (1, 12))
    if extra > 4:  # each takes memory for the whole picture
        raise UnsupportedPixels(f"pixels of {3 + extra} channels")
    kinds = [_extra_channel(bits) for _ in range(extra)]
    bits.take(1)  # XYB inside
    is_grey, tones = _colours(bits)
    if _BLACK in kinds:
        raise UnsupportedPixels("JPEG XL pixels in CMYK")
    channels = (1 if is_grey else 3) + extra
    has_alpha = kinds[:1] == [_ALPHA]
    return Header(width, height, depth, floating, channels, has_alpha, is_grey, tones)


def read(data: bytes, header: Header) -> Samples:
    """Decode the picture, upright.

    Raises:
        UnsupportedPixels: floating-point numbers, or more than 16 bits.
    """
    if header.floating or header.bits > 16:
        kind = "floating-point" if header.floating else "integer"
        raise UnsupportedPixels(f"{header.bits}-bit {kind} pixels")
    array: Pixels = np.atleast_3d(imagecodecs.jpegxl_decode(data, index=0))
    count = 1 if header.is_grey else 3
    return split(stretched(array[..., : count + header.has_alpha], header.bits))


def _size(bits: _Bits) -> tuple[int, int]:
    in_eights = bits.take(1)

    def side() -> int:
        if in_eights:
            return 8 * (1 + bits.take(5))
        return bits.choice((1, 9), (1, 13), (1, 18), (1, 30))

    height = side()
    ratio = _RATIOS.get(bits.take(3))
    return (height * ratio[0] // ratio[1] if ratio else side()), height


def _preview(bits: _Bits) -> None:
    in_eights = ((16, 0), (32, 0), (1, 5), (33, 9))
    ways = in_eights if bits.take(1) else ((1, 6), (65, 8), (321, 10), (1345, 12))
    bits.choice(*ways)
    if not bits.take(3):
        bits.choice(*ways)


def _depth(bits: _Bits) -> tuple[int, bool]:
    if bits.take(1):
        depth = bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
        bits.take(4)
        return depth, True
    return bits.choice((8, 0), (10, 0), (12, 0), (1, 6)), False


def _extra_channel(bits: _Bits) -> int:
    if bits.take(1):
        return _ALPHA
    kind = bits.enum()
    _depth(bits)
    bits.choice((0, 0), (3, 0), (4, 0), (1, 3))
    bits.take(8 * bits.choice((0, 0), (0, 4), (16, 5), (48, 10)))
    if kind == _ALPHA:
        bits.take(1)
    elif kind == _SPOT:
        bits.take(64)
    elif kind == _CFA:
        bits.choice((1, 0), (0, 2), (3, 4), (19, 8))
    return kind


def _colours(bits: _Bits) -> tuple[bool, tuple[int, int] | None]:
    """Whether the picture is grey, and its primaries and transfer."""
    if bits.take(1):
        return False, (1, 13)
    own_profile = bits.take(1)
    space = bits.enum()
    if own_profile or space not in (0, _GREY):
        return space == _GREY, None
    white, primaries = bits.enum(), 1
    if white == 2:
        _custom_points(bits, 1)
    if space != _GREY:
        primaries = bits.enum()
        if primaries == 2:
            _custom_points(bits, 3)
    if bits.take(1):  # a gamma of its own
        return space == _GREY, None
    transfer = bits.enum()
    if white != 1:  # other whites than D65 would need their own profile
        primaries = 2
    return space == _GREY, (12 if primaries == 11 else primaries, transfer)


def _custom_points(bits: _Bits, count: int) -> None:
    for _ in range(2 * count):
        bits.choice((0, 19), (0x80000, 19), (0x100000, 20), (0x200000, 21))
