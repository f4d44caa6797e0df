"""Frames of a film as planes: which kinds there are, and the same frame with other chroma."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import planes
from .planes import Luma

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_PLANAR = re.compile(r"yuvj?(420|422|444)p(?:(10|12)le)?")
_GREY = re.compile(r"gray(?:(10|12)le)?")
FULL = 2
"""Of FFmpeg's AVColorRange."""
_COLOURED = 3.0  # mean distance of chroma from none, in steps of 8 bits, of a film in colour
_LIMITED_GREY = ("h264", "hevc", "mpeg2video", "mpeg4", "av1", "vp9")


@dataclass(frozen=True)
class Kind:
    """How frames are stored.

    Attributes:
        chroma: "420", "422" or "444".
        bits: of a value.
    """

    chroma: str
    bits: int

    @property
    def format(self) -> str:
        """Return FFmpeg's name of the planar format."""
        return f"yuv{self.chroma}p" + (f"{self.bits}le" if self.bits > 8 else "")


def kind_of(name: str) -> Kind | None:
    """Return the kind of a format by FFmpeg's name, or None where planes must be made first."""
    found = _PLANAR.fullmatch(name)
    if found:
        return Kind(found[1], int(found[2] or 8))
    grey = _GREY.fullmatch(name)
    return Kind("420", int(grey[1] or 8)) if grey else None


def nearest(name: str) -> Kind:
    """Return the kind that other formats are turned into, with all of their luma."""
    bits = 10 if re.search(r"1[0246](le|be)|p01|48|64", name) else 8
    if re.search(r"rgb|bgr|gbr|pal8|xyz|mono", name):
        return Kind("444", bits)
    return Kind("422" if re.search(r"422|yuyv|uyvy|411|440", name) else "420", bits)


def planar(frame: VideoFrame, codec: str) -> VideoFrame:
    """Return a frame with planes of luma and chroma, those of luma as they were.

    Args:
        frame: as it was decoded.
        codec: it was decoded from.
    """
    name = frame.format.name
    if name.startswith("yuvj") or _GREY.fullmatch(name):
        return _copied(frame, codec)
    if kind_of(name) is None:
        new = frame.reformat(format=nearest(name).format)
        new.pts, new.time_base, new.duration = frame.pts, frame.time_base, frame.duration
        return new
    return frame


def _copied(frame: VideoFrame, codec: str) -> VideoFrame:
    """Return a frame of the same values in a format that says its range beside, with chroma."""
    import av

    kind = kind_of(frame.format.name)
    assert kind is not None
    new = av.VideoFrame(frame.width, frame.height, kind.format)
    for place in range(3):
        there = place < len(frame.planes)
        none = 1 << (kind.bits - 1)
        plane(new, place, kind.bits)[:] = plane(frame, place, kind.bits) if there else none
    new.pts, new.time_base, new.duration = frame.pts, frame.time_base, frame.duration
    for tag in ("colorspace", "color_trc", "color_primaries"):
        setattr(new, tag, getattr(frame, tag))
    unknown = 1 if codec in _LIMITED_GREY else FULL
    is_full = frame.format.name.startswith("yuvj")
    new.color_range = FULL if is_full else int(frame.color_range) or unknown
    return new


def values(frame: VideoFrame) -> Luma:
    """Return what the numbers of a planar frame stand for."""
    kind = kind_of(frame.format.name)
    assert kind is not None
    full = int(frame.color_range) == FULL
    return Luma(kind.bits, full, planes.weights(int(frame.colorspace), frame.height))


def luma(frame: VideoFrame) -> Tensor:
    """Return the plane of luma (H, W) as float: its values, not scaled."""
    return torch.from_numpy(plane(frame, 0, values(frame).bits).astype(np.float32))


def has_colours(frame: VideoFrame) -> bool:
    """Return whether a planar frame is in colour already."""
    bits = values(frame).bits
    middle, unit = 1 << (bits - 1), 1 << (bits - 8)
    apart = [np.abs(plane(frame, i, bits).astype(np.int32) - middle).mean() for i in (1, 2)]
    return bool(max(apart) > _COLOURED * unit)


def paint(frame: VideoFrame, lines: Tensor) -> None:
    """Put colours into a planar frame; its luma, times and tags stay.

    Args:
        frame: changed in place.
        lines: (1, 4, h, w) of `color.upsampling`.
    """
    meaning = values(frame)
    frame.make_writable()
    light = luma(frame)
    targets = [plane(frame, i, meaning.bits) for i in (1, 2)]
    for rows in planes.fields(frame.interlaced_frame):
        shape = targets[0][rows].shape
        made = planes.painted(light[rows], (shape[0], shape[1]), lines, meaning).numpy()
        for target, new in zip(targets, made, strict=True):
            target[rows] = new


def plane(frame: VideoFrame, place: int, bits: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return a plane of a planar frame as an array (h, w) over its own memory."""
    own = frame.planes[place]
    kind = np.dtype(np.uint8 if bits == 8 else "<u2")
    rows = np.frombuffer(own, kind).reshape(own.height, -1)  # type: ignore[call-overload]
    return rows[:, : own.width]  # type: ignore[return-value]
