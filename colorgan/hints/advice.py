"""What a model can say before anybody says anything: likely colours, where to ask, other versions.

All from the distribution over colours that a model answered with, where it has one; a model without
one gets colours near its answer instead.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..color import ab_grid
from . import spreading
from .spreading import Anchors, Places

MODE_RADIUS = 22.0
"""In CIE units: two likely colours that are nearer than this are one."""
_RIM = 16  # a place is not asked for within this part of the photo's sides, where little is seen
_SAMPLES = 512  # places that stand for a photo where every place is compared with it
_TURNS = (-40, 40, 180)  # degrees of hue, of colours near an answer
_LIVELY = 22.0  # chroma of a variant of what is nearly grey


def modes(chances: Tensor, count: int) -> list[tuple[tuple[float, float], float]]:
    """Return the likeliest colours of a distribution, each once, likeliest first.

    Args:
        chances: (K,) over `ab_grid.centres`.
        count: at most so many.

    Returns:
        (a*, b*) and the chance of all that lies within `MODE_RADIUS` of it.
    """
    centres = ab_grid.centres()
    near = torch.cdist(centres, centres) < MODE_RADIUS
    left = chances.float().clone()
    found: list[tuple[tuple[float, float], float]] = []
    for _ in range(count):
        place = int((near.float() @ left).argmax())
        part = left * near[place]
        chance = float(part.sum())
        if chance < 0.02 and found:
            break
        a, b = (part @ centres / max(chance, 1e-9)).tolist()
        found.append(((a, b), chance))
        left[near[place]] = 0
    return found


def variants(ab: tuple[float, float]) -> list[tuple[float, float]]:
    """Return colours near an answer: other hues, and none."""
    chroma = max(math.hypot(*ab), _LIVELY)
    hue = math.atan2(ab[1], ab[0])
    turned = [hue + math.radians(turn) for turn in _TURNS]
    return [*((chroma * math.cos(h), chroma * math.sin(h)) for h in turned), (0.0, 0.0)]


def telling(places: Places, doubt: Tensor, anchors: Anchors | None, count: int) -> list[int]:
    """Return the places where a word would tell most, the most telling first.

    That is where the model is undecided, over much that is alike, and nothing was said yet.

    Args:
        places: of the photo.
        doubt: (P,) 0 to 1; ones where the model does not know.
        anchors: what was said already, or None.
        count: at most so many.

    Returns:
        indices into places.
    """
    total = len(places.points)
    sample = torch.linspace(0, total - 1, min(_SAMPLES, total)).round().long()
    alike = spreading.similarity(places.points, places.points[sample])
    open_, inside = doubt.clone(), _inside(places.shape)
    if anchors is not None and len(anchors):
        said = spreading.shares(places, spreading.merged(places, anchors)).sum(1)
        open_ = open_ * (1 - said.clamp(0, 1))
    found = []
    for _ in range(min(count, total)):
        gain = alike @ open_[sample] * open_ * inside
        place = int(gain.argmax())
        if gain[place] <= 1e-6:
            break
        found.append(place)
        own = spreading.similarity(places.points, places.points[place : place + 1])[:, 0]
        open_ = open_ * (1 - own)
    return found


def _inside(shape: tuple[int, int]) -> Tensor:
    """Return 1 for the places (P,) of a grid that are not at its rim, 0 for those at it."""
    inside = torch.zeros(shape)
    row, column = (side // _RIM for side in shape)
    inside[row : shape[0] - row, column : shape[1] - column] = 1
    return inside.flatten()
