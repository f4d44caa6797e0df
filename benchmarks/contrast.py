"""Gain against contrast: python benchmarks/contrast.py MODEL --data PHOTOS

A model is judged with several gains and contrasts in use, whatever its own are, by the protocol of
`colorgan evaluate`. Printed are CIEDE2000 as a share of grey's and colourfulness as a share of the
originals', so that ways of equal colourfulness can be compared.
"""

from __future__ import annotations

import argparse

from ablation import seen_by

from colorgan import hub
from colorgan.evaluation.protocol import GREY, ORIGINAL, judge
from colorgan.photoset import evenly, read_all

WAYS = (
    (1.0, 0.0),
    (1.4, 0.0),
    (1.7, 0.0),
    (1.3, 0.3),
    (1.1, 0.6),
    (1.2, 0.6),
    (1.3, 0.6),
    (1.3, 1.0),
)


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="of a U-Net: pretrained, custom, a folder, org/name")
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--zooms", type=float, nargs="+", help="default: the model's own")
    options = parser.parse_args()
    model = hub.load(hub.resolve(options.model).path)
    if options.zooms:
        model = seen_by(model, zooms=options.zooms)
    ways = {f"{g} C (C / 15)^{c}": seen_by(model, gain=g, contrast=c) for g, c in WAYS}
    photos = evenly(list(read_all(options.data)), options.photos)
    result = judge(ways, photos, measures=("ciede2000", "colourfulness"))
    print(f"{len(result.names)} photos\n\n| chroma C becomes | CIEDE2000 | colourfulness |")
    print("| --- | ---: | ---: |")
    for way in ways:
        near = result.mean(way, "ciede2000") / result.mean(GREY, "ciede2000")
        strong = result.mean(way, "colourfulness") / result.mean(ORIGINAL, "colourfulness")
        print(f"| {way} | {near:.1%} | {strong:.1%} |")


if __name__ == "__main__":
    main()
