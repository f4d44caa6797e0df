"""The training loop: photos in, a model folder out. It knows stages and terms, not systems."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .. import hub
from ..device import choose_device
from ..errors import TrainingError
from ..hub import cards
from ..networks import Network
from . import adversarial, checkpoint, inflection
from .checkpoint import Progress
from .data import ALONE, Batch, Shard, Source
from .learner import Learner
from .pictures import Pictures, pictures
from .recipes import Recipe, Stage
from .run import Run, check_resumable, without_places, write_recipe
from .schedule import Planned, plan_of, rate_factor
from .start import (
    adopt,
    class_weights,
    precision_of,
    start_critic,
    start_generator,
    tune,
)
from .tasks import CriticTask, task_of
from .watching import Watch

CHANCE = 1_000_003  # a prime that keeps the chances of recipes with other seeds apart
AVERAGED_EVERY = 4  # steps: an average over thousands of photos need not follow each one


def train(recipe: Recipe, run: Run, photos: Source) -> Path:
    """Train a generator by a recipe on decoded photos; give the folder of the model.

    Raises:
        TrainingError: it was stopped, a loss is not finite, or the disk is full.
    """
    recipe = adopt(recipe, run)
    if run.resume:
        check_resumable(recipe, run)
    trainer = Trainer(recipe, run, photos)
    if trainer.accelerator.is_main_process:
        write_recipe(recipe, run)
    with asked_to_stop() as stop:
        trainer.run_stages(stop)
    if stop.is_set():
        raise TrainingError(
            f"Stopped after {trainer.progress.seen} photos. All is kept: go on by the same "
            "command with --resume."
        )
    return run.folder


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """Turn Ctrl-C and a request to terminate into an event, so that a step is never cut in two."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread hears signals
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class Trainer:
    """A training under way: the networks, their optimizers, and where it stands."""

    def __init__(self, recipe: Recipe, run: Run, photos: Source) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.run, self.photos = recipe, run, photos
        AcceleratorState._reset_state()  # another training in this process may compute otherwise
        self.accelerator = Accelerator(
            mixed_precision=precision_of(recipe),
            cpu=choose_device().type == "cpu",  # else several processes on CPUs stay strangers
            log_with=list(run.log) or None,
            project_dir=run.folder,
        )
        tune(self.accelerator.device)
        self.shard = Shard(self.accelerator.process_index, self.accelerator.num_processes)
        self.plan = plan_of(recipe, photos, self.shard)
        self.generator, self.history = start_generator(recipe, run)
        self.critic = start_critic(recipe)
        self.task = task_of(recipe, self.generator, class_weights(recipe, photos))
        groups = self.task.parameter_groups()
        self.learner = Learner(self.task, groups, recipe, self.accelerator)
        self.average = None
        if recipe.ema_halflife:
            self.average = AveragedModel(self.generator, use_buffers=True)
        self.critic_learner: Learner | None = None
        if self.critic is not None:
            game = CriticTask(recipe.adversarial, self.critic)
            groups = [{"params": list(game.parameters()), "rate": recipe.adversarial.critic_rate}]
            self.critic_learner = Learner(game, groups, recipe, self.accelerator)
        self.progress = Progress()
        self.best: dict[str, Any] | None = None
        if run.resume:
            self._load()

    @property
    def model(self) -> Network:
        """The generator that is kept: the moving average, or the trained one if there is none."""
        average = self.average
        return self.generator if average is None else average.module  # type: ignore[return-value]

    def run_stages(self, stop: threading.Event | None = None) -> None:
        """Go through the stages that are left; keep, show and judge now and then.

        Args:
            stop: ends the training after the step under way.
        """
        watch = Watch(
            self.run,
            self.recipe,
            self.task,
            self.accelerator,
            self.plan,
            self.progress,
            self._examples(),
        )
        try:
            self._run_stages(watch, stop or threading.Event())
            self.keep()
            watch.judge(self.model, self.progress)
        finally:
            watch.close(self.progress)

    def _run_stages(self, watch: Watch, stop: threading.Event) -> None:
        kept = time.monotonic()
        while self.progress.stage < len(self.plan):
            planned = self.plan[self.progress.stage]
            for batch in self._batches(planned.stage):
                if self.progress.seen_in_stage >= planned.photos or self._is_over(planned, watch):
                    break
                if self.progress.steps == self.run.max_steps or stop.is_set():
                    return
                terms = self.step(batch, planned)
                watch.step(terms, self.model, self.progress)
                if time.monotonic() - kept > self.run.checkpoint_minutes * 60:
                    self.keep()
                    watch.judge(self.model, self.progress)
                    kept = time.monotonic()
            self._next_stage()

    def _examples(self) -> NDArray[np.uint8]:
        """Give some of the photos as they are trained on."""
        batch = next(self.photos.batches(0, 8, self.recipe.largest, ALONE))
        return np.ascontiguousarray(batch.crops.permute(0, 2, 3, 1).numpy())

    def _batches(self, stage: Stage) -> Iterator[Batch]:
        return self.photos.batches(
            self.progress.position, stage.batch, stage.size, self.shard, self.recipe.degrade
        )

    def _next_stage(self) -> None:
        if self.best is not None:
            self._restore(self.best)
            self.best = None
        self.progress.stage += 1
        self.progress.seen_in_stage = 0
        self.progress.curve = []

    def step(self, batch: Batch, planned: Planned) -> dict[str, float]:
        """Take one step on a share of a batch; give the terms, averaged over all processes.

        Raises:
            TrainingError: a term is not finite; the weights are still those before the step.
        """
        stage, terms = planned.stage, dict[str, float]()
        chance = self.recipe.seed * CHANCE + self.progress.steps
        torch.manual_seed(chance * self.shard.processes + self.shard.rank)  # dropout
        factor = stage.rate * rate_factor(
            self.recipe.schedule, planned.before + self.progress.seen_in_stage, planned.of_kind
        )
        parts = self._parts(batch)
        if self._critic_moves(stage):
            terms |= self._critic_step(parts, batch.places[0], factor)
            self.progress.critic_loss = terms["critic"]
        if self._generator_moves(stage):
            terms |= self._generator_step(parts, stage, factor)
        self.progress.steps += 1
        self.progress.seen += stage.batch
        self.progress.seen_in_stage += stage.batch
        self.progress.position = self._furthest(batch.position)
        return terms

    def _critic_moves(self, stage: Stage) -> bool:
        if stage.kind == "generator":
            return False
        step = self.progress.seen_in_stage // stage.batch
        return stage.kind == "critic" or step % self.recipe.adversarial.critic_every == 0

    def _generator_moves(self, stage: Stage) -> bool:
        if stage.kind != "adversarial":
            return stage.kind == "generator"
        game, step = self.recipe.adversarial, self.progress.seen_in_stage // stage.batch
        allowed = game.threshold is None or self.progress.critic_loss < game.threshold
        return allowed and step % game.generator_every == 0

    def _generator_step(
        self, parts: list[Pictures], stage: Stage, factor: float
    ) -> dict[str, float]:
        values = list[dict[str, Tensor]]()
        for part in parts:
            with self._accumulating(self.learner.task, last=part is parts[-1]):
                terms, lightness, ab = self.learner.task.train()(part)
                if stage.kind == "adversarial":
                    terms = self._against_critic(terms, lightness, ab)
                values.append(terms)
                self._backward(terms, list(terms), len(parts))
        self.learner.move(factor)
        self._average(stage)
        return self._agreed(values)

    def _against_critic(
        self, terms: dict[str, Tensor], lightness: Tensor, ab: Tensor
    ) -> dict[str, Tensor]:
        assert self.critic is not None
        rest, own = adversarial.weights_of(self.recipe.adversarial)
        self.critic.train().requires_grad_(False)
        with self.accelerator.autocast():
            logits = self.critic(lightness, ab).float()
        self.critic.requires_grad_(True)
        terms = {name: rest * term for name, term in terms.items()}
        loss = adversarial.generator_loss(self.recipe.adversarial, logits)
        return terms | {"adversarial": own * loss}

    def _critic_step(self, parts: list[Pictures], place: int, factor: float) -> dict[str, float]:
        learner = self.critic_learner
        assert learner is not None
        values = list[dict[str, Tensor]]()
        chance = torch.Generator().manual_seed(self.recipe.seed * CHANCE + place)
        for part in parts:
            with self._accumulating(learner.task, last=part is parts[-1]):
                with torch.no_grad(), self.accelerator.autocast():
                    truth, generated = self.task.train().played(part)
                terms = learner.task.train()(truth, generated, chance)
                values.append(terms)
                self._backward(terms, ["critic"], len(parts))
        learner.move(factor)
        return self._agreed(values)

    def _parts(self, batch: Batch) -> list[Pictures]:
        """Cut a batch into the parts that go through the networks one after another."""
        device, count = self.accelerator.device, self.recipe.accumulate
        crops = batch.crops.to(device, non_blocking=True).chunk(count)
        if batch.prints is None:
            return [pictures(part) for part in crops]
        prints = batch.prints.to(device, non_blocking=True).chunk(count)
        return [pictures(*pair) for pair in zip(crops, prints, strict=True)]

    def _accumulating(self, task: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        synchronise: AbstractContextManager[Any] = self.accelerator.no_sync(task)
        return nullcontext() if last else synchronise

    def _backward(self, terms: dict[str, Tensor], counted: list[str], parts: int) -> None:
        self._check_finite(terms)
        self.accelerator.backward(torch.stack([terms[name] for name in counted]).sum() / parts)

    def _check_finite(self, terms: dict[str, Tensor]) -> None:
        """Stop, in all processes at once, before a broken step reaches the weights."""
        everywhere = self.accelerator.gather(
            torch.stack([t.detach() for t in terms.values()])[None]
        )
        broken = [
            name
            for name, values in zip(terms, everywhere.unbind(1), strict=True)
            if not values.isfinite().all()
        ]
        if broken:
            raise TrainingError(
                f"The loss is no longer a number after {self.progress.steps} steps "
                f"(term: {', '.join(broken)}). The last checkpoint is good: start from it with "
                "--init and a lower --learning-rate."
            )

    def _average(self, stage: Stage) -> None:
        if self.average is None or self.progress.steps % AVERAGED_EVERY:
            return
        playing = stage.kind == "adversarial"
        halflife = self.recipe.adversarial.ema_halflife if playing else self.recipe.ema_halflife
        decay = 0.5 ** (AVERAGED_EVERY * stage.batch / halflife)
        self.average.multi_avg_fn = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self.average.update_parameters(self.generator)

    def _agreed(self, values: list[dict[str, Tensor]]) -> dict[str, float]:
        """Give the mean of each term over the parts and the processes."""
        names = list(values[0])
        means = torch.stack(
            [torch.stack([part[n].detach() for part in values]).mean() for n in names]
        )
        means = self.accelerator.gather(means[None]).mean(0)
        return dict(zip(names, means.tolist(), strict=True))

    def _furthest(self, position: int) -> int:
        if self.shard.processes == 1:
            return position
        mine = torch.tensor([position], device=self.accelerator.device)
        return int(self.accelerator.gather(mine).max())

    def _is_over(self, planned: Planned, watch: Watch) -> bool:
        """Say whether an adversarial stage has stopped paying off; measure now and then."""
        settings, stage = self.recipe.inflection, planned.stage
        step = self.progress.seen_in_stage // stage.batch
        if settings is None or stage.kind != "adversarial" or not watch.measurable:
            return False
        if step % settings.every == 0 and (
            not self.progress.curve or self.progress.curve[-1]["step"] < step
        ):
            self.progress.curve.append(watch.measure(self.model, self.critic, step, self.progress))
            scores = inflection.scores(self.progress.curve)
            if inflection.best(scores) == len(scores) - 1:
                self.best = self._networks()
        return inflection.is_over(inflection.scores(self.progress.curve), settings.patience)

    def _networks(self) -> dict[str, Any]:
        """Give a copy of the generator's weights and their average."""
        parts = {"generator": self.generator, "average": self.average}
        return {
            name: {key: tensor.detach().cpu().clone() for key, tensor in part.state_dict().items()}
            for name, part in parts.items()
            if part is not None
        }

    def _restore(self, networks: dict[str, Any]) -> None:
        self.generator.load_state_dict(networks["generator"])
        if self.average is not None:
            self.average.load_state_dict(networks["average"])

    def _stateful(self) -> dict[str, Any]:
        parts = {
            "generator": self.generator,
            "average": self.average,
            "optimizer": self.learner.optimizer,
            "distillation": getattr(self.task, "distillation", None),
            "scaler": self.accelerator.scaler,
        }
        if self.critic_learner is not None:
            parts |= {"critic": self.critic, "critic_optimizer": self.critic_learner.optimizer}
        return {name: part for name, part in parts.items() if part is not None}

    def keep(self) -> None:
        """Write a checkpoint, with the model that is kept as a model folder."""
        if not self.accelerator.is_main_process:
            return
        state = {name: part.state_dict() for name, part in self._stateful().items()}
        state["best"] = self.best  # chance needs no keeping: every step seeds its own
        this = {
            "recipe": without_places(asdict(self.recipe)),
            "data": without_places(self.run.data),
            "seen": self.progress.seen,
        }
        card = cards.of_a_run(self.recipe.name, self.progress.seen)

        def write(folder: Path) -> None:
            history = {"history": [*self.history, this]}
            hub.save(self.model, folder, card=card, provenance=history)

        checkpoint.save(self.run.folder, state, self.progress, write)

    def _load(self) -> None:
        state, self.progress = checkpoint.load(self.run.folder)
        for name, part in self._stateful().items():
            part.load_state_dict(state[name])
        self.best = state["best"]
