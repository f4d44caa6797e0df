"""How often each photo comes: large groups and large sources would otherwise rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from .. import color
from ..photoset.sources import group_of, source_of

MOST = 5.0  # times as often as on average: else few photos would be learned by heart
LARGEST = 0.1  # share of the crops that one source may have
DULL, GAUDY = 7.0, 36.0  # mean chroma from which on a photo counts half: a tenth of photos each
THUMB = 24  # pixels each way from which a photo's mean chroma is guessed


def shares(
    names: Sequence[str], photos: Sequence[NDArray[np.uint8]], balance: float
) -> NDArray[np.float64]:
    """Return which share of the crops each photo should have.

    A photo counts less the more there are of its group and of its source, both to the power of
    `balance`: at 1 all groups would come equally often if each came from one source. Dull and
    over-saturated photos count half.

    Args:
        names: of the photos, GROUP-SOURCE-NUMBER (`photoset.sources`).
        photos: sRGB (H, W, 3).
        balance: from 0 to 1.

    Returns:
        (N,) that add up to 1. No photo has more than 5 times the mean, no source more than a tenth
        where there are enough others.
    """
    groups, sources = [list(map(of, names)) for of in (group_of, source_of)]
    weights = np.array([_chroma_weight(photo) for photo in photos])
    for kinds in (groups, sources):
        number = Counter(kinds)
        weights *= np.array([number[kind] for kind in kinds], float) ** -balance
    weights = np.minimum(weights, MOST * weights.mean())
    return _capped(weights / weights.sum(), np.array(sources))


def _chroma_weight(photo: NDArray[np.uint8]) -> float:
    step = max(min(photo.shape[:2]) // THUMB, 1)
    rgb = torch.from_numpy(photo[::step, ::step].copy()).permute(2, 0, 1)[None] / 255
    chroma = float(color.chroma(color.rgb_to_lab(rgb)[:, 1:]).mean())
    return 1.0 if DULL <= chroma <= GAUDY else 0.5


def _capped(weights: NDArray[np.float64], sources: NDArray[np.str_]) -> NDArray[np.float64]:
    """Lower each source above the largest share to it; the others grow together."""
    names, places = np.unique(sources, return_inverse=True)
    most = max(LARGEST, 1 / len(names))
    for _ in range(len(names)):  # the others grow past it in turn
        of_sources = np.bincount(places, weights)
        if of_sources.max() <= most * 1.001:
            break
        weights = weights * np.minimum(1, most / of_sources)[places]
        weights = weights / weights.sum()
    return weights
