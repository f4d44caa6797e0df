"""Gain against contrast: python benchmarks/contrast.py MODEL ... --data PHOTOS

Models are judged with several gains, contrasts, temperatures and cautions in use, whatever their
own are, by the protocol of `colorgan evaluate`. Printed are shares of grey's, of colourfulness of
the originals', and of the area and the photos with glaring mistakes, so that ways of equal
colourfulness can be compared.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from colorgan import hub
from colorgan.evaluation.options import add_features, feature_network
from colorgan.evaluation.protocol import GREY, ORIGINAL, judge
from colorgan.evaluation.summary import share, summarize
from colorgan.networks import Generator
from colorgan.photoset.sources import pick

WAYS = ("1,0", "1.4,0", "1.7,0", "1.3,0.3", "1.1,0.6", "1.2,0.6", "1.3,0.6", "1.3,1")
SETTINGS = ("gain", "contrast", "temperature", "caution")
MEASURES = ("ciede2000", "colourfulness", "glaring", "glaring_photos")


def settings(way: str) -> dict[str, float]:
    """Return what a way such as 1.1,0.15 or 1.1,0.15,0.25 or 1.1,0.15,0.25,1 sets."""
    return dict(zip(SETTINGS, map(float, way.split(",")), strict=False))


def seen_by(model: Generator, **settings: Any) -> Generator:
    """Return the same network with other settings of use."""
    other = copy.copy(model)
    other.settings = replace(model.settings, **settings)  # type: ignore[type-var]
    return other


def figures(summary: Mapping[str, Any], way: str) -> dict[str, float]:
    """Return a way's means as shares: of grey's, colourfulness of the originals'."""
    models = summary["models"]
    scales = {m: ORIGINAL if m.startswith("colourful") else GREY for m in models[way]}
    shares = {m: share(models, way, m, scale) for m, scale in scales.items()}
    wanted = ("ciede2000", "colourfulness", "frechet", "kernel")
    return {m: part for m, part in shares.items() if m.startswith(wanted) and part is not None}


def glaring(summary: Mapping[str, Any], way: str) -> dict[str, float]:
    """Return the shares of the area and of the photos that are glaringly wrong; grey has none."""
    names = (name for name in MEASURES if name.startswith("glaring"))
    return {name: summary["models"][way][name]["mean"] for name in names}


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="U-Nets: pretrained, custom, folders, org/name")
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--zooms", type=float, nargs="+", help="default: each model's own")
    parser.add_argument(
        "--ways", nargs="+", default=WAYS, help="GAIN,CONTRAST[,TEMPERATURE[,CAUTION]]"
    )
    add_features(parser)
    options = parser.parse_args()
    zooms = {"zooms": options.zooms} if options.zooms else {}
    ways = {
        f"{name} at {way}": seen_by(hub.load(hub.resolve(name).path), **settings(way), **zooms)
        for name in options.models
        for way in options.ways
    }
    photos = pick(options.data, options.photos)
    network = feature_network(options)
    summary = summarize(judge(ways, photos, measures=MEASURES, network=network))
    rows = {way: figures(summary, way) | glaring(summary, way) for way in ways}
    names = list(next(iter(rows.values())))
    print(f"| {len(photos)} photos | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for way, found in rows.items():
        print(f"| {way} | {' | '.join(f'{found[name]:.1%}' for name in names)} |")


if __name__ == "__main__":
    main()
