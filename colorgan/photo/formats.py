"""Picture formats by the endings of their files, and names with and without an ending.

An ending is one of the lists below. What else stands behind a dot belongs to the name:
"Hochzeit 12.05.1931" is a photo without an ending, and 1932 is another one.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import TypeVar

from ..errors import PhotoError
from .signatures import RAW_ENDINGS

AnyPath = TypeVar("AnyPath", bound=PurePath)

ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
}
"""Of the formats that are written, the usual ending first."""

FORMAT_OF = {ending: format for format, endings in ENDINGS.items() for ending in endings}
"""The formats that are written, by ending."""

_ONLY_READ = (
    *(".mpo", ".apng", ".heics", ".heifs", ".avifs"),  # several pictures of a format above
    *(".bmp", ".dib", ".gif"),
    *(".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".pam"),
    *(".jxl", ".jls"),
)
READ_ENDINGS = frozenset([*FORMAT_OF, *_ONLY_READ])
"""Of files that are read: what is written, and what comes back in another format."""

# Pictures all the same: such a file is not looked for in folders, nor is one of that name written.
_OTHER_PICTURES = frozenset(
    [
        *(".jxr", ".wdp", ".jph", ".pfm", ".exr", ".hdr", ".qoi", ".tga", ".pcx"),
        *(".psd", ".psb", ".xcf", ".kra", ".pdf", ".eps", ".ps", ".svg", ".ico", ".icns", ".dds"),
        *(".sgi", ".wmf", ".emf", ".dng", ".raw", *RAW_ENDINGS),
    ]
)
_LIKE_AN_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,4}", re.IGNORECASE)


def ending_of(name: str | PurePath) -> str:
    """Return a file's ending as it stands, such as ".JPG"; "" where what it has is none."""
    ending = PurePath(name).suffix
    return ending if ending.lower() in READ_ENDINGS | _OTHER_PICTURES else ""


def stem_of(name: str | PurePath) -> str:
    """Return a file's name without its folder and its ending, if it has one."""
    own = PurePath(name).name
    return own[: len(own) - len(ending_of(own))]


def with_ending(path: AnyPath, ending: str) -> AnyPath:
    """Return a path with this ending for its own, or behind the name where it has none."""
    return path.with_name(stem_of(path) + ending)


def same_format(one: str, other: str) -> bool:
    """Return whether two file endings, such as ".jpg" and ".JPEG", name one format that is
    written."""
    format = FORMAT_OF.get(one.lower())
    return format is not None and format == FORMAT_OF.get(other.lower())


def is_written(ending: str) -> bool:
    """Return whether a file ending, such as ".jpg", names a format that is written."""
    return ending.lower() in FORMAT_OF


def check_written(path: str | PurePath) -> None:
    """Refuse a file whose ending promises a format that is not written.

    Raises:
        PhotoError: names the formats that are.
    """
    name = Path(path).name
    ending = Path(name).suffix
    if is_written(ending) or not (ending_of(name) or _LIKE_AN_ENDING.fullmatch(ending)):
        return
    *others, last = (endings[0] for endings in ENDINGS.values())
    raise PhotoError(
        f"{name} cannot be written: {ending} is not among the formats that are. "
        f"Let it end in {', '.join(others)} or {last}."
    )
