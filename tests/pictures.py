"""Pictures measured by scikit-image, by which none of them was made."""

from __future__ import annotations

import numpy as np
from PIL import Image
from skimage.color import rgb2lab

Picture = Image.Image | np.ndarray
"""Of any mode, or sRGB (H, W, 3)."""


def lab(picture: Picture) -> np.ndarray:
    """CIE L*, a*, b* (H, W, 3)."""
    if isinstance(picture, Image.Image):
        picture = np.asarray(picture.convert("RGB"))
    return rgb2lab(picture)


def lightness(picture: Picture) -> np.ndarray:
    """CIE L* (H, W)."""
    return lab(picture)[..., 0]


def mean_chroma(picture: Picture) -> float:
    """How far the colours are from grey, on average; under 1 nobody sees any."""
    return float(np.hypot(*np.moveaxis(lab(picture)[..., 1:], 2, 0)).mean())
