"""Measures of a coloured photo: pure functions on sRGB arrays (H, W, 3), uint8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio

Pixels = NDArray[np.uint8]


def psnr(coloured: Pixels, original: Pixels) -> float:
    """Peak signal-to-noise ratio over all three channels in dB; higher is nearer."""
    if np.array_equal(coloured, original):
        return float("inf")
    return float(peak_signal_noise_ratio(original, coloured, data_range=255))


def ciede2000(coloured: Pixels, original: Pixels) -> float:
    """Mean CIEDE2000 colour difference of the pixels; lower is nearer, 1 is just visible."""
    return float(deltaE_ciede2000(rgb2lab(original), rgb2lab(coloured)).mean())


def colourfulness(pixels: Pixels) -> float:
    """Colourfulness M3 of Hasler and Suesstrunk 2003; 0 for grey, about 40 for usual photos."""
    red, green, blue = pixels.astype(np.float64).transpose(2, 0, 1)
    rg, yb = red - green, (red + green) / 2 - blue
    spread = np.hypot(rg.std(), yb.std())
    return float(spread + 0.3 * np.hypot(rg.mean(), yb.mean()))


PAIRED = {"psnr": psnr, "ciede2000": ciede2000}
"""Measures of a coloured photo against its original."""
ALONE = {"colourfulness": colourfulness}
"""Measures of a picture by itself."""
