"""The README's table of quality: `python benchmarks/quality.py [PHOTOS...]`.

Without photos it prints the figures that benchmarks/embed.py measured and kept in
weights/NAME/evaluation.json; with photos it judges all embedded models on them.
"""

from __future__ import annotations

import argparse
from typing import Any

from colorgan import cards, hub
from colorgan.evaluation.protocol import GREY, ORIGINAL, judge
from colorgan.evaluation.summary import summarize
from colorgan.photoset import read_all

HEADER = (
    "| | PSNR, dB | CIEDE2000 | colourfulness | kernel distance |\n"
    "| --- | ---: | ---: | ---: | ---: |"
)


def row(models: dict[str, Any], model: str) -> str:
    """Give a model's line: figures, and in brackets their share of grey's or the originals'."""
    figures = {name: figure["mean"] for name, figure in models[model].items()}
    difference = figures["ciede2000"] / models[GREY]["ciede2000"]["mean"]
    colour = figures["colourfulness"] / models[ORIGINAL]["colourfulness"]["mean"]
    psnr = "" if figures["psnr"] is None else f"{figures['psnr']:.2f}"
    kernel = next((name for name in figures if name.startswith("kernel[")), None)
    share = figures[kernel] / models[GREY][kernel]["mean"] if kernel else None
    return (
        f"| {model} | {psnr} | {figures['ciede2000']:.2f} ({difference:.0%}) "
        f"| {figures['colourfulness']:.1f} ({colour:.0%}) "
        f"| {'' if share is None else format(share, '.0%')} |"
    )


def kept() -> dict[str, Any]:
    """Give the figures that came with the embedded models, as one summary."""
    found = {name: cards.read_figures(folder) for name, folder in hub.embedded("generator").items()}
    protocols = [figures["protocol"] for figures in found.values()]
    assert all(protocol == protocols[0] for protocol in protocols), "judged alike"
    models = {name: figures["models"][name] for name, figures in found.items()}
    first = next(iter(found.values()))["models"]
    return {
        "protocol": protocols[0],
        "models": {GREY: first[GREY], **models, ORIGINAL: first[ORIGINAL]},
    }


def measured(photos: list[str]) -> dict[str, Any]:
    """Judge the embedded models anew."""
    models = {name: hub.load(folder) for name, folder in hub.embedded("generator").items()}
    summary = summarize(judge(models, read_all(photos)))
    rows = summary["models"]
    order = [GREY, *models, ORIGINAL]
    return {"protocol": summary["protocol"], "models": {name: rows[name] for name in order}}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="*", help="folders or tar archives of colour photos")
    options = parser.parse_args()
    figures = measured(options.photos) if options.photos else kept()
    protocol = figures["protocol"]
    network = protocol["features"] or "none"
    print(f"{protocol['photos']} photos at {protocol['size']} px; feature network: {network}\n")
    print(HEADER)
    for model in figures["models"]:
        print(row(figures["models"], model))


if __name__ == "__main__":
    main()
