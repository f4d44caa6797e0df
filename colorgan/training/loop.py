"""The training loop: photos in, a model folder out."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .. import hub
from ..device import choose_device
from ..errors import TrainingError
from ..networks import UNet
from .checkpoint import Progress, load_state, save_state
from .data import Batches, PhotoStore
from .recipes import Recipe, Stage
from .task import GeneratorTask
from .watching import Watch

CHECKPOINT_SECONDS = 240.0
WARMUP = 0.03  # share of the training in which the learning rate rises


@dataclass(frozen=True)
class Run:
    """What a run is besides its recipe."""

    folder: Path
    """Gets checkpoint, model, recipe and curves."""
    data: tuple[str, ...]
    """Where the photos came from; written down."""
    validation: tuple[str, ...] = ()
    """Photos to judge by while training; none: no judging."""
    validation_photos: int = 200
    """How many of them."""
    init: str | None = None
    """Model to start from."""
    resume: bool = False
    """Go on with the run that is in the folder."""
    max_steps: int | None = None
    """Stop early."""


def train(recipe: Recipe, run: Run, store: PhotoStore) -> Path:
    """Train a generator by a recipe on decoded photos; give the folder of the model.

    Raises:
        TrainingError: it was stopped, a loss is not finite, or the disk is full.
    """
    trainer = Trainer(recipe, run, store)
    write_recipe(recipe, run)
    try:
        trainer.run_stages()
    except KeyboardInterrupt:
        trainer.keep()
        raise TrainingError(
            f"Stopped after {trainer.progress.seen} photos. All is kept: go on by the same "
            "command with --resume."
        ) from None
    return run.folder


class Trainer:
    """A training under way: the networks, the optimizer, and where it stands."""

    def __init__(self, recipe: Recipe, run: Run, store: PhotoStore) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.run = run
        self.device = choose_device()
        self.generator = start(recipe, run)
        self.task = GeneratorTask(recipe, self.generator)
        self.task.to(self.device)
        self.task.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = AveragedModel(self.generator, use_buffers=True)
        self.optimizer = torch.optim.AdamW(
            self.task.parameter_groups(), recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.batches = Batches(store, seed=recipe.seed, scale=recipe.crop_scale)
        self.random = torch.Generator()
        self.progress = load_state(run.folder, self._parts()) if run.resume else Progress()

    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        parts: dict[str, nn.Module | torch.optim.Optimizer] = {
            "generator": self.generator,
            "average": self.average,
            "optimizer": self.optimizer,
        }
        if self.task.distillation is not None:
            parts["distillation"] = self.task.distillation
        return parts

    def run_stages(self) -> None:
        """Go through the stages that are left; keep and judge every few minutes."""
        watch = Watch(
            self.run.folder,
            total=self.recipe.total_photos,
            seen=self.progress.seen,
            validation=self.run.validation,
            photos=self.run.validation_photos,
        )
        kept = time.monotonic()
        for stage, crops in self._crops():
            terms = self.step(crops, stage)
            watch.step(terms, len(crops))
            if time.monotonic() - kept > CHECKPOINT_SECONDS:
                self.keep()
                watch.judge(self.average.module)  # type: ignore[arg-type]
                kept = time.monotonic()
        self.keep()
        watch.judge(self.average.module)  # type: ignore[arg-type]
        watch.close()

    def _crops(self) -> Iterator[tuple[Stage, Tensor]]:
        for stage, count in remaining(self.recipe.stages, self.progress.seen):
            for crops in self.batches.iterate(self.progress.seen, count, stage.batch, stage.size):
                if self.progress.steps == self.run.max_steps:
                    return
                yield stage, crops.to(self.device, non_blocking=True)

    def step(self, crops: Tensor, stage: Stage) -> dict[str, float]:
        """Take one step on sRGB crops (N, 3, S, S) uint8; give the loss terms.

        Raises:
            TrainingError: a term is not finite; the weights are still those before the step.
        """
        share = rate(self.progress.seen, self.recipe.total_photos)
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * group["rate"] * share
        self.random.manual_seed(self.recipe.seed * 1_000_003 + self.progress.seen)
        terms: dict[str, Tensor] = self.task.train()(crops, self.random)
        values = {name: float(term.detach()) for name, term in terms.items()}
        check_finite(values, self.progress)
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.task.parameters(), self.recipe.clip)
        self.optimizer.step()
        decay = 0.5 ** (stage.batch / self.recipe.ema_halflife)
        self.average.multi_avg_fn = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self.average.update_parameters(self.generator)
        self.progress.seen += len(crops)
        self.progress.steps += 1
        return values

    def keep(self) -> None:
        """Write the checkpoint, and the averaged generator as a model folder beside it."""
        save_state(self.run.folder, self._parts(), self.progress)
        hub.save(
            self.average.module,  # type: ignore[arg-type]
            self.run.folder,
            card=f"# {self.recipe.name}\n\nA run of colorgan; {self.progress.seen} photos seen.\n",
            provenance={
                "recipe": asdict(self.recipe),
                "data": [Path(source).name for source in self.run.data],
                "seen": self.progress.seen,
            },
        )


def start(recipe: Recipe, run: Run) -> UNet:
    """Make the generator: from another model's weights, or from the trunk's alone."""
    if run.init is None:
        return UNet(recipe.generator, trunk_weights=recipe.trunk_weights)
    generator = UNet(recipe.generator)
    source = hub.load(hub.resolve(run.init).path)
    hub.fill(generator, source.state_dict(), source=run.init)
    return generator


def rate(seen: int, total: int) -> float:
    """Give the learning rate's share of its height: a short warm-up, then a cosine to zero."""
    share = seen / total
    if share < WARMUP:
        return (share + 1e-3) / (WARMUP + 1e-3)
    return 0.5 * (1 + math.cos(math.pi * min((share - WARMUP) / (1 - WARMUP), 1)))


def remaining(stages: tuple[Stage, ...], seen: int) -> Iterator[tuple[Stage, int]]:
    """Give the stages that are left after `seen` photos, with the photos left in each."""
    for stage in stages:
        if seen < stage.photos:
            yield stage, stage.photos - seen
        seen = max(seen - stage.photos, 0)


def check_finite(terms: dict[str, float], progress: Progress) -> None:
    """Stop before a broken step reaches the weights."""
    broken = [name for name, value in terms.items() if not math.isfinite(value)]
    if broken:
        raise TrainingError(
            f"The loss is no longer a number after {progress.steps} steps "
            f"(term: {', '.join(broken)}). The last checkpoint is good: resume from it with a "
            "lower --learning-rate."
        )


def write_recipe(recipe: Recipe, run: Run) -> None:
    """Write the resolved recipe into the run's folder."""
    run.folder.mkdir(parents=True, exist_ok=True)
    resolved = {"recipe": asdict(recipe), "data": run.data, "init": run.init}
    (run.folder / "recipe.json").write_text(json.dumps(resolved, indent=2) + "\n")
