"""Loss terms of the generator: each a function or small module with one number as its answer."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from ..color import ab_grid
from ..networks.restoration import apply_curves
from ..networks.surface import Laid
from ..networks.trunk import Normalise, build_trunk, import_timm, maps_of

LAID = 5.0
"""L* from which an error of what lies over a picture counts linearly."""
SLIGHT = 0.15
"""Strength of a damage up to which nobody need tell it."""


def l1(ab: Tensor, truth: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean absolute error of ab (N, 2, H, W) in CIE units, counted in -1..1 as the reports do."""
    return _weighted((ab - truth).abs() / color.AB_MAX, weight)


def mse(ab: Tensor, truth: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean squared error of ab (N, 2, H, W) in CIE units, counted in -1..1."""
    return _weighted(((ab - truth) / color.AB_MAX).square(), weight)


def huber(ab: Tensor, truth: Tensor, weight: Tensor | None = None, *, delta: float) -> Tensor:
    """Huber loss between ab (N, 2, H, W) in CIE units, counted in units of delta.

    Args:
        ab, truth: CIE units.
        weight: (N, 1, H, W), how much each pixel counts.
        delta: distance from which the loss grows linearly.
    """
    loss = F.huber_loss(ab, truth, delta=delta, reduction="none").sum(1, keepdim=True)
    return _weighted(loss / delta**2, weight)


def log_errors(found: Tensor, truth: Tensor, slight: float) -> Tensor:
    """Logarithm of each picture's squared error (N,), as PSNR counts it.

    Args:
        found, truth: L* (N, 1, H, W).
        slight: an error in L* that hardly counts.
    """
    errors = (found.float() - truth.float()).square().mean((1, 2, 3))
    return (errors + slight**2).log()


def sure(
    logits: Tensor,
    before: Tensor,
    after: Tensor,
    truth: Tensor,
    slight: float,
    own: Tensor | None = None,
) -> Tensor:
    """Cross-entropy of whether mending is nearer, weighed by how much nearer or farther in PSNR.

    Args:
        logits: (N,) of mending.
        before, after, truth: L* (N, 1, H, W).
        slight: an error in L* that hardly counts.
        own: which pictures (N,) may be mended at all; None: all.
    """
    gain = log_errors(before, truth, slight) - log_errors(after, truth, slight)
    wanted = gain > 0 if own is None else (gain > 0) & own
    loss = F.binary_cross_entropy_with_logits(logits, wanted.float(), reduction="none")
    return (loss * gain.abs()).mean()


def laid(found: Laid, seen: Tensor, changes: Tensor, slight: float) -> Tensor:
    """What is said of damages that lie over pictures: where, how to undo them, and whether to.

    Args:
        found: what is said of views.
        seen: the views (N, 1, h, w) in L*.
        changes: by how much each damage changed the lightness (N, K, h, w).
        slight: an error in L* that hardly counts.
    """
    there = (changes.abs() > 1).float()
    where = F.binary_cross_entropy_with_logits(found.where, there, reduction="none")
    undone = torch.cat([apply_curves(how, seen) - seen for how in found.how.unbind(1)], dim=1)
    how = F.huber_loss(undone, -changes, delta=LAID, reduction="none") * there
    truth = seen - changes.sum(1, keepdim=True)
    gate = sure(found.sure, seen, apply_curves(found.curves.detach(), seen), truth, slight)
    return (
        where.mean((0, 2, 3)).sum()
        + 0.2 * how.sum() / there.sum().clamp(min=1) / LAID**2
        + 0.3 * gate
    )


def told(logits: Tensor, strengths: Tensor) -> Tensor:
    """Cross-entropy of what befell pictures (N, K); what is hardly to be seen counts nothing.

    Args:
        logits: of each damage.
        strengths: 0 for what did not befall.
    """
    loss = F.binary_cross_entropy_with_logits(logits, (strengths > 0).float(), reduction="none")
    seen = (strengths == 0) | (strengths > SLIGHT)
    return (loss * seen).sum() / seen.sum().clamp(min=1)


def _weighted(loss: Tensor, weight: Tensor | None) -> Tensor:
    return loss.mean() if weight is None else (loss * weight).mean() / weight.mean()


def rgb_l1(rgb: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute error of sRGB (N, 3, H, W) in 0..1, counted in -1..1."""
    return 2 * (rgb - truth).abs().mean()


def colourfulness(rgb: Tensor) -> Tensor:
    """Colourfulness M3 (Hasler and Suesstrunk 2003), over 100, of sRGB (N, 3, H, W): (N,)."""
    red, green, blue = rgb.flatten(2).unbind(1)
    rg, yb = red - green, (red + green) / 2 - blue
    # The floor keeps the gradient of a grey picture finite.
    spread = (rg.var(1) + yb.var(1) + 1e-8).sqrt()
    shift = (rg.mean(1).square() + yb.mean(1).square() + 1e-8).sqrt()
    return (spread + 0.3 * shift) * 2.55


def class_loss(logits: Tensor, truth: Tensor, centres: Tensor, weights: Tensor | None) -> Tensor:
    """Cross-entropy between a distribution over colour classes and the soft-encoded truth.

    Args:
        logits: (N, K, h, w).
        truth: ab (N, 2, H, W) in CIE units; its mean over each of the h x w fields is asked for.
        centres: of the classes, (K, 2).
        weights: how much each class counts (K,), or None for all alike.
    """
    ab = F.interpolate(truth, logits.shape[-2:], mode="area")
    indices, shares = ab_grid.soft_encode(ab, centres)
    entropy = -(logits.log_softmax(1).gather(1, indices) * shares).sum(1, keepdim=True)
    return _weighted(entropy, None if weights is None else weights[indices[:, :1]])


def distribution_loss(logits: Tensor, chances: Tensor) -> Tensor:
    """Cross-entropy between a distribution over colour classes and another model's (Hinton 2015).

    Args:
        logits: (N, K, h, w).
        chances: (N, K, H, W), the other's, adding up to 1; brought to h x w.
    """
    chances = F.interpolate(chances, logits.shape[-2:], mode="area")
    return -(logits.log_softmax(1) * chances).sum(1).mean()


class Teacher(nn.Module):
    """A frozen pretrained network whose features say how alike two pictures are.

    Args:
        name: a timm network.
        weights: "timm" for timm's own, or a safetensors file.

    Attributes:
        channels: of the maps, shallow to deep.
    """

    def __init__(self, name: str, weights: str | Path) -> None:
        super().__init__()
        self.trunk = build_trunk(name, channels=3, weights=weights).eval().requires_grad_(False)
        self.channels = maps_of(self.trunk)[0]
        settings = import_timm().get_pretrained_cfg(name)
        self.normalise = Normalise(settings.mean, settings.std)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """Return the maps of sRGB (N, 3, H, W) in 0..1, shallow to deep."""
        maps: list[Tensor] = self.trunk(self.normalise(rgb))
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


def map_error(map_: Tensor, truth: Tensor) -> Tensor:
    """Squared error of a map (N, C, H, W), each channel counted in the variance of its truth."""
    variance = truth.var((0, 2, 3), keepdim=True).clamp(min=1e-6)
    return ((map_ - truth).square() / variance).mean()


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
        """Return the mean distance, 0 (alike) to 2."""
        distances = []
        pairs = zip(self.projections, maps[-2:], teacher_maps[-2:], strict=True)
        for project, own, target in pairs:
            aligned = F.interpolate(project(own).float(), target.shape[-2:], mode="bilinear")
            distances.append(1 - F.cosine_similarity(aligned, target.float(), dim=1).mean())
        return torch.stack(distances).mean()
