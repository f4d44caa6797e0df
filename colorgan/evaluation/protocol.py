"""How models are judged: the protocol, and the loop that follows it.

Each photo: centre square, antialiased resize to `size`, lightness by CIE L*, one forward of the
network at that size, gamut fit with lightness and hue kept, rounding to 8 bits, then the measures
against the original of the same square. Two rows are always in the table: `grey` (the lightness
without colour) and `original` (the photos against themselves).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from .. import color, photo
from ..errors import PhotoError
from ..networks import Generator
from .metrics import ALONE, PAIRED, Pixels

GREY, ORIGINAL = "grey", "original"
BATCH = 16


@dataclass(frozen=True)
class Protocol:
    """What the figures depend on."""

    size: int = 256
    crop: str = "centre square"
    resize: str = "Lanczos, antialiased"
    lightness: str = "CIE L*, D65"
    rounding: str = "8 bits, gamut fitted by chroma"


@dataclass
class Judgement:
    """Figures of every photo: `rows[model][metric]` is a list beside `names`."""

    protocol: Protocol
    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, model: str, coloured: Pixels, original: Pixels) -> None:
        """Measure one picture and keep the figures."""
        row = self.rows.setdefault(model, {})
        for name, paired in PAIRED.items():
            row.setdefault(name, []).append(paired(coloured, original))
        for name, alone in ALONE.items():
            row.setdefault(name, []).append(alone(coloured))

    def mean(self, model: str, metric: str) -> float:
        """Give the mean of a measure over the photos."""
        return float(np.mean(self.rows[model][metric]))

    def summary(self) -> dict[str, Any]:
        """Give protocol and means as plain JSON; an infinite PSNR becomes None."""
        models = {
            model: {
                metric: {"mean": self.mean(model, metric) if np.isfinite(values).all() else None}
                for metric, values in row.items()
            }
            for model, row in self.rows.items()
        }
        protocol = asdict(self.protocol) | {
            "photos": len(self.names),
            "left_out": self.left_out,
        }
        return {"protocol": protocol, "models": models}


def centre_square(data: bytes, size: int) -> Pixels:
    """Decode a picture file and give its centre square as sRGB (size, size, 3) uint8.

    Raises:
        PhotoError: the file is not a picture that can be read.
    """
    image = photo.to_image(photo.read(data)).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return np.asarray(image.resize((size, size), Image.Resampling.LANCZOS, box=box))


def to_lightness(squares: NDArray[np.uint8]) -> Tensor:
    """Give L* (N, 1, H, W) of sRGB (N, H, W, 3) uint8."""
    return color.rgb_to_lightness(torch.from_numpy(squares).permute(0, 3, 1, 2) / 255)


def to_pixels(lightness: Tensor, ab: Tensor) -> Pixels:
    """Give sRGB (N, H, W, 3) uint8 of L* (N, 1, H, W) and ab (N, 2, H, W)."""
    rgb = color.lab_to_rgb(color.fit_gamut(torch.cat((lightness, ab.to(lightness)), dim=1)))
    pixels: Pixels = (rgb.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return pixels


def judge(
    models: Mapping[str, Generator],
    photos: Iterable[tuple[str, bytes]],
    *,
    size: int = 256,
    progress: bool = True,
) -> Judgement:
    """Colour every photo by every model and measure.

    Args:
        models: generators by the name they have in the table.
        photos: name and file of each photo (`photoset.read_all`).
        size: side of the square in pixels.
        progress: show a bar.
    """
    judgement = Judgement(Protocol(size=size))
    for generator in models.values():
        generator.eval()
    bar = tqdm(desc="judging", unit=" photos", disable=not progress, mininterval=1)
    for names, squares in _batches(photos, size, judgement.left_out):
        lightness = to_lightness(squares)
        coloured = {ORIGINAL: squares, GREY: to_pixels(lightness, _no_colour(lightness))}
        for name, generator in models.items():
            with torch.inference_mode():
                device = next(generator.parameters()).device
                coloured[name] = to_pixels(lightness, generator(lightness.to(device)).float().cpu())
        judgement.names += names
        for name, pictures in coloured.items():
            for picture, square in zip(pictures, squares, strict=True):
                judgement.add(name, picture, square)
        bar.update(len(names))
    bar.close()
    if not judgement.names:
        raise PhotoError("There is no photo to judge by: all were left out or none was found.")
    return judgement


def colour_squares(squares: Pixels, generator: Generator) -> tuple[Pixels, Pixels]:
    """Give sRGB squares (N, S, S, 3) without colour, and as a generator colours them."""
    lightness = to_lightness(squares)
    device, training = next(generator.parameters()).device, generator.training
    with torch.inference_mode():
        ab = generator.eval()(lightness.to(device)).float().cpu()
    generator.train(training)
    return to_pixels(lightness, _no_colour(lightness)), to_pixels(lightness, ab)


def _no_colour(lightness: Tensor) -> Tensor:
    return torch.zeros_like(lightness).expand(-1, 2, -1, -1)


def _batches(
    photos: Iterable[tuple[str, bytes]], size: int, left_out: list[str]
) -> Iterator[tuple[list[str], NDArray[np.uint8]]]:
    """Give names and squares of the readable photos, a batch at a time."""

    def squares() -> Iterator[tuple[str, Pixels]]:
        for name, data in photos:
            try:
                yield name, centre_square(data, size)
            except PhotoError:
                left_out.append(name)

    decoded = squares()
    while batch := list(islice(decoded, BATCH)):
        yield [name for name, _ in batch], np.stack([square for _, square in batch])
