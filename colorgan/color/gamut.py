"""What sRGB can show: the largest chroma of each lightness and hue, and colours brought to it.

Tensors are as in `cie`. How much of a colour's chroma fits is looked up in a table, so that a photo
whose colours all lie outside costs about one more conversion to linear light. A table can be
interpolated only where the largest chroma changes without a jump. It jumps among the bright
yellows, where the way from grey to the colour leaves sRGB and comes back: there the share is sought
digit by digit.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from . import cie

_MARGIN = 2e-4  # in linear light, by which a colour may lie outside sRGB

_ROWS, _COLUMNS = 801, 1081  # of the table: an eighth of L*, a third of a degree
_ROWS_AT_A_TIME = 64  # of the table while it is made, to bound memory
_HALVINGS = 11  # of the largest chroma sought: to a twentieth
_CHROMA_MAX = math.hypot(cie.AB_MAX, cie.AB_MAX)
_TOLERANCE = 5e-4  # of the share, taken off for what interpolation may give too much
_YELLOWS = (89.0, 99.5), (93.0, 110.0)  # L* and degrees of hue where the largest chroma jumps
_SOUGHT_AT_A_TIME = 1 << 14  # pixels, nine shares of each, to bound memory


def is_shown(linear: Tensor) -> Tensor:
    """Return which colours of linear sRGB (N, 3, H, W) are inside sRGB: (N, H, W) of bool.

    The margin is a twentieth of an 8-bit step in linear light: greys are not exactly neutral
    in the matrix, and rounding must not push white outside.
    """
    return (linear.amin(dim=1) >= -_MARGIN) & (linear.amax(dim=1) <= 1 + _MARGIN)


def in_gamut(lab: Tensor) -> Tensor:
    """Return which colours of Lab (N, 3, H, W) sRGB can show: (N, H, W) of bool."""
    return is_shown(cie.lab_to_linear(lab[:, :1], lab[:, 1:]))


def fit_gamut(lab: Tensor) -> Tensor:
    """Lower the chroma of colours outside sRGB until they fit; lightness and hue stay.

    Args:
        lab: (N, 3, H, W) in CIE units; L* outside 0..100 is clamped.

    Returns:
        (N, 3, H, W), a new tensor; what was inside comes back unchanged.
    """
    fitted = lab.clone()
    fitted[:, 0].clamp_(0, cie.LIGHTNESS_MAX)
    outside = ~in_gamut(fitted)
    if not outside.any():
        return fitted
    pixels = fitted.movedim(1, -1)[outside].T[None, :, :, None]  # (1, 3, pixels, 1)
    pixels[:, 1:] *= share_that_fits(pixels[:, :1], pixels[:, 1:])
    fitted.movedim(1, -1)[outside] = pixels[0, :, :, 0].T
    return fitted


@torch.no_grad()
def share_that_fits(lightness: Tensor, ab: Tensor) -> Tensor:
    """Return the largest share (N, 1, H, W) of the chroma that sRGB can show, to some thousandths.

    On the way from grey it is the share at which the colour first leaves sRGB. It counts as a
    constant where gradients are taken.

    Args:
        lightness: L* (N, 1, H, W) in 0..100.
        ab: (N, 2, H, W), all of it outside sRGB.
    """
    a, b = ab.unbind(1)
    # `grid_sample` counts from -1 to 1 along both sides of the table.
    places = torch.stack((torch.atan2(b, a) / math.pi, lightness[:, 0] / 50 - 1), dim=-1)
    table = _largest_chroma(ab.device).to(ab.dtype).expand(len(ab), 1, -1, -1)
    largest = F.grid_sample(table, places, padding_mode="border", align_corners=True)
    chroma = torch.hypot(a, b)[:, None]  # several times as fast as `cie.chroma`
    share = (largest / chroma - _TOLERANCE).clamp_(0, 1)
    unclear = share.isnan()[:, 0]
    if unclear.any():
        parts = zip(
            *(torch.split(x.movedim(1, -1)[unclear], _SOUGHT_AT_A_TIME) for x in (lightness, ab)),
            strict=True,
        )
        share.movedim(1, -1)[unclear] = torch.cat([_sought(*part) for part in parts])
    return share


@lru_cache
def _largest_chroma(device: torch.device) -> Tensor:
    """Make the table (1, 1, rows of L*, columns of hue) of the largest chroma; NaN: not known."""
    lightness = torch.linspace(0, cie.LIGHTNESS_MAX, _ROWS)
    hue = torch.linspace(-180, 180, _COLUMNS)
    way = torch.stack((hue.deg2rad().cos(), hue.deg2rad().sin())) * _CHROMA_MAX
    parts = []
    for rows in torch.split(lightness, _ROWS_AT_A_TIME):
        low = torch.zeros(len(rows), _COLUMNS)
        step = 0.5
        own, full = rows.view(1, 1, -1, 1).expand(1, 1, *low.shape), way[None, :, None]
        for _ in range(_HALVINGS):
            low += step * is_shown(cie.lab_to_linear(own, full * (low + step)))[0]
            step /= 2
        parts.append((low + step) * _CHROMA_MAX)
    table = torch.cat(parts)
    (darkest, brightest), (first, last) = _YELLOWS
    bright = (lightness >= darkest) & (lightness <= brightest)
    table[bright[:, None] & (hue >= first) & (hue <= last)] = math.nan
    return table[None, None].to(device)


def _sought(lightness: Tensor, ab: Tensor) -> Tensor:
    """Return the share (pixels, 1) of ab (pixels, 2) digit by digit, to a thousandth.

    Nine shares at once: few steps, each with much to do, are faster than many small ones.
    """
    lightness, ab = lightness.T[None, :, None], ab.T[None, :, None]
    nine = torch.arange(1, 10).view(1, 1, 9, 1).to(ab)
    share = torch.zeros_like(lightness)
    for digit in (0.1, 0.01, 0.001):
        tried = ab * (share + digit * nine)
        fits = is_shown(cie.lab_to_linear(lightness.expand(-1, -1, 9, -1), tried))
        share += digit * fits.cumprod(1).sum(1)[:, None, None]
    return share[0, 0].T
