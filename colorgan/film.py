"""The old-film simulator: how an old print looked when it was new, and what befell it since.

`emulsion` and `frame` make the print: they belong to the picture, nobody would mend them.
`DAMAGES` came after, in this order; each is a function of a lightness, a strength and a chance:

    damaged = DAMAGES["scratches"](lightness, 0.7, np.random.default_rng(1))

    lightness   float32 (H, W), L* in 0..100; the answer is a new array of the same kind
    strength    0 (hardly to be seen) to 1 (as bad as what people still bring to be restored)
    rng         decides where and how; the same seed damages alike

Widths are in pixels of the picture, as a scanner sees them; dust grows in number with the area.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from . import color

Lightness = NDArray[np.float32]
Damage = Callable[[Lightness, float, np.random.Generator], Lightness]

# What emulsions made of linear red, green and blue. Blue-sensitive plates (until about 1880) saw
# neither red nor green, orthochromatic ones (until about 1925) no red: skies are white, lips dark.
PANCHROMATIC = (0.21, 0.72, 0.07)
ORTHOCHROMATIC = (0.02, 0.53, 0.45)
BLUE_SENSITIVE = (0.0, 0.12, 0.88)
FINE = 3  # strokes are drawn so much larger and reduced: Pillow draws without antialiasing
FIELD = 128 * 128  # pixels for which the number of specks is meant


def lightness_of(rgb: NDArray[np.uint8], weights: Sequence[float] | None = None) -> Lightness:
    """Give L* (H, W) of sRGB (H, W, 3); `weights` as in `color.rgb_to_lightness`."""
    picture = torch.tensor(rgb).permute(2, 0, 1)[None] / 255
    plate = None if weights is None else torch.tensor(weights)
    return np.asarray(color.rgb_to_lightness(picture, plate)[0, 0])


def emulsion(rgb: NDArray[np.uint8], rng: np.random.Generator) -> Lightness:
    """Give the lightness (H, W) that a random old plate records of sRGB (H, W, 3).

    Half of them are panchromatic, which see as the eye does; the others see less red.
    """
    if rng.random() < 0.5:
        return lightness_of(rgb)
    plate = ORTHOCHROMATIC if rng.random() < 0.7 else BLUE_SENSITIVE
    share = rng.uniform(0.4, 1)
    mixed = [share * p + (1 - share) * e for p, e in zip(plate, PANCHROMATIC, strict=True)]
    return lightness_of(rgb, mixed)


def frame(lightness: Lightness, rng: np.random.Generator) -> Lightness:
    """Lay the pale or dark border of a print around a picture, on some of its sides."""
    framed = lightness.copy()
    height, width = lightness.shape
    wide = max(round(min(height, width) * rng.uniform(0.015, 0.06)), 1)
    tone = rng.uniform(84, 99) if rng.random() < 0.8 else rng.uniform(3, 20)
    for side in (framed[:wide], framed[-wide:], framed[:, :wide], framed[:, -wide:]):
        if rng.random() < 0.7:
            side[:] = tone
    return framed


def blur(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Lose focus, more in one direction than in the other."""
    sigma = (0.3 + 1.9 * strength) * rng.uniform(0.7, 1.0, 2)
    return gaussian_filter(lightness, sigma, truncate=3)  # type: ignore[no-any-return]


def exposure(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Expose unevenly: dark corners, and light that falls off to a side."""
    height, width = lightness.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    centre = rng.uniform(-0.3, 0.3, 2)
    corners = rng.uniform(0, 1) * ((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / 2
    light = 0.5 * _cloud(lightness.shape, 3, rng) - corners
    return _clipped(lightness * (1 + 0.6 * strength * (light - light.mean())))


def grain(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Add the grain of the emulsion: finer or coarser clumps, strongest in the middle tones."""
    noise = rng.standard_normal(lightness.shape, np.float32)
    size = rng.uniform(0, 1.1)
    if size > 0.3:
        noise = gaussian_filter(noise, size, truncate=3)
        noise /= noise.std() + 1e-6
    middle = 0.5 + 2 * (lightness / 100) * (1 - lightness / 100)
    return _clipped(lightness + (1 + 8 * strength) * middle * noise)


def fading(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Fade: blacks turn grey, whites yellow and so darker; the middle tones drift."""
    x = np.maximum(lightness / 100, 0) ** np.exp(strength * rng.uniform(-0.5, 0.5))
    low, high = strength * rng.uniform(0.05, 0.4), 1 - strength * rng.uniform(0, 0.3)
    return _clipped(100 * (low + (high - low) * x))


def stains(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Let damp in: patches a little darker or paler, with the tide mark of their rim."""
    cloud = _cloud(lightness.shape, int(rng.integers(3, 7)), rng)
    level = np.quantile(cloud, rng.uniform(0.6, 0.95))
    inside = np.clip((cloud - level) / 0.1, 0, 1)
    rim = np.exp(-(((cloud - level) / 0.06) ** 2))
    patch = rng.choice([-1, 0.8]) * rng.uniform(8, 28) * inside - rng.uniform(2, 20) * rim
    return _clipped(lightness + (0.3 + 0.7 * strength) * patch)


def dust(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Strew specks and hairs, most of them pale, as dust on a negative prints."""
    fields = lightness.size / FIELD
    for tone, share in ((rng.uniform(80, 100), 0.75), (rng.uniform(0, 20), 0.25)):
        mask, draw = _canvas(lightness.shape)
        for _ in range(rng.poisson(share * (2 + 22 * strength) * fields)):
            y, x = rng.uniform(0, 1, 2) * lightness.shape
            radius = rng.lognormal(0.0, 0.45) * np.array([1, rng.uniform(0.6, 1.4)])
            box = [x - radius[0], y - radius[1], x + radius[0], y + radius[1]]
            draw.ellipse([side * FINE for side in box], fill=int(rng.integers(90, 256)))
        for _ in range(rng.poisson(share * (0.2 + 1.3 * strength) * min(fields, 8))):
            _hair(draw, lightness.shape, rng)
        lightness = _painted(lightness, _reduced(mask, lightness.shape), tone)
    return lightness


def scratches(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Draw scratches: long thin lines, mostly upright, pale or dark, broken here and there."""
    height, width = lightness.shape
    mask, draw = _canvas(lightness.shape)
    for _ in range(1 + rng.poisson(6 * strength)):
        start = rng.uniform((-0.1, 0), (0.7, 1)) * (height, width)
        angle = rng.normal(0, 0.15) if rng.random() < 0.7 else rng.uniform(-np.pi, np.pi)
        length = max(height, width) * rng.uniform(0.15, 1.3)
        path = _path(start, angle, length, 0.004, rng)
        _stroke(draw, path, rng.lognormal(0.1, 0.4), int(rng.integers(110, 256)))
    shape = _reduced(mask, lightness.shape) * _gaps(lightness.shape, rng)
    tone = rng.uniform(75, 100) if rng.random() < 0.7 else rng.uniform(0, 25)
    return _painted(lightness, shape, tone)


def folds(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Fold the print: cracks across it where the emulsion broke off, with a shade beside them."""
    height, width = lightness.shape
    reach = float(np.hypot(height, width))
    for _ in range(1 + (rng.random() < 0.6 * strength)):
        middle = rng.uniform(0.1, 0.9, 2) * (height, width)
        angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.3)
        mask, draw = _canvas(lightness.shape)
        width_here = (1 + 2.5 * strength) * rng.uniform(0.6, 1.2)
        for way in (angle, angle + np.pi):
            _stroke(draw, _path(middle, way, reach, 0.004, rng), width_here, 255)
        crack = _reduced(mask, lightness.shape)
        shade = gaussian_filter(crack, rng.uniform(2, 5))
        shade /= shade.max() + 1e-6
        lightness = lightness - rng.uniform(0, 16) * strength * shade
        torn = np.clip(crack * (0.4 + 0.8 * _gaps(lightness.shape, rng)), 0, 1)
        lightness = _painted(lightness, torn, rng.uniform(78, 98))
    return lightness


def low_resolution(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Scan too coarsely and enlarge again, up to three times."""
    scale = 1 + (0.2 + 1.8 * strength) * rng.uniform(0.8, 1)
    height, width = lightness.shape
    small = (max(round(width / scale), 1), max(round(height / scale), 1))
    coarse = Image.fromarray(lightness).resize(small, Image.Resampling.BOX)
    return _clipped(np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)))


def jpeg(lightness: Lightness, strength: float, rng: np.random.Generator) -> Lightness:
    """Keep as a JPEG file of low quality, whose blocks show."""
    grey = color.lightness_to_grey(torch.tensor(lightness)).numpy()
    file = io.BytesIO()
    quality = round(62 - 52 * strength * rng.uniform(0.8, 1))
    Image.fromarray((grey * 255).round().astype(np.uint8)).save(file, "JPEG", quality=quality)
    decoded = torch.from_numpy(np.array(Image.open(file))) / 255
    return np.asarray(color.grey_to_lightness(decoded))


_BEFALLS = (
    (blur, 0.3),
    (exposure, 0.4),
    (grain, 0.5),
    (fading, 0.5),
    (stains, 0.2),
    (dust, 0.4),
    (scratches, 0.4),
    (folds, 0.15),
    (low_resolution, 0.2),
    (jpeg, 0.3),
)
DAMAGES: dict[str, Damage] = {damage.__name__: damage for damage, _ in _BEFALLS}
"""What befalls a print, in the order in which it does."""
CHANCES = {damage.__name__: chance for damage, chance in _BEFALLS}
"""How often each is met with among damaged prints."""
TONES = tuple(damage.__name__ for damage in (exposure, fading))
"""Those that change the tones and leave the details."""


@dataclass(frozen=True)
class Print:
    """An old print, each L* (H, W)."""

    now: Lightness
    """With all that befell it."""
    faded: Lightness
    """With its tones as they are now, and no other damage."""
    new: Lightness
    """As it was when it was new."""


def old_print(rgb: NDArray[np.uint8], rng: np.random.Generator) -> Print:
    """Make an old print of a photo, sRGB (H, W, 3), with some of `DAMAGES`, most of them mild."""
    new = emulsion(rgb, rng)
    if rng.random() < 0.15:
        new = frame(new, rng)
    now = faded = new
    for name, damage in DAMAGES.items():
        if rng.random() < CHANCES[name]:
            strength, own = float(rng.uniform() ** 1.3), int(rng.integers(1 << 62))
            now = damage(now, strength, np.random.default_rng(own))
            if name in TONES:
                faded = damage(faded, strength, np.random.default_rng(own))
    return Print(now, faded, new)


def _clipped(lightness: NDArray[np.floating]) -> Lightness:
    clipped: Lightness = np.clip(lightness, 0, color.LIGHTNESS_MAX).astype(np.float32)
    return clipped


def _painted(lightness: Lightness, mask: NDArray[np.floating], tone: float) -> Lightness:
    """Lay a tone over a picture where the mask (H, W) in 0..1 says."""
    return _clipped(lightness + mask * (tone - lightness))


def _cloud(shape: tuple[int, int], cells: int, rng: np.random.Generator) -> Lightness:
    """Give a smooth random field (H, W), about -1..1, with so many hills along the short side."""
    long = max(round(cells * max(shape) / min(shape)), cells)
    grid = (cells, long) if shape[0] <= shape[1] else (long, cells)
    knots = Image.fromarray(rng.uniform(-1, 1, grid).astype(np.float32))
    return np.asarray(knots.resize(shape[::-1], Image.Resampling.BICUBIC), np.float32)


def _gaps(shape: tuple[int, int], rng: np.random.Generator) -> Lightness:
    """Give a field (H, W) in 0..1 that breaks lines here and there."""
    gaps = 1.2 + 2.5 * _cloud(shape, int(rng.integers(4, 14)), rng)
    return gaps.clip(0, 1).astype(np.float32)


def _canvas(shape: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    mask = Image.new("L", (shape[1] * FINE, shape[0] * FINE))
    return mask, ImageDraw.Draw(mask)


def _reduced(mask: Image.Image, shape: tuple[int, int]) -> Lightness:
    """Bring a canvas to the picture's size: (H, W) in 0..1."""
    reduced = mask.resize(shape[::-1], Image.Resampling.BOX)
    return np.asarray(reduced, np.float32) / np.float32(255)


def _path(
    start: NDArray[np.floating],
    angle: float,
    length: float,
    wobble: float,
    rng: np.random.Generator,
) -> NDArray[np.floating]:
    """Give the points (P, 2), y and x, of a line that wanders off a little; angle 0 is upright."""
    steps = max(int(length / 8), 3)
    turns = angle + np.cumsum(rng.normal(0, wobble * 8, steps))
    strides = length / steps * np.stack((np.cos(turns), np.sin(turns)), axis=1)
    return start + np.concatenate((np.zeros((1, 2)), np.cumsum(strides, axis=0)))


def _stroke(
    draw: ImageDraw.ImageDraw, path: NDArray[np.floating], width: float, opacity: int
) -> None:
    points = [(x * FINE, y * FINE) for y, x in path.tolist()]
    draw.line(points, fill=opacity, width=max(round(width * FINE), 1), joint="curve")


def _hair(draw: ImageDraw.ImageDraw, shape: tuple[int, int], rng: np.random.Generator) -> None:
    start, angle = rng.uniform(0, 1, 2) * shape, rng.uniform(-np.pi, np.pi)
    path = _path(start, angle, rng.uniform(8, 40), 0.06, rng)
    _stroke(draw, path, rng.uniform(0.4, 1.2), int(rng.integers(120, 256)))
