"""The scenes of a film, by their first frames, to be looked at before the film is coloured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ..color import cie
from ..hints import Hints
from . import frames, steady
from .filmer import small
from .source import Source

_CALM = 1.5  # mean difference in L* of coarse pictures, under which there is no cut
_CELLS = 16


@dataclass(frozen=True, eq=False)
class Scene:
    """A scene of a film.

    Attributes:
        number: of its first frame, from 0.
        seconds: from the film's first frame to this one.
        grey: sRGB pixels (H, W) of it, uint8, upright and in the shape in which it is shown.
        turns: by how many quarters it was turned to the left for that.
    """

    number: int
    seconds: float
    grey: NDArray[np.uint8]
    turns: int


def turned_back(hints: Hints, turns: int) -> Hints:
    """Return hints on a picture that was turned to the left by quarters, as they were before."""
    said = hints.hints
    for _ in range(turns):
        said = tuple(
            replace(hint, points=tuple((1 - y, x) for x, y in hint.points)) for hint in said
        )
    return Hints(said)


def scan(source: Source, size: int) -> Iterator[Scene | None]:
    """Yield for every frame of a film the scene that begins with it, if one does.

    Args:
        source: the film.
        size: short side in pixels at which cuts are sought, that of the network.

    Raises:
        FilmError: the film cannot be read.
    """
    with source.opened() as (_, stream):
        codec = stream.codec_context.name
        aspect = float(stream.codec_context.sample_aspect_ratio or 1)
    before: Tensor | None = None
    begin = 0.0
    for number, read in enumerate(source.frames()):
        frame = frames.planar(read, codec)
        luma = frames.luma(frame).float()[None, None]
        meaning = frames.values(frame)
        lightness = cie.grey_to_lightness(meaning.grey(small(luma, size)))
        time = float(frame.pts * frame.time_base)
        begin = begin if number else time
        if before is not None and before.shape != lightness.shape:
            return  # as `color_film` ends there
        found = None
        if before is None or _is_cut(before, lightness):
            grey = (meaning.grey(luma)[0, 0] * 255).round().byte().numpy()
            turns = round(read.rotation / 90) % 4
            found = Scene(number, time - begin, _upright(grey, aspect, turns), turns)
        before = lightness
        yield found


def _is_cut(first: Tensor, second: Tensor) -> bool:
    """Return whether a scene begins with the second frame; motion is sought if much changes."""
    coarse = [F.adaptive_avg_pool2d(each, _CELLS) for each in (first, second)]
    calm = [each - each.mean() for each in coarse]
    if float((calm[1] - calm[0]).abs().mean()) < _CALM:
        return False
    return steady.motions(first, second)[0].is_cut


def _upright(grey: NDArray[np.uint8], aspect: float, turns: int) -> NDArray[np.uint8]:
    """Turn a picture, after its pixels were made square."""
    if aspect != 1:
        height, width = grey.shape
        size = max(round(width * min(max(aspect, 0.25), 4)), 1), height
        grey = np.asarray(Image.fromarray(grey).resize(size))
    return np.ascontiguousarray(np.rot90(grey, turns))
