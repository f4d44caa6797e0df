"""Damage of taking, printing and scanning: focus, grain, dots, beats, pixels, blocks."""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from .. import color
from .drawing import Lightness, blurred, clipped, cloud

BLOCK = 8  # pixels, of JPEG
REDUCED_BY = (Image.Resampling.BOX, Image.Resampling.HAMMING, Image.Resampling.BICUBIC)
ENLARGED_BY = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)


def blur(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Lose focus, more in one direction than in the other."""
    return blurred(lightness, (0.3 + 1.9 * strength) * rng.uniform(0.7, 1.0, 2))


def grain(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Add the grain of the emulsion: finer or coarser clumps, strongest in the middle tones."""
    noise = rng.standard_normal(lightness.shape, np.float32)
    size = rng.uniform(0, 1.1)
    if size > 0.3:
        noise = blurred(noise, size)
        noise /= noise.std() + 1e-6
    return clipped(lightness + (1 + 8 * strength) * _middle(lightness) * noise)


def halftone(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Print in dots, as newspapers do, and scan: a slanted screen, its dots as large as it is dark.

    Strength makes the dots farther apart, 2.5 to 5.5 pixels, and less blurred by the scanner.
    """
    apart = 2.5 + 3 * strength * rng.uniform(0.7, 1)
    u, v = _waves(lightness.shape, apart, rng.uniform(0.1, 0.9), rng)
    screen = 0.5 + 0.25 * (np.cos(u) + np.cos(v))
    x = lightness / 100
    printed = np.clip(0.5 + (x - (0.12 + 0.76 * screen)) / 0.35, 0, 1)
    scanned = blurred(printed.astype(np.float32), apart * rng.uniform(0.12, 0.25))
    # The screen hardly changes how light a place is on the whole.
    scanned += blurred((x - scanned).astype(np.float32), apart)
    share = (0.15 + 0.6 * strength) * rng.uniform(0.6, 1)
    return clipped(100 * (x + share * (scanned - x)))


def moire(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Let a print's dots beat with a scanner's: slow waves, strongest in the middle tones."""
    shape = lightness.shape
    u, v = _waves(shape, rng.uniform(5, 30), rng.uniform(-np.pi, np.pi), rng)
    drift = rng.uniform(0, 3) * cloud(shape, 2, rng)
    beats = np.sin(u + drift) * (1 + rng.uniform(0, 1) * np.sin(v - drift)) / 1.5
    size = (1 + 7 * strength) * rng.uniform(0.6, 1)
    return clipped(lightness + size * _middle(lightness) * beats)


def low_resolution(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Scan too coarsely or keep too small, and enlarge again, up to four times."""
    scale = 1 + (0.2 + 2.8 * strength) * rng.uniform(0.7, 1)
    height, width = lightness.shape
    small = (max(round(width / scale), 1), max(round(height / scale), 1))
    coarse = Image.fromarray(lightness).resize(small, REDUCED_BY[rng.integers(3)])
    return clipped(np.asarray(coarse.resize((width, height), ENLARGED_BY[rng.integers(3)])))


def jpeg(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Keep twice as a JPEG file of quality 60 to 20, cropped in between: two grids of blocks."""
    grey = color.lightness_to_grey(torch.tensor(lightness)).numpy()
    pixels = (grey * 255).round().astype(np.uint8)
    once = _kept(pixels, strength, (0, 0), rng)
    twice = _kept(once, strength, tuple(rng.integers(0, BLOCK, 2)), rng)
    return np.asarray(color.grey_to_lightness(torch.from_numpy(twice) / 255))


def _kept(
    pixels: NDArray[np.uint8], strength: float, begin: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Keep grey pixels as JPEG and read them; the blocks begin so many pixels above and left."""
    y, x = begin
    padded = np.pad(pixels, ((y, 0), (x, 0)), mode="edge")
    file, quality = io.BytesIO(), round(60 - 40 * strength * rng.uniform(0.6, 1))
    Image.fromarray(padded).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))[y:, x:]


def _middle(lightness: Lightness) -> NDArray[np.floating]:
    """Return a weight, 1 in the middle tones and half of it in black and white."""
    return 0.5 + 2 * (lightness / 100) * (1 - lightness / 100)


def _waves(
    shape: tuple[int, int], apart: float, angle: float, rng: np.random.Generator
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the phases (H, W) of two waves across each other, so many pixels from crest to
    crest."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    turn = 2 * np.pi / apart
    phases = rng.uniform(0, 2 * np.pi, 2)
    u = turn * (np.cos(angle) * y + np.sin(angle) * x) + phases[0]
    v = turn * (np.cos(angle) * x - np.sin(angle) * y) + phases[1]
    return u, v
