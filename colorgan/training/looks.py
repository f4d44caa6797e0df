"""The look of old prints, so that a generator trained on new photos knows it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import color


def old_look(lightness: Tensor, share: float, seeds: Sequence[int]) -> Tensor:
    """Give a share of the photos the look of old prints: exposure, fading, blur and grain.

    Args:
        lightness: (N, 1, H, W), L* in 0..100.
        share: of photos that are changed, 0..1.
        seeds: one number a photo, the source of its chance.

    Returns:
        L* (N, 1, H, W) in 0..100; the true colours of the photo stay what they were.
    """
    if not share:
        return lightness
    aged = lightness.clone()
    for place, seed in enumerate(seeds):
        chance = torch.Generator().manual_seed(seed)
        chosen, *amounts = torch.rand(7, generator=chance).tolist()
        if chosen < share:
            aged[place] = age(lightness[place], amounts, chance)
    return aged


def age(lightness: Tensor, amounts: Sequence[float], chance: torch.Generator) -> Tensor:
    """Age one photo's L* (1, H, W) by six amounts in 0..1."""
    exposure, black, white, blur, grain, softness = amounts
    x = (lightness / color.LIGHTNESS_MAX).clamp(0, 1)
    x = x ** float(torch.tensor(0.8 * exposure - 0.4).exp())
    low, high = 0.2 * black, 0.8 + 0.2 * white  # fading lifts the blacks and dims the whites
    x = low + (high - low) * x
    x = torch.lerp(x, _mean(x), max(2 * blur - 1, 0))
    noise = torch.randn(x.shape, generator=chance).to(x)
    x = x + 0.06 * grain * torch.lerp(noise, 2 * _mean(noise), softness)
    return color.LIGHTNESS_MAX * x.clamp(0, 1)


def _mean(x: Tensor) -> Tensor:
    """Give the mean of each pixel's 3 x 3 neighbours of (1, H, W)."""
    return F.avg_pool2d(F.pad(x[None], (1, 1, 1, 1), mode="replicate"), 3, stride=1)[0]
