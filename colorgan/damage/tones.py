"""Damage that changes the tones and leaves the details: light and fading, even and uneven."""

from __future__ import annotations

import numpy as np

from .drawing import Lightness, clipped, cloud, outwards


def exposure(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Light unevenly: dark corners, and light that falls off to a side."""
    height, width = lightness.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    centre, angle = rng.uniform(-0.3, 0.3, 2), rng.uniform(-np.pi, np.pi)
    corners = rng.uniform(0, 1.2) * ((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / 2
    side = rng.uniform(0, 0.5) * (np.cos(angle) * y + np.sin(angle) * x)
    light = 0.2 * cloud(lightness.shape, 3, rng) + side - corners
    return clipped(lightness * (1 + 0.6 * strength * (light - light.mean())))


def fading(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Fade: blacks turn grey, whites yellow and so darker; the middle tones drift."""
    x = np.maximum(lightness / 100, 0) ** np.exp(strength * rng.uniform(-0.5, 0.5))
    low, high = strength * rng.uniform(0.05, 0.4), 1 - strength * rng.uniform(0, 0.3)
    return clipped(100 * (low + (high - low) * x))


def uneven_fading(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Fade more in some places: from the edges inwards, where air comes to, or in wide patches."""
    patches = 0.5 + cloud(lightness.shape, int(rng.integers(2, 4)), rng)
    edges = (outwards(lightness.shape) - rng.uniform(0, 0.5)) / 0.6
    share = rng.uniform()
    place = np.clip(share * patches + (1 - share) * edges, 0, 1)
    place = place * place * (3 - 2 * place)  # without a crease where it ends
    return clipped(lightness + place * (fading(lightness, strength, rng) - lightness))
