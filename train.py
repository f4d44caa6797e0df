"""Train a model on your own photos: `python train.py RECIPE --data FOLDER --out RUN`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from colorgan import hub
from colorgan.errors import ColorganError, TrainingError
from colorgan.output.terminal import allow_every_letter
from colorgan.photoset.sources import read_all
from colorgan.training.data import Source, StoredPhotos, load_photos
from colorgan.training.loop import Trainer
from colorgan.training.recipe import Recipe
from colorgan.training.recipes import RECIPES
from colorgan.training.report import write_report
from colorgan.training.run import Run
from colorgan.training.start import begin, is_main_process
from colorgan.training.streams import StreamedPhotos, open_stream


@dataclass(frozen=True)
class Options:
    """Train a colorizer by a recipe; every field of the recipe can be overridden."""

    run: Annotated[Run, tyro.conf.arg(name="")]
    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    stream: bool = False
    """Read the photos while training instead of keeping them all in memory."""
    groups: tuple[str, ...] = ()
    """Train only on photos of these groups (folder, or file-name prefix before '-')."""

    def __post_init__(self) -> None:
        if self.stream and self.groups:
            raise TrainingError("A stream has no groups: leave out --stream or --groups.")


@dataclass(frozen=True)
class Report:
    """Draw the report of a run as it is now."""

    run: Annotated[Path, tyro.conf.Positional]
    """The run's folder."""


def open_photos(options: Options, recipe: Recipe) -> Source:
    """Decode the photos, or open the stream of them.

    Raises:
        ColorganError: there are none, or they cannot be read.
    """
    if options.stream:
        return StreamedPhotos(
            open_stream(options.run.data),
            seed=recipe.seed,
            scale=recipe.crop_scale,
            short_side=recipe.short_side,
        )
    speaks = is_main_process()
    store = load_photos(
        options.run.data, short_side=recipe.short_side, groups=options.groups, progress=speaks
    )
    if speaks:
        print(
            f"{len(store)} photos; left out: {len(store.grey)} grey, "
            f"{len(store.unreadable)} unreadable"
        )
        for name in store.unreadable[:20]:
            print(f"  unreadable: {name}")
    return StoredPhotos(store, seed=recipe.seed, scale=recipe.crop_scale, balance=recipe.balance)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, train, say where the model is."""
    allow_every_letter()
    try:
        chosen = read_arguments(arguments)
    except ColorganError as error:  # a recipe that contradicts itself
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    try:
        if isinstance(chosen, Report):
            print(f"The report is {write_report(chosen.run)}")
            return 0
        run_training(chosen)
    except ColorganError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    return 0


def read_arguments(arguments: Sequence[str] | None) -> Options | Report:
    """Read the command line, or end with what is wrong with it.

    Raises:
        ColorganError: the recipe contradicts itself.
    """
    return tyro.cli(  # type: ignore[no-any-return]
        tyro.extras.subcommand_type_from_defaults(
            {
                name: Options(Run(folder=tyro.MISSING, data=tyro.MISSING), recipe)
                for name, recipe in RECIPES.items()
            }
            | {"report": Report(tyro.MISSING)}
        ),
        args=arguments,
        description=__doc__,
        config=(tyro.conf.AvoidSubcommands,),
    )


def run_training(options: Options) -> None:
    """Train as the options say; draw the report also when it was stopped.

    Raises:
        ColorganError: it cannot begin or go on, or was stopped.
    """
    for source in options.run.data:
        next(read_all([source]))  # there is a photo: before weights are fetched
    start = begin(options.recipe, options.run)
    trainer = Trainer(start, open_photos(options, start.recipe))
    try:
        folder = trainer.train()
    finally:
        report = write_report(options.run.folder) if is_main_process() else None
    if report is not None and start.recipe.losses.trunk:
        print(f"The trunk is in {folder}: train.py classes --trunk-weights {folder / hub.WEIGHTS}")
    elif report is not None:
        work = "restore" if start.network.kind == "restorer" else "colorize"
        print(f"The model is in {folder}: colorgan {work} PHOTO -o OUT --model {folder}")
    if report is not None:
        print(f"How it went: {report}")


if __name__ == "__main__":
    sys.exit(main())
