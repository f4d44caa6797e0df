"""Whether a file that is there may be replaced: never a photo that somebody owns.

What this program has written says so in its metadata (see `notes`) and may be replaced, for it can
be made again.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from ..errors import ColorganError, PhotoError
from ..output.same_file import Places, folded
from . import decoders, exif, jpeg, jpegxl, notes
from .formats import check_written
from .tiff_fields import Tiff

_UNKNOWN_TO_PILLOW = (jpeg.START, *jpegxl.STARTS)  # at least some of these files


def note_of(photo: Path | bytes) -> str:
    """Return the note that this program left in a picture file; "" if there is none.

    Only the header is decoded. A file that cannot be read has no note.
    """
    try:
        if isinstance(photo, bytes):
            return _note(BytesIO(photo))
        if not photo.is_file():  # a pipe would wait for ever
            return ""
        with photo.open("rb") as stream:
            return _note(stream)
    except Exception:  # on damaged files the decoders raise nearly everything
        return ""


def is_ours(path: Path) -> bool:
    """Return whether a file is a picture that this program has written."""
    return bool(note_of(path))


class Keeper:
    """Keeps files of others, and photos and results of one run, from being replaced.

    Results of one run may be written by several threads.

    Args:
        sources: all photos of the run.
        results: what is to stay of an earlier run: a result's file and the photo that it is of.
        overwrite: replaces files of others too; the run's own photos and results stay.
    """

    def __init__(
        self,
        sources: Iterable[str | os.PathLike[str]],
        *,
        results: Iterable[tuple[Path, Path]] = (),
        overwrite: bool = False,
    ) -> None:
        self._overwrite = overwrite
        self._places = Places()
        self._lock = threading.Lock()
        self._named: dict[str, list[Path]] = defaultdict(list)
        self._numbered: dict[tuple[int, int], list[Path]] = defaultdict(list)
        self._results: dict[str, list[tuple[Path, Path]]] = defaultdict(list)
        for source in map(Path, sources):
            self._named[folded(source.name)].append(source)
            if (number := _number(source)) is not None:
                self._numbered[number].append(source)
        for result, source in results:
            self._results[folded(result.name)].append((result, source))

    def check(self, source: str | os.PathLike[str], target: Path) -> None:
        """Refuse a target that may not be replaced.

        Raises:
            PhotoError: says which photo has no result, and why.
        """
        if reason := self._reason(target):
            raise PhotoError(f"No result of {source} was written: {reason}")

    @contextmanager
    def replacing(self, source: str | os.PathLike[str], target: Path) -> Iterator[None]:
        """Let a result be put in its place, one at a time, where it may be.

        Raises:
            PhotoError: of `check`.
        """
        with self._lock:
            self.check(source, target)
            yield
            self._results[folded(target.name)].append((target, Path(source)))

    def _reason(self, target: Path) -> str:
        if not os.path.lexists(target):
            return ""
        if any(self._places.same(target, source) for source in self._alike(target)):
            return f"it would overwrite the photo {target}. Choose another output folder."
        for result, source in self._results[folded(target.name)]:
            if self._places.same(target, result):
                return (
                    f"{target} already holds the result of {source}. "
                    "Put them into different folders."
                )
        if self._overwrite or target.is_dir() or is_ours(target):  # a folder is told when written
            return ""
        return (
            f"{target} is there, and colorgan did not write it. Choose another output folder, or "
            "replace it by --overwrite (in Python overwrite=True)."
        )

    def _alike(self, target: Path) -> Iterator[Path]:
        """Yield the photos that may be a file. Some disks number their files anew now and then."""
        yield from self._named.get(folded(target.name), ())
        if (number := _number(target)) is not None:
            yield from self._numbered.get(number, ())


def may_write(
    source: str | os.PathLike[str], target: str | os.PathLike[str], *, overwrite: bool = False
) -> Callable[[], AbstractContextManager[None]]:
    """Check that a photo's result may be written to a file; return what `write` asks then again.

    Raises:
        PhotoError: the file may not be replaced, or its ending promises what is not written.
    """
    check_written(Path(target))
    keeper = Keeper([source], overwrite=overwrite)
    keeper.check(source, Path(target))
    return partial(keeper.replacing, source, Path(target))


def spare(outputs: Iterable[Path | None], inputs: Iterable[str | Path | None] = ()) -> None:
    """Refuse to write tables, reports and sheets over a photo, or over what is read for them.

    Args:
        outputs: files that are to be written; None for what is not wanted.
        inputs: files that are read; names of other things are passed over.

    Raises:
        ColorganError: names the file.
    """
    read, places = [Path(path) for path in inputs if path], Places()
    for path in filter(None, outputs):
        if any(places.same(path, other) for other in read):
            raise ColorganError(
                f"{path} is one of the inputs, so it is not overwritten. Name another file."
            )
        if _is_picture(path) and not is_ours(path):
            raise ColorganError(
                f"{path} is a picture that colorgan did not write, so it stays. Name another file."
            )


def _is_picture(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            if stream.read(16).startswith(_UNKNOWN_TO_PILLOW):
                return True
            stream.seek(0)
            decoders.open_image(stream)
    except Exception:  # as above
        return False
    return True


def _number(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _note(stream: BinaryIO) -> str:
    if stream.read(2) in (b"II", b"MM"):
        field = Tiff(stream).field(exif.XMP)
        return notes.note_in(exif.from_tiff(stream), field.raw if field else b"")
    stream.seek(0)
    info = decoders.open_image(stream).info
    packet = info.get("xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    return notes.note_in(info.get("exif") or b"", packet)
