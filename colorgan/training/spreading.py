"""Teaches a generator by what its hints should spread: through the spreading itself.

Some true colours of each crop are given as hints, as a person would give them; they are spread in
closed form by the points that the generator makes of what it sees; what is wrong after that is the
loss. Only these points are learned (`networks.likeness`): what the generator answers without hints
stays as it was, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..evaluation import hinted
from ..evaluation.protocol import SIZE
from ..hints import spreading
from ..networks import Network, UNet
from .pictures import Pictures
from .recipe import Recipe
from .task import Seen, Task

COUNTS = (1, 1, 2, 3, 4, 6, 10, 14)  # hints of a crop, as likely as they stand here
ASKED = 0.6  # share of the crops whose hints lie where much is wrong; elsewhere anywhere
JUDGED = 40  # photos
FLOOR = 4.0  # CIE units squared: what is nearer than that is no gain


class HintsTask(Task):
    """Trains the points by which hints spread.

    Attributes:
        generator: whose points are trained.
    """

    def __init__(self, recipe: Recipe, generator: UNet) -> None:
        super().__init__()
        self.recipe = recipe
        self.generator = generator.requires_grad_(False)
        generator.likeness.requires_grad_(True)

    def train(self, mode: bool = True) -> HintsTask:
        """Set the mode; all statistics stay."""
        super().train(mode)
        self.generator.eval()
        return self

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the maps to the points, at the full learning rate."""
        return [{"params": list(self.generator.likeness.parameters()), "rate": 1.0}]

    def forward(self, seen: Pictures) -> tuple[dict[str, Tensor], Seen]:
        """Return what is wrong after the hints, in dB, and the photos as they are without."""
        with torch.no_grad():
            answer = self.generator.see(seen.lightness)
        assert answer.features is not None
        points = self.generator.points(answer.features, seen.lightness, answer.ab)
        errors = [
            _left(answer.ab[[i]], seen.lightness[[i]], points[[i]], seen.ab[[i]])
            for i in range(len(points))
        ]
        loss = self.recipe.losses.hints * torch.stack(errors).mean()
        return {"hints": loss}, (seen.lightness, answer.ab)

    def figures(self, network: Network, photos: Sequence[tuple[str, bytes]]) -> dict[str, float]:
        """Return what hints gain, PSNR in dB, by their number and how their places are chosen."""
        assert isinstance(network, UNet)
        models = {"model": network}
        found = hinted.judge_hints(
            models, photos[:JUDGED], (0, 1, 3, 10), size=SIZE, progress=False
        )
        rows = found.figures()["model"]
        return {
            f"{way} {count}": figures["psnr"]["mean"] - numbers["0"]["psnr"]["mean"]
            for way, numbers in rows.items()
            for count, figures in numbers.items()
            if count != "0"
        }


def _left(ab: Tensor, lightness: Tensor, points: Tensor, truth: Tensor) -> Tensor:
    """Return what is wrong of one photo after some hints, its mean square in dB.

    Args:
        ab: (1, 2, H, W), the generator's answer.
        lightness: L* (1, 1, H, W).
        points: (1, D, h, w).
        truth: (1, 2, H, W).
    """
    shape = points.shape[-2:]
    own, true = (F.interpolate(x, shape, mode="area") for x in (ab, truth))
    places = spreading.embed(lightness, ab, None, points)
    index = _chosen(own, true)
    y, x = index // shape[1], index % shape[1]
    anchors = spreading.Anchors(
        (x + 0.5) / shape[1],
        (y + 0.5) / shape[0],
        torch.zeros(len(index)),
        true[0].flatten(1).T[index],
        torch.ones(len(index)),
    )
    gain, offset = spreading.fields(places, anchors)
    wrong = (gain * own + offset - true).square().mean()
    return 10 * torch.log10(wrong + FLOOR)


def _chosen(own: Tensor, true: Tensor) -> Tensor:
    """Choose the places of hints (K,), where much is wrong or anywhere."""
    count = min(COUNTS[int(torch.randint(len(COUNTS), ()))], own[0, 0].numel())
    error = (own - true).square().sum(1, keepdim=True).sqrt()
    side = max(min(error.shape[-2:]) // 16, 1)  # half the side of the judge's box
    wrong = F.avg_pool2d(error, 2 * side + 1, 1, side, count_include_pad=False).flatten()
    chances = wrong**3 + 1e-6 if float(torch.rand(())) < ASKED else torch.ones_like(wrong)
    return torch.multinomial(chances, count)
