"""A network that is unsure, and what a camera sees that goes over photos."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from colorgan.color import cie
from colorgan.networks.contract import Seen


class Guesser:
    """Says other colours of every frame, as an unsure network does."""

    name, revision = "guesser", "1"

    def __init__(self) -> None:
        self.dice = torch.Generator().manual_seed(0)
        self.asked = 0

    def see(self, lightness: torch.Tensor) -> Seen:
        self.asked += 1
        noise = torch.randn(1, 2, 6, 8, generator=self.dice)
        ab = F.interpolate(8 * noise, lightness.shape[-2:], mode="bilinear") + 20
        return Seen(ab, None, None)


def lightness_of(photos: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """L* (1, 1, H, W) of photos."""
    pixels = {name: torch.from_numpy(each).permute(2, 0, 1)[None] for name, each in photos.items()}
    return {name: cie.rgb_to_lightness(each / 255) for name, each in pixels.items()}


def scene(light, left: float, name: str = "astronaut", side: int = 96) -> torch.Tensor:
    """L* (1, 1, side, side * 4 / 3) of a part of a photo."""
    rows = light[name][:, :, 100 : 100 + side]
    width, whole = side * 4 // 3, int(left)
    first, second = (rows[..., whole + more : whole + more + width] for more in (0, 1))
    return torch.lerp(first, second, left - whole)
