"""How steady the colours of moving pictures are: python benchmarks/video.py PHOTO...

Makes short clips from colour photos with a motion that is known at every pixel: slow and fast pans,
a zoom, something that moves across, a cut, all with grain and lamp flicker. Colours them frame by
frame and by `Filmer`, and prints, as shares of frame by frame:

- flicker: mean |ab_t - ab_(t-1)| along the known motion, where a point is seen in both;
- colourfulness: mean chroma (a grey film does not flicker);
- error: mean distance of ab from the photo's; behind: the same where something has just been;
- warp: the warping error of Lai et al. 2018, with the motion that is known: mean squared difference
  of R, G, B (0 to 1), without the grain, between a point and where it goes;
- cdc: Jensen-Shannon divergence of the histograms of a* and b* over 1, 2 and 4 frames (Liu et al.
  2021 take R, G and B), the mean;
- after a cut: distance of the first frame's colours from the network's own, in CIE units.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from colorgan.color import cie, pixels
from colorgan.colorizer import Colorizer
from colorgan.video import steady
from colorgan.video.filmer import Filmer

MEASURES = ("flicker", "colour", "error", "behind", "warp", "cdc")
GRAIN, LAMP = 3.5, 0.02  # in L*; as a share of the light


@dataclass(frozen=True, eq=False)
class Clip:
    """A made clip.

    Attributes:
        name: of the motion.
        lab: (T, 3, h, w), the truth.
        shown: L* (T, 1, h, w) with grain and lamp flicker.
        flow: (T - 1, 2, h, w): x of frame t + 1 is x + flow of frame t.
        seen: (T - 1, 1, h, w) of 0 and 1: whether that point is seen in both.
        fresh: (T, 1, h, w) of 0 and 1: what came out from behind something within a few frames.
        cut: number of the frame with which another scene begins, or None.
    """

    name: str
    lab: Tensor
    shown: Tensor
    flow: Tensor
    seen: Tensor
    fresh: Tensor
    cut: int | None = None


def opened(path: Path, side: int) -> Tensor:
    """Return Lab (1, 3, h, w) of a photo, its short side so many pixels."""
    with Image.open(path) as image:
        scale = side / min(image.size)
        shape = round(image.width * scale), round(image.height * scale)
        return pixels.to_lab(np.asarray(image.convert("RGB").resize(shape)))


def view(photo: Tensor, left: float, top: float, zoom: float, shape: tuple[int, int]) -> Tensor:
    """Return a part of a photo, from a corner in pixels and enlarged, bilinearly."""
    height, width = photo.shape[-2:]
    x = (left + (torch.arange(shape[1]) + 0.5) / zoom) * 2 / width - 1
    y = (top + (torch.arange(shape[0]) + 0.5) / zoom) * 2 / height - 1
    grid = torch.stack((x.expand(shape), y[:, None].expand(shape)), dim=-1)[None]
    return F.grid_sample(photo, grid, padding_mode="reflection", align_corners=False)


def moved(
    name: str, photo: Tensor, path: list[tuple[float, float, float]], shape: tuple[int, int]
) -> Clip:
    """Make a clip by a camera whose corner and zoom go along a path."""
    frames = torch.cat([view(photo, *place, shape) for place in path])
    x, y = torch.arange(shape[1]) + 0.5, torch.arange(shape[0])[:, None] + 0.5
    flows, seen = [], []
    for (left, top, zoom), (left2, top2, zoom2) in pairwise(path):
        across = (left2 + x / zoom2 - left) * zoom - x
        down = (top2 + y / zoom2 - top) * zoom - y
        flow = torch.stack((across.expand(shape), down.expand(shape)))
        flows.append(flow)
        where = torch.stack((x.expand(shape), y.expand(shape))) + flow
        limit = torch.tensor([shape[1], shape[0]]).view(2, 1, 1)
        seen.append(((where > 0.5) & (where < limit - 0.5)).all(0)[None].float())
    fresh = torch.zeros(len(path), 1, *shape)
    return Clip(name, frames, frames[:, :1], torch.stack(flows), torch.stack(seen), fresh)


def with_something(clip: Clip, thing: Tensor, speed: float) -> Clip:
    """Let a disc cut from another photo go across a clip, so many pixels a frame."""
    count, _, height, width = clip.lab.shape
    radius = height / 5
    cut = view(thing, 0, 0, 1, (height, width))
    x, y = torch.arange(width) + 0.5, torch.arange(height)[:, None] + 0.5
    lab, flow, seen, masks = clip.lab.clone(), clip.flow.clone(), clip.seen.clone(), []
    for t in range(count):
        centre = width * 0.1 + speed * t
        inside = (((x - centre) ** 2 + (y - height / 2) ** 2) < radius**2)[None]
        masks.append(inside)
        shown = view(cut, -centre + width / 2, 0, 1, (height, width))[0]
        lab[t] = torch.where(inside, shown, lab[t])
    for t in range(count - 1):
        flow[t] = torch.where(masks[t + 1], torch.tensor([-speed, 0.0]).view(2, 1, 1), flow[t])
        before = F.grid_sample(
            masks[t][None].float(), steady._grid(flow[t : t + 1]), align_corners=False
        )[0]
        same = torch.where(masks[t + 1], before > 0.99, before < 0.01)
        seen[t] = seen[t] * same
    fresh = torch.stack(
        [
            (torch.stack(masks[max(t - 5, 0) : t + 1]).any(0) & ~masks[t]).float()
            for t in range(count)
        ]
    )
    return Clip(clip.name + " behind a disc", lab, lab[:, :1], flow, seen, fresh)


def aged(clip: Clip, seed: int) -> Clip:
    """Add grain and a lamp's flicker to what the models see."""
    dice = torch.Generator().manual_seed(seed)
    grain = GRAIN * torch.randn(clip.lab[:, :1].shape, generator=dice)
    lamp = 1 + LAMP * torch.randn(len(clip.lab), 1, 1, 1, generator=dice)
    shown = (clip.lab[:, :1] * lamp + grain).clamp(0, 100)
    return Clip(clip.name, clip.lab, shown, clip.flow, clip.seen, clip.fresh, clip.cut)


def after_one_another(first: Clip, second: Clip) -> Clip:
    """Cut from one clip to another."""
    none = torch.zeros_like(first.seen[:1])
    return Clip(
        "a cut",
        torch.cat((first.lab, second.lab)),
        torch.cat((first.shown, second.shown)),
        torch.cat((first.flow, torch.zeros_like(first.flow[:1]), second.flow)),
        torch.cat((first.seen, none, second.seen)),
        torch.cat((first.fresh, second.fresh)),
        len(first.lab),
    )


def clips(photos: list[Tensor], count: int, shape: tuple[int, int]) -> Iterator[Clip]:
    """Make the clips, each of so many frames."""
    for number, photo in enumerate(photos):
        other = photos[(number + 1) % len(photos)]
        slow = [(20 + 0.7 * t, 15 + 0.3 * t, 1.0) for t in range(count)]
        fast = [(10 + 6.0 * t, 15.0, 1.0) for t in range(count)]
        zoom = [(30.0 + 0.6 * t, 20.0 + 0.4 * t, 1.0 + 0.008 * t) for t in range(count)]
        made = [
            moved("slow pan", photo, slow, shape),
            moved("fast pan", photo, fast, shape),
            moved("zoom", photo, zoom, shape),
        ]
        made.append(with_something(made[0], other, shape[1] / 30))
        half = max(count // 2, 2)
        parts = [moved("", one, slow[:half], shape) for one in (photo, other)]
        made.append(after_one_another(*parts))
        yield from (aged(clip, 10 * number + index) for index, clip in enumerate(made))


def distance(first: Tensor, second: Tensor) -> Tensor:
    """Return how far ab lies apart: (T, 1, h, w)."""
    apart: Tensor = torch.linalg.vector_norm(first - second, dim=1, keepdim=True)
    return apart


def warping_error(lab: Tensor, flow: Tensor, seen: Tensor) -> float:
    """Return the mean squared difference of R, G, B along the motion, where points are seen in
    both.

    Args:
        lab: (T, 3, h, w).
        flow, seen: as those of a `Clip`.
    """
    rgb = cie.lab_to_rgb(lab).clamp(0, 1)
    apart = (rgb[1:] - steady.warp(rgb[:-1], flow)).square().sum(1, keepdim=True)
    each = (apart * seen).sum((1, 2, 3)) / seen.sum((1, 2, 3)).clamp(min=1)
    return float(each[seen.sum((1, 2, 3)) > 0].mean())


def cdc(ab: Tensor) -> float:
    """Return how much the distribution of colours ab (T, 2, h, w) changes over 1, 2 and 4
    frames."""
    histograms = torch.stack(
        [torch.stack([torch.histc(plane, 64, -128, 128) for plane in frame]) for frame in ab]
    )
    shares = histograms / histograms.sum(-1, keepdim=True)
    found = []
    for step in (1, 2, 4):
        one, other = shares[:-step], shares[step:]
        mixed = (one + other) / 2
        entropy = [torch.special.entr(x).sum(-1) for x in (one, other, mixed)]
        found.append((entropy[2] - (entropy[0] + entropy[1]) / 2).mean())
    return float(torch.stack(found).mean())


def figures(clip: Clip, ab: Tensor) -> dict[str, float]:
    """Measure colours ab (T, 2, h, w) of a clip."""
    moving = distance(ab[1:], steady.warp(ab[:-1], clip.flow))
    wrong = distance(ab, clip.lab[:, 1:])
    return {
        "flicker": float((moving * clip.seen).sum() / clip.seen.sum()),
        "colour": float(ab.norm(dim=1).mean()),
        "error": float(wrong.mean()),
        "warp": warping_error(torch.cat((clip.lab[:, :1], ab), 1), clip.flow, clip.seen),
        "cdc": cdc(ab[: clip.cut]),
        "behind": float((wrong * clip.fresh).sum() / clip.fresh.sum().clamp(min=1)),
    }


@torch.inference_mode()
def coloured(clip: Clip, filmer: Filmer) -> Tensor:
    """Return ab (T, 2, h, w) by a filmer."""
    frames = ((number, shown[None]) for number, shown in enumerate(clip.shown))
    return torch.cat([done.memory.ab for done in filmer.steady(frames)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument("--model", default="custom")
    parser.add_argument("--frames", type=int, default=16, metavar="N", help="of a clip")
    parser.add_argument("--height", type=int, default=256, metavar="N", help="of a frame")
    parser.add_argument("--every", type=int, nargs="+", default=[1, 4], metavar="K")
    options = parser.parse_args()
    shape = (options.height, options.height * 4 // 3)
    photos = [opened(path, round(options.height * 1.4)) for path in options.photos]
    colorizer = Colorizer.from_pretrained(options.model)
    rows: dict[tuple[str, int], list[tuple[dict[str, float], dict[str, float]]]] = {}
    leaks: dict[int, list[float]] = {}
    for clip in clips(photos, options.frames, shape):
        with torch.inference_mode():
            plain = torch.cat([colorizer.see(shown[None]).ab for shown in clip.shown])
        base = figures(clip, plain)
        for every in options.every:
            ab = coloured(clip, Filmer(colorizer, size=options.height, every=every))
            for name in (clip.name, "all"):
                rows.setdefault((name, every), []).append((base, figures(clip, ab)))
            if clip.cut is not None:
                leak = distance(ab, plain)[clip.cut].mean()
                leaks.setdefault(every, []).append(float(leak))
    print(f"{'':24} every  " + " ".join(f"{key:>7}" for key in MEASURES))
    for (name, every), pairs in rows.items():
        cells = []
        for key in MEASURES:
            before, after = (sum(pair[i][key] for pair in pairs) for i in (0, 1))
            cells.append(f"{after / before:7.3f}" if before else "       ")
        print(f"{name:24} {every:5} ", " ".join(cells))
    plainly = [pair[0] for pair in rows["all", options.every[0]]]
    means = {key: sum(row[key] for row in plainly) / len(plainly) for key in MEASURES}
    print(
        f"frame by frame: flicker {means['flicker']:.2f} a frame, error {means['error']:.2f}, "
        f"warp {means['warp']:.5f}, cdc {means['cdc']:.5f}"
    )
    for every, found in leaks.items():
        print(f"every {every}: carried over a cut {max(found):.3f} at most")


if __name__ == "__main__":
    main()
