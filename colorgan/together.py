"""Photos of one series that share their colours: each is a reference of those like it.

A first pass keeps what the network sees and guesses at some places of every photo. Then each is
coloured with the guesses for the photos most like it, its own among them, as references. All of
them learn from nearly the same places, so a coat that was brown on one photo and grey on the next
gets one colour, in whatever order they come. What a person has accepted or corrected counts for
more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import skimage
import torch
from torch import Tensor

from . import photo as files
from .colorizer import DEFAULT_SIZE, Colorizer, Size
from .errors import ColorganError
from .hints import Hints, reference
from .hints.reference import ACCEPTED, MAX_REFERENCES, Reference, Scene, gate, likeness
from .look import Look
from .photo import Photo
from .photoset.sources import evenly

MOST = 512
"""Photos that are kept of an album, some 100 kB each; the others are coloured by these too."""


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


class Series:
    """What was seen and guessed in the photos of a series.

    Attributes:
        references: one a photo.
    """

    def __init__(self, references: Sequence[Reference]) -> None:
        self.references = tuple(references)
        self._means = [_mean(one.scene) for one in self.references]

    def lines(self, look: Look, hints: Hints, strength: float = 1.0) -> Tensor:
        """Give the lines of `Look.lines` with the colours that the series has in common."""
        alike, reach = self.like(reference.reference(look.scene, look.ab))
        borrowed = look.borrowed(alike, reach, calm=True) if alike else None
        return look.lines(hints.hints, strength, borrowed)

    def corrected(self, photo: Reference) -> Series:
        """Give the series with what a person made of one of its photos, or of one more.

        Args:
            photo: `Look.guess` of the photo with the hints that were given.
        """
        others = [one for one in self.references if not _same(one, photo)]
        if len(others) == len(self.references):
            return Series([*self.references, photo])
        return Series([photo if _same(one, photo) else one for one in self.references])

    def changes(self, photo: Reference) -> list[Change]:
        """Say which other photos would change if one were corrected, the most changed first.

        Nothing is looked at again: what is kept of the photos, some hundred places of each, tells.

        Args:
            photo: as `corrected` takes it.
        """
        after = self.corrected(photo)
        found = []
        for place, one in enumerate(self.references):
            if _same(one, photo) or not any(_same(other, photo) for other in after.like(one)[0]):
                continue
            labs = [
                torch.cat((one.scene.lightness[:, None], series._shared(one)), dim=1).double()
                for series in (self, after)
            ]
            apart = skimage.color.deltaE_ciede2000(*(lab.numpy() for lab in labs)).mean()
            found.append(Change(place, one.name, float(apart)))
        return sorted(found, key=lambda change: -change.apart)

    def _shared(self, own: Reference) -> Tensor:
        """Give the colours (P, 2) that the series gives to the places of a photo."""
        alike, _ = self.like(own)
        if not alike:
            return own.ab
        given = reference.borrow(own.scene, alike, calm=True)
        gain, offset = (x[0].flatten(1).T for x in (given.gain, given.offset))
        return gain * own.ab + offset

    def like(self, own: Reference) -> tuple[list[Reference], float]:
        """Give the references of a photo, itself first, and how far its colours go over to them.

        Nothing, and 0, where no other is like it.
        """
        mean = _mean(own.scene)
        apart = [float((mean - other).norm()) for other in self._means]
        order = sorted(range(len(apart)), key=apart.__getitem__)
        near = [self.references[place] for place in order[:MAX_REFERENCES]]
        others = [one for one in near if not _same(one, own)][: MAX_REFERENCES - 1]
        gates = [gate(likeness(own.scene, one.scene)) for one in others]
        reach = max(gates, default=0.0)
        if reach == 0:
            return [], 0.0
        same = [one for one in near if _same(one, own)][:1] or [own]
        return same + [one for one, g in zip(others, gates, strict=True) if g > 0], reach


def _same(one: Reference, other: Reference) -> bool:
    return torch.equal(one.scene.lightness, other.scene.lightness)


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
) -> Iterator[Reference]:
    """Look at photos of a series, at most `MOST`; give a reference of each that can be read.

    Args:
        colorizer: who guesses.
        photos: grey ones.
        accepted: results in colour that stand as they are.
        size, max_pixels: as `Colorizer` takes them.
    """
    for path in evenly(photos, MOST):
        try:
            yield colorizer.guess(_read(path, max_pixels), size=size).small()
        except ColorganError:  # told when its turn to be coloured comes
            continue
    for path in evenly(list(accepted), MOST):
        try:
            one = colorizer.reference(_read(path, max_pixels), size=size).small()
        except ColorganError:  # grey: it teaches nothing
            continue
        yield Reference(one.scene, one.ab, one.name, ACCEPTED)


def _read(path: Path, max_pixels: int) -> Photo:
    return files.read(path, max_pixels=max_pixels)
