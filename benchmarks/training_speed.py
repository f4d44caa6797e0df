"""What the loop costs beside the bare network: python benchmarks/training_speed.py [--size 64 128].

Bare is forward and backward of `nogan`'s generator on one ready batch of the recipe's own size,
with a mean as loss and nothing else. The loop takes the steps of a real training: crops, Lab, Huber
loss, AdamW, clipping, moving average. Both run in turns of a few seconds, and each turn gives a
ratio, so that what else the machine does falls on both; the median of the ratios counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import torch

from colorgan.networks import Generator
from colorgan.training.data import ALONE, PhotoStore, StoredPhotos
from colorgan.training.loop import Trainer
from colorgan.training.recipe import LossWeights, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.training.start import begin

BATCHES = {stage.size: stage.batch for stage in reversed(RECIPES["nogan"].stages)}


def main() -> None:
    """Print images a second of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, nargs="+", default=[64, 128], choices=BATCHES)
    parser.add_argument("--steps", type=int, default=2, help="steps of a turn")
    parser.add_argument("--turns", type=int, default=25)
    options = parser.parse_args()
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    print("size  batch  bare/s  loop/s  loop / bare (middle half)")
    for size in options.size:
        with tempfile.TemporaryDirectory() as folder:
            bare, loop = measure(size, options.steps, options.turns, Path(folder))
        low, middle, high = quantiles([b / a for a, b in zip(bare, loop, strict=True)], n=4)
        print(
            f"{size:4}  {BATCHES[size]:5}  {median(bare):6.1f}  {median(loop):6.1f}  {middle:.3f}"
            f"  ({low:.3f} to {high:.3f})",
            flush=True,
        )


def measure(size: int, steps: int, turns: int, folder: Path) -> tuple[list[float], list[float]]:
    """Give images a second of the bare network and of the loop, turn by turn."""
    number = BATCHES[size]
    rng = np.random.default_rng(0)
    pixels = [rng.integers(0, 255, (180, 240, 3), dtype=np.uint8) for _ in range(4 * number)]
    photos = StoredPhotos(PhotoStore(pixels), seed=0)
    recipe = replace(
        RECIPES["nogan"],
        stages=(Stage(size, number, 10**9),),
        losses=LossWeights(huber=1.0),
        trunk_weights=None,
        teacher=None,
    )
    trainer = Trainer(begin(recipe, Run(folder, data=("noise",))), photos)
    assert isinstance(trainer.generator, Generator)
    generator = trainer.generator
    batches = photos.batches(0, number, size, ALONE, recipe.degrade)
    lightness = torch.rand(number, 1, size, size) * 100

    def bare() -> None:
        for _ in range(steps):
            with trainer.accelerator.autocast():
                ab = generator.train().answer(lightness).ab.float()
            ab.mean().backward()  # type: ignore[no-untyped-call]
            generator.zero_grad(set_to_none=True)

    def loop() -> None:
        for batch in islice(batches, steps):
            trainer.stepper.step(batch, trainer.plan[0], trainer.progress)

    speeds: dict[Callable[[], None], list[float]] = {bare: [], loop: []}
    for _ in range(turns + 1):
        for work, found in speeds.items():
            start = time.perf_counter()
            work()
            found.append(steps * number / (time.perf_counter() - start))
    return speeds[bare][1:], speeds[loop][1:]  # the first turn warms up


if __name__ == "__main__":
    main()
