"""What references and albums coloured together gain: python benchmarks/references.py DATA ...

Halves: the left half of a photo in colour is the reference for its right half. Unrelated: the
reference is the left half of a photo of another group. Beside them stands the simple rival, moving
mean and deviation of a* and b* to the reference's (Reinhard 2001). Series: frames of one scene, cut
out at other places and in other light, coloured one by one and together; inconsistency is the mean
distance in ab between what the frames show of the same place.

The settings were chosen on other photos than those reported: --tuning takes these.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from colorgan import Colorizer
from colorgan.color.pixels import full_lightness, to_lab, to_pixels
from colorgan.colorizer import NO_HINTS, paint
from colorgan.evaluation.metrics import Picture, Pixels, ciede2000, psnr
from colorgan.evaluation.protocol import squares
from colorgan.hints import reference
from colorgan.look import Look
from colorgan.photo import Photo
from colorgan.photoset.curate import is_grey
from colorgan.photoset.sources import evenly, group_of, read_all
from colorgan.together import Series

SQUARE = 256
FRAME = 192  # side of the frames of a scene
MODELS = ("custom", "pretrained")
Figures = list[tuple[float, ...]]


def chosen(data: Sequence[str], count: int, tuning: bool) -> list[tuple[str, Pixels]]:
    """Return squares of so many photos; those for tuning are others than those that are
    reported."""
    photos = list(read_all(data))
    reported = evenly(range(len(photos)), 60)
    places = reported[:: max(len(reported) // count, 1)][:count]
    if tuning:
        left = sorted(set(range(len(photos))) - set(reported))
        places = evenly(left, count)
    found = squares((photos[place] for place in places), SQUARE)
    return [(name, square) for name, square in found if not is_grey(square)]


def as_photo(pixels: Pixels, name: str) -> Photo:
    """Wrap pixels."""
    return Photo(np.ascontiguousarray(pixels), None, "PNG", name)


def error(photo: Photo, lines: Tensor, truth: Pixels) -> tuple[float, float]:
    """Return PSNR and CIEDE2000 of a photo in the colours of lines."""
    made = Picture(paint(photo, lines).pixels)  # type: ignore[arg-type]
    return psnr(made, Picture(truth)), ciede2000(made, Picture(truth))


def moved(look: Look, ab: Tensor) -> Tensor:
    """Return lines with mean and deviation of ab (1, 2, H, W)."""
    own, other = look.ab, ab
    share = other.std((2, 3), keepdim=True) / own.std((2, 3), keepdim=True).clamp(min=1e-3)
    new = (own - own.mean((2, 3), keepdim=True)) * share + other.mean((2, 3), keepdim=True)
    return Look(look.lightness, new, look.features, look.chances, look.size).lines()


def halves(colorizer: Colorizer, photos: list[tuple[str, Pixels]]) -> dict[str, Figures]:
    """Return PSNR and CIEDE2000 of each photo's right half, by what was its reference.

    Photos whose left half is grey have nothing to give, and are left out.
    """
    photos = [(name, square) for name, square in photos if not is_grey(square[:, : SQUARE // 2])]
    print(f"{len(photos)} photos")
    rows: dict[str, Figures] = {key: [] for key in ("none", "half", "Reinhard", "unrelated")}
    rows["likeness"], rows["seconds"] = [], []
    left = [as_photo(square[:, : SQUARE // 2], name) for name, square in photos]
    given = [colorizer.reference(half) for half in tqdm(left, desc="references")]
    for index, (name, square) in enumerate(tqdm(photos, desc="halves")):
        truth = np.ascontiguousarray(square[:, SQUARE // 2 :])
        photo = as_photo(truth, name)
        look = colorizer.look(photo)
        other = next(
            given[p % len(photos)]
            for p in range(index + len(photos) // 2, index + 2 * len(photos))
            if group_of(photos[p % len(photos)][0]) != group_of(name)
        )
        few = reference.sample(look.scene)
        begun = time.process_time()
        borrowed = look.borrowed([given[index]])
        rows["seconds"].append((time.process_time() - begun,))
        rows["likeness"].append(
            tuple(reference.likeness(few, one.scene) for one in (given[index], other))
        )
        own_ab = to_lab(left[index].pixels)[:, 1:]
        rows["none"].append(error(photo, look.lines(), truth))
        rows["half"].append(error(photo, look.lines(borrowed=borrowed), truth))
        rows["Reinhard"].append(error(photo, moved(look, own_ab), truth))
        rows["unrelated"].append(error(photo, look.lines(borrowed=look.borrowed([other])), truth))
    return rows


def sheet(colorizer: Colorizer, photos: list[tuple[str, Pixels]], count: int = 10) -> Image.Image:
    """Draw a sheet to look at: a row a photo, with its left half as the reference of its right.

    From left to right: the reference, the right half by the model alone, with the reference, with
    that of the photo before (which has nothing to do with it), and as it was.
    """
    half = SQUARE // 2
    photos = [(name, square) for name, square in photos if not is_grey(square[:, :half])][:count]
    rows: list[Pixels] = []
    given = [colorizer.reference(as_photo(square[:, :half], name)) for name, square in photos]
    for index, (name, square) in enumerate(photos):
        photo = as_photo(square[:, half:], name)
        look = colorizer.look(photo)
        ways = [look.lines()]
        for one in (given[index], given[index - 1]):
            ways.append(look.lines(borrowed=look.borrowed([one])))
        made = [paint(photo, lines).pixels for lines in ways]
        rows.append(np.concatenate([square[:, :half], *made, square[:, half:]], axis=1))
    return Image.fromarray(np.concatenate(rows))


def frames(square: Pixels, count: int) -> list[tuple[Pixels, int, int]]:
    """Cut frames out of a square at places of a spiral, in other light; return their corners too.

    Only L* changes with the light, so that one thing has one ab on all frames.
    """
    lab = to_lab(square)
    found = []
    for number in range(count):
        angle, far = 2.4 * number, np.sqrt((number + 0.5) / count)
        middle = (SQUARE - FRAME) / 2
        top, left = (round(middle * (1 + far * f(angle))) for f in (np.sin, np.cos))
        part = lab[:, :, top : top + FRAME, left : left + FRAME]
        light = part[:, :1] * (0.75 + 0.4 * ((number * 5) % count) / count)
        found.append((to_pixels(light, part[:, 1:], np.dtype(np.uint8)), top, left))
    return found  # type: ignore[return-value]


def inconsistency(made: list[Tensor], corners: list[tuple[int, int]]) -> float:
    """Return the mean distance of the frames' ab (1, 2, FRAME, FRAME) from their mean, by place."""
    canvas = torch.full((len(made), 2, SQUARE, SQUARE), torch.nan)
    for number, (ab, (top, left)) in enumerate(zip(made, corners, strict=True)):
        canvas[number, :, top : top + FRAME, left : left + FRAME] = ab[0]
    apart = (canvas - canvas.nanmean(0)).norm(dim=1)
    return float(apart[~apart.isnan()].mean())


def series(
    colorizer: Colorizer, photos: list[tuple[str, Pixels]], count: int
) -> dict[str, Figures]:
    """Return inconsistency, PSNR and CIEDE2000 of each scene, one by one and together.

    The scenes are one album: the frames of the others are there too.
    """
    scenes = [frames(square, count) for _, square in photos]
    looks = [
        [colorizer.look(as_photo(frame, f"{index}-{n}")) for n, (frame, *_) in enumerate(scene)]
        for index, scene in enumerate(tqdm(scenes, desc="series"))
    ]
    album = Series(
        [reference.reference(look.scene, look.ab).small() for scene in looks for look in scene]
    )
    ways: dict[str, Callable[[Look], Tensor]] = {
        "one by one": lambda look: look.lines(),
        "together": lambda look: album.lines(look, NO_HINTS),
    }
    rows: dict[str, Figures] = {way: [] for way in ways}
    for scene, seen in zip(scenes, looks, strict=True):
        for way, lines in ways.items():
            made, errors = [], []
            for (frame, *_), look in zip(scene, seen, strict=True):
                photo = as_photo(frame, way)
                new = paint(photo, lines(look), lightness=full_lightness(frame)).pixels
                made.append(to_lab(new)[:, 1:])
                pair = Picture(new), Picture(frame)  # type: ignore[arg-type]
                errors.append((psnr(*pair), ciede2000(*pair)))
            corners = [(top, left) for _, top, left in scene]
            rows[way].append((inconsistency(made, corners), *np.mean(errors, axis=0).tolist()))
    return rows


def main() -> None:
    """Print tables; keep every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", metavar="DATA", help="colour photos")
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--scenes", type=int, default=8)
    parser.add_argument("--frames", type=int, default=12, help="of a scene")
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--tuning", action="store_true", help="photos that are not reported")
    parser.add_argument("--sheet", type=Path, help="draw ten halves to look at instead")
    parser.add_argument("--json", type=Path, help="file that keeps every figure")
    options = parser.parse_args()
    photos = chosen(options.data, options.photos, options.tuning) if options.photos else []
    if options.sheet:
        sheet(Colorizer.from_pretrained(options.models[0]), photos).save(options.sheet)
        return
    kept: dict[str, dict[str, Figures]] = {}
    for model in options.models:
        colorizer = Colorizer.from_pretrained(model)
        kept[model] = {}
        if options.photos:
            kept[model] |= halves(colorizer, photos)
        if options.scenes:
            scenes = chosen(options.data, options.scenes, options.tuning)
            kept[model] |= series(colorizer, scenes, options.frames)
        show(model, kept[model])
    if options.json:
        options.json.write_text(json.dumps(kept))


def show(model: str, rows: dict[str, Figures]) -> None:
    """Print the tables of a model."""
    for key, values in rows.items():
        means = " ".join(f"{value:9.3f}" for value in np.mean(values, axis=0))
        print(f"{model:12} {key:12} {means}", flush=True)


if __name__ == "__main__":
    main()
