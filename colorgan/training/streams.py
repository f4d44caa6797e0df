"""Photos that are too many for memory: streamed by `datasets`, from the Hub or from folders."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..errors import TrainingError
from ..film import Ageing
from ..photoset.curate import decode, is_grey
from ..photoset.sources import (
    bytes_of,
    find,
    has_guessed_colours,
    import_datasets,
    open_dataset,
)
from .data import KEPT, Batch, Shard, ahead, batch_of, crop

SHUFFLED = 1000  # photos among which the next one is drawn
Photo = tuple[int, NDArray[np.uint8]]
"""A photo's place in the sequence, and its pixels (H, W, 3)."""
NAMED = 5  # of the photos that an epoch left out


class StreamedPhotos:
    """Crops of an endless stream of photos, read again every epoch in another order.

    Of the shuffled stream each process decodes every n-th photo, so none comes twice in an epoch,
    also when a run goes on with another number of processes. Photos that cannot be read or are
    grey are passed over and told after each epoch. The stream stays open between two stages.

    Args:
        stream: the photos, undecoded.
        seed: of the orders and the crops.
        scale: side of a crop as a share of the photo's short side, from and to.
        short_side: photos are reduced to this short side before they are cropped.
        shuffled: photos among which the next one is drawn.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        seed: int,
        scale: tuple[float, float],
        short_side: int,
        shuffled: int = SHUFFLED,
    ) -> None:
        self.stream = stream
        self.seed = seed
        self.scale = scale
        self.short_side = short_side
        self.shuffled = shuffled
        self._reading: Reading | None = None

    def identity(self) -> dict[str, str | int | None]:
        """Return the stream's name and length: its photos are known when they come."""
        return {"stream": self.stream.name, "photos": self.stream.length}

    def batches(
        self, position: int, batch: int, size: int, shard: Shard, ageing: Ageing = KEPT
    ) -> Generator[Batch, None, None]:
        """Yield a process's shares of the batches from `position` on."""
        own = batch // shard.processes
        if self._reading is None or not self._reading.reaches(position, shard):
            self._reading = Reading(self._decoded(position, shard), position, shard)
        photos = self._reading.photos(position, kept=2 * own)

        def make() -> Batch:
            found = list(islice(photos, own))
            crops = [
                crop(pixels, size, self.scale, (self.seed, 1, place)) for place, pixels in found
            ]
            last = found[-1][0]
            # The next batch of all processes begins with a whole round of them.
            following = last - last % shard.processes + shard.processes
            places = [place for place, _ in found]
            return batch_of(crops, places, following, ageing, self.seed)

        yield from ahead(make() for _ in repeat(None))

    def _decoded(self, position: int, shard: Shard) -> Iterator[Photo]:
        """Yield place and pixels of this process's photos from a place on."""
        barren, left_out = 0, LeftOut()
        for place, row in self._rows(position, left_out):
            if place % shard.processes != shard.rank:
                continue
            image = row[self.stream.column]
            pixels = decode(bytes_of(image), self.short_side)
            if pixels is not None and not is_grey(pixels):
                barren = 0
                yield place, pixels
                continue
            left_out.add(str(image["path"] or place))
            barren += 1
            if barren > self.shuffled:
                raise TrainingError(
                    f"The last {barren} photos of the stream are all grey or cannot be read."
                )

    def _rows(self, position: int, left_out: LeftOut) -> Iterator[tuple[int, Any]]:
        """Yield all rows with their places, epoch after epoch, from a place on.

        Whole epochs before it are jumped where it is known how many photos they have.
        """
        epoch = position // self.stream.length if self.stream.length else 0
        place = epoch * (self.stream.length or 0)
        rows = self.stream.dataset.shuffle(seed=self.seed, buffer_size=self.shuffled)
        while True:
            rows.set_epoch(epoch)
            before = place
            for row in rows:
                if place >= position:
                    yield place, row
                place += 1
            if place == before:
                raise TrainingError("The stream holds no photos.")
            left_out.tell()
            epoch += 1


class Reading:
    """A stream that is being read, and the last photos of it.

    The batches of a stage are made ahead, so the next stage begins a little before the place that
    was read last.

    Args:
        decoded: place and pixels of a process's photos.
        position: the place from which on they come.
        shard: the process's share.
    """

    def __init__(self, decoded: Iterator[Photo], position: int, shard: Shard) -> None:
        self.decoded = decoded
        self.shard = shard
        self.since = position
        self.last: deque[Photo] = deque()

    def reaches(self, position: int, shard: Shard) -> bool:
        """Return whether the photos from a place on can still be had."""
        return shard == self.shard and position >= self.since

    def photos(self, position: int, *, kept: int) -> Iterator[Photo]:
        """Yield the photos from a place on; so many of the last ones are kept."""
        for photo in chain(list(self.last), self._read(kept)):
            if photo[0] >= position:
                yield photo

    def _read(self, kept: int) -> Iterator[Photo]:
        for photo in self.decoded:
            self.last.append(photo)
            while len(self.last) > kept:
                self.since = self.last.popleft()[0] + 1
            yield photo


@dataclass
class LeftOut:
    """Counts the photos of an epoch that are left out, and keeps the names of the first."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count a photo."""
        self.count += 1
        if self.count <= NAMED:
            self.names.append(name)

    def tell(self) -> None:
        """Return which photos were left out, if any were, and begin anew."""
        if self.count:
            names = ", ".join(self.names) + (", ..." if self.count > NAMED else "")
            tqdm.write(f"{self.count} photos of the stream are grey or cannot be read: {names}")
        self.count, self.names = 0, []


class Stream(NamedTuple):
    """Photos to be streamed."""

    dataset: Any
    """A streamed `datasets.IterableDataset` with undecoded images."""
    column: str
    """Holds the images."""
    length: int | None = None
    """How many photos an epoch has, if that is known."""
    name: str = ""
    """Of the data set or folder."""


def open_stream(names: Sequence[str]) -> Stream:
    """Open a streamed set of photos: a Hub data set `org/name[:split]`, or a folder.

    Raises:
        ColorganError: it cannot be had, or has no images.
    """
    if len(names) != 1:
        raise TrainingError("A stream has one source: one folder, or one data set of the Hub.")
    if not Path(names[0]).is_dir():
        dataset, column = open_dataset(names[0])
        split = (dataset.info.splits or {}).get(str(dataset.split))
        return Stream(dataset, column, split.num_examples if split else None, names[0])
    datasets = import_datasets()
    paths = [str(path) for path in find(names) if not has_guessed_colours(path)]
    if not paths:
        raise TrainingError(f"{names[0]} holds no photos but such as colorgan has coloured.")
    listed = datasets.Dataset.from_dict({"image": paths})
    listed = listed.cast_column("image", datasets.Image(decode=False))
    return Stream(listed.to_iterable_dataset(), "image", len(paths), Path(names[0]).name)
