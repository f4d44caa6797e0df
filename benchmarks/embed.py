"""Make a finished run an embedded model: `python benchmarks/embed.py RUN NAME --data PHOTOS`.

Copies config and weights to weights/NAME, judges them on the photos, and writes the model card
with these figures.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard, ModelCardData

from colorgan import hub
from colorgan.cli import parse_settings
from colorgan.evaluation.features import FeatureNetwork
from colorgan.evaluation.protocol import judge
from colorgan.evaluation.summary import summarize
from colorgan.photoset import read_all

ROOT = Path(__file__).parent.parent
ABOUT = {
    "pretrained": "Colours any photo: trained on landscapes, people, animals, streets, buildings, "
    "plants, sports, food and objects.",
    "custom": "For an old city's album: a broad model fine-tuned on people, faces, streets, "
    "buildings, ships, horses, vehicles and trains.",
}
DATA = (
    "Photographs of public data sets with mixed, partly research-only licences, listed in {link}."
)
SHOWN = ("psnr", "ssim", "ciede2000", "colourfulness", "chroma_histogram", "bleeding")
SOURCES = "[SOURCES.md](../SOURCES.md)"


def cell(figure: dict[str, Any] | None) -> str:
    """Give a figure as the card shows it."""
    if figure is None or figure["mean"] is None:
        return "-"
    value = figure["mean"]
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def write_card(folder: Path, figures: dict[str, Any]) -> None:
    """Write README.md of a model folder from its config, its provenance and its figures."""
    name = folder.name
    history = hub.history(folder)
    metrics = [m for m in SHOWN if m in figures["models"][name]]
    metrics += [m for m in figures["models"][name] if "[" in m]
    rows = [
        {
            "name": model,
            "cells": [cell(row.get(measure)) for measure in metrics],
        }
        for model, row in figures["models"].items()
    ]
    parameters = sum(p.numel() for p in hub.load(folder).parameters()) / 1e6
    card = ModelCard.from_template(
        ModelCardData(
            license="other",
            license_name="mixed-research",
            library_name="colorgan",
            pipeline_tag="image-to-image",
            tags=["colorization", "image-to-image", "old-photos"],
        ),
        template_path=str(ROOT / "model_card.md"),
        name=name,
        about=ABOUT[name],
        config=json.loads((folder / hub.CONFIG).read_text()),
        recipe=history[-1]["recipe"],
        history=history,
        seen=f"{sum(int(run['seen']) for run in history):,}",
        parameters=f"{parameters:.1f}",
        data=DATA.format(link=SOURCES),
        figures=figures,
        metrics=metrics,
        rows=rows,
    )
    (folder / hub.CARD).write_text(str(card).rstrip() + "\n")


def main() -> None:
    """Copy, judge, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", choices=sorted(ABOUT))
    parser.add_argument("--data", nargs="+", required=True, help="validation photos")
    parser.add_argument("--gain", type=float, default=1.0, help="factor on ab in use")
    parser.add_argument(
        "--zoom", type=float, default=1.0, help="share of the size that the trunk sees"
    )
    parser.add_argument("--features", help="as for colorgan evaluate")
    parser.add_argument("--features-weights", default="timm")
    parser.add_argument("--features-settings", nargs="+", default=[])
    options = parser.parse_args()
    folder = ROOT / "weights" / options.name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(options.run / hub.WEIGHTS, folder / hub.WEIGHTS)
    config = json.loads((options.run / hub.CONFIG).read_text())
    config |= {"gain": options.gain, "zoom": options.zoom}
    (folder / hub.CONFIG).write_text(json.dumps(config, indent=2) + "\n")
    network = None
    if options.features:
        settings = parse_settings(options.features_settings)
        network = FeatureNetwork(options.features, options.features_weights, settings)
    result = judge({options.name: hub.load(folder)}, read_all(options.data), network=network)
    write_card(folder, summarize(result))
    print((folder / hub.CARD).read_text())


if __name__ == "__main__":
    main()
