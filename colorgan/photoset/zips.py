"""Photos out of a stranger's zip: nothing is trusted that it says of itself."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import PhotoError
from ..photo.formats import ending_of, stem_of
from .sources import is_photo
from .system_files import is_system
from .zip_names import names_of

LARGEST_PHOTO = 50_000_000  # bytes of one photo, unpacked
LARGEST_TOTAL = 1_000_000_000  # bytes of all photos together, unpacked
MOST_ENTRIES = 10_000
_PIECE = 1 << 20


@dataclass(frozen=True)
class Packed:
    """A photo inside a zip.

    Attributes:
        name: a relative path of plain parts, whatever the zip says.
        data: the file, or None where it cannot be had.
        error: the sentence that says why not.
    """

    name: str
    data: bytes | None
    error: str = ""


def photos_in(path: Path, *, largest: int = LARGEST_PHOTO) -> Iterator[Packed]:
    """Yield the photos of a zip one after another, unpacked in memory, never on the disk.

    Other files, hidden ones and zips inside the zip are passed over. Sizes are counted while
    unpacking, since the ones a zip states may be lies.

    Args:
        path: of the zip.
        largest: bytes of a photo; a larger one is told, not unpacked.

    Raises:
        PhotoError: it is no zip, or it holds far too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                raise PhotoError(f"{path.name} holds more than {MOST_ENTRIES} files.")
            total = 0
            for entry, said in zip(entries, names_of(entries), strict=True):
                name = plain_path(said)
                if name is None or not is_photo(name):
                    continue
                packed = _unpack(archive, entry, name, largest)
                total += len(packed.data or b"")
                if total > LARGEST_TOTAL:
                    raise PhotoError(
                        f"{path.name} holds more than {LARGEST_TOTAL // 1_000_000} MB of photos. "
                        "Please bring it in parts."
                    )
                yield packed
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise PhotoError(f"{path.name} is not a zip that can be read.") from error


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, largest: int) -> Packed:
    if entry.flag_bits & 1:
        return Packed(name, None, f"{name} is locked by a password.")
    parts, size = [], 0
    try:
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > largest:
                    return Packed(name, None, f"{name} is larger than {largest // 1_000_000} MB.")
                parts.append(piece)
    except Exception as error:  # each method of packing has errors of its own (zlib, lzma, bz2)
        return Packed(name, None, f"{name} is damaged inside the zip ({type(error).__name__}).")
    return Packed(name, b"".join(parts))


def count_photos(path: Path) -> int:
    """Count the photos that `photos_in` would give.

    Raises:
        PhotoError: it is no zip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [plain_path(said) for said in names_of(archive.infolist())]
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise PhotoError(f"{path.name} is not a zip that can be read.") from error
    return sum(name is not None and is_photo(name) for name in names)


def plain_path(name: str) -> str | None:
    """Return a relative path without tricks (.., /, C:), or None if nothing is left.

    None too for what is hidden or the system's own.

    Args:
        name: as a zip or a browser gives it.
    """
    parts = PurePosixPath(name.replace("\\", "/").replace("\0", "")).parts
    kept = [part for part in parts if part not in ("/", "..", ".") and ":" not in part]
    if not kept or any(map(is_system, kept)):
        return None
    return "/".join(part[:100] if part is not kept[-1] else _short(part) for part in kept[-8:])


def _short(name: str) -> str:
    ending = ending_of(name)
    return stem_of(name)[: 100 - len(ending)] + ending
