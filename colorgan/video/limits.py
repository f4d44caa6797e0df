"""What a film may be where strangers bring it: its kind, length, size and number of frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import FilmError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Lists of other files, which FFmpeg would follow to whatever they name, are none of them.
_FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,ogg,flv,asf,mxf,dv,nut,ivf,m4v,h264,hevc"
_RATE = 60
"""Frames a second that are reckoned with; a quicker film must be shorter."""


@dataclass(frozen=True)
class FilmLimits:
    """How long and large a film may be.

    Attributes:
        seconds: of its length.
        lines: of its short side, in pixels; the long one may have twice as many.
    """

    seconds: int = 60
    lines: int = 720

    @property
    def frames(self) -> int:
        """How many frames it may have."""
        return self.seconds * _RATE

    @property
    def options(self) -> dict[str, str]:
        """With which FFmpeg opens such a film: no other kinds of files, and no other places."""
        return {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}

    @property
    def decoding(self) -> dict[str, str]:
        """With which FFmpeg decodes it: larger frames than the file says take no memory."""
        return {"max_pixels": str(2 * (self.lines + 64) ** 2)}

    def check(self, name: str, film: InputContainer, stream: VideoStream) -> None:
        """Refuse a film by what it says of itself.

        Raises:
            FilmError: it is too large or too long.
        """
        width, height = stream.codec_context.width, stream.codec_context.height
        if min(width, height) > self.lines or max(width, height) > 2 * self.lines:
            raise FilmError(
                f"{name} has {width} x {height} pixels; films of at most {self.lines} lines are "
                "taken here. Make it smaller, or colour it by `colorgan video` on your computer."
            )
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        else:
            seconds = (film.duration or 0) / 1e6
        if seconds > self.seconds + 1:
            raise self._too_long(name, f"lasts {round(seconds)} seconds")

    def check_packet(self, name: str, count: int, seconds: float) -> None:
        """Refuse a film that holds more than it says, while it is read.

        Args:
            name: of the film.
            count: of the packets of its pictures, each a frame or one of its two fields.
            seconds: of it that are read.

        Raises:
            FilmError: it is too long or has too many frames.
        """
        if count > 2 * self.frames + 2:
            raise self._too_long(name, f"has more than {self.frames} frames")
        if seconds > self.seconds + 1:
            raise self._too_long(name, f"lasts more than {self.seconds} seconds")

    def _too_long(self, name: str, what: str) -> FilmError:
        return FilmError(
            f"{name} {what}; films of at most {self.seconds} seconds are taken here. Bring a part "
            "of it, or colour it by `colorgan video` on your computer."
        )
