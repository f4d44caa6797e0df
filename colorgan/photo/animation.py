"""Animations of PNG and WebP, put together from still files of their frames.

Each frame is whole and replaces the one before, so nothing is left to blend. The pixels stay as the
still files hold them; what the first one says of the photo counts for the animation.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import BinaryIO

Frames = Iterable[tuple[bytes, float]]
"""A still file of each frame, all of one size and kind, and how many milliseconds it is shown."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_SOURCE = bytes([0, 0])  # leave the frame where it is; do not blend the next one over it
_WEBP_PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_WEBP_EXTENDED, _WEBP_ALPHA, _WEBP_ANIMATED, _WEBP_NO_BLENDING = b"VP8X", 0x10, 0x02, 0x02
_WEBP_LONGEST = (1 << 24) - 1


def write_png(file: BinaryIO, frames: Frames, count: int, plays: int) -> None:
    """Write an animated PNG, whose first frame is what viewers without animation show.

    Args:
        file: an empty one.
        frames: PNG files.
        count: how many.
        plays: how often it is played, 0 for ever.
    """
    number = 0  # each fcTL and fdAT chunk has the next one
    file.write(_SIGNATURE)
    for index, (still, milliseconds) in enumerate(frames):
        begun = False
        for name, data in _png_chunks(still):
            if name == b"IDAT" and not begun:
                file.write(_png_chunk(b"fcTL", _png_control(still, number, milliseconds)))
                number, begun = number + 1, True
            if name == b"IDAT" and index:
                file.write(_png_chunk(b"fdAT", struct.pack(">L", number) + data))
                number += 1
            elif not index and name != b"IEND":
                file.write(_png_chunk(name, data))
            if name == b"IHDR" and not index:
                file.write(_png_chunk(b"acTL", struct.pack(">LL", count, plays)))
    file.write(_png_chunk(b"IEND", b""))


def write_webp(file: BinaryIO, frames: Frames, plays: int, alpha: bool) -> None:
    """Write an animated WebP.

    Args:
        file: an empty one.
        frames: WebP files with an extended header (those with metadata have one).
        plays: how often it is played, 0 for ever.
        alpha: whether any frame has some.
    """
    behind: list[tuple[bytes, bytes]] = []
    file.write(b"RIFF\0\0\0\0WEBP")
    for index, (still, milliseconds) in enumerate(frames):
        chunks = list(_webp_chunks(still))
        header = dict(chunks)[_WEBP_EXTENDED]
        if index == 0:
            flags = (header[0] | _WEBP_ANIMATED) & ~_WEBP_ALPHA | (_WEBP_ALPHA if alpha else 0)
            file.write(_webp_chunk(_WEBP_EXTENDED, bytes([flags]) + header[1:]))
            for name, data in chunks:
                if name == b"ICCP":
                    file.write(_webp_chunk(name, data))
            file.write(_webp_chunk(b"ANIM", struct.pack("<LH", 0, min(plays, 0xFFFF))))
            behind = [(name, data) for name, data in chunks if name in (b"EXIF", b"XMP ")]
        shown = min(round(milliseconds), _WEBP_LONGEST).to_bytes(3, "little")
        size = header[4:10]  # as an animation's frames have it, too: width and height less 1
        picture = b"".join(_webp_chunk(*chunk) for chunk in chunks if chunk[0] in _WEBP_PICTURE)
        place = bytes(6)
        frame = place + size + shown + bytes([_WEBP_NO_BLENDING]) + picture
        file.write(_webp_chunk(b"ANMF", frame))
    for name, data in behind:
        file.write(_webp_chunk(name, data))
    length = file.tell() - 8
    file.seek(4)
    file.write(struct.pack("<L", length))


def _png_control(still: bytes, number: int, milliseconds: float) -> bytes:
    size = still[16:24]  # width and height, as the header has them
    seconds = Fraction(milliseconds / 1000).limit_denominator(1000)
    if seconds.numerator > 0xFFFF:  # over a minute: to a hundredth, and no longer than can be told
        seconds = Fraction(min(round(seconds * 100), 0xFFFF), 100)
    delay = struct.pack(">HH", seconds.numerator, seconds.denominator)
    return struct.pack(">L", number) + size + bytes(8) + delay + _PNG_SOURCE


def _png_chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(file):
        (length,) = struct.unpack_from(">L", file, place)
        yield file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        place += 12 + length


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def _webp_chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place < len(file):
        name, length = struct.unpack_from("<4sL", file, place)
        yield name, file[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _webp_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sL", name, len(data)) + data + bytes(len(data) % 2)
