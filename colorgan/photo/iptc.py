"""IPTC captions (IIM), which archives live by: the block, and where Photoshop keeps it.

A *block* is a row of datasets: each a number as "2:120", and bytes. Photoshop packs it with other
*resources* (8BIM) into APP13 of a JPEG and field 34377 of a TIFF; of those only the captions are
of use in another file. Blocks are carried byte by byte, save for datasets that describe the picture
as it was stored. Words and numbers: IPTC-NAA Information Interchange Model 4.2, and Adobe Photoshop
File Formats Specification. Nothing here raises for bad bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from . import xmp

IPTC, COPYRIGHT_FLAG, WEB_STATEMENT = 0x0404, 0x040A, 0x040B

_CAPTIONS = (1, 2, 6)  # the envelope, the captions, and text that comes with them
# Kind and orientation of the picture ("1M" is one of monochrome), and a preview of it.
_OF_THE_PIXELS = frozenset([(2, 130), (2, 131), (2, 200), (2, 201), (2, 202)])
_UTF8 = b"\x1b%G"

_PROPERTIES: dict[int, str] = {
    5: xmp.DC + "title",
    15: xmp.PHOTOSHOP + "Category",
    20: xmp.PHOTOSHOP + "SupplementalCategories",
    10: xmp.PHOTOSHOP + "Urgency",
    25: xmp.DC + "subject",
    26: xmp.IPTC_CORE + "Location",
    40: xmp.PHOTOSHOP + "Instructions",
    55: xmp.PHOTOSHOP + "DateCreated",
    80: xmp.DC + "creator",
    85: xmp.PHOTOSHOP + "AuthorsPosition",
    90: xmp.PHOTOSHOP + "City",
    92: xmp.IPTC_CORE + "Location",
    95: xmp.PHOTOSHOP + "State",
    100: xmp.IPTC_CORE + "CountryCode",
    101: xmp.PHOTOSHOP + "Country",
    103: xmp.PHOTOSHOP + "TransmissionReference",
    105: xmp.PHOTOSHOP + "Headline",
    110: xmp.PHOTOSHOP + "Credit",
    115: xmp.PHOTOSHOP + "Source",
    116: xmp.DC + "rights",
    120: xmp.DC + "description",
    122: xmp.PHOTOSHOP + "CaptionWriter",
}
_IN_LANGUAGES = {xmp.DC + name for name in ("title", "rights", "description")}
_BAGS = {xmp.DC + "subject", xmp.PHOTOSHOP + "SupplementalCategories"}


class Dataset(NamedTuple):
    """One dataset, and the bytes that it fills in its block."""

    record: int
    number: int
    value: bytes
    raw: bytes


def datasets(block: bytes) -> list[Dataset]:
    """The datasets of a block, up to the first one that cannot be read."""
    return list(_datasets(block))


def is_whole(block: bytes) -> bool:
    """Whether all of a block can be read; zeros may follow."""
    return not block[sum(len(each.raw) for each in _datasets(block)) :].strip(b"\0")


def pruned(block: bytes) -> bytes:
    """The block's readable datasets without what is true only of the picture as it was stored."""
    found = _datasets(_in_order(block))
    return b"".join(
        each.raw
        for each in found
        if each.record in _CAPTIONS and (each.record, each.number) not in _OF_THE_PIXELS
    )


def properties(block: bytes) -> dict[str, xmp.Value]:
    """What the block says, as XMP properties (IPTC Photo Metadata Standard, its mapping)."""
    found = datasets(block)
    utf8 = any((each.record, each.number, each.value) == (1, 90, _UTF8) for each in found)
    values: dict[str, list[str]] = {}
    for each in found:
        name = _PROPERTIES.get(each.number) if each.record == 2 else None
        text = decoded(each.value, "utf-8" if utf8 else None).strip("\0")
        if name and text:
            text = _date(found, text) if each.number == 55 else text
            values.setdefault(name, []).append(text)
    return {name: _value(name, texts) for name, texts in values.items()}


def decoded(raw: bytes, coding: str | None = None) -> str:
    """Text of an unknown character set: UTF-8 where it is that, else that of Western Windows."""
    for each in (coding or "utf-8", "utf-8", "cp1252"):
        try:
            return raw.decode(each)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def resources(data: bytes) -> dict[int, bytes]:
    """Photoshop's resources by number, the first of each, as far as they can be read."""
    found: dict[int, bytes] = {}
    at = 0
    while data[at : at + 4] in (b"8BIM", b"AgHg", b"DCSR", b"MeSa", b"PHUT") and at + 12 <= len(
        data
    ):
        (number,) = struct.unpack_from(">H", data, at + 4)
        at += 6 + (data[at + 6] + 2) // 2 * 2  # a name: a count, letters, to even length
        if at + 4 > len(data):
            break
        (size,) = struct.unpack_from(">L", data, at)
        if at + 4 + size > len(data):
            break
        found.setdefault(number, data[at + 4 : at + 4 + size])
        at += 4 + size + size % 2
    return found


def as_resource(block: bytes) -> bytes:
    """The block packed as Photoshop does."""
    return b"8BIM" + struct.pack(">HHL", IPTC, 0, len(block)) + block + bytes(len(block) % 2)


def _datasets(block: bytes) -> Iterator[Dataset]:
    at = 0
    while block[at : at + 1] == b"\x1c" and at + 5 <= len(block):
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        start = at + 5
        if size & 0x8000:  # extended: so many bytes hold the size
            width = size & 0x7FFF
            size = int.from_bytes(block[start : start + width], "big")
            start += width
        if start + size > len(block):
            return
        yield Dataset(record, number, block[start : start + size], block[at : start + size])
        at = start + size


def _in_order(block: bytes) -> bytes:
    """A block that some TIFF writers keep as numbers of four bytes, turned round, put right."""
    if block[:1] != b"\x1c" and block[3:4] == b"\x1c":
        whole = block[: len(block) // 4 * 4]
        return b"".join(whole[at : at + 4][::-1] for at in range(0, len(whole), 4))
    return block


def _date(found: list[Dataset], day: str) -> str:
    """IPTC's day (and time) as XMP writes it."""
    if len(day) != 8 or not day.isdigit():
        return day
    time = next((decoded(one.value) for one in found if (one.record, one.number) == (2, 60)), "")
    if day.endswith("00"):  # the day, or the month too, is not known
        return day[:4] if day[4:6] == "00" else f"{day[:4]}-{day[4:6]}"
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if len(time) >= 6 and time[:6].isdigit():
        date += f"T{time[:2]}:{time[2:4]}:{time[4:6]}"
        if len(time) == 11:
            date += f"{time[6:9]}:{time[9:]}"
    return date


def _value(name: str, texts: list[str]) -> xmp.Value:
    if name == xmp.DC + "creator":
        return xmp.Items(tuple(texts), ordered=True)
    if name in _BAGS:
        return xmp.Items(tuple(texts))
    if name in _IN_LANGUAGES:
        return xmp.Languages((("x-default", "\n".join(texts)),))
    return xmp.Text(", ".join(texts))
