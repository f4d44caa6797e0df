"""Decoded pixels on their way to a photo: their type, and how depths become 8 or 16 bits."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]
"""uint8 or uint16."""

Space = Literal["grey", "rgb", "cmyk"]


class Samples(NamedTuple):
    """Decoded pixels before colour management.

    `colour` is (H, W, 1) for "grey", (H, W, 3) for "rgb", (H, W, 4) with 0 for no ink for "cmyk";
    `alpha` is (H, W), not multiplied into the colour, or None. Both uint8 or both uint16.
    """

    colour: Pixels
    space: Space
    alpha: Pixels | None = None


class UnsupportedPixels(Exception):  # noqa: N818
    """Pixels that can be decoded but not made into a photo; its text names them."""


class UnsupportedFile(Exception):  # noqa: N818
    """A file that is known, but no photo; its text says what it is and what to do, from "is" on."""


def split(array: Pixels) -> Samples:
    """Samples of (H, W) or (H, W, C) grey, grey and alpha, RGB, or RGB and alpha."""
    array = np.atleast_3d(array)
    channels = array.shape[2]
    space: Space = "grey" if channels < 3 else "rgb"
    if channels in (2, 4):
        return Samples(array[..., :-1], space, array[..., -1])
    return Samples(array, space)


def stretched(array: NDArray[Any], bits: int) -> Pixels:
    """Whole numbers of 1 to 16 bits as uint8 (up to 8) or uint16, with the full range."""
    goal = np.uint8 if bits <= 8 else np.uint16
    if bits in (8, 16):
        return np.asarray(array.astype(goal, copy=False))
    top, full = (1 << bits) - 1, int(np.iinfo(goal).max)
    wide = np.minimum(array, top).astype(np.uint32)
    return np.asarray(((wide * full + top // 2) // top).astype(goal))


def divided(colour: Pixels, alpha: Pixels) -> Pixels:
    """Colour (H, W, C) that was multiplied with alpha (H, W), as it was before."""
    top = np.uint32(np.iinfo(colour.dtype).max)
    weight = np.maximum(alpha, 1)[..., None].astype(np.uint32)
    quotient = (colour.astype(np.uint32) * top + weight // 2) // weight
    return np.asarray(np.minimum(quotient, top).astype(colour.dtype))
