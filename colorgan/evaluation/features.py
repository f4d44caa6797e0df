"""Distances between sets of pictures by the features of a network.

A set of coloured photos may be right on average and still look unlike photos: pale, brown, noisy.
The features of an ImageNet network see that, whichever colour each single thing has.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..networks.trunk import build_trunk, import_timm

BATCH = 32
Features = NDArray[np.float64]


class FeatureNetwork(nn.Module):
    """The mean over space of a network's deepest map.

    Args:
        name: a timm network.
        weights: "timm" for timm's own from the Hub, or a safetensors file.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, name: str, weights: str | Path | None) -> None:
        super().__init__()
        self.trunk = build_trunk(name, channels=3, weights=weights).eval().requires_grad_(False)
        settings = import_timm().get_pretrained_cfg(name)
        for key, values in (("mean", settings.mean), ("std", settings.std)):
            self.register_buffer(key, torch.tensor(values)[:, None, None], persistent=False)

    @torch.inference_mode()
    def features(self, pixels: NDArray[np.uint8]) -> Features:
        """Give the features (N, D) of sRGB pictures (N, H, W, 3)."""
        found = []
        for first in range(0, len(pixels), BATCH):
            rgb = torch.from_numpy(pixels[first : first + BATCH]).permute(0, 3, 1, 2) / 255
            maps = self.trunk((rgb.to(self.mean) - self.mean) / self.std)
            found.append(maps[-1].mean((2, 3)).double().cpu().numpy())
        return np.concatenate(found)


def frechet_distance(first: Features, second: Features) -> float:
    """Frechet distance of two sets of features (N, D) taken as Gaussians (Heusel 2017).

    Tr((A B)^1/2) is the sum of the singular values of the product of the centred sets, which
    needs no root of a D x D matrix and stays exact where there are fewer pictures than features.
    """
    a, b = (set_ - set_.mean(0) for set_ in (first, second))
    shift = np.square(first.mean(0) - second.mean(0)).sum()
    spread_a, spread_b = (np.square(x).sum() / (len(x) - 1) for x in (a, b))
    common = np.linalg.norm(a @ b.T, "nuc") / np.sqrt((len(a) - 1) * (len(b) - 1))
    return float(shift + spread_a + spread_b - 2 * common)


def kernel_distance(first: Features, second: Features) -> float:
    """Kernel distance of two sets of features (N, D), unbiased (Binkowski 2018, "KID").

    The squared maximum mean discrepancy by the kernel (x.y / D + 1)^3; about 0, also slightly
    below, for two samples of one kind.
    """

    def kernel(x: Features, y: Features) -> Features:
        return np.asarray((x @ y.T / x.shape[1] + 1) ** 3)

    def within(x: Features) -> float:
        values = kernel(x, x)
        return float((values.sum() - np.trace(values)) / (len(x) * (len(x) - 1)))

    return within(first) + within(second) - 2 * float(kernel(first, second).mean())
