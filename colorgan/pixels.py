"""Full-size pictures: pixels of a photo to CIE Lab tensors and back, in strips to bound memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import color

STRIP_PIXELS = 1 << 20  # of the full-size picture worked on at a time


def strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Cut a picture into strips of whole rows: (top, bottom) of each."""
    rows = max(STRIP_PIXELS // width, 1)
    for top in range(0, height, rows):
        yield top, min(top + rows, height)


def full_lightness(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    """Give L* (1, 1, H, W) of sRGB pixels (H, W, 3), 8 or 16 bit, at full size and depth."""
    height, width = pixels.shape[:2]
    lightness = torch.empty(1, 1, height, width)
    top_value = float(np.iinfo(pixels.dtype).max)
    for top, bottom in strips(height, width):
        strip = torch.from_numpy(pixels[top:bottom].astype(np.float32)).permute(2, 0, 1)[None]
        lightness[:, :, top:bottom] = color.rgb_to_lightness(strip / top_value)
    return lightness


def to_lab(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    """Give Lab (1, 3, H, W) of sRGB pixels (H, W, 3), 8 or 16 bit."""
    values = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
    return color.rgb_to_lab(values / float(np.iinfo(pixels.dtype).max))


def to_pixels(
    lightness: Tensor, ab: Tensor, dtype: np.dtype[np.uint8] | np.dtype[np.uint16]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Give sRGB pixels (H, W, 3) of L* (1, 1, H, W) and ab (1, 2, H, W), gamut fitted."""
    rgb = color.lab_to_rgb(color.fit_gamut(torch.cat((lightness, ab), dim=1))).clamp(0, 1)
    scaled = (rgb * float(np.iinfo(dtype).max)).round()[0].permute(1, 2, 0)
    return scaled.numpy().astype(dtype)  # type: ignore[return-value]
