"""The pages of a TIFF: which they are, each as a TIFF of its own, and pages put together again.

A TIFF is a chain of directories, each with a picture. A scanner's further pages stand in it, and so
do thumbnails, masks and smaller copies, which say of themselves that they are no pages. Pictures
inside a directory (SubIFDs) belong to that page.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from . import exif
from .tiff_fields import Tiff

STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""With which every TIFF begins."""
MAX_DIRECTORIES = 10_000  # so that a file cannot make its reader walk for ever
LARGEST = 4_000_000_000
"""Bytes that a TIFF may have: its places are numbers of 32 bits."""
_SIZE = (exif.IMAGE_WIDTH, exif.IMAGE_LENGTH)
_SUBFILE, _OLD_SUBFILE, _THUMBNAIL = 254, 255, 513
_PAGE_OF_MANY = 2  # the only bit of a subfile's kind that a page may have
_OLD_REDUCED = 2


class Place(NamedTuple):
    """Where a page's directory stands, where in that the link to the next one, and its size."""

    start: int
    link: int
    pixels: int


def places(stream: BinaryIO) -> list[Place]:
    """List the pages of a TIFF in their order.

    A directory that cannot be read counts as a page, which whoever reads it finds to be damaged.

    Raises:
        ValueError: the stream holds no TIFF.
    """
    tiff = Tiff(stream)
    found, seen, start = [], set[int](), tiff.first
    while start >= 8 and start not in seen and len(seen) < MAX_DIRECTORIES:
        seen.add(start)
        link, after = tiff.link(start)
        fields = tiff.small(start)
        if _is_page(fields):
            width, height = (fields.get(tag, 0) for tag in _SIZE)
            found.append(Place(start, link, width * height))
        start = after
    return found


def alone(stream: BinaryIO, page: Place) -> BinaryIO:
    """Show a TIFF as if it held this page and no other; nothing is copied."""
    tiff = Tiff(stream)
    layout = tiff.order + ("Q" if tiff.big else "L")
    patches = {8 if tiff.big else 4: struct.pack(layout, page.start)}
    patches[page.link] = struct.pack(layout, 0)
    return io.BufferedReader(_Patched(stream, patches))


def append(file: BinaryIO, page: bytes, link: int | None) -> int:
    """Write a TIFF of one page behind the pages that a file already holds.

    Args:
        file: a TIFF, open for writing at its end; an empty one before the first page.
        page: a TIFF (not Big) of the same byte order.
        link: what this gave for the page before, None for the first.

    Returns:
        where the page names the next one.

    Raises:
        OverflowError: the pages are too large for one TIFF.
        ValueError: they are not of one byte order.
    """
    start = file.seek(0, os.SEEK_END)
    start += file.write(bytes(start % 2))  # directories and values start at even places
    if start + len(page) > LARGEST:
        raise OverflowError
    file.seek(0)
    if start and file.read(2) != page[:2]:
        raise ValueError("its pages are of two byte orders")
    file.seek(start)
    moved = exif.moved(page, start) if start else page
    tiff = Tiff(io.BytesIO(moved))
    file.write(moved)
    if link is not None:
        file.seek(link)
        file.write(struct.pack(tiff.order + "L", start + tiff.first))
    return start + tiff.link(tiff.first)[0]


def _is_page(fields: Mapping[int, int]) -> bool:
    if fields.get(_SUBFILE, 0) & ~_PAGE_OF_MANY or fields.get(_OLD_SUBFILE) == _OLD_REDUCED:
        return False
    return exif.IMAGE_WIDTH in fields or _THUMBNAIL not in fields  # as EXIF keeps a thumbnail


class _Patched(io.RawIOBase):
    """A stream some of whose bytes read otherwise; it does not close what it stands before."""

    def __init__(self, stream: BinaryIO, patches: Mapping[int, bytes]) -> None:
        self._stream = stream
        self._patches = patches
        stream.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def fileno(self) -> int:
        return self._stream.fileno()

    def readinto(self, buffer: Any) -> int:
        view, start = memoryview(buffer).cast("B"), self._stream.tell()
        length = int(self._stream.readinto(view))  # type: ignore[attr-defined]
        for place, patch in self._patches.items():
            for index, value in enumerate(patch, place - start):
                if 0 <= index < length:
                    view[index] = value
        return length
