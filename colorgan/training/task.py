"""What every task can do for the loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..evaluation import quick
from ..networks import Network
from ..networks.contract import AB_CHANNELS
from .pictures import Pictures

Seen = tuple[Tensor, Tensor]
"""A picture as a critic sees it: lightness (N, 1, H, W) and ab (N, 2, H, W)."""


class Task(nn.Module):
    """What a network is trained for."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return what is trained, each group with its "rate", a share of the learning rate."""
        raise NotImplementedError

    def forward(self, seen: Pictures) -> tuple[dict[str, Tensor], Seen]:
        """Return each term, weighted, and the generated pictures for a critic to score."""
        raise NotImplementedError

    def played(self, seen: Pictures) -> tuple[Seen, Seen]:
        """Return the true and the generated pictures of a batch for a critic to tell apart."""
        raise NotImplementedError

    def figures(self, network: Network, photos: Sequence[tuple[str, bytes]]) -> dict[str, float]:
        """Measure a network, the average of what is trained, on photos, names and files."""
        return quick.figures(network, photos)


def grey(lightness: Tensor) -> Seen:
    """Return a lightness (N, 1, H, W) as a picture without colour."""
    return lightness, torch.zeros_like(lightness).expand(-1, AB_CHANNELS, -1, -1)
