"""The residual encoder-decoder of system `flickr-lab` (after Johnson 2016).

reflection padding of 40
9x9 1 -> 32; 3x3 stride 2 32 -> 64; 3x3 stride 2 64 -> 128
five residual blocks of two unpadded 3x3 convolutions at 128, the shortcut cut by 2 a side:
5 x 4 = 20 a side at a quarter of the size takes away the padding
3x3 transposed stride 2 128 -> 64, 64 -> 32; 9x9 32 -> 2, tanh
batch norm and ReLU after each but the last

Parameters: 1,671,458.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from .blocks import centred
from .contract import AB_CHANNELS, Config, Generator
from .sizes import pad_to_multiple

BLOCKS = 5
PADDING = 8 * BLOCKS  # what the unpadded blocks eat, at full size


@dataclass(frozen=True)
class ResidualConfig(Config):
    """What rebuilds a residual encoder-decoder.

    Attributes:
        width: channels of its first layer.
    """

    width: int = 32


def _block(layer: nn.Module, channels: int) -> nn.Sequential:
    return nn.Sequential(layer, nn.BatchNorm2d(channels), nn.ReLU())


class ResidualBlock(nn.Module):
    """Two unpadded 3x3 convolutions beside the input cut to their size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _block(nn.Conv2d(channels, channels, 3), channels),
            nn.Conv2d(channels, channels, 3),
            nn.BatchNorm2d(channels),
        )
        self.last = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Turn (N, C, H, W) into (N, C, H - 4, W - 4)."""
        answer: Tensor = self.last(self.body(x) + x[..., 2:-2, 2:-2])
        return answer


class ResidualNet(Generator):
    """Lightness to ab by an encoder, residual blocks and a decoder."""

    name: ClassVar[str] = "residual"
    settings_type: ClassVar[type[Config]] = ResidualConfig
    settings: ResidualConfig

    def __init__(self, settings: ResidualConfig) -> None:
        super().__init__(settings)
        a, b, c = (settings.width * factor for factor in (1, 2, 4))
        self.body = nn.Sequential(
            _block(nn.Conv2d(1, a, 9, padding=4), a),
            _block(nn.Conv2d(a, b, 3, 2, 1), b),
            _block(nn.Conv2d(b, c, 3, 2, 1), c),
            *(ResidualBlock(c) for _ in range(BLOCKS)),
            _block(nn.ConvTranspose2d(c, b, 3, 2, 1, output_padding=1), b),
            _block(nn.ConvTranspose2d(b, a, 3, 2, 1, output_padding=1), a),
            nn.Conv2d(a, AB_CHANNELS, 9, padding=4),
            nn.Tanh(),
        )

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        height, width = lightness.shape[-2:]
        # A picture must be larger than the padding that mirrors it.
        seen = pad_to_multiple(lightness.clamp(0.0, color.LIGHTNESS_MAX), 4, least=PADDING + 4)
        seen = F.pad(centred(seen), (PADDING,) * 4, mode="reflect")
        ab: Tensor = color.AB_MAX * self.body(seen).float()
        return ab[..., :height, :width]
