"""Mending before a photo is coloured: what is missing is filled, then the photo restored.

One photo at a time; of several pages the first now, the others when they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .. import missing
from ..missing import Mask, Stroke
from ..photo import Pages, Photo, notes
from ..restorer import Restorer
from .models import Models
from .work import Watch


@dataclass(frozen=True, eq=False)
class Filled:
    """What was missing of a photo's first page, and is filled.

    Attributes:
        found: (H, W), by the machine.
        mask: (H, W), what was filled: the same, as a person drew over it.
    """

    found: Mask
    mask: Mask


@dataclass(frozen=True)
class Restored:
    """What became of a photo before it was coloured.

    Attributes:
        pages: as they are now.
        note: what its file is to say.
        model, revision: who restored it.
        found: names of the damages of the first page; None if the model does not tell.
        watch: says how long it took.
    """

    pages: Pages
    note: str
    model: str
    revision: str
    found: tuple[str, ...] | None = None
    watch: Watch = field(default_factory=Watch)

    @property
    def photo(self) -> Photo:
        """The first page."""
        return self.pages.first

    @property
    def seconds(self) -> float:
        """How long it took; of several pages, those that have been read by now."""
        return self.watch.seconds


@dataclass(frozen=True)
class Before:
    """What the metadata of a file is to say of what was done before it was coloured.

    Attributes:
        restored: a note, empty if it was not.
        filled: whether something was missing and is filled.
    """

    restored: str = ""
    filled: bool = False

    def note(self, coloured: str = "") -> str:
        """Return it with the note of the colouring, if it was coloured."""
        note = f"{self.restored} {coloured}".strip()
        return notes.also(note, filled=self.filled, enlarged=1)


@dataclass(frozen=True, eq=False)
class Mended:
    """A photo as it is to be coloured, mended as far as was asked."""

    pages: Pages
    filled: Filled | None = None
    restored: Restored | None = None

    @property
    def before(self) -> Before:
        """What its file is to say."""
        return Before(
            "" if self.restored is None else self.restored.note,
            self.filled is not None and bool(self.filled.mask.any()),
        )


def mend(
    models: Models, pages: Pages, *, strokes: Sequence[Stroke] | None, strength: float | None
) -> Mended:
    """Fill what is missing of a photo and restore it; what is not asked for is left out.

    Args:
        models: have the restorer.
        pages: the photo.
        strokes: what was drawn over what is found missing; None: nothing is filled.
        strength: of restoring; None: it is not restored.

    Raises:
        ColorganError: the strength of restoring is out of range, or memory is too short.
    """
    filled = restored = None
    if strokes is not None:
        pages, filled = fill(pages, strokes)
    if strength is not None:
        restored = restore(models.restorer(), pages, strength)
        pages = restored.pages
    return Mended(pages, filled, restored)


def fill(pages: Pages, strokes: Sequence[Stroke]) -> tuple[Pages, Filled]:
    """Fill what is missing, on the first page with what a person drew over what was found."""
    masks: list[Filled] = []

    def first(photo: Photo) -> Photo:
        with Watch().running():
            found = missing.find(photo)
            mask = missing.drawn(found, strokes)
            if not masks:  # frames of an animation come here too
                masks.append(Filled(found, mask))
            return missing.filled(photo, mask)

    def further(photo: Photo) -> Photo:
        with Watch().running():
            return missing.filled(photo, missing.find(photo))

    pages = pages.map(first, further)
    return pages, masks[0]


def restore(restorer: Restorer, pages: Pages, strength: float) -> Restored:
    """Restore a photo; of several pages the first now, the others when they are read.

    Raises:
        ColorganError: strength is out of range.
    """
    watch, found = Watch(), None
    if restorer.network.settings.tells:
        with watch.running():
            found = restorer.found(pages.first)

    def work(photo: Photo) -> Photo:
        with watch.running():
            return restorer.restore(photo, strength=strength)

    mended = pages.map(work)
    return Restored(mended, restorer.note, restorer.name, restorer.revision, found, watch)
