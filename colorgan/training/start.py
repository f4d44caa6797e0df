"""What a training starts from: the networks, and what is counted before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from torch import Tensor

from .. import color, hub
from ..color import ab_grid
from ..device import choose_device, has_fast_bfloat16
from ..errors import TrainingError
from ..evaluation import protocol
from ..evaluation.metrics import Pixels
from ..networks import (
    Config,
    Network,
    RestorationConfig,
    UNet,
    UNetConfig,
    network_of,
    settings_of,
)
from ..networks.critics import Critic, critic_of
from ..networks.trunk import build_trunk
from ..photo.keeping import spare
from ..photoset.curate import is_grey
from ..photoset.sources import evenly, pick
from . import checkpoint
from .data import ALONE, Source
from .recipe import Recipe
from .run import RECIPE, SAMPLES, Run, check_resumable, read_init

JUDGED = 200  # validation photos measured on while training
COUNTED = 32  # batches of 64 crops in which colours are counted


@dataclass(frozen=True)
class Start:
    """What a training starts from.

    Attributes:
        run: where it goes.
        recipe: with the generator of the model that it starts from, if there is one.
        network: with that model's weights, the trunk's alone, or those of a run to be resumed,
            which its checkpoint brings.
        init: the name of that model, or None.
        history: the trainings that its weights went through before.
        validation: names and files of the photos to judge by, at most 200.
    """

    run: Run
    recipe: Recipe
    network: Network
    init: str | None
    history: list[Any]
    validation: list[tuple[str, bytes]]

    def squares(self, count: int) -> Pixels:
        """Return evenly picked validation photos as sRGB squares (N, S, S, 3), S the largest
        crop."""
        size, photos = self.recipe.largest, evenly(self.validation, count)
        found = [square for _, square in protocol.squares(photos, size)]
        return np.stack(found) if found else np.zeros((0, size, size, 3), np.uint8)


def begin(recipe: Recipe, run: Run) -> Start:
    """Make the network of a run, after all has been checked that can be before photos are read.

    Raises:
        ColorganError: the folder holds another run or none to resume, a model or a package is
            missing, the recipe does not fit them, or there is nothing to judge by in `--val`.
    """
    torch.manual_seed(recipe.seed)
    precision_of(recipe)
    for tracker in run.log:
        if find_spec(tracker) is None:
            raise TrainingError(f"--log {tracker} needs its package: run `pip install {tracker}`.")
    if run.resume:
        recipe, network, history, init = _resumed(recipe, run)
    else:
        if checkpoint.checkpoints(run.folder):
            raise TrainingError(
                f"The folder {run.folder} holds a run already: go on with it by --resume, or name "
                "another folder as --out."
            )
        _spare(run.folder)
        recipe, network, history = _new(recipe, run)
        if recipe.losses.experts and not _has_experts(recipe):
            raise TrainingError(
                "Only a restorer that has experts learns when they mend: give one some by "
                "benchmarks/experts.py and begin with it, as --init."
            )
        init = run.init
    return Start(run, recipe, network, init, history, _validation(recipe, run))


def _has_experts(recipe: Recipe) -> bool:
    settings = recipe.generator
    return isinstance(settings, RestorationConfig) and bool(
        settings.experts or settings.tone_experts
    )


def _spare(folder: Path) -> None:
    """Refuse a new run in a folder where it would replace what is not a run's.

    Raises:
        ColorganError: names the file.
    """
    if not (folder / RECIPE).exists():
        there = [name for name in hub.FILES if (folder / name).exists()]
        if there:
            raise TrainingError(
                f"The folder {folder} holds no run, but a {there[0]} that a run would replace. "
                "Name another folder as --out."
            )
    spare((folder / SAMPLES).glob("*.jpg"))


def _resumed(recipe: Recipe, run: Run) -> tuple[Recipe, Network, list[Any], str | None]:
    """Return what a run began with; its weights come from its checkpoint."""
    found = checkpoint.checkpoints(run.folder)
    if not found:
        raise TrainingError(f"There is nothing to resume in {run.folder}: it has no checkpoint.")
    init = read_init(run)
    if run.init not in (None, init):
        raise TrainingError(
            f"The run in {run.folder} began from {init or 'no model'} and not from {run.init}: "
            "resume it without --init."
        )
    if init is not None:
        settings: Any = settings_of(hub.read_config(found[-1]))
        recipe = replace(recipe, generator=settings)
    check_resumable(recipe, run)
    network = network_of(recipe.generator).from_settings(recipe.generator)
    return recipe, network, hub.history(found[-1])[:-1], init  # the last one is this run's own


def _new(recipe: Recipe, run: Run) -> tuple[Recipe, Network, list[Any]]:
    """Make the network from another model's weights, or from the trunk's alone, or from both.

    With a model only a file of a trunk's weights counts: "timm" is what recipes say where there is
    none, and the model has more.
    """
    if run.init is None:
        kind: Any = network_of(recipe.generator)
        trunk = {"trunk_weights": recipe.trunk_weights} if recipe.generator.has_trunk else {}
        return recipe, kind(recipe.generator, **trunk), []
    folder = hub.resolve(run.init).path
    network = hub.load_network(folder)
    settings: Any = network.settings
    wanted = recipe.generator
    if recipe.losses.classes:
        settings = settings.with_distribution()
    if recipe.losses.hints and isinstance(network, UNet):
        settings = settings.with_likeness()
    if isinstance(settings, UNetConfig) and isinstance(wanted, UNetConfig) and wanted.context:
        settings = replace(settings, context=wanted.context)
    if isinstance(settings, RestorationConfig) and isinstance(wanted, RestorationConfig):
        # What it does with details only the training of details teaches.
        taught = wanted if recipe.losses.huber else settings
        settings = replace(
            wanted,
            width=settings.width,
            blocks=settings.blocks,
            near=taught.near,
            context=taught.context,
            experts=settings.experts,
            fine=wanted.fine or settings.fine,
            lies=wanted.lies or settings.lies,
            tone_experts=settings.tone_experts,
        )
    if settings != network.settings:
        network = with_settings(network, settings)
    if isinstance(network, UNet) and recipe.trunk_weights not in (None, "timm"):
        network.trunk = build_trunk(network.settings.trunk, weights=recipe.trunk_weights)
    return replace(recipe, generator=settings), network, hub.history(folder)


def with_settings(network: Network, settings: Config) -> Network:
    """Return a network of other settings with this one's weights; what differs in shape is
    random."""
    other = network_of(settings)(settings)
    own = other.state_dict()
    kept = {k: v for k, v in network.state_dict().items() if k in own and v.shape == own[k].shape}
    other.load_state_dict({**own, **kept})
    return other


def _validation(recipe: Recipe, run: Run) -> list[tuple[str, bytes]]:
    """Pick the photos to judge by, and see to it that there is one that can be."""
    photos = pick(run.validation, JUDGED)
    colours = network_of(recipe.generator).kind == "generator"
    squares = (square for _, square in protocol.squares(photos, protocol.SIZE))
    if photos and not any(not colours or not is_grey(square) for square in squares):
        raise TrainingError(
            f"None of {len(photos)} photos of --val can be judged by: they are grey or cannot be "
            "read. Name others, or leave --val out."
        )
    return photos


def is_main_process() -> bool:
    """Return whether this is the process that speaks, of several that train together."""
    return bool(PartialState(cpu=choose_device().type == "cpu").is_main_process)


def tune(device: torch.device) -> None:
    """Let a GPU take its quick ways: TensorFloat-32, and the fastest convolution for each shape."""
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True


def precision_of(recipe: Recipe) -> str:
    """Return accelerate's word for the precision to compute in.

    Raises:
        TrainingError: the device cannot compute in it.
    """
    device = choose_device().type
    if recipe.precision == "auto":
        return "bf16" if has_fast_bfloat16(device) else "no"
    if recipe.precision == "fp16" and device != "cuda":
        raise TrainingError(
            "--precision fp16 needs a CUDA GPU, and there is none: leave it out, or take bf16."
        )
    return "no" if recipe.precision == "fp32" else recipe.precision


def start_critic(recipe: Recipe) -> Critic | None:
    """Make the critic, untrained; None where no stage has one."""
    playing = any(stage.kind != "generator" for stage in recipe.unrolled)
    if not playing or recipe.critic is None:
        return None
    return critic_of(recipe.critic)(recipe.critic)


def class_weights(recipe: Recipe, photos: Source) -> Tensor | None:
    """Return how much each colour class counts, from how often it occurs in some of the photos."""
    strength = recipe.rebalancing
    if not strength:
        return None
    with closing(photos.batches(0, 64, 64, ALONE)) as batches:
        prior = count_classes([batch.crops for batch in islice(batches, COUNTED)])
    return ab_grid.rebalancing(prior, ab_grid.centres(), mix=1 - strength)


def count_classes(crops: Sequence[Tensor]) -> Tensor:
    """Return how often each colour class occurs (K,) in crops (N, 3, S, S) uint8."""
    centres = ab_grid.centres()
    counts = torch.zeros(len(centres))
    for batch in crops:
        ab = color.rgb_to_lab(batch[..., ::2, ::2] / 255)[:, 1:]
        counts += torch.bincount(ab_grid.nearest(ab, centres).flatten(), minlength=len(centres))
    return counts / counts.sum()
