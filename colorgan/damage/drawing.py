"""What damages are drawn with: lines and shapes on a canvas, smooth random fields.

A canvas is `FINE` times as large as the picture, since Pillow draws without antialiasing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from .. import color

Lightness = NDArray[np.float32]
Damage = Callable[[Lightness, float, np.random.Generator], Lightness]

FINE = 3


def clipped(lightness: NDArray[np.floating]) -> Lightness:
    """Bring L* into 0..100."""
    inside: Lightness = np.clip(lightness, 0, color.LIGHTNESS_MAX).astype(np.float32)
    return inside


def painted(lightness: Lightness, mask: NDArray[np.floating], tone: float) -> Lightness:
    """Lay a tone over a picture where the mask (H, W) in 0..1 says."""
    return clipped(lightness + mask * (tone - lightness))


def blurred(field: Lightness, sigma: float | NDArray[np.floating]) -> Lightness:
    """Blur a field (H, W) by a Gaussian, its sigma in pixels."""
    return gaussian_filter(field, sigma, truncate=3)  # type: ignore[no-any-return]


def cloud(shape: tuple[int, int], cells: int, rng: np.random.Generator) -> Lightness:
    """Return a smooth random field (H, W), about -1..1, with so many hills along the short side."""
    long = max(round(cells * max(shape) / min(shape)), cells)
    grid = (cells, long) if shape[0] <= shape[1] else (long, cells)
    knots = Image.fromarray(rng.uniform(-1, 1, grid).astype(np.float32))
    return np.asarray(knots.resize(shape[::-1], Image.Resampling.BICUBIC), np.float32)


def gaps(shape: tuple[int, int], rng: np.random.Generator) -> Lightness:
    """Return a field (H, W) in 0..1 that breaks lines here and there."""
    field = 1.2 + 2.5 * cloud(shape, int(rng.integers(4, 14)), rng)
    return field.clip(0, 1).astype(np.float32)


def outwards(shape: tuple[int, int]) -> Lightness:
    """Return how far out a place is (H, W): 0 in the middle, 1 at the edges, 1.12 in the
    corners."""
    height, width = shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    out: Lightness = ((y**6 + x**6) ** (1 / 6)).astype(np.float32)
    return out


def canvas(shape: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return an empty canvas for a picture (H, W), and what draws on it."""
    mask = Image.new("L", (shape[1] * FINE, shape[0] * FINE))
    return mask, ImageDraw.Draw(mask)


def reduced(mask: Image.Image, shape: tuple[int, int]) -> Lightness:
    """Bring a canvas to the picture's size: (H, W) in 0..1."""
    small = mask.resize(shape[::-1], Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)


def path(
    start: NDArray[np.floating],
    angle: float,
    length: float,
    wobble: float,
    rng: np.random.Generator,
) -> NDArray[np.floating]:
    """Return the points (P, 2), y and x, of a line that wanders off a little; angle 0 is
    upright."""
    steps = max(int(length / 8), 3)
    turns = angle + np.cumsum(rng.normal(0, wobble * 8, steps))
    strides = length / steps * np.stack((np.cos(turns), np.sin(turns)), axis=1)
    return start + np.concatenate((np.zeros((1, 2)), np.cumsum(strides, axis=0)))


def stroke(
    draw: ImageDraw.ImageDraw, points: NDArray[np.floating], width: float, opacity: int
) -> None:
    """Draw a line through points (P, 2), y and x in pixels of the picture."""
    fine = [(x * FINE, y * FINE) for y, x in points.tolist()]
    draw.line(fine, fill=opacity, width=max(round(width * FINE), 1), joint="curve")
