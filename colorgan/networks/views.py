"""Small views of whole pictures, and what their lightness is like on the whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from .blocks import centred

LONG_VIEW = 1024
"""The most pixels that the long side of a view may have."""
QUANTILES = (0.002, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.998)  # of the tones: they tell fading
BANDS, OF_BANDS = 4, (0.01, 0.1, 0.5, 0.9, 0.99)
"""Into which a view is cut both ways, and their quantiles: mist differs by them, fading hardly."""
SPREAD = len(QUANTILES) + 2 * BANDS * len(OF_BANDS)
FINE = 192
"""Short side in pixels of a view that still has the darkest and the brightest spots."""
DARK = (0, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.25)
SPOTS = (*DARK, 0.5, *(1 - level for level in reversed(DARK)))
SLOPES = (0.5, 0.8, 0.95, 0.99, 0.999)
FINELY = len(SPOTS) + len(SLOPES)


def view_of(lightness: Tensor, side: int) -> Tensor:
    """Return a view (N, 1, h, w) of L* (N, 1, H, W), in -1..1, with a short side of `side`."""
    height, width = lightness.shape[-2:]
    scale = min(side / min(height, width), LONG_VIEW / max(height, width))
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    seen = F.interpolate(lightness.clamp(0, 100), size, mode="bilinear", antialias=True)
    return centred(seen)


def finely(view: Tensor) -> Tensor:
    """Return the quantiles (N, FINELY) of views (N, 1, h, w) and of what neighbours differ by.

    At a short side of `FINE` nearly each picture that did not fade has some black and some white.
    """
    slopes = view.diff(dim=-1).abs() if view.shape[-1] > 1 else torch.zeros_like(view)
    return torch.cat((quantiles(view, SPOTS), quantiles(slopes, SLOPES)), dim=1)


def quantiles(view: Tensor, levels: Sequence[float]) -> Tensor:
    """Return quantiles (N, K) of views (N, 1, h, w)."""
    return torch.quantile(view.flatten(1).float(), view.new_tensor(levels).float(), dim=1).T


def spread(view: Tensor) -> Tensor:
    """Return the quantiles (N, SPREAD) of views (N, 1, h, w), on the whole and in bands."""
    view = view.float()
    parts = [quantiles(view, QUANTILES)]
    for dim in (2, 3):
        at = [view.shape[dim] * band // BANDS for band in range(BANDS + 1)]
        for first, last in pairwise(at):
            band = view.narrow(dim, min(first, view.shape[dim] - 1), max(last - first, 1))
            parts.append(quantiles(band, OF_BANDS))
    return torch.cat(parts, dim=1)
