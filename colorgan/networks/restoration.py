"""The network that mends a damaged lightness: details in place, tones from a small view.

    lightness = network(lightness)

    lightness   float (N, 1, H, W), L* in 0..100; the same H and W, any from 1 upwards

    details   a residual U-Net at strides 2, 4 and 8 (24, 48 and 96 channels) whose answer is
              added: grain, scratches, dust, blur, blocks. It sees `REACH` pixels around and no
              more, so that a large picture may be mended in tiles that agree to the last bit.
    tones     the picture at a short side of 64 -> five strided convolutions -> for each of some
              fields the four coefficients of a tone curve; brought up smoothly to (H, W). Undoes
              fading and uneven exposure, and sees the whole picture to do so.

Both add to what they see and start at nothing, so that the untrained network gives back its input.
Strided from the first layer on, since the time goes into the full size: half of it is enough
where the picture itself is added at the end (FFDNet, Zhang 2018). No norms: what was learned on
small crops must hold for large pictures (EDSR, Lim 2017).

Parameters: 904,648. Work: 22,000 multiplications a pixel at 512 x 512.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from .blocks import centred
from .contract import Config, Network
from .sizes import pad_to_multiple

STRIDE = 8
REACH = 112
"""Pixels around a place, rounded up to the stride, that the details there depend on."""
VIEW = 64
VIEW_PIXELS = 1 << 16  # of the view of a very long picture, which is smaller than to exhaust memory
CURVE = 4
QUANTILES = (0.002, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.998)  # of the tones: they tell fading


@dataclass(frozen=True)
class RestorationConfig(Config):
    """What rebuilds a restoration network.

    Attributes:
        width: channels at stride 2; twice and four times as many deeper.
        blocks: residual blocks at stride 8.
    """

    width: int = 24
    blocks: int = 4


class Block(nn.Module):
    """Two 3x3 convolutions beside the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of x (N, C, H, W)."""
        return x + self.second(F.relu(self.first(x)))  # type: ignore[no-any-return]


class RestorationNet(Network, tags=["image-restoration"]):
    """Damaged lightness to lightness."""

    kind: ClassVar[str] = "restorer"
    answers: ClassVar[str] = "restored"
    name: ClassVar[str] = "restoration"
    settings_type: ClassVar[type[Config]] = RestorationConfig
    settings: RestorationConfig

    def __init__(self, settings: RestorationConfig) -> None:
        super().__init__(settings)
        a, b, c = (settings.width * factor for factor in (1, 2, 4))
        self.tone = Tone()
        self.enter = nn.Conv2d(4, a, 3, padding=1)
        self.down = nn.ModuleList((Block(a), Block(b)))
        self.shrink = nn.ModuleList((nn.Conv2d(a, b, 2, 2), nn.Conv2d(b, c, 2, 2)))
        self.deep = nn.Sequential(*(Block(c) for _ in range(settings.blocks)))
        self.grow = nn.ModuleList((nn.ConvTranspose2d(b, a, 2, 2), nn.ConvTranspose2d(c, b, 2, 2)))
        self.up = nn.ModuleList((Block(a), Block(b)))
        self.leave = nn.Conv2d(a, 4, 3, padding=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)
        blocks = [layer for layer in self.modules() if isinstance(layer, Block)]
        for block in blocks:
            block.second.weight.data *= 0.1  # else the sum of blocks would grow (EDSR)
        for last in (self.leave, self.tone.leave):
            nn.init.zeros_(last.weight)

    def forward(self, lightness: Tensor) -> Tensor:
        """Mend lightness (N, 1, H, W) in L*."""
        details = self.details(lightness)
        return apply_curves(self.curves(lightness), details)

    def curves(self, lightness: Tensor) -> Tensor:
        """Give the tone curves of whole pictures (N, 1, H, W): coefficients (N, 4, h, w)."""
        height, width = lightness.shape[-2:]
        scale = min(VIEW / min(height, width), math.sqrt(VIEW_PIXELS / (height * width)))
        view = (max(round(height * scale), 1), max(round(width * scale), 1))
        seen = F.interpolate(lightness.clamp(0, 100), view, mode="bilinear", antialias=True)
        return self.tone(centred(seen)).float()  # type: ignore[no-any-return]

    def details(self, lightness: Tensor) -> Tensor:
        """Mend the details of pictures (N, 1, H, W) in L*, or of tiles of them."""
        height, width = lightness.shape[-2:]
        x = F.pixel_unshuffle(pad_to_multiple(centred(lightness), STRIDE), 2)
        x, skips = self.enter(x), []
        for block, shrink in zip(self.down, self.shrink, strict=True):
            x = block(x)
            skips.append(x)
            x = shrink(x)
        x = self.deep(x)
        for block, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            x = block(grow(x) + skips.pop())
        added = F.pixel_shuffle(self.leave(x), 2).float()[..., :height, :width]
        return lightness + 50 * added


class Tone(nn.Module):
    """A small view of a picture to tone curves."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 16, 32, 48, 64)
        self.body = nn.Sequential(
            *(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), nn.ReLU()) for a, b in pairwise(widths))
        )
        self.whole = nn.Linear(64 + len(QUANTILES), 64)
        self.join = nn.Conv2d(64, 64, 3, padding=1)
        self.leave = nn.Conv2d(64, CURVE, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Turn a view (N, 1, h, w) in -1..1 into coefficients (N, 4, h / 16, w / 16)."""
        levels = torch.quantile(x.flatten(1).float(), x.new_tensor(QUANTILES).float(), dim=1).T
        x = self.body(x)
        x = x + self.whole(torch.cat((x.mean((2, 3)), levels), dim=1))[:, :, None, None]
        return self.leave(F.relu(self.join(F.relu(x))))  # type: ignore[no-any-return]


def apply_curves(
    curves: Tensor, lightness: Tensor, top: int = 0, rows: int | None = None
) -> Tensor:
    """Mend the tones of lightness (N, 1, H, W) by curves (N, 4, h, w): a cubic at each place.

    Args:
        curves: coefficients, spread smoothly over the whole picture.
        lightness: L* of the whole picture, or of the rows of it from `top` on.
        top: the first row.
        rows: of the whole picture; None: these are all.
    """
    height, width = lightness.shape[-2:]
    y = (torch.arange(top, top + height, device=curves.device) + 0.5) / (rows or height) * 2 - 1
    x = (torch.arange(width, device=curves.device) + 0.5) / width * 2 - 1
    places = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)
    spread = F.grid_sample(
        curves,
        places.expand(len(curves), -1, -1, -1),
        mode="bicubic",
        padding_mode="border",
        align_corners=False,
    )
    t = centred(lightness)
    bent = spread[:, :1] + t * (spread[:, 1:2] + t * (spread[:, 2:3] + t * spread[:, 3:]))
    return (lightness + 50 * bent).clamp(-20, color.LIGHTNESS_MAX + 20)
