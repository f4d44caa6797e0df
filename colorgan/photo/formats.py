"""Picture formats by the endings of their files."""

from __future__ import annotations

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

READ_ENDINGS = frozenset([*FORMAT_OF, ".bmp", ".gif", ".jp2", ".ppm", ".pgm"])
"""Of files that are read: what is written, and what comes back as PNG."""


def same_format(one: str, other: str) -> bool:
    """Say whether two file endings, such as ".jpg" and ".JPEG", name one format that is written."""
    format = FORMAT_OF.get(one.lower())
    return format is not None and format == FORMAT_OF.get(other.lower())


def is_written(ending: str) -> bool:
    """Say whether a file ending, such as ".jpg", names a format that is written."""
    return ending.lower() in FORMAT_OF
