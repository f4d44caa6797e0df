"""The files of an album: photos and zips in; a list as CSV and a zip out."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path

from ..errors import PhotoError
from ..output.same_file import folded
from ..photo import Written, formats
from ..photoset import zips
from ..photoset.sources import is_photo
from ..photoset.system_files import is_system

Incoming = Path | bytes | PhotoError
"""A photo's file, its bytes, or why it cannot be had."""


@dataclass
class Row:
    """What became of a photo of the album."""

    name: str
    file: Path | None = None
    preview: Path | None = None
    size: str = ""
    seconds: float = 0.0
    model: str = ""
    error: str = ""
    written: Written | None = None
    """What is to be told of the file."""

    @property
    def notes(self) -> str:
        """How many pages it has, and what reading left out or changed."""
        if self.written is None:
            return ""
        parts = [f"{self.written.parts}."] if self.written.parts else []
        return " ".join([*parts, *self.written.notices])


def photos_of_folder(files: Sequence[str]) -> list[str]:
    """Leave out of the files of a folder what is neither a photo nor a zip of photos."""
    return [file for file in files if is_photo(Path(file).name) or _is_own_zip(Path(file))]


def _is_own_zip(path: Path) -> bool:
    return is_zip(path) and not is_system(path.name)


def count(photos: Sequence[str]) -> int:
    """Count the photos among files, those inside zips too; files of the system are none.

    Raises:
        PhotoError: a zip cannot be read.
    """
    return sum(zips.count_photos(p) if is_zip(p) else 1 for p in _own(photos))


def incoming(photos: Sequence[str]) -> Iterator[tuple[str, Incoming]]:
    """Yield photos and their names, from files and zips; names differ, also without endings.

    A result may have another ending than its photo: a.bmp and a.png both come back as PNG.
    """
    taken: set[str] = set()
    for path in _own(photos):
        if is_zip(path):
            for packed in zips.photos_in(path):
                photo = PhotoError(packed.error) if packed.data is None else packed.data
                yield _unlike(packed.name, taken), photo
        else:
            yield _unlike(path.name, taken), path


def _own(photos: Sequence[str]) -> list[Path]:
    """Leave out what a system puts into folders; a browser hands it on with the rest."""
    return [path for path in map(Path, photos) if not is_system(path.name)]


def is_zip(path: Path) -> bool:
    """Return whether a file is to be unpacked."""
    return path.suffix.lower() == ".zip"


def _unlike(name: str, taken: set[str]) -> str:
    """Number a name that has come before, in capitals or not: photo.jpg, photo (2).jpeg."""
    path = Path(name)
    numbers = (f" ({number})" if number > 1 else "" for number in count_from(1))
    stems = (f"{formats.stem_of(path)}{number}" for number in numbers)
    stem = next(s for s in stems if folded(path.with_name(s)) not in taken)
    taken.add(folded(path.with_name(stem)))
    return str(path.with_name(stem + formats.ending_of(path)))


def write_table(rows: Sequence[Row], path: Path) -> Path:
    """Write a CSV with a line for each photo: what became of it, by whom, in how long."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # the mark is for Excel
        table = csv.writer(file)
        table.writerow(["photo", "pixels", "seconds", "model", "error", "notes"])
        for row in rows:
            seconds = f"{row.seconds:.2f}" if row.file else ""
            cells = (row.name, row.size, seconds, row.model, row.error, row.notes)
            table.writerow([_no_formula(cell) for cell in cells])
    return path


def _no_formula(cell: str) -> str:
    """Keep a spreadsheet from computing what a stranger's file name says."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def write_zip(rows: Sequence[Row], table: Path, path: Path) -> Path:
    """Pack the coloured photos, in the folders they came in, and the list, as they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for row in rows:
            if row.file is not None:
                archive.write(row.file, row.name)
        archive.write(table, table.name)
    return path
