"""JPEGs that Pillow does not decode: of 9 to 16 bits, and JPEG-LS. imagecodecs does."""

from __future__ import annotations

import struct
from typing import NamedTuple

import imagecodecs
import numpy as np

from .samples import Samples, UnsupportedPixels, split, stretched

START = b"\xff\xd8\xff"

_JPEG_LS = 0xF7
_FRAMES = {*range(0xC0, 0xD0), _JPEG_LS} - {0xC4, 0xC8, 0xCC}
_USUAL = {0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, _JPEG_LS}
"""Baseline, extended, progressive, lossless, and the two of these with arithmetic coding."""
_SCAN, _END = 0xDA, 0xD9
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


class Frame(NamedTuple):
    """What a JPEG says of its pixels."""

    marker: int
    """The second byte of its SOF marker, which names the coding."""
    bits: int
    height: int
    width: int
    channels: int
    place: int
    """Of the marker in the data."""


def frame(data: bytes | memoryview) -> Frame | None:
    """Find the header of a JPEG's pixels; None where there is none before they begin."""
    place, end = 2, len(data) - 10
    while place <= end:
        marker = data[place + 1]
        if data[place] != 0xFF or marker in (_SCAN, _END):
            return None
        if marker == 0xFF:  # padding
            place += 1
        elif marker in _FRAMES:
            bits, height, width, channels = struct.unpack_from(">BHHB", data, place + 4)
            return Frame(marker, bits, height, width, channels, place)
        elif marker in _ALONE:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def is_for_pillow(frame: Frame) -> bool:
    """Return whether Pillow decodes such pixels."""
    return frame.bits == 8 and frame.marker != _JPEG_LS


def check_coding(frame: Frame) -> None:
    """Raise UnsupportedPixels where no decoder knows the coding, such as a hierarchical one."""
    if frame.marker not in _USUAL:
        raise UnsupportedPixels(f"JPEG pixels of a rare coding (SOF{frame.marker - 0xC0})")


def as_usual(data: bytes, frame: Frame) -> bytes:
    """The same file, but called an 8-bit baseline one: Pillow then reads its metadata."""
    head = bytearray(data)
    head[frame.place + 1], head[frame.place + 4] = 0xC0, 8
    return bytes(head)


def read(data: bytes, frame: Frame) -> Samples:
    """Decode a JPEG of 2 to 16 bits or a JPEG-LS; 9 to 15 bits are stretched to 16.

    Raises:
        UnsupportedPixels: they are neither grey nor RGB.
        ValueError: the end is missing, which the decoder would fill with grey.
    """
    if frame.channels not in (1, 3):
        raise UnsupportedPixels(f"{frame.bits}-bit pixels of {frame.channels} channels")
    if not is_whole(data):
        raise ValueError("the end is missing")
    decode = imagecodecs.jpegls_decode if frame.marker == _JPEG_LS else imagecodecs.jpeg_decode
    return split(stretched(np.asarray(decode(data)), frame.bits))


def is_whole(data: bytes | memoryview) -> bool:
    """Return whether an end marker follows the first scan."""
    data = bytes(data)
    return data.rfind(b"\xff\xd9") > data.find(b"\xff\xda") >= 0
