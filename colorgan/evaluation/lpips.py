"""LPIPS (Zhang 2018, arXiv:1801.03924) by torchmetrics, where its backbone can be had."""

from __future__ import annotations

from typing import Literal, get_args
from urllib.error import URLError

import torch

from ..errors import ModelError
from ..extras import require
from ..networks.trunk import import_timm
from .metrics import Picture

Backbone = Literal["alex", "vgg", "squeeze"]


class Lpips:
    """Perceptual distance of a coloured photo from its original; lower is nearer.

    Args:
        backbone: torchvision's AlexNet (the literature's usual one), VGG16 or SqueezeNet. Figures
            of different backbones cannot be compared, so the name is part of the measure's.

    Raises:
        PackageError: torchmetrics is not installed.
        ModelError: the backbone's weights cannot be had.
    """

    def __init__(self, backbone: str) -> None:
        if backbone not in get_args(Backbone):
            raise ModelError(
                f"LPIPS has no backbone {backbone!r}; it has {', '.join(get_args(Backbone))}."
            )
        import_timm()  # mends a torchvision that does not fit torch
        lpip = require("torchmetrics.image.lpip", "judge", "LPIPS")
        try:
            self._measure = lpip.LearnedPerceptualImagePatchSimilarity(backbone, normalize=True)
        except (URLError, OSError) as error:
            raise ModelError(
                f"The weights of LPIPS's backbone {backbone} are not on this machine and cannot "
                "be fetched; nothing is taken in their place. Connect once, or leave --lpips out."
            ) from error
        self.name = f"lpips[{backbone}]"

    @torch.inference_mode()
    def __call__(self, coloured: Picture, original: Picture) -> float:
        """Return the distance of two pictures."""
        pair = [
            torch.from_numpy(picture.pixels).permute(2, 0, 1)[None] / 255
            for picture in (coloured, original)
        ]
        self._measure.reset()
        return float(self._measure(*pair))
