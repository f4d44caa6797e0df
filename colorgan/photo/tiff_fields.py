"""The directories of a TIFF or BigTIFF file: reads their fields, and never raises for damaged ones.

The words are those of the TIFF 6.0 specification: a *directory* is a list of *fields*, each with a
*tag* (what it is), a *kind* (how its value is stored), a count and a value, which sits in the
field's own *slot* or, when longer than the slot, elsewhere.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

ASCII, SHORT, LONG, RATIONAL, UNDEFINED, DIRECTORY = 2, 3, 4, 5, 7, 13
WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value by its kind."""
BIG_WIDTHS = {**WIDTHS, 16: 8, 17: 8, 18: 8}


@dataclass(frozen=True)
class Field:
    """One field: its kind, how many values it has, and their bytes in the TIFF's byte order."""

    kind: int
    count: int
    raw: bytes


class Tiff:
    """Reads the directories of a TIFF or BigTIFF; raises ValueError where the header is none.

    `order` is "<" or ">" as in struct, `big` says BigTIFF, `first` is where the first directory
    starts.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._length = stream.seek(0, os.SEEK_END)
        head = self._read(0, 16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None or len(head) < 8:
            raise ValueError("not a TIFF header")
        self.order = order
        (version,) = struct.unpack(order + "H", head[2:4])
        if version not in (42, 43):
            raise ValueError("not a TIFF version")
        self.big = version == 43
        self.first = self.whole(head[8:16] if self.big else head[4:8])
        if self.first < 8:
            raise ValueError("no directory")

    def fields(self, start: int) -> dict[int, Field]:
        """The fields of the directory at `start` by tag, without those that cannot be read."""
        return {
            tag: Field(kind, count, raw)
            for tag, kind, count, slot in self.entries(start)
            if (raw := self.value(kind, count, slot)) is not None
        }

    def field(self, tag: int) -> Field | None:
        """One field of the first directory, or None where it is missing or damaged."""
        for found, kind, count, slot in self.entries(self.first):
            if found == tag and (raw := self.value(kind, count, slot)) is not None:
                return Field(kind, count, raw)
        return None

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The whole numbers in a field of the first directory; () where it is missing."""
        field = self.field(tag)
        return () if field is None else self.whole_numbers(field)

    def whole_numbers(self, field: Field) -> tuple[int, ...]:
        """The values of a field as unsigned whole numbers."""
        width = BIG_WIDTHS[field.kind]
        raw = field.raw
        return tuple(self.whole(raw[i : i + width]) for i in range(0, len(raw), width))

    def small(self, start: int) -> dict[int, int]:
        """By tag the fields of the directory at `start` that are one number, without any others."""
        widths = BIG_WIDTHS if self.big else WIDTHS
        return {
            tag: self.whole(slot[:width])
            for tag, kind, count, slot in self.entries(start)
            if count == 1 and 0 < (width := widths.get(kind, 0)) <= len(slot)
        }

    def link(self, start: int) -> tuple[int, int]:
        """Where the directory at `start` names the next one, and the place that it names there."""
        head, entry, width = (8, 20, 8) if self.big else (2, 12, 4)
        place = start + head + entry * self.whole(self._read(start, head))
        return place, self.whole(self._read(place, width))

    def has_damaged_text(self, start: int) -> bool:
        """Whether the directory at `start` names a text that is not there."""
        return any(
            kind == ASCII and count and self.value(kind, count, slot) is None
            for _, kind, count, slot in self.entries(start)
        )

    def inner(self, *path: int) -> int | None:
        """Where the directory starts that these tags lead to from the first one, or None."""
        place = self.first
        for tag in path:
            field = self.fields(place).get(tag)
            if field is None or field.kind not in (LONG, DIRECTORY):
                return None
            place = self.whole_numbers(field)[0]
        return place

    def slots(self, start: int) -> dict[int, bytes]:
        """A directory's fields by tag as they stand in a TIFF (not Big), 12 bytes each.

        Those that cannot be read are left out: Pillow refuses a whole TIFF for some of them.
        """
        return {
            tag: struct.pack(self.order + "HHL", tag, kind, count) + slot
            for tag, kind, count, slot in self.entries(start)
            if self.value(kind, count, slot) is not None
        }

    def entries(self, start: int) -> Iterator[tuple[int, int, int, bytes]]:
        """Yield tag, kind, count and slot of each field of the directory at `start`, as it is."""
        head, layout = ("Q", "HHQ8s") if self.big else ("H", "HHL4s")
        head_size = struct.calcsize("<" + head)
        size = struct.calcsize("<" + layout)
        count = self.whole(self._read(start, head_size))
        table = self._read(start + head_size, min(count, 0xFFFF) * size)
        table = table[: len(table) // size * size]
        yield from struct.iter_unpack(self.order + layout, table)

    def value(self, kind: int, count: int, slot: bytes) -> bytes | None:
        """The bytes of a field's value, from its slot or where that points; None if damaged."""
        size = count * (BIG_WIDTHS if self.big else WIDTHS).get(kind, 0)
        raw = slot[:size] if size <= len(slot) else self._read(self.whole(slot), size)
        return raw if size and len(raw) == size else None

    def _read(self, start: int, size: int) -> bytes:
        # Sizes come from the file and may be lies, which read() would try to find memory for.
        if start >= self._length:
            return b""
        self._stream.seek(start)
        return self._stream.read(min(size, self._length - start))

    def whole(self, raw: bytes) -> int:
        """The whole number in these bytes."""
        return int.from_bytes(raw, "little" if self.order == "<" else "big")
