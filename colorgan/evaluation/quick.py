"""A quick look at a network that is being trained: a sheet's columns, and a few figures."""

from __future__ import annotations

from collections.abc import Sequence

from ..networks import Generator, Network, RestorationNet
from . import restoration
from .metrics import Pixels
from .protocol import GREY, ORIGINAL, colour_squares, judge

MEASURES = ("psnr", "ciede2000", "colourfulness")


def columns(network: Network, squares: Pixels, name: str) -> dict[str, Pixels]:
    """Return what a sheet shows of squares (N, S, S, 3), by column: without, as `name`, original.

    A restorer is shown simulated old prints of them.
    """
    if isinstance(network, RestorationNet):
        return restoration.columns(network, squares, name)
    assert isinstance(network, Generator)
    coloured = colour_squares(squares, network)
    return {GREY: colour_squares(squares, None), name: coloured, ORIGINAL: squares}


def figures(network: Network, photos: Sequence[tuple[str, bytes]]) -> dict[str, float]:
    """Measure a network on photos, given as names and bytes of files.

    A generator: how near the colours come, and how strong they are; a restorer: PSNR and SSIM of
    lightness on simulated old prints before and after.

    Raises:
        PhotoError: there is no photo to judge by.
    """
    if isinstance(network, RestorationNet):
        return restoration.figures(network, photos)
    assert isinstance(network, Generator)
    result = judge({"model": network}, photos, measures=MEASURES, progress=False)
    difference = result.mean("model", "ciede2000")
    colour = result.mean("model", "colourfulness")
    return {
        "psnr": result.mean("model", "psnr"),
        "ciede2000": difference,
        "ciede2000 / grey's": difference / result.mean(GREY, "ciede2000"),
        "colourfulness / originals'": colour / result.mean(ORIGINAL, "colourfulness"),
    }
