"""A film in, the same film in steady colour out: in parts, so that work can go on after a stop."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..color import cie
from ..device import cores
from ..errors import ColorganError, FilmError
from ..hints import to_json
from ..hints.reference import Reference
from ..output.whole_file import make_folders, whole_file
from ..photo import notes
from . import frames
from .ahead import ahead
from .encoding import Encoder, Encoding
from .filmer import Filmer, Looked, Memory, Steady
from .joining import join
from .parts import Parts
from .sharing import ALL, RUN_IN, Share, wait_for
from .source import Source, Span, clock

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

PART_SECONDS = 10.0
"""Of a part: what is lost at most when the machine stops."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Progress:
    """How far a film is.

    Attributes:
        done: frames.
        before: of these, done by an earlier run.
        total: estimate, or None where nothing says how many there are.
    """

    done: int
    before: int
    total: int | None


@dataclass(frozen=True)
class Made:
    """What became of a film.

    Attributes:
        path: of the film in colour, or None if the work was stopped and is to go on.
        frames: that are done.
        whole: whether that is all of them.
        notices: sentences on what was left out or is uncertain.
    """

    path: Path | None
    frames: int
    whole: bool
    notices: tuple[str, ...]


def color_film(
    path: str | Path,
    target: str | Path,
    filmer: Filmer,
    *,
    encoding: Encoding | None = None,
    span: Span | None = None,
    share: Share = ALL,
    resume: bool = False,
    overwrite: bool = False,
    keep: bool = False,
    told: Callable[[Progress], bool] = lambda progress: False,
) -> Made:
    """Colour a film; its luma, sound, texts, times and shape stay.

    What is done is kept in the folder `target`.parts until the film is whole.

    Args:
        path: of the film.
        target: of the film in colour; its ending says how it is written.
        filmer: who colours.
        encoding: of the pictures.
        span: what is wanted of the film; all by default.
        share: of this process, where several work on one film; the first of them waits for the
            others and joins what they made.
        resume: go on with what is done.
        overwrite: replace an older film, or begin anew.
        keep: make a film of what is done if the work is stopped, its sound as long; nothing is left
            to go on with then.
        told: is called after each frame; the work stops where it gives True.

    Raises:
        FilmError: the film cannot be read or written.
        HintError: the hints are for another shape.
    """
    encoding, target = encoding or Encoding(), Path(target)
    source = Source(Path(path), span or Span())
    encoding.check(target)
    _check_target(source, target, overwrite)
    work = _Work(source, share, target, filmer, encoding, told)
    work.parts.begin(work.plan(), resume, overwrite)
    try:
        with _plain(target):
            whole = work.colour()
            count, folders = work.done, [work.parts]
            if whole and share.of > 1:
                work.parts.end()
                if share.number > 0:
                    return Made(None, count, whole, tuple(source.notices))
                folders = wait_for(target, share, work.stopped)
                whole = bool(folders)
            if not whole and (not keep or share.of > 1):
                return Made(None, count, whole, tuple(source.notices))
            if not whole:
                source.end_after(work.parts.done[-1].last)
            parts = [part for each in folders for part in each.done]
            if not parts:
                raise FilmError(f"{source.name} has no frames that can be read in this part of it.")
            with whole_file(target) as new:
                join(source, parts, new, target, _note(filmer))
    finally:
        if not work.parts.done and not work.parts.ended:  # nothing to go on with
            work.parts.remove()
    for each in folders:
        each.remove()
    return Made(target, sum(part.count for part in parts), whole, tuple(source.notices))


class _Work:
    """The parts of one film, or of a share of it, as they are made."""

    def __init__(
        self,
        source: Source,
        share: Share,
        target: Path,
        filmer: Filmer,
        encoding: Encoding,
        told: Callable[[Progress], bool],
    ) -> None:
        self.source, self.share, self.target, self.filmer = source, share, target, filmer
        self.encoding, self.told = encoding, told
        self.own = source if share == ALL else source.limited(share.span(source))
        self.parts = Parts(share.folder(target))
        self._encoder: Encoder | None = None

    @property
    def done(self) -> int:
        """Return the frames of all parts."""
        return sum(part.count for part in self.parts.done)

    def stopped(self) -> bool:
        """Return whether the work is to stop, where no frame was made."""
        return self.told(Progress(self.done, self.done, self.done))

    def plan(self) -> dict[str, Any]:
        """Return what parts must have been made of to be joined."""
        with self.source.opened():
            there = self.source.path.stat()
        filmer = self.filmer
        return {
            "film": [there.st_size, there.st_mtime_ns],
            "span": [self.own.span.start, self.own.span.end],
            "model": [filmer.colorizer.name, filmer.colorizer.revision],
            "colour": [filmer.strength, filmer.size, filmer.every, filmer.reference_strength],
            "hints": {str(n): json.loads(to_json(said)) for n, said in filmer.hints.items()},
            "references": [each.name for each in filmer.references],
            "encoding": [self.target.suffix.lower(), self.encoding.codec, self.encoding.quality],
        }

    def colour(self) -> bool:
        """Make the parts that are missing; say whether all are done."""
        before, total = self.done, self.own.count()
        last = self.parts.done[-1].last if self.parts.done else None
        with self.own.opened() as (_, stream), closing(self._painted(stream, last)) as painted:
            try:
                for number, (frame, memory) in enumerate(painted, before + 1):
                    self._write(frame, stream)
                    stop = self.told(Progress(number, before, total))
                    if stop or self._is_full(frame):
                        self._end(memory)
                    if stop:
                        return False
                if self._encoder is not None:
                    self._end(memory)
            finally:
                if self._encoder is not None:
                    self._encoder.leave()
        return True

    def _painted(self, stream: Any, after: int | None) -> Generator[tuple[VideoFrame, Memory]]:
        """Return frames in colour: read, coloured and painted side by side."""
        memory = self.parts.memory
        run_in, first = self._run_in(stream) if after is None else (0.0, None)
        looked = ahead(self._looked(stream, after, run_in, memory))
        coloured = self.filmer.colour(looked, memory, self._corrected(stream))
        return painted_frames(looked, coloured, first)

    def _looked(
        self, stream: Any, after: int | None, run_in: float, memory: Memory | None
    ) -> Generator[Looked[VideoFrame]]:
        """Yield frames that were read and laid over one another, of the run-in only the end."""
        ask = None if run_in <= RUN_IN else self.own.tick(stream, self.own.span.start - RUN_IN)
        read = planar_frames(self.own, self.filmer, stream, after, run_in)
        for seen in self.filmer.look(read, memory):
            if ask is None or seen.frame.pts >= ask:
                yield seen

    def _run_in(self, stream: Any) -> tuple[float, int | None]:
        """Return how many seconds before a share colours begin to be calm, and its first time
        stamp.

        Points of hints are followed from where they were given.
        """
        start = self.own.span.start
        before = start - self.source.span.start
        if not before:
            return 0.0, None
        is_hinted = any(said.hints for said in self.filmer.hints.values())
        run_in = before if is_hinted else min(RUN_IN, before)
        return run_in, self.own.tick(stream, start)

    def _corrected(self, stream: Any) -> list[Reference]:
        """Return the frames that were corrected as references for scenes that look like theirs."""
        said = {number: each for number, each in self.filmer.hints.items() if each.hints}
        found = []
        stamps = self.source.stamps() if any(said) else []
        for number, each in sorted(said.items()):
            if number and number >= len(stamps):
                continue
            after = stamps[number] - 1 if number else None
            frame = next(self.source.frames(after), None)
            if frame is not None:
                planar = frames.planar(frame, stream.codec_context.name)
                small = lightness(planar, self.filmer)
                found.append(self.filmer.corrected(small, each, f"frame {number}"))
        return found

    def _write(self, frame: VideoFrame, stream: Any) -> None:
        if self._encoder is None:
            kind = frames.kind_of(frame.format.name)
            assert kind is not None
            codec, options = self.encoding.chosen(self.target, kind)
            self._path = self.parts.next(codec.container)
            self._encoder = Encoder(self._path, frame, stream, codec, options)
        self._encoder.add(frame)

    def _is_full(self, frame: VideoFrame) -> bool:
        encoder = self._encoder
        return encoder is not None and (
            float((encoder.last - encoder.first) * frame.time_base) >= PART_SECONDS
        )

    def _end(self, memory: Any) -> None:
        assert self._encoder is not None
        self._encoder.close()
        self.parts.add(self._path, self._encoder, memory)
        self._encoder = None


def planar_frames(
    source: Source,
    filmer: Filmer,
    stream: VideoStream,
    after: int | None = None,
    run_in: float = 0.0,
) -> Iterator[tuple[VideoFrame, Tensor]]:
    """Yield frames as planes, each with its lightness at the network's size.

    Args:
        source: of the frames; notices are added to it.
        filmer: who is to colour them.
        stream: as the source gave it.
        after, run_in: as `Source.frames` takes them.

    Raises:
        HintError: the filmer's hints are for another shape.
    """
    shape: tuple[int, int, str] | None = None
    for read in source.frames(after, run_in):
        frame = frames.planar(read, stream.codec_context.name)
        own = (frame.width, frame.height, frame.format.name)
        if shape is None:
            shape = own
            for said in filmer.hints.values():
                said.check_shape(frame.width, frame.height, source.name)
            if frames.has_colours(frame):
                source.notices.append("The film has colours of its own; they are replaced.")
        if own != shape:
            at = clock(float((frame.pts - (stream.start_time or 0)) * frame.time_base))
            source.notices.append(
                f"The size of the picture changes at {at}; what comes after is left out."
            )
            return
        yield frame, lightness(frame, filmer)


def painted_frames(
    looked: Generator[Looked[VideoFrame]],
    coloured: Generator[Steady[VideoFrame]],
    first: int | None = None,
) -> Generator[tuple[VideoFrame, Memory]]:
    """Return painted frames, each with its memory; colouring and painting have a thread each.

    Args:
        looked: that the coloured ones are made of.
        coloured: of `Filmer.colour`.
        first: time stamp of the first that is wanted.
    """
    made = ahead(coloured, max(cores() // 2, 1), looked)
    return ahead(_painted(made, first), source=made)


def lightness(frame: VideoFrame, filmer: Filmer) -> Tensor:
    """Return L* (1, 1, h, w) of a frame of planes at the network's size."""
    small = filmer.small(frames.luma(frame)[None, None])
    return cie.grey_to_lightness(frames.values(frame).grey(small))


@torch.inference_mode()
def _painted(
    coloured: Iterator[Steady[VideoFrame]], first: int | None
) -> Generator[tuple[VideoFrame, Memory]]:
    """Paint frames; those before a time stamp are left out."""
    for steady in coloured:
        if first is None or steady.frame.pts >= first:
            frames.paint(steady.frame, steady.lines)
            yield steady.frame, steady.memory


def _check_target(source: Source, target: Path, overwrite: bool) -> None:
    make_folders(target)
    if target.exists() and source.path.exists() and target.samefile(source.path):
        raise FilmError("The result would overwrite the film itself. Choose another name.")
    if target.exists() and not overwrite:
        raise FilmError(f"{target} is there already. Choose another name, or add --overwrite.")


def _note(filmer: Filmer) -> str:
    note = filmer.colorizer.note
    return notes.corrected(note) if any(h.hints for h in filmer.hints.values()) else note


@contextmanager
def _plain(target: Path) -> Iterator[None]:
    """Turn what is raised while a film is written into a sentence."""
    try:
        yield
    except ColorganError:
        raise
    except OSError as error:  # FFmpeg's errors are such too
        code = error.errno or 0
        kept = "What is done is kept: add --resume to go on."
        if code in _FULL:
            raise FilmError(f"There is no space left for {target}. Make room. {kept}") from error
        why = os.strerror(code) if 0 < code < 200 else str(error)
        raise FilmError(f"{target} could not be written: {why}. {kept}") from error
