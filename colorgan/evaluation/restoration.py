"""How well a lightness is restored: measured on prints that the old-film simulator damaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skimage
import torch

from .. import color, film
from ..damage.drawing import Lightness
from ..errors import PhotoError
from ..networks import RestorationNet
from ..networks.contract import in_use
from .metrics import Pixels
from .protocol import squares

SEEDS = 21  # begins the seeds of all prints that are measured on; none of training begins so
SIZE = 256
CEILING = 60.0  # dB


def psnr(restored: Lightness, truth: Lightness) -> float:
    """Peak signal-to-noise ratio of L* (H, W) in dB, the peak being 100; higher is nearer.

    At most 60, as good as equal, so that means stay finite.
    """
    error = float(np.square(restored - truth).mean())
    least = color.LIGHTNESS_MAX**2 / 10 ** (CEILING / 10)
    return 10 * float(np.log10(color.LIGHTNESS_MAX**2 / max(error, least)))


def ssim(restored: Lightness, truth: Lightness) -> float:
    """Structural similarity of L* (H, W), 7 x 7 window (Wang 2004); 1 is equal."""
    return float(
        skimage.metrics.structural_similarity(truth, restored, data_range=color.LIGHTNESS_MAX)
    )


def change(restored: Lightness, truth: Lightness) -> float:
    """Mean absolute difference in L*."""
    return float(np.abs(restored - truth).mean())


def restore_squares(network: RestorationNet, lightness: Sequence[Lightness]) -> list[Lightness]:
    """Restore pictures (H, W) of equal size one by one, as a network under training does."""
    with in_use(network) as device:
        seen = (torch.from_numpy(picture)[None, None].to(device) for picture in lightness)
        return [network(picture).clamp(0, 100)[0, 0].cpu().numpy() for picture in seen]


def figures(network: RestorationNet, photos: Sequence[tuple[str, bytes]]) -> dict[str, float]:
    """Return means of PSNR and SSIM over simulated old prints, damaged and restored.

    Raises:
        PhotoError: none of the photos can be read.
    """
    rows = []
    for index, (_, square) in enumerate(squares(photos, SIZE)):
        old = film.old_print(square, np.random.default_rng((SEEDS, index)))
        damaged, new = old.now, old.new
        (restored,) = restore_squares(network, [damaged])
        plain = film.emulsion(square, np.random.default_rng((SEEDS, index)))
        (kept,) = restore_squares(network, [plain])
        rows.append(
            (
                psnr(damaged, new),
                psnr(restored, new),
                ssim(damaged, new),
                ssim(restored, new),
                change(kept, plain),
            )
        )
    if not rows:
        raise PhotoError("There is no photo to judge by: none can be read.")
    names = ("psnr damaged", "psnr", "ssim damaged", "ssim", "change of undamaged")
    return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))


def columns(network: RestorationNet, originals: Pixels, name: str) -> dict[str, Pixels]:
    """Return old prints of originals (N, S, S, 3): damaged, restored and as they were new."""
    prints = [
        film.old_print(square, np.random.default_rng((SEEDS, index)))
        for index, square in enumerate(originals)
    ]
    damaged = [old.now for old in prints]
    parts = (damaged, restore_squares(network, damaged), [old.new for old in prints])
    names = ("damaged", name, "new")
    return {n: np.stack([to_grey(p) for p in part]) for n, part in zip(names, parts, strict=True)}


def to_grey(lightness: Lightness) -> Pixels:
    """Return a lightness (H, W) as grey sRGB (H, W, 3) uint8."""
    grey = color.lightness_to_grey(torch.from_numpy(np.ascontiguousarray(lightness)))
    pixels = (grey * 255).round().clamp(0, 255).to(torch.uint8)[..., None].expand(-1, -1, 3)
    return pixels.numpy().copy()
