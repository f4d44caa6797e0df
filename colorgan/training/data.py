"""Photos for training: decoded once and kept in memory, or streamed; given as crops.

A crop's place in the endless sequence of shuffled photos decides all its chance, so that a run
that is taken up again, or shared out among other processes, sees the same crops.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from ..device import has_idle_core
from ..errors import TrainingError
from ..film import Ageing
from ..photoset.curate import decode, is_grey
from ..photoset.sources import group_of, read_all
from . import mixing
from .pictures import Prints, old_prints


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
    sources: Sequence[str | Path],
    *,
    short_side: int = 160,
    groups: Sequence[str] = (),
    progress: bool = True,
) -> PhotoStore:
    """Decode all photos of folders and tar archives, none larger than needed.

    Args:
        sources: folders, files, tar archives.
        short_side: photos are reduced to this short side, never enlarged.
        groups: keep only photos of these groups (`photoset.group_of`); all if empty.
        progress: show a bar.

    Raises:
        TrainingError: no photo with colour is left.
    """
    store = PhotoStore()
    wanted = set(groups)
    items = (item for item in read_all(sources) if not wanted or group_of(item[0]) in wanted)
    bar = tqdm(items, desc="reading photos", unit=" photos", mininterval=2, disable=not progress)
    for name, data in bar:
        pixels = decode(data, short_side)
        if pixels is None:
            store.unreadable.append(name)
        elif is_grey(pixels):
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


@dataclass(frozen=True)
class Shard:
    """Which part of every batch a process gets: the `rank`-th of `processes` equal ones."""

    rank: int = 0
    processes: int = 1


ALONE = Shard()
KEPT = Ageing(share=0.0)


@dataclass(frozen=True)
class Batch:
    """A process's share of a batch.

    Attributes:
        crops: sRGB (N, 3, S, S) uint8.
        places: (N,) of the crops in the sequence of photos.
        position: where in the sequence of photos the next batch begins.
        prints: of some crops, as `pictures.old_prints` makes them.
    """

    crops: Tensor
    places: list[int]
    position: int
    prints: Prints | None = None


class Source(Protocol):
    """Gives batches of crops from a position of its sequence on, for ever."""

    def identity(self) -> dict[str, str | int | None]:
        """Return plain data that is the same for the same photos, and differs for others."""
        ...

    def batches(
        self, position: int, batch: int, size: int, shard: Shard, ageing: Ageing = KEPT
    ) -> Generator[Batch, None, None]:
        """Return a process's shares of batches of `batch` photos as crops of `size` pixels.

        As many of the photos as `ageing` says are given as old prints too.
        """
        ...


class StoredPhotos:
    """Crops of photos in memory; every epoch in another fixed random order.

    Args:
        store: the photos.
        seed: of the orders and the crops.
        scale: side of a crop as a share of the photo's short side, from and to.
        balance: how evenly groups and sources are mixed, from 0 to 1 (`mixing.shares`); at 0 every
            photo comes once an epoch.
    """

    def __init__(
        self,
        store: PhotoStore,
        *,
        seed: int,
        scale: tuple[float, float] = (0.5, 1.0),
        balance: float = 0.0,
    ) -> None:
        self.store = store
        self.seed = seed
        self.scale = scale
        self.shares = mixing.shares(store.names, store.photos, balance) if balance else None

    def __len__(self) -> int:
        return len(self.store)

    def identity(self) -> dict[str, str | int | None]:
        """Return how many photos there are, and a digest of their names and sizes, in order."""
        sizes = (
            (name, *pixels.shape)
            for name, pixels in zip(self.store.names, self.store.photos, strict=True)
        )
        return {"photos": len(self), "digest": digest(sizes)}

    def indices(self, first: int, number: int) -> list[int]:
        """Return the photos at places `first`.. of the endless sequence of shuffled epochs."""
        size = len(self.store)
        found: list[int] = []
        while len(found) < number:
            epoch, place = divmod(first + len(found), size)
            rng = np.random.default_rng((self.seed, epoch))
            order = rng.permutation(size if self.shares is None else drawn(self.shares, rng))
            found += order[place : place + number - len(found)].tolist()
        return found

    def batches(
        self, position: int, batch: int, size: int, shard: Shard = ALONE, ageing: Ageing = KEPT
    ) -> Generator[Batch, None, None]:
        """Yield a process's shares of the batches from `position` on."""

        def make(first: int) -> Batch:
            own = batch // shard.processes
            start = first + shard.rank * own
            crops = [
                crop(self.store.photos[index], size, self.scale, (self.seed, 1, place))
                for place, index in enumerate(self.indices(start, own), start)
            ]
            places = list(range(start, start + own))
            return batch_of(crops, places, first + batch, ageing, self.seed)

        yield from ahead(map(make, count(position, batch)))


def digest(items: Iterable[object]) -> str:
    """Return a short fingerprint of items, by their `repr` and order."""
    found = hashlib.sha256()
    for item in items:
        found.update(repr(item).encode())
    return found.hexdigest()[:16]


def drawn(shares: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw as many places as there are shares, each as often as its share says, give or take one.

    Args:
        shares: (N,) that add up to 1.
        rng: gives the chance.
    """
    marks = (np.arange(len(shares)) + rng.random()) / len(shares)
    return np.searchsorted(np.cumsum(shares), marks).clip(max=len(shares) - 1)


def ahead(endless: Iterator[Batch]) -> Generator[Batch, None, None]:
    """Yield what an endless iterator gives, with the next one under way in a thread.

    The thread is spared where the networks need every core: it would only make them wait.
    """
    if not has_idle_core():
        yield from endless
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(next, endless)
        while True:
            ready = pending.result()
            pending = pool.submit(next, endless)
            yield ready


def crop(
    pixels: NDArray[np.uint8], size: int, scale: tuple[float, float], seed: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Cut a random square of (H, W, 3), bring it to size x size, mirror every second.

    A square that is larger than the photo goes on beyond its edges as in a mirror.
    """
    rng = np.random.default_rng(seed)
    side = min(pixels.shape[:2]) * rng.uniform(*scale)
    beyond = [max(math.ceil((side - length) / 2), 0) for length in pixels.shape[:2]]
    if any(beyond):
        pixels = np.pad(pixels, [(more, more) for more in (*beyond, 0)], mode="symmetric")
    height, width = pixels.shape[:2]
    left, top = rng.uniform(0, width - side), rng.uniform(0, height - side)
    # Hamming is nearly as sharp as bicubic when reducing, at two thirds of its cost.
    image = Image.fromarray(pixels).resize(
        (size, size), Image.Resampling.HAMMING, box=(left, top, left + side, top + side)
    )
    cut = np.asarray(image)
    return cut[:, ::-1] if rng.random() < 0.5 else cut


def batch_of(
    crops: Sequence[NDArray[np.uint8]],
    places: list[int],
    position: int,
    ageing: Ageing,
    seed: int,
) -> Batch:
    """Make a batch of crops (S, S, 3), some of them as old prints too."""
    stacked = np.stack(crops)
    tensor = torch.from_numpy(stacked).permute(0, 3, 1, 2)
    return Batch(tensor, places, position, old_prints(stacked, places, ageing, seed))
