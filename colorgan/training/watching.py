"""Watching a training: a bar, its curves, trackers, sheets of samples, figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from tqdm import tqdm

from ..errors import PhotoError
from ..evaluation.features import FeatureNetwork
from ..evaluation.metrics import Pixels
from ..evaluation.protocol import centre_square
from ..evaluation.sheet import sheet
from ..networks import Generator, Network
from ..networks.critics import Critic
from ..photoset.sources import evenly, read_all
from . import tables
from .checkpoint import Progress
from .inflection import Gauge
from .recipes import Recipe
from .run import Run
from .schedule import Planned
from .tasks import Task

METRICS, VALIDATION, INFLECTION, SAMPLES = (
    "metrics.csv",
    "validation.csv",
    "inflection.csv",
    "samples",
)
JUDGED = 200  # photos measured on while training
SHOWN = 8  # photos on a sheet of samples


class Watch:
    """Writes metrics.csv, validation.csv, inflection.csv and samples/ into a run's folder.

    Only the main process writes; tables lose the rows that a run which is taken up again will
    write once more.

    Args:
        run, recipe, plan: what is trained.
        task: knows how to show and to measure it.
        accelerator: knows the processes and the trackers.
        progress: where the run stands.
        examples: sRGB squares (N, S, S, 3) to show where there are no validation photos.
    """

    def __init__(
        self,
        run: Run,
        recipe: Recipe,
        task: Task,
        accelerator: Accelerator,
        plan: list[Planned],
        progress: Progress,
        examples: Pixels,
    ) -> None:
        self.run = run
        self.recipe = recipe
        self.task = task
        self.accelerator = accelerator
        self.main = bool(accelerator.is_main_process)
        self.photos = evenly(list(read_all(run.validation)), JUDGED)
        self.examples = self._squares(recipe.largest, SHOWN)
        if not len(self.examples):
            self.examples = examples[:SHOWN]
        self.bar = tqdm(
            total=sum(planned.photos for planned in plan),
            initial=progress.seen,
            unit=" photos",
            desc="training",
            mininterval=5,
            disable=not self.main,
        )
        self._rows: list[Mapping[str, float]] = []
        self._gauge: Gauge | None = None
        if self.main:
            run.folder.mkdir(parents=True, exist_ok=True)
            for name in (METRICS, VALIDATION, INFLECTION):
                tables.cut(run.folder / name, progress.steps if run.resume else -1)
        if run.log:
            accelerator.init_trackers("colorgan")

    @property
    def measurable(self) -> bool:
        """Whether there are photos to measure on."""
        return bool(self.photos)

    def step(self, terms: Mapping[str, float], model: Network, progress: Progress) -> None:
        """Count a step; now and then write a line of means and a sheet of samples."""
        self.bar.update(progress.seen - self.bar.n)
        self._rows.append(terms)
        if progress.steps % self.run.log_every == 0:
            self._write_means(progress)
        if progress.steps % self.run.sample_every == 0:
            self.show(model, progress)

    def _write_means(self, progress: Progress) -> None:
        """Write a line of what the losses were since the last line."""
        means = _means(self._rows)
        self.bar.set_postfix({k: f"{v:.4f}" for k, v in means.items()}, refresh=False)
        self._write(METRICS, means, progress)
        self._rows = []

    def show(self, model: Network, progress: Progress) -> None:
        """Write a sheet of samples."""
        if not self.main:
            return
        picture = sheet(self.task.columns(model, self.examples, f"after {progress.seen}"))
        folder = self.run.folder / SAMPLES
        folder.mkdir(exist_ok=True)
        picture.save(folder / f"{progress.steps:08d}.jpg", quality=90)
        for tracker in self.accelerator.trackers:
            if hasattr(tracker, "log_images"):
                layout = {"dataformats": "NHWC"} if tracker.name == "tensorboard" else {}
                pixels = np.asarray(picture)[None]
                tracker.log_images({SAMPLES: pixels}, step=progress.steps, **layout)

    def judge(self, model: Network, progress: Progress) -> None:
        """Measure on the validation photos and write a line."""
        if not self.main or not self.photos:
            return
        figures = self.task.figures(model, self.photos)
        self._write(VALIDATION, figures, progress)
        words = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self.bar.write(f"{progress.seen} photos seen: {words}")

    def measure(
        self, model: Network, critic: Critic | None, step: int, progress: Progress
    ) -> dict[str, float]:
        """Measure how the adversarial stage goes; the answer is the same in all processes."""
        point: dict[str, float] = {}
        if self.main:
            if self._gauge is None:
                self._gauge = self._make_gauge()
            assert isinstance(model, Generator)  # the recipe was checked
            point = {"step": step, **self._gauge.measure(model, critic)}
            stage = {"stage": progress.stage, **point}
            self._write(INFLECTION, stage, progress)
        if self.accelerator.num_processes > 1:
            box = [point]
            broadcast_object_list(box)
            point = box[0]
        return point

    def _make_gauge(self) -> Gauge:
        settings = self.recipe.inflection
        assert settings is not None
        name, weights = settings.network, settings.weights
        if name is None:
            name, weights = self.recipe.teacher, self.recipe.teacher_weights
        network = None if name is None else FeatureNetwork(name, weights)
        return Gauge(self._squares(self.recipe.largest, settings.photos), network)

    def _squares(self, size: int, count: int) -> Pixels:
        """Give evenly picked validation photos as sRGB squares (N, size, size, 3)."""
        found = []
        for _, data in evenly(self.photos, count):
            try:
                found.append(centre_square(data, size))
            except PhotoError:
                continue
        return np.stack(found) if found else np.zeros((0, size, size, 3), np.uint8)

    def _write(self, name: str, row: Mapping[str, float], progress: Progress) -> None:
        if not self.main:
            return
        tables.append(
            self.run.folder / name, {"steps": progress.steps, "seen": progress.seen, **row}
        )
        label = Path(name).stem
        values = {f"{label}/{key}": value for key, value in row.items()}
        self.accelerator.log(values, step=progress.steps)

    def close(self, progress: Progress) -> None:
        """Write what is left of the losses, end the bar and the trackers."""
        if self._rows:
            self._write_means(progress)
        self.bar.close()
        if self.run.log:
            self.accelerator.end_training()


def _means(rows: list[Mapping[str, float]]) -> dict[str, float]:
    """Give the mean of each term over the steps that had it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {n: float(np.mean([row[n] for row in rows if n in row])) for n in names}
