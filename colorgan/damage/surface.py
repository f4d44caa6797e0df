"""Damage that lies on the print in patches: damp, silver that came up, tape."""

from __future__ import annotations

import numpy as np

from .drawing import FINE, Lightness, blurred, canvas, clipped, cloud, outwards, reduced


def stains(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Let damp in: patches a little darker or paler, with the tide mark of their rim."""
    field = cloud(lightness.shape, int(rng.integers(3, 7)), rng)
    level = np.quantile(field, rng.uniform(0.6, 0.95))
    inside = np.clip((field - level) / 0.1, 0, 1)
    rim = np.exp(-(((field - level) / 0.06) ** 2))
    patch = rng.choice([-1, 0.8]) * rng.uniform(8, 28) * inside - rng.uniform(2, 20) * rim
    return clipped(lightness + (0.3 + 0.7 * strength) * patch)


def silver_mirroring(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Let silver come up where the print is dark, most at its edges: a pale, mottled sheen."""
    shape = lightness.shape
    edges = (outwards(shape) - rng.uniform(0.1, 0.7)) / rng.uniform(0.3, 0.6)
    place = np.clip(edges + 0.6 * cloud(shape, int(rng.integers(3, 8)), rng), 0, 1)
    mottled = 1 + 0.25 * blurred(rng.standard_normal(shape, np.float32), rng.uniform(0.5, 1.5))
    dark = np.maximum(1 - lightness / 100, 0) ** 1.5
    sheen = (4 + 40 * strength) * rng.uniform(0.6, 1)
    return clipped(lightness + sheen * place * mottled * dark)


def tape(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Stick tape on: a straight strip, most of them darker, with its two edges and dirt in it."""
    height, width = shape = lightness.shape
    mask, draw = canvas(shape)
    middle = rng.uniform(0, 1, 2) * (height, width)
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.25)
    along = np.array((np.cos(angle), np.sin(angle)))
    across = np.array((-along[1], along[0])) * min(shape) * rng.uniform(0.05, 0.12)
    along = along * max(shape) * rng.uniform(0.2, 0.8)
    corners = [middle + a * along + b * across for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
    draw.polygon([(x * FINE, y * FINE) for y, x in corners], fill=255)
    strip = blurred(reduced(mask, shape), rng.uniform(0.3, 0.8))
    edge = 4 * strip * (1 - strip)
    dirt = np.clip(cloud(shape, int(rng.integers(6, 16)), rng), 0, 1)
    tone = rng.uniform(4, 18) * (-1 if rng.random() < 0.75 else 0.7)
    layer = tone * strip - rng.uniform(0, 8) * edge - rng.uniform(0, 8) * strip * dirt
    flat = rng.uniform(0, 0.25) * strip * (60 - lightness)  # what it dulls
    return clipped(lightness + (0.3 + 0.7 * strength) * (layer + flat))
