"""Many photos: each is coloured or restored and written; a broken one is a row, not an end.

While one is worked on, the next is read and the last is written, where a core is left for that.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from . import photo as files
from .colorizer import DEFAULT_SIZE, Colorizer, Size, carried_hints, paint
from .device import has_idle_core
from .errors import ColorganError
from .hints.reference import Reference
from .photo import Pages, Photo
from .photoset.sources import find
from .restorer import Restorer
from .together import Series


@dataclass(frozen=True)
class Job:
    """A photo and where its new version goes; `colorize_all` may give that another ending."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Done:
    """What became of a photo: a file, or the sentence that says why not."""

    source: Path
    result: Path | None
    error: str = ""
    parts: str = ""
    """Such as "2 of 2 pages"; nothing for a file with one photo."""
    notices: tuple[str, ...] = ()
    """Sentences on what reading left out or changed, such as a damaged text."""


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


def share(jobs: Sequence[Job], process: int, processes: int) -> list[Job]:
    """Give the photos that one of several processes is to work on, beginning with process 0.

    Those of one name but for the ending stay together: their results may be in each other's way.
    """
    stems = {stem: number for number, stem in enumerate(dict.fromkeys(map(_stem, jobs)))}
    return [job for job in jobs if stems[_stem(job)] % processes == process]


def unfinished(jobs: Sequence[Job]) -> list[Job]:
    """Give the photos that have no result yet. Results appear whole, so what is there is done."""
    folders = {job.target.parent for job in jobs}
    there = {path for folder in folders if folder.is_dir() for path in folder.iterdir()}
    results = {path.with_suffix("") for path in there if files.is_written(path.suffix)}
    alike, same = Counter(map(_stem, jobs)), Counter(job.target for job in jobs)

    def is_done(job: Job) -> bool:
        if alike[_stem(job)] == 1:
            return _stem(job) in results  # the ending may be another than the photo's
        return same[job.target] == 1 and job.target in there

    return [job for job in jobs if not is_done(job)]


def _stem(job: Job) -> Path:
    return job.target.with_suffix("")


def colorize_all(
    colorizer: Colorizer,
    jobs: Sequence[Job],
    *,
    strength: float = 1.0,
    size: Size = DEFAULT_SIZE,
    references: Sequence[Reference] = (),
    reference_strength: float = 1.0,
    series: Series | None = None,
    restorer: Restorer | None = None,
    restore_strength: float = 1.0,
    max_pixels: int = files.MAX_PIXELS,
) -> Iterator[Done]:
    """Colour the photos one after another; give a row for each as it is done.

    A photo whose result would replace a photo of this very list, or another result, is refused.

    Args:
        colorizer: who colours.
        jobs: the photos.
        strength, size, references, reference_strength: as `Colorizer.colorize` takes them.
        series: whose common colours the photos get, instead of references.
        restorer: restores each photo first, if given.
        restore_strength: as `Restorer.restore` takes it.
        max_pixels: a photo with more is refused before it is decoded.
    """

    def work(photo: Photo) -> Photo:
        if restorer is not None:
            photo = restorer.restore(photo, strength=restore_strength)
        if series is not None:
            hints = carried_hints(photo)
            lines = series.lines(colorizer.look(photo, size=size), hints, strength)
            return paint(photo, lines, hints)
        return colorizer.colorize(
            photo,
            strength=strength,
            size=size,
            references=references,
            reference_strength=reference_strength,
        )

    note = colorizer.note if restorer is None else f"{restorer.note} {colorizer.note}"
    yield from _each(jobs, work, note, "coloured", max_pixels)


def restore_all(
    restorer: Restorer,
    jobs: Sequence[Job],
    *,
    strength: float = 1.0,
    max_pixels: int = files.MAX_PIXELS,
) -> Iterator[Done]:
    """Restore the photos one after another; give a row for each as it is done."""

    def work(photo: Photo) -> Photo:
        return restorer.restore(photo, strength=strength)

    yield from _each(jobs, work, restorer.note, "restored", max_pixels)


def _each(
    jobs: Sequence[Job], work: Callable[[Photo], Photo], note: str, done: str, max_pixels: int
) -> Iterator[Done]:
    """Do some work on each photo; `done` is its word in sentences."""
    sources = {job.source.resolve() for job in jobs}
    written: dict[Path, Path] = {}

    def read(job: Job) -> Pages:
        return files.read_pages(job.source, max_pixels=max_pixels)

    def write(job: Job, pages: Pages, target: Path) -> Done:
        try:
            new = files.write_pages(pages, target, note)
            return Done(job.source, new.path, parts=new.parts, notices=new.notices)
        except ColorganError as error:
            return Done(job.source, None, str(error))

    def target_of(job: Job, photo: Photo) -> Path:
        target = job.target.with_suffix(_ending(job.target, photo))
        if target.resolve() in sources:
            raise ColorganError(
                f"{job.source} was not {done}: the result would overwrite the photo "
                f"{target}. Choose another output folder."
            )
        if target in written:
            raise ColorganError(
                f"{job.source} was not {done}: {target} already holds the result of "
                f"{written[target]}. Put them into different folders."
            )
        written[target] = job.source
        return target

    overlap = has_idle_core()
    rows: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(2) as pool:
        coming: Future[Pages] | None = None
        for job, after in zip_longest(jobs, jobs[1:]):
            reading = coming or pool.submit(read, job)
            coming = pool.submit(read, after) if overlap and after else None
            try:
                pages = reading.result()
                target = target_of(job, pages.first)
                rows.append(pool.submit(write, job, pages.map(work), target))
                if pages.count > 1:  # the others are worked on as they are written
                    rows[-1].result()
            except ColorganError as error:
                rows.append(pool.submit(Done, job.source, None, str(error)))
            while len(rows) > overlap:
                yield rows.popleft().result()
        while rows:
            yield rows.popleft().result()


def _ending(target: Path, photo: files.Photo) -> str:
    """Keep the photo's own ending (.JPG, .tif) where it says the format that is written."""
    written = files.suffix(photo)
    return target.suffix if files.same_format(target.suffix, written) else written
