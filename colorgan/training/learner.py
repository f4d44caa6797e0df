"""A network under training with its optimizer: how gradients become a step."""

from __future__ import annotations

from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from .recipe import Recipe


class Learner:
    """A task whose weights an optimizer moves.

    Args:
        task: gives the loss terms; it may be wrapped for several processes.
        groups: of its parameters, each with its "rate", a share of the recipe's learning rate.
        recipe: names the optimizer and its settings.
        accelerator: says where all of it happens.

    Attributes:
        task: the wrapped task.
        optimizer: Adam or AdamW.
    """

    def __init__(
        self,
        task: nn.Module,
        groups: list[dict[str, Any]],
        recipe: Recipe,
        accelerator: Accelerator,
    ) -> None:
        self.recipe, self.accelerator = recipe, accelerator
        task.to(accelerator.device)
        task.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.task = accelerator.prepare(task)  # before the views: it may lay the weights elsewhere
        self._trained: list[nn.Parameter] = [p for group in groups for p in group["params"]]
        # Fused Adam copies what does not lie in the order of its indices, so it sees each weight
        # under another shape, in the order of the memory: half the time.
        self._as_stored = [nn.Parameter(_as_stored(p.detach())) for p in self._trained]
        views = iter(self._as_stored)
        groups = [group | {"params": [next(views) for _ in group["params"]]} for group in groups]
        kind = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
        decay = recipe.weight_decay if recipe.optimizer == "adamw" else 0.0
        fused = accelerator.device.type != "mps"  # one pass over the weights: 5 times faster
        optimizer = kind(
            groups, recipe.learning_rate, betas=recipe.betas, weight_decay=decay, fused=fused
        )
        self.optimizer = accelerator.prepare(optimizer)

    def move(self, factor: float) -> None:
        """Step along the gradients at a multiple of the learning rate, and forget them."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * group["rate"] * factor
        for trained, view in zip(self._trained, self._as_stored, strict=True):
            if trained.grad is not None:  # several processes may give it in another layout,
                gradient = _as_stored(trained.grad, like=trained)
                view.grad = gradient.contiguous()  # which fused Adam would misread
            trained.grad = None
        if self.recipe.clip is not None:
            self.accelerator.clip_grad_norm_(self._as_stored, self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)


def _as_stored(x: Tensor, like: Tensor | None = None) -> Tensor:
    """Return a view of (N, C, H, W) as it lies in memory: (N, H, W, C) where it is channels last.

    Args:
        x: any shape; what has not four axes is given back.
        like: its layout decides instead; a gradient's own may say both where sides are 1.
    """
    like = x if like is None else like
    if like.ndim == 4 and like.is_contiguous(memory_format=torch.channels_last):
        return x.permute(0, 2, 3, 1)
    return x
