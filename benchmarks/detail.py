"""How fine colours must be to pass for a photo's: `python benchmarks/detail.py --data PHOTOS ...`.

Photos get their own colours back, but averaged over squares of so many pixels of 256: what a model
would reach that knew every colour, and nothing smaller than that.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch.nn import functional as F
from tqdm import tqdm

from colorgan import color
from colorgan.evaluation.features import frechet_distance, kernel_distance
from colorgan.evaluation.metrics import Picture, Pixels, ciede2000
from colorgan.evaluation.options import add_features, feature_network
from colorgan.evaluation.protocol import squares, to_pixels
from colorgan.photoset.curate import is_grey
from colorgan.photoset.sources import pick

SIZE = 256
SQUARES = (4, 8, 16, 32, 64)


def averaged(square: Pixels, side: int) -> Pixels:
    """Give a picture (S, S, 3) with its colours averaged over squares; of side 0: without."""
    lab = color.rgb_to_lab(torch.from_numpy(square).permute(2, 0, 1)[None] / 255)
    lightness, ab = lab[:, :1], lab[:, 1:]
    if side:
        small = F.avg_pool2d(ab, side)
        ab = F.interpolate(small, ab.shape[-2:], mode="bilinear", align_corners=False)
    pixels: Pixels = to_pixels(lightness, ab if side else torch.zeros_like(ab))[0]
    return pixels


def main() -> None:
    """Print a line for each size of the squares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, help="colour photos")
    parser.add_argument("--photos", type=int, default=500, help="how many of them, at most")
    add_features(parser)
    options = parser.parse_args()
    network = feature_network(options)
    if network is None:
        parser.error("name a feature network: --features NAME")
    found = squares(pick(options.data, options.photos), SIZE)
    photos = [square for _, square in found if not is_grey(square)]
    truth = network.features(np.stack(photos))
    figures = {}
    for side in (0, *SQUARES):
        pictures = [averaged(photo, side) for photo in tqdm(photos, desc=f"squares of {side}")]
        pairs = zip(pictures, photos, strict=True)
        error = float(np.mean([ciede2000(Picture(a), Picture(b)) for a, b in pairs]))
        seen = network.features(np.stack(pictures))
        figures[side] = (error, kernel_distance(seen, truth), frechet_distance(seen, truth))
    print(f"{len(photos)} photos at {SIZE} px; feature network: {network.name}\n")
    print("| colours averaged over | CIEDE2000 | kernel distance | Frechet distance |")
    print("| --- | ---: | ---: | ---: |")
    for side, values in figures.items():
        shares = [f"{value / grey:.0%}" for value, grey in zip(values, figures[0], strict=True)]
        print(f"| {f'{side} x {side} pixels' if side else 'grey'} | {' | '.join(shares)} |")


if __name__ == "__main__":
    main()
