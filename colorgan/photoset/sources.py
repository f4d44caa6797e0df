"""Sets of photos by name: folders, lists, tar archives, data sets of the Hub."""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar

from ..errors import PhotoError
from ..extras import require
from ..output.same_file import Places
from ..photo import notes
from ..photo.formats import READ_ENDINGS, ending_of, stem_of
from ..photo.keeping import note_of
from .system_files import is_in_system, is_system

Item = TypeVar("Item")

HUB_NAME = re.compile(r"^[\w.-]+/[\w.-]+(:[\w.-]+)?$")  # org/name or org/name:split


def is_photo(path: str | Path) -> bool:
    """Say by its ending whether a file is a photo of somebody.

    Hidden files are not, nor is what lies in a hidden folder or one of the system's.

    Args:
        path: from the folder or the archive on that was named.
    """
    return Path(path).suffix.lower() in READ_ENDINGS and not is_in_system(path)


def find(sources: Sequence[str | Path], *, without: Path | None = None) -> list[Path]:
    """List the photo files that files and folders (searched to the bottom) name, sorted.

    A file that is named itself is taken whatever its ending.

    Args:
        sources: files and folders.
        without: a folder inside them that is not looked into.

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
        inside = sorted(_inside(source, without))
        if not inside:
            raise PhotoError(
                f"The folder {source} holds no photos (looked for {_list_suffixes()})."
            )
        found += inside
    return found


def _inside(folder: Path, without: Path | None) -> Iterator[Path]:
    """Yield the photos of a folder; what is the system's is not even looked into."""
    places = Places()
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [
            name
            for name in folders
            if not is_system(name) and not (without and places.same(here / name, without))
        ]
        yield from (here / name for name in files if is_photo(name) and (here / name).is_file())


def read_all(
    sources: Sequence[str | Path], *, without: Path | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each photo of folders, files, tar archives and data sets of the Hub.

    The order is fixed. Names are paths relative to the source, so that a folder or a prefix tells
    the group; photos of a data set are named by its label, if it has any, and their number. A name
    that an earlier source had has its own source's before it, so no two photos have one name. In
    folders and archives photos that this program has coloured are passed over: their colours are
    a guess.

    Raises:
        PhotoError: a source cannot be read or holds no photo.
    """
    taken: set[str] = set()
    for source in map(str, sources):
        for name, data in _read(source, without):
            own = _unlike(name, Path(source).name, taken)
            taken.add(own)
            yield own, data


def has_guessed_colours(photo: Path | bytes) -> bool:
    """Return whether this program has coloured a picture file, as its note tells."""
    if isinstance(photo, bytes) and b" by colorgan " not in photo:
        return False  # so that most files need not be opened
    return notes.guesses_colour(note_of(photo))


def _with_true_colours(
    source: Path, photos: Iterable[tuple[str, bytes]]
) -> Iterator[tuple[str, bytes]]:
    empty = True
    for name, data in photos:
        if not has_guessed_colours(data):
            empty = False
            yield name, data
    if empty:
        raise PhotoError(f"{source} holds only photos that colorgan has coloured.")


def _unlike(name: str, source: str, taken: Container[str]) -> str:
    numbered = (f"{source} ({number})/{name}" for number in count(2))
    return next(own for own in chain((name, f"{source}/{name}"), numbered) if own not in taken)


def _read(source: str, without: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each photo of one source."""
    path = Path(source)
    if HUB_NAME.match(source) and not path.exists():
        yield from _read_dataset(source)
    elif path.suffix in (".tar", ".tgz") or path.name.endswith(".tar.gz"):
        yield from _with_true_colours(path, _read_tar(path))
    elif path.is_dir():
        found = ((str(p.relative_to(path)), _read_file(p)) for p in find([path], without=without))
        yield from _with_true_colours(path, found)
    else:
        yield from ((photo.name, _read_file(photo)) for photo in find([path]))


def group_of(name: str) -> str:
    """Return the group of a photo by its name: its folder, or what stands before the first '-'."""
    path = Path(name)
    if path.parent != Path():
        return path.parts[0]
    stem = stem_of(path)
    return stem.split("-")[0] if "-" in stem else ""


def source_of(name: str) -> str:
    """Return where a photo comes from by its name GROUP-SOURCE-NUMBER; else the name of its
    group."""
    parts = Path(name).stem.split("-")
    return parts[1] if len(parts) > 2 else group_of(name)


def evenly(items: Sequence[Item], count: int) -> list[Item]:
    """Pick so many items, evenly spread over all and the first among them; all if they are fewer.

    A sorted list stands group after group, so that its first items would be of one kind.
    """
    count = min(count, len(items))
    return [items[place * len(items) // count] for place in range(count)]


def pick(sources: Sequence[str | Path], count: int) -> list[tuple[str, bytes]]:
    """Read the photos that `evenly` picks of all, without ever holding more of them.

    Raises:
        PhotoError: of `read_all`.
    """
    number = sum(1 for _ in read_all(sources))
    wanted = set(evenly(range(number), count))
    return [photo for index, photo in enumerate(read_all(sources)) if index in wanted]


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoError(f"The photo {path} cannot be read: {error.strerror}.") from error


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


def import_datasets() -> Any:
    """Import the library that reads data sets of the Hub.

    Raises:
        PackageError: it is not installed.
    """
    return require("datasets", "train", "A data set of the Hub")


def open_dataset(name: str) -> tuple[Any, str]:
    """Open a data set `org/name[:split]` of the Hub as a stream.

    Returns:
        the data set with undecoded images, and the name of the column that holds them.

    Raises:
        PhotoError: it cannot be had, or has no images.
    """
    datasets = import_datasets()
    repo, _, split = name.partition(":")
    try:
        found = datasets.load_dataset(repo, split=split or "train", streaming=True)
    except (OSError, ValueError, ConnectionError) as error:
        reason = str(error).splitlines()[0]
        raise PhotoError(
            f"There is no folder {name}, and the Hub has no such data set or cannot be reached: "
            f"{reason}"
        ) from error
    kinds = (found.features or {}).items()
    columns = [key for key, kind in kinds if isinstance(kind, datasets.Image)]
    if not columns:
        raise PhotoError(f"The data set {name} has no column of images.")
    return found.decode(False), columns[0]


def _read_dataset(name: str) -> Iterator[tuple[str, bytes]]:
    dataset, column = open_dataset(name)
    label: Any = (dataset.features or {}).get("label")
    for index, row in enumerate(dataset):
        image = row[column]
        group = label.int2str(row["label"]) if hasattr(label, "int2str") else ""
        ending = ending_of(image["path"] or "photo")
        own = f"{group}/{index:08d}{ending}" if group else f"{index:08d}{ending}"
        yield own, bytes_of(image)


def bytes_of(image: Mapping[str, Any]) -> bytes:
    """Return the file of an undecoded image of a data set, from the row itself, disk or the Hub."""
    if image["bytes"] is not None:
        return bytes(image["bytes"])
    import fsspec  # comes with datasets

    with fsspec.open(image["path"], "rb") as file:
        return bytes(file.read())


def _list_suffixes() -> str:
    return ", ".join(sorted(READ_ENDINGS))
