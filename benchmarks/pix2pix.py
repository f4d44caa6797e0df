"""RGB against Lab, the comparison that both pix2pix reports were after: one sheet and one table.

python benchmarks/pix2pix.py --data PHOTOS --val PHOTOS --out FOLDER [--size 64 --photos 8000]

Both are trained by their recipes on the same crops in the same order, at the same rate and with the
same adversarial loss, so that nothing differs but the colours they work in.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from colorgan import hub
from colorgan.evaluation.protocol import judge
from colorgan.evaluation.sheet import sheet_of
from colorgan.evaluation.summary import summarize, table
from colorgan.networks import Pix2PixConfig
from colorgan.photoset.sources import pick
from colorgan.training.data import StoredPhotos, load_photos
from colorgan.training.loop import train
from colorgan.training.recipe import Recipe, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run

MEASURES = ("psnr", "rmse", "ssim", "ciede2000", "colourfulness")


def recipe_of(name: str, size: int, photos: int) -> Recipe:
    """Give a recipe of the two at this size; all but the colours is that of pix2pix-lab."""
    alike = RECIPES["pix2pix-lab"]
    generator = RECIPES[name].generator
    assert isinstance(generator, Pix2PixConfig)
    return replace(
        RECIPES[name],
        generator=replace(generator, levels=size.bit_length() - 1),
        stages=(Stage(size, 16, photos, kind="adversarial"),),
        adversarial=alike.adversarial,
        learning_rate=alike.learning_rate,
        schedule="cosine",
    )


def main() -> None:
    """Train both, judge both, print the table and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", required=True, help="photos to train on")
    parser.add_argument("--val", nargs="+", required=True, help="photos to judge by")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=64, help="a power of two")
    parser.add_argument("--photos", type=int, default=8000, help="seen by each")
    parser.add_argument("--judge", type=int, default=200, help="photos judged by")
    options = parser.parse_args()
    recipes = [
        recipe_of(name, options.size, options.photos) for name in ("pix2pix-rgb", "pix2pix-lab")
    ]
    store = load_photos(options.data, short_side=recipes[0].short_side)
    models = {}
    for recipe in recipes:
        run = Run(options.out / recipe.name, tuple(options.data), log_every=50)
        models[recipe.name] = hub.load(train(recipe, run, StoredPhotos(store, seed=recipe.seed)))
    photos = pick(options.val, options.judge)
    result = judge(models, photos, size=options.size, measures=MEASURES)
    sheet_of(models, photos, result.names, 12, options.size).save(options.out / "sheet.png")
    print(
        f"{len(store)} photos at {options.size} px, {options.photos} seen by each; judged on "
        f"{len(result.names)}; {torch.get_num_threads()} threads"
    )
    print(table(summarize(result)))


if __name__ == "__main__":
    main()
