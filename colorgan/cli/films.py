"""The command on films."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import FilmError, HintError
from ..settings import check
from .options import add_model, add_references, add_size, add_strength, references

if TYPE_CHECKING:
    from ..video import Filmer
    from ..video.film import Made, Progress


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command's parser."""
    command = commands.add_parser("video", help="colour a film", description=video.__doc__)
    command.add_argument(
        "film", metavar="FILM", help="the film in black and white; - reads a pipe, with -o -"
    )
    command.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="the film in colour; its ending sets the format: .mp4, .m4v, .mov, .mkv, .webm, .ts; "
        "- writes raw yuv4mpeg into a pipe",
    )
    add_model(command)
    add_strength(command)
    add_size(command, "frame", auto=False)
    command.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="K",
        help="ask the network at every Kth frame; those between get their colours along the "
        "motion: faster; default 1",
    )
    command.add_argument(
        "--hints",
        metavar="FILE",
        help="colours that you know, in the first frame or at moments that the file names (JSON)",
    )
    add_references(command)
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
        help="0 (finest, largest) to 51, or lossless; default 18 for h264",
    )
    command.add_argument("--resume", action="store_true", help="continue a film that was stopped")
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

    Ctrl-C stops; what is done is kept beside the result, and --resume goes on with it. Several
    processes share a film by `accelerate launch`.
    """
    from ..video.source import packages

    packages()  # said before a model is loaded
    from tqdm import tqdm

    from ..video.pipes import PIPE

    is_piped = options.output == PIPE
    if options.film == PIPE and not is_piped:
        raise FilmError(f"A film from a pipe can only be written to a pipe: add -o {PIPE}.")
    filmer = _filmer(options)
    with tqdm(desc="colouring", unit=" frames", disable=None) as bar, _stopping() as stopped:

        def told(progress: Progress) -> bool:
            if bar.n == 0 and progress.before:
                bar.initial = bar.n = progress.before
            bar.total = progress.total and max(progress.total, progress.done)
            bar.update(progress.done - bar.n)
            return stopped.is_set()

        made = (_through_pipes if is_piped else _into_file)(options, filmer, told)
    name = "the stream" if options.film == PIPE else Path(options.film).name
    for notice in made.notices:
        print(f"colorgan: {name}: {notice}", file=sys.stderr)
    if not made.whole:
        go_on = "" if is_piped else "; give the same command with --resume to go on"
        print(f"colorgan: stopped. {made.frames} frames are done{go_on}.", file=sys.stderr)
        return 130
    where = f" into {made.path}" if made.path else ", the share of this process"
    if not is_piped:
        print(f"{made.frames} frames coloured{where}")
    return 0


def _filmer(options: argparse.Namespace) -> Filmer:
    """Return who colours, after what was asked for was checked."""
    from ..colorizer import NO_HINTS, Colorizer
    from ..device import choose_device
    from ..video import Filmer, said
    from ..video.encoding import Encoding
    from ..video.pipes import PIPE
    from ..video.source import Source, Span

    check(options.strength, options.size)
    given = references(options)
    Encoding(options.codec, options.quality)
    span = Span(options.start, options.end)
    moments = said.read(options.hints) if options.hints else {}
    if options.film == PIPE and any(moment != said.FIRST for moment in moments):
        raise HintError("Hints for a film that comes by a pipe are for its first frame.")
    hints = said.numbered(moments, Source(Path(options.film), span))
    colorizer = Colorizer.from_pretrained(
        options.model, device=choose_device(int(os.environ.get("LOCAL_RANK", 0)))
    )
    return Filmer(
        colorizer,
        strength=options.strength,
        size=options.size,
        every=options.every,
        hints=hints.pop(0, NO_HINTS),
        later_hints=hints,
        references=[colorizer.reference(file, size=options.size) for file in given],
        reference_strength=options.reference_strength,
    )


def _into_file(
    options: argparse.Namespace, filmer: Filmer, told: Callable[[Progress], bool]
) -> Made:
    """Colour the film, or the share of it that `accelerate launch` or `torchrun` gives."""
    from ..video.encoding import Encoding
    from ..video.film import color_film
    from ..video.sharing import Share
    from ..video.source import Span

    number, of = (int(os.environ.get(name, 0)) for name in ("RANK", "WORLD_SIZE"))
    return color_film(
        options.film,
        options.output,
        filmer,
        encoding=Encoding(options.codec, options.quality),
        span=Span(options.start, options.end),
        share=Share(number, max(of, 1)),
        resume=options.resume,
        overwrite=options.overwrite,
        told=told,
    )


def _through_pipes(
    options: argparse.Namespace, filmer: Filmer, told: Callable[[Progress], bool]
) -> Made:
    from ..video.pipes import PIPE, color_stream
    from ..video.source import Span

    film = sys.stdin.buffer if options.film == PIPE else Path(options.film)
    span = Span(options.start, options.end)
    return color_stream(film, sys.stdout.buffer, filmer, span=span, told=told)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Return what tells that Ctrl-C was pressed; pressed again, it stops at once."""
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
