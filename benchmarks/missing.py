"""How well missing parts are found: `python benchmarks/missing.py --data PHOTOS`.

Photos of today are whole: what is found in them is a false alarm. Then a corner is torn off, a hole
torn, or a crack as wide as a thirtieth of the photo, on a pale or a dark lid; a part is found if
four fifths of it are. Filling is judged by the error in L* inside it, beside that of one tone.
"""

from __future__ import annotations

import argparse
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from tqdm import tqdm

from colorgan import missing, photo
from colorgan.color.pixels import full_lightness
from colorgan.photo import Photo
from colorgan.photoset.sources import pick

FINE = 3
KINDS = ("corner", "hole", "crack")
Shape = NDArray[np.float64]


def torn(size: tuple[int, int], kind: str, rng: np.random.Generator) -> Shape:
    """Return how much of each pixel is torn off a photo of a size, width and height: 0 to 1."""
    width, height = (FINE * side for side in size)
    canvas = Image.new("L", (width, height))
    draw = ImageDraw.Draw(canvas)
    if kind == "corner":
        along = np.linspace(0, 1, 9)
        x = width * 0.3 * (1 - along) + rng.normal(0, FINE * 2.5, 9) * (along > 0)
        y = height * 0.3 * along + rng.normal(0, FINE * 2.5, 9) * (along > 0) * (along < 1)
        draw.polygon([(0, 0), *zip(x, y, strict=True), (0, height * 0.3)], fill=255)
    elif kind == "hole":
        turn = np.linspace(0, 2 * np.pi, 14)
        radius = 0.08 * rng.uniform(0.7, 1.2, 14)
        x = width * (rng.uniform(0.2, 0.8) + radius * np.cos(turn))
        y = height * (rng.uniform(0.2, 0.8) + radius * np.sin(turn))
        draw.polygon(list(zip(x, y, strict=True)), fill=255)
    else:
        x = np.linspace(width * 0.15, width * 0.8, 9)
        y = height * 0.5 + np.cumsum(rng.normal(0, FINE * 4, 9))
        draw.line(list(zip(x, y, strict=True)), fill=255, width=height // 32, joint="curve")
    return np.asarray(canvas.resize(size, Image.Resampling.BOX)) / 255.0


def on_a_lid(picture: Photo, part: Shape, rng: np.random.Generator) -> Photo:
    """Scan a grey photo that lacks a part, and keep it as JPEG."""
    grey = np.asarray(Image.fromarray(picture.pixels).convert("L"), np.float64)
    lid = rng.choice([250, 4]) + rng.normal(0, 0.6, grey.shape)
    pixels = (grey * (1 - part) + lid * part).clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=88)
    return photo.read(file.getvalue())


def lightness(picture: Photo) -> NDArray[np.float32]:
    """Return L* (H, W)."""
    return full_lightness(picture.pixels)[0, 0].numpy()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, help="whole photos")
    parser.add_argument("--photos", type=int, default=200)
    options = parser.parse_args()
    whole = [photo.read(data, name=name) for name, data in pick(options.data, options.photos)]
    alarms = sum(bool(missing.find(one).any()) for one in tqdm(whole, desc="whole photos"))
    print(f"whole photos with a part taken for missing: {alarms} of {len(whole)}")
    for kind in KINDS:
        found, errors = [], []
        for index, one in enumerate(tqdm(whole, desc=kind)):
            rng = np.random.default_rng((KINDS.index(kind), index))
            part = torn((one.width, one.height), kind, rng)
            scan, gone = on_a_lid(one, part, rng), part > 0.5
            found.append((missing.find(scan) & gone).sum() >= 0.8 * gone.sum())
            truth, filled = (lightness(x) for x in (one, missing.filled(scan, part > 0)))
            errors.append(
                [np.abs(x - truth)[gone].mean() for x in (filled, np.median(truth[~gone]))]
            )
        own, flat = np.mean(errors, axis=0)
        print(
            f"{kind}: {np.mean(found):.0%} found; where it is, filling is off by {own:.1f} L*, "
            f"one tone by {flat:.1f}"
        )


if __name__ == "__main__":
    main()
