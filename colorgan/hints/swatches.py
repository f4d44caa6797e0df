"""Known colours by name: how skin, leaves, brick or brass look in the light of the place.

A swatch is a typical colour of a thing, as sRGB. At a place that is darker or lighter the thing is
in shade or in light, so its chroma changes with its lightness, as it does where the same paint gets
less light: in CIE Lab, a surface of one colour under less light has a* and b* in proportion to
L* + 16 (all of X, Y and Z fall by one factor, of which Lab takes the cube root).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..color import cie

SWATCHES = {
    # people
    "very light skin": "#efcdb8",
    "light skin": "#e0b193",
    "olive skin": "#c69a72",
    "tanned skin": "#b8835c",
    "brown skin": "#8f5f43",
    "dark skin": "#5f3d2c",
    "very dark skin": "#3e2a21",
    "lips": "#b5635f",
    "blond hair": "#c2a26b",
    "red hair": "#8e4a28",
    "brown hair": "#543a29",
    "black hair": "#1f1b1a",
    # nature
    "leaves": "#50692f",
    "grass": "#6f8a3d",
    "dry grass": "#b39f63",
    "fir": "#3b5138",
    "sky": "#8fb6da",
    "evening sky": "#e2a987",
    "sea": "#4a7384",
    "earth": "#7b5b41",
    "sand": "#cdb38b",
    # built
    "stone": "#a39a89",
    "sandstone": "#c9ad7f",
    "brick": "#9a4f3c",
    "roof tile": "#a85b3f",
    "slate": "#58636d",
    "wood": "#96693f",
    "dark wood": "#54341f",
    # metal
    "brass": "#b3913f",
    "gold": "#cfa742",
    "copper": "#a8623f",
    "rust": "#8a4a2c",
    "steel": "#7c8790",
    # cloth and paint
    "cream": "#ece0c2",
    "khaki": "#a8966b",
    "uniform drab": "#6c6444",
    "field grey": "#626b60",
    "navy": "#273352",
    "blue": "#3d63a8",
    "light blue": "#8aaed1",
    "denim": "#4c6384",
    "green": "#3f7a4c",
    "yellow": "#ddb83c",
    "orange": "#d4803b",
    "red": "#b5322e",
    "wine red": "#6e2430",
    "pink": "#dc9fa6",
    "purple": "#6c4a82",
    "leather": "#7c4f2f",
}
"""By name a typical colour; none of them is exact for anybody's skin or coat."""

_BRIGHTEST = 1.25  # share of its own chroma that a swatch may reach where the place is lighter


def hex_to_lab(code: str) -> Tensor:
    """Return Lab (3,) of "#rrggbb"."""
    values = torch.tensor([int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return cie.rgb_to_lab(values[None, :, None, None])[0, :, 0, 0]


def shade(lightness: Tensor) -> Tensor:
    """Return what the chroma of one surface is in proportion to as the light on it changes."""
    return lightness.clamp(0, cie.LIGHTNESS_MAX) + 16


def fitted(name: str, lightness: float) -> tuple[float, float]:
    """Return (a*, b*) of a swatch at a place of this lightness.

    Args:
        name: a key of `SWATCHES`.
        lightness: L*, 0 to 100.
    """
    own, a, b = hex_to_lab(SWATCHES[name]).tolist()
    factor = min((min(max(lightness, 0.0), 100.0) + 16) / (own + 16), _BRIGHTEST)
    return a * factor, b * factor
