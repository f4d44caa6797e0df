"""Parts joined to a film, with all else of the film they were made of: sound, texts, captions."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .encoding import container_of
from .parts import Part
from .source import Source

if TYPE_CHECKING:
    from av.packet import Packet
    from av.stream import Stream

_OWN = ("encoder", "major_brand", "minor_version", "compatible_brands", "duration")
_STATISTICS = ("bps", "number_of_frames", "number_of_bytes", "_statistics")  # of Matroska
_SHOWN = {"subtitle": "texts", "audio": "sound", "attachment": "a file", "data": "data"}


def join(source: Source, parts: Sequence[Part], path: Path, target: Path, note: str) -> None:
    """Write a film of its parts; sound and all else is copied bit for bit from the source.

    Args:
        source: notices are added to it of what the file cannot hold.
        parts: in order, at least one.
        path: to write to.
        target: whose ending says what is written.
        note: for the film's comment.
    """
    import av

    name, _ = container_of(target)
    options = {"movflags": "+faststart"} if name in ("mp4", "mov") else {}
    with (
        source.opened() as (film, pictures),
        av.open(str(parts[0].path)) as first,
        av.open(str(path), "w", format=name, container_options=options) as out,
    ):
        out.metadata.update(_noted(_kept(film.metadata), note))
        video = out.add_stream_from_template(first.streams.video[0])
        _describe(video, pictures)
        matrix = display_matrix(source)
        if matrix is not None:
            video.set_display_matrix(matrix)
        others = _others(source, film, pictures, out)
        if source.span.is_whole:
            out.set_chapters(film.chapters())
        base = pictures.time_base
        begin = (pictures.start_time or 0) * base
        shift = Fraction(0) if source.span.start == 0 else begin + Fraction(source.span.start)
        end = None if source.span.end is None else begin + Fraction(source.span.end)
        copied = _copied(film, others, shift, end) if others else iter(())
        streams = (_pictures(parts, video, base, shift, pictures), copied)
        for _, _, packet in heapq.merge(*streams, key=lambda each: each[:2]):
            out.mux(packet)


def _kept(metadata: dict[str, str]) -> dict[str, str]:
    """Return what a film or stream says of itself and is still true."""

    def goes(key: str) -> bool:
        key = key.lower()
        return key in _OWN or key.startswith(_STATISTICS)

    return {key: value for key, value in metadata.items() if not goes(key)}


def _noted(metadata: dict[str, str], note: str) -> dict[str, str]:
    """Add the note to what a film says of itself."""
    key = next((key for key in metadata if key.lower() == "comment"), "comment")
    said = metadata.get(key)
    return {**metadata, key: f"{said} {note}" if said else note}


def _describe(new: Any, old: Stream) -> None:
    new.metadata.update(_kept(old.metadata))
    new.disposition = int(old.disposition)


def display_matrix(source: Source) -> list[int] | None:
    """Return how a film is to be turned, as FFmpeg writes it, or None."""
    frame = next(Source(source.path).frames(), None)
    for side in frame.side_data if frame else ():
        if side.type.name == "DISPLAYMATRIX":
            return [int(x) for x in np.frombuffer(bytes(side), np.int32)]
    return None


def _others(source: Source, film: Any, pictures: Stream, out: Any) -> dict[int, Any]:
    """Add the streams that are copied; return them by the number that they have in the source."""
    others: dict[int, Any] = {}
    for stream in film.streams:
        if stream.index == pictures.index:
            continue
        try:
            if stream.type == "attachment":
                out.add_attachment(stream.name, stream.mimetype, stream.data)
                continue
            new = out.add_stream_from_template(stream, opaque=True)
        except (ValueError, AttributeError, TypeError, NotImplementedError):
            what = _SHOWN.get(stream.type, "pictures")
            codec = stream.codec_context.name if stream.codec_context else stream.type
            source.notices.append(
                f"Stream {stream.index}, {what} ({codec}), cannot be kept in this kind of file. "
                "Write .mkv to keep it."
            )
            continue
        _describe(new, stream)
        others[stream.index] = new
    return others


def _copied(
    film: Any, others: dict[int, Any], shift: Fraction, end: Fraction | None
) -> Iterator[tuple[float, int, Packet]]:
    """Yield the packets of other streams within the span, with their times."""
    av_streams = [film.streams[index] for index in others]
    for packet in film.demux(av_streams):
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:  # the end
            continue
        time = stamp * packet.time_base
        if (shift and time < shift) or (end is not None and time >= end):
            continue
        ticks = round(shift / packet.time_base)
        if packet.pts is not None:
            packet.pts -= ticks
        if packet.dts is not None:
            packet.dts -= ticks
        index = packet.stream_index
        packet.stream = others[index]
        yield float(time - shift), index + 1, packet


def _pictures(
    parts: Sequence[Part], video: Any, base: Fraction, shift: Fraction, pictures: Stream
) -> Iterator[tuple[float, int, Packet]]:
    """Yield the packets of the parts with the film's times; each lasts to the next."""
    import av

    ticks = round(shift / base)
    step = max(round(1 / (pictures.average_rate or 25) / base), 1)
    waiting: Packet | None = None
    for part in parts:
        with av.open(str(part.path)) as file:
            for packet in file.demux(file.streams.video[0]):
                if packet.pts is None:
                    continue
                pts = round(packet.pts * packet.time_base / base) + part.first - ticks
                packet.time_base = base
                packet.pts = packet.dts = pts
                packet.stream = video
                if waiting is not None:
                    waiting.duration = pts - waiting.pts
                    yield float(waiting.pts * base), 0, waiting
                waiting = packet
    if waiting is not None:
        waiting.duration = step
        yield float(waiting.pts * base), 0, waiting
