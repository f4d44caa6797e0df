"""The README's table of quality: `python benchmarks/quality.py [--groups] [PHOTOS...]`.

Without photos it prints the figures that benchmarks/embed.py measured and kept in
weights/NAME/evaluation.json; with photos it judges all embedded models on them. --groups prints
each group's CIEDE2000 as a share of grey's instead.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from embed import differences

from colorgan import hub
from colorgan.evaluation.protocol import GREY, ORIGINAL, judge
from colorgan.evaluation.summary import share, summarize
from colorgan.photoset.sources import read_all

HEADER = (
    "| | PSNR, dB | CIEDE2000 | colourfulness | kernel distance | Frechet distance |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: |"
)


def row(models: dict[str, Any], model: str) -> str:
    """Return a model's line: figures, and in brackets their share of grey's or the originals'."""
    figures = {name: figure["mean"] for name, figure in models[model].items()}
    difference = share(models, model, "ciede2000", GREY)
    colour = share(models, model, "colourfulness", ORIGINAL)
    psnr = "" if figures["psnr"] is None else f"{figures['psnr']:.2f}"
    distances = [
        f"{share(models, model, name, GREY):.0%}"
        for distance in ("kernel[", "frechet[")
        for name in figures
        if name.startswith(distance)
    ]
    return (
        f"| {model} | {psnr} | {figures['ciede2000']:.2f} ({difference:.0%}) "
        f"| {figures['colourfulness']:.1f} ({colour:.0%}) "
        f"| {' | '.join(distances or ('', ''))} |"
    )


def group_rows(groups: dict[str, Any], models: list[str]) -> list[str]:
    """Return a line for each group: how many photos, each model's CIEDE2000 as a share of
    grey's."""
    lines = [f"| | photos | {' | '.join(models)} |", f"| --- | ---: {'| ---: ' * len(models)}|"]
    for name, group in groups.items():
        figures = group["ciede2000"]
        shares = [f"{figures[model] / figures[GREY]:.1%}" if figures else "" for model in models]
        lines.append(f"| {name} | {group['photos']} | {' | '.join(shares)} |")
    return lines


def kept() -> dict[str, Any]:
    """Return the figures that came with the embedded models, as one summary."""
    folders = hub.embedded("generator")
    found = {n: json.loads((folder / hub.EVALUATION).read_text()) for n, folder in folders.items()}
    protocols = [figures["protocol"] for figures in found.values()]
    assert all(protocol == protocols[0] for protocol in protocols), "judged alike"
    models = {name: figures["models"][name] for name, figures in found.items()}
    first = next(iter(found.values()))["models"]
    return {
        "protocol": protocols[0],
        "models": {GREY: first[GREY], **models, ORIGINAL: first[ORIGINAL]},
        "groups": joined([figures["groups"] for figures in found.values()]),
    }


def joined(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return tables of groups, each of another model, as one."""
    whole: dict[str, Any] = {name: dict(group) for name, group in tables[0].items()}
    for table in tables:
        for name, group in table.items():
            whole[name]["ciede2000"] = whole[name]["ciede2000"] | group["ciede2000"]
    return whole


def measured(photos: list[str]) -> dict[str, Any]:
    """Judge the embedded models anew."""
    models = {name: hub.load(folder) for name, folder in hub.embedded("generator").items()}
    summary = summarize(judge(models, read_all(photos)))
    rows = summary["models"]
    order = [GREY, *models, ORIGINAL]
    ordered = {name: rows[name] for name in order}
    return {
        "protocol": summary["protocol"],
        "models": ordered,
        "groups": differences(summary["groups"]),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="*", help="folders or tar archives of colour photos")
    parser.add_argument("--groups", action="store_true", help="the groups instead")
    options = parser.parse_args()
    figures = measured(options.photos) if options.photos else kept()
    protocol = figures["protocol"]
    network = protocol["features"] or "none"
    print(f"{protocol['photos']} photos at {protocol['size']} px; feature network: {network}\n")
    if options.groups:
        models = [name for name in figures["models"] if name not in (GREY, ORIGINAL)]
        print(*group_rows(figures["groups"], models), sep="\n")
        return
    print(HEADER)
    for model in figures["models"]:
        print(row(figures["models"], model))


if __name__ == "__main__":
    main()
