"""What the networks see of a batch of crops: photos, some of them as old prints.

The old prints are made with the crops, while the networks are at work on the batch before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import color, film

PRINTS = 20  # begins the seeds of training's prints; those of measurements begin otherwise


@dataclass(frozen=True)
class Prints:
    """Some of a batch's photos as old prints.

    Attributes:
        lightness: L* (N, 3, S, S) as `film.Print` has it, now, faded and new; NaN for photos that
            stay as they are.
        befell: strength (N, K) of each of `film.DAMAGES`; 0 for what did not befall.
        laid: by how much each of `film.LAID` changed L* (N, K, S, S).
    """

    lightness: Tensor
    befell: Tensor
    laid: Tensor

    def to(self, device: torch.device) -> Prints:
        """Bring it to a device."""
        parts = (self.lightness, self.befell, self.laid)
        return Prints(*(part.to(device, non_blocking=True) for part in parts))

    def chunk(self, count: int) -> list[Prints]:
        """Cut it into parts."""
        parts = (part.chunk(count) for part in (self.lightness, self.befell, self.laid))
        return [Prints(*chunks) for chunks in zip(*parts, strict=True)]


def old_prints(
    crops: NDArray[np.uint8], places: Sequence[int], ageing: film.Ageing, seed: int
) -> Prints | None:
    """Make old prints of a share of sRGB crops (N, S, S, 3).

    Args:
        crops: the photos.
        places: of the crops in the sequence of photos; with the seed they decide their fate.
        ageing: how many become old prints, and what befalls them.
        seed: the recipe's.

    Returns:
        None if all stay as they are.
    """
    rngs = [np.random.default_rng((PRINTS, place, seed)) for place in places]
    chosen = [index for index, rng in enumerate(rngs) if rng.random() < ageing.share]
    if not chosen:
        return None
    prints = np.full((len(crops), 3, *crops.shape[1:3]), np.nan, np.float32)
    laid = np.zeros((len(crops), len(film.LAID), *crops.shape[1:3]), np.float32)
    befell = torch.zeros(len(crops), len(film.DAMAGES))
    for place in chosen:
        made = film.old_print(crops[place], rngs[place], ageing)
        prints[place] = made.now, made.faded, made.new
        befell[place] = torch.tensor([made.befell.get(name, 0.0) for name in film.DAMAGES])
        for name, change in made.laid.items():
            laid[place, film.LAID.index(name)] = change
    return Prints(torch.from_numpy(prints), befell, torch.from_numpy(laid))


@dataclass
class Pictures:
    """A batch as the networks see it.

    Attributes:
        lightness: L* (N, 1, H, W), of some as old prints have it now.
        faded: the same with what lies wide over the prints, and no other damage.
        new: the same as it was before anything befell the prints.
        lab: the photo as it was (N, 3, H, W).
        rgb: the same as sRGB in 0..1.
        befell: strength (N, K) of each of `film.DAMAGES`; None if no photo is an old print.
        laid: by how much each of `film.LAID` changed L* (N, K, H, W); None as well.
    """

    lightness: Tensor
    faded: Tensor
    new: Tensor
    lab: Tensor
    rgb: Tensor
    befell: Tensor | None = None
    laid: Tensor | None = None

    @property
    def ab(self) -> Tensor:
        """The photo's colours (N, 2, H, W)."""
        return self.lab[:, 1:]


def pictures(crops: Tensor, prints: Prints | None = None) -> Pictures:
    """Turn sRGB crops (N, 3, S, S) uint8 and `old_prints` of them into what the networks see."""
    with torch.autocast(
        crops.device.type, enabled=False
    ):  # colours are exact, networks need not be
        rgb = (crops / 255).contiguous(memory_format=torch.channels_last)
        lab = color.rgb_to_lab(rgb)
    seen = lab[:, :1].expand(-1, 3, -1, -1)
    if prints is None:
        return Pictures(seen[:, :1], seen[:, 1:2], seen[:, 2:], lab, rgb)
    seen = torch.where(prints.lightness.isnan(), seen, prints.lightness)
    return Pictures(seen[:, :1], seen[:, 1:2], seen[:, 2:], lab, rgb, prints.befell, prints.laid)
