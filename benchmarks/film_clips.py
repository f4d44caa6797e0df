"""How steady the colours of real films are: python benchmarks/film_clips.py FILM...

Of each film some frames that follow one another are seen in grey, and coloured frame by frame and
by `Filmer`. There is no truth and no known motion; printed are the warping error and CDC of
benchmarks/video.py, with the motion by another estimator than the filter's (TV-L1 of scikit-image,
points left out where going there and back misses by the measure of Lai et al. 2018), and the mean
chroma, since a grey film has neither. --sheet draws ten frames of each film, grey above coloured.
"""

from __future__ import annotations

import argparse
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage.registration import optical_flow_tvl1
from torch import Tensor
from video import cdc, warping_error

from colorgan.color import cie
from colorgan.colorizer import Colorizer
from colorgan.video import steady
from colorgan.video.film import planar_frames
from colorgan.video.filmer import Filmer
from colorgan.video.source import Source, Span


def read(path: Path, filmer: Filmer, start: float, count: int) -> Tensor:
    """Return L* (T, 1, h, w) of frames at the network's size."""
    source = Source(path, Span(start))
    with source.opened() as (_, stream):
        frames = planar_frames(source, filmer, stream)
        return torch.cat([lightness for _, lightness in islice(frames, count)])


def motion(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Return the flow (1, 2, h, w) of the second frame over the first, and where it holds."""
    one, other = (x[0].numpy() / 100 for x in (first, second))
    over, back = (
        torch.from_numpy(np.stack(optical_flow_tvl1(*pair)[::-1]))[None].float()
        for pair in ((other, one), (one, other))
    )
    missed = (over + steady.warp(back, over)).square().sum(1, keepdim=True)
    length = over.square().sum(1, keepdim=True) + back.square().sum(1, keepdim=True)
    return over, (missed < 0.01 * length + 0.5).float() * steady._inside(over)


def sheet(lightness: Tensor, ab: Tensor, count: int = 10) -> Image.Image:
    """Draw frames evenly over a clip in a row: grey above coloured."""
    chosen = torch.linspace(0, len(ab) - 1, count).round().long()
    rows = [torch.cat((lightness, colour), 1)[chosen] for colour in (torch.zeros_like(ab), ab)]
    drawn = torch.cat([torch.cat(list(cie.lab_to_rgb(row).clamp(0, 1)), 2) for row in rows], 1)
    return Image.fromarray((drawn * 255).round().byte().permute(1, 2, 0).numpy())


@torch.inference_mode()
def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", nargs="+", type=Path, metavar="FILM")
    parser.add_argument("--model", default="pretrained")
    parser.add_argument("--every", type=int, default=1, metavar="K")
    parser.add_argument("--size", type=int, default=256, metavar="N")
    parser.add_argument("--from", dest="start", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--frames", type=int, default=16, metavar="N", help="of a film")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="picture to draw")
    options = parser.parse_args()
    colorizer = Colorizer.from_pretrained(options.model)
    filmer = Filmer(colorizer, every=options.every, size=options.size)
    pictures = []
    print(f"{'':28} {'warp':>17} {'share':>6} {'cdc':>17} {'share':>6} {'chroma':>7}")
    for path in options.films:
        lightness = read(path, filmer, options.start, options.frames)
        plain = torch.cat([colorizer.see(each[None]).ab for each in lightness])
        given = enumerate(each[None] for each in lightness)
        calm = torch.cat([done.memory.ab for done in filmer.steady(given)])
        found = [motion(*pair) for pair in pairwise(lightness)]
        flow, seen = (torch.cat(x) for x in zip(*found, strict=True))
        both = [
            (warping_error(torch.cat((lightness, ab), 1), flow, seen), cdc(ab))
            for ab in (plain, calm)
        ]
        chroma = float(calm.norm(dim=1).mean() / plain.norm(dim=1).mean())
        cells = [
            f"{both[0][i]:.5f}, {both[1][i]:.5f} {both[1][i] / both[0][i]:6.3f}" for i in (0, 1)
        ]
        print(f"{path.name:28} {cells[0]} {cells[1]} {chroma:7.3f}", flush=True)
        pictures.append(sheet(lightness, calm))
    if options.sheet:
        whole = Image.new("RGB", (max(p.width for p in pictures), sum(p.height for p in pictures)))
        for index, picture in enumerate(pictures):
            whole.paste(picture, (0, sum(p.height for p in pictures[:index])))
        whole.save(options.sheet)


if __name__ == "__main__":
    main()
