"""Colour profiles: decoded samples of any ICC profile to sRGB, at their own depth.

8- and 16-bit samples alike go through LittleCMS, so 16 bits stay 16 bits; colours that sRGB cannot
hold are clipped. CMYK without a usable profile is converted by the plain formula
(1 - ink)(1 - black). A profile that cannot be used is ignored.
"""

from __future__ import annotations

from functools import cache, lru_cache

import imagecodecs
import numpy as np
from PIL import ImageCms

from .samples import Pixels, Samples, Space

# Of LittleCMS: keep blacks apart that the goal cannot show; calculate each pixel, without tables.
_BLACK_POINT, _EXACT = 0x2000, 0x100

# The sRGB profiles of a dozen makers differ by rounding alone: less than half a step of 8 bits.
_SAME = 65_535 / 255 / 2


@cache
def srgb_profile() -> bytes:
    """The ICC profile of every file written here."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Bytes 24 to 35 are the moment it was made. The same photo shall give the same file.
    return made[:24] + bytes([7, 232, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]) + made[36:]


def to_srgb(samples: Samples, icc: bytes) -> Pixels:
    """(H, W, 3) sRGB pixels of the samples' depth; `icc` is their profile, b"" if there is none."""
    colour, space, _ = samples
    if (managed := _managed(samples, icc)) is not None:
        return managed
    if space == "grey":
        return np.repeat(colour, 3, axis=2)
    if space == "rgb":
        return colour
    top = np.uint32(np.iinfo(colour.dtype).max)
    light = top - colour.astype(np.uint32)
    return ((light[..., :3] * light[..., 3:] + top // 2) // top).astype(colour.dtype)


def _managed(samples: Samples, icc: bytes) -> Pixels | None:
    """The samples converted from their profile to sRGB, or None where there is nothing to do."""
    colour, space, _ = samples
    if not icc:
        return None
    if space == "grey" and icc[16:20] == b"RGB ":
        space = "rgb"
    try:
        if _is_srgb(icc, space):
            return None
        if space != samples.space:
            colour = np.repeat(colour, 3, axis=2)
        converted = _transformed(colour, space, icc)
    except (imagecodecs.CmsError, OSError, ValueError):
        return None  # a broken profile, or one for other colours: the picture is still good
    if samples.space == "grey":  # grey stays grey to the last bit
        converted = np.repeat(converted[..., 1:2], 3, axis=2)
    return converted


def _transformed(colour: Pixels, space: Space, icc: bytes) -> Pixels:
    converted = imagecodecs.cms_transform(
        np.ascontiguousarray(colour[..., 0] if space == "grey" else colour),
        icc,
        srgb_profile(),
        colorspace="gray" if space == "grey" else space,
        outcolorspace="rgb",
        intent=int(ImageCms.Intent.RELATIVE_COLORIMETRIC),
        # At 16 bits its tables are up to 20 of 255 steps off at the edge of the gamut.
        flags=_BLACK_POINT | (_EXACT if colour.dtype == np.uint16 else 0),
    )
    return np.asarray(converted)


@lru_cache(maxsize=16)
def _is_srgb(icc: bytes, space: Space) -> bool:
    """Whether the profile leaves colours as they are, by what it does and not by its name.

    Pixels with such a profile are passed on to the last bit.
    """
    if space == "cmyk":
        return False
    greys = np.linspace(0, 65_535, 129).astype(np.uint16)
    colours = np.repeat(greys[:, None, None], 3, axis=2)
    if space == "rgb":
        steps = greys[::16]
        grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 1, 3)
        colours = np.concatenate([colours, grid])
    shown = _transformed(colours[..., :1] if space == "grey" else colours, space, icc)
    return bool(np.abs(shown.astype(int) - colours).max() < _SAME)
