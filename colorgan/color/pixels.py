"""Full-size pictures: pixels of a photo to CIE Lab tensors and back, in strips to bound memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import cie, gamut

# Worked on at a time, so that what is under way fits into the cache of a CPU.
STRIP_PIXELS = 1 << 18
_LINEAR_STEPS = 65_535  # of linear light that 8-bit values are looked up by: a twentieth of a value


def strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Cut a picture into strips of whole rows: (top, bottom) of each."""
    rows = max(STRIP_PIXELS // width, 1)
    for top in range(0, height, rows):
        yield top, min(top + rows, height)


def full_lightness(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    """Return L* (1, 1, H, W) of sRGB pixels (H, W, 3), 8 or 16 bit, at full size and depth."""
    height, width = pixels.shape[:2]
    lightness = torch.empty(1, 1, height, width)
    linear = cie.decode_gamma(torch.linspace(0, 1, np.iinfo(pixels.dtype).max + 1))
    parts = linear * cie.luminance_weights()[:, None]  # of luminance, by value and channel
    grey = cie.luminance_to_lightness(linear)
    for top, bottom in strips(height, width):
        strip = pixels[top:bottom]
        if _is_grey(strip):
            found = _look_up(grey, strip[..., 0])
        else:
            channels = zip(parts, np.moveaxis(strip, -1, 0), strict=True)
            luminance = torch.stack([_look_up(part, values) for part, values in channels]).sum(0)
            found = cie.luminance_to_lightness(luminance)
        lightness[0, 0, top:bottom] = found
    return lightness


def _is_grey(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> bool:
    red, green, blue = np.moveaxis(pixels, -1, 0)
    return np.array_equal(red, green) and np.array_equal(red, blue)


def _look_up(table: Tensor, values: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    indices = torch.from_numpy(values.astype(np.int32))
    return table.index_select(0, indices.flatten()).view(indices.shape)


def to_lab(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    """Return Lab (1, 3, H, W) of sRGB pixels (H, W, 3), 8 or 16 bit."""
    values = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
    return cie.rgb_to_lab(values / float(np.iinfo(pixels.dtype).max))


def to_ab(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    """Return ab (1, 2, H, W) of sRGB pixels (H, W, 3), 8 or 16 bit; of grey ones 0, without
    work."""
    if _is_grey(pixels):
        return torch.zeros(1, 2, *pixels.shape[:2])
    return to_lab(pixels)[:, 1:]


def to_pixels(
    lightness: Tensor, ab: Tensor, dtype: np.dtype[np.uint8] | np.dtype[np.uint16]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return sRGB pixels (H, W, 3) of L* (1, 1, H, W) and ab (1, 2, H, W), gamut fitted."""
    lightness = lightness.clamp(0, cie.LIGHTNESS_MAX)
    if not ab.any():  # a third of the work, and no grey is out of gamut
        grey = _encoded(cie.lightness_to_luminance(lightness), dtype)[0, 0]
        return torch.stack((grey, grey, grey), dim=-1).numpy().astype(dtype, copy=False)  # type: ignore[return-value]
    linear = cie.lab_to_linear(lightness, ab)
    outside = gamut.is_shown(linear).logical_not_().flatten().nonzero()[:, 0]
    if len(outside):
        own, wanted = (part.flatten(2)[..., outside, None] for part in (lightness, ab))
        fitted = wanted * gamut.share_that_fits(own, wanted)
        linear.flatten(2)[..., outside] = cie.lab_to_linear(own, fitted)[..., 0]
    # Stacked along the last axis, which is several times as fast as copying a permuted view.
    values = torch.stack(_encoded(linear, dtype)[0].unbind(), dim=-1)
    return values.numpy().astype(dtype, copy=False)  # type: ignore[return-value]


def _encoded(linear: Tensor, dtype: np.dtype[np.uint8] | np.dtype[np.uint16]) -> Tensor:
    """Return the sRGB values, whole numbers of a depth, of linear light of any shape."""
    linear.clamp_(0, 1)
    if dtype == np.uint8:
        steps = linear.mul_(_LINEAR_STEPS).add_(0.5).to(torch.int32)
        return _eight_bits().index_select(0, steps.flatten()).view(steps.shape)
    return (cie.encode_gamma(linear) * float(np.iinfo(dtype).max)).round()


@lru_cache
def _eight_bits() -> Tensor:
    """Return the 8-bit sRGB value for every step of linear light."""
    steps = torch.linspace(0, 1, _LINEAR_STEPS + 1)
    return (cie.encode_gamma(steps) * 255).round().byte()
