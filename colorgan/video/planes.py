"""Chroma for frames whose luma stays as it is, bit for bit.

A frame of film is stored as luma Y' and two planes of chroma, Cb and Cr, mostly at a quarter of the
size. Y' is what a black-and-white set shows; here it goes through untouched, and only the chroma is
made. R'G'B' are taken for sRGB values, as players on computers do.

Y' is not lightness: of two colours with one L* the more vivid one may need another Y'. So what is
sought is the colour with the wanted a* and b*, and the given Y'; its L* then differs a little from
that of the grey, by what television has always left to luma. Where sRGB cannot hold the colour its
chroma is lowered. That answer is smooth, so it is worked out once, for a table over Y', a* and b*,
and read from there (`Table`), which is exact to about half a step of 8 bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from ..color import cie, gamut
from ..color.upsampling import apply_lines

# Weights of red and blue in Y' by the matrix's number of ITU-T H.273.
WEIGHTS = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}
BT601 = (0.299, 0.114)  # numbers 5 and 6
_REACH = 112.0  # of a* and b* in the table; no colour of sRGB has more
_STEPS = (41, 33, 33)  # of the table: Y', a*, b*
_REFINEMENTS = 3


def weights(matrix: int, height: int) -> tuple[float, float]:
    """Return the weights of red and blue in luma.

    Args:
        matrix: number of H.273, 2 if nobody said; then the size decides, as players do.
        height: of the frame.
    """
    if matrix in (5, 6):
        return BT601
    return WEIGHTS.get(matrix) or (WEIGHTS[1] if height >= 720 else BT601)


@lru_cache
def _answers(red: float, blue: float) -> Tensor:
    """Return Cb and Cr, -0.5 to 0.5, as (1, 2, Y', a*, b*) over the table's places."""
    axes = (
        torch.linspace(0, 1, _STEPS[0]),
        *(torch.linspace(-_REACH, _REACH, n) for n in _STEPS[1:]),
    )
    luma, a, b = (x.flatten().view(1, 1, -1, 1) for x in torch.meshgrid(*axes, indexing="ij"))
    ab = torch.cat((a, b), dim=1)
    factors = torch.tensor([red, 1 - red - blue, blue]).view(1, 3, 1, 1)
    grey = cie.grey_to_lightness(luma)
    lightness = grey
    for _ in range(_REFINEMENTS):
        rgb = _fitted(lightness, ab)
        missed = luma - (rgb * factors).sum(1, keepdim=True)
        step = cie.grey_to_lightness((luma + missed).clamp(0, 1)) - grey
        lightness = (lightness + step).clamp(0, cie.LIGHTNESS_MAX)
    rgb = _fitted(lightness, ab)
    own = (rgb * factors).sum(1, keepdim=True)
    cb, cr = (rgb[:, 2:] - own) / (2 - 2 * blue), (rgb[:, :1] - own) / (2 - 2 * red)
    return torch.cat((cb, cr), dim=1).view(1, 2, *_STEPS)


def _fitted(lightness: Tensor, ab: Tensor) -> Tensor:
    return cie.lab_to_rgb(gamut.fit_gamut(torch.cat((lightness, ab), dim=1))).clamp(0, 1)


class Luma:
    """How numbers of a frame's planes stand for light and colour.

    Attributes:
        bits: of a value.
    """

    def __init__(self, bits: int, full: bool, red_blue: tuple[float, float]) -> None:
        """Return how a film's planes are meant.

        Args:
            bits: 8 to 16.
            full: whether all values are used, rather than those of television (16 to 235).
            red_blue: of `weights`.
        """
        self.bits = bits
        unit = 1 << (bits - 8)
        top = (1 << bits) - 1
        self._black, self._range = (0, top) if full else (16 * unit, 219 * unit)
        self._middle, self._chroma = 128 * unit, top if full else 224 * unit
        self._top = top
        self._weights = red_blue

    def grey(self, luma: Tensor) -> Tensor:
        """Return sRGB's 0 to 1 of a plane of luma, any shape, as float."""
        return ((luma.float() - self._black) / self._range).clamp(0, 1)

    def chroma(self, grey: Tensor, ab: Tensor) -> Tensor:
        """Return the values of Cb and Cr (1, 2, H, W), as int32.

        Args:
            grey: (1, 1, H, W), 0 to 1.
            ab: (1, 2, H, W) in CIE units.
        """
        places = torch.cat((ab.flip(1) / _REACH, grey * 2 - 1), dim=1)  # b*, a*, Y'
        grid = places.permute(0, 2, 3, 1)[:, None]
        found = F.grid_sample(
            _answers(*self._weights), grid, padding_mode="border", align_corners=True
        )[:, :, 0]
        values = (found * self._chroma + self._middle).round_()
        return values.clamp_(0, self._top).to(torch.int32)


def painted(luma: Tensor, shape: tuple[int, int], lines: Tensor, values: Luma) -> Tensor:
    """Return the chroma planes (2, h, w) of a frame or field, as int32.

    Args:
        luma: (H, W), values of the plane.
        shape: h and w of the chroma planes: H and W, or half of them, rounded up.
        lines: (1, 4, h', w') of `color.upsampling`.
        values: what they stand for.
    """
    grey = at_chroma_size(values.grey(luma)[None, None], shape)
    ab = apply_lines(lines, cie.grey_to_lightness(grey), 0, shape[0])
    return values.chroma(grey, ab)[0]


def at_chroma_size(plane: Tensor, shape: tuple[int, int]) -> Tensor:
    """Return the means of a plane (1, 1, H, W) over what a value of chroma stands for."""
    steps = [round(side / small) for side, small in zip(plane.shape[-2:], shape, strict=True)]
    odd = [
        small * step - side
        for side, small, step in zip(plane.shape[-2:], shape, steps, strict=True)
    ]
    if any(odd):
        plane = F.pad(plane, (0, odd[1], 0, odd[0]), mode="replicate")
    return F.avg_pool2d(plane, steps) if max(steps) > 1 else plane


def fields(interlaced: bool) -> Iterator[slice]:
    """Yield the rows that were shot at one moment: all, or every other twice."""
    yield from (slice(0, None, 2), slice(1, None, 2)) if interlaced else (slice(None),)
