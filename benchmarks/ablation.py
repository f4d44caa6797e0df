"""What pays in training, at equal time: python benchmarks/ablation.py CELL ... --data PHOTOS ...

Every cell changes one thing of the base: EfficientNet-Lite2 with ImageNet weights, frozen, a small
decoder, Huber on ab, 96 pixels, a quarter of the size. Some have two parts, one after the other.
First the pace of all cells is measured in short starts, one after another on the same machine; from
it follows how many photos a cell sees, so that each trains for the same minutes and its learning
rate falls to 0 at the end.
Figures are by the protocol of `colorgan evaluate` on photos that no cell learned from, as shares of
grey's or of the originals'. A cell is seen at the zoom that suits it best, then with more gain, or
at other temperatures, since any answer can be made stronger afterwards. Each adds a line a way to
benchmarks/ablation.jsonl; --table prints all of them.
"""

from __future__ import annotations

import argparse
import copy
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from colorgan import hub
from colorgan.evaluation.features import FeatureNetwork
from colorgan.evaluation.metrics import Picture, colourfulness
from colorgan.evaluation.options import add_features, feature_network
from colorgan.evaluation.protocol import GREY, ORIGINAL, judge
from colorgan.evaluation.summary import share, summarize
from colorgan.networks import Generator, UNetConfig
from colorgan.networks.critics import NoGanConfig
from colorgan.photoset.sources import pick
from colorgan.training.data import PhotoStore, StoredPhotos, load_photos
from colorgan.training.loop import train
from colorgan.training.recipe import Adversarial, Kind, LossWeights, Recipe, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run

LINES = Path(__file__).parent / "ablation.jsonl"
START, LONGER, TRIES = 4, 24, 2  # steps of the short runs whose difference tells the pace
BATCH = 32
TEACHER = "tf_efficientnet_lite2"
ZOOMS = (0.5, 0.75, 1.0)
WAYS: dict[str, dict[str, dict[str, float]]] = {
    "regression": {
        "": {},
        ", gain 1.3": {"gain": 1.3},
        ", gain 1.2, contrast 0.6": {"gain": 1.2, "contrast": 0.6},
    },
    "classes": {f", temperature {t}": {"temperature": t} for t in (0.2, 0.38, 0.7, 1.0)},
}
Photos = list[tuple[str, bytes]]
Change = Callable[[Recipe], Recipe]


@dataclass(frozen=True)
class Part:
    """A training of a cell: how it differs from the base, and on which photos."""

    change: Change = lambda recipe: recipe
    share: float = 1.0
    """Of the cell's time."""
    photos: Literal["all", "tiny", "with tiny", "colourful"] = "all"


def lite(**settings: Any) -> UNetConfig:
    """Give the base's network with other settings."""
    generator = RECIPES["light"].generator
    assert isinstance(generator, UNetConfig)
    return replace(generator, **settings)


def sized(recipe: Recipe, *sizes: int) -> Recipe:
    """Train at other sizes of crops, one after another."""
    (stage,) = recipe.stages
    photos = stage.photos // len(sizes)
    return replace(recipe, stages=tuple(replace(stage, size=size, photos=photos) for size in sizes))


def resnet(recipe: Recipe, **losses: float) -> Recipe:
    """Train a ResNet34 from nothing, with other losses."""
    return replace(
        recipe,
        generator=UNetConfig(),
        trunk_weights=None,
        trunk_rate=1.0,
        losses=LossWeights(**{"huber": 1.0, **losses}),
        teacher=TEACHER if losses else None,
    )


def losses(recipe: Recipe, **weights: float) -> Recipe:
    """Train by other losses; those that need features take the teacher's."""
    teacher = TEACHER if "perceptual" in weights else None
    return replace(recipe, losses=LossWeights(**{"huber": 1.0, **weights}), teacher=teacher)


def classes(recipe: Recipe, rebalancing: float) -> Recipe:
    """Answer with a distribution over colour classes."""
    return replace(
        recipe,
        generator=lite(head="classes"),
        losses=LossWeights(classes=1.0),
        rebalancing=rebalancing,
    )


def played(recipe: Recipe) -> Recipe:
    """Spend the last quarter of the photos on a critic and a game against it."""
    (stage,) = recipe.stages
    parts: tuple[tuple[Kind, float, float], ...] = (
        ("generator", 0.75, 1.0),
        ("critic", 0.13, 1.0),
        ("adversarial", 0.12, 0.2),
    )
    return replace(
        recipe,
        critic=NoGanConfig(),
        adversarial=Adversarial("hinge", factor=0.15, critic_rate=3.0),
        stages=tuple(
            replace(stage, kind=kind, photos=round(stage.photos * share), rate=rate)
            for kind, share, rate in parts
        ),
    )


CELLS: dict[str, tuple[Part, ...]] = {
    "base": (Part(),),
    "trunk fine-tuned": (Part(lambda r: replace(r, trunk_rate=0.2)),),
    "trunk fine-tuned at the end": (
        Part(share=0.5),
        Part(lambda r: replace(r, trunk_rate=0.2, learning_rate=5e-4), 0.5),
    ),
    "classes": (Part(lambda r: classes(r, 0.0)),),
    "classes, rebalanced": (Part(lambda r: classes(r, 0.5)),),
    "rebalanced": (Part(lambda r: replace(r, rebalancing=0.5)),),
    "nearer to absolute errors": (Part(lambda r: replace(r, huber_delta=4.0)),),
    "perceptual": (Part(lambda r: losses(r, perceptual=4.0)),),
    "colourfulness": (Part(lambda r: losses(r, colourfulness=1.0)),),
    "adversarial": (Part(played),),
    "half of the size": (
        Part(lambda r: replace(r, generator=lite(widths=(128, 96, 96, 64), chroma_stride=2))),
    ),
    "64 px": (Part(lambda r: sized(r, 64)),),
    "128 px": (Part(lambda r: sized(r, 128)),),
    "64, 96, 128 px": (Part(lambda r: sized(r, 64, 96, 128)),),
    "tiny64 mixed in": (Part(photos="with tiny"),),
    "tiny64 for the start": (Part(lambda r: sized(r, 64), 0.3, "tiny"), Part(share=0.7)),
    "dull photos left out": (Part(photos="colourful"),),
    "clean lightness only": (Part(lambda r: replace(r, degrade=0.0)),),
    "resnet34": (Part(resnet),),
    "resnet34, distilled along": (Part(lambda r: resnet(r, distil=3.0)),),
    "resnet34, distilled first": (
        Part(lambda r: resnet(r, huber=0.0, distil=3.0), 0.5),
        Part(resnet, 0.5),
    ),
}


def base(trunk: str, photos: int) -> Recipe:
    """Give the recipe that every cell changes."""
    return replace(
        RECIPES["light"],
        stages=(Stage(96, BATCH, photos),),
        trunk_weights=trunk,
        teacher_weights=trunk,
        ema_halflife=2000,
    )


def colourful_half(store: PhotoStore) -> PhotoStore:
    """Keep the half of the photos with the strongest colours."""
    strengths = [colourfulness(Picture(photo)) for photo in store.photos]
    kept = np.flatnonzero(strengths >= np.median(strengths))
    return PhotoStore([store.photos[i] for i in kept])


def photos_for(part: Part, plain: PhotoStore, tiny: list[str]) -> StoredPhotos:
    """Give the photos that a part learns from."""
    store = plain
    if part.photos in ("tiny", "with tiny"):
        store = load_photos(tiny, short_side=64 if part.photos == "tiny" else 144)
    if part.photos == "with tiny":
        store = PhotoStore([*plain.photos, *store.photos])
    if part.photos == "colourful":
        store = colourful_half(plain)
    return StoredPhotos(store, seed=0)


def pace(recipe: Recipe, source: StoredPhotos, folder: Path) -> float:
    """Give the processor's seconds a photo, from short runs of each stage.

    The least of several tries, since other work on the machine only makes it slower.
    """
    seconds = 0.0
    seen = sum(stage.photos for stage in recipe.stages)
    for stage in recipe.stages:
        alone = replace(recipe, stages=(stage,))
        spent: dict[int, list[float]] = {}
        for steps in (START, LONGER) * TRIES:
            own = Path(tempfile.mkdtemp(dir=folder))
            run = Run(own, ("pace",), max_steps=steps, log_every=1000)
            begun = time.process_time()
            train(alone, run, source)
            spent.setdefault(steps, []).append(time.process_time() - begun)
        step = (min(spent[LONGER]) - min(spent[START])) / (LONGER - START)
        seconds += step / stage.batch * stage.photos / seen
    return seconds


def seen_by(model: Generator, **settings: Any) -> Generator:
    """Give the same network with other settings of use."""
    other = copy.copy(model)
    other.settings = replace(model.settings, **settings)  # type: ignore[type-var]
    return other


def judged(
    model: Generator, name: str, photos: Photos, network: FeatureNetwork | None
) -> dict[str, dict[str, float]]:
    """Judge a model at the zoom that suits it, in every way that it can be used."""
    zooms = {str(zoom): seen_by(model, zooms=(zoom,)) for zoom in ZOOMS}
    tried = judge(zooms, photos[::2], measures=("ciede2000",), progress=False)
    zoom = min(ZOOMS, key=lambda zoom: tried.mean(str(zoom), "ciede2000"))
    head = getattr(model.settings, "head", "regression")
    ways = {name + way: seen_by(model, zooms=(zoom,), **s) for way, s in WAYS[head].items()}
    measures = ("ciede2000", "colourfulness")
    summary = summarize(judge(ways, photos, measures=measures, network=network, progress=False))
    return {way: {"zoom": zoom, **figures(summary, way)} for way in ways}


def figures(summary: Mapping[str, Any], name: str) -> dict[str, float]:
    """Give a model's means as shares: of grey's, colourfulness of the originals'."""
    models = summary["models"]
    found = {}
    for measure in models[name]:
        if measure == "ciede2000" or measure.startswith(("frechet", "kernel", "colourfulness")):
            scale = ORIGINAL if measure.startswith("colourful") else GREY
            part = share(models, name, measure, scale)
            if part is not None:
                found[measure] = round(part, 4)
    return found


def table() -> None:
    """Print every line so far as Markdown, the nearest to the originals first."""
    rows = [json.loads(line) for line in LINES.read_text().splitlines()]
    names = [name for name in rows[0]["figures"] if "gap" not in name and name != "zoom"]
    print(f"| {rows[0]['judged']} photos | minutes | crops | zoom | {' | '.join(names)} |")
    print(f"| --- |{' ---: |' * (len(names) + 3)}")
    for row in sorted(rows, key=lambda row: row["figures"]["ciede2000"]):
        shares = " | ".join(f"{row['figures'].get(name, float('nan')):.1%}" for name in names)
        known = f"{row['minutes']:g} | {row['photos']} | {row['figures']['zoom']:g}"
        print(f"| {row['cell']} | {known} | {shares} |")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", metavar="CELL", help=", ".join(CELLS))
    parser.add_argument("--table", action="store_true", help="print what is known, train nothing")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--data", nargs="+", default=[])
    parser.add_argument("--tiny", nargs="+", default=[], help="for the cells with tiny photos")
    parser.add_argument("--val", nargs="+", default=[])
    parser.add_argument("--judge", type=int, default=150, help="photos judged by")
    parser.add_argument("--trunk", default="timm", help="weights of the trunk and the teacher")
    add_features(parser)
    options = parser.parse_args()
    unknown = set(options.cells) - set(CELLS)
    if unknown:
        parser.error(f"no such cells: {', '.join(sorted(unknown))}")
    return options


def measure_paces(cells: list[str], trunk: str, source: StoredPhotos) -> dict[str, list[float]]:
    """Measure the pace of each part of each cell; that of equal recipes only once."""
    known: dict[Recipe, float] = {}
    paces: dict[str, list[float]] = {name: [] for name in cells}
    for name in cells:
        for part in CELLS[name]:
            recipe = part.change(base(trunk, 9_000))
            if recipe not in known:
                with tempfile.TemporaryDirectory() as folder:
                    known[recipe] = pace(recipe, source, Path(folder))
                print(f"{name}: {1 / known[recipe]:.0f} photos a second", flush=True)
            paces[name].append(known[recipe])
    return paces


def trained(
    name: str, paces: list[float], plain: PhotoStore, options: argparse.Namespace
) -> tuple[Generator, int]:
    """Train a cell for its time, each part from the weights of the one before.

    Returns:
        the model, and how many photos it saw.
    """
    seen = 0
    init: Path | None = None
    with tempfile.TemporaryDirectory() as folder:
        for place, (part, seconds) in enumerate(zip(CELLS[name], paces, strict=True)):
            photos = round(options.minutes * 60 * part.share / seconds / BATCH) * BATCH
            recipe = part.change(base(options.trunk, photos))
            begin = None if init is None else str(init)
            run = Run(Path(folder) / f"{place}", tuple(options.data), init=begin, log_every=50)
            init = train(recipe, run, photos_for(part, plain, options.tiny))
            seen += photos
        assert init is not None
        return hub.load(init), seen


def main() -> None:
    """Train and judge the cells one after another."""
    options = arguments()
    if options.table:
        return table()
    network = feature_network(options)
    judging = pick(options.val, options.judge)
    plain = load_photos(options.data, short_side=144)
    source = StoredPhotos(plain, seed=0)
    paces = measure_paces(options.cells, options.trunk, source)
    for name in options.cells:
        model, photos = trained(name, paces[name], plain, options)
        for way, found in judged(model, name, judging, network).items():
            line = {
                "cell": way,
                "minutes": options.minutes,
                "photos": photos,
                "judged": len(judging),
                "threads": torch.get_num_threads(),
                "figures": found,
            }
            with LINES.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
    return None


if __name__ == "__main__":
    main()
