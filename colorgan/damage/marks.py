"""Damage in lines and specks, which hides what lies under it: dust, scratches, folds, ink."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from .drawing import FINE, Lightness, blurred, canvas, gaps, painted, path, reduced, stroke

FIELD = 128 * 128  # pixels for which the number of specks is meant


def dust(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Strew specks and hairs, pale as dust on a negative prints or dark as on a scanner's glass.

    Their edges are sharp or soft, by how far they lay from where the picture is sharp.
    """
    fields, pale = lightness.size / FIELD, rng.uniform(0.3, 1)
    for tone, share in ((rng.uniform(80, 100), pale), (rng.uniform(0, 25), 1 - pale)):
        mask, draw = canvas(lightness.shape)
        for _ in range(rng.poisson(share * (2 + 22 * strength) * fields)):
            y, x = rng.uniform(0, 1, 2) * lightness.shape
            radius = rng.lognormal(0.0, 0.45) * np.array([1, rng.uniform(0.6, 1.4)])
            box = [x - radius[0], y - radius[1], x + radius[0], y + radius[1]]
            draw.ellipse([side * FINE for side in box], fill=int(rng.integers(90, 256)))
        for _ in range(rng.poisson(share * (0.2 + 1.3 * strength) * min(fields, 8))):
            _hair(draw, lightness.shape, rng)
        specks, softness = reduced(mask, lightness.shape), rng.uniform(0, 0.9)
        if softness > 0.3:
            specks = np.minimum(blurred(specks, softness) * (1 + softness), 1)
        lightness = painted(lightness, specks, tone)
    return lightness


def scratches(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Draw scratches: long thin lines, mostly upright, pale or dark, broken here and there."""
    height, width = lightness.shape
    mask, draw = canvas(lightness.shape)
    for _ in range(1 + rng.poisson(6 * strength)):
        start = rng.uniform((-0.1, 0), (0.7, 1)) * (height, width)
        angle = rng.normal(0, 0.15) if rng.random() < 0.7 else rng.uniform(-np.pi, np.pi)
        length = max(height, width) * rng.uniform(0.15, 1.3)
        points = path(start, angle, length, 0.004, rng)
        stroke(draw, points, rng.lognormal(0.1, 0.4), int(rng.integers(110, 256)))
    shape = reduced(mask, lightness.shape) * gaps(lightness.shape, rng)
    tone = rng.uniform(75, 100) if rng.random() < 0.7 else rng.uniform(0, 25)
    return painted(lightness, shape, tone)


def folds(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Fold the print: cracks across it where the emulsion broke off, with a shade beside them."""
    height, width = lightness.shape
    reach = float(np.hypot(height, width))
    for _ in range(1 + (rng.random() < 0.6 * strength)):
        middle = rng.uniform(0.1, 0.9, 2) * (height, width)
        angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.3)
        mask, draw = canvas(lightness.shape)
        width_here = (1 + 2.5 * strength) * rng.uniform(0.6, 1.2)
        for way in (angle, angle + np.pi):
            stroke(draw, path(middle, way, reach, 0.004, rng), width_here, 255)
        crack = reduced(mask, lightness.shape)
        shade = blurred(crack, rng.uniform(2, 5))
        shade /= shade.max() + 1e-6
        lightness = lightness - rng.uniform(0, 16) * strength * shade
        torn = np.clip(crack * (0.4 + 0.8 * gaps(lightness.shape, rng)), 0, 1)
        lightness = painted(lightness, torn, rng.uniform(78, 98))
    return lightness


def pen_marks(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Write or scribble on the print: curved strokes of one pen, dark but for a white pencil."""
    mask, draw = canvas(lightness.shape)
    wide = rng.uniform(0.8, 1.4) + 1.2 * strength * rng.uniform()
    for _ in range(1 + rng.poisson(3 * strength)):
        start, angle = rng.uniform(0, 1, 2) * lightness.shape, rng.uniform(-np.pi, np.pi)
        length = min(lightness.shape) * rng.uniform(0.15, 0.5 + strength)
        points = path(start, angle, length, rng.uniform(0.02, 0.12), rng)
        stroke(draw, points, wide, 255)
    ink = blurred(reduced(mask, lightness.shape), 0.4) * rng.uniform(0.6, 1)
    tone = rng.uniform(3, 35) if rng.random() < 0.85 else rng.uniform(85, 100)
    return painted(lightness, ink, tone)


def _hair(draw: ImageDraw.ImageDraw, shape: tuple[int, int], rng: np.random.Generator) -> None:
    start, angle = rng.uniform(0, 1, 2) * shape, rng.uniform(-np.pi, np.pi)
    points = path(start, angle, rng.uniform(8, 40), 0.06, rng)
    stroke(draw, points, rng.uniform(0.4, 1.2), int(rng.integers(120, 256)))
