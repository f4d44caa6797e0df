"""Photos for training: decoded once, kept as bytes in memory, cropped and turned into tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from .. import color, photo
from ..errors import PhotoError, TrainingError
from ..photoset import group_of, read_all

GREY_CHROMA = 4.0  # mean chroma under which a photo teaches no colour


@dataclass
class PhotoStore:
    """Photos as uint8 arrays (H, W, 3), with what was left out and why."""

    photos: list[NDArray[np.uint8]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    grey: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.photos)


def load_photos(
    sources: Sequence[str | Path], *, short_side: int = 160, groups: Sequence[str] = ()
) -> PhotoStore:
    """Decode all photos of folders and tar archives, none larger than needed.

    Args:
        sources: folders, files, tar archives.
        short_side: photos are reduced to this short side, never enlarged.
        groups: keep only photos of these groups (`photoset.group_of`); all if empty.

    Raises:
        TrainingError: no photo with colour is left.
    """
    store = PhotoStore()
    wanted = set(groups)
    items = (item for item in read_all(sources) if not wanted or group_of(item[0]) in wanted)
    for name, data in tqdm(items, desc="reading photos", unit=" photos", mininterval=2):
        pixels = _decode(data, short_side)
        if pixels is None:
            store.unreadable.append(name)
        elif mean_chroma(pixels) < GREY_CHROMA:
            store.grey.append(name)
        else:
            store.photos.append(pixels)
            store.names.append(name)
    if not store.photos:
        raise TrainingError(
            f"No photo with colour to train on in {', '.join(map(str, sources))}: "
            f"{len(store.grey)} are grey, {len(store.unreadable)} cannot be read."
        )
    return store


def _decode(data: bytes, short_side: int) -> NDArray[np.uint8] | None:
    try:
        image = photo.to_image(photo.read(data)).convert("RGB")
    except PhotoError:
        return None
    scale = short_side / min(image.size)
    if scale < 1:
        size = (round(image.width * scale), round(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    return np.asarray(image)


def mean_chroma(pixels: NDArray[np.uint8]) -> float:
    """Give the mean chroma in CIE units of (H, W, 3) sRGB, read from every fourth pixel."""
    sample = torch.from_numpy(np.ascontiguousarray(pixels[::4, ::4])).permute(2, 0, 1)[None]
    return float(color.chroma(color.rgb_to_lab(sample / 255.0)[:, 1:]).mean())


class Batches:
    """Crops of the photos in a fixed random order; a step's batch depends on seed and step alone.

    So a run that is taken up again at step k sees what it would have seen.
    """

    def __init__(
        self, store: PhotoStore, *, seed: int, scale: tuple[float, float] = (0.5, 1.0)
    ) -> None:
        self.store = store
        self.seed = seed
        self.scale = scale

    def indices(self, first: int, count: int) -> list[int]:
        """Give the photos at places `first`.. of the endless sequence of shuffled epochs."""
        size = len(self.store)
        found: list[int] = []
        while len(found) < count:
            epoch, place = divmod(first + len(found), size)
            order = np.random.default_rng((self.seed, epoch)).permutation(size)
            found += order[place : place + count - len(found)].tolist()
        return found

    def crops(self, first: int, count: int, size: int) -> Tensor:
        """Give the next `count` crops as sRGB uint8 (count, 3, size, size)."""
        rng = np.random.default_rng((self.seed, 1, first))
        crops = [
            _crop(self.store.photos[i], size, self.scale, rng) for i in self.indices(first, count)
        ]
        return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)

    def iterate(self, first: int, count: int, batch: int, size: int) -> Iterator[Tensor]:
        """Give batches from place `first` on until `count` photos, one made ahead in a thread."""
        starts = range(first, first + count, batch)
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self.crops, first, batch, size)
            for start in starts:
                ready = ahead.result()
                ahead = pool.submit(self.crops, start + batch, batch, size)
                yield ready


def _crop(
    pixels: NDArray[np.uint8],
    size: int,
    scale: tuple[float, float],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Cut a random square, bring it to size x size, mirror every second."""
    height, width = pixels.shape[:2]
    side = min(height, width) * rng.uniform(*scale)
    left, top = rng.uniform(0, width - side), rng.uniform(0, height - side)
    image = Image.fromarray(pixels).resize(
        (size, size), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side)
    )
    cut = np.asarray(image)
    return cut[:, ::-1] if rng.random() < 0.5 else cut


def old_look(lightness: Tensor, share: float, random: torch.Generator) -> Tensor:
    """Give a share of the photos the look of old prints: exposure, fading, blur and grain.

    Args:
        lightness: (N, 1, H, W), L* in 0..100.
        share: of photos that are changed, 0..1.
        random: source of all chance.

    Returns:
        L* (N, 1, H, W) in 0..100; the true colours of the photo stay what they were.
    """
    count = len(lightness)

    def draw(low: float, high: float) -> Tensor:
        return torch.empty(count, 1, 1, 1).uniform_(low, high, generator=random)

    x = (lightness / color.LIGHTNESS_MAX).clamp(0, 1)
    x = x ** torch.exp(draw(-0.4, 0.4))  # exposure
    black, white = draw(0, 0.2), draw(0.8, 1)  # fading lifts the blacks and dims the whites
    x = black + (white - black) * x
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    x = torch.lerp(x, blurred, (draw(-1, 1)).clamp(min=0))
    grain = torch.randn(x.shape, generator=random)
    soft = F.avg_pool2d(F.pad(grain, (1, 1, 1, 1), mode="replicate"), 3, stride=1) * 2
    x = x + draw(0, 0.06) * torch.lerp(grain, soft, draw(0, 1))
    changed = color.LIGHTNESS_MAX * x.clamp(0, 1)
    chosen = draw(0, 1) < share
    return torch.where(chosen, changed, lightness)
