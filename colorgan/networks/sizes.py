"""Any size for networks that halve theirs again and again: padded before, cut after."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def pad_to_multiple(x: Tensor, multiple: int, *, least: int = 1) -> Tensor:
    """Repeat the right and bottom rim of (N, C, H, W) until H and W are multiples.

    Args:
        x: the picture.
        multiple: what H and W shall be multiples of.
        least: the smallest H and W.
    """
    height, width = (max(-(-side // multiple) * multiple, least) for side in x.shape[-2:])
    return F.pad(x, (0, width - x.shape[-1], 0, height - x.shape[-2]), mode="replicate")
