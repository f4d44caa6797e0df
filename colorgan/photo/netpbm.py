"""PGM, PPM and PAM of more than 8 bits, which Pillow cuts to 8 or calls 32-bit numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from .samples import Samples, UnsupportedPixels, split

_SPACE = rb"(?:\s|#[^\r\n]*[\r\n])"
_HEADER = re.compile(rb"P([2356])" + (_SPACE + rb"+(\d{1,10})") * 3 + rb"\s")
_PAM_END = re.compile(rb"\sENDHDR\r?\n")
_PAM_NUMBER = rb"\s%s\s+(\d{1,10})\s"
_FLOATS = re.compile(rb"P[Ff]\s")


class Header(NamedTuple):
    """What a file says of its pixels."""

    width: int
    height: int
    channels: int
    top: int
    """The number that means white."""
    is_text: bool
    start: int
    """Where the pixels begin."""


def deep_header(head: bytes) -> Header | None:
    """The header of a file that begins with these bytes; None where Pillow reads it rightly.

    Raises:
        UnsupportedPixels: it is a PFM, of floating-point numbers.
    """
    if _FLOATS.match(head):
        raise UnsupportedPixels("32-bit floating-point pixels")
    if found := _HEADER.match(head):
        kind, *numbers = (int(number) for number in found.groups())
        width, height, top = numbers
        header = Header(width, height, 3 if kind in (3, 6) else 1, top, kind < 4, found.end())
    elif head.startswith(b"P7") and (end := _PAM_END.search(head)):
        values = [re.search(_PAM_NUMBER % name, head[: end.end()]) for name in _PAM_NAMES]
        if not all(values):
            raise ValueError("a PAM header without sizes")
        width, height, channels, top = (int(value[1]) for value in values if value)
        if channels > 4:
            raise UnsupportedPixels(f"pixels of {channels} channels")
        header = Header(width, height, channels, top, False, end.end())
    else:
        return None
    if not 0 < header.top < 65_536:
        raise ValueError("an impossible white")
    return header if header.top > 255 or head.startswith(b"P7") else None


_PAM_NAMES = (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL")


def read(data: bytes, header: Header) -> Samples:
    """Decode the pixels, stretched to the full range; raises ValueError where some are missing."""
    shape = (header.height, header.width, header.channels)
    count = header.height * header.width * header.channels
    deep = header.top > 255
    if header.is_text:
        words = data[header.start :].split(maxsplit=count)[:count]
        numbers = np.array(words, np.uint32)
    else:
        kind = np.dtype(">u2" if deep else "u1")
        numbers = np.frombuffer(data, kind, count, header.start)
    pixels = np.minimum(numbers.reshape(shape), header.top).astype(np.uint32)
    full = 65_535 if deep else 255
    scaled = (pixels * np.uint32(full) + header.top // 2) // np.uint32(header.top)
    return split(scaled.astype(np.uint16 if deep else np.uint8))
