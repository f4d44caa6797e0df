"""The old-film simulator: how an old print looked when it was new, and what befell it since.

`emulsion`, `mist` and `frame` make the print: they belong to the picture, nobody would mend them.
`DAMAGES` came after, in this order; what each is given and gives stands in `damage`:

    damaged = DAMAGES["scratches"](lightness, 0.7, np.random.default_rng(1))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from . import color
from .damage.copying import blur, grain, halftone, jpeg, low_resolution, moire
from .damage.drawing import Damage, Lightness, clipped, cloud
from .damage.marks import dust, folds, pen_marks, scratches
from .damage.surface import silver_mirroring, stains, tape
from .damage.tones import exposure, fading, uneven_fading

# What emulsions made of linear red, green and blue. Blue-sensitive plates (until about 1880) saw
# neither red nor green, orthochromatic ones (until about 1925) no red: skies are white, lips dark.
PANCHROMATIC = (0.21, 0.72, 0.07)
ORTHOCHROMATIC = (0.02, 0.53, 0.45)
BLUE_SENSITIVE = (0.0, 0.12, 0.88)
MISTY, WHOLE = 0.12, 0.5
"""Share of prints that show mist, and share of these that nothing befell: whoever mends fading
must learn from both what mist is."""
ALONE = 0.4
"""Share of damaged prints that one damage befell: several at once hide what slight ones look
like."""


def lightness_of(rgb: NDArray[np.uint8], weights: Sequence[float] | None = None) -> Lightness:
    """Return L* (H, W) of sRGB (H, W, 3); `weights` as in `color.rgb_to_lightness`."""
    picture = torch.tensor(rgb).permute(2, 0, 1)[None] / 255
    plate = None if weights is None else torch.tensor(weights)
    return np.asarray(color.rgb_to_lightness(picture, plate)[0, 0])


def emulsion(rgb: NDArray[np.uint8], rng: np.random.Generator) -> Lightness:
    """Return the lightness (H, W) that a random old plate records of sRGB (H, W, 3).

    Half of them are panchromatic, which see as the eye does; the others see less red.
    """
    if rng.random() < 0.5:
        return lightness_of(rgb)
    plate = ORTHOCHROMATIC if rng.random() < 0.7 else BLUE_SENSITIVE
    share = rng.uniform(0.4, 1)
    mixed = [share * p + (1 - share) * e for p, e in zip(plate, PANCHROMATIC, strict=True)]
    return lightness_of(rgb, mixed)


def mist(lightness: Lightness, rng: np.random.Generator) -> Lightness:
    """Let mist into a picture: pale and flat, more towards the top, where it is far away."""
    height = lightness.shape[0]
    far = 1 - np.linspace(0, 1, height, dtype=np.float32)[:, None] * rng.uniform(0.2, 1.2)
    thick = rng.uniform(0.5, 2) * np.maximum(far + 0.3 * cloud(lightness.shape, 3, rng), 0)
    return clipped(lightness + (1 - np.exp(-thick)) * (rng.uniform(65, 95) - lightness))


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


_BEFALLS = (
    (blur, 0.15),
    (exposure, 0.3),
    (grain, 0.25),
    (fading, 0.4),
    (uneven_fading, 0.2),
    (silver_mirroring, 0.08),
    (stains, 0.15),
    (halftone, 0.08),
    (tape, 0.08),
    (pen_marks, 0.08),
    (dust, 0.3),
    (scratches, 0.2),
    (folds, 0.1),
    (moire, 0.08),
    (low_resolution, 0.12),
    (jpeg, 0.25),
)
DAMAGES: dict[str, Damage] = {damage.__name__: damage for damage, _ in _BEFALLS}
"""What befalls a print, in the order in which it does."""
CHANCES = {damage.__name__: chance for damage, chance in _BEFALLS}
"""How often each is met with among damaged prints."""
TONES = tuple(damage.__name__ for damage in (exposure, fading, uneven_fading))
"""Those that change the tones and leave the details."""
WIDE = (*TONES, *(damage.__name__ for damage in (silver_mirroring, stains, tape)))
"""Those that lie wide over a print: a restorer mends them by what it sees of the whole picture."""
LAID = ("stains", "tape", "silver_mirroring")
"""Those that lie over a print in places, which a restorer may be asked to find."""


@dataclass(frozen=True)
class Ageing:
    """How photos become old prints.

    Attributes:
        share: how many do, from 0 to 1.
        alone: how many of the damaged ones have one damage alone, from 0 to 1.
        kinds: what that damage may be; who stands there twice comes twice as often.
    """

    share: float = 1.0
    alone: float = ALONE
    kinds: tuple[str, ...] = tuple(DAMAGES)


@dataclass(frozen=True)
class Print:
    """An old print, each L* (H, W)."""

    now: Lightness
    """With all that befell it."""
    faded: Lightness
    """With what lies wide over it now, and no other damage."""
    new: Lightness
    """As it was when it was new."""
    befell: Mapping[str, float]
    """The damages by name, with their strengths."""
    laid: Mapping[str, Lightness]
    """By how much those of `LAID` that befell it changed the lightness."""


def old_print(
    rgb: NDArray[np.uint8], rng: np.random.Generator, ageing: Ageing | None = None
) -> Print:
    """Make an old print of a photo, sRGB (H, W, 3), with some of `DAMAGES`, most of them mild."""
    ageing = ageing or Ageing()
    new = emulsion(rgb, rng)
    misty = rng.random() < MISTY
    if misty:
        new = mist(new, rng)
    if rng.random() < 0.15:
        new = frame(new, rng)
    now = faded = new
    if misty and rng.random() < WHOLE:
        return Print(now, faded, new, {}, {})
    befell: dict[str, float] = {}
    laid: dict[str, Lightness] = {}
    chances = CHANCES
    if rng.random() < ageing.alone:
        chances = {ageing.kinds[rng.integers(len(ageing.kinds))]: 1.0}
    for name, damage in DAMAGES.items():
        if rng.random() < chances.get(name, 0.0):
            strength, own = float(rng.uniform() ** 1.3), int(rng.integers(1 << 62))
            befell[name] = strength
            before, now = now, damage(now, strength, np.random.default_rng(own))
            if name in WIDE:
                faded = damage(faded, strength, np.random.default_rng(own))
            if name in LAID:
                laid[name] = now - before
    return Print(now, faded, new, befell, laid)
