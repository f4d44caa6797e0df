"""A look: all that one pass of a network over a photo gave.

From it any strength and any hints are made without the network, in milliseconds: what is small is
kept (features, chances and colours at the network's size), and the full-size photo never is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from .color import upsampling
from .errors import HintError
from .hints import Hint, advice, reference, spreading, swatches
from .hints.reference import Reference
from .networks.contract import Seen

MAX_POINTS = 20_000
"""Of all strokes together."""
MAX_CELLS = 8192
"""Places whose distributions are kept: 5 MB of half precision numbers."""
VERSIONS = 4


@dataclass(frozen=True, eq=False)
class Look:
    """What a network saw in a photo, and what can be made of it.

    Attributes:
        lightness: L* (1, 1, h, w) at the network's size.
        ab: (1, 2, h, w), the model's answer.
        features: (1, C, h', w') by which it tells things apart, or None.
        chances: (1, K, h'', w'') in half precision over `ab_grid.centres`, or None.
        size: the working size at which it was made.
        points: (1, D, h', w') in which what is alike lies near each other, or None.
    """

    lightness: Tensor
    ab: Tensor
    features: Tensor | None
    chances: Tensor | None
    size: int
    points: Tensor | None = None

    @classmethod
    def of(cls, lightness: Tensor, seen: Seen, size: int) -> Look:
        """Keep what is needed of a pass over lightness (1, 1, h, w)."""
        features, chances, points = seen.features, seen.chances, seen.points
        return cls(
            lightness,
            seen.ab,
            None if features is None else spreading.coarse(features),
            None if chances is None else spreading.coarse(chances, MAX_CELLS).half(),
            size,
            None if points is None else spreading.coarse(points),
        )

    @property
    def nbytes(self) -> int:
        """How much memory it holds."""
        own = (self.lightness, self.ab, self.features, self.chances, self.points)
        kept = (*own, self.places.points)
        return sum(x.numel() * x.element_size() for x in kept if x is not None)

    @cached_property
    def places(self) -> spreading.Places:
        """Where hints spread; made when it is first needed."""
        return spreading.embed(self.lightness, self.ab, self.features, self.points)

    @cached_property
    def scene(self) -> reference.Scene:
        """What references are compared with; made when it is first needed."""
        return reference.scene(self.lightness, self.ab, self.features)

    def borrowed(
        self, references: Sequence[Reference], strength: float = 1.0
    ) -> reference.Borrowed:
        """Return what references do at every place, and the share that found its like.

        Args:
            references: colour photos that the same model looked at.
            strength: how far the colours go over to theirs, 0 to 1.

        Raises:
            HintError: the references are another model's.
        """
        return reference.borrow(self.scene, references, strength)

    def lines(
        self,
        hints: Iterable[Hint] = (),
        strength: float = 1.0,
        borrowed: reference.Borrowed | None = None,
    ) -> Tensor:
        """Return the lines of `upsampling` (1, 4, h, w): colour for the photo at any size.

        Args:
            hints: what is wanted where; their order makes no difference.
            strength: of the colour before hints; what hints say is not changed by it.
            borrowed: what references do (`borrowed`); hints go on top of it.

        Raises:
            HintError: the strokes have too many points.
        """
        hints = tuple(hints)
        ab = self.ab
        if borrowed is not None:
            ab = torch.addcmul(self._enlarged(borrowed.offset), self._enlarged(borrowed.gain), ab)
        if not hints:
            return upsampling.fit_lines(self.lightness, ab) * strength
        own = ab * strength
        anchors = self.anchors(hints)
        gain, offset = (self._enlarged(x) for x in spreading.fields(self.places, anchors))
        ab, exact = spreading.settle(torch.addcmul(offset, gain, own), own, anchors)
        lines = upsampling.fit_lines(self.lightness, ab, exact)
        height, width = ab.shape[-2:]
        kept = spreading.kept(anchors, (height, width))
        if kept is not None:  # there the colour follows the lightness as it did
            lines = torch.lerp(lines, upsampling.fit_lines(self.lightness, own), kept)
        return lines

    def guess(self, hints: Iterable[Hint] = (), name: str = "photo") -> Reference:
        """Return the colours that the photo has with hints, as a reference for photos like it.

        With hints it counts for more (`reference.ACCEPTED`): a person has said so.

        Args:
            hints: what is wanted where.
            name: of the photo.

        Raises:
            HintError: the strokes have too many points.
        """
        hints = tuple(hints)
        ab = self.ab
        if hints:
            lines, height = self.lines(hints), self.lightness.shape[-2]
            ab = upsampling.apply_lines(lines, self.lightness, 0, height)
        weight = reference.ACCEPTED if hints else 1.0
        return replace(reference.reference(self.scene, ab, name), weight=weight)

    def anchors(self, hints: Iterable[Hint]) -> spreading.Anchors:
        """Return what hints say of single places.

        Raises:
            HintError: the strokes have too many points.
        """
        points: list[tuple[float, float]] = []
        gains: list[float] = []
        offsets: list[tuple[float, float]] = []
        spreads: list[float] = []
        for hint in hints:
            if len(points) + len(hint.points) > MAX_POINTS:
                raise HintError(
                    f"The hints have more than {MAX_POINTS} points. Draw shorter strokes."
                )
            for x, y in hint.points:
                gain, offset = self._wish(hint, x, y)
                points.append((x, y))
                gains.append(gain)
                offsets.append(offset)
                spreads.append(hint.spread)
        x, y = torch.tensor(points, dtype=torch.float64).T
        return spreading.Anchors(
            x, y, torch.tensor(gains), torch.tensor(offsets), torch.tensor(spreads)
        )

    def _wish(self, hint: Hint, x: float, y: float) -> tuple[float, tuple[float, float]]:
        """Return the factor of the model's colour and the colour that are wanted at a place."""
        want = hint.want
        if isinstance(want, tuple):
            return 0.0, want
        if not isinstance(want, str):
            return want, (0.0, 0.0)
        if want in swatches.SWATCHES:
            return 0.0, swatches.fitted(want, self.lightness_at(x, y))
        _, a, b = swatches.hex_to_lab(want).tolist()
        return 0.0, (a, b)

    def lightness_at(self, x: float, y: float) -> float:
        """Return L* at a place, shares of width and height."""
        row, column = _pixel(self.lightness, x, y)
        return float(self.lightness[0, 0, row, column])

    def ab_at(
        self, x: float, y: float, hints: Iterable[Hint] = (), strength: float = 1.0
    ) -> tuple[float, float]:
        """Return (a*, b*) at a place, shares of width and height."""
        lines = self.lines(hints, strength)
        row, column = _pixel(lines, x, y)
        slope, offset = lines[0, :, row, column].view(2, 2)
        a, b = (slope * self.lightness[0, 0, row, column] + offset).tolist()
        return a, b

    @property
    def knows_doubt(self) -> bool:
        """Whether the model answered with a distribution of colours."""
        return self.chances is not None

    @cached_property
    def doubt(self) -> Tensor | None:
        """How undecided the model is: (1, 1, h, w) from 0, sure, to 1, anything goes; or None.

        It is the entropy of the colours it holds possible, as a share of the highest there is.
        """
        if self.chances is None:
            return None
        chances = self.chances.float()
        entropy = torch.special.entr(chances).sum(1, keepdim=True) / math.log(chances.shape[1])
        return self._enlarged(entropy).clamp(0, 1)

    def likely(self, x: float, y: float, count: int = 5) -> list[tuple[float, float]]:
        """Return colours (a*, b*) that the model holds possible at a place, likeliest first.

        A model without a distribution gives its answer and colours near it.

        Args:
            x, y: shares of width and height.
            count: at most so many.
        """
        if self.chances is None:
            row, column = _pixel(self.ab, x, y)
            a, b = self.ab[0, :, row, column].tolist()
            return [(a, b), *advice.variants((a, b))][:count]
        row, column = _pixel(self.chances, x, y)
        return [ab for ab, _ in advice.modes(self.chances[0, :, row, column], count)]

    def telling(self, hints: Iterable[Hint] = (), count: int = 4) -> list[tuple[float, float]]:
        """Return the places (x, y), shares, where a hint would tell most, beside those given."""
        rows, columns = self.places.shape
        doubt = torch.ones(rows * columns)
        if self.doubt is not None:
            doubt = F.interpolate(self.doubt, (rows, columns), mode="area").flatten()
        hints = tuple(hints)
        said = self.anchors(hints) if hints else None
        found = advice.telling(self.places, doubt, said, count)
        return [((i % columns + 0.5) / columns, (i // columns + 0.5) / rows) for i in found]

    def versions(self, hints: Iterable[Hint] = ()) -> list[tuple[Hint, ...]]:
        """Return hints of `VERSIONS` answers that differ where the model is undecided.

        The first is its answer with the hints given; each of the others adds one colour that it
        holds possible too, at one of the places where that tells most.
        """
        hints = tuple(hints)
        other: list[tuple[Hint, ...]] = []
        for x, y in self.telling(hints, VERSIONS):
            own = self.ab_at(x, y, hints)
            colours = [
                ab for ab in self.likely(x, y) if math.dist(ab, own) > advice.MODE_RADIUS / 2
            ]
            other += [(*hints, Hint(((x, y),), ab, 1.5)) for ab in colours[:2]]
        apart = self._most_apart(hints, other)
        return [hints, *apart]

    def _most_apart(
        self, hints: tuple[Hint, ...], others: list[tuple[Hint, ...]]
    ) -> list[tuple[Hint, ...]]:
        """Choose versions one by one, each as far from those chosen as can be."""
        made = [self._small_ab(version) for version in (hints, *others)]
        chosen = [0]
        while len(chosen) < min(VERSIONS, len(made)):
            apart = [min(float((m - made[c]).norm(dim=1).mean()) for c in chosen) for m in made]
            chosen.append(max(range(len(made)), key=apart.__getitem__))
        return [others[place - 1] for place in chosen[1:]]

    def _small_ab(self, hints: tuple[Hint, ...]) -> Tensor:
        own = F.interpolate(self.ab, self.places.shape, mode="area")
        if not hints:
            return own
        gain, offset = spreading.fields(self.places, self.anchors(hints))
        return torch.addcmul(offset, gain, own)

    def _enlarged(self, x: Tensor) -> Tensor:
        return F.interpolate(x, self.lightness.shape[-2:], mode="bilinear", align_corners=False)


def _pixel(x: Tensor, across: float, down: float) -> tuple[int, int]:
    height, width = x.shape[-2:]
    return min(int(down * height), height - 1), min(int(across * width), width - 1)
