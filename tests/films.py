"""Films that tests make: small, with a motion that is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image


def luma(number: int, width: int = 160, height: int = 120, shift: float = 1.5) -> np.ndarray:
    """A soft picture that moves to the left, as values 16 to 235 of float."""
    x = np.arange(width) + shift * number
    y = np.arange(height)[:, None]
    waves = np.sin(x / 9) + np.cos(y / 7 + x / 23) + np.sin((x + y) / 13)
    return 126 + 33 * waves


def write(
    path: Path,
    *,
    count: int = 12,
    size: tuple[int, int] = (160, 120),
    kind: str = "yuv420p",
    codec: str = "ffv1",
    rate: int = 25,
    times: Sequence[int] | None = None,
    sound: bool = False,
    heard_as: str = "aac",
    chroma: int | None = None,
    rotation: int = 0,
    aspect: Fraction | None = None,
    tags: dict[str, int] | None = None,
    interlaced: bool = False,
    subtitles: Sequence[Any] = (),
) -> Path:
    """Write a film in black and white.

    Args:
        times: of the frames in milliseconds.
        chroma: value of both planes of chroma; none, 128, if None.
    """
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = *size, kind
        if codec == "libx264":
            stream.options = {"qp": "0", "preset": "ultrafast"}
        if rotation:
            stream.set_display_rotation(rotation)
        if aspect:
            context.sample_aspect_ratio = aspect
        for name, value in (tags or {}).items():
            setattr(context, name, value)
        if interlaced:
            context.flags |= av.codec.context.Flags.interlaced_dct
        if times:
            context.time_base = Fraction(1, 1000)
        heard = file.add_stream(heard_as, rate=44100, layout="mono") if sound else None
        for number in range(count):
            frame = _frame(number, size, kind, chroma)
            frame.pts = times[number] if times else number
            frame.time_base = Fraction(1, 1000) if times else Fraction(1, rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
        if heard is not None:
            _sing(file, heard, count / rate)
    return path


def of_photos(
    path: Path,
    photos: dict[str, np.ndarray],
    shots: Sequence[tuple[int, str]],
    count: int,
    *,
    size: tuple[int, int] = (128, 96),
    sound: bool = False,
) -> Path:
    """Write a film of photos in black and white over which the camera goes slowly to the right.

    Args:
        shots: number of the first frame, and name of the photo.
    """
    width, height = size
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.options = {"crf": "12", "preset": "ultrafast"}
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        heard = file.add_stream("aac", rate=44100, layout="mono") if sound else None
        for number in range(count):
            first, name = max(shot for shot in shots if shot[0] <= number)
            picture = Image.fromarray(photos[name]).convert("L")
            picture = picture.resize((width * 3 // 2, height * 3 // 2))
            left, top = min(2 * (number - first), width // 2), height // 4
            part = picture.crop((left, top, left + width, top + height)).convert("RGB")
            frame = av.VideoFrame.from_ndarray(np.asarray(part), "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
        if heard is not None:
            _sing(file, heard, count / 25)
    return path


def _frame(number: int, size: tuple[int, int], kind: str, chroma: int | None) -> av.VideoFrame:
    width, height = size
    frame = av.VideoFrame(width, height, kind)
    bits = 10 if "10" in kind else 8
    for index, plane in enumerate(frame.planes):
        dtype = np.uint8 if bits == 8 else np.uint16
        rows = np.frombuffer(plane, dtype).reshape(plane.height, -1)
        if index == 0:
            rows[:, : plane.width] = luma(number, width, height).round() * (1 << (bits - 8))
        else:
            rows[:] = (128 if chroma is None else chroma) << (bits - 8)
    return frame


def _sing(file: Any, stream: Any, seconds: float) -> None:
    wave = np.sin(np.arange(int(44100 * seconds)) / 20).astype(np.float32)[None] * 0.3
    frame = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
    frame.sample_rate, frame.pts = 44100, 0
    fitting = av.AudioResampler(stream.format, "mono", 44100)
    for each in fitting.resample(frame):
        file.mux(stream.encode(each))
    file.mux(stream.encode())


def frames(path: Path) -> list[av.VideoFrame]:
    """All frames of a film."""
    return list(each_frame(path))


def each_frame(path: Path) -> Iterator[av.VideoFrame]:
    """The frames of a film, one after another."""
    with av.open(str(path)) as file:
        yield from file.decode(video=0)


def bare(path: Path, target: Path) -> Path:
    """Write the stream of pictures of a film alone, without times."""
    with av.open(str(path)) as file, target.open("wb") as out:
        for packet in file.demux(video=0):
            out.write(bytes(packet))
    return target


def plane(frame: av.VideoFrame, place: int) -> np.ndarray:
    """A plane of a frame."""
    own = frame.planes[place]
    dtype = np.uint8 if own.line_size < 2 * own.width else np.uint16
    return np.frombuffer(own, dtype).reshape(own.height, -1)[:, : own.width].copy()


def times(path: Path) -> list[float]:
    """When each frame is shown, in seconds."""
    return [round(float(frame.time or 0), 4) for frame in frames(path)]


def heard(path: Path, kind: str = "audio") -> list[tuple[float, str]]:
    """Time and hash of each packet of a stream."""
    with av.open(str(path)) as file:
        stream = next(s for s in file.streams if s.type == kind)
        return [
            (round(float(p.pts * p.time_base), 3), hashlib.sha256(bytes(p)).hexdigest())
            for p in file.demux(stream)
            if p.size
        ]
