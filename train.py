"""Train a model on your own photos: `python train.py RECIPE --data FOLDER --out RUN`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from accelerate import PartialState

from colorgan.errors import ColorganError
from colorgan.networks import network_of
from colorgan.training.data import Source, StoredPhotos, load_photos
from colorgan.training.loop import train
from colorgan.training.recipes import RECIPES, Recipe
from colorgan.training.report import write_report
from colorgan.training.run import Run
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


@dataclass(frozen=True)
class Report:
    """Draw the report of a run as it is now."""

    run: Annotated[Path, tyro.conf.Positional]
    """The run's folder."""


def open_photos(options: Options) -> Source:
    """Decode the photos, or open the stream of them.

    Raises:
        ColorganError: there are none, or they cannot be read.
    """
    recipe = options.recipe
    if options.stream:
        return StreamedPhotos(
            open_stream(options.run.data),
            seed=recipe.seed,
            scale=recipe.crop_scale,
            short_side=recipe.short_side,
        )
    store = load_photos(options.run.data, short_side=recipe.short_side, groups=options.groups)
    print(
        f"{len(store)} photos; left out: {len(store.grey)} grey, {len(store.unreadable)} unreadable"
    )
    for name in store.unreadable[:20]:
        print(f"  unreadable: {name}")
    return StoredPhotos(store, seed=recipe.seed, scale=recipe.crop_scale)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, train, say where the model is."""
    chosen = tyro.cli(
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
    try:
        if isinstance(chosen, Report):
            print(f"The report is {write_report(chosen.run)}")
            return 0
        return run_training(chosen)
    except ColorganError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1


def run_training(options: Options) -> int:
    """Train as the options say; draw the report also when it was stopped."""
    folder = train(options.recipe, options.run, open_photos(options))
    if not PartialState().is_main_process:
        return 0
    report = write_report(folder)
    work = "restore" if network_of(options.recipe.generator).kind == "restorer" else "colorize"
    print(f"The model is in {folder}: colorgan {work} PHOTO -o OUT --model {folder}")
    print(f"How it went: {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
