"""EXIF, the small TIFF inside a photo: read a few fields, change a few, leave all else alone.

Pillow writes a whole EXIF block anew to change one field. That turns "Müller" into "M??ller" and
moves maker notes, whose inner offsets then point nowhere. Here a change appends a new first
directory and every other byte stays where it was.

The words are those of `tiff_fields` and of the Exif 2.3 specification. A *block* is what Pillow
hands around as `exif`: the bytes `Exif\\0\\0` and then a little TIFF. Damaged fields are passed
over and a damaged block counts as an empty one: nothing here raises for bad bytes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from fractions import Fraction
from io import BytesIO
from typing import BinaryIO

from .tiff_fields import ASCII, LONG, RATIONAL, SHORT, UNDEFINED, WIDTHS, Field, Tiff

PREFIX = b"Exif\0\0"

PROCESSING_SOFTWARE = 0x000B
IMAGE_DESCRIPTION, ARTIST, COPYRIGHT = 270, 315, 33432
XP_TITLE, XP_COMMENT, XP_SUBJECT = 0x9C9B, 0x9C9C, 0x9C9F
IMAGE_WIDTH, IMAGE_LENGTH, BITS_PER_SAMPLE, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, ORIENTATION, SAMPLES_PER_PIXEL = 273, 274, 277
ROWS_PER_STRIP, STRIP_BYTE_COUNTS = 278, 279
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
PREDICTOR, EXTRA_SAMPLES, SAMPLE_FORMAT = 317, 338, 339
XMP, IPTC, PHOTOSHOP, ICC_PROFILE = 700, 33723, 34377, 34675
USER_COMMENT, COLOUR_SPACE, PIXEL_WIDTH, PIXEL_HEIGHT = 0x9286, 0xA001, 0xA002, 0xA003
COMPRESSED_BITS, GAMMA = 0x9102, 0xA500
INTEROPERABILITY_INDEX, RELATED_WIDTH, RELATED_HEIGHT = 1, 0x1001, 0x1002

# How a TIFF stores its pixels, with what other tools keep beside them (Photoshop's layers and
# thumbnail, the numbers that develop a raw picture): true of the file it came from only, so never
# carried into another one. XMP and IPTC are carried beside EXIF.
PICTURE_FIELDS = frozenset(
    [
        *range(254, 260),  # subfile type, width, length, bits, compression
        *range(262, 267),  # photometric, thresholds, fill order
        *(STRIP_OFFSETS, SAMPLES_PER_PIXEL, ROWS_PER_STRIP, STRIP_BYTE_COUNTS, 280, 281, 284),
        *range(288, 294),  # free space, grey response, fax options
        *(301, PREDICTOR, 318, 319),  # transfer function, white point, primaries
        *range(320, 326),  # palette, halftones, tiles
        *(330, 332, 333, 334),  # inner pictures, inks
        *range(336, 348),  # extra samples, sample format, JPEG tables
        *range(512, 522),  # old JPEG
        *range(529, 533),  # YCbCr
        *(XMP, IPTC, PHOTOSHOP, ICC_PROFILE, 37724),  # the last one is Photoshop's too
        *(33421, 33422, *range(50706, 50742), *range(50778, 50782), *range(50931, 51023)),  # DNG
    ]
)

EXIF, _GPS, INTEROPERABILITY = 34665, 34853, 40965
_DIRECTORIES = {EXIF, _GPS, INTEROPERABILITY}  # fields whose value is the place of a directory
_NO_LIMIT = 1 << 31

_UNICODE, _ASCII_TEXT = b"UNICODE\0", b"ASCII\0\0\0"  # what a comment begins with


Value = str | bytes | float | list[int] | Field
"""A field's value: text, raw bytes, one fraction, whole numbers of 0 or more, or all of it."""


def is_readable(block: bytes) -> bool:
    """Whether the block has at least one field that can be read."""
    tiff = _opened(block)
    return tiff is not None and bool(tiff.fields(tiff.first))


def has_damaged_text(block: bytes) -> bool:
    """Whether the block names a text that is not there."""
    tiff = _opened(block)
    places = (tiff.first, tiff.inner(EXIF)) if tiff else ()
    return tiff is not None and any(
        tiff.has_damaged_text(place) for place in places if place is not None
    )


def orientation(block: bytes) -> int | None:
    """Which way up the picture was stored, 1 to 8, or None where the block does not say."""
    tiff = _opened(block)
    number = next(iter(tiff.numbers(ORIENTATION)), 0) if tiff else 0
    return number if 1 <= number <= 8 else None


def resolution(block: bytes) -> tuple[float, float] | None:
    """Dots per inch across and down, or None where the block does not say."""
    tiff = _opened(block)
    if tiff is None:
        return None
    pairs = [tiff.field(tag) for tag in (X_RESOLUTION, Y_RESOLUTION)]
    unit = {2: 1.0, 3: 2.54}.get(next(iter(tiff.numbers(RESOLUTION_UNIT)), 2))
    if unit is None or any(pair is None or len(pair.raw) != 8 for pair in pairs):
        return None
    ratios = [struct.unpack(tiff.order + "LL", pair.raw) for pair in pairs if pair]
    across, down = (top / bottom * unit if bottom else math.nan for top, bottom in ratios)
    return across, down


def fields(block: bytes, *path: int) -> dict[int, Field]:
    """The fields of the directory that these tags lead to, by tag; {} where there is none."""
    tiff = _opened(block)
    place = tiff.inner(*path) if tiff else None
    return tiff.fields(place) if tiff and place is not None else {}


def with_fields(block: bytes, changes: Mapping[int, Value | None], *path: int) -> bytes:
    """The block with these fields of a directory set (or, where None, removed).

    `path` leads to the directory, none to the first one. All other bytes keep their place. The
    second directory, a thumbnail of the picture as it was, is no longer linked.
    """
    tiff = _opened(block)
    if tiff is None and path:  # an inner directory needs a first one to name it
        return with_fields(with_fields(block, {}), changes, *path)
    body = bytearray(_body(block) if tiff else b"II*\0\0\0\0\0")
    order = tiff.order if tiff else "<"
    start = tiff.inner(*path) if tiff else None
    slots = tiff.slots(start) if tiff and start is not None else {}
    for tag, value in changes.items():
        slots.pop(tag, None)
        if value is not None:
            slots[tag] = _slot(body, order, tag, _field(value, order))
    if not path:
        return PREFIX + _finished(body, order, slots)
    place = _append_directory(body, order, slots)
    here = Field(LONG, 1, struct.pack(order + "L", place))
    return with_fields(PREFIX + bytes(body), {path[-1]: here}, *path[:-1])


def joined(block: bytes, other: bytes) -> bytes:
    """A block with what two of one byte order say; where both speak, what the second one says."""
    if not block:
        return other
    for path in ((), (EXIF,), (_GPS,)):
        said = fields(other, *path)
        said = {tag: field for tag, field in said.items() if tag not in _DIRECTORIES}
        if said != {tag: fields(block, *path).get(tag) for tag in said}:
            block = with_fields(block, said, *path)
    return block


def user_comment(block: bytes) -> str:
    """The photographer's comment, or "" where there is none."""
    field = fields(block, EXIF).get(USER_COMMENT)
    if field is None:
        return ""
    coding, raw = field.raw[:8], field.raw[8:]
    if coding == _UNICODE:
        # Writers differ in the order of bytes; Latin letters have a zero in front or behind.
        front, behind = raw[::2].count(0), raw[1::2].count(0)
        tiff = _opened(block)
        big = front > behind if front != behind else tiff is not None and tiff.order == ">"
        return raw.decode(_utf16(big), "replace").strip("\0 ")
    names = {b"JIS\0\0\0\0\0": "iso2022_jp"}
    return raw.decode(names.get(coding, "utf-8"), "replace").strip("\0 ")


def with_user_comment(block: bytes, text: str) -> bytes:
    """The block with a comment."""
    tiff = _opened(block)
    coding = _utf16(tiff is not None and tiff.order == ">")
    plain = text.isascii()
    raw = _ASCII_TEXT + text.encode() if plain else _UNICODE + text.encode(coding, "replace")
    return with_fields(block, {USER_COMMENT: raw}, EXIF)


def _utf16(big: bool) -> str:
    return "utf-16-be" if big else "utf-16-le"


def compact(block: bytes, longest: int = _NO_LIMIT) -> bytes:
    """The block without bytes that no field uses, and without fields of more than `longest` bytes.

    Maker notes may lose their inner offsets.
    """
    return from_tiff(BytesIO(_body(block)), longest)


def from_tiff(stream: BinaryIO, longest: int = _NO_LIMIT) -> bytes:
    """An EXIF block with what a TIFF file says of its first picture, but not the picture."""
    try:
        tiff = Tiff(stream)
    except ValueError:
        return b""
    body = bytearray((b"II*\0" if tiff.order == "<" else b"MM\0*") + bytes(4))
    slots = _copied(tiff, tiff.first, body, longest, depth=0)
    return PREFIX + _finished(body, tiff.order, slots) if slots else b""


def in_order(block: bytes, order: str) -> bytes:
    """The block, or where it is empty one in this byte order ("<" or ">") without any field."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return block or PREFIX + _finished(bytearray(mark + bytes(4)), order, {})


def moved(file: bytes, by: int) -> bytes:
    """A TIFF (not Big) of one picture, to stand `by` bytes behind the begin of another file.

    All that it names by its place keeps its place in the picture's own bytes. Maker notes that
    count from the begin of the file, as some do, lose their inner places.
    """
    tiff, body = Tiff(BytesIO(file)), bytearray(file)
    _move(tiff, tiff.first, body, by, depth=0)
    return bytes(body)


def _move(tiff: Tiff, start: int, body: bytearray, by: int, depth: int) -> None:
    number = tiff.order + "L"
    for index, (tag, kind, count, slot) in enumerate(tiff.entries(start)):
        entry = start + 2 + 12 * index
        inside = kind in WIDTHS and count * WIDTHS[kind] <= 4
        if tag == STRIP_OFFSETS:
            # As long numbers, whatever they were: further back in a file they are larger.
            places = tiff.whole_numbers(Field(kind, count, tiff.value(kind, count, slot) or b""))
            raw = b"".join(struct.pack(number, place + by) for place in places)
            body[entry : entry + 12] = _slot(body, tiff.order, tag, Field(LONG, count, raw))
            inside = count == 1
        elif tag in _DIRECTORIES:
            if depth < 2:
                _move(tiff, tiff.whole(slot), body, by, depth + 1)
            inside = False
        if not inside:
            (place,) = struct.unpack_from(number, body, entry + 8)
            struct.pack_into(number, body, entry + 8, place + by)


def _body(block: bytes) -> bytes:
    return block.removeprefix(PREFIX)


def _opened(block: bytes) -> Tiff | None:
    try:
        tiff = Tiff(BytesIO(_body(block)))
    except ValueError:
        return None
    return None if tiff.big else tiff


def _copied(tiff: Tiff, start: int, body: bytearray, longest: int, depth: int) -> dict[int, bytes]:
    """The slots of the directory at `start`, with their values (and directories) now in `body`."""
    slots = {}
    for tag, field in tiff.fields(start).items():
        if tag in PICTURE_FIELDS or field.kind not in WIDTHS or len(field.raw) > longest:
            continue
        if tag in _DIRECTORIES:
            if depth == 2:  # deeper than EXIF goes: a damaged file that points at itself
                continue
            inner = _copied(tiff, tiff.whole_numbers(field)[0], body, longest, depth + 1)
            place = _append_directory(body, tiff.order, inner)
            field = Field(LONG, 1, struct.pack(tiff.order + "L", place))
        slots[tag] = _slot(body, tiff.order, tag, field)
    return slots


def _field(value: Value, order: str) -> Field:
    if isinstance(value, Field):
        return value
    if isinstance(value, str):
        raw = value.encode("utf-8", "replace") + b"\0"
        return Field(ASCII, len(raw), raw)
    if isinstance(value, bytes):
        return Field(UNDEFINED, len(value), value)
    if isinstance(value, float):
        ratio = Fraction(value).limit_denominator(10_000)
        return Field(RATIONAL, 1, struct.pack(order + "LL", ratio.numerator, ratio.denominator))
    kind, letter = (SHORT, "H") if max(value) < 1 << 16 else (LONG, "L")
    return Field(kind, len(value), struct.pack(f"{order}{len(value)}{letter}", *value))


def _slot(body: bytearray, order: str, tag: int, field: Field) -> bytes:
    raw = field.raw
    if len(raw) > 4:
        body += bytes(len(body) % 2)  # values start at even places
        place = len(body)
        body += raw
        raw = struct.pack(order + "L", place)
    return struct.pack(order + "HHL", tag, field.kind, field.count) + raw.ljust(4, b"\0")


def _append_directory(body: bytearray, order: str, slots: Mapping[int, bytes]) -> int:
    body += bytes(len(body) % 2)
    place = len(body)
    body += struct.pack(order + "H", len(slots))
    body += b"".join(slots[tag] for tag in sorted(slots))
    body += bytes(4)  # no further directory
    return place


def _finished(body: bytearray, order: str, slots: Mapping[int, bytes]) -> bytes:
    place = _append_directory(body, order, slots)
    body[4:8] = struct.pack(order + "L", place)
    return bytes(body)
