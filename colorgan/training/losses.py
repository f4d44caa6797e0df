"""Loss terms of the generator: each a function or small module with one number as its answer."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from ..networks.trunk import build_trunk, import_timm, maps_of


def huber(ab: Tensor, truth: Tensor, *, delta: float, chroma_bonus: float) -> Tensor:
    """Huber loss between ab (N, 2, H, W), in units of delta.

    Args:
        ab, truth: CIE units.
        delta: distance from which the loss grows linearly.
        chroma_bonus: true chroma at which a pixel counts twice (0: all count once). Greyish
            pixels are the most frequent by far; without a weight they pull all colours down
            (the rebalancing of Zhang 2016, as a weight on a regression).
    """
    loss = F.huber_loss(ab, truth, delta=delta, reduction="none").sum(1, keepdim=True) / delta
    if not chroma_bonus:
        return loss.mean() / delta
    weight = 1 + color.chroma(truth) / chroma_bonus
    return (loss * weight).sum() / weight.sum() / delta


class Teacher(nn.Module):
    """A frozen pretrained network whose features say how alike two pictures are.

    Args:
        name: a timm network.
        weights: "timm" for timm's own, or a safetensors file.

    Attributes:
        channels: of the maps, shallow to deep.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: str, weights: str | Path | None) -> None:
        super().__init__()
        self.trunk = build_trunk(name, channels=3, weights=weights).eval().requires_grad_(False)
        self.channels = maps_of(self.trunk)[0]
        settings = import_timm().get_pretrained_cfg(name)
        mean, std = torch.tensor(settings.mean), torch.tensor(settings.std)
        self.register_buffer("mean", mean[:, None, None], persistent=False)
        self.register_buffer("std", std[:, None, None], persistent=False)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """Give the maps of sRGB (N, 3, H, W) in 0..1, shallow to deep."""
        maps: list[Tensor] = self.trunk((rgb - self.mean) / self.std)
        return maps


def perceptual(maps: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Distance of two pictures' features: channels scaled to unit length, squared difference.

    The uncalibrated form of LPIPS (Zhang 2018, arXiv:1801.03924), over all maps but the deepest.
    """
    terms = [
        (F.normalize(a.float(), dim=1) - F.normalize(b.float(), dim=1)).square().sum(1).mean()
        for a, b in zip(maps[:-1], truth[:-1], strict=True)
    ]
    return torch.stack(terms).mean()


class Distillation(nn.Module):
    """Cosine distance between a trunk's two deepest maps and a teacher's.

    The trunk's maps go through a 1x1 projection that is trained along and thrown away.
    """

    def __init__(self, channels: list[int], teacher_channels: list[int]) -> None:
        super().__init__()
        self.projections = nn.ModuleList(
            nn.Conv2d(a, b, 1) for a, b in zip(channels[-2:], teacher_channels[-2:], strict=True)
        )

    def forward(self, maps: list[Tensor], teacher_maps: list[Tensor]) -> Tensor:
        """Give the mean distance, 0 (alike) to 2."""
        distances = []
        pairs = zip(self.projections, maps[-2:], teacher_maps[-2:], strict=True)
        for project, own, target in pairs:
            aligned = F.interpolate(project(own).float(), target.shape[-2:], mode="bilinear")
            distances.append(1 - F.cosine_similarity(aligned, target.float(), dim=1).mean())
        return torch.stack(distances).mean()
