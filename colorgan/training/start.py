"""What a training starts from: the networks, and what is counted before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from .. import color, hub
from ..color import ab_grid
from ..device import choose_device, has_fast_bfloat16
from ..networks import Config, Network, network_of, settings_of
from ..networks.critics import Critic, critic_of
from .data import ALONE, Source
from .recipes import Recipe
from .run import Run


def tune(device: torch.device) -> None:
    """Let a GPU take its quick ways: TensorFloat-32, and the fastest convolution for each shape."""
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True


def precision_of(recipe: Recipe) -> str:
    """Give accelerate's word for the precision to compute in."""
    if recipe.precision == "auto":
        return "bf16" if has_fast_bfloat16(choose_device().type) else "no"
    return "no" if recipe.precision == "fp32" else recipe.precision


def adopt(recipe: Recipe, run: Run) -> Recipe:
    """Give the recipe with the generator of the model that the run starts from, if there is one.

    Where the recipe's loss is on colour classes and that model has none, it gets a new head.

    Raises:
        ColorganError: there is no such model, or the recipe's losses do not fit its generator.
    """
    if run.init is None:
        return recipe
    settings: Any = settings_of(hub.read_config(hub.resolve(run.init).path))
    if recipe.losses.classes:
        settings = settings.with_distribution()
    return replace(recipe, generator=settings)


def start_generator(recipe: Recipe, run: Run) -> tuple[Network, list[Any]]:
    """Make the network from another model's weights or from the trunk's alone.

    Returns:
        the network, and the trainings that its weights went through before.
    """
    if run.init is None:
        kind: Any = network_of(recipe.generator)
        trunk = {"trunk_weights": recipe.trunk_weights} if recipe.generator.has_trunk else {}
        return kind(recipe.generator, **trunk), []
    folder = hub.resolve(run.init).path
    network = hub.load_network(folder)
    if recipe.generator != network.settings:  # but for what adopt() took from this very model
        network = with_settings(network, recipe.generator)
    return network, hub.history(folder)


def with_settings(network: Network, settings: Config) -> Network:
    """Give a network of other settings with this one's weights; what differs in shape is random."""
    other = network_of(settings)(settings)
    own = other.state_dict()
    kept = {k: v for k, v in network.state_dict().items() if k in own and v.shape == own[k].shape}
    other.load_state_dict({**own, **kept})
    return other


def start_critic(recipe: Recipe) -> Critic | None:
    """Make the critic, untrained; None where no stage has one."""
    playing = any(stage.kind != "generator" for stage in recipe.unrolled)
    return (
        critic_of(recipe.critic)(recipe.critic) if playing and recipe.critic is not None else None
    )


def class_weights(recipe: Recipe, photos: Source) -> Tensor | None:
    """Give how much each colour class counts, from how often it occurs in some of the photos."""
    strength = recipe.rebalancing
    if not strength:
        return None
    batches = photos.batches(0, 64, 64, ALONE)
    prior = count_classes([next(batches).crops for _ in range(32)])
    return ab_grid.rebalancing(prior, ab_grid.centres(), mix=1 - strength)


def count_classes(crops: Sequence[Tensor]) -> Tensor:
    """Give how often each colour class occurs (K,) in crops (N, 3, S, S) uint8."""
    centres = ab_grid.centres()
    counts = torch.zeros(len(centres))
    for batch in crops:
        ab = color.rgb_to_lab(batch[..., ::2, ::2] / 255)[:, 1:]
        counts += torch.bincount(ab_grid.nearest(ab, centres).flatten(), minlength=len(centres))
    return counts / counts.sum()
