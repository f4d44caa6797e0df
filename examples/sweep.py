"""Search the width and the adversarial factor of `landscape`: python examples/sweep.py PHOTOS OUT.

Its report found that a critic with about 0.8 times the generator's parameters keeps both losses in
balance. Each trial is a short training; the table shows that ratio beside the losses and CIEDE2000.
Needs: pip install -e ".[train]" optuna
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import optuna

from colorgan import hub
from colorgan.evaluation.protocol import judge
from colorgan.networks import ComplexityConfig
from colorgan.networks.critics import ComplexityCriticConfig
from colorgan.photoset.sources import read_all
from colorgan.training.data import PhotoStore, StoredPhotos, load_photos
from colorgan.training.loop import Trainer
from colorgan.training.recipe import Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.training.start import begin
from colorgan.training.tables import read_table
from colorgan.training.watching import METRICS

LAST = 20  # steps over which a trial's losses are averaged


def objective(trial: optuna.Trial, options: argparse.Namespace, store: PhotoStore) -> float:
    """Train `landscape` once and return CIEDE2000 on the photos to judge by."""
    width = trial.suggest_categorical("width", options.widths)
    factor = trial.suggest_float("factor", 0.01, 0.9, log=True)
    landscape = RECIPES["landscape"]
    recipe = replace(
        landscape,
        generator=ComplexityConfig(width),
        critic=ComplexityCriticConfig(4, side=options.size),
        stages=(Stage(options.size, 16, photos=options.photos, kind="adversarial"),),
        adversarial=replace(landscape.adversarial, factor=factor),
        learning_rate=options.learning_rate,
        seed=trial.number,
    )
    run = Run(options.out / f"{trial.number:03d}", tuple(options.data), log_every=1)
    trainer = Trainer(begin(recipe, run), StoredPhotos(store, seed=recipe.seed))
    trainer.run_stages()
    generator, critic = (
        sum(p.numel() for p in network.parameters())
        for network in (trainer.generator, trainer.stepper.critic)
        if network is not None
    )
    trial.set_user_attr("critic : generator", critic / generator)
    rows = read_table(run.folder / METRICS)[-LAST:]
    for name in ("critic", "adversarial", "l1"):
        values = [float(row[name]) for row in rows if row[name]]
        trial.set_user_attr(name, sum(values) / len(values))
    model = {"model": hub.load(run.folder)}
    photos = read_all(options.val or options.data)
    return judge(model, photos, size=options.size, progress=False).mean("model", "ciede2000")


def main() -> int:
    """Search, and print a line for each trial, the best first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", help="folders or tar archives of colour photos")
    parser.add_argument("--out", type=Path, required=True, help="gets a run a trial")
    parser.add_argument("--val", nargs="*", help="photos to judge by; default: those trained on")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--photos", type=int, default=16_000, help="photos seen in a trial")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 24, 30, 38, 46, 52])
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    options = parser.parse_args()
    store = load_photos(options.data, short_side=options.size * 5 // 4)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(lambda trial: objective(trial, options, store), n_trials=options.trials)
    print("width  factor  critic:generator  critic  adversarial     l1  ciede2000")
    for trial in sorted(study.trials, key=lambda t: t.value or float("inf")):
        known = trial.user_attrs
        print(
            f"{trial.params['width']:5}  {trial.params['factor']:6.3f}  "
            f"{known['critic : generator']:16.2f}  {known['critic']:6.3f}  "
            f"{known['adversarial']:11.3f}  {known['l1']:5.3f}  {trial.value:9.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
