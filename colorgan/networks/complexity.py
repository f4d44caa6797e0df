"""The narrow U-Net of system `landscape`, whose one dial is its width ("complexity") c.

inc   3x3, 1 -> c, LeakyReLU 0.2
down  five times 4x4 stride 2, c -> c, LeakyReLU 0.2, batch norm
up    ReLU, 4x4 transposed stride 2, from 2c (the skip beside it; the first from c) to c, batch
      norm, dropout 0.5; the last one tanh instead of norm and dropout
outc  3x3, c -> 2, tanh

No biases. Parameters: 224 c² + 45 c, so 58,064 at c = 16 and 1,164,456 at c = 72.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from .. import color
from .blocks import centred
from .contract import AB_CHANNELS, Config, Generator
from .sizes import pad_to_multiple

LEVELS = 5


@dataclass(frozen=True)
class ComplexityConfig(Config):
    """What rebuilds a complexity U-Net.

    Attributes:
        width: channels throughout.
    """

    width: int = 72


def complexity_down(width: int) -> nn.Sequential:
    """Make a step down, as the generator and its critic take it."""
    return nn.Sequential(
        nn.Conv2d(width, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2), nn.BatchNorm2d(width)
    )


def complexity_up(inputs: int, outputs: int, *, last: bool = False) -> nn.Sequential:
    """Make a step up, as the generator and its critic take it."""
    layers: list[nn.Module] = [
        nn.ReLU(),
        nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
    ]
    layers += [nn.Tanh()] if last else [nn.BatchNorm2d(outputs), nn.Dropout(0.5)]
    return nn.Sequential(*layers)


class ComplexityUNet(Generator):
    """Lightness to ab by a U-Net of one width throughout."""

    name: ClassVar[str] = "complexity"
    settings_type: ClassVar[type[Config]] = ComplexityConfig
    settings: ComplexityConfig

    def __init__(self, settings: ComplexityConfig) -> None:
        super().__init__(settings)
        c = settings.width
        self.inc = nn.Sequential(nn.Conv2d(1, c, 3, padding=1, bias=False), nn.LeakyReLU(0.2))
        self.downs = nn.ModuleList(complexity_down(c) for _ in range(LEVELS))
        self.ups = nn.ModuleList(
            complexity_up(c if level == 0 else 2 * c, c, last=level == LEVELS - 1)
            for level in range(LEVELS)
        )
        self.outc = nn.Sequential(nn.Conv2d(c, AB_CHANNELS, 3, padding=1, bias=False), nn.Tanh())

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        height, width = lightness.shape[-2:]
        seen = pad_to_multiple(lightness.clamp(0.0, color.LIGHTNESS_MAX), 2**LEVELS)
        x, maps = self.inc(centred(seen)), []
        for down in self.downs:
            x = down(x)
            maps.append(x)
        x = self.ups[0](maps.pop())
        for up in self.ups[1:]:
            x = up(torch.cat((x, maps.pop()), dim=1))
        ab: Tensor = color.AB_MAX * self.outc(x).float()
        return ab[..., :height, :width]
