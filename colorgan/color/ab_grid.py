"""Colours as classes: the ab plane cut into squares, as Zhang 2016 does (arXiv:1603.08511).

Regression answers with the mean of what could be, which is dull. A distribution over classes can
say "red or blue, not brown"; and since greyish classes are the most frequent by far, rare ones
can be given more weight (rebalancing). Only squares that sRGB can show count.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from . import cie, gamut

STEP = 10.0  # side of a square in CIE units
NEIGHBOURS = 5  # classes among which a colour is shared out
SPREAD = 5.0  # width of the Gaussian by which it is
MIX = 0.5  # share of the uniform distribution in the prior that is inverted
TEMPERATURE = 0.38  # between the mode (0) and the mean (1) of the distribution


@lru_cache
def centres() -> Tensor:
    """Return the classes' centres (K, 2) in CIE units: every square with a colour of sRGB in it."""
    with torch.device("cpu"), torch.inference_mode(False):  # kept, so for every later use
        return _find_centres()


def _find_centres() -> Tensor:
    steps = torch.arange(-110, 110 + STEP, STEP)
    grid = torch.cartesian_prod(steps, steps)
    inside = torch.linspace(-0.5, 0.5, 5) * STEP
    points = grid[:, None] + torch.cartesian_prod(inside, inside)  # (squares, 25, 2)
    shown = torch.zeros(len(grid), dtype=torch.bool)
    for lightness in range(1, 100, 2):
        lab = torch.cat((torch.full_like(points[..., :1], lightness), points), dim=-1)
        shown |= gamut.in_gamut(lab.permute(2, 0, 1)[None])[0].any(dim=1)
    return grid[shown]


def soft_encode(ab: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Share each colour out among its nearest classes by a Gaussian of their distance.

    Args:
        ab: (N, 2, H, W) in CIE units.
        centres: (K, 2).

    Returns:
        indices (N, 5, H, W) of the classes, and weights of the same shape that add up to 1.
    """
    count, _, height, width = ab.shape
    colours = ab.movedim(1, -1).reshape(-1, 2)
    distances, indices = torch.cdist(colours, centres.to(ab)).topk(NEIGHBOURS, largest=False)
    weights = torch.softmax(-distances.square() / (2 * SPREAD**2), dim=1)
    shape = (count, height, width, NEIGHBOURS)
    return indices.view(shape).movedim(-1, 1), weights.view(shape).movedim(-1, 1)


def nearest(ab: Tensor, centres: Tensor) -> Tensor:
    """Return the index of each colour's nearest class: (N, H, W) of ab (N, 2, H, W)."""
    edge = int(cie.AB_MAX / STEP)
    steps = STEP * torch.arange(-edge, edge + 1, device=ab.device)
    table = torch.cdist(torch.cartesian_prod(steps, steps), centres.to(steps)).argmin(dim=1)
    a, b = ((ab / STEP).round().clamp(-edge, edge).long() + edge).unbind(dim=1)
    return table[a * len(steps) + b]


def rebalancing(prior: Tensor, centres: Tensor, mix: float = MIX) -> Tensor:
    """Return a weight for each class (K,): the rarer the larger, 1 on average over the photos.

    The prior is smoothed over neighbouring classes, mixed with the uniform distribution and
    inverted (Zhang 2016, section 2.2). mix = 1 gives equal weights.
    """
    kernel = torch.exp(-torch.cdist(centres, centres).square() / (2 * SPREAD**2))
    smooth = (kernel / kernel.sum(dim=1, keepdim=True)) @ prior
    smooth = smooth / smooth.sum()
    weights = 1 / ((1 - mix) * smooth + mix / len(centres))
    return weights / (prior * weights).sum()


def annealed_mean(logits: Tensor, centres: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Return one colour ab (N, 2, H, W) for logits (N, K, H, W) over the classes.

    The distribution is sharpened by the temperature, then its mean is taken: near 0 the most
    likely class (vivid, blotchy), at 1 the mean (smooth, dull).
    """
    shares = torch.softmax(logits / temperature, dim=1)
    return torch.einsum("nkhw,kc->nchw", shares, centres.to(logits))


def chance_of_far(ab: Tensor, logits: Tensor, centres: Tensor, distance: float) -> Tensor:
    """Return how likely the truth is to be further off than `distance`, by a distribution.

    Args:
        ab: (N, 2, H, W) in CIE units.
        logits: (N, K, H, W) over the classes.
        centres: of the classes, (K, 2).
        distance: in the ab plane, in CIE units.

    Returns:
        (N, 1, H, W), from 0 to 1.
    """
    centres = centres.to(ab)
    # |x - c|^2 without a difference of each colour and class, which would take twice the memory.
    products = torch.einsum("nchw,kc->nkhw", ab, centres)
    squares = ab.square().sum(1, keepdim=True) - 2 * products
    squares = squares + centres.square().sum(1)[:, None, None]
    return (torch.softmax(logits, dim=1) * (squares > distance**2)).sum(1, keepdim=True)
