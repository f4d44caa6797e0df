"""What each of the six systems makes: python benchmarks/systems.py --data PHOTOS ...

Five recipes are trained on the same photos for the same minutes of a processor's time at 64 pixels,
far less than their makers gave them, so the sheets show their kinds of faults and not how good they
can get. For `nogan` there is `pretrained`, a relative that had hours and no critic: a few minutes
from random weights leave it grey. Written is a sheet each, of the examples; printed a table of the
five, by the protocol of `colorgan evaluate` at the size that they were trained for.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from ablation import pace

from colorgan import Colorizer, hub
from colorgan.colorizer import DEFAULT_SIZE
from colorgan.evaluation.protocol import judge
from colorgan.evaluation.sheet import sheet
from colorgan.evaluation.summary import summarize, table
from colorgan.networks import Generator, Pix2PixConfig
from colorgan.photoset.sources import pick
from colorgan.training.data import StoredPhotos, load_photos
from colorgan.training.loop import train
from colorgan.training.recipe import Recipe
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run

SYSTEMS = ("guler", "landscape", "flickr-lab", "pix2pix-rgb", "pix2pix-lab")
SIZE, BATCH = 64, 16
SEEN_AT = 96  # the working size for the sheets: objects are then as large as in the crops
SIDE = 192  # of a picture on a sheet
MEASURES = ("psnr", "ciede2000", "colourfulness")
EXAMPLES = Path(__file__).parent.parent / "examples" / "photos"


def small(name: str) -> Recipe:
    """Give a system's recipe at 64 pixels."""
    recipe = RECIPES[name]
    (stage,) = recipe.stages
    changes: dict[str, Any] = {"stages": (replace(stage, size=SIZE),)}
    if isinstance(recipe.generator, Pix2PixConfig):
        changes["generator"] = replace(recipe.generator, levels=6)
    if hasattr(recipe.critic, "side"):
        changes["critic"] = replace(recipe.critic, side=SIZE)  # type: ignore[type-var, call-arg]
    return lasting(replace(recipe, **changes), 10_000)


def lasting(recipe: Recipe, photos: int) -> Recipe:
    """Give the recipe for so many photos."""
    (stage,) = recipe.stages
    photos = max(round(photos / BATCH), 1) * BATCH
    return replace(recipe, stages=(replace(stage, batch=BATCH, photos=photos, epochs=0),))


def draw(model: Generator, size: int, path: Path) -> None:
    """Write the examples in grey and as the model colours them at a size, side by side."""
    colorizer = Colorizer(model)
    columns = {}
    for photo in sorted(EXAMPLES.glob("*.jpg")):
        rows = [colorizer(photo, strength=s, size=size).convert("RGB") for s in (0.0, 1.0)]
        edge = min(rows[0].size)
        left, top = ((side - edge) / 2 for side in rows[0].size)
        box = (left, top, left + edge, top + edge)
        columns[photo.stem] = [np.asarray(row.resize((SIDE, SIDE), box=box)) for row in rows]
    sheet(columns).save(path, quality=80)


def main() -> None:
    """Train, judge and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--val", nargs="+", required=True)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--judge", type=int, default=150)
    parser.add_argument("--out", type=Path, required=True, help="folder of the sheets")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    draw(hub.load(hub.resolve("pretrained").path), DEFAULT_SIZE, options.out / "system-nogan.webp")
    source = StoredPhotos(load_photos(options.data, short_side=SIZE * 3 // 2), seed=0)
    models = {}
    for name in SYSTEMS:
        with tempfile.TemporaryDirectory() as folder:
            recipe = small(name)
            seconds = pace(recipe, source, Path(folder))
            recipe = lasting(recipe, round(options.minutes * 60 / seconds))
            run = Run(Path(folder) / "run", tuple(options.data), log_every=50)
            models[name] = hub.load(train(recipe, run, source))
        draw(models[name], SEEN_AT, options.out / f"system-{name}.webp")
        print(f"{name}: {sum(stage.photos for stage in recipe.stages)} crops", flush=True)
    photos = pick(options.val, options.judge)
    result = judge(models, photos, size=SIZE, measures=MEASURES, progress=False)
    print(f"{options.minutes} minutes each; judged on {len(result.names)} photos")
    print(table(summarize(result)))


if __name__ == "__main__":
    main()
