"""How films are written: codecs, containers, and the part of a film that is being encoded."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FilmError
from .frames import Kind

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

LOSSLESS = "lossless"
QUALITIES = (0, 51)


@dataclass(frozen=True)
class Codec:
    """A way to write pictures.

    Attributes:
        encoder: FFmpeg's name.
        container: of parts; it keeps time stamps as they are.
        quality: if none is asked for; the lower, the finer and larger.
        bits: at most, of a value.
        options: of the encoder. No picture waits for a later one, so that parts join.
        lossless: options by which nothing is lost, or None.
    """

    encoder: str
    container: str
    quality: int
    bits: int
    options: Mapping[str, str]
    lossless: Mapping[str, str] | None


# Each frame that x264 looks ahead takes four times its size.
_X264 = {"preset": "veryfast", "bf": "0", "rc-lookahead": "5"}
_X265 = "bframes=0:log-level=none"
CODECS = {
    "h264": Codec("libx264", "mov", 18, 10, _X264, {"qp": "0"}),
    "h265": Codec(
        "libx265",
        "mov",
        20,
        12,
        {"preset": "fast", "x265-params": _X265},
        {"x265-params": _X265 + ":lossless=1"},
    ),
    "vp9": Codec(
        "libvpx-vp9",
        "mp4",
        24,
        8,
        {"b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1", "lag-in-frames": "0"},
        {"lossless": "1"},
    ),
    "ffv1": Codec("ffv1", "nut", 0, 12, {"level": "3"}, {}),
}

CONTAINERS = {
    ".mp4": ("mp4", ("h264", "h265", "vp9")),
    ".m4v": ("mp4", ("h264", "h265")),
    ".mov": ("mov", ("h264", "h265")),
    ".mkv": ("matroska", ("h264", "h265", "ffv1", "vp9")),
    ".webm": ("webm", ("vp9",)),
    ".ts": ("mpegts", ("h264", "h265")),
}
"""FFmpeg's name and the codecs, the usual one first, by the ending of the file."""


@dataclass(frozen=True)
class Encoding:
    """How a film is to be written.

    Attributes:
        codec: of `CODECS`, or "auto".
        quality: constant rate factor, 0 to 51, "lossless", or None for the codec's usual one.
    """

    codec: str = "auto"
    quality: int | str | None = None

    def __post_init__(self) -> None:
        if self.codec != "auto" and self.codec not in CODECS:
            raise FilmError(f"There is no codec {self.codec}: choose auto, {', '.join(CODECS)}.")
        if isinstance(self.quality, int) and not QUALITIES[0] <= self.quality <= QUALITIES[1]:
            raise FilmError(
                f"The quality is {self.quality}; it must be between {QUALITIES[0]} (finest) and "
                f"{QUALITIES[1]}, or {LOSSLESS}."
            )

    def check(self, target: Path) -> None:
        """Refuse a file that cannot hold what is wanted, as far as can be said beforehand.

        Raises:
            FilmError: says what to do.
        """
        _, allowed = container_of(target)
        if self.codec != "auto" and self.codec not in allowed:
            raise FilmError(
                f"{target.suffix} holds no film in {self.codec}. Choose another ending, such as "
                ".mkv."
            )

    def chosen(self, target: Path, kind: Kind) -> tuple[Codec, dict[str, str]]:
        """Choose the codec for a file and a kind of frames, with its options.

        Raises:
            FilmError: the file cannot hold such pictures.
        """
        self.check(target)
        _, allowed = container_of(target)
        able = [name for name in allowed if CODECS[name].bits >= kind.bits]
        if self.codec == "auto" and not able:
            raise FilmError(
                f"{target.suffix} holds no film in {kind.bits} bits. Choose another ending, such "
                "as .mkv."
            )
        name = able[0] if self.codec == "auto" else self.codec
        codec = CODECS[name]
        if codec.bits < kind.bits:
            raise FilmError(
                f"{name} holds at most {codec.bits} bits, and the film has {kind.bits}. "
                "Choose another codec."
            )
        options = dict(codec.options)
        if self.quality == LOSSLESS:
            options.update(codec.lossless or {})
        elif name != "ffv1":
            options["crf"] = str(codec.quality if self.quality is None else self.quality)
        return codec, options


def container_of(target: Path) -> tuple[str, tuple[str, ...]]:
    """Return FFmpeg's name of a file's container, and the codecs that it may hold.

    Raises:
        FilmError: films are not written with this ending.
    """
    found = CONTAINERS.get(target.suffix.lower())
    if found is None:
        raise FilmError(
            f"Films are written as {', '.join(CONTAINERS)}, not as "
            f"{target.suffix or 'a file without ending'}. Choose one of these."
        )
    return found


class Encoder:
    """A part of a film that is being written.

    Times in it count from its first frame, in the film's own ticks.

    Attributes:
        first, last: time stamps of its first and last frame in the film.
        count: of frames.
    """

    def __init__(
        self, path: Path, frame: VideoFrame, stream: Any, codec: Codec, options: dict[str, str]
    ) -> None:
        """Begin a part.

        Args:
            path: of its file.
            frame: the first, which is not yet written.
            stream: that the frames come from; its rate and aspect are kept.
            codec, options: of `Encoding.chosen`.
        """
        import av

        self.first: int = frame.pts
        self.last: int = frame.pts
        self.count = 0
        self._base: Fraction = frame.time_base
        self._file = av.open(str(path), "w", format=codec.container)
        out = self._file.add_stream(codec.encoder, rate=stream.average_rate or 25, options=options)
        context = out.codec_context
        context.width, context.height, context.pix_fmt = (
            frame.width,
            frame.height,
            frame.format.name,
        )
        context.time_base = out.time_base = self._base
        if stream.sample_aspect_ratio:
            context.sample_aspect_ratio = stream.sample_aspect_ratio
        for tag in ("color_range", "colorspace", "color_trc", "color_primaries"):
            setattr(context, tag, int(getattr(frame, tag)))
        if frame.interlaced_frame:
            context.flags |= av.codec.context.Flags.interlaced_dct
            context.field_order = stream.codec_context.field_order
        self._stream = out

    def add(self, frame: VideoFrame) -> None:
        """Write a frame, which is changed: its time counts from the part's first."""
        from av.video.frame import PictureType

        self.last = frame.pts
        self.count += 1
        frame.pts -= self.first
        frame.pict_type = PictureType.NONE
        self._file.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder has kept back, and end the file."""
        self._file.mux(self._stream.encode())
        self._file.close()

    def leave(self) -> None:
        """Close the file as it is, after an error."""
        with contextlib.suppress(Exception):
            self._file.close()
