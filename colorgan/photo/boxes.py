"""The boxes that JPEG 2000, JPEG XL, HEIF and AVIF are made of (ISO/IEC 14496-12).

A box is its length, a name of four letters, and content, which may be boxes again. Lengths come
from the file and may be lies: what goes past the end is cut there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator


def boxes(data: bytes | bytearray | memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """The names and contents of the boxes that follow one another in `data`."""
    data = memoryview(data)
    place = 0
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">L4s", data, place)
        head = 8
        if length == 1 and place + 16 <= len(data):  # a long one
            (length,) = struct.unpack_from(">Q", data, place + 8)
            head = 16
        if length == 0:  # to the end
            length = len(data) - place
        if length < head:
            return
        yield name, data[place + head : place + length]
        place += length


def content(data: bytes | bytearray | memoryview, *path: bytes) -> memoryview | None:
    """The content of the first box of each name, one within the other, or None."""
    found = memoryview(data)
    for name in path:
        inner = next((body for each, body in boxes(found) if each == name), None)
        if inner is None:
            return None
        found = inner
    return found


def item_properties(data: bytes) -> list[tuple[bytes, memoryview]]:
    """The properties of a HEIF or AVIF file's main picture (ISO/IEC 23008-12), [] if damaged."""
    try:
        meta = content(data, b"meta")
        if meta is None:
            return []
        meta = meta[4:]  # version and flags
        properties, uses = content(meta, b"iprp", b"ipco"), content(meta, b"iprp", b"ipma")
        main = content(meta, b"pitm")
        if properties is None or uses is None or main is None:
            return []
        every = list(boxes(properties))
        number = struct.unpack_from(">L" if main[0] else ">H", main, 4)[0]
        return [every[index - 1] for index in _indices(uses, number) if 0 < index <= len(every)]
    except (struct.error, IndexError):
        return []


def _indices(uses: memoryview, item: int) -> list[int]:
    """Which properties belong to an item, counted from 1, by an ipma box."""
    version, wide = uses[0], uses[3] & 1
    (items,) = struct.unpack_from(">L", uses, 4)
    place = 8
    for _ in range(items):
        number = struct.unpack_from(">L" if version else ">H", uses, place)[0]
        place += 4 if version else 2
        count = uses[place]
        layout, mask = (f">{count}H", 0x7FFF) if wide else (f">{count}B", 0x7F)
        indices = struct.unpack_from(layout, uses, place + 1)
        if number == item:
            return [index & mask for index in indices]
        place += 1 + struct.calcsize(layout)
    return []
