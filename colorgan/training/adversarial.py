"""The game of generator and critic: what each one's logits cost it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .recipe import Adversarial

REAL, GENERATED = 1.0, 0.0
SOFT_REAL, SOFT_GENERATED = (0.9, 1.0), (0.0, 0.1)


def critic_loss(game: Adversarial, real: Tensor, generated: Tensor, rng: torch.Generator) -> Tensor:
    """Return the critic's loss: the mean of that on real and on generated pictures.

    Both come from forwards of their own: mixed in one batch, batch norm lets a critic tell them
    apart by their company, and it ends at 0.5 for all (the trap that `landscape` fell into).

    Args:
        game: objective and labels.
        real, generated: logits of any shape.
        rng: draws the soft labels.
    """
    if game.objective == "hinge":  # Lim 2017, Miyato 2018
        return (F.relu(1 - real).mean() + F.relu(1 + generated).mean()) / 2
    ranges = (SOFT_REAL, SOFT_GENERATED) if game.soft_labels else ((REAL,) * 2, (GENERATED,) * 2)
    return (
        sum(
            (
                _distance(game, logits, low + (high - low) * _draw(logits, rng))
                for logits, (low, high) in zip((real, generated), ranges, strict=True)
            ),
            start=torch.zeros((), device=real.device),
        )
        / 2
    )


def generator_loss(game: Adversarial, generated: Tensor) -> Tensor:
    """Return what it costs the generator that the critic sees through its pictures."""
    if game.objective == "hinge":
        return -generated.mean()
    return _distance(game, generated, torch.full_like(generated, REAL))


def _distance(game: Adversarial, logits: Tensor, labels: Tensor) -> Tensor:
    if game.objective == "least-squares":  # Mao 2017
        return F.mse_loss(logits, labels)
    return F.binary_cross_entropy_with_logits(logits, labels)


def _draw(like: Tensor, rng: torch.Generator) -> Tensor:
    return torch.rand(like.shape, generator=rng).to(like)


def weights_of(game: Adversarial) -> tuple[float, float]:
    """Return how much the generator's other terms and its adversarial term count."""
    return (1 - game.factor if game.convex else 1.0), game.factor
