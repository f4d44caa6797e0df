"""The look of old prints, so that a generator trained on new photos knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    draws = [_draw(seed, lightness.shape[1:]) for seed in seeds] if share else []
    chosen = [place for place, (amounts, _) in enumerate(draws) if amounts[0] < share]
    if not chosen:
        return lightness
    amounts = torch.stack([draws[place][0][1:] for place in chosen]).to(lightness)
    noise = torch.stack([draws[place][1]() for place in chosen]).to(lightness)
    aged = lightness.clone()
    aged[chosen] = age(lightness[chosen], amounts, noise)
    return aged


def _draw(seed: int, shape: Sequence[int]) -> tuple[Tensor, Callable[[], Tensor]]:
    """Give a photo's seven amounts, and its grain if it is asked for."""
    chance = torch.Generator().manual_seed(seed)
    return torch.rand(7, generator=chance), lambda: torch.randn(*shape, generator=chance)


def age(lightness: Tensor, amounts: Tensor, noise: Tensor) -> Tensor:
    """Age photos' L* (N, 1, H, W) by six amounts each, (N, 6) in 0..1, and noise of their shape."""
    exposure, black, white, blur, grain, softness = amounts[..., None, None, None].unbind(1)
    x = (lightness / color.LIGHTNESS_MAX).clamp(0, 1)
    x = x ** torch.exp(0.8 * exposure - 0.4)
    low, high = 0.2 * black, 0.8 + 0.2 * white  # fading lifts the blacks and dims the whites
    x = low + (high - low) * x
    x = torch.lerp(x, _mean(x), (2 * blur - 1).clamp(min=0))
    x = x + 0.06 * grain * torch.lerp(noise, 2 * _mean(noise), softness)
    return color.LIGHTNESS_MAX * x.clamp(0, 1)


def _mean(x: Tensor) -> Tensor:
    """Give the mean of each pixel's 3 x 3 neighbours of (N, 1, H, W)."""
    return F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
