"""A film in, the same film in steady colour out: in parts, so that work can go on after a stop."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ..color import cie
from ..errors import ColorganError, FilmError
from ..hints import to_json
from ..output.whole_file import make_folders, whole_file
from ..photo import notes
from . import frames
from .encoding import Encoder, Encoding
from .filmer import Filmer
from .joining import join
from .parts import Parts
from .source import Source, Span, clock

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

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
    work = _Work(source, target, filmer, encoding, told)
    work.parts.begin(work.plan(), resume, overwrite)
    try:
        with _plain(target):
            whole = work.colour()
            if not whole and not keep:
                return Made(None, work.done, whole, tuple(source.notices))
            if not whole:
                source.end_after(work.parts.done[-1].last)
            with whole_file(target) as part:
                join(source, work.parts.done, part, target, _note(filmer))
    finally:
        if not work.parts.done:  # nothing to go on with
            work.parts.remove()
    count = work.done
    work.parts.remove()
    return Made(target, count, whole, tuple(source.notices))


class _Work:
    """The parts of one film as they are made."""

    def __init__(
        self,
        source: Source,
        target: Path,
        filmer: Filmer,
        encoding: Encoding,
        told: Callable[[Progress], bool],
    ) -> None:
        self.source, self.target, self.filmer = source, target, filmer
        self.encoding, self.told = encoding, told
        self.parts = Parts(target)
        self._encoder: Encoder | None = None

    @property
    def done(self) -> int:
        """Give the frames of all parts."""
        return sum(part.count for part in self.parts.done)

    def plan(self) -> dict[str, Any]:
        """Give what parts must have been made of to be joined."""
        with self.source.opened():
            there = self.source.path.stat()
        filmer = self.filmer
        return {
            "film": [there.st_size, there.st_mtime_ns],
            "span": [self.source.span.start, self.source.span.end],
            "model": [filmer.colorizer.name, filmer.colorizer.revision],
            "colour": [filmer.strength, filmer.size, filmer.every],
            "hints": {str(n): json.loads(to_json(said)) for n, said in filmer.hints.items()},
            "encoding": [self.target.suffix.lower(), self.encoding.codec, self.encoding.quality],
        }

    def colour(self) -> bool:
        """Make the parts that are missing; say whether all are done."""
        before, total = self.done, self.source.count()
        after = self.parts.done[-1].last if self.parts.done else None
        with self.source.opened() as (_, stream):
            try:
                steady = self.filmer.steady(self._read(stream, after), self.parts.memory)
                for number, colours in enumerate(steady, before + 1):
                    frames.paint(colours.frame, colours.lines)
                    self._write(colours.frame, stream)
                    stop = self.told(Progress(number, before, total))
                    if stop or self._is_full(colours.frame):
                        self._end(colours.memory)
                    if stop:
                        return False
                    last = colours.memory
                if self._encoder is not None:
                    self._end(last)
            finally:
                if self._encoder is not None:
                    self._encoder.leave()
        if not self.parts.done:
            raise FilmError(
                f"{self.source.name} has no frames that can be read in this part of it."
            )
        return True

    def _read(self, stream: Any, after: int | None) -> Iterator[tuple[VideoFrame, Tensor]]:
        """Give frames as planes, each with its lightness at the network's size."""
        shape: tuple[int, int, str] | None = None
        for read in self.source.frames(after):
            frame = frames.planar(read, stream.codec_context.name)
            own = (frame.width, frame.height, frame.format.name)
            if shape is None:
                shape = own
                for said in self.filmer.hints.values():
                    said.check_shape(frame.width, frame.height, self.source.name)
                if frames.has_colours(frame):
                    self.source.notices.append(
                        "The film has colours of its own; they are replaced."
                    )
            if own != shape:
                at = clock(float((frame.pts - (stream.start_time or 0)) * frame.time_base))
                self.source.notices.append(
                    f"The size of the picture changes at {at}; what comes after is left out."
                )
                return
            luma = frames.luma(frame).float()[None, None]
            grey = frames.values(frame).grey(self.filmer.small(luma))
            yield frame, cie.grey_to_lightness(grey)

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
