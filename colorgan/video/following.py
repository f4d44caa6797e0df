"""Hints of one frame: followed through its scene, and held for scenes that show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from ..hints import Hint, Hints
from ..hints.reference import Reference, likeness, sample
from ..look import Look
from .steady import Motion

ALIKE = 12.0
"""In L*: a place that differs more from how it was is something else, that covers it."""
_TRUST = 0.3
SAME = 1.05
"""Likeness from which scenes show the same: no two of some hundred photos have more than 1, and
most parts of one photo that overlap by two thirds have more than this."""


class Followed:
    """The points of hints, and where they go.

    A point goes with what it lies on. It sleeps while something else is there, or while it is
    outside the picture.
    """

    def __init__(self, hints: Hints) -> None:
        self._hints = hints.hints
        self._points = [point for hint in hints.hints for point in hint.points]
        self._owner = [index for index, hint in enumerate(hints.hints) for _ in hint.points]

    def begin(self, lightness: Tensor) -> Tensor:
        """Return the points (n, 3) in their own frame: x and y in shares, and L* there."""
        places = torch.tensor(self._points).reshape(-1, 2)
        return torch.cat((places, _at(lightness, places)), dim=1)

    def move(self, points: Tensor, forth: Motion) -> Tensor:
        """Return the points (n, 3) in the next frame.

        Args:
            points: in the frame before.
            forth: of the frame before over the next.
        """
        if not len(points):
            return points
        height, width = forth.flow.shape[-2:]
        step = _at(forth.flow, points[:, :2]) / torch.tensor([width, height])
        trusted = _at(forth.trust, points[:, :2]) > _TRUST
        leaves = ~_inside(points[:, :2] + step)  # nothing is there to be trusted
        step = step * (trusted | leaves[:, None])
        return torch.cat((points[:, :2] + step, points[:, 2:]), dim=1)

    def hints(self, points: Tensor, lightness: Tensor) -> tuple[Hint, ...]:
        """Return the hints of a frame from points (n, 3): those that are awake."""
        if not len(points):
            return ()
        inside = _inside(points[:, :2])
        alike = (_at(lightness, points[:, :2]) - points[:, 2:]).abs()[:, 0] < ALIKE
        awake: dict[int, list[tuple[float, float]]] = {}
        for owner, point, is_awake in zip(
            self._owner, points[:, :2].tolist(), (inside & alike).tolist(), strict=True
        ):
            if is_awake:
                awake.setdefault(owner, []).append((point[0], point[1]))
        return tuple(replace(self._hints[i], points=tuple(of)) for i, of in awake.items())


def _inside(places: Tensor) -> Tensor:
    """Return which places (n, 2) lie in the picture."""
    return ((places >= 0) & (places <= 1)).all(1)


class Alike:
    """Corrected frames, of which each scene gets the colours of those that show the same as it.

    It is settled with a scene's first frame, so that colours do not come and go.
    """

    def __init__(self, corrected: Sequence[Reference]) -> None:
        self._corrected = corrected
        self._scene: int | None = None
        self._alike: tuple[Reference, ...] = ()

    def to(self, scene: int, look: Look) -> tuple[Reference, ...]:
        """Return those for a scene, by its number and what the network saw in a frame of it."""
        if scene != self._scene:
            few = sample(look.scene)
            self._scene = scene
            self._alike = tuple(r for r in self._corrected if likeness(few, r.scene) >= SAME)
        return self._alike


def _at(picture: Tensor, places: Tensor) -> Tensor:
    """Return (n, C) of a picture (1, C, h, w) at places (n, 2), x and y in shares."""
    grid = (places * 2 - 1).view(1, 1, -1, 2)
    found = F.grid_sample(picture, grid, padding_mode="border", align_corners=False)
    return found[0, :, 0].T
