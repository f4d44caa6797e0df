"""Train a model on your own photos: `python train.py RECIPE --data FOLDER --out RUN`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from colorgan.errors import ColorganError
from colorgan.training.data import load_photos
from colorgan.training.loop import Run, train
from colorgan.training.recipes import RECIPES, Recipe


@dataclass(frozen=True)
class Options:
    """Train a colorizer by a recipe; every field of the recipe can be overridden."""

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    data: tuple[str, ...]
    """Folders or tar archives of colour photos."""
    out: Path
    """Folder of the run: checkpoint, model, recipe and curves."""
    groups: tuple[str, ...] = ()
    """Train only on photos of these groups (folder, or file-name prefix before '-')."""
    val: tuple[str, ...] = ()
    """Folders or tar archives to judge by while training."""
    init: str | None = None
    """Model to start from: pretrained, custom, a folder, org/name."""
    resume: bool = False
    """Go on with the run in --out."""
    max_steps: int | None = None
    """Stop after so many steps."""


def main() -> int:
    """Read the arguments, train, say where the model is."""
    options = tyro.cli(
        tyro.extras.subcommand_type_from_defaults(
            {
                name: Options(recipe=recipe, data=tyro.MISSING, out=tyro.MISSING)
                for name, recipe in RECIPES.items()
            }
        ),
        description=__doc__,
    )
    run = Run(
        folder=options.out,
        data=options.data,
        validation=options.val,
        init=options.init,
        resume=options.resume,
        max_steps=options.max_steps,
    )
    try:
        largest = max(stage.size for stage in options.recipe.stages)
        store = load_photos(options.data, short_side=largest + largest // 4, groups=options.groups)
        print(
            f"{len(store)} photos; left out: {len(store.grey)} grey, "
            f"{len(store.unreadable)} unreadable"
        )
        folder = train(options.recipe, run, store)
    except ColorganError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    print(f"The model is in {folder}: colorgan colorize PHOTO -o OUT --model {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
