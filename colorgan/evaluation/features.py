"""Distances between sets of pictures by the features of a network.

A set of coloured photos may be right on average and still look unlike photos: pale, brown, noisy.
The features of an ImageNet network see that, whichever colour each single thing has. Distances by
different networks cannot be compared, so the network's name is part of the measure's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..networks.trunk import Normalise, create
from .statistics import Estimate, percentiles, too_few

BATCH = 2  # that many pictures' maps fit into a CPU's cache: twice as fast as 32
RESAMPLES = 200
FEWEST = {"frechet": 100, "kernel": 50}  # photos under which a distance says nothing
Features = NDArray[np.float64]


class FeatureNetwork(nn.Module):
    """A timm network that gives its pooled features.

    Args:
        name: timm's name of it.
        weights: "timm" for timm's own from the Hub, or a safetensors file.
        settings: for timm's create_model, such as {"pad_type": "same"}; `mean` and `std` of the
            input, else timm's for this network.

    Raises:
        ModelError: it cannot be had; names the alternatives.
    """

    def __init__(
        self, name: str, weights: str | Path, settings: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        given = dict(settings or {})
        self.name = name
        normal = {key: given.pop(key, None) for key in ("mean", "std")}
        network: Any = create(name, weights, "feature network", **given)
        network.eval().requires_grad_(False)
        self.network: nn.Module = network.to(memory_format=torch.channels_last)
        channels = {
            key: network.default_cfg[key] if value is None else (value,) * 3
            for key, value in normal.items()
        }
        self.normalise = Normalise(**channels)

    @torch.inference_mode()
    def features(self, pixels: NDArray[np.uint8]) -> Features:
        """Return pooled features (N, D) of sRGB pictures (N, H, W, 3)."""
        features = []
        for first in range(0, len(pixels), BATCH):
            rgb = torch.from_numpy(pixels[first : first + BATCH]).permute(0, 3, 1, 2) / 255
            maps = self.network.forward_features(self.normalise(rgb.to(self.normalise.mean)))  # type: ignore[operator]
            pooled = self.network.forward_head(maps, pre_logits=True)  # type: ignore[operator]
            features.append(pooled.double().cpu().numpy())
        return np.concatenate(features)


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
    """Kernel distance of two equally large sets of features (N, D), unbiased (Binkowski 2018).

    The squared maximum mean discrepancy by the kernel (x.y / D + 1)^3; about 0, also slightly
    below, for two samples of one kind.
    """
    return _discrepancy(_kernels(first, second), ~np.eye(len(first), dtype=bool))


def _kernels(first: Features, second: Features) -> list[Features]:
    pairs = ((first, first), (second, second), (first, second))
    return [np.asarray((x @ y.T / x.shape[1] + 1) ** 3) for x, y in pairs]


def _discrepancy(kernels: list[Features], apart: NDArray[np.bool_]) -> float:
    """Return the squared discrepancy; within a set only pairs that are apart count."""
    xx, yy, xy = kernels
    return float(xx[apart].mean() + yy[apart].mean() - 2 * xy.mean())


def distances(coloured: Features, original: Features) -> dict[str, Estimate]:
    """Return Frechet and kernel distance of coloured photos from their originals.

    The kernel distance has a bootstrap interval over photos; the Frechet distance has none, since
    it grows as photos repeat.
    """
    found = {}
    for name, distance in (("frechet", frechet_distance), ("kernel", kernel_distance)):
        if len(coloured) < FEWEST[name]:
            found[name] = too_few(FEWEST[name], len(coloured))
            continue
        value = distance(coloured, original)
        interval = _kernel_interval(coloured, original) if name == "kernel" else None
        found[name] = Estimate(value, interval)
    return found


def _kernel_interval(first: Features, second: Features) -> tuple[float, float]:
    """Return the interval of the kernel distance of paired sets; a photo is not its own company."""
    kernels = _kernels(first, second)
    rng = np.random.default_rng(0)
    values = []
    for _ in range(RESAMPLES):
        chosen = rng.integers(0, len(first), len(first))
        apart = chosen[:, None] != chosen[None]
        drawn = [kernel[np.ix_(chosen, chosen)] for kernel in kernels]
        values.append(_discrepancy(drawn, apart))
    return percentiles(values)
