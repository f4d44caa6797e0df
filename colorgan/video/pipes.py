"""Films through pipes: raw frames in yuv4mpeg, which FFmpeg and its like take and give.

    ffmpeg -i old.avi -f yuv4mpegpipe - | colorgan video - -o - | ffmpeg -i - new.mp4

Such a stream is a line about the film, and for every frame the word FRAME and its planes. It has no
sound, and no times: frames follow one another at one rate.
"""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ..errors import FilmError
from . import frames
from .ahead import ahead
from .film import Made, Progress, painted_frames, planar_frames
from .filmer import Filmer
from .frames import Kind
from .source import Source, Span

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

PIPE = "-"
"""The name of standard input and output."""
_MAGIC = b"YUV4MPEG2"
_BEGINNING = 4096  # bytes, in which the lines about the film and its first frame stand
_BOTTOM_FIRST = (3, 4)  # of AVFieldOrder: how fields are shown, whichever is stored first


def color_stream(
    film: Path | BinaryIO,
    out: BinaryIO,
    filmer: Filmer,
    *,
    span: Span | None = None,
    told: Callable[[Progress], bool] = lambda progress: False,
) -> Made:
    """Colour a film frame by frame into a stream of yuv4mpeg.

    Args:
        film: a file, or a stream of any kind that FFmpeg reads without going back.
        out: is written to; it stays open.
        filmer: who colours; hints hold for their scene.
        span: what is wanted of the film.
        told: is called after each frame; the work stops where it gives True.

    Raises:
        FilmError: the film cannot be read, or nobody reads what is written; or, when all that came
            is written, that the stream ended within a frame.
        HintError: the hints are for another shape.
    """
    path, stream = (film, None) if isinstance(film, Path) else (Path("the stream"), Counted(film))
    source = Source(path, span or Span(), stream=cast(BinaryIO, stream))
    count, whole, size = 0, True, 0
    with ExitStack() as stack:
        _, pictures = stack.enter_context(source.opened())
        size = _frame_size(pictures)
        total = None if stream else source.count()
        looked = ahead(filmer.look(planar_frames(source, filmer, pictures)))
        made = stack.enter_context(closing(painted_frames(looked, filmer.colour(looked))))
        for frame, _ in made:
            try:
                if not count:
                    out.write(header(frame, pictures))
                for data in _written(frame):
                    out.write(data)
                out.flush()
            except OSError as error:
                why = "nobody reads it any longer" if error.errno == errno.EPIPE else error.strerror
                raise FilmError(f"The stream could not be written: {why}.") from error
            count += 1
            if told(Progress(count, 0, total)):
                whole = False
                break
    if not count:
        raise FilmError(f"{source.name} has no frames that can be read.")
    if stream and whole and source.span.end is None and stream.is_cut(size):
        raise FilmError(
            f"The stream ended within a frame, after {count} whole ones, which are in colour: what "
            "sends it was stopped, or failed."
        )
    return Made(None, count, whole, tuple(source.notices))


class Counted(io.RawIOBase):
    """A stream that is read once, which knows whether it ended where a frame of yuv4mpeg ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begun = b""
        self._count = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to so many bytes."""
        data = self._stream.read(size)
        self._count += len(data)
        if len(self._begun) < _BEGINNING:
            self._begun += data[: _BEGINNING - len(self._begun)]
        return data

    def is_cut(self, size: int) -> bool:
        """Return whether the last frame is not whole.

        Args:
            size: bytes of a frame's planes.
        """
        film, _, frames = self._begun.partition(b"\n")
        frame, end, _ = frames.partition(b"\n")
        if not film.startswith(_MAGIC) or not end:
            return False
        return (self._count - len(film) - 1) % (len(frame) + 1 + size) != 0


def _frame_size(stream: VideoStream) -> int:
    """Return the bytes that the planes of a frame take, as they are stored in yuv4mpeg."""
    parts = stream.codec_context.format.components
    return sum(part.width * part.height * -(-part.bits // 8) for part in parts)


def header(frame: VideoFrame, stream: VideoStream) -> bytes:
    """Return the line that begins a stream of yuv4mpeg, by its first frame and where it is from."""
    kind = frames.kind_of(frame.format.name)
    assert kind is not None
    rate, aspect = stream.average_rate or 25, stream.sample_aspect_ratio
    is_bottom_first = stream.codec_context.field_order in _BOTTOM_FIRST
    order = "p" if not frame.interlaced_frame else "b" if is_bottom_first else "t"
    words = [
        f"W{frame.width}",
        f"H{frame.height}",
        f"F{rate.numerator}:{rate.denominator}",
        f"I{order}",
        f"A{aspect.numerator}:{aspect.denominator}" if aspect else "A0:0",
        _colours(kind),
        f"XCOLORRANGE={'FULL' if int(frame.color_range) == frames.FULL else 'LIMITED'}",
    ]
    return b" ".join([_MAGIC, " ".join(words).encode()]) + b"\n"


def _colours(kind: Kind) -> str:
    if kind.bits == 8:
        return "C420jpeg XYSCSS=420JPEG" if kind.chroma == "420" else f"C{kind.chroma}"
    return f"C{kind.chroma}p{kind.bits} XYSCSS={kind.chroma}P{kind.bits}"


def _written(frame: VideoFrame) -> Iterator[bytes]:
    kind = frames.kind_of(frame.format.name)
    assert kind is not None
    yield b"FRAME\n"
    for place in range(3):
        yield frames.plane(frame, place, kind.bits).tobytes()
