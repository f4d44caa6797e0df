"""What a picture's file holds beside the pixels, and a file that the decoders accept.

Pillow hands on only some captions, and refuses a whole picture for one damaged text. So each
container is gone through once: captions are collected, and what is damaged is left out of the bytes
that the decoder gets. `jpeg_parts`, `png_parts` and `other_parts` know the containers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from . import exif, iptc, xmp
from .tiff_fields import Field

COMMENT = "Comment"
"""The keyword of a text that has none, such as a comment in a JPEG."""


class Text(NamedTuple):
    """A text that stands by itself in a file: those of PNG, and comments."""

    keyword: str
    text: str
    language: str = ""
    translated: str = ""
    """The keyword in that language."""


class Parts(NamedTuple):
    """What stands in a file. Blocks are readable and may say what the picture no longer is."""

    data: bytes
    """The file for the decoder, without parts that it would stumble over."""
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    texts: tuple[Text, ...] = ()
    icc: bytes = b""
    """A colour profile that the decoder cannot take from `data`, or b""."""
    notices: tuple[str, ...] = ()
    finish: Callable[[], bytes] | None = None
    """Where the file seems cut: gives `data` with its end mended, once it is known that no pixel is
    missing; else raises ValueError. It decodes the picture: ask for the size first."""


def left_out(what: str) -> str:
    """The notice that something damaged was left out."""
    return f"A damaged {what} in the file was left out."


def readable(
    data: bytes,
    *,
    exif_block: bytes = b"",
    packet: bytes = b"",
    extended: Mapping[str, bytes] | None = None,
    block: bytes = b"",
    resources: bytes = b"",
    texts: Iterable[Text] = (),
    icc: bytes = b"",
    notices: Iterable[str] = (),
    finish: Callable[[], bytes] | None = None,
) -> Parts:
    """Parts from raw blocks; what cannot be read is left out with a notice.

    `extended` are XMP packets that `packet` may name, `block` is IPTC, `resources` are Photoshop's,
    which may hold IPTC and a note on copyright too.
    """
    told = list(notices)
    if exif_block and not exif.is_readable(exif_block):
        told.append(left_out("EXIF block"))
        exif_block = b""
    if exif.has_damaged_text(exif_block):
        told.append(left_out("text"))
    inside = exif.fields(exif_block)  # where TIFF keeps the others, and many a tool
    packet = packet or _raw(inside, exif.XMP)
    block, resources = block or _raw(inside, exif.IPTC), resources or _raw(inside, exif.PHOTOSHOP)
    if packet and not (clean := xmp.cleaned(packet)):
        told.append(left_out("XMP packet"))
        packet = b""
    elif packet:
        packet, whole = xmp.joined(clean, extended or {})
        told += [] if whole else [left_out("extended XMP packet")]
    held = iptc.resources(resources)
    raw = block or held.get(iptc.IPTC, b"")
    if (raw and not iptc.is_whole(raw)) or (resources and not held):
        told.append(left_out("IPTC block"))
    return Parts(
        data=data,
        exif=exif_block,
        xmp=xmp.added(packet, _rights(held)) if _rights(held) else packet,
        iptc=iptc.pruned(raw),
        texts=tuple(each for each in texts if each.text.strip() and _is_caption(each.keyword)),
        icc=icc,
        notices=tuple(dict.fromkeys(told)),
        finish=finish,
    )


def _raw(fields: Mapping[int, Field], tag: int) -> bytes:
    return fields[tag].raw if tag in fields else b""


def _rights(held: dict[int, bytes]) -> dict[str, xmp.Value]:
    """Photoshop's mark of copyright and the address of its owner."""
    found: dict[str, xmp.Value] = {}
    if held.get(iptc.COPYRIGHT_FLAG, b"")[:1] == b"\1":
        found[xmp.RIGHTS + "Marked"] = xmp.Text("True")
    if address := iptc.decoded(held.get(iptc.WEB_STATEMENT, b"")).strip("\0 "):
        found[xmp.RIGHTS + "WebStatement"] = xmp.Text(address)
    return found


def _is_caption(keyword: str) -> bool:
    """Not what ImageMagick and file managers note of a file: its size, depth and thumbnail."""
    about_pixels = ("exif:PixelXDimension", "exif:PixelYDimension", "exif:ColorSpace",
                    "exif:Orientation", "exif:thumbnail:")  # fmt: skip
    return not keyword.startswith(("png:", "jpeg:", "tiff:", "icc:", "Thumb::", *about_pixels))
