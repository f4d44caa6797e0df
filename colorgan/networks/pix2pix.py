"""The U-Nets of pix2pix (Isola 2017): systems `guler`, `pix2pix-rgb` and `pix2pix-lab`.

down  4x4 convolutions, stride 2: 64, 128, 256, 512, ... 512; LeakyReLU 0.2; a norm in all but
      the first and the last
up    4x4 transposed convolutions back, each beside the map of its size; norm, ReLU; dropout
last  to ab by a transposed convolution (guler), or by nearest x2 and a 4x4 convolution; tanh

parameters at eight levels: guler 54,409,858; pix2pix-rgb 54,404,099; pix2pix-lab 54,400,002
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from .. import color
from ..errors import ModelError
from .blocks import centred
from .contract import AB_CHANNELS, Answer, Config, Generator
from .sizes import pad_to_multiple


@dataclass(frozen=True)
class Pix2PixConfig(Config):
    """What rebuilds a pix2pix U-Net.

    Attributes:
        colours: "ab": one channel in, two out; "rgb": grey in three channels to RGB, of which
            only the chroma is kept.
        levels: halvings of the size; 8 for 256 px, fewer for less.
        width: channels of the first level.
        norm: "instance" (without parameters) or "batch".
        down_dropout: in the down blocks from the fourth.
        up_dropout: how many of the first up blocks drop out.
        upsample: the last step is nearest x2 and a convolution instead of a transposed one.
    """

    colours: Literal["ab", "rgb"] = "ab"
    levels: int = 8
    width: int = 64
    norm: Literal["instance", "batch"] = "instance"
    down_dropout: bool = True
    up_dropout: int = 4
    upsample: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.levels <= 9:
            raise ModelError(f"levels must be between 2 and 9, not {self.levels}.")


class Pix2Pix(Generator):
    """Lightness to ab by a U-Net of strided and transposed convolutions."""

    name: ClassVar[str] = "pix2pix"
    settings_type: ClassVar[type[Config]] = Pix2PixConfig
    settings: Pix2PixConfig

    def __init__(self, settings: Pix2PixConfig) -> None:
        super().__init__(settings)
        s = settings
        outside = 3 if s.colours == "rgb" else 1
        widths = [s.width * min(2**level, 8) for level in range(s.levels)]
        self.downs = nn.ModuleList()
        for level, (inputs, outputs) in enumerate(
            zip([outside, *widths[:-1]], widths, strict=True)
        ):
            normed = 0 < level < s.levels - 1
            dropout = s.down_dropout and level >= 3
            self.downs.append(_down(inputs, outputs, s.norm if normed else None, dropout))
        self.ups = nn.ModuleList()
        channels = widths[-1]
        for index, width in enumerate(reversed(widths[:-1])):
            self.ups.append(_up(channels, width, s.norm, index < s.up_dropout))
            channels = 2 * width
        answers = 3 if s.colours == "rgb" else AB_CHANNELS
        self.last = _last_upsampled(channels, answers) if s.upsample else _last(channels, answers)

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        return self.answer(lightness).ab

    def answer(self, lightness: Tensor) -> Answer:
        """Answer with ab, and with the RGB picture if it paints one."""
        height, width = lightness.shape[-2:]
        side = 2**self.settings.levels
        seen = pad_to_multiple(lightness.clamp(0.0, color.LIGHTNESS_MAX), side)
        if self.settings.colours == "ab":
            return Answer((color.AB_MAX * self._paint(centred(seen)))[..., :height, :width])
        grey = color.lightness_to_grey(seen).expand(-1, 3, -1, -1)
        rgb = ((self._paint(grey * 2 - 1) + 1) / 2)[..., :height, :width]
        return Answer(color.rgb_to_lab(rgb)[:, 1:], rgb=rgb)

    def _paint(self, x: Tensor) -> Tensor:
        """Run the U-Net: (N, 1 or 3, H, W) to (N, 2 or 3, H, W), all in -1..1."""
        maps = []
        for down in self.downs:
            x = down(x)
            maps.append(x)
        for up, skip in zip(self.ups, reversed(maps[:-1]), strict=True):
            x = torch.cat((up(x), skip), dim=1)
        painted: Tensor = self.last(x).float()
        return painted


def _norm(kind: str, channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels) if kind == "batch" else nn.InstanceNorm2d(channels)


def _down(inputs: int, outputs: int, norm: str | None, dropout: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)]
    if norm:
        layers.append(_norm(norm, outputs))
    layers.append(nn.LeakyReLU(0.2))
    if dropout:
        layers.append(nn.Dropout(0.5))
    return nn.Sequential(*layers)


def _up(inputs: int, outputs: int, norm: str, dropout: bool) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
        _norm(norm, outputs),
        nn.ReLU(),
    ]
    if dropout:
        layers.append(nn.Dropout(0.5))
    return nn.Sequential(*layers)


def _last(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1), nn.Tanh())


def _last_upsampled(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Upsample(scale_factor=2),
        nn.ZeroPad2d((1, 0, 1, 0)),
        nn.Conv2d(inputs, outputs, 4, padding=1),
        nn.Tanh(),
    )
