"""What people know: DDColor (arXiv:2212.11613), to compare with.

The network is spandrel's copy of its published code (Apache 2.0), an optional package; none of its
weights come with colorgan. Parameters: 55.0 M (ConvNeXt-T) and 227.9 M (ConvNeXt-L).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import Tensor
from torch.nn import functional as F

from .. import color
from ..extras import require
from .contract import AB_CHANNELS, Config, Generator
from .trunk import import_timm


@dataclass(frozen=True)
class DDColorConfig(Config):
    """What rebuilds a DDColor.

    Attributes:
        encoder: the ConvNeXt's size; l is the published default, t "tiny".
        queries: colours that the decoder asks for.
        layers: of the colour decoder.
        side: of the square to which it squashes every picture, as its own demo does.
    """

    encoder: Literal["t", "s", "b", "l"] = "l"
    queries: int = 100
    layers: int = 9
    side: int = 512


class DDColor(Generator):
    """Lightness to ab by a ConvNeXt and a decoder of colour queries, always at one size.

    Raises:
        PackageError: the package that holds the network is not installed.
    """

    name: ClassVar[str] = "ddcolor"
    settings_type: ClassVar[type[Config]] = DDColorConfig
    settings: DDColorConfig

    def __init__(self, settings: DDColorConfig) -> None:
        super().__init__(settings)
        import_timm()  # mends a torchvision that does not fit torch, which spandrel imports too
        library = require("spandrel_extra_arches.architectures.DDColor", "ddcolor", "DDColor")
        self.network: Any = library.DDColor(
            encoder_name=f"convnext-{settings.encoder}",
            input_size=(settings.side, settings.side),
            num_output_channels=AB_CHANNELS,
            last_norm="Spectral",
            num_queries=settings.queries,
            dec_layers=settings.layers,
        )
        self.network.encoder.arch.norm.requires_grad_(False)  # its classifier's, unused here

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        squashed = F.interpolate(
            lightness.clamp(0.0, color.LIGHTNESS_MAX), (self.settings.side,) * 2, mode="bilinear"
        )
        ab: Tensor = self.network(color.lightness_to_grey(squashed).expand(-1, 3, -1, -1))
        ab = F.interpolate(ab.float(), lightness.shape[-2:], mode="bilinear")
        return ab.clamp(-color.AB_MAX, color.AB_MAX)
