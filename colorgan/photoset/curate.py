"""Which photos teach colour and which do not: grey, sepia, tiny, broken, twice there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from .. import color, photo
from ..errors import ColorganError, PhotoError
from ..extras import require

GREY_CHROMA = 4.0  # mean chroma under which a photo teaches no colour
ONE_TINT = 2.5  # what of a* and b* is not explained by lightness, in a sepia photo
TINY = 96  # short side in pixels under which a photo teaches little
ALIKE = 8  # bits of 64 in which two hashes of nearly the same photo differ at most
VIEW = 1024  # longest side at which photos are looked at


@dataclass(frozen=True)
class Finding:
    """Why a photo had better be left out.

    Attributes:
        name: of the photo.
        kind: "grey", "sepia", "tiny", "corrupt" or "near-duplicate".
        detail: the measure, or the photo that it repeats.
    """

    name: str
    kind: str
    detail: str


def decode(data: bytes, short_side: int) -> NDArray[np.uint8] | None:
    """Return a photo file as sRGB (H, W, 3), reduced to a short side; None if it is unreadable."""
    try:
        image = photo.to_rgb(photo.read(data))
    except PhotoError:
        return None
    scale = short_side / min(image.size)
    if scale < 1:
        size = (round(image.width * scale), round(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    return np.asarray(image)


def lab_of(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Return Lab (1, 3, h, w) of every fourth pixel of sRGB (H, W, 3)."""
    sample = torch.from_numpy(np.ascontiguousarray(pixels[::4, ::4])).permute(2, 0, 1)[None]
    return color.rgb_to_lab(sample / 255.0)


def mean_chroma(lab: torch.Tensor) -> float:
    """Return the mean chroma of Lab (1, 3, H, W) in CIE units."""
    return float(color.chroma(lab[:, 1:]).mean())


def is_grey(pixels: NDArray[np.uint8]) -> bool:
    """Return whether sRGB (H, W, 3) has too little chroma to teach colour."""
    return mean_chroma(lab_of(pixels)) < GREY_CHROMA


def is_one_tint(lab: torch.Tensor) -> bool:
    """Return whether a* and b* of (1, 3, H, W) are almost a function of L*: sepia, a colour
    cast."""
    lightness, *ab = lab[0].flatten(1).double()
    x = lightness / color.LIGHTNESS_MAX
    powers = torch.stack([x**k for k in range(4)], dim=1)
    target = torch.stack(ab, dim=1)
    fitted = powers @ torch.linalg.lstsq(powers, target, driver="gelsd").solution
    return float((target - fitted).square().sum(1).mean().sqrt()) < ONE_TINT


def examine(photos: Iterable[tuple[str, bytes]]) -> Iterator[Finding | None]:
    """Look at photos one after another; yield what is wrong with each, or None.

    Args:
        photos: name and file of each (`photoset.read_all`).

    Raises:
        PackageError: imagehash is not installed.
    """
    seen = Hashes()
    for name, data in photos:
        yield _examine(name, data, seen)


def _examine(name: str, data: bytes, seen: Hashes) -> Finding | None:
    try:
        image = photo.to_rgb(photo.read(data))
    except PhotoError as error:
        return Finding(name, "corrupt", str(error))
    if min(image.size) < TINY:
        return Finding(name, "tiny", f"{image.width} x {image.height} pixels")
    image.thumbnail((VIEW, VIEW))
    lab = lab_of(np.asarray(image))
    chroma = mean_chroma(lab)
    if chroma < GREY_CHROMA:
        return Finding(name, "grey", f"mean chroma {chroma:.1f}")
    if is_one_tint(lab):
        return Finding(name, "sepia", "one tint in all tones")
    other = seen.find_or_add(name, image)
    return None if other is None else Finding(name, "near-duplicate", f"of {other}")


class Hashes:
    """Perceptual hashes of the photos seen so far (imagehash's DCT hash, 64 bits)."""

    def __init__(self) -> None:
        self._hash = require("imagehash", "train", "Finding near-duplicates").phash
        self._names: list[str] = []
        self._bits = np.zeros((0, 64), bool)

    def find_or_add(self, name: str, image: Image.Image) -> str | None:
        """Return the name of a photo that is nearly the same; remember this one if there is
        none."""
        bits = np.asarray(self._hash(image).hash).reshape(1, -1)
        differing = (self._bits[: len(self._names)] != bits).sum(1)
        if differing.size and differing.min() <= ALIKE:
            return self._names[int(differing.argmin())]
        if len(self._names) == len(self._bits):  # doubled, so that adding stays cheap
            room = np.zeros((max(len(self._bits), 64), 64), bool)
            self._bits = np.concatenate((self._bits, room))
        self._bits[len(self._names)] = bits
        self._names.append(name)
        return None


def set_aside(folder: Path, findings: Iterable[Finding], target: Path) -> list[Path]:
    """Move the photos of findings out of a folder, each into a folder of its kind.

    Raises:
        ColorganError: a photo cannot be moved; those before it have been.
    """
    moved = []
    for finding in findings:
        place = target / finding.kind / finding.name
        if os.path.lexists(place):
            raise ColorganError(f"{finding.name} was not moved: {place} is there already.")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder / finding.name, place)  # also to another disk
        except OSError as error:
            raise ColorganError(f"{finding.name} cannot be moved to {place}: {error}") from error
        moved.append(place)
    return moved
