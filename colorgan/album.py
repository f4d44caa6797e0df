"""Many photos: each is coloured and written; a broken one is a row in the list, not an end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import photo as files
from .colorizer import Colorizer, Size
from .errors import ColorganError
from .photoset import find


@dataclass(frozen=True)
class Job:
    """A photo and where its coloured version goes, without the final ending."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Done:
    """What became of a photo: a file, or the sentence that says why not."""

    source: Path
    result: Path | None
    error: str = ""


def plan(sources: Sequence[str | Path], folder: str | Path) -> list[Job]:
    """List the photos in files and folders; each keeps its name, and its place in its folder.

    Raises:
        PhotoError: a source does not exist or holds no photo.
    """
    jobs = []
    for source in map(Path, sources):
        base = source if source.is_dir() else source.parent
        jobs += [Job(path, Path(folder) / path.relative_to(base)) for path in find([source])]
    return jobs


def colorize_all(
    colorizer: Colorizer,
    jobs: Sequence[Job],
    *,
    strength: float = 1.0,
    size: Size = None,
    max_pixels: int = files.MAX_PIXELS,
) -> Iterator[Done]:
    """Colour the photos one after another; give a row for each as it is done.

    A photo whose result would replace a photo of this very list, or another result, is refused.
    """
    sources = {job.source.resolve() for job in jobs}
    written: dict[Path, Path] = {}
    for job in jobs:
        try:
            photo = files.read(job.source, max_pixels=max_pixels)
            target = job.target.with_suffix(_ending(job.target, photo))
            if target.resolve() in sources:
                raise ColorganError(
                    f"{job.source} was not coloured: the result would overwrite the photo "
                    f"{target}. Choose another output folder."
                )
            if target in written:
                raise ColorganError(
                    f"{job.source} was not coloured: {target} already holds the result of "
                    f"{written[target]}. Colour them into different folders."
                )
            coloured = colorizer.colorize(photo, strength=strength, size=size)
            files.write(coloured, target, colorizer.note)
            written[target] = job.source
            yield Done(job.source, target)
        except ColorganError as error:
            yield Done(job.source, None, str(error))


def _ending(target: Path, photo: files.Photo) -> str:
    """Keep the photo's own ending (.JPG, .tif) where it says the format that is written."""
    written = files.suffix(photo)
    return target.suffix if files.same_format(target.suffix, written) else written
