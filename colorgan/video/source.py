"""A film that is read: what it is, and its frames one after another."""

from __future__ import annotations

import errno
import math
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import FilmError
from ..extras import require
from ..photo.plain_errors import printable
from .limits import FilmLimits

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_PICTURES = ("gif", "apng", "image2", "webp", "_pipe")  # in the names of formats
_MARGIN = 2.0  # seconds sought before a place, since some files are found inexactly
_SHORTER = 1.0  # seconds by which a film may end before it says
_BROKEN = 100  # packets one after another that cannot be decoded, after which there is no more
_BOXES = 1000  # of an MP4 that are looked at for its index


def packages() -> Any:
    """Return PyAV.

    Raises:
        PackageError: it is not installed.
    """
    return require("av", "video", "A film")


@dataclass(frozen=True)
class Span:
    """A part of a film in seconds from its beginning, all of it by default."""

    start: float = 0.0
    end: float | None = None

    def __post_init__(self) -> None:
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise FilmError("The part of the film must end after it begins. Change --from or --to.")

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the film."""
        return self.start == 0 and self.end is None


@dataclass
class Source:
    """A film that is read.

    Attributes:
        path: of the file.
        span: what is wanted of it.
        limits: that it must keep, if strangers brought it.
        stream: to be read instead of the file; it can be opened once.
        notices: sentences on what was left out or is uncertain.
    """

    path: Path
    span: Span = field(default_factory=Span)
    limits: FilmLimits | None = None
    stream: BinaryIO | None = None
    notices: list[str] = field(default_factory=list)
    _open: tuple[InputContainer, VideoStream] | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """Return the file's name, as it can be printed."""
        return printable(self.path.name)

    @contextmanager
    def opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open the film; return it with its stream of pictures.

        Raises:
            FilmError: it cannot be read, or holds no film.
        """
        if self._open is not None:
            yield self._open
            return
        av = packages()
        options = {} if self.limits is None else self.limits.options
        try:
            if self.stream is None and self.path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            what = self.stream or str(self.path)
            container = av.open(what, metadata_errors="replace", options=options)
        except (OSError, av.error.FFmpegError) as error:
            raise FilmError(self._why_not(error)) from error
        with container:
            kind = container.format.name
            if any(word in kind for word in _PICTURES):
                raise FilmError(
                    f"{self.name} is a picture or an animation: `colorgan colorize` colours these."
                )
            streams = [s for s in container.streams.video if not _is_cover(s)]
            if not streams or streams[0].codec_context is None:
                raise FilmError(f"{self.name} has no moving pictures that can be read.")
            if self.limits is not None:
                self.limits.check(self.name, container, streams[0])
                streams[0].codec_context.options = self.limits.decoding
            if self.stream is None:
                yield container, streams[0]
                return
            self._open = container, streams[0]
            try:
                yield self._open
            finally:
                self._open = None

    def _why_not(self, error: Exception) -> str:
        code = getattr(error, "errno", None)
        if code == errno.ENOENT:
            return f"{self.name} does not exist. Check the path."
        if code == errno.EISDIR:
            return f"{self.name} is a folder. Name a film in it."
        if code in (errno.EACCES, errno.EPERM):
            return f"You have no permission to read {self.name}. Change its permissions."
        if self.stream is None and _lacks_index(self.path):
            return (
                f"{self.name} has lost its end, with the index that says where its pictures are. "
                "Copy or download it again."
            )
        return f"{self.name} is no film, or damaged at its beginning. Copy or download it again."

    def limited(self, span: Span) -> Source:
        """Return another part of the same film; its notices are told here too."""
        return replace(self, span=span)

    def tick(self, stream: VideoStream, seconds: float) -> int:
        """Return the time stamp of a moment, in seconds from the film's beginning."""
        return (stream.start_time or 0) + self._ticks(seconds, _time_base(stream))

    def stamps(self) -> list[int]:
        """Return the time stamps of the span's frames, in order; nothing is decoded."""
        with self.opened() as (container, stream):
            first = self.tick(stream, self.span.start)
            found = sorted({p.pts for p in container.demux(stream) if p.pts is not None})
            return [pts for pts in found if pts >= first]

    def numbers(self, times: Sequence[float]) -> list[int]:
        """Return the numbers, in the span, of the frames that are shown at moments of the film.

        Raises:
            FilmError: a moment lies outside the span.
        """
        stamps = self.stamps()
        with self.opened() as (_, stream):
            ticks = [self.tick(stream, seconds) for seconds in times]
        for seconds, tick in zip(times, ticks, strict=True):
            if not stamps or not stamps[0] <= tick or seconds > (self.span.end or math.inf):
                raise FilmError(
                    f"A hint is for {seconds:g} seconds, which is not in this part of {self.name}."
                )
        return [bisect_right(stamps, tick) - 1 for tick in ticks]

    def frames(self, after: int | None = None, run_in: float = 0.0) -> Iterator[VideoFrame]:
        """Yield the frames of the span, in their order; each has a time stamp later than the last.

        Where the file is broken, what can be read is given, and a notice tells of the rest.

        Args:
            after: time stamp (`pts`) of a frame given before; only later ones come.
            run_in: seconds before the span that are given too.

        Raises:
            FilmError: the file cannot be read.
        """
        with self.opened() as (container, stream):
            base, begin = _time_base(stream), stream.start_time or 0
            first = begin + self._ticks(max(self.span.start - run_in, 0), base)
            end = None if self.span.end is None else begin + self._ticks(self.span.end, base)
            floor = first - 1 if after is None else max(first - 1, after)
            if floor > begin and self.stream is None:
                self._seek(container, stream, floor)
            stream.thread_type = "AUTO"
            last = None
            for frame in self._decoded(container, stream, floor):
                if end is not None and frame.pts >= end:
                    return
                last = frame.pts
                yield frame
            self._check_end(stream, last, end, base)

    def _decoded(
        self, container: InputContainer, stream: VideoStream, floor: int
    ) -> Iterator[VideoFrame]:
        """Yield the frames after a time stamp; those without get one."""
        av = packages()
        last, lost, row = floor, 0, 0
        step = _step(stream)
        packets = container.demux(stream)
        seen: int | None = None
        count = 0
        while True:
            count += 1
            if self.limits is not None:
                gone = 0 if seen is None else seen - (stream.start_time or 0)
                self.limits.check_packet(self.name, count, float(gone * _time_base(stream)))
            try:
                packet = next(packets, None)
                found = [] if packet is None else packet.decode()
                row = 0
            except av.error.EOFError:
                break
            except (av.error.FFmpegError, OSError):
                lost, row = lost + 1, row + 1
                if row >= _BROKEN:
                    break
                continue
            if packet is None:
                break
            for frame in found:
                pts = frame.pts
                if pts is None:
                    pts = (stream.start_time or 0) if seen is None else seen + step
                seen = pts
                if pts > last:
                    frame.pts = last = pts
                    yield frame
        if lost:
            self._notice(
                f"The film is damaged: {lost} of its packets cannot be read. "
                "What could be read is kept."
            )

    def _seek(self, container: InputContainer, stream: VideoStream, pts: int) -> None:
        av = packages()
        margin = self._ticks(_MARGIN, _time_base(stream))
        try:
            container.seek(max(pts - margin, stream.start_time or 0), stream=stream)
        except av.error.FFmpegError:  # then all is read from the beginning, and left out
            container.seek(0)

    def _ticks(self, seconds: float, base: Fraction) -> int:
        return round(Fraction(seconds) / base)

    def _check_end(
        self, stream: VideoStream, last: int | None, end: int | None, base: Fraction
    ) -> None:
        said = seconds_of(stream)
        alone = len(stream.container.streams) == 1
        if last is None or said is None or not (stream.duration or alone):  # sound may be longer
            return
        reached = float((last - (stream.start_time or 0)) * base)
        if end is None and said - reached > max(_SHORTER, 2 * float(_step(stream) * base)):
            self._notice(
                f"The film says that it lasts {clock(said)}, and ends at {clock(reached)}: it is "
                "damaged or incomplete. What came before is kept."
            )

    def _notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def end_after(self, pts: int) -> None:
        """Want no more of the film than up to a frame, by its time stamp."""
        with self.opened() as (_, stream):
            end = pts + _step(stream) - (stream.start_time or 0)
            self.span = Span(self.span.start, float(end * _time_base(stream)))

    def count(self) -> int | None:
        """Estimate the frames of the span, or None where nothing says how many there are."""
        with self.opened() as (_, stream):
            rate, seconds = stream.average_rate, seconds_of(stream)
            if not rate or seconds is None:
                return int(stream.frames) or None
            end = seconds if self.span.end is None else min(self.span.end, seconds)
            whole = self.span.start == 0 and end == seconds
            if whole and stream.frames:
                return int(stream.frames)
            return max(round((end - self.span.start) * float(rate)), 0)


def _lacks_index(path: Path) -> bool:
    """Return whether a file is an MP4 or MOV without its index, which often stands last."""
    names = []
    with path.open("rb") as file:
        while len(head := file.read(16)) >= 8:
            length, name = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:  # a long one: then 8 bytes more say how long
                length = int.from_bytes(head[8:], "big")
            names.append(name)
            if length < 8 or len(names) > _BOXES:  # to the end; or no boxes
                break
            file.seek(length - len(head), os.SEEK_CUR)
    return names[:1] == [b"ftyp"] and b"moov" not in names


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, 1000)


def _step(stream: VideoStream) -> int:
    """Return the usual ticks from frame to frame."""
    rate = stream.average_rate or Fraction(25)
    return max(round(1 / rate / _time_base(stream)), 1)


def seconds_of(stream: VideoStream) -> float | None:
    """Return how long a film says that it lasts."""
    if stream.duration:
        return float(stream.duration * _time_base(stream))
    whole = stream.container.duration  # microseconds
    return whole / 1e6 if whole else None


def clock(seconds: float) -> str:
    """Write seconds as people do: 0:07, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
