"""Watching a training: a progress bar, the curves as tables, figures on validation photos."""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping
from pathlib import Path

from tqdm import tqdm

from ..evaluation.protocol import GREY, ORIGINAL, judge
from ..networks import Generator
from ..photoset import read_all

LINE_SECONDS = 20.0


class Watch:
    """Writes metrics.csv (losses) and validation.csv (figures) into a run's folder.

    Args:
        folder: the run's.
        total: photos that the run will see.
        seen: photos seen before.
        validation: folders or tar archives to judge by; none: no judging.
        photos: how many of them, evenly picked.
    """

    def __init__(
        self,
        folder: Path,
        *,
        total: int,
        seen: int,
        validation: tuple[str, ...],
        photos: int,
    ) -> None:
        self.folder = folder
        self.seen = seen
        self.bar = tqdm(total=total, initial=seen, unit=" photos", desc="training", mininterval=5)
        every = list(read_all(validation))
        self.photos = every[:: max(len(every) // photos, 1)]
        self._sums: dict[str, float] = {}
        self._steps = 0
        self._last = time.monotonic()

    def step(self, terms: Mapping[str, float], photos: int) -> None:
        """Count a step; now and then write a line of means."""
        self.seen += photos
        self.bar.update(photos)
        self._steps += 1
        for name, value in terms.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        if time.monotonic() - self._last > LINE_SECONDS:
            means = {name: value / self._steps for name, value in self._sums.items()}
            self.bar.set_postfix({k: f"{v:.4f}" for k, v in means.items()}, refresh=False)
            self._write("metrics.csv", means)
            self._sums, self._steps, self._last = {}, 0, time.monotonic()

    def judge(self, generator: Generator) -> None:
        """Measure on the validation photos and write a line."""
        if not self.photos:
            return
        result = judge({"model": generator}, self.photos, progress=False)
        difference = result.mean("model", "ciede2000")
        colour = result.mean("model", "colourfulness")
        figures = {
            "psnr": result.mean("model", "psnr"),
            "ciede2000": difference,
            "ciede2000 / grey's": difference / result.mean(GREY, "ciede2000"),
            "colourfulness / originals'": colour / result.mean(ORIGINAL, "colourfulness"),
        }
        self._write("validation.csv", figures)
        figures_text = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self.bar.write(f"{self.seen} photos seen: {figures_text}")

    def _write(self, name: str, row: Mapping[str, float]) -> None:
        path = self.folder / name
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["seen", *row])
            writer.writerow([self.seen, *(f"{value:.5f}" for value in row.values())])

    def close(self) -> None:
        """End the bar."""
        self.bar.close()
