"""Photos of one series that share their colours: each is a reference of those like it.

A first pass keeps what the network sees and guesses at some places of every photo. Then each is
coloured with the guesses for the photos most like it, its own among them, as references. All of
them learn from nearly the same places, so a coat that was brown on one photo and grey on the next
gets one colour, in whatever order they come. What a person has accepted or corrected counts for
more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import skimage
import torch
from safetensors.torch import load, save
from torch import Tensor

from . import photo as files
from .colorizer import Colorizer, carried_hints
from .errors import ColorganError
from .hints import Hints, reference
from .hints.reference import ACCEPTED, CORRECTED_GATE, SERIES_GATE, Reference, Scene, gate, likeness
from .look import Look
from .photo import Photo
from .photoset.sources import evenly
from .settings import DEFAULT_SIZE, Size

MOST = 512
"""Photos that are kept of an album, some 100 kB each; the others are coloured by these too."""
NEAR = 12
"""Photos that a photo is compared with, those that look most like it as a whole."""
FEW = 90
"""Places by which photos of a series are compared."""


@dataclass(frozen=True)
class Change:
    """By how much a photo of a series would change.

    Attributes:
        place: of the photo in `Series.references`.
        name: of the photo.
        apart: mean CIEDE2000 between its colours before and after; 1 is just visible.
    """

    place: int
    name: str
    apart: float


class Shelf:
    """Looks at photos, in files of a folder that goes when it does: memory stays steady.

    Each look, some megabytes, is there until it is taken.
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="colorgan-looks-", ignore_cleanup_errors=True)

    def put(self, photo: Photo, look: Look) -> None:
        """Keep the look at a photo. Where the disk is full it is not kept."""
        parts = {name: getattr(look, name) for name in ("lightness", "ab", "features", "points")}
        kept = {name: part.contiguous() for name, part in parts.items() if part is not None}
        path = self._path(photo)
        try:
            path.write_bytes(save(kept))
        except OSError:
            path.unlink(missing_ok=True)

    def take(self, photo: Photo) -> Look | None:
        """Return the look at a photo, without its distribution, or None if there is none."""
        path = self._path(photo)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        path.unlink(missing_ok=True)
        parts = load(data)
        size = min(parts["lightness"].shape[-2:])
        return Look(chances=None, size=size, **{"features": None, **parts})

    def _path(self, photo: Photo) -> Path:
        """Name a photo's file by what is in it: what was restored since is another photo."""
        digest = blake2b(np.ascontiguousarray(photo.pixels).data, digest_size=16).hexdigest()
        return Path(self._folder.name) / digest


class Series:
    """What was seen and guessed in the photos of a series.

    Attributes:
        references: one a photo.
        shelf: the looks at them, or None.
    """

    def __init__(self, references: Sequence[Reference], shelf: Shelf | None = None) -> None:
        self.references = tuple(references)
        self.shelf = shelf
        self._places = {_key(one): index for index, one in enumerate(self.references)}
        means = [_mean(one.scene) for one in self.references]
        self._means = torch.stack(means) if means else torch.zeros(0, 1)
        self._alike: dict[tuple[int, int], float] = {}

    def lines(self, look: Look, hints: Hints, strength: float = 1.0) -> Tensor:
        """Return the lines of `Look.lines` with the colours that the series has in common."""
        alike, reach = self.like(look.guess())
        borrowed = reference.share(look.scene, alike, reach) if alike else None
        return look.lines(hints.hints, strength, borrowed)

    def corrected(self, photo: Reference) -> Series:
        """Return the series with what a person made of one of its photos, or of one more.

        Args:
            photo: `Look.guess` of the photo with the hints that were given.
        """
        after = list(self.references)
        place = self._places.get(_key(photo), len(after))
        after[place : place + 1] = [photo]
        series = Series(after, self.shelf)
        series._alike = dict(self._alike)  # by what is seen, which stays
        return series

    def changes(self, photo: Reference) -> list[Change]:
        """Return which other photos would change if one were corrected, the most changed first.

        Nothing is looked at again: what is kept of the photos, some hundred places of each, tells.

        Args:
            photo: as `corrected` takes it.
        """
        after = self.corrected(photo)
        own = after._places[_key(photo)]
        found = []
        for index, one in enumerate(self.references):
            if index == own or own not in after._nearest(one, index):
                continue
            labs = [
                torch.cat((one.scene.lightness[:, None], series._shared(one)), dim=1).double()
                for series in (self, after)
            ]
            apart = skimage.color.deltaE_ciede2000(*(lab.numpy() for lab in labs)).mean()
            found.append(Change(index, one.name, float(apart)))
        return sorted(found, key=lambda change: -change.apart)

    def _shared(self, own: Reference) -> Tensor:
        """Return the colours (P, 2) that the series gives to the places of a photo."""
        alike, reach = self.like(own)
        if not alike:
            return own.ab
        given = reference.share(own.scene, alike, reach)
        gain, offset = (x[0].flatten(1).T for x in (given.gain, given.offset))
        return gain * own.ab + offset

    def like(self, own: Reference) -> tuple[list[tuple[float, Reference]], float]:
        """Return gate and reference of photos like one, itself first, and how far it follows them.

        Nothing, and 0, where no other is like it.
        """
        place = self._places.get(_key(own), -1)
        near = self._nearest(own, place)
        gates = [(self._gate(own, place, other), self.references[other]) for other in near]
        alike = [(g, other) for g, other in gates if g > 0]
        if not alike:
            return [], 0.0
        same = self.references[place] if place >= 0 else own
        return [(1.0, same), *alike], max(g for g, _ in alike)

    def _nearest(self, own: Reference, place: int) -> list[int]:
        """Return the places of the photos that look most like one as a whole."""
        if not self.references:
            return []
        order = (self._means - _mean(own.scene)).norm(dim=1).argsort()
        return [other for other in order.tolist() if other != place][:NEAR]

    def _gate(self, own: Reference, place: int, other: int) -> float:
        """Return the gate between a photo, which has this place or -1 for none, and another."""
        pair = min(place, other), max(place, other)
        if pair not in self._alike or place < 0:
            self._alike[pair] = likeness(_few(own), _few(self.references[other]))
        # What a person has said counts for more, so it must be more alike to count at all.
        guessed = self.references[other].weight == 1
        return gate(self._alike[pair], SERIES_GATE if guessed else CORRECTED_GATE)


def _few(one: Reference) -> Scene:
    """Return some of its places, evenly: enough to say how alike photos are."""
    count = len(one.ab)
    return one.scene.at(torch.linspace(0, count - 1, min(count, FEW)).round().long())


def _key(one: Reference) -> bytes:
    return one.scene.lightness.numpy().tobytes()


def _mean(scene: Scene) -> Tensor:
    mean = scene.features.float().mean(0)
    unit: Tensor = mean / mean.norm().clamp(min=1e-9)
    return unit


def gather(
    colorizer: Colorizer,
    photos: Sequence[Path],
    accepted: Iterable[Path] = (),
    *,
    size: Size = DEFAULT_SIZE,
    max_pixels: int = files.MAX_PIXELS,
    shelf: Shelf | None = None,
) -> Iterator[Reference]:
    """Look at photos of a series, at most `MOST`; yield a reference of each that can be read.

    Args:
        colorizer: who guesses.
        photos: grey ones.
        accepted: results in colour that stand as they are.
        size, max_pixels: as `Colorizer` takes them.
        shelf: takes the looks at the grey ones, so that nobody looks at them again.
    """
    for path in evenly(photos, MOST):
        try:
            own = _read(path, max_pixels)
            look = colorizer.look(own, size=size)
        except ColorganError:  # told when its turn to be coloured comes
            continue
        if shelf is not None:
            shelf.put(own, look)
        yield look.guess(carried_hints(own).hints, own.name).small()
    for path in evenly(list(accepted), MOST):
        try:
            one = colorizer.reference(_read(path, max_pixels), size=size).small()
        except ColorganError:  # grey: it teaches nothing
            continue
        yield replace(one, weight=ACCEPTED)


def _read(path: Path, max_pixels: int) -> Photo:
    return files.read(path, max_pixels=max_pixels)
