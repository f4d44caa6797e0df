"""The chunks of a PNG: its captions, and whether all of the picture is there.

A chunk is a length, four letters, so many bytes and a checksum. A capital first letter says that
the picture cannot be shown without it. Words as in the PNG specification (third edition).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from . import exif, iptc
from .parts import Parts, Text, left_out, readable

START = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = "XML:com.adobe.xmp"

LONGEST_TEXTS = 16 << 20
"""Bytes that texts and the profile of one file may have in all, unpacked."""

_PILLOWS_LONGEST = 1 << 20  # Pillow refuses a picture for a longer text or profile
_PROFILE = "Raw profile type "
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_KINDS = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys((b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"), "colour profile"),
    **{b"eXIf": "EXIF block", b"tRNS": "note on transparency", b"pHYs": "note on resolution"},
}
_OTHER = "part that the picture does not need"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Chunk(NamedTuple):
    """A chunk as it stands in a file."""

    name: bytes
    body: bytes
    good: bool
    """Whether it is whole and its checksum is right."""

    def packed(self) -> bytes:
        """The chunk with a right length and checksum."""
        size, check = struct.pack(">L", len(self.body)), zlib.crc32(self.name + self.body)
        return size + self.name + self.body + struct.pack(">L", check)


class _Told:
    """What texts and profiles say, while room for them is left."""

    def __init__(self) -> None:
        self.room = LONGEST_TEXTS
        self.texts: list[Text] = []
        self.blocks: dict[str, bytes] = {}
        self.notices: list[str] = []

    def unpacked(self, packed: bytes) -> bytes:
        """Bytes out of zlib's; raises zlib.error where they are damaged or too many."""
        stream = zlib.decompressobj()
        found = stream.decompress(packed, self.room + 1)
        if len(found) > self.room:
            raise _TooLong
        if not stream.eof:
            raise zlib.error("incomplete")
        return found

    def take(self, chunk: Chunk) -> None:
        try:
            text = _text(chunk, self)
        except _TooLong:
            limit = LONGEST_TEXTS >> 20
            self.notices.append(f"Texts in the file of more than {limit} MB were left out.")
        except (zlib.error, ValueError):
            self.notices.append(left_out("text"))
        else:
            self._keep(text)

    def _keep(self, text: Text) -> None:
        self.room -= len(text.text)
        kind = text.keyword.removeprefix(_PROFILE).lower()
        if text.keyword == XMP_KEYWORD:
            self.blocks.setdefault("xmp", text.text.encode())
        elif kind == text.keyword.lower():
            self.texts.append(text)
        elif (block := _raw_profile(text.text)) is None:
            self.notices.append(left_out("text"))
        else:  # a whole block, as ImageMagick and ExifTool put it into a text
            is_xmp = kind == "app1" and not block.startswith(exif.PREFIX)
            name = "xmp" if is_xmp else {"app1": "exif", "8bim": "iptc"}.get(kind, kind)
            if name not in ("exif", "xmp", "iptc"):
                return
            self.blocks.setdefault(name, block.partition(b"\0")[2] if is_xmp else block)


class _TooLong(Exception):  # noqa: N818
    pass


def parts(data: bytes) -> Parts:
    """What a PNG holds; `data` begins with START."""
    found = list(chunks(data))
    told = _Told()
    kept = [chunk for chunk in found if _is_for_decoder(chunk, told)]
    cut = _seems_cut(found)
    if len(kept) == len(found) and not cut:
        return Parts(data)
    mended = START + b"".join(each.packed() for each in kept)
    raw = told.blocks.get("iptc", b"")
    is_resources = raw.startswith(b"8BIM")
    return readable(
        mended,
        exif_block=told.blocks.get("exif", b""),
        packet=told.blocks.get("xmp", b""),
        block=b"" if is_resources else raw,
        resources=raw if is_resources else b"",
        texts=told.texts,
        icc=told.blocks.get("icc", b""),
        notices=told.notices,
        finish=(lambda: _finished(kept)) if cut else None,
    )


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks up to IEND, or as far as they go."""
    at = len(START)
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">L", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if not name.isalpha():
            return
        check = data[at + 8 + size : at + 12 + size]
        good = len(body) == size and check == struct.pack(">L", zlib.crc32(name + body))
        yield Chunk(name, body, good)
        if name == b"IEND":
            return
        at += 12 + size


def _is_for_decoder(chunk: Chunk, told: _Told) -> bool:
    """Whether the decoder gets the chunk; what the others hold is taken here."""
    if chunk.name[:1].isupper():
        return True
    if not chunk.good:
        told.notices.append(left_out(_KINDS.get(chunk.name, _OTHER)))
        return False
    if chunk.name in _TEXTS:
        told.take(chunk)
        return False
    if chunk.name == b"eXIf":
        told.blocks["exif"] = exif.PREFIX + chunk.body.removeprefix(exif.PREFIX)
        return False
    if chunk.name == b"iCCP":
        profile = _profile(chunk, told)
        if profile is not None:
            told.blocks["icc"] = profile
        return profile is None
    return True


def _seems_cut(chunks: list[Chunk]) -> bool:
    ends = bool(chunks) and chunks[-1].name == b"IEND"
    return not ends or any(each.name[:1].isupper() and not each.good for each in chunks)


def _finished(chunks: list[Chunk]) -> bytes:
    """The file with its end and right checksums; ValueError where pixels are missing or wrong.

    The pixels have a checksum of their own, across all chunks.
    """
    if not chunks or chunks[0].name != b"IHDR" or len(chunks[0].body) != 13:
        raise ValueError("no header")
    if any(not each.good and each.name not in (b"IDAT", b"IEND") for each in chunks):
        raise ValueError("a damaged header or palette")
    width, height, bits, kind = struct.unpack(">LLBB", chunks[0].body[:10])
    # Interlaced pictures have up to seven short rows for one, each with a byte in front.
    longest = (width * bits * _CHANNELS.get(kind, 4) // 8 + 2) * height * 2 + 64
    stream = zlib.decompressobj()
    pending, count = b"".join(each.body for each in chunks if each.name == b"IDAT"), 0
    try:
        while pending and not stream.eof and count <= longest:
            count += len(stream.decompress(pending, 1 << 20))
            pending = stream.unconsumed_tail
    except zlib.error as error:
        raise ValueError("wrong pixels") from error
    if not stream.eof:
        raise ValueError("pixels are missing")
    whole = [each for each in chunks if each.name != b"IEND"]
    return START + b"".join(each.packed() for each in [*whole, Chunk(b"IEND", b"", True)])


def _text(chunk: Chunk, told: _Told) -> Text:
    raw_keyword, _, rest = chunk.body.partition(b"\0")
    keyword = raw_keyword.decode("latin-1")
    if chunk.name == b"zTXt":
        rest = told.unpacked(rest[1:])
    if chunk.name != b"iTXt":
        if len(rest) > told.room:
            raise _TooLong
        return Text(keyword, _latin(rest))
    packed = rest[:1] == b"\1"
    language, translated, rest = rest[2:].split(b"\0", 2)
    rest = told.unpacked(rest) if packed else rest
    if len(rest) > told.room:
        raise _TooLong
    text = iptc.decoded(rest)
    return Text(keyword, text, language.decode("latin-1"), iptc.decoded(translated))


def _latin(raw: bytes) -> str:
    """Latin-1, as the specification wants it; many write UTF-8 all the same."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _profile(chunk: Chunk, told: _Told) -> bytes | None:
    """The profile where Pillow cannot take it: b"" of a damaged one, None of one it can."""
    try:
        profile = told.unpacked(chunk.body.partition(b"\0")[2][1:])
    except (zlib.error, _TooLong):
        told.notices.append(left_out("colour profile"))
        return b""
    told.room -= len(profile)
    return profile if len(profile) > _PILLOWS_LONGEST else None


def _raw_profile(text: str) -> bytes | None:
    """The bytes in a text of a name, a length and hexadecimal digits; None where it is damaged."""
    try:
        _, size, digits = text.strip("\n").split("\n", 2)
        raw = bytes.fromhex("".join(digits.split()))
        return raw if len(raw) == int(size) else None
    except ValueError:
        return None
