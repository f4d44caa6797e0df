"""The command on films."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..video.film import Progress


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command's parser."""
    command = commands.add_parser("video", help="colour a film", description=video.__doc__)
    command.add_argument("film", metavar="FILM", help="the film in black and white")
    command.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="the film in colour; its ending says how it is written: .mp4, .mkv, .mov, .webm, .ts",
    )
    command.add_argument(
        "--model",
        default="custom",
        metavar="NAME",
        help="custom (default), pretrained, a folder, or org/name[@revision]",
    )
    command.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="0 (grey) to 1.5; default 1"
    )
    command.add_argument(
        "--size",
        type=int,
        default=256,
        metavar="N",
        help="short side in pixels at which the network sees a frame; default 256",
    )
    command.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="K",
        help="ask the network at every Kth frame; those between get their colours along the "
        "motion: faster; default 1",
    )
    command.add_argument(
        "--hints", metavar="FILE", help="colours that things have in the first frame (JSON)"
    )
    command.add_argument(
        "--from", dest="start", type=_seconds, default=0.0, metavar="TIME", help="such as 0:10"
    )
    command.add_argument("--to", dest="end", type=_seconds, metavar="TIME", help="such as 1:02:30")
    command.add_argument(
        "--codec", default="auto", metavar="NAME", help="h264, h265, vp9, ffv1; default auto"
    )
    command.add_argument(
        "--quality",
        type=_quality,
        metavar="N",
        help="of the pictures: 0 (finest, largest) to 51, or lossless; default 18 for h264",
    )
    command.add_argument("--resume", action="store_true", help="go on with a film that was stopped")
    command.add_argument("--overwrite", action="store_true", help="replace an older film")
    command.set_defaults(run=video)


def _seconds(word: str) -> float:
    """Read 12.5, 1:30 or 1:02:30."""
    parts = [float(part) for part in word.split(":")]
    if len(parts) > 3 or not all(0 <= part < 1e6 for part in parts):
        raise argparse.ArgumentTypeError(f"{word} is no time such as 1:30")
    seconds = 0.0
    for part in parts:
        seconds = 60 * seconds + part
    return seconds


def _quality(word: str) -> int | str:
    return word if word == "lossless" else int(word)


def video(options: argparse.Namespace) -> int:
    """Colour a film without flicker; luma, sound, subtitles and times stay.

    Ctrl-C stops; what is done is kept beside the result, and --resume goes on with it.
    """
    from ..video.source import packages

    packages()  # said before a model is loaded
    from tqdm import tqdm

    from .. import hints
    from ..colorizer import NO_HINTS, Colorizer, check
    from ..video import Filmer
    from ..video.encoding import Encoding
    from ..video.film import color_film
    from ..video.source import Span

    check(options.strength, options.size)
    encoding = Encoding(options.codec, options.quality)
    span = Span(options.start, options.end)
    said = hints.read(options.hints) if options.hints else NO_HINTS
    filmer = Filmer(
        Colorizer.from_pretrained(options.model),
        strength=options.strength,
        size=options.size,
        every=options.every,
        hints=said,
    )
    with tqdm(desc="colouring", unit=" frames", disable=None) as bar, _stopping() as stopped:

        def told(progress: Progress) -> bool:
            if bar.n == 0 and progress.before:
                bar.initial = bar.n = progress.before
            bar.total = progress.total and max(progress.total, progress.done)
            bar.update(progress.done - bar.n)
            return stopped.is_set()

        made = color_film(
            options.film,
            options.output,
            filmer,
            encoding=encoding,
            span=span,
            resume=options.resume,
            overwrite=options.overwrite,
            told=told,
        )
    for notice in made.notices:
        print(f"colorgan: {Path(options.film).name}: {notice}", file=sys.stderr)
    if made.path is None:
        print(
            f"colorgan: stopped. {made.frames} frames are done; give the same command with "
            "--resume to go on.",
            file=sys.stderr,
        )
        return 130
    print(f"{made.frames} frames coloured into {made.path}")
    return 0


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Give what tells that Ctrl-C was pressed; pressed again, it stops at once."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def stop(number: int, frame: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
