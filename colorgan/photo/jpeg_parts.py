"""The segments of a JPEG: its captions, and whether all of the picture is there.

A segment is a marker of two bytes (0xFF and one of its own), a length, and so many bytes. Those of
the kinds APP0 to APP15 and COM are about the picture; behind each SOS follow coded pixels up to the
next marker, and EOI ends it all. Words as in ITU T.81.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

import numpy as np

from . import decoders, exif, iptc
from .parts import COMMENT, Parts, Text, left_out, readable
from .samples import Samples

START = b"\xff\xd8"
EXIF_HEAD, PHOTOSHOP_HEAD, PROFILE_HEAD = b"Exif\0\0", b"Photoshop 3.0\0", b"ICC_PROFILE\0"
XMP_HEAD, EXTENDED_HEAD = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
APP0, APP1, APP2, APP13, APP14, APP15, COM = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF, 0xFE

_ABOUT = (*range(APP0, APP15 + 1), COM)
_INDEX_HEAD, _INDEX_FIELDS = b"MPF\0", {0xB001, 0xB002}  # how many pictures, and where
_EOI, _SOS, _SOI, _DRI = 0xD9, 0xDA, 0xD8, 0xDD
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_LUMA = np.array([0.299, 0.587, 0.114])
_LONGEST_EXTENDED = 64 << 20
_NEXT = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")  # a marker, but none inside coded pixels
_TABLES = re.compile(rb"\xff[\xc0-\xcf\xda-\xfe]")
_MENDED_END, _NEXT_PICTURE = b"\xff\xd9", b"\xff\xd8\xff"


class _Segment(NamedTuple):
    marker: int
    start: int
    body: int
    """Where its bytes begin, behind marker and length."""
    end: int
    """Behind its last byte, coded pixels included."""


def parts(data: bytes) -> Parts:
    """What a JPEG holds; `data` begins with START."""
    segments, bad = _segments(data)
    bad += [(each.start, each.end) for each in segments if _is_broken(data, each)]
    about = [(each.marker, data[each.body : each.end]) for each in segments]
    faults = _profile_faults(about)
    found = readable(
        data,
        exif_block=_exif(about),
        packet=_first(about, APP1, XMP_HEAD),
        extended=_extended(about),
        resources=b"".join(_all(about, APP13, PHOTOSHOP_HEAD)),
        texts=[Text(COMMENT, iptc.decoded(raw).rstrip("\0")) for raw in _all(about, COM, b"")],
        notices=map(left_out, [*faults, *(["part of the description"] if bad else [])]),
    )
    if found.notices:  # Pillow refuses a picture for some damaged segments: it gets none of them
        needed = (APP0, APP14) if faults else (APP0, APP2, APP14)
        rest = {each: (each.start, each.end) for each in segments if each.marker in _ABOUT}
        bad += [place for each, place in rest.items() if each.marker not in needed]
        found = found._replace(data=_without(data, segments, bad))
    if _has_end(data, segments):
        return found
    return found._replace(finish=lambda: finished(found.data))


def finished(data: bytes) -> bytes:
    """A JPEG with an end marker behind its last pixel, whether it has one or not.

    Raises:
        ValueError: coded pixels are missing too.
    """
    segments, _ = _segments(data)
    scans = [each for each in segments if each.marker == _SOS]
    if not scans or not _all_scans(data, segments):
        raise ValueError("scans are missing")
    for body in _ends(data[: scans[-1].end]):
        if _is_complete(body, scans[-1].start):
            return body + _MENDED_END
    raise ValueError("rows are missing")


def _ends(coded: bytes) -> Iterator[bytes]:
    """The coded bytes without what a broken copy leaves behind them: zeros, half a marker."""
    body = coded.rstrip(b"\0")
    yield body.rstrip(b"\xff")
    if body.endswith(b"\xff"):
        yield body + b"\0"  # this zero tells a coded 0xFF from a marker
    elif len(coded) == len(body) + 1:
        yield coded  # one zero may be a coded one


def seems_cut(data: bytes, samples: Samples) -> bool:
    """Whether pixels may be missing although there is an end marker, as some programs put one.

    The decoder fills missing blocks with plain grey, and knows of missing scans only what is there.
    A photo may be so too: then `finished` tells.
    """
    segments, _ = _segments(data)
    if not _all_scans(data, segments, of_all=False):
        return True
    height, width = samples.colour.shape[:2]
    block = samples.colour[(height - 1) // 8 * 8 :, (width - 1) // 8 * 8 :]
    grey = block @ _LUMA if block.shape[2] == 3 else block  # chroma is smoothed across blocks
    return block.dtype == np.uint8 and bool((np.abs(grey - 127.5) < 1.5).all())


def _is_complete(body: bytes, last_scan: int) -> bool:
    """Whether the decoder needs none of the bytes that could still follow.

    Libjpeg fills up what is missing and says nothing. But what it does not need it does not read,
    so bytes that change nothing are bytes behind the last pixel.
    """
    restarts = len(re.findall(rb"\xff[\xd0-\xd7]", body[last_scan:]))
    noise = np.random.default_rng(0).integers(0, 255, 4096, np.uint8).tobytes()  # no 0xFF
    wanted = _digest(body + _MENDED_END)
    follow = (noise, bytes(4096), b"\xff" + bytes([0xD0 + restarts % 8]) + noise)
    return all(_digest(body + more + _MENDED_END) == wanted for more in follow)


def _digest(data: bytes) -> bytes:
    samples = decoders.read_image(decoders.open_image(BytesIO(data)))
    return hashlib.sha256(samples.colour.tobytes()).digest()


def _all_scans(data: bytes, segments: list[_Segment], *, of_all: bool = True) -> bool:
    """Whether the scans of a progressive JPEG bring every coefficient to its last bit.

    Those of the first colour, which is lightness, or of all.
    """
    frame = next((one for one in segments if _is_frame(one.marker)), None)
    if frame is None:
        return False
    count = data[frame.body + 5]
    wanted = {data[frame.body + 6 + 3 * i] for i in range(count if of_all else 1)}
    exact: dict[int, set[int]] = {component: set() for component in wanted}
    for scan in (each for each in segments if each.marker == _SOS):
        number = data[scan.body]
        named = [data[scan.body + 1 + 2 * i] for i in range(number)]
        first, last, bits = data[scan.body + 1 + 2 * number : scan.body + 4 + 2 * number]
        if frame.marker not in _PROGRESSIVE:
            first, last, bits = 0, 63, 0
        for component in named:
            if component in exact and bits & 15 == 0:
                exact[component].update(range(first, last + 1))
    return all(len(done) == 64 for done in exact.values())


def _is_frame(marker: int) -> bool:
    return 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)


def _has_end(data: bytes, segments: list[_Segment]) -> bool:
    if not segments or segments[-1].marker == _EOI:
        return bool(segments)
    rest, _, _ = data[segments[-1].body :].partition(_NEXT_PICTURE)
    return _MENDED_END in rest


def _segments(data: bytes) -> tuple[list[_Segment], list[tuple[int, int]]]:
    """The segments up to EOI or as far as they go, and the damaged places between them."""
    found: list[_Segment] = []
    bad: list[tuple[int, int]] = []
    at = 2
    while at + 2 <= len(data):
        if data[at] == 0xFF and data[at + 1] == 0xFF:  # fill
            at += 1
            continue
        marker = data[at + 1] if data[at] == 0xFF else 0
        if marker == _EOI:
            found.append(_Segment(marker, at, at + 2, at + 2))
            break
        if marker == _SOI:  # of a further picture: this one has no end
            break
        end = _end(data, at)
        if end is None and any(each.marker == _SOS for each in found):
            break
        if end is None and 0xC0 <= marker < APP0 and _length_end(data, at) <= len(data):
            end = _length_end(data, at)  # a table that pixels need, whatever stands behind it
        if end is not None:
            found.append(_Segment(marker, at, at + 4, end))
            at = end
            continue
        after = _next_good(data, at + 1)
        if after is None:
            break
        bad.append((at, after))
        at = after
    return found, bad


def _end(data: bytes, at: int) -> int | None:
    """Where the segment at `at` is over, or None where it is none or runs into something else."""
    if data[at : at + 1] != b"\xff" or at + 4 > len(data) or data[at + 1] < 0xC0:
        return None
    end = _length_end(data, at)
    if end < at + 4 or end > len(data):
        return None
    if data[at + 1] == _SOS:
        following = _NEXT.search(data, end)
        return following.start() if following else len(data)
    return end if data[end : end + 1] in (b"\xff", b"") else None


def _length_end(data: bytes, at: int) -> int:
    return at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _next_good(data: bytes, start: int) -> int | None:
    """Where segments go on behind a damaged one: two of them must follow one another."""
    for found in _TABLES.finditer(data, start):
        end = _end(data, found.start())
        if end is not None and (data[found.start() + 1] == _SOS or _end(data, end) is not None):
            return found.start()
    return None


def _without(data: bytes, segments: list[_Segment], bad: list[tuple[int, int]]) -> bytes:
    start = segments[0].start if segments else 2
    pieces, at = [START], min([start, *(left for left, _ in bad)])
    for left, right in sorted(set(bad)):
        pieces.append(data[at:left])
        at = right
    return b"".join([*pieces, data[at:]])


def _is_broken(data: bytes, segment: _Segment) -> bool:
    """Whether Pillow would stumble over the segment, or warn of it, and nobody needs it."""
    body = data[segment.body : segment.end]
    if segment.marker == APP0:
        return body.startswith(b"JFIF") and len(body) < 12
    if segment.marker == APP14:
        return body.startswith(b"Adobe") and len(body) < 12
    is_index = segment.marker == APP2 and body.startswith(_INDEX_HEAD)  # of further pictures
    return is_index and not exif.fields(body[len(_INDEX_HEAD) :]).keys() >= _INDEX_FIELDS


def _all(about: list[tuple[int, bytes]], marker: int, head: bytes) -> Iterator[bytes]:
    for found, body in about:
        if found == marker and body.startswith(head):
            yield body[len(head) :]


def _first(about: list[tuple[int, bytes]], marker: int, head: bytes) -> bytes:
    return next(_all(about, marker, head), b"")


def _exif(about: list[tuple[int, bytes]]) -> bytes:
    """The EXIF block; one that fills its segment goes on in the next."""
    pieces = list(_all(about, APP1, EXIF_HEAD))
    block = b""
    for piece in pieces:
        block += piece
        if len(piece) + len(EXIF_HEAD) < 0xFFFD - 16:
            break
    return EXIF_HEAD + block if pieces else b""


def _extended(about: list[tuple[int, bytes]]) -> dict[str, bytes]:
    """Extended XMP packets by MD5, those of which every byte is there."""
    pieces: dict[str, dict[int, bytes]] = {}
    sizes: dict[str, int] = {}
    for body in _all(about, APP1, EXTENDED_HEAD):
        if len(body) < 40:
            continue
        name = body[:32].decode("latin-1").upper()
        size, place = struct.unpack(">LL", body[32:40])
        sizes[name] = size
        pieces.setdefault(name, {})[place] = body[40:]
    whole = {}
    for name, found in pieces.items():
        if sizes[name] > _LONGEST_EXTENDED:
            continue
        packet = b""
        for place in sorted(found):
            if place == len(packet):
                packet += found[place]
        if len(packet) == sizes[name]:
            whole[name] = packet
    return whole


def _profile_faults(about: list[tuple[int, bytes]]) -> list[str]:
    pieces = [body[:2] for body in _all(about, APP2, PROFILE_HEAD)]
    numbers = sorted(piece[0] for piece in pieces if len(piece) == 2)
    counts = {piece[1] for piece in pieces if len(piece) == 2}
    whole = counts == {len(pieces)} and numbers == list(range(1, len(pieces) + 1))
    return [] if whole or not pieces else ["colour profile"]
