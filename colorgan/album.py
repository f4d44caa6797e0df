"""Many photos: each is coloured or restored and written; a broken one is a row, not an end.

While one is worked on, the next is read and the last is written, where a core is left for that.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from . import missing
from . import photo as files
from .color.pixels import full_lightness
from .colorizer import NO_HINTS, Colorizer, carried_hints, paint
from .device import has_idle_core
from .errors import ColorganError, PhotoError
from .hints import Hints
from .hints.reference import Reference
from .missing import Mask
from .output.same_file import Places, folded
from .photo import Keeper, Pages, Photo, formats, notes
from .photo.keeping import is_ours, note_of
from .photoset.sources import find
from .restorer import Restorer
from .settings import DEFAULT_SIZE, Size
from .together import Series

HINTS_ENDING = ".hints.json"


@dataclass(frozen=True)
class Job:
    """A photo and where its new version goes.

    Attributes:
        source: the photo.
        target: `colorize_all` may give it another ending, that of what is written.
        exact: the target is to be written under this very name.
    """

    source: Path
    target: Path
    exact: bool = False


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


def plan(
    sources: Sequence[str | Path], output: str | Path, *, work: str = notes.COLOURED
) -> list[Job]:
    """List the photos in files and folders; each keeps its name, and its place in its folder.

    Results of earlier runs that lie in a folder are no photos: what went through this work, and
    whatever else this program has written into the output folder. A file that is named itself is
    taken.

    Args:
        sources: files and folders.
        output: a folder, or for one photo the file to write, as its ending tells.
        work: how the note of what has gone through it begins (`notes.COLOURED`, ...).

    Raises:
        PhotoError: a source does not exist or holds no photo, or the output is one file for many
            photos or in a format that is not written.
    """
    folder = Path(output)
    jobs, left_out, places = [], 0, Places()
    for source in map(Path, sources):
        base = source if source.is_dir() else source.parent
        found = find([source])
        if source.is_dir():
            photos = [path for path in found if not _is_result(path, folder, work, places)]
        else:
            photos = found
        left_out += len(found) - len(photos)
        jobs += [Job(path, folder / path.relative_to(base)) for path in photos]
    if not jobs:
        raise PhotoError(
            f"All {left_out} photos in {', '.join(map(str, sources))} are results of colorgan. "
            "Name the files themselves to have them worked on again."
        )
    if _is_folder(output):
        return jobs
    formats.check_written(folder)
    if len(jobs) > 1:
        raise PhotoError(
            f"{output} is one file, and there are {len(jobs)} photos. Name a folder for them."
        )
    return [Job(jobs[0].source, folder, exact=True)]


def _is_result(photo: Path, output: Path, work: str, places: Places) -> bool:
    note = note_of(photo)
    if work in note or notes.DRAWN in note:
        return True
    return bool(note) and any(places.same(folder, output) for folder in photo.parents)


def _is_folder(output: str | Path) -> bool:
    ends_as_folder = str(output).endswith(("/", os.sep))
    return ends_as_folder or not files.ending_of(output) or Path(output).is_dir()


def share(jobs: Sequence[Job], process: int, processes: int) -> list[Job]:
    """Return the photos that one of several processes is to work on, beginning with process 0.

    Those of one name but for the ending or capitals stay together: their results may be in each
    other's way.
    """
    stems = {stem: number for number, stem in enumerate(dict.fromkeys(map(_stem, jobs)))}
    return [job for job in jobs if stems[_stem(job)] % processes == process]


def finished(jobs: Sequence[Job]) -> dict[Job, Path]:
    """Return the photos that have a result, and where. Results appear whole, so they are done.

    A file that this program did not write is no result.
    """
    folders = {job.target.parent for job in jobs}
    there = {path for folder in folders if folder.is_dir() for path in folder.iterdir()}
    endings = defaultdict(list)
    for path in there:
        if formats.is_written(path.suffix):
            endings[_folded(path)].append(path.suffix)
    alike, same = Counter(map(_stem, jobs)), Counter(job.target for job in jobs)

    def candidates(job: Job) -> list[Path]:
        if not job.exact and alike[_stem(job)] == 1:  # its ending may be another than the photo's
            return [files.with_ending(job.target, ending) for ending in endings[_stem(job)]]
        return [job.target] if same[job.target] == 1 and job.target in there else []

    found = {job: next(filter(is_ours, candidates(job)), None) for job in jobs}
    return {job: path for job, path in found.items() if path is not None}


def hint_files(folder: Path, jobs: Sequence[Job], output: str | Path) -> dict[Path, Path]:
    """Return the file of hints of each photo that has one, by the photo's path.

    That of `trip/old.jpg` is `trip/old.jpg.hints.json` or `trip/old.hints.json` in the folder.

    Args:
        folder: with files of hints, laid out as the photos are.
        jobs: the photos.
        output: where their results go, as `plan` took it.
    """
    found = {}
    for job in jobs:
        place = Path(job.source.name) if job.exact else job.target.relative_to(output)
        for name in (place.name, formats.stem_of(place.name)):
            path = folder / place.parent / f"{name}{HINTS_ENDING}"
            if path.is_file():
                found[job.source] = path
                break
    return found


def _stem(job: Job) -> str:
    return _folded(job.target)


def _folded(path: Path) -> str:
    return folded(files.with_ending(path, ""))


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
    keeper: Keeper | None = None,
    hints: Callable[[Path], Hints | None] = lambda source: None,
) -> Iterator[Done]:
    """Colour the photos one after another; yield a row for each as it is done.

    A photo whose result would replace a photo of this very list, another result, or a file that
    this program did not write, is refused.

    Args:
        colorizer: who colours.
        jobs: the photos.
        strength, size, references, reference_strength: as `Colorizer.colorize` takes them.
        series: whose common colours the photos get, instead of references.
        restorer: restores each photo first, if given.
        restore_strength: as `Restorer.restore` takes it.
        max_pixels: a photo with more is refused before it is decoded.
        keeper: knows what else is to stay, or what may go.
        hints: gives what was said of the colours of a photo, by its path; None for those that its
            file carries. A `HintError` that it raises is the photo's row.
    """

    def work(said: Hints | None, photo: Photo) -> Photo:
        if restorer is not None:
            photo = restorer.restore(photo, strength=restore_strength)
        if series is not None:
            own = carried_hints(photo) if said is None else said
            own.check_shape(photo.width, photo.height, photo.name)
            lightness = full_lightness(photo.pixels)
            look = series.shelf.take(photo) if series.shelf else None
            look = look or colorizer.look(photo, size=size, lightness=lightness)
            return paint(photo, series.lines(look, own, strength), own, lightness)
        return colorizer.colorize(
            photo,
            strength=strength,
            size=size,
            hints=said,
            references=references,
            reference_strength=reference_strength,
        )

    def colour(job: Job, pages: Pages) -> Pages:
        return pages.map(partial(work, hints(job.source)), partial(work, NO_HINTS))

    note = colorizer.note if restorer is None else f"{restorer.note} {colorizer.note}"
    yield from _each(jobs, colour, note, max_pixels, keeper)


def restore_all(
    restorer: Restorer,
    jobs: Sequence[Job],
    *,
    strength: float = 1.0,
    find_missing: Callable[[Photo], Mask] | None = None,
    enlarge: int = 1,
    max_pixels: int = files.MAX_PIXELS,
    keeper: Keeper | None = None,
) -> Iterator[Done]:
    """Restore the photos one after another as `colorize_all` colours them.

    What was found is told among the notices of a row.

    Args:
        restorer: who restores.
        jobs: the photos.
        strength: as `Restorer.restore` takes it.
        find_missing: says what is missing of a photo, and is filled first; None: nothing is.
        enlarge: how many times each is enlarged afterwards.
        max_pixels: a photo with more is refused before it is decoded.
        keeper: knows what else is to stay, or what may go.
    """

    def mend(photo: Photo) -> Photo:
        notices = photo.notices
        if find_missing is not None:
            mask = find_missing(photo)
            photo = missing.filled(photo, mask)
            notices += (f"{missing.told(mask)} It was filled from what is around.",) * bool(
                mask.any()
            )
        if found := restorer.found(photo):
            notices += (f"Found: {', '.join(found)}.",)
        photo = restorer.restore(photo, strength=strength)
        return replace(files.enlarged(photo, enlarge), notices=notices)

    def work(job: Job, pages: Pages) -> Pages:
        return pages.map(mend)

    note = notes.also(restorer.note, filled=find_missing is not None, enlarged=enlarge)
    yield from _each(jobs, work, note, max_pixels, keeper)


def show_missing(
    jobs: Sequence[Job],
    *,
    max_pixels: int = files.MAX_PIXELS,
    keeper: Keeper | None = None,
) -> Iterator[Done]:
    """Draw what is missing of the photos in red; rows as `restore_all` gives them."""

    def draw(photo: Photo) -> Photo:
        mask = missing.find(photo)
        told = missing.told(mask) or "No part was found missing."
        return replace(missing.shown(photo, mask), notices=(*photo.notices, told))

    def work(job: Job, pages: Pages) -> Pages:
        return pages.map(draw)

    yield from _each(jobs, work, notes.drawn(), max_pixels, keeper)


def _each(
    jobs: Sequence[Job],
    work: Callable[[Job, Pages], Pages],
    note: str,
    max_pixels: int,
    keeper: Keeper | None,
) -> Iterator[Done]:
    """Do some work on each photo."""
    own = Keeper([job.source for job in jobs]) if keeper is None else keeper

    def read(job: Job) -> Pages:
        return files.read_pages(job.source, max_pixels=max_pixels)

    def write(job: Job, pages: Pages, target: Path) -> Done:
        try:
            allowed = partial(own.replacing, job.source, target)
            new = files.write_pages(pages, target, note, allowed=allowed)
            return Done(job.source, new.path, parts=new.parts, notices=new.notices)
        except ColorganError as error:
            return Done(job.source, None, str(error))

    overlap = has_idle_core()
    rows: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(2) as pool:
        coming: Future[Pages] | None = None
        for job, after in zip_longest(jobs, jobs[1:]):
            reading = coming or pool.submit(read, job)
            coming = pool.submit(read, after) if overlap and after else None
            try:
                pages = reading.result()
                target = _target_of(job, pages.first)
                own.check(job.source, target)  # before the work; who writes checks again
                rows.append(pool.submit(write, job, work(job, pages), target))
                if pages.count > 1:  # the others are worked on as they are written
                    rows[-1].result()
            except ColorganError as error:
                rows.append(pool.submit(Done, job.source, None, str(error)))
            while len(rows) > overlap:
                yield rows.popleft().result()
        while rows:
            yield rows.popleft().result()


def _target_of(job: Job, photo: Photo) -> Path:
    """Keep the photo's own ending (.JPG, .tif) where it says the format that is written."""
    if job.exact:
        return job.target
    written, own = files.suffix(photo), files.ending_of(job.target)
    return files.with_ending(job.target, own if files.same_format(own, written) else written)
