"""A copy of a film that browsers play: MP4 with pictures and sound that all of them know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..output.whole_file import whole_file
from .joining import display_matrix
from .source import Source, packages

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame

_PICTURES = ("h264", "vp9")
_FORMATS = ("yuv420p", "yuvj420p")  # others are read by some browsers only
_SOUND = ("aac", "mp3", "opus", "flac")
_ENCODING = {"preset": "veryfast", "crf": "21"}

_Way = Callable[["Packet | None"], Iterator["Packet"]]
"""What becomes of a stream's packets, one after another; None is their end."""


def write_playable(path: Path, target: Path) -> None:
    """Write a copy of a film to be played in a browser; what browsers know is copied bit for bit.

    Args:
        path: of the film.
        target: of the copy, an .mp4.

    Raises:
        FilmError: the film cannot be read.
    """
    av = packages()
    source = Source(path)
    options = {"movflags": "+faststart"}
    with (
        whole_file(target) as part,
        source.opened() as (film, pictures),
        av.open(str(part), "w", format="mp4", container_options=options) as out,
    ):
        ways = {pictures.index: _pictures(pictures, out)}
        matrix = display_matrix(source)
        if matrix is not None:
            out.streams.video[0].set_display_matrix(matrix)
        streams = [pictures]
        for sound in film.streams.audio[:1]:
            if sound.codec_context is not None:
                ways[sound.index] = _sound(sound, out)
                streams.append(sound)
        for packet in film.demux(streams):
            for made in ways[packet.stream_index](packet):
                out.mux(made)
        for way in ways.values():
            for made in way(None):
                out.mux(made)


def _pictures(old: Any, out: Any) -> _Way:
    context = old.codec_context
    if context.name in _PICTURES and context.pix_fmt in _FORMATS:
        return _copied(out.add_stream_from_template(old))
    new = out.add_stream("libx264", rate=old.average_rate or 25, options=_ENCODING)
    width, height = (max(side // 2 * 2, 2) for side in (context.width, context.height))
    made = new.codec_context
    made.width, made.height, made.pix_fmt = width, height, "yuv420p"
    made.time_base = old.time_base
    if context.sample_aspect_ratio:
        made.sample_aspect_ratio = context.sample_aspect_ratio

    def fitted(frame: VideoFrame) -> Iterator[VideoFrame]:
        fit = frame.reformat(width, height, "yuv420p")
        fit.pts, fit.time_base = frame.pts, frame.time_base
        yield fit

    return _coded(new, fitted)


def _sound(old: Any, out: Any) -> _Way:
    if old.codec_context.name in _SOUND:
        return _copied(out.add_stream_from_template(old))
    new = out.add_stream("aac", rate=old.codec_context.sample_rate)
    new.codec_context.layout = "mono" if old.codec_context.channels == 1 else "stereo"
    resampler = packages().AudioResampler("fltp", new.codec_context.layout, new.rate)
    return _coded(new, resampler.resample)


def _copied(new: Any) -> _Way:
    def way(packet: Packet | None) -> Iterator[Packet]:
        if packet is not None and packet.size:
            packet.stream = new
            yield packet

    return way


def _coded(new: Any, fitted: Callable[[Any], Any]) -> _Way:
    def way(packet: Packet | None) -> Iterator[Packet]:
        if packet is None:
            yield from new.encode()
            return
        for frame in packet.decode():
            for each in fitted(frame):
                yield from new.encode(each)

    return way
