"""The commands on photos: colour and restore."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ColorganError
from ..settings import check, check_restoring
from .options import (
    add_max_pixels,
    add_model,
    add_references,
    add_size,
    add_strength,
    references,
)

if TYPE_CHECKING:
    import torch

    from ..album import Done, Job
    from ..colorizer import Colorizer
    from ..hints import Hints
    from ..photo import Keeper
    from ..together import Series


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the command's parser."""
    _add_colorize(commands)
    _add_restore(commands)


def _add_colorize(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("colorize", help="colour photos", description=colorize.__doc__)
    _add_photos(command)
    add_model(command)
    add_strength(command)
    add_size(command, "photo", auto=True)
    command.add_argument(
        "--engine",
        default="torch",
        metavar="NAME",
        help="what computes: torch (default) or onnxruntime; the latter takes ONNX files too",
    )
    command.add_argument(
        "--hints",
        type=Path,
        metavar="FILE",
        help="colours that you know of the photo (JSON); or a folder with a file for each photo, "
        "such as old.hints.json for old.jpg",
    )
    command.add_argument(
        "--hints-anyway",
        action="store_true",
        help="also use hints that were made for a photo of another shape",
    )
    add_references(command)
    command.add_argument(
        "--together",
        action="store_true",
        help="the photos are one series: what looks alike gets one colour on all of them",
    )
    command.add_argument("--restore", action="store_true", help="restore damaged photos first")
    command.add_argument(
        "--restore-strength",
        type=float,
        default=1.0,
        metavar="S",
        help="strength of --restore: 0 (as it was) to 1; default 1",
    )
    _add_restorer(command, "--restorer", None)
    command.set_defaults(run=colorize)


def _add_restore(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "restore", help="restore damaged photos", description=restore.__doc__
    )
    _add_photos(command)
    _add_restorer(command, "--model", "restore")
    command.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="0 (as it was) to 1; default 1"
    )
    command.add_argument(
        "--fill",
        action="store_true",
        help="find what is missing (a torn corner, a hole) and fill it from what is around it; see "
        "by --show-missing first what is found",
    )
    command.add_argument(
        "--missing",
        metavar="FILE",
        help="fill what you marked and nothing else, with --fill too: a picture of the photo's "
        "shape, white where something is missing, black or transparent elsewhere",
    )
    command.add_argument(
        "--show-missing",
        action="store_true",
        help="restore nothing, but show in red what --fill would fill",
    )
    command.add_argument(
        "--enlarge",
        type=int,
        choices=(1, 2, 4),
        default=1,
        help="enlarge the result so many times, by plain Lanczos: more pixels, no more detail",
    )
    command.set_defaults(run=restore)


def _add_photos(command: argparse.ArgumentParser) -> None:
    command.add_argument("photos", nargs="+", metavar="PHOTO", help="photo files or folders")
    command.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FOLDER",
        help="where the results go; for one photo also a file, such as new.jpg",
    )
    command.add_argument(
        "--overwrite",
        action="store_true",
        help="replace files that colorgan did not write, but never the photos named here",
    )
    command.add_argument(
        "--resume", action="store_true", help="skip photos whose results are there already"
    )
    add_max_pixels(command)


def _add_restorer(command: argparse.ArgumentParser, option: str, default: str | None) -> None:
    command.add_argument(
        option,
        default=default,
        metavar="NAME",
        help="the model that restores: restore (default), a folder, or org/name[@revision]",
    )


def colorize(options: argparse.Namespace) -> int:
    """Colour photos and folders of photos. Names are kept; a photo that fails is named."""
    from .. import restorer
    from ..album import colorize_all
    from ..colorizer import Colorizer
    from ..photo import notes

    check(options.strength, options.size)
    given = references(options)
    if options.together and given:
        raise ColorganError("--together and --reference cannot both be given.")
    check_restoring(options.restore_strength)
    if not options.restore and (options.restore_strength != 1 or options.restorer):
        raise ColorganError("--restore-strength and --restorer need --restore.")
    if options.hints_anyway and not options.hints:
        raise ColorganError("--hints-anyway needs --hints.")
    jobs, keeper, device = _own_jobs(options, notes.COLOURED, given)
    colorizer = Colorizer.from_pretrained(options.model, engine=options.engine, device=device)
    rows = colorize_all(
        colorizer,
        jobs,
        strength=options.strength,
        size=options.size,
        references=[colorizer.reference(file, size=options.size) for file in given],
        reference_strength=options.reference_strength,
        series=_series(colorizer, options) if options.together else None,
        restorer=restorer.Restorer.from_pretrained(options.restorer or "restore", device=device)
        if options.restore
        else None,
        restore_strength=options.restore_strength,
        max_pixels=options.max_pixels,
        keeper=keeper,
        hints=_hints(options, jobs),
    )
    words = ("restoring and colouring", "restored and coloured")
    return _work_off(
        rows, len(jobs), options.output, words if options.restore else ("colouring", "coloured")
    )


def _hints(options: argparse.Namespace, jobs: Sequence[Job]) -> Callable[[Path], Hints | None]:
    """Return what tells the hints of a photo by its path: those of --hints, or None."""
    from ..album import HINTS_ENDING, hint_files
    from ..hints import read

    path: Path | None = options.hints
    if path is None:
        return lambda source: None
    if path.is_dir():
        files = hint_files(path, jobs, options.output)
        used = set(files.values())
        unused = [p for p in sorted(path.rglob(f"*{HINTS_ENDING}")) if p not in used]
        if unused and not options.resume:  # with it, photos that are done are not looked at
            print(f"{len(unused)} files of hints belong to no photo: {unused[0].name}, ...")
    elif len(jobs) > 1:
        raise ColorganError(
            f"{path} holds the hints of one photo, and there are {len(jobs)}. Name a folder with a "
            "file for each, such as old.hints.json for old.jpg."
        )
    else:
        read(path)  # what is wrong with it is told before any work
        files = {job.source: path for job in jobs}

    def said(source: Path) -> Hints | None:
        if source not in files:
            return None
        hints = read(files[source])
        return replace(hints, shape=None) if options.hints_anyway else hints

    return said


def _series(colorizer: Colorizer, options: argparse.Namespace) -> Series:
    """Look at all photos once; results that are there already stand as they are."""
    from tqdm import tqdm

    from ..album import finished, plan
    from ..photo import notes
    from ..together import Series, Shelf, gather

    jobs = plan(options.photos, options.output, work=notes.COLOURED)
    done = finished(jobs) if options.resume else {}
    shelf = Shelf()
    found = gather(
        colorizer,
        [job.source for job in jobs if job not in done],
        list(done.values()),
        size=options.size,
        max_pixels=options.max_pixels,
        shelf=shelf,
    )
    return Series(list(tqdm(found, desc="looking", unit=" photos", disable=None)), shelf)


def restore(options: argparse.Namespace) -> int:
    """Restore damaged photos without colouring them. Names are kept; a photo that fails is named.

    It mends grain, blur, folds and faded tones; what is not damaged hardly changes.
    """
    from .. import missing
    from ..album import restore_all, show_missing
    from ..photo import notes
    from ..restorer import Restorer

    check_restoring(options.strength)
    if options.show_missing and (options.fill or options.missing or options.enlarge > 1):
        raise ColorganError(
            "--show-missing cannot be combined with --fill, --missing or --enlarge."
        )
    marks = [Path(options.missing)] if options.missing else []
    jobs, keeper, device = _own_jobs(options, notes.RESTORED, marks)
    if options.show_missing:
        rows = show_missing(jobs, max_pixels=options.max_pixels, keeper=keeper)
        return _work_off(rows, len(jobs), options.output, ("looking", "looked at"))
    find = missing.find if options.fill else None
    if options.missing:
        if len(jobs) > 1:
            raise ColorganError("--missing marks one photo: name that one alone.")
        find = partial(missing.marked, options.missing)
    rows = restore_all(
        Restorer.from_pretrained(options.model, device=device),
        jobs,
        strength=options.strength,
        find_missing=find,
        enlarge=options.enlarge,
        max_pixels=options.max_pixels,
        keeper=keeper,
    )
    return _work_off(rows, len(jobs), options.output, ("restoring", "restored"))


def _own_jobs(
    options: argparse.Namespace, work: str, beside: Sequence[Path]
) -> tuple[list[Job], Keeper, torch.device]:
    """Return the photos that this process is to work on, who keeps the others, and its device.

    `accelerate launch` and `torchrun` tell each process its place by the environment.

    Args:
        options: of the command.
        work: how the note of what has gone through it begins.
        beside: other files that are read, which no result may replace either.
    """
    from ..album import finished, plan, share
    from ..device import choose_device
    from ..photo import Keeper
    from ..photoset.sources import find

    jobs = plan(options.photos, options.output, work=work)
    if results := len(find(options.photos)) - len(jobs):
        print(f"{results} files left out: colorgan has made them")
    place = {name: int(os.environ.get(name, 0)) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    own = share(jobs, place["RANK"], max(place["WORLD_SIZE"], 1))
    done = finished(own) if options.resume else {}
    if done:
        print(f"{len(done)} of {len(own)} photos are done already")
    keeper = Keeper(
        [*(job.source for job in jobs), *beside],
        results=[(result, job.source) for job, result in done.items()],
        overwrite=options.overwrite,
    )
    return [job for job in own if job not in done], keeper, choose_device(place["LOCAL_RANK"])


def _work_off(rows: Iterable[Done], count: int, output: str, words: tuple[str, str]) -> int:
    """Show a bar while photos are worked on, tell what is to be told of each, count them."""
    from tqdm import tqdm

    from ..photo.plain_errors import printable

    doing, done = words
    failures = 0
    with tqdm(total=count, desc=doing, unit=" photos", disable=None) as bar:
        for row in rows:
            failures += row.result is None
            lines = [row.error] if row.error else []
            lines += [f"{printable(row.source.name)}: {notice}" for notice in row.notices]
            if lines or row.parts:
                bar.clear()
            for line in lines:
                print(f"colorgan: {line}", file=sys.stderr)
            if row.parts:
                print(f"{printable(row.source.name)}: {row.parts} {done}")
            bar.update()
    print(f"{count - failures} of {count} photos {done} into {output}")
    return 1 if failures else 0
