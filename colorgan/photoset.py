"""Sets of photos: the files in folders, lists and tar archives, by name, one after another."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .errors import PhotoError

PHOTO_SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
        ".avif",
        ".bmp",
        ".gif",
        ".jp2",
        ".ppm",
        ".pgm",
    ]
)


def is_photo(path: str | Path) -> bool:
    """Say by its ending whether a file is a photo; hidden files are not."""
    path = Path(path)
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def find(sources: Sequence[str | Path]) -> list[Path]:
    """List the photo files that files and folders (searched to the bottom) name, sorted.

    A file that is named itself is taken whatever its ending.

    Raises:
        PhotoError: a source does not exist, or a folder holds no photo.
    """
    found: list[Path] = []
    for source in map(Path, sources):
        if not source.exists():
            raise PhotoError(f"There is no file or folder {source}.")
        if not source.is_dir():
            found.append(source)
            continue
        inside = sorted(p for p in source.rglob("*") if is_photo(p) and p.is_file())
        if not inside:
            raise PhotoError(
                f"The folder {source} holds no photos (looked for {_list_suffixes()})."
            )
        found += inside
    return found


def read_all(sources: Sequence[str | Path]) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of each photo in folders, files and tar archives, in a fixed order.

    Names are paths relative to the source, so that a folder or a prefix tells the group.

    Raises:
        PhotoError: a source cannot be read or holds no photo.
    """
    for source in map(Path, sources):
        if source.suffix in (".tar", ".tgz") or source.name.endswith(".tar.gz"):
            yield from _read_tar(source)
        else:
            base = source if source.is_dir() else source.parent
            for path in find([source]):
                yield str(path.relative_to(base)), path.read_bytes()


def group_of(name: str) -> str:
    """Give the group of a photo by its name: its folder, or what stands before the first '-'."""
    path = Path(name)
    if path.parent != Path():
        return path.parts[0]
    return path.stem.split("-")[0] if "-" in path.stem else ""


def _read_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(path) as tar:
            empty = True
            for member in tar:
                stream = tar.extractfile(member) if is_photo(member.name) else None
                if stream is not None:
                    empty = False
                    yield member.name, stream.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise PhotoError(f"The archive {path} cannot be read: {error}.") from error
    if empty:
        raise PhotoError(f"The archive {path} holds no photos (looked for {_list_suffixes()}).")


def _list_suffixes() -> str:
    return ", ".join(sorted(PHOTO_SUFFIXES))
