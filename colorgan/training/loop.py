"""The training loop: photos in, a model folder out. It knows stages and terms, not systems."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from .. import hub
from ..device import choose_device
from ..errors import TrainingError
from ..evaluation.metrics import Pixels
from ..hub import cards
from ..networks import Network
from . import checkpoint
from .checkpoint import Progress
from .data import ALONE, Shard, Source, digest
from .recipe import Recipe
from .run import Run, check_photos, without_places, write_recipe
from .schedule import plan_of
from .start import Start, begin, class_weights, precision_of, tune
from .steps import Stepper
from .watching import SHOWN, Watch


def train(recipe: Recipe, run: Run, photos: Source) -> Path:
    """Train a network by a recipe; return the folder of the model.

    Raises:
        ColorganError: what is asked for cannot be, or it was stopped, a loss is not finite, the
            disk is full.
    """
    return Trainer(begin(recipe, run), photos).train()


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
    """A training under way: its stages, and where it stands.

    Args:
        start: what it starts from.
        photos: gives the crops.

    Attributes:
        generator: the network that is trained.
        stepper: moves it.
        progress: where the run stands.
    """

    def __init__(self, start: Start, photos: Source) -> None:
        self.start, self.recipe, self.run, self.photos = start, start.recipe, start.run, photos
        if self.run.resume:
            check_photos(self.run, self._identity())
        AcceleratorState._reset_state()  # another training in this process may compute otherwise
        self.accelerator = Accelerator(
            mixed_precision=precision_of(self.recipe),
            cpu=choose_device().type == "cpu",  # else several processes on CPUs stay strangers
            log_with=list(self.run.log) or None,
            project_dir=self.run.folder,
        )
        tune(self.accelerator.device)
        self.shard = Shard(self.accelerator.process_index, self.accelerator.num_processes)
        self.plan = plan_of(self.recipe, photos, self.shard)
        self.examples = self._examples()  # before the counting, which reads a stream further
        self.generator = start.network
        weights = class_weights(self.recipe, photos)
        self.stepper = Stepper(self.recipe, self.generator, weights, self.accelerator)
        self.progress = Progress()
        if self.run.resume:
            self._load()

    def _identity(self) -> dict[str, Any]:
        """Return by what its photos are known again."""
        judged = ((name, len(data)) for name, data in self.start.validation)
        return {"train": self.photos.identity(), "val": digest(judged)}

    def _load(self) -> None:
        state, self.progress = checkpoint.load(self.run.folder)
        self.stepper.load_state_dict(state)

    @property
    def model(self) -> Network:
        """The network that is kept."""
        return self.stepper.model

    def _examples(self) -> Pixels:
        """Return squares to show: of validation photos, else of crops as they are trained on."""
        squares = self.start.squares(SHOWN)
        if len(squares):
            return squares
        with closing(self.photos.batches(0, SHOWN, self.recipe.largest, ALONE)) as batches:
            return np.ascontiguousarray(next(batches).crops.permute(0, 2, 3, 1).numpy())

    def train(self) -> Path:
        """Train to the end; return the folder of the model.

        Raises:
            TrainingError: it was stopped, a loss is not finite, or the disk is full.
        """
        if self.accelerator.is_main_process:
            write_recipe(self.recipe, self.run, self.start.init, self._identity())
        with asked_to_stop() as stop:
            self.run_stages(stop)
        if stop.is_set():
            raise TrainingError(
                f"Stopped after {self.progress.seen} photos. All is kept: go on by the same "
                "command with --resume."
            )
        return self.run.folder

    def run_stages(self, stop: threading.Event | None = None) -> None:
        """Go through the stages that are left; keep, show and judge now and then.

        Args:
            stop: ends the training after the step under way, in all processes once it is set in
                one of them.
        """
        watch = Watch(
            self.start, self.stepper, self.accelerator, self.plan, self.progress, self.examples
        )
        try:
            self._run_stages(watch, stop or threading.Event())
            self.keep()
            # A launcher ends the other processes with the first that stops: none may be gone while
            # the main one still writes.
            self.accelerator.wait_for_everyone()
            watch.judge()
        finally:
            watch.close()

    def _run_stages(self, watch: Watch, stop: threading.Event) -> None:
        kept = time.monotonic()
        while self.progress.stage < len(self.plan):
            planned = self.plan[self.progress.stage]
            stage, position = planned.stage, self.progress.position
            with closing(
                self.photos.batches(
                    position, stage.batch, stage.size, self.shard, self.recipe.ageing
                )
            ) as batches:
                for batch in batches:
                    if self.progress.seen_in_stage >= planned.photos:
                        break
                    if self.progress.steps == self.run.max_steps or self._is_stopped(stop):
                        return
                    watch.step(self.stepper.step(batch, planned, self.progress))
                    if time.monotonic() - kept > self.run.checkpoint_minutes * 60:
                        self.keep()
                        watch.judge()
                        kept = time.monotonic()
            self.progress.stage += 1
            self.progress.seen_in_stage = 0

    def _is_stopped(self, stop: threading.Event) -> bool:
        """Return whether one of the processes was asked to stop; then all of them are."""
        if any(self.stepper.gathered(int(stop.is_set()))):
            stop.set()
        return stop.is_set()

    def keep(self) -> None:
        """Write a checkpoint, with the model that is kept as a model folder."""
        if not self.accelerator.is_main_process:
            return
        this = {
            "recipe": without_places(asdict(self.recipe)),
            "data": without_places(self.run.data),
            "seen": self.progress.seen,
        }
        card = cards.of_a_run(self.recipe.name, self.progress.seen)
        history = {"history": [*self.start.history, this]}
        state = self.stepper.state_dict()
        with checkpoint.writing(self.run.folder, state, self.progress) as folder:
            hub.write(self.model, folder, card=card, provenance=history)
