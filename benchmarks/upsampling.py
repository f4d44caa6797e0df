"""Which way of enlarging chroma is nearest to the truth: `python benchmarks/upsampling.py PHOTOS`.

Each photo's true chroma is reduced to a quarter of a working size, as a generator's head gives it,
and brought back to full size; figures are mean CIEDE2000 to the photo, lower is better.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from skimage.color import deltaE_ciede2000
from torch import Tensor
from torch.nn import functional as F

from colorgan import color, photo
from colorgan.color.upsampling import EDGE, WINDOW, apply_lines, box, fit_lines
from colorgan.photoset.sources import read_all


def guided_filter(lightness: Tensor, ab: Tensor) -> Tensor:
    """Lines of the fast guided filter (He, Sun 2015), to compare with."""
    mean_l, mean_ab = box(lightness, WINDOW), box(ab, WINDOW)
    variance = box(lightness * lightness, WINDOW) - mean_l * mean_l
    slope = (box(lightness * ab, WINDOW) - mean_l * mean_ab) / (variance + EDGE**2)
    return box(torch.cat((slope, mean_ab - slope * mean_l), dim=1), WINDOW)


def resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, antialiased when smaller."""
    return F.interpolate(x, size, mode="bilinear", align_corners=False, antialias=True)


def errors(lab: Tensor, short_side: int) -> dict[str, float]:
    """Give the mean CIEDE2000 of each way for one photo, Lab (1, 3, H, W)."""
    lightness, ab = lab[:, :1], lab[:, 1:]
    height, width = lab.shape[-2:]
    scale = short_side / min(height, width)
    seen = (round(height * scale), round(width * scale))
    small = resize(lightness, seen)
    answer = resize(resize(ab, (seen[0] // 4, seen[1] // 4)), seen)
    ways = {
        "bilinear": resize(answer, (height, width)),
        "guided filter": apply_lines(guided_filter(small, answer), lightness, 0, height),
        "lines (ours)": apply_lines(fit_lines(small, answer), lightness, 0, height),
    }
    truth = lab[0].permute(1, 2, 0).numpy()
    return {
        way: float(
            deltaE_ciede2000(truth, torch.cat((lightness, full), 1)[0].permute(1, 2, 0)).mean()
        )
        for way, full in ways.items()
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", help="folders or tar archives of colour photos")
    parser.add_argument("--every", type=int, default=10, help="take every n-th photo")
    options = parser.parse_args()
    files = list(read_all(options.photos))[:: options.every]
    for short_side in (64, 128, 256):
        rows: list[dict[str, float]] = []
        for _, data in files:
            pixels = torch.from_numpy(photo.read(data).pixels).permute(2, 0, 1)[None]
            rows.append(errors(color.rgb_to_lab(pixels / 255), short_side))
        means = {way: float(np.mean([row[way] for row in rows])) for way in rows[0]}
        print(
            f"working size {short_side:3}, {len(rows)} photos: "
            + ", ".join(f"{way} {mean:.3f}" for way, mean in means.items())
        )


if __name__ == "__main__":
    main()
