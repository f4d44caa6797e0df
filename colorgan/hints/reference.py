"""Colours of other photos, brought to what the network sees alike in this one.

Some hundred places of a colour photo, evenly over the picture, are kept: what the network sees
there, and the true colour. They are hints without a position: a Gaussian process over

    e(x) = [ features / FEATURES , L / LIGHTNESS ]        features: joint principal parts

learns the colours c and gives them to every place x of the photo, and their mean where nothing is
alike:

    ab = ab0 + m (mean + k(x, X) (k(X, X) + NOISE I)^-1 (c - mean) - ab0)

m is the gate. Every photo has some place that is a little like some place of any other, so how far
the nearest is says nothing by itself. What tells is whether the reference's places are as near as
the photo's own places are to each other, except those beside each other: the `likeness`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import HintError
from .hint import Hint
from .spreading import CHANNELS, coarse, similarity

PLACES = 256
"""Of a reference."""
MAX_REFERENCES = 40
ACCEPTED = 8.0
"""The weight of a photo whose colours a person has corrected or accepted."""
MAX_PLACES = 2048
"""Of all references of a photo together."""
FEATURES, LIGHTNESS = 0.6, 32.0
NOISE = 1.0
CALM_FEATURES, CALM_NOISE = 1.0, 0.05  # the noise for each place, so that a few photos do as many
ALIKE = 0.5  # nearness from which a place counts as having found its like
BESIDE = 0.3  # short sides: places of one photo that are nearer are alike for that alone
NEIGHBOUR = 3  # the third-nearest place: a single one is chance
GATE = (0.73, 0.82)  # likeness at which a reference begins to count, and counts in full
_ROWS = 4096  # places of the photo worked on at a time


@dataclass(frozen=True, eq=False)
class Scene:
    """What a network saw at places of a photo.

    Attributes:
        features: (P, C) by which it tells things apart.
        lightness: (P,) L*.
        position: (P, 2) in short sides.
        shape: rows and columns where these are all places, P = h * w; else (P, 1).
    """

    features: Tensor
    lightness: Tensor
    position: Tensor
    shape: tuple[int, int]

    def at(self, chosen: Tensor) -> Scene:
        """Give these places alone."""
        features, lightness, position = (
            part[chosen] for part in (self.features, self.lightness, self.position)
        )
        return Scene(features, lightness, position, (len(chosen), 1))


@dataclass(frozen=True, eq=False)
class Reference:
    """Places of a colour photo with their colours; some 200 kB.

    Attributes:
        scene: what the network saw there.
        ab: (P, 2) their true colours.
        name: of the photo, for sentences.
        weight: how much its colours count beside those of other references.
    """

    scene: Scene
    ab: Tensor
    name: str = "reference"
    weight: float = 1.0

    def small(self) -> Reference:
        """Give the same with its features in half precision, to be kept by the hundred."""
        return replace(self, scene=replace(self.scene, features=self.scene.features.half()))


@dataclass(frozen=True, eq=False)
class Borrowed:
    """What references do at every place: the colour becomes gain * ab0 + offset.

    Attributes:
        gain: (1, 1, h, w).
        offset: (1, 2, h, w).
        share: of the photo that found its like, 0 to 1.
        reached: whether any reference was alike enough to count.
    """

    gain: Tensor
    offset: Tensor
    share: float
    reached: bool


def scene(lightness: Tensor, ab: Tensor, features: Tensor | None) -> Scene:
    """Give all places of a photo.

    Args:
        lightness: L* (1, 1, H, W).
        ab: (1, 2, H, W), the model's answer.
        features: (1, C, h, w), or None: then lightness and answer stand for them.
    """
    if features is None:
        features = coarse(F.avg_pool2d(torch.cat((lightness, ab), dim=1), 4, ceil_mode=True))
    height, width = features.shape[-2:]
    own = _places(lightness, (height, width))[:, 0]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    position = (torch.stack((y, x), dim=-1).flatten(0, 1) + 0.5) / min(height, width)
    flat = features[0].float().flatten(1).T.contiguous()
    return Scene(flat, own, position, (height, width))


def _places(x: Tensor, shape: tuple[int, int]) -> Tensor:
    """Give the means (h * w, C) of maps (1, C, H, W)."""
    return F.interpolate(x, shape, mode="area")[0].flatten(1).T


def reference(seen: Scene, ab: Tensor, name: str = "reference", places: int = PLACES) -> Reference:
    """Choose places of a colour photo, the same ones each time.

    Args:
        seen: all places of the photo.
        ab: (1, 2, H, W), its true colours at any size.
        name: of the photo.
        places: at most so many.
    """
    chosen = _evenly(seen.shape, places)
    return Reference(seen.at(chosen), _places(ab, seen.shape)[chosen], name)


def sample(seen: Scene, places: int = PLACES) -> Scene:
    """Give at most so many places of a photo, chosen as those of a reference are."""
    return seen.at(_evenly(seen.shape, places))


def _evenly(shape: tuple[int, int], count: int) -> Tensor:
    """Give indices of at most so many places of a grid, evenly spread over it."""
    height, width = shape
    rows = min(height, max(round(math.sqrt(count * height / width)), 1))
    columns = min(width, max(count // rows, 1))
    y = ((torch.arange(rows) + 0.5) * height / rows).long()
    x = ((torch.arange(columns) + 0.5) * width / columns).long()
    return (y[:, None] * width + x).flatten()


def _extent(features: Tensor) -> Tensor:
    """Give the root of the mean squared distance of two places."""
    return (2 * features.var(0, correction=0).sum()).sqrt().clamp(min=1e-9)


def likeness(first: Scene, second: Scene) -> float:
    """Say how alike two photos are: about 1 where they show the same, below 0.7 where not.

    It is how far a place's near ones lie in its own photo, the neighbours left out, over how far
    they lie in the other: the geometric mean over all places of both.

    Args:
        first, second: places of each, some hundred.
    """
    a, b = first.features.float(), second.features.float()
    spread = torch.cat((a, b)).std(0, correction=0)
    spread = spread + 1e-3 * spread.mean() + 1e-9
    a, b = a / spread, b / spread
    cross = torch.cdist(a, b)
    logs = [
        _nearness(a, first.position, cross),
        _nearness(b, second.position, cross.T),
    ]
    return math.exp(sum(logs) / 2)


def _nearness(points: Tensor, position: Tensor, cross: Tensor) -> float:
    """Give the mean logarithm of the distances within a photo over those to another."""
    beside = torch.cdist(position, position) <= BESIDE
    own = torch.cdist(points, points).masked_fill(beside, math.inf)
    within, across = (_neighbour(x) for x in (own, cross))
    known = within.isfinite()
    if not known.any():  # a photo as narrow as that is one thing
        within, known = points.var(0, correction=0).sum().sqrt().expand(len(points)), ~known
    ratio = (within[known] + 1e-3) / (across[known] + 1e-3)
    return float(ratio.log().mean())


def _neighbour(distances: Tensor) -> Tensor:
    count = min(NEIGHBOUR, distances.shape[1])
    return distances.topk(count, dim=1, largest=False).values[:, -1]


def gate(likeness: float) -> float:
    """Give how much a reference of this likeness counts, 0 to 1."""
    low, high = GATE
    return min(max((likeness - low) / (high - low), 0.0), 1.0)


def borrow(
    photo: Scene, references: Sequence[Reference], strength: float = 1.0, *, calm: bool = False
) -> Borrowed:
    """Bring the colours of references to all that is alike in a photo.

    Args:
        photo: all its places.
        references: the first `MAX_REFERENCES` that are alike count.
        strength: 0 to 1.
        calm: take references for guesses, not for the truth, and look for what they have in
            common.

    Raises:
        HintError: a reference is another model's.
    """
    for one in references:
        if one.scene.features.shape[1] != photo.features.shape[1]:
            raise HintError(
                f"The reference {one.name} was looked at by another model. Let the model that "
                "colours look at it."
            )
    few = sample(photo)
    weights = [gate(likeness(few, one.scene)) for one in references[:MAX_REFERENCES]]
    alike = [(w, r) for w, r in zip(weights, references, strict=False) if w > 0]
    if not alike or strength <= 0:
        height, width = photo.shape
        return Borrowed(
            torch.ones(1, 1, height, width), torch.zeros(1, 2, height, width), 0.0, False
        )
    return _regressed(photo, alike, max(w for w, _ in alike) * strength, calm)


def _regressed(
    photo: Scene, references: Sequence[tuple[float, Reference]], reach: float, calm: bool
) -> Borrowed:
    """Give what references (weight, reference) do where the photo goes over to them by `reach`."""
    each = max(MAX_PLACES // len(references), 1)
    kept = [(w, r, _thinned(len(r.ab), each)) for w, r in references]
    features = torch.cat([r.scene.features[i].float() for _, r, i in kept])
    lightness = torch.cat([r.scene.lightness[i] for _, r, i in kept])
    weight = torch.cat([torch.full((len(i),), w * r.weight) for w, r, i in kept])
    ab = torch.cat([r.ab[i] for _, r, i in kept])
    scale, noise = (CALM_FEATURES, CALM_NOISE * len(ab)) if calm else (FEATURES, NOISE)
    own, other = _points(photo, features, lightness, scale)
    mean = (weight[:, None] * ab).sum(0) / weight.sum()
    gram = similarity(other, other) + torch.diag(noise / weight)
    solved = torch.linalg.solve(gram, ab - mean)
    parts = [similarity(part, other) for part in torch.split(own, _ROWS)]
    given = torch.cat([part @ solved for part in parts]) + mean
    near = torch.cat([part.amax(1) for part in parts])
    gain = torch.full((1, 1, *photo.shape), 1 - reach)
    offset = reach * given.T.reshape(1, 2, *photo.shape)
    return Borrowed(gain, offset, reach * float((near > ALIKE).float().mean()), True)


def _thinned(count: int, most: int) -> Tensor:
    return torch.linspace(0, count - 1, min(count, most)).round().long()


def _points(
    photo: Scene, features: Tensor, lightness: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """Give points of the photo's places and of others', scaled together.

    Half the say in the principal parts is the photo's, whatever the numbers of places.
    """
    mean = (photo.features.mean(0) + features.mean(0)) / 2
    extent = _extent(photo.features)
    own, other = ((x - mean) / extent for x in (photo.features, features))
    moments = own.T @ own / len(own) + other.T @ other / len(other)
    _, axes = torch.linalg.eigh(moments.double())
    main = axes[:, -CHANNELS:].float() / scale
    return tuple(  # type: ignore[return-value]
        torch.cat((x @ main, light[:, None] / LIGHTNESS), dim=1)
        for x, light in ((own, photo.lightness), (other, lightness))
    )


def paired(
    lab: Tensor, there: tuple[float, float], here: tuple[float, float], spread: float = 1.0
) -> Hint:
    """Make a hint of a pair of places: what is here has the colour of what is there.

    For where a reference's likeness is wrong.

    Args:
        lab: (1, 3, H, W) of the reference.
        there: (x, y) in the reference, shares of width and height.
        here: (x, y) in the photo to be coloured.
        spread: of the hint.
    """
    height, width = lab.shape[-2:]
    row, column = (
        min(int(s * n), n - 1) for s, n in zip(there[::-1], (height, width), strict=True)
    )
    around = lab[0, 1:, max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4]
    a, b = around.mean((1, 2)).tolist()
    return Hint((here,), (a, b), spread)
