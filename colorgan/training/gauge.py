"""How an adversarial game goes, measured on fixed photos."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .. import color
from ..evaluation.features import FeatureNetwork, kernel_distance
from ..evaluation.metrics import Picture, Pixels, colourfulness
from ..evaluation.protocol import colour_squares, to_lightness, to_pixels
from ..networks import Generator
from ..networks.contract import in_use
from ..networks.critics import Critic

BATCH = 16
OVER_RED = 12.0  # a* above the original's from which skin looks burnt


class Gauge:
    """Measures a generator on fixed photos.

    Args:
        squares: sRGB (N, S, S, 3), the originals.
        network: whose features tell real from generated photos, or None. It is not asked where
            there are too few photos.
    """

    def __init__(self, squares: Pixels, network: FeatureNetwork | None) -> None:
        self.squares = squares
        self.network = network
        self.lightness = to_lightness(squares)
        self.truth = color.rgb_to_lab(torch.from_numpy(squares).permute(0, 3, 1, 2) / 255)[:, 1:]
        self.colourfulness = float(np.mean([colourfulness(Picture(square)) for square in squares]))
        self.features = None if network is None else network.features(squares)
        self.grey_kernel = self._kernel(colour_squares(squares, None))
        if self.grey_kernel <= 0:  # too few photos for it to tell even grey from colour
            self.network = None

    def measure(self, generator: Generator, critic: Critic | None = None) -> dict[str, float]:
        """Give the figures of a generator as it is now."""
        ab = self._colour(generator)
        pixels = to_pixels(self.lightness, ab)
        colour = float(np.mean([colourfulness(Picture(picture)) for picture in pixels]))
        figures = {
            "colourfulness": colour / self.colourfulness,
            "over red": over_red(self.lightness, self.truth, ab),
        }
        if self.network is not None:
            figures["kernel"] = self._kernel(pixels) / self.grey_kernel
        if critic is not None:
            figures["critic score"] = self._score(critic, ab)
        return figures

    def _kernel(self, pixels: Pixels) -> float:
        """Give the kernel distance of pictures from the originals; 0 without a network."""
        if self.network is None or self.features is None:
            return 0.0
        return kernel_distance(self.features, self.network.features(pixels))

    def _colour(self, generator: Generator) -> Tensor:
        with in_use(generator) as device:
            parts = _parts(self.lightness)
            return torch.cat([generator(part.to(device)).float().cpu() for part in parts])

    def _score(self, critic: Critic, ab: Tensor) -> float:
        """Give the critic's mean logit of the coloured photos."""
        pairs = zip(_parts(self.lightness), _parts(ab), strict=True)
        with in_use(critic) as device:
            logits = [critic(light.to(device), part.to(device)).mean() for light, part in pairs]
            return float(torch.stack(logits).float().mean())


def _parts(x: Tensor) -> list[Tensor]:
    return [x[first : first + BATCH] for first in range(0, len(x), BATCH)]


def over_red(lightness: Tensor, truth: Tensor, ab: Tensor) -> float:
    """Give the share of skin-like pixels of the originals that came out too red.

    Skin-like: L* 30 to 90, chroma 10 to 45, hue 20 to 75 degrees; too red: a* more than 12 above.
    Narrower than `skin.skin_mask`, which looks at the centres of faces alone: among all photos
    wood, sand and dusk have skin's colours too.
    """
    chroma = color.chroma(truth)[:, 0]
    hue = torch.rad2deg(torch.atan2(truth[:, 1], truth[:, 0]))
    light = lightness[:, 0]
    skin = (light > 30) & (light < 90) & (chroma > 10) & (chroma < 45) & (hue > 20) & (hue < 75)
    red = (ab[:, 0] - truth[:, 0]) > OVER_RED
    return float((skin & red).sum() / skin.sum().clamp(min=1))
