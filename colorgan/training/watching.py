"""Watching a training: a bar, its curves, trackers, sheets of samples, figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from accelerate import Accelerator
from tqdm import tqdm

from ..evaluation import quick
from ..evaluation.metrics import Pixels
from ..evaluation.sheet import save_sheet, sheet
from . import tables
from .checkpoint import Progress
from .run import SAMPLES
from .schedule import Planned
from .start import Start
from .steps import Stepper

METRICS, VALIDATION = "metrics.csv", "validation.csv"
SHOWN = 8  # photos on a sheet of samples


class Watch:
    """Writes metrics.csv, validation.csv and samples/ into a run's folder.

    Only the main process writes; tables lose the rows that a run which is taken up again will
    write once more.

    Args:
        start: the run and its validation photos.
        stepper: holds the networks.
        accelerator: knows the processes and the trackers.
        plan: the stages, for the bar.
        progress: where the run stands, now and later.
        examples: sRGB squares (N, S, S, 3) to show.
    """

    def __init__(
        self,
        start: Start,
        stepper: Stepper,
        accelerator: Accelerator,
        plan: Sequence[Planned],
        progress: Progress,
        examples: Pixels,
    ) -> None:
        self.run, self.photos, self.examples = start.run, start.validation, examples
        self.stepper, self.accelerator, self.progress = stepper, accelerator, progress
        self.main = bool(accelerator.is_main_process)
        self.trunk_alone = bool(start.recipe.losses.trunk)  # then there are no colours to show
        self.bar = tqdm(
            total=sum(planned.photos for planned in plan),
            initial=progress.seen,
            unit=" photos",
            desc="training",
            mininterval=5,
            disable=not self.main,
        )
        self._rows: list[Mapping[str, float]] = []
        if self.main:
            self.run.folder.mkdir(parents=True, exist_ok=True)
            for name in (METRICS, VALIDATION):
                tables.cut(self.run.folder / name, progress.steps if self.run.resume else -1)
        if self.run.log:
            accelerator.init_trackers("colorgan")

    def step(self, terms: Mapping[str, float]) -> None:
        """Count a step; now and then write a line of means and a sheet of samples."""
        self.bar.update(self.progress.seen - self.bar.n)
        self._rows.append(terms)
        if self.progress.steps % self.run.log_every == 0:
            self._write_means()
        if self.progress.steps % self.run.sample_every == 0:
            self._show()

    def _write_means(self) -> None:
        """Write a line of what the losses were since the last line."""
        means = _means(self._rows)
        self.bar.set_postfix({k: f"{v:.4f}" for k, v in means.items()}, refresh=False)
        self.write(METRICS, means)
        self._rows = []

    def _show(self) -> None:
        """Write a sheet of samples."""
        if not self.main or self.trunk_alone:
            return
        name = f"after {self.progress.seen}"
        picture = sheet(quick.columns(self.stepper.model, self.examples, name))
        folder = self.run.folder / SAMPLES
        folder.mkdir(exist_ok=True)
        save_sheet(picture, folder / f"{self.progress.steps:08d}.jpg", quality=90)
        for tracker in self.accelerator.trackers:
            if hasattr(tracker, "log_images"):
                layout = {"dataformats": "NHWC"} if tracker.name == "tensorboard" else {}
                pixels = np.asarray(picture)[None]
                tracker.log_images({SAMPLES: pixels}, step=self.progress.steps, **layout)

    def judge(self) -> None:
        """Measure on the validation photos and write a line."""
        if not self.main or not self.photos:
            return
        figures = self.stepper.task.figures(self.stepper.model, self.photos)
        self.write(VALIDATION, figures)
        words = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self.bar.write(f"{self.progress.seen} photos seen: {words}")

    def write(self, name: str, row: Mapping[str, float]) -> None:
        """Write a row into a table and to the trackers."""
        if not self.main:
            return
        steps, seen = self.progress.steps, self.progress.seen
        tables.append(self.run.folder / name, {"steps": steps, "seen": seen, **row})
        label = Path(name).stem
        values = {f"{label}/{key}": value for key, value in row.items()}
        self.accelerator.log(values, step=steps)

    def close(self) -> None:
        """Write what is left of the losses, end the bar and the trackers."""
        if self._rows:
            self._write_means()
        self.bar.close()
        if self.run.log:
            self.accelerator.end_training()


def _means(rows: list[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each term over the steps that had it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {n: float(np.mean([row[n] for row in rows if n in row])) for n in names}
