"""Chroma at a small size brought up to a large one along the edges of the lightness.

Near every point of the small picture, chroma is written as a straight line over lightness,
ab = slope * L + offset, that passes through the chroma there: the slope is what the neighbourhood
says (the local regression of the guided filter, He, Sun, Tang 2010), the offset the rest. Both are
enlarged bilinearly, and the full-size lightness is put in: chroma then changes where the
lightness does. The guided filter itself would also smooth the chroma where lightness has no edge:
on photos that costs more than it gains (benchmarks/README.md), so nothing is smoothed here.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

BLUR = 2  # radius of the box that, twice over, blurs lightness as much as the chroma is blurred
WINDOW = 3  # radius of the window whose line is taken, in pixels of the small picture
EDGE = 7.0  # contrast in L* from which an edge is followed


def box(x: Tensor, radius: int) -> Tensor:
    """Mean over a square window; at the rim over what is there. (N, C, H, W) to the same."""
    for axis in (2, 3):
        length = x.shape[axis]
        total = x.clone()
        for apart in range(1, min(radius, length - 1) + 1):  # several times as fast as avg_pool2d
            total.narrow(axis, apart, length - apart).add_(x.narrow(axis, 0, length - apart))
            total.narrow(axis, 0, length - apart).add_(x.narrow(axis, apart, length - apart))
        place = torch.arange(length, device=x.device)
        count = (place + radius).clamp(max=length - 1) - (place - radius).clamp(min=0) + 1
        x = total / count.to(x.dtype).view(-1, *[1] * (3 - axis))
    return x


def fit_lines(lightness: Tensor, ab: Tensor, exact: Tensor | None = None) -> Tensor:
    """Write chroma as straight lines over lightness near every point.

    Args:
        lightness: (N, 1, h, w), L* in 0..100.
        ab: (N, 2, h, w) in CIE units, blurred by some pixels as a generator's is.
        exact: (N, 1, h, w), 1 where the chroma shall be that of `ab` whatever the lightness of a
            pixel there is, 0 (everywhere, if None) where it may follow the lightness.

    Returns:
        (N, 4, h, w): slope of a and b, then offset of a and b.
    """
    blurred = box(box(lightness, BLUR), BLUR)
    moments = torch.cat((blurred, ab, blurred * blurred, blurred * ab), dim=1)
    means = box(moments, WINDOW)
    mean_l, mean_ab, square, product = means[:, :1], means[:, 1:3], means[:, 3:4], means[:, 4:]
    variance, covariance = square - mean_l * mean_l, product - mean_l * mean_ab
    slope = covariance / (variance.clamp(min=0) + EDGE * EDGE)
    if exact is not None:
        slope = slope * (1 - exact)
    return torch.cat((slope, ab - slope * blurred), dim=1)


def apply_lines(lines: Tensor, lightness: Tensor, top: int, height: int) -> Tensor:
    """Return the chroma of a strip of the full-size picture.

    Args:
        lines: (1, 4, h, w) of `fit_lines`.
        lightness: (1, 1, rows, W), the strip's L* at full size.
        top: first row of the strip in the full picture.
        height: rows of the full picture.

    Returns:
        ab (1, 2, rows, W); the strips of a picture join without a seam.
    """
    rows, width = lightness.shape[-2:]
    small = lines.shape[-2]
    centre = (torch.arange(top, top + rows, device=lines.device) + 0.5) * small / height - 0.5
    centre = centre.clamp(0, small - 1)
    upper = centre.floor().long()
    lower = (upper + 1).clamp(max=small - 1)
    share = (centre - upper)[:, None].to(lines)
    strip = torch.lerp(lines[:, :, upper], lines[:, :, lower], share)
    strip = F.interpolate(strip.flatten(1, 2), width, mode="linear", align_corners=False)
    slope, offset = strip.view(1, 4, rows, width).chunk(2, dim=1)
    return torch.addcmul(offset, slope, lightness)
