"""Colours of other photos, brought to what the network sees alike in this one.

Some hundred places of a colour photo, evenly over the picture, are kept: what the network sees
there, and the true colour. They are hints without a position: a Gaussian process over

    e(x) = [ features / FEATURES , L / LIGHTNESS ]        features: joint principal parts

learns the colours c and gives them to every place x of the photo:

    t(x) = mean + k(x, X) (k(X, X) + NOISE I)^-1 (c - mean) ,   ab = ab0 + g m(x) (t(x) - ab0)
    m(x) = n + g (1 - n) ,   n = max k(x, X)

g is the gate. Every photo has some place that is a little like some place of any other, so how far
the nearest is says nothing by itself. What tells is whether the reference's places are as near as
the photo's own places are to each other, except those beside each other: the `likeness`. It is a
ratio of distances, so its scale is no model's own. Where nothing is near, the mean of a reference
that is wholly alike still tells something, and that of one that is half alike nothing.

Guesses for photos of a series are averaged instead, over what is alike and was guessed alike: they
are not the truth, and to follow each of them would bring every mistake to all. First those of the
references among themselves, then over them for each place. What was grey and stays nearly grey is
left alone: a faint tint on a white wall is the first thing that is seen.

    t(x) = sum w k(x, X) c / sum w k(x, X) ,   m(x) = v s / (s + 1) ,   s = sum k(x, X)
    v = 1 - exp(-(max(|t|, |ab0|) / GREY)^2)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import HintError
from ..settings import MAX_REFERENCES
from .hint import Hint
from .spreading import CHANNELS, coarse, similarity

PLACES = 256
"""Of a reference."""
ACCEPTED = 32.0
"""The weight of a photo whose colours a person has corrected or accepted."""
MAX_PLACES = 2048
"""Of all references of a photo together."""
FEATURES, LIGHTNESS = 0.6, 32.0
NOISE = 0.5
# Of guesses; ANSWER and GREY in units of ab.
CALM_FEATURES, ANSWER, GREY = 0.42, 20.0, 3.0
CALM_PLACES = 1024  # of the photo, and of all references: means are coarse
ALIKE = 0.5  # nearness from which a place counts as having found its like
BESIDE = 0.3  # short sides: places of one photo that are nearer are alike for that alone
NEIGHBOUR = 3  # the third-nearest place: a single one is chance
# Likeness at which a reference begins to count, and counts in full; guesses for photos like it do
# less harm than true colours of other things, and what was corrected goes to a whole album.
GATE, SERIES_GATE, CORRECTED_GATE = (0.82, 0.9), (0.65, 0.75), (0.85, 0.95)
_ROWS = 4096  # places of the photo worked on at a time


@dataclass(frozen=True, eq=False)
class Scene:
    """What a network saw at places of a photo.

    Attributes:
        features: (P, C) by which it tells things apart.
        lightness: (P,) L*.
        answer: (P, 2) ab that the network gave.
        position: (P, 2) in short sides.
        shape: rows and columns where these are all places, P = h * w; else (P, 1).
    """

    features: Tensor
    lightness: Tensor
    answer: Tensor
    position: Tensor
    shape: tuple[int, int]

    def at(self, chosen: Tensor) -> Scene:
        """Return these places alone."""
        features, lightness, answer, position = (
            part[chosen] for part in (self.features, self.lightness, self.answer, self.position)
        )
        return Scene(features, lightness, answer, position, (len(chosen), 1))


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
        """Return the same with its features in half precision, to be kept by the hundred."""
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
    """Return all places of a photo.

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
    return Scene(flat, own, _places(ab, (height, width)), position, (height, width))


def _places(x: Tensor, shape: tuple[int, int]) -> Tensor:
    """Return the means (h * w, C) of maps (1, C, H, W)."""
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
    """Return at most so many places of a photo, chosen as those of a reference are."""
    return seen.at(_evenly(seen.shape, places))


def _evenly(shape: tuple[int, int], count: int) -> Tensor:
    """Return indices of at most so many places of a grid, evenly spread over it."""
    height, width = shape
    rows = min(height, max(round(math.sqrt(count * height / width)), 1))
    columns = min(width, max(count // rows, 1))
    y = ((torch.arange(rows) + 0.5) * height / rows).long()
    x = ((torch.arange(columns) + 0.5) * width / columns).long()
    return (y[:, None] * width + x).flatten()


def _extent(features: Tensor) -> Tensor:
    """Return the root of the mean squared distance of two places."""
    return (2 * features.var(0, correction=0).sum()).sqrt().clamp(min=1e-9)


def likeness(first: Scene, second: Scene) -> float:
    """Return how alike two photos are: about 1 where they show the same, below 0.7 where not.

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
    """Return the mean logarithm of the distances within a photo over those to another."""
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


def gate(likeness: float, bounds: tuple[float, float] = GATE) -> float:
    """Return how much a photo of this likeness counts, 0 to 1."""
    low, high = bounds
    return min(max((likeness - low) / (high - low), 0.0), 1.0)


def borrow(photo: Scene, references: Sequence[Reference], strength: float = 1.0) -> Borrowed:
    """Bring the true colours of references to all that is alike in a photo.

    Args:
        photo: all its places.
        references: the first `MAX_REFERENCES` count.
        strength: 0 to 1.

    Raises:
        HintError: a reference is another model's.
    """
    for one in references:
        if one.scene.features.shape[1] != photo.features.shape[1]:
            raise HintError(
                f"The reference {one.name} was made with another model. Make it with the model "
                "that colours."
            )
    few = sample(photo)
    weights = [gate(likeness(few, one.scene)) for one in references[:MAX_REFERENCES]]
    alike = [(w, r) for w, r in zip(weights, references, strict=False) if w > 0]
    if not alike or strength <= 0:
        gain, offset = torch.ones(1, 1, *photo.shape), torch.zeros(1, 2, *photo.shape)
        return Borrowed(gain, offset, 0.0, False)
    reach = max(w for w, _ in alike)
    given, near = _regressed(photo, alike)
    gone = reach * strength * (near + reach * (1 - near))
    return _borrowed(photo, given, gone, reach * float((near > ALIKE).float().mean()))


def share(photo: Scene, guesses: Sequence[tuple[float, Reference]], reach: float) -> Borrowed:
    """Bring to a photo what guesses for photos like it have in common.

    Args:
        photo: its places; what is given may be at a coarser size.
        guesses: the gate of each photo, and what was guessed for it; the photo itself among them.
        reach: how far the colours go over, 0 to 1.
    """
    photo = _coarser(photo, CALM_PLACES)
    given, near = _averaged(photo, guesses)
    return _borrowed(photo, given, reach * near, reach * float((near > ALIKE).float().mean()))


def _borrowed(photo: Scene, given: Tensor, gone: Tensor, found: float) -> Borrowed:
    """Let the colours of places go over to those given (P, 2), by how much each has gone (P,)."""
    gain, offset = (
        x.T.reshape(1, -1, *photo.shape) for x in (1 - gone[:, None], gone[:, None] * given)
    )
    return Borrowed(gain, offset, found, True)


@dataclass(frozen=True, eq=False)
class _Taught:
    """Places of several references together."""

    features: Tensor
    lightness: Tensor
    answer: Tensor
    ab: Tensor
    gates: Tensor
    weights: Tensor


def _joined(references: Sequence[tuple[float, Reference]], most: int) -> _Taught:
    """Put at most so many places of references (gate, reference) beside each other."""
    each = max(most // len(references), 1)
    kept = [(g, r, _thinned(len(r.ab), each)) for g, r in references]
    return _Taught(
        torch.cat([r.scene.features[i].float() for _, r, i in kept]),
        torch.cat([r.scene.lightness[i] for _, r, i in kept]),
        torch.cat([r.scene.answer[i] for _, r, i in kept]),
        torch.cat([r.ab[i] for _, r, i in kept]),
        torch.cat([torch.full((len(i),), g) for g, _, i in kept]),
        torch.cat([torch.full((len(i),), r.weight) for _, r, i in kept]),
    )


def _regressed(
    photo: Scene, references: Sequence[tuple[float, Reference]]
) -> tuple[Tensor, Tensor]:
    """Return the colours (P, 2) by true ones of references, and how near these are (P,), 0 to 1."""
    known = _joined(references, MAX_PLACES)
    weight = known.gates * known.weights
    own, other = _points(photo, known.features, known.lightness, FEATURES)
    mean = (weight[:, None] * known.ab).sum(0) / weight.sum()
    gram = similarity(other, other) + torch.diag(NOISE / weight)
    solved = torch.linalg.solve(gram, known.ab - mean)
    parts = [similarity(part, other) for part in torch.split(own, _ROWS)]
    given = torch.cat([part @ solved for part in parts]) + mean
    return given, torch.cat([part.amax(1) for part in parts])


def _averaged(photo: Scene, references: Sequence[tuple[float, Reference]]) -> tuple[Tensor, Tensor]:
    """Return the mean (P, 2) of guesses for what is alike, and how much that is (P,), 0 to 1."""
    known = _joined(references, CALM_PLACES)
    own, other = _points(photo, known.features, known.lightness, CALM_FEATURES)
    own, other = (
        torch.cat((points, answer / ANSWER), dim=1)
        for points, answer in ((own, photo.answer), (other, known.answer))
    )
    weight = known.gates * known.weights
    common = _mean(similarity(other, other) * weight, known.ab)
    alike = similarity(own, other)
    given = _mean(alike * weight, common)
    total = (alike * known.gates).sum(1)
    chroma = torch.maximum(given.norm(dim=1), photo.answer.norm(dim=1))
    return given, total / (total + 1) * (1 - torch.exp(-((chroma / GREY) ** 2)))


def _mean(weights: Tensor, values: Tensor) -> Tensor:
    """Return the means (P, C) of values (A, C) by weights (P, A)."""
    return weights @ values / weights.sum(1, keepdim=True).clamp(min=1e-9)


def _coarser(photo: Scene, most: int) -> Scene:
    """Return all places of a photo at a size of at most so many."""
    height, width = photo.shape
    shrink = math.sqrt(height * width / most)
    if shrink <= 1 or width == 1:
        return photo
    shape = (max(int(height / shrink), 1), max(int(width / shrink), 1))
    parts = (photo.features, photo.lightness[:, None], photo.answer, photo.position)
    features, lightness, answer, position = (
        _places(x.T.reshape(1, -1, height, width), shape) for x in parts
    )
    return Scene(features, lightness[:, 0], answer, position, shape)


def _thinned(count: int, most: int) -> Tensor:
    return torch.linspace(0, count - 1, min(count, most)).round().long()


def _points(
    photo: Scene, features: Tensor, lightness: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """Return points of the photo's places and of others', scaled together.

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
