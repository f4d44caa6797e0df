"""The captions in WebP, GIF, JPEG 2000, JPEG XL and PNM files.

Pillow hands on a part of them or none.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import imagecodecs

from . import exif, iptc, jpeg2000, jpegxl, tiff_pages
from .boxes import boxes
from .parts import COMMENT, Parts, Text, left_out, readable

_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04  # flags of VP8X that say which chunks follow
_GIF_XMP = b"XMP DataXMP"
_JP2_UUIDS = {
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"): "xmp",
    b"JpgTiffExif->JP2": "exif",
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"): "iptc",
}
# What encoders of JPEG 2000 call themselves; nobody has written it of the photo.
_ENCODERS_COMMENT = re.compile(
    r"created by openjpeg|kakadu|ir-?fanview|jasper|aware", re.IGNORECASE
)
_LONGEST_PACKED = 16 << 20  # bytes that a packed box of JPEG XL may have, unpacked
_PNM_HEADER = re.compile(rb"\s*(?:#([^\r\n]*)[\r\n]|([^\s#]+))")


def webp(data: bytes) -> Parts:
    """What a WebP holds; a damaged tail of captions is cut off."""
    kept: list[tuple[bytes, bytes]] = []
    blocks: dict[bytes, bytes] = {}
    damaged = False
    for name, body, whole in _webp_chunks(data):
        if name not in (b"EXIF", b"XMP "):
            if not whole:
                return Parts(data)  # pixels are missing: let the decoder say so
            kept.append((name, body))
        elif whole:
            blocks.setdefault(name, body)
        else:
            damaged = True
    parts = readable(
        data,
        exif_block=_prefixed(blocks.get(b"EXIF", b"")),
        packet=blocks.get(b"XMP ", b""),
        notices=[left_out("text")] if damaged else [],
    )
    return parts._replace(data=_webp_file(kept)) if parts.notices else parts


def gif(data: bytes) -> Parts:
    """What a GIF holds."""
    texts, packet = [], b""
    for label, body in _gif_extensions(data):
        if label == 0xFE:
            texts.append(Text(COMMENT, iptc.decoded(_joined(body)).rstrip("\0")))
        elif label == 0xFF and body[1:12] == _GIF_XMP and not packet:
            # The packet stands there as it is; 257 bytes behind it make old readers skip it.
            packet = body[12:].rpartition(b"\x01\xff\xfe")[0]
    return readable(data, packet=packet, texts=texts)


def jpeg_2000(data: bytes) -> Parts:
    """What a JPEG 2000 file holds."""
    blocks: dict[str, bytes] = {}
    is_boxed = data.startswith(jpeg2000.STARTS[0])
    for name, body in boxes(data) if is_boxed else ():
        kind = _JP2_UUIDS.get(bytes(body[:16])) if name == b"uuid" else None
        if kind:
            blocks.setdefault(kind, bytes(body[16:]))
    comments = (iptc.decoded(raw) for raw in jpeg2000.comments(data))
    return readable(
        data,
        exif_block=_prefixed(blocks.get("exif", b"")),
        packet=blocks.get("xmp", b""),
        block=blocks.get("iptc", b""),
        texts=[Text(COMMENT, each) for each in comments if not _ENCODERS_COMMENT.match(each)],
    )


def jpeg_xl(data: bytes) -> Parts:
    """What a JPEG XL file holds, where it is in boxes."""
    blocks: dict[bytes, bytes] = {}
    notices = []
    for name, body in boxes(data) if data.startswith(jpegxl.STARTS[1]) else ():
        if name == b"brob":  # a box whose content is packed, behind its name
            name, body = bytes(body[:4]), body[4:]
            if name not in (b"Exif", b"xml "):
                continue
            try:
                body = memoryview(imagecodecs.brotli_decode(bytes(body), out=_LONGEST_PACKED))
            except imagecodecs.BrotliError:
                notices.append(left_out("text"))
                continue
        blocks.setdefault(name, bytes(body))
    return readable(
        data,
        exif_block=_prefixed(blocks.get(b"Exif", b"")),
        packet=blocks.get(b"xml ", b""),
        notices=notices,
    )


def pnm(data: bytes) -> Parts:
    """What the header of a PBM, PGM, PPM or PAM says in comments."""
    comments, words, at = [], 0, 0
    if data.startswith(b"P7"):
        lines = re.findall(rb"^#([^\r\n]*)", data.partition(b"ENDHDR")[0], re.MULTILINE)
        return readable(data, texts=[Text(COMMENT, iptc.decoded(each).strip()) for each in lines])
    wanted = 3 if data[1:2] in b"14" else 4
    while words < wanted and (found := _PNM_HEADER.match(data, at)):
        if found[1] is not None:
            comments.append(Text(COMMENT, iptc.decoded(found[1]).strip()))
        else:
            words += 1
        at = found.end()
    return readable(data, texts=comments)


def _prefixed(block: bytes) -> bytes:
    """The block as Pillow hands it around, without what a container puts before its header."""
    places = [place for start in tiff_pages.STARTS if (place := block[:64].find(start)) >= 0]
    return exif.PREFIX + block[min(places, default=0) :] if block else b""


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        yield name, body, len(body) == size
        at += 8 + size + size % 2


def _webp_file(chunks: list[tuple[bytes, bytes]]) -> bytes:
    file = b"WEBP"
    for name, body in chunks:
        if name == b"VP8X" and body:
            body = bytes([body[0] & ~(_WEBP_EXIF | _WEBP_XMP)]) + body[1:]
        file += name + struct.pack("<L", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<L", len(file)) + file


def _gif_extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The extension blocks of a GIF by label, each with the lengths of its pieces inside."""
    at = 13 + _gif_palette(data, 10)
    while at < len(data):
        kind = data[at]
        if kind == 0x21 and at + 2 <= len(data):
            label, start = data[at + 1], at + 2
        elif kind == 0x2C and at + 10 <= len(data):
            label, start = -1, at + 11 + _gif_palette(data, at + 9)
        else:
            return
        end = start
        while end < len(data) and data[end]:
            end += 1 + data[end]
        if label >= 0:
            yield label, data[start:end]
        at = end + 1


def _gif_palette(data: bytes, flags_at: int) -> int:
    flags = data[flags_at] if flags_at < len(data) else 0
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _joined(body: bytes) -> bytes:
    pieces, at = [], 0
    while at < len(body):
        pieces.append(body[at + 1 : at + 1 + body[at]])
        at += 1 + body[at]
    return b"".join(pieces)
