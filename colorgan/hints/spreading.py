"""Bringing what was said of a few places to all that is alike: a closed form, no network.

Each place of a photo is a point: what the network sees there (its features), how light it is, and
where it lies, each divided by the distance over which it still counts as near.

    e(x)   = [ features / FEATURES , L / LIGHTNESS , position / POSITION ]     or, where the network
               learned points to spread by (`networks.likeness`), those in the features' place
    k_i(x) = exp(-|e(x) - e(x_i)|^2 / (2 s_i^2))      s_i: how far the hint spreads
    w(x)   = k(x) A,   A = (G'G + NOISE^2 I)^-1 G',   G: k at the hints' own places

w_i is the share of hint i in the colour of a place: about 1 at its own place, about 0 at the places
of others, and 0 far from anything alike, where the network's answer stands. With all s_i equal this
is regression by a Gaussian process; the squared form also holds where they differ. The colour goes
over to what the hints say by the sum of their shares, so what they reach takes their colour and
loses what was wrong:

    m = S(min(max(sum w, 0), 1)),  t = sum max(w, 0) c / sum max(w, 0),  ab = ab0 + m (t - ab0)

S(x) = x^2 (3 - 2x) makes what is reached a little nothing: else one hint would tint all of a photo.

A hint's colour c changes with the lightness as that of a surface in shade does, by half
(`swatches.shade`); a hint that scales the model's own colour has c = s ab0. Both are linear in ab0,
so what comes out is a factor and an offset for each place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .swatches import shade

# Chosen on 60 photos with hints at the worst places; flat around these.
FEATURES, LIGHTNESS, POSITION = 0.75, 32.0, 0.85
NOISE = 0.05
SHADE = 0.5  # exponent: 1 keeps the chroma of one paint in all light, 0 the same ab everywhere
# Without features: the answer's own colour stands for them.
PLAIN_LIGHTNESS, PLAIN_AB, PLAIN_POSITION = 20.0, 30.0, 0.8
CHANNELS = 16
"""Principal parts of the features that are kept: the rest tells no things apart."""
MAX_PLACES = 16_384
"""Of a photo: the grid is made coarser where the network's is finer."""
STRIDE = 4
"""Pixels of the lightness to a place where no features say how fine the grid is."""
MAX_ANCHORS = 1024
_CHUNK = 1 << 22  # kernel values worked on at a time
_BUMP = 1.5  # pixels of the small picture, around a hint, in which its colour is made exact
_REACH = 6


@dataclass(frozen=True, eq=False)
class Places:
    """A photo's places as points that lie near each other where they are alike.

    Attributes:
        points: (P, D), row by row from the upper left.
        lightness: (P,) L*.
        shape: rows and columns, h * w = P.
    """

    points: Tensor
    lightness: Tensor
    shape: tuple[int, int]

    def index(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the index of the place in which each (x, y), shares of width and height, lies."""
        rows, columns = self.shape
        row = (y * rows).long().clamp(0, rows - 1)
        return row * columns + (x * columns).long().clamp(0, columns - 1)


@dataclass(frozen=True, eq=False)
class Anchors:
    """Places for which something was said, each one with one wish.

    The wish is a colour, gain * ab0 + offset.

    Attributes:
        x, y: (A,) shares of width and height.
        gain: (A,) of the model's own colour.
        offset: (A, 2) in CIE units.
        spread: (A,) how far each goes, 1 as usual.
    """

    x: Tensor
    y: Tensor
    gain: Tensor
    offset: Tensor
    spread: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def at(self, chosen: Tensor) -> Anchors:
        """Return those at these indices."""
        parts = (self.x, self.y, self.gain, self.offset, self.spread)
        return Anchors(*(part[chosen] for part in parts))


def embed(
    lightness: Tensor, ab: Tensor, features: Tensor | None, learned: Tensor | None = None
) -> Places:
    """Make points of a photo's places.

    Args:
        lightness: L* (1, 1, H, W).
        ab: (1, 2, H, W), the model's answer.
        features: (1, C, h, w), `coarse` ones of `networks.contract.Seen`, or None.
        learned: (1, D, h, w), the network's own points; they stand for the features.
    """
    known = features if learned is None else learned
    height, width = _grid(lightness) if known is None else known.shape[-2:]
    shape = (height, width)
    own = F.interpolate(lightness, shape, mode="area")
    if learned is not None:
        parts = [learned.float(), own / LIGHTNESS, _positions(shape) / POSITION]
    elif features is None:
        answer = F.interpolate(ab, shape, mode="area")
        parts = [answer / PLAIN_AB, own / PLAIN_LIGHTNESS, _positions(shape) / PLAIN_POSITION]
    else:
        found = principal(features.float())
        parts = [found / FEATURES, own / LIGHTNESS, _positions(shape) / POSITION]
    points = torch.cat(parts, dim=1)[0].flatten(1).T.contiguous()
    return Places(points, own.flatten(), shape)


def coarse(features: Tensor, most: int = MAX_PLACES) -> Tensor:
    """Return maps (1, C, h, w) at a size of at most `most` places."""
    height, width = features.shape[-2:]
    shrink = math.sqrt(height * width / most)
    if shrink <= 1:
        return features
    return F.interpolate(
        features.float(), (max(int(height / shrink), 1), max(int(width / shrink), 1)), mode="area"
    ).to(features.dtype)


def _grid(lightness: Tensor) -> tuple[int, int]:
    height, width = lightness.shape[-2:]
    shrink = max(math.sqrt(height * width / MAX_PLACES), STRIDE)
    return max(round(height / shrink), 1), max(round(width / shrink), 1)


def _positions(shape: tuple[int, int]) -> Tensor:
    """Return (1, 2, h, w) positions in short sides."""
    short = min(shape)
    y, x = torch.meshgrid(*((torch.arange(side) + 0.5) / short for side in shape), indexing="ij")
    return torch.stack((y, x))[None]


def principal(features: Tensor) -> Tensor:
    """Return the principal parts (1, c, h, w) of features (1, C, h, w), c at most `CHANNELS`.

    Scaled so that the mean squared distance of two places is 1.
    """
    flat = features[0].flatten(1).T.double()
    flat = flat - flat.mean(0)
    flat = flat / (2 * flat.square().sum(1).mean()).sqrt().clamp(min=1e-9)
    _, axes = torch.linalg.eigh(flat.T @ flat)
    found: Tensor = (flat @ axes[:, -CHANNELS:]).float()
    return found.T.reshape(1, -1, *features.shape[-2:])


def similarity(points: Tensor, others: Tensor, spread: Tensor | None = None) -> Tensor:
    """Return how alike points (P, D) and others (A, D) are: (P, A), 0 to 1.

    Args:
        spread: (A,) of the others; 1 if None.
    """
    squares = points.square().sum(1)[:, None] + others.square().sum(1)
    distance = torch.addmm(squares, points, others.T, alpha=-2).clamp_(min=0)
    return torch.exp(distance / (-2 if spread is None else -2 * spread.square()))


def shares(places: Places, anchors: Anchors) -> Tensor:
    """Return each anchor's share (P, A) in the colour of each place."""
    index = places.index(anchors.x, anchors.y)
    own = places.points[index]
    spread = anchors.spread.to(own)
    # In double precision: with many hints beside each other the squares are badly conditioned.
    gram = similarity(own.double(), own.double(), spread.double())
    ridge = NOISE**2 * torch.eye(len(index), dtype=torch.float64)
    solved = torch.linalg.solve(gram.T @ gram + ridge, gram.T).float()
    rows = max(_CHUNK // len(index), 1)
    parts = torch.split(places.points, rows)
    return torch.cat([similarity(part, own, spread) @ solved for part in parts])


def fields(places: Places, anchors: Anchors) -> tuple[Tensor, Tensor]:
    """Return what the hints do at every place: the colour becomes gain * ab0 + offset.

    Returns:
        gain (1, 1, h, w) and offset (1, 2, h, w).
    """
    anchors = merged(places, anchors)
    own = shares(places, anchors)
    positive = own.clamp(min=0)
    reached = own.sum(1, keepdim=True).clamp(0, 1)
    reached = reached * reached * (3 - 2 * reached)
    part = reached / positive.sum(1, keepdim=True).clamp(min=1e-6)
    light = (shade(places.lightness) ** SHADE)[:, None]
    there = light[places.index(anchors.x, anchors.y)]
    gain = 1 - reached + part * (positive @ anchors.gain[:, None])
    offset = part * light * (positive @ (anchors.offset / there))
    return tuple(x.T.reshape(1, -1, *places.shape) for x in (gain, offset))  # type: ignore[return-value]


def merged(places: Places, anchors: Anchors) -> Anchors:
    """Return one anchor a place, the mean of all that was said there, and `MAX_ANCHORS` at most.

    In an order of its own, so that the order in which hints were given makes no difference.
    """
    index = places.index(anchors.x, anchors.y)
    there, place = torch.unique(index, return_inverse=True)
    parts = torch.cat(
        [
            part.view(len(index), -1).double()
            for part in (anchors.gain, anchors.offset, anchors.spread)
        ],
        dim=1,
    )
    order = _order(place, parts)
    sums = torch.zeros(len(there), parts.shape[1], dtype=torch.float64)
    sums.index_add_(0, place[order], parts[order])
    mean = (sums / torch.bincount(place)[:, None]).float()
    rows, columns = places.shape
    one = Anchors(
        (there % columns + 0.5) / columns,
        (there // columns + 0.5) / rows,
        mean[:, 0],
        mean[:, 1:3],
        mean[:, 3],
    )
    if len(one) <= MAX_ANCHORS:
        return one
    return one.at(torch.linspace(0, len(one) - 1, MAX_ANCHORS).round().long())


def _order(place: Tensor, values: Tensor) -> Tensor:
    """Return the order of rows by place, then by value: sums in it are the same to the last bit."""
    columns = [column.numpy() for column in (*values.T, place)]
    return torch.from_numpy(np.lexsort(columns))


def settle(ab: Tensor, ab0: Tensor, anchors: Anchors) -> tuple[Tensor, Tensor]:
    """Make the colours exact at the very places for which something was said.

    Where many hints are near each other, or a thing is thinner than the places of the spreading,
    what was spread is a compromise; within some pixels of each hint it is brought to the wish.

    Args:
        ab: (1, 2, H, W) as spread.
        ab0: (1, 2, H, W) of the model.
        anchors: what was said.

    Returns:
        ab (1, 2, H, W), and how near a hint each pixel is (1, 1, H, W), 0 to 1.
    """
    height, width = ab.shape[-2:]
    row = (anchors.y * height).long().clamp(0, height - 1)
    column = (anchors.x * width).long().clamp(0, width - 1)
    there, place = torch.unique(row * width + column, return_inverse=True)
    wish = anchors.gain * ab0[0, :, row, column] + anchors.offset.T
    order = _order(place, wish.T)
    sums = torch.zeros(2, len(there), dtype=torch.float64)
    sums.index_add_(1, place[order], wish[:, order].double())
    missing = sums / torch.bincount(place) - ab[0].flatten(1)[:, there]
    at = torch.stack((there // width, there % width), dim=1).double()
    near = torch.exp(-torch.cdist(at, at).square() / (2 * _BUMP**2))
    solved = torch.linalg.solve(near + 1e-3 * torch.eye(len(at), dtype=torch.float64), missing.T)
    return _bumped(ab, there, solved.float())


def kept(anchors: Anchors, shape: tuple[int, int]) -> Tensor | None:
    """Return how near each pixel is to a place that is to stay as it was: (1, 1, H, W), 0 to 1.

    None where nobody said so.
    """
    same = (anchors.gain == 1) & (anchors.offset == 0).all(dim=1)
    if not same.any():
        return None
    height, width = shape
    own = anchors.at(same.nonzero()[:, 0])
    row = (own.y * height).long().clamp(0, height - 1)
    column = (own.x * width).long().clamp(0, width - 1)
    there = torch.unique(row * width + column)
    return _bumped(torch.zeros(1, 2, *shape), there, torch.zeros(len(there), 2))[1]


def _bumped(ab: Tensor, there: Tensor, heights: Tensor) -> tuple[Tensor, Tensor]:
    """Add a small bump of each height (A, 2) at each pixel; return the sum and the highest bump."""
    height, width = ab.shape[-2:]
    offsets = torch.arange(-_REACH, _REACH + 1)
    bell = torch.exp(-offsets.square() / (2 * _BUMP**2))
    bump = (bell[:, None] * bell).flatten()
    wide = width + 2 * _REACH
    step = ((offsets[:, None] + _REACH) * wide + offsets + _REACH).flatten()
    index = ((there // width) * wide + there % width)[:, None] + step
    canvas = torch.zeros(3, (height + 2 * _REACH) * wide)
    for channel in range(2):
        canvas[channel].index_add_(0, index.flatten(), (heights[:, channel, None] * bump).flatten())
    canvas[2].scatter_reduce_(0, index.flatten(), bump.repeat(len(there)), "amax")
    canvas = canvas.view(1, 3, -1, wide)[..., _REACH : _REACH + height, _REACH : _REACH + width]
    return ab + canvas[:, :2], canvas[:, 2:]
