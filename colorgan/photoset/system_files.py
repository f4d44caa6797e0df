"""What systems, network disks and programs leave in folders of photos, and nobody took."""

from __future__ import annotations

import re
from pathlib import PurePath

# Bins, thumbnails and snapshots of Windows, macOS, Android and the usual network disks. Regular
# expressions that Python and browsers read alike.
_NAMES = [
    *(r"\..*", r"\$recycle\.bin", "recycler", "system volume information", r"found\.\d{3}"),
    *(r"thumbs\.db", r"ehthumbs(_vista)?\.db", r"desktop\.ini", r"picasa\.ini"),
    *(r"albumartsmall\.jpg", r"albumart_\{.*", r"zbthumbnail\.info"),
    *("__macosx", r"icon\r", "network trash folder", "temporary items"),
    *("#recycle", "#snapshot", "@eadir", "@recycle", "@recently-snapshot", "@__thumb", "@tmp"),
    *("@sharebin", "@sharesnap", "~snapshot", "trashbox", "syno(photo|file)_thumb_.*"),
    *(r"lost\+found", r"lost\.dir"),
]
SYSTEM = f"^(?:{'|'.join(_NAMES)})$"
"""Matches the name of a file or folder that is hidden or the system's own, in capitals or not."""

_PATTERN = re.compile(SYSTEM, re.IGNORECASE | re.DOTALL)


def is_system(name: str) -> bool:
    """Return whether a file or folder of this name is hidden or the system's own."""
    return bool(_PATTERN.fullmatch(name))


def is_in_system(path: str | PurePath) -> bool:
    """Return whether a file, or a folder on the way to it, is hidden or the system's own."""
    return any(is_system(part) for part in PurePath(path).parts if part != "..")
