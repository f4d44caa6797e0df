"""Colour profiles: decoded samples of any ICC profile to sRGB, at their own depth.

8- and 16-bit samples alike go through LittleCMS, so 16 bits stay 16 bits; colours that sRGB cannot
hold are clipped. CMYK without a usable profile is converted by the plain formula
(1 - ink)(1 - black). A profile that cannot be used is ignored.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any, Literal, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

Pixels = NDArray[Any]
"""uint8 or uint16."""

Space = Literal["grey", "rgb", "cmyk"]

# Of LittleCMS: keep blacks apart that the goal cannot show; calculate each pixel, without tables.
_BLACK_POINT, _EXACT = 0x2000, 0x100


class Samples(NamedTuple):
    """Decoded pixels before colour management.

    `colour` is (H, W, 1) for "grey", (H, W, 3) for "rgb", (H, W, 4) with 0 for no ink for "cmyk";
    `alpha` is (H, W), not multiplied into the colour, or None. Both uint8 or both uint16.
    """

    colour: Pixels
    space: Space
    alpha: Pixels | None = None


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
    try:
        if not icc or "sRGB" in _description(icc):
            return None
        if space == "grey" and icc[16:20] == b"RGB ":
            colour, space = np.repeat(colour, 3, axis=2), "rgb"
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
    except (imagecodecs.CmsError, OSError, ValueError):
        return None  # a broken profile, or one for other colours: the picture is still good
    if samples.space == "grey":  # grey stays grey to the last bit
        converted = np.repeat(converted[..., 1:2], 3, axis=2)
    return np.asarray(converted)


def _description(icc: bytes) -> str:
    return ImageCms.ImageCmsProfile(BytesIO(icc)).profile.profile_description or ""
