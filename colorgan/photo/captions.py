"""Where each caption of a photo goes in a file of some format.

Every format has EXIF and XMP. Only JPEG and TIFF have a place for IPTC, only PNG for texts of any
keyword, only JPEG (of those that are written) for comments. What has no place of its own goes where
other programs look for it: IPTC into XMP by its own mapping and, byte by byte, into a field of
EXIF or a text of PNG; texts into XMP and EXIF's UserComment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from . import exif, iptc, notes, xmp
from .parts import COMMENT, Text

_MIME = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "WEBP": "image/webp",
         "HEIF": "image/heic", "AVIF": "image/avif"}  # fmt: skip
_WITH_IPTC = ("JPEG", "TIFF")
_KEYWORDS = {  # of PNG texts, those that XMP has a property for
    "Title": xmp.DC + "title",
    "Author": xmp.DC + "creator",
    "Description": xmp.DC + "description",
    "Copyright": xmp.DC + "rights",
}
_LOG_COMMENT = xmp.DYNAMIC_MEDIA + "logComment"
_EXIF_TEXTS = {
    exif.IMAGE_DESCRIPTION: xmp.DC + "description",
    exif.ARTIST: xmp.DC + "creator",
    exif.COPYRIGHT: xmp.DC + "rights",
}
_WINDOWS_TEXTS = {
    exif.XP_TITLE: xmp.DC + "title",
    exif.XP_COMMENT: xmp.DC + "description",
    exif.XP_SUBJECT: xmp.DC + "description",
}


class Captions(NamedTuple):
    """What is said of a photo, or what goes into which place of a file."""

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    texts: tuple[Text, ...] = ()


def placed(said: Captions, format: str, note: str) -> Captions:
    """The captions in the places that a format has, with the note of who coloured the photo.

    `texts` are then PNG's, or comments of a JPEG, and `iptc` is what has a place beside EXIF.
    """
    packet = xmp.changed(
        notes.xmp(note, said.xmp),
        lambda name, value: _MIME[format] if name == xmp.DC + "format" else value,
    )
    if format not in _WITH_IPTC:
        packet = xmp.added(packet, iptc.properties(said.iptc))
    if format == "PNG":
        return said._replace(xmp=packet)
    packet, rest = _with_texts(packet, said.texts)
    placed = said._replace(xmp=packet, texts=())
    if said.iptc and format not in _WITH_IPTC:
        block = exif.with_fields(said.exif, {exif.IPTC: said.iptc})
        placed = placed._replace(exif=block, iptc=b"")
    if format == "JPEG":
        return placed._replace(texts=tuple(Text(COMMENT, line) for line in rest))
    return _with_comment(placed, rest)


def of_long_exif(block: bytes) -> dict[str, xmp.Value]:
    """Texts of an EXIF block as XMP properties, for a file that has no room for the block."""
    found = exif.fields(block)
    texts = {
        name: iptc.decoded(found[tag].raw).strip("\0 ")
        for tag, name in _EXIF_TEXTS.items()
        if tag in found
    }
    for tag, name in _WINDOWS_TEXTS.items():
        if tag in found:
            texts.setdefault(name, found[tag].raw.decode("utf-16-le", "replace").strip("\0"))
    properties = {name: _in_xmp(name, [("", text)]) for name, text in texts.items() if text}
    if comment := exif.user_comment(block):
        properties[xmp.EXIF + "UserComment"] = xmp.Languages((("x-default", comment),))
    return properties


def _with_texts(packet: bytes, texts: Iterable[Text]) -> tuple[bytes, list[str]]:
    """The packet with those texts that it has properties for, and the others as lines."""
    there = xmp.texts(packet)
    new: dict[str, list[tuple[str, str]]] = {}
    rest = []
    for each in texts:
        name = _KEYWORDS.get(each.keyword)
        if name and each.text in there.get(name, ()):
            continue
        languages = {language for language, _ in new.get(name or "", [])}
        if name and name not in there and each.language not in languages and xmp.has_place(packet):
            new.setdefault(name, []).append((each.language, each.text))
        else:
            rest.append(each.text if each.keyword == COMMENT else f"{each.keyword}: {each.text}")
    added = {name: _in_xmp(name, found) for name, found in new.items()}
    return (xmp.added(packet, added) if added else packet), rest


def _in_xmp(name: str, texts: list[tuple[str, str]]) -> xmp.Value:
    if name == xmp.DC + "creator":
        return xmp.Items(tuple(text for _, text in texts), ordered=True)
    plain = next((text for language, text in texts if not language), texts[0][1])
    others = tuple((language, text) for language, text in texts if language)
    return xmp.Languages((("x-default", plain), *others))


def _with_comment(placed: Captions, lines: list[str]) -> Captions:
    """The lines in EXIF's UserComment, or where the photo has one, in XMP's log of comments."""
    before = exif.user_comment(placed.exif)
    log = xmp.texts(placed.xmp).get(_LOG_COMMENT, ())
    known = "\n".join(["", before, *log, ""])
    text = "\n".join(line for line in lines if f"\n{line}\n" not in known)
    if not text:
        return placed
    if not before or not xmp.has_place(placed.xmp):
        both = "\n".join(each for each in (before, text) if each)
        return placed._replace(exif=exif.with_user_comment(placed.exif, both))
    if log:
        packet = xmp.changed(
            placed.xmp,
            lambda name, value: f"{value}\n{text}" if name == _LOG_COMMENT else value,
        )
        return placed._replace(xmp=packet)
    return placed._replace(xmp=xmp.added(placed.xmp, {_LOG_COMMENT: xmp.Text(text)}))
