"""Measures of a coloured photo: pure functions on pictures.

Paired measures compare a coloured photo with its original; measures of a picture alone are given
for both, so that the gap can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import skimage  # its parts load when they are used: some bring scipy.stats, which is slow
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

FLAT = 1.0  # change of L* a pixel under which lightness has no edge
GLARING_CHROMA, GLARING_DISTANCE = 30.0, 40.0  # in CIE units: a strong colour, far from the truth
GLARING_AREA = 0.02  # share of a photo's area from which on a mistake strikes the eye
SQUARE = 10.0  # side of a field of the chroma histogram in CIE units


@dataclass(frozen=True, eq=False)
class Picture:
    """An sRGB picture (H, W, 3) of uint8; what several measures need is computed once."""

    pixels: Pixels

    @cached_property
    def lab(self) -> NDArray[np.float64]:
        """Lab (H, W, 3) in CIE units, D65."""
        return np.asarray(skimage.color.rgb2lab(self.pixels))


def psnr(coloured: Picture, original: Picture) -> float:
    """Peak signal-to-noise ratio over all three channels in dB; higher is nearer."""
    if np.array_equal(coloured.pixels, original.pixels):
        return float("inf")
    return float(
        skimage.metrics.peak_signal_noise_ratio(original.pixels, coloured.pixels, data_range=255)
    )


def rmse(coloured: Picture, original: Picture) -> float:
    """Root of the mean squared error over all three channels, in 8-bit steps; lower is nearer."""
    return float(np.sqrt(skimage.metrics.mean_squared_error(original.pixels, coloured.pixels)))


def ssim(coloured: Picture, original: Picture) -> float:
    """Structural similarity of RGB, 7 x 7 window (Wang 2004, skimage's defaults); 1 is equal."""
    least = min(original.pixels.shape[:2])
    window = min(7, least - (least + 1) % 2)  # an odd number that fits
    return float(
        skimage.metrics.structural_similarity(
            original.pixels, coloured.pixels, channel_axis=2, data_range=255, win_size=window
        )
    )


def ciede2000(coloured: Picture, original: Picture) -> float:
    """Mean CIEDE2000 colour difference of the pixels; lower is nearer, 1 is just visible."""
    return float(skimage.color.deltaE_ciede2000(original.lab, coloured.lab).mean())


def chroma_histogram(coloured: Picture, original: Picture) -> float:
    """Share of pixels that must change their field of the ab plane to match the original's; 0..1.

    Half the sum of absolute differences of two histograms over fields of 10 x 10 CIE units.
    """
    edges = np.arange(-130, 131, SQUARE)
    first, second = (
        np.histogram2d(picture.lab[..., 1].ravel(), picture.lab[..., 2].ravel(), bins=(edges,) * 2)
        for picture in (coloured, original)
    )
    return float(np.abs(first[0] - second[0]).sum() / 2 / original.lab[..., 0].size)


def glaring(coloured: Picture, original: Picture) -> float:
    """Share of the area that is glaringly wrong; 0..1.

    Its chroma is above 30, and it is more than 40 CIE units from the original's colour in ab.
    """
    ab, truth = coloured.lab[..., 1:], original.lab[..., 1:]
    far = np.hypot(*np.moveaxis(ab - truth, -1, 0)) > GLARING_DISTANCE
    strong = np.hypot(*np.moveaxis(ab, -1, 0)) > GLARING_CHROMA
    return float((far & strong).mean())


def glaring_photos(coloured: Picture, original: Picture) -> float:
    """1 if more than 2 % of the area is glaringly wrong, else 0: its mean is a share of photos."""
    return float(glaring(coloured, original) > GLARING_AREA)


def colourfulness(picture: Picture) -> float:
    """Colourfulness M3 of Hasler and Suesstrunk 2003; 0 for grey, about 40 for usual photos."""
    rg, yb = _opponents(picture.pixels)
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def colourfulness_ddcolor(picture: Picture) -> float:
    """Colourfulness as DDColor's code has it: absolute opponents, so not the same number."""
    rg, yb = map(np.abs, _opponents(picture.pixels))
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def _opponents(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    red, green, blue = pixels.astype(np.float64).transpose(2, 0, 1)
    return red - green, (red + green) / 2 - blue


def bleeding(picture: Picture) -> float:
    """Mean change of a* and b* a pixel where lightness has no edge; lower spills less.

    Colour that spills over an edge changes where nothing else does. Noise does too, so the
    original's own value is the one to reach, not 0.
    """
    lightness, *ab = picture.lab.transpose(2, 0, 1)
    if min(lightness.shape) < 2:
        return 0.0
    flat = np.hypot(*np.gradient(lightness)) < FLAT
    change = np.sqrt(sum(np.square(part) for channel in ab for part in np.gradient(channel)))
    return float(change[flat].mean()) if flat.any() else 0.0


PAIRED = {
    "psnr": psnr,
    "rmse": rmse,
    "ssim": ssim,
    "ciede2000": ciede2000,
    "chroma_histogram": chroma_histogram,
    "glaring": glaring,
    "glaring_photos": glaring_photos,
}
"""Measures of a coloured photo against its original."""
ALONE = {
    "colourfulness": colourfulness,
    "colourfulness_ddcolor": colourfulness_ddcolor,
    "bleeding": bleeding,
}
"""Measures of a picture by itself."""
HIGHER_IS_BETTER = frozenset({"psnr", "ssim"})
"""Of the others that have a better side, the lower is better."""
