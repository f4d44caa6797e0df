"""Photos that are too many for memory: streamed by `datasets`, from the Hub or from folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..errors import TrainingError
from ..photoset.curate import decode, is_grey
from ..photoset.sources import bytes_of, find, import_datasets, open_dataset
from .data import Batch, Shard, ahead, batch_of, crop

SHUFFLED = 1000  # photos among which the next one is drawn
NAMED = 5  # of the photos that an epoch left out


class StreamedPhotos:
    """Crops of an endless stream of photos, read again every epoch in another order.

    Of the shuffled stream each process decodes every n-th photo, so none comes twice in an epoch,
    also when a run goes on with another number of processes. Photos that cannot be read or are
    grey are passed over and told after each epoch.

    Args:
        dataset: a streamed `datasets.IterableDataset` with undecoded images in `column`.
        column: holds the images.
        seed: of the orders and the crops.
        scale: side of a crop as a share of the photo's short side, from and to.
        short_side: photos are reduced to this short side before they are cropped.
        shuffled: photos among which the next one is drawn.
    """

    def __init__(
        self,
        dataset: Any,
        column: str,
        *,
        seed: int,
        scale: tuple[float, float],
        short_side: int,
        shuffled: int = SHUFFLED,
    ) -> None:
        self.dataset = dataset
        self.column = column
        self.seed = seed
        self.scale = scale
        self.short_side = short_side
        self.shuffled = shuffled

    def batches(
        self, position: int, batch: int, size: int, shard: Shard, degrade: float = 0.0
    ) -> Iterator[Batch]:
        """Give a process's shares of the batches from `position` on."""
        photos = self._decoded(position, shard)
        own = batch // shard.processes

        def make(_: int) -> Batch:
            found = list(islice(photos, own))
            crops = [
                crop(pixels, size, self.scale, (self.seed, 1, place)) for place, pixels in found
            ]
            last = found[-1][0]
            # The next batch of all processes begins with a whole round of them.
            following = last - last % shard.processes + shard.processes
            return batch_of(crops, [place for place, _ in found], following, degrade)

        yield from ahead(make, 0, 1)

    def _decoded(self, position: int, shard: Shard) -> Iterator[tuple[int, Any]]:
        """Give place and pixels of this process's photos from a place on."""
        barren, left_out = 0, LeftOut()
        for place, row in self._rows(position, left_out.tell):
            if place % shard.processes != shard.rank:
                continue
            image = row[self.column]
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

    def _rows(self, position: int, after_epoch: Callable[[], None]) -> Iterator[tuple[int, Any]]:
        """Give all rows with their places, epoch after epoch, from a place on."""
        place, epoch = 0, 0
        stream = self.dataset.shuffle(seed=self.seed, buffer_size=self.shuffled)
        while True:
            stream.set_epoch(epoch)
            before = place
            for row in stream:
                if place >= position:
                    yield place, row
                place += 1
            if place == before:
                raise TrainingError("The stream holds no photos.")
            after_epoch()
            epoch += 1


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
        """Say which photos were left out, if any were, and begin anew."""
        if self.count:
            names = ", ".join(self.names) + (", ..." if self.count > NAMED else "")
            tqdm.write(f"{self.count} photos of the stream are grey or cannot be read: {names}")
        self.count, self.names = 0, []


def open_stream(names: Sequence[str]) -> tuple[Any, str]:
    """Open a streamed set of photos: a Hub data set `org/name[:split]`, or a folder.

    Returns:
        the data set with undecoded images, and the name of the column that holds them.

    Raises:
        ColorganError: it cannot be had, or has no images.
    """
    if len(names) != 1:
        raise TrainingError("A stream has one source: one folder, or one data set of the Hub.")
    if not Path(names[0]).is_dir():
        return open_dataset(names[0])
    datasets = import_datasets()
    paths = [str(path) for path in find(names)]
    listed = datasets.Dataset.from_dict({"image": paths})
    listed = listed.cast_column("image", datasets.Image(decode=False))
    return listed.to_iterable_dataset(), "image"
