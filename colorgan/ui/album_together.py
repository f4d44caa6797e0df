"""An album whose photos share their colours: all are looked at first; what a correction changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import photo as files
from ..colorizer import NO_HINTS, Colorizer, carried_hints
from ..errors import ColorganError, HintError, PhotoError
from ..hints import Hints
from ..hints.reference import Reference
from ..photo import Photo
from ..together import Change, Series
from .album_files import Incoming, Row, incoming
from .frames import template_safe
from .previews import KEPT_SECONDS
from .reference_box import shown_file
from .texts import Texts
from .work import Watch

MOST_KEPT = 8
"""Albums of all visitors together, each with some 100 kB a photo."""
VISIBLE = 1.0
"""Mean CIEDE2000 from which a photo counts as changed."""
SAME = 4.0
"""Mean distance in L* of places up to which a file shows a photo of the album."""


@dataclass(frozen=True)
class Proposal:
    """A corrected photo, and what it would do to the others."""

    name: str
    hints: Hints
    reference: Reference
    changes: tuple[Change, ...]

    @property
    def names(self) -> list[str]:
        """The photos that are to be coloured anew, the corrected one first."""
        return [self.name, *(change.name for change in self.changes)]


@dataclass
class Shared:
    """An album that was coloured together.

    Attributes:
        colorizer, strength: who coloured it, and how.
        photos: the files as they came.
        folder: of the results.
        series: what was seen and guessed in the photos.
        rows: what became of each, by the name it came with.
        said: corrections by name.
        proposal: the newest correction, not applied yet.
    """

    colorizer: Colorizer
    strength: float
    photos: list[str]
    folder: Path
    series: Series
    rows: dict[str, Row]
    said: dict[str, Hints] = field(default_factory=dict)
    proposal: Proposal | None = None

    def source(self, name: str) -> Incoming:
        """Return a photo of the album by the name it came with.

        Raises:
            PhotoError: its file is gone.
        """
        if not all(Path(path).exists() for path in self.photos):
            raise PhotoError(f"{name} is not here any more. Please bring the album again.")
        return next(source for own, source in incoming(self.photos) if own == name)

    def propose(self, texts: Texts, path: str) -> Proposal:
        """Find out what a corrected photo of the album would change; nothing changes yet.

        Raises:
            ColorganError: the file cannot be read, carries no corrections, or is of no photo here.
        """
        words = texts.references
        photo = files.read_pages(path).first
        hints = carried_hints(photo)
        if not hints.hints:
            raise HintError(words.no_corrections.format(name=photo.name))
        with Watch().running():
            own = self._named(self.colorizer.look(photo).guess())
            if own is None:
                raise HintError(words.not_of_album.format(name=photo.name))
            original = first_page(own.name, self.source(own.name))
            hints.check_shape(original.width, original.height, original.name)
            corrected = self.colorizer.look(original).guess(hints.hints, own.name).small()
        changes = (one for one in self.series.changes(corrected) if one.apart >= VISIBLE)
        self.proposal = Proposal(own.name, hints, corrected, tuple(changes))
        return self.proposal

    def accept(self) -> Proposal | None:
        """Take the correction over; return what is to be coloured anew, None if there is
        nothing."""
        proposal, self.proposal = self.proposal, None
        if proposal is not None:
            self.series = self.series.corrected(proposal.reference)
            self.said[proposal.name] = proposal.hints
        return proposal

    def _named(self, own: Reference) -> Reference | None:
        """Return the photo of the album that shows the same in grey; colouring may have saved
        it."""
        light = own.scene.lightness
        alike = [one for one in self.series.references if one.scene.lightness.shape == light.shape]
        apart = [float((one.scene.lightness - light).abs().mean()) for one in alike]
        nearest = min(range(len(apart)), key=apart.__getitem__, default=None)
        return None if nearest is None or apart[nearest] > SAME else alike[nearest]


class Albums:
    """The albums that were coloured together lately, by the page that asked."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, Shared]] = OrderedDict()

    def keep(self, page: str, album: Shared) -> None:
        """Keep the newest album of a page."""
        self._kept[page] = (time.monotonic(), album)
        self._kept.move_to_end(page)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self._tidy()

    def forget(self, page: str) -> None:
        """Drop the album of a page."""
        self._kept.pop(page, None)

    def get(self, texts: Texts, page: str) -> Shared:
        """Return the album of a page.

        Raises:
            ColorganError: there is none any more.
        """
        self._tidy()
        if page not in self._kept:
            raise ColorganError(texts.references.album_gone)
        return self._kept[page][1]

    def _tidy(self) -> None:
        """Drop albums whose photos are deleted by now."""
        since = time.monotonic() - KEPT_SECONDS
        for page in [page for page, (born, _) in self._kept.items() if born < since]:
            del self._kept[page]


def look_at(colorizer: Colorizer, name: str, source: Incoming) -> Reference | None:
    """Look at a photo of the album; return None if it cannot be read, which is told in its turn."""
    try:
        photo = first_page(name, source)
        with Watch().running():
            return colorizer.look(photo).guess(fitting_hints(photo).hints, name).small()
    except ColorganError:
        return None


def fitting_hints(photo: Photo) -> Hints:
    """Return the hints that a photo carries; none if it was cut or turned since."""
    hints = carried_hints(photo)
    return hints if hints.shape in (None, (photo.width, photo.height)) else NO_HINTS


def first_page(name: str, source: Incoming) -> Photo:
    """Read the first page of a photo of the album.

    Raises:
        PhotoError: it cannot be read.
    """
    if isinstance(source, PhotoError):
        raise source
    return files.read_pages(source, name=Path(name).name).first


def shown_proposal(texts: Texts, album: Shared, proposal: Proposal) -> dict[str, Any]:
    """Return what the page shows of a correction that is not applied yet."""
    words = texts.references
    sentence = words.would_change if proposal.changes else words.would_not
    previews = ((name, album.rows[name].preview) for name in proposal.names[1:])
    return {
        "text": template_safe(sentence.format(name=proposal.name, count=len(proposal.changes))),
        "photos": [
            {"name": template_safe(Path(name).name), "file": shown_file(preview)}
            for name, preview in previews
            if preview is not None
        ],
    }
