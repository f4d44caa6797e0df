"""Any size for networks: padded to what they halve, and brought to the size they look at."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional as F

MAX_PIXELS = 1 << 22
"""More of a photo is not shown to a network, rather than to exhaust memory."""
LONGEST = 10
"""A photo so many times as long as wide is still shown with its whole working size."""


def working_size(height: int, width: int, short_side: int) -> tuple[int, int]:
    """Return the height and width at which a network sees a photo: same shape, never squashed.

    The short side becomes `short_side`, unless the whole would then have more pixels than a photo
    `LONGEST` times as long as wide, or than `MAX_PIXELS`; then the whole is brought to that.
    """
    most = min(LONGEST * short_side**2, MAX_PIXELS)
    scale = min(short_side / min(height, width), math.sqrt(most / (height * width)))
    return max(round(height * scale), 1), max(round(width * scale), 1)


def pad_to_multiple(x: Tensor, multiple: int, *, least: int = 1) -> Tensor:
    """Repeat the right and bottom rim of (N, C, H, W) until H and W are multiples.

    Args:
        x: the picture.
        multiple: what H and W shall be multiples of.
        least: the smallest H and W.
    """
    sides = x.shape[-2:]
    # Rounded up without a negative number: ONNX divides towards zero, Python downwards.
    height, width = (max((side + multiple - 1) // multiple * multiple, least) for side in sides)
    return F.pad(x, (0, width - x.shape[-1], 0, height - x.shape[-2]), mode="replicate")


def resize(x: Tensor, size: Sequence[int]) -> Tensor:
    """Bring (N, C, H, W) to a size (height, width): bilinear, what is made smaller averaged.

    torch 2.13 fills what becomes one pixel wide with its first row from top to bottom, on
    CPUs: such pictures are resized lying down.
    """
    if size[1] == 1:
        lying = F.interpolate(x.mT, (size[1], size[0]), mode="bilinear", antialias=True)
        return lying.mT
    return F.interpolate(x, tuple(size), mode="bilinear", antialias=True)
