"""A step of training: what the losses cost, whose gradients move what, and the moving average."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..errors import TrainingError
from ..networks import Network
from . import adversarial
from .checkpoint import Progress
from .data import Batch, Shard
from .learner import Learner
from .pictures import Pictures, pictures
from .recipe import Recipe, Stage
from .schedule import Planned, rate_factor
from .start import start_critic
from .task import Seen
from .tasks import CriticTask, task_of

SEEDS_APART = 1_000_003  # a prime: recipes with other seeds draw other numbers
AVERAGED_EVERY = 4  # moves: an average over thousands of photos need not follow each one


class Stepper:
    """The networks under training, their optimizers, and the step that moves them.

    Args:
        recipe: says how.
        generator: a generator or a restorer.
        class_weights: how much each colour class counts (K,), or None.
        accelerator: says where all of it happens.
    """

    def __init__(
        self,
        recipe: Recipe,
        generator: Network,
        class_weights: Tensor | None,
        accelerator: Accelerator,
    ) -> None:
        self.recipe, self.generator, self.accelerator = recipe, generator, accelerator
        self.shard = Shard(accelerator.process_index, accelerator.num_processes)
        self.critic = start_critic(recipe)
        self.task = task_of(recipe, generator, class_weights)
        self.learner = Learner(self.task, self.task.parameter_groups(), recipe, accelerator)
        self.average: AveragedModel | None = None
        if recipe.ema_halflife:
            self.average = AveragedModel(generator, use_buffers=True)
        self.critic_learner: Learner | None = None
        if self.critic is not None:
            game = CriticTask(recipe.adversarial, self.critic)
            groups = [{"params": list(game.parameters()), "rate": recipe.adversarial.critic_rate}]
            self.critic_learner = Learner(game, groups, recipe, accelerator)

    @property
    def model(self) -> Network:
        """The network that is kept: the moving average, or the trained one if there is none."""
        average = self.average
        return self.generator if average is None else average.module  # type: ignore[return-value]

    def step(self, batch: Batch, planned: Planned, progress: Progress) -> dict[str, float]:
        """Take one step on a share of a batch; return the terms, averaged over all processes.

        Raises:
            TrainingError: a term is not finite; the weights are still those before the step.
        """
        stage, terms = planned.stage, dict[str, float]()
        seed = self.recipe.seed * SEEDS_APART + progress.steps
        torch.manual_seed(seed * self.shard.processes + self.shard.rank)  # dropout
        factor = stage.rate * rate_factor(
            self.recipe.schedule, planned.before + progress.seen_in_stage, planned.of_kind
        )
        parts = self._parts(batch)
        if self._critic_moves(stage, progress):
            terms |= self._critic_step(parts, batch.places[0], factor, progress)
            progress.critic_loss = terms["critic"]
        if self._generator_moves(stage, progress):
            terms |= self._generator_step(parts, stage, factor, progress)
            progress.moves += 1
        progress.steps += 1
        progress.seen += stage.batch
        progress.seen_in_stage += stage.batch
        progress.position = self._furthest(batch.position)
        return terms

    def _parts(self, batch: Batch) -> list[Pictures]:
        """Cut a batch into the parts that go through the networks one after another."""
        device, count = self.accelerator.device, self.recipe.accumulate
        crops = batch.crops.to(device, non_blocking=True).chunk(count)
        if batch.prints is None:
            return [pictures(part) for part in crops]
        prints = batch.prints.to(device).chunk(count)
        return [pictures(*pair) for pair in zip(crops, prints, strict=True)]

    def _critic_moves(self, stage: Stage, progress: Progress) -> bool:
        if stage.kind == "generator":
            return False
        step = progress.seen_in_stage // stage.batch
        return stage.kind == "critic" or step % self.recipe.adversarial.critic_every == 0

    def _generator_moves(self, stage: Stage, progress: Progress) -> bool:
        if stage.kind != "adversarial":
            return stage.kind == "generator"
        game, step = self.recipe.adversarial, progress.seen_in_stage // stage.batch
        allowed = game.threshold is None or progress.critic_loss < game.threshold
        return allowed and step % game.generator_every == 0

    def _generator_step(
        self, parts: list[Pictures], stage: Stage, factor: float, progress: Progress
    ) -> dict[str, float]:
        values = list[dict[str, Tensor]]()
        for part in parts:
            with self._accumulating(self.learner.task, last=part is parts[-1]):
                terms, generated = self.learner.task.train()(part)
                if stage.kind == "adversarial":
                    terms = self._against_critic(terms, generated)
                values.append(terms)
                self._check_finite(terms, progress)
                self.accelerator.backward(torch.stack(list(terms.values())).sum() / len(parts))
        self.learner.move(factor)
        self._average(stage, progress)
        return self._agreed(values)

    def _against_critic(self, terms: dict[str, Tensor], generated: Seen) -> dict[str, Tensor]:
        assert self.critic is not None
        rest, own = adversarial.weights_of(self.recipe.adversarial)
        self.critic.train().requires_grad_(False)
        with self.accelerator.autocast():
            logits = self.critic(*generated).float()
        self.critic.requires_grad_(True)
        terms = {name: rest * term for name, term in terms.items()}
        loss = adversarial.generator_loss(self.recipe.adversarial, logits)
        return terms | {"adversarial": own * loss}

    def _critic_step(
        self, parts: list[Pictures], place: int, factor: float, progress: Progress
    ) -> dict[str, float]:
        learner = self.critic_learner
        assert learner is not None
        values = list[dict[str, Tensor]]()
        rng = torch.Generator().manual_seed(self.recipe.seed * SEEDS_APART + place)
        for part in parts:
            with self._accumulating(learner.task, last=part is parts[-1]):
                with torch.no_grad(), self.accelerator.autocast():
                    truth, generated = self.task.train().played(part)
                loss, right = learner.task.train()(truth, generated, rng)
                values.append({"critic": loss, "critic right": right})
                self._check_finite({"critic": loss}, progress)
                self.accelerator.backward(loss / len(parts))
        learner.move(factor)
        return self._agreed(values)

    def _accumulating(self, task: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        synchronise: AbstractContextManager[Any] = self.accelerator.no_sync(task)
        return nullcontext() if last else synchronise

    def _check_finite(self, terms: dict[str, Tensor], progress: Progress) -> None:
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
                f"The loss is no longer a number after {progress.steps} steps "
                f"(term: {', '.join(broken)}). The last checkpoint is good: start from it with "
                "--init and a lower --learning-rate."
            )

    def _average(self, stage: Stage, progress: Progress) -> None:
        """Let the average follow; the generator does not move in every step of a game."""
        if self.average is None or progress.moves % AVERAGED_EVERY:
            return
        playing = stage.kind == "adversarial"
        halflife = self.recipe.adversarial.ema_halflife if playing else self.recipe.ema_halflife
        decay = 0.5 ** (AVERAGED_EVERY * stage.batch / halflife)
        self.average.multi_avg_fn = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self.average.update_parameters(self.generator)

    def _agreed(self, values: list[dict[str, Tensor]]) -> dict[str, float]:
        """Return the mean of each value over the parts and the processes."""
        names = list(values[0])
        means = torch.stack(
            [torch.stack([part[n].detach() for part in values]).mean() for n in names]
        )
        means = self.accelerator.gather(means[None]).mean(0)
        return dict(zip(names, means.tolist(), strict=True))

    def _furthest(self, position: int) -> int:
        return max(self.gathered(position))

    def gathered(self, number: int) -> list[int]:
        """Return what a number is in each process."""
        if self.shard.processes == 1:
            return [number]
        mine = torch.tensor([number], device=self.accelerator.device)
        return list(self.accelerator.gather(mine).tolist())

    def state_dict(self) -> dict[str, Any]:
        """Return all that moves, by name. Chance needs no keeping: every step seeds its own."""
        return {name: part.state_dict() for name, part in self._stateful().items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        for name, part in self._stateful().items():
            part.load_state_dict(state[name])

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
