"""What people know: eccv16 and siggraph17 of Zhang et al., to compare with.

eccv16      Colorful Image Colorization (arXiv:1603.08511): classes at a quarter of the size
siggraph17  Real-Time User-Guided Colorization (arXiv:1705.02999), without hints: a U-Net

Written from the papers and the published lists of layers, under the published names of tensors, so
that their weights load strictly. None of their weights come with colorgan.
Parameters: 32,236,011 and 34,187,027.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from .contract import AB_CHANNELS, Config, Generator
from .sizes import pad_to_multiple

ECCV_CLASSES, SIGGRAPH_CLASSES = 313, 529
AB_SCALE = 110.0  # their networks give ab in units of this
STRIDE = 8


@dataclass(frozen=True)
class Eccv16Config(Config):
    """What rebuilds eccv16.

    Attributes:
        width: channels of the first block; 64 as published.
    """

    width: int = 64


@dataclass(frozen=True)
class Siggraph17Config(Config):
    """What rebuilds siggraph17.

    Attributes:
        width: channels of the first block; 64 as published.
    """

    width: int = 64


def _block(widths: list[int], *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Make convolutions from width to width, each with ReLU, and a batch norm; the last strides."""
    layers: list[nn.Module] = []
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        last = index == len(widths) - 2
        step = stride if last else 1
        layers += [nn.Conv2d(inputs, outputs, 3, step, dilation, dilation), nn.ReLU()]
    return nn.Sequential(*layers, nn.BatchNorm2d(widths[-1]))


def _scaled(lightness: Tensor) -> Tensor:
    """Pad lightness to what the strides need, and scale it as they do."""
    padded = pad_to_multiple(lightness.clamp(0.0, color.LIGHTNESS_MAX), STRIDE)
    return (padded - 50) / 100


class Eccv16(Generator):
    """Lightness to ab by a distribution over 313 classes and its mean."""

    name: ClassVar[str] = "eccv16"
    settings_type: ClassVar[type[Config]] = Eccv16Config
    settings: Eccv16Config

    def __init__(self, settings: Eccv16Config) -> None:
        super().__init__(settings)
        a, b, c, d = (settings.width * factor for factor in (1, 2, 4, 8))
        self.model1 = _block([1, a, a], stride=2)
        self.model2 = _block([a, b, b], stride=2)
        self.model3 = _block([b, c, c, c], stride=2)
        self.model4 = _block([c, d, d, d])
        self.model5 = _block([d, d, d, d], dilation=2)
        self.model6 = _block([d, d, d, d], dilation=2)
        self.model7 = _block([d, d, d, d])
        self.model8 = nn.Sequential(
            nn.ConvTranspose2d(d, c, 4, 2, 1),
            nn.ReLU(),
            nn.Conv2d(c, c, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(c, c, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(c, ECCV_CLASSES, 1),
        )
        self.model_out = nn.Conv2d(ECCV_CLASSES, AB_CHANNELS, 1, bias=False)

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        height, width = lightness.shape[-2:]
        ab = self.model_out(self._shares(lightness)) * AB_SCALE
        ab = F.interpolate(ab.float(), scale_factor=4, mode="bilinear", align_corners=False)
        return ab[..., :height, :width].clamp(-color.AB_MAX, color.AB_MAX)

    def _shares(self, lightness: Tensor) -> Tensor:
        x = _scaled(lightness)
        for block in (self.model1, self.model2, self.model3, self.model4):
            x = block(x)
        for block in (self.model5, self.model6, self.model7, self.model8):
            x = block(x)
        return torch.softmax(x.float(), dim=1)


class Siggraph17(Generator):
    """Lightness to ab by a U-Net that could take colour hints; it gets none here."""

    name: ClassVar[str] = "siggraph17"
    settings_type: ClassVar[type[Config]] = Siggraph17Config
    settings: Siggraph17Config

    def __init__(self, settings: Siggraph17Config) -> None:
        super().__init__(settings)
        a, b, c, d = (settings.width * factor for factor in (1, 2, 4, 8))
        self.model1 = _block([4, a, a])
        self.model2 = _block([a, b, b])
        self.model3 = _block([b, c, c, c])
        self.model4 = _block([c, d, d, d])
        self.model5 = _block([d, d, d, d], dilation=2)
        self.model6 = _block([d, d, d, d], dilation=2)
        self.model7 = _block([d, d, d, d])
        self.model8up = nn.Sequential(nn.ConvTranspose2d(d, c, 4, 2, 1))
        self.model3short8 = nn.Sequential(nn.Conv2d(c, c, 3, padding=1))
        self.model8 = nn.Sequential(nn.ReLU(), *_block([c, c, c]))
        self.model9up = nn.Sequential(nn.ConvTranspose2d(c, b, 4, 2, 1))
        self.model2short9 = nn.Sequential(nn.Conv2d(b, b, 3, padding=1))
        self.model9 = nn.Sequential(nn.ReLU(), *_block([b, b]))
        self.model10up = nn.Sequential(nn.ConvTranspose2d(b, b, 4, 2, 1))
        self.model1short10 = nn.Sequential(nn.Conv2d(a, b, 3, padding=1))
        self.model10 = nn.Sequential(nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.LeakyReLU(0.2))
        self.model_class = nn.Sequential(nn.Conv2d(c, SIGGRAPH_CLASSES, 1))
        self.model_class.requires_grad_(False)  # answers a question that the colours do not need
        self.model_out = nn.Sequential(nn.Conv2d(b, AB_CHANNELS, 1), nn.Tanh())

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        height, width = lightness.shape[-2:]
        x = _scaled(lightness)
        no_hints = torch.zeros_like(x).expand(-1, AB_CHANNELS + 1, -1, -1)
        one = self.model1(torch.cat((x, no_hints), dim=1))
        two = self.model2(one[..., ::2, ::2])
        three = self.model3(two[..., ::2, ::2])
        x = self.model4(three[..., ::2, ::2])
        x = self.model7(self.model6(self.model5(x)))
        x = self.model8(self.model8up(x) + self.model3short8(three))
        x = self.model9(self.model9up(x) + self.model2short9(two))
        x = self.model10(self.model10up(x) + self.model1short10(one))
        ab: Tensor = self.model_out(x).float() * AB_SCALE
        return ab[..., :height, :width]
