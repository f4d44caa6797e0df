"""Judge the embedded models: `python benchmarks/quality.py PHOTOS` prints the README's table."""

from __future__ import annotations

import argparse

from colorgan import hub
from colorgan.evaluation.protocol import GREY, ORIGINAL, Judgement, judge
from colorgan.photoset import read_all

HEADER = "| | PSNR, dB | CIEDE2000 | colourfulness |\n| --- | ---: | ---: | ---: |"


def row(result: Judgement, model: str) -> str:
    """Give a model's line: figures, and in brackets their share of grey's or the originals'."""
    difference, colour = result.mean(model, "ciede2000"), result.mean(model, "colourfulness")
    psnr = "" if model == ORIGINAL else f"{result.mean(model, 'psnr'):.2f}"
    return (
        f"| {model} | {psnr} "
        f"| {difference:.2f} ({difference / result.mean(GREY, 'ciede2000'):.0%}) "
        f"| {colour:.1f} ({colour / result.mean(ORIGINAL, 'colourfulness'):.0%}) |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", help="folders or tar archives of colour photos")
    options = parser.parse_args()
    models = {name: hub.load(folder) for name, folder in hub.embedded().items()}
    result = judge(models, read_all(options.photos))
    print(f"{len(result.names)} photos, {len(result.left_out)} left out\n\n{HEADER}")
    for model in (GREY, *models, ORIGINAL):
        print(row(result, model))


if __name__ == "__main__":
    main()
