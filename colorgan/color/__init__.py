"""Colour on tensors: CIE Lab and sRGB (`cie`), and what is built on them.

`gamut` lowers the chroma that sRGB cannot show, `pixels` turns full-size photos into Lab and back,
`upsampling` brings small chroma to full size, `ab_grid` cuts the ab plane into classes. Only `cie`
holds the constants of colour; its names and those of `gamut` are this package's own.
"""

from __future__ import annotations

from .cie import (
    AB_MAX,
    LIGHTNESS_MAX,
    chroma,
    grey_to_lightness,
    lab_to_rgb,
    lightness_to_grey,
    rgb_to_lab,
    rgb_to_lightness,
)
from .gamut import fit_gamut, in_gamut

__all__ = [
    "AB_MAX",
    "LIGHTNESS_MAX",
    "chroma",
    "fit_gamut",
    "grey_to_lightness",
    "in_gamut",
    "lab_to_rgb",
    "lightness_to_grey",
    "rgb_to_lab",
    "rgb_to_lightness",
]
