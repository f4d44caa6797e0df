"""Looks held for a while, so that a visitor's corrections need no network and no file.

A visitor gets a token that nobody can guess, and only who has it can work with the look. Looks are
large and few are held; what each was made of is small and kept for longer, so that one that was
given up is made again when it is asked for.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, RLock, Thread
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..color.pixels import full_lightness
from ..colorizer import NO_HINTS, paint
from ..errors import ColorganError
from ..hints import Hints
from ..hints.reference import Borrowed, Reference
from ..look import Look
from ..photo import Pages, Photo, Written
from ..rates import Rate, Rates
from .mending import Before, Mended, mend
from .models import Models
from .orders import Order
from .photo_input import open_pages
from .previews import KEPT_SECONDS, PREVIEW_SIDE, fresh_folder, small
from .references import Shelf
from .texts import Texts
from .work import Watch

MOST = 64
MOST_BYTES = 600_000_000
LARGEST = 40_000_000
"""Bytes of one look; a larger one is not held, and its photo cannot be corrected on the page."""
MOST_KNOWN = 10_000
"""Tokens; each is some hundred bytes."""
AGAIN = Rate(6, 1 / 120)
"""How often one look is made again: it costs as much as a photo."""
_SWEEP_SECONDS = 600
EDIT_SIDE = 1152
"""Long side in pixels of the picture that shows a correction at once."""


class GoneError(ColorganError):
    """What a visitor asks about is not known any more; colouring the photo again helps."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A photo as it was looked at.

    Attributes:
        source: small, as it came: 8 bits, at most `PREVIEW_SIDE` pixels long.
        grey: small, what was coloured: the same, or mended.
        photo: as it came, in full size; of several pages the first.
        written: what is to be told of the file, as it will be.
        mended: what became of it before.
        look: all that the network saw.
        model, revision: who coloured.
        seconds: how long that took.
    """

    source: Photo
    grey: Photo
    photo: Photo
    written: Written
    mended: Mended
    look: Look
    model: str
    revision: str
    seconds: float

    @property
    def size(self) -> int:
        """The working size."""
        return self.look.size

    @property
    def pages(self) -> int:
        """How many pages or frames the file has."""
        return max(self.written.pages, self.written.frames)


@dataclass(frozen=True, eq=False)
class Held:
    """What corrections of a photo need, and no more.

    Attributes:
        look: all that the network saw.
        lightness: L* (h, w) in half precision, at most `EDIT_SIDE` pixels long.
        references: that the colours of the photo come from, if any.
        borrowed: what they do at every place; None without any.
    """

    look: Look
    lightness: Tensor
    references: tuple[Reference, ...] = ()
    borrowed: Borrowed | None = None

    @property
    def nbytes(self) -> int:
        """How much memory it holds; a look that several hold counts for each."""
        own = [self.lightness, *(one.scene.features for one in self.references)]
        own += [] if self.borrowed is None else [self.borrowed.gain, self.borrowed.offset]
        return self.look.nbytes + sum(x.numel() * x.element_size() for x in own)

    def lines(self, hints: Hints = NO_HINTS, strength: float = 1.0) -> Tensor:
        """Return the lines of `Look.lines`; hints go on top of the references."""
        return self.look.lines(hints.hints, strength, self.borrowed)


@dataclass
class _Entry:
    visitor: str
    order: Order
    folder: Path
    used: float
    held: Held | None = None
    before: Before = field(default_factory=Before)
    shown: Any = None
    """What the page shows for it, if it is asked for once more."""


class Looks:
    """The looks of all visitors, bounded in number, bytes and time; the oldest are given up first.

    Args:
        models: who looks.
        texts: hold the sentences for what is gone.
        most, most_bytes: are held at a time.
        clock: gives seconds.
    """

    def __init__(
        self,
        models: Models,
        texts: Texts,
        *,
        most: int = MOST,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.models = models
        self._texts = texts
        self._most, self._most_bytes = most, most_bytes
        self._clock = clock
        self._rates = Rates(clock)
        self._entries: OrderedDict[str, _Entry] = OrderedDict()  # used longest ago first
        self._tokens: dict[tuple[str, Order], str] = {}
        self._lock = Lock()
        self.shelf = Shelf(models, clock)
        self._reading = Lock()
        self._making = RLock()  # a look with references makes the one without
        self._sweeper: Thread | None = None

    def token(self, visitor: str, order: Order) -> str:
        """Return the token of a visitor's order, the same for the same order.

        Args:
            visitor: what only this visitor's page knows, such as Gradio's name of the session.
            order: what is asked for.
        """
        with self._lock:
            token = self._tokens.get((visitor, order))
            if token is None or token not in self._entries:
                token = secrets.token_urlsafe(24)
                self._entries[token] = _Entry(visitor, order, fresh_folder(), self._clock())
                self._tokens[visitor, order] = token
                self._tidy()
            return token

    def order(self, token: str) -> Order:
        """Return what was asked for.

        Raises:
            GoneError: the token is not known.
        """
        return self._entry(token).order

    def holds(self, token: str) -> bool:
        """Return whether a look is held; one that is too large never is."""
        return self._entry(token).held is not None

    def shown(self, token: str) -> Any:
        """Return what `show` was told last, as long as the look is held."""
        entry = self._entry(token)
        return entry.shown if entry.held is not None else None

    def show(self, token: str, shown: Any) -> None:
        """Keep what the page shows, to be shown again."""
        self._entry(token).shown = shown

    def make(self, token: str) -> Seen:
        """Look at the photo, once, and hold the look.

        Raises:
            ColorganError: the photo is gone or cannot be read, or the order makes no sense.
        """
        entry = self._entry(token)
        seen = self._look(entry)
        self._hold(entry, Held(seen.look, edit_lightness(seen.grey)))
        return seen

    def borrow(self, token: str) -> Held:
        """Find out, once, what the references of an order do, and hold that with the look.

        Raises:
            ColorganError: the photo or a reference is gone or cannot be read, or a reference is
                grey.
        """
        entry = self._entry(token)
        order = entry.order
        plain = self.get(self.token(entry.visitor, order.plain))
        size = plain.look.size
        references = [self.shelf.get(path, order.model, size) for path in order.references]
        borrowed = plain.look.borrowed(references, order.reference_strength)
        held = replace(plain, references=tuple(references), borrowed=borrowed)
        self._hold(self._entry(token), held)  # used later than the look without them
        return held

    def get(self, token: str) -> Held:
        """Return a look; one that was given up is made again from the photo's file.

        Raises:
            GoneError: the token is not known, or the photo's file is gone.
            ColorganError: the look is too large to be held, or was made too often.
        """
        entry = self._entry(token)
        if entry.held is not None:
            return entry.held
        with self._making:  # who waited finds it made
            if entry.held is None:
                order = entry.order
                if not all(
                    path and Path(path).exists() for path in (order.photo, *order.references)
                ):
                    raise GoneError(self._texts.photo_gone)
                if wait := self._rates.take("again", token, AGAIN):
                    wait_words = self._texts.duration(wait)
                    raise ColorganError(self._texts.hints.too_quick.format(wait=wait_words))
                (self.borrow if order.references else self.make)(token)
            held = entry.held
        if held is None:
            raise ColorganError(self._texts.hints.too_large)
        return held

    def prepared(self, token: str) -> tuple[Pages, Before]:
        """Return the photo that is coloured, in full size, and what was done to it before.

        All pages of it; those beyond the first are mended when they are read.

        Raises:
            ColorganError: the photo is gone or cannot be read.
        """
        entry = self._entry(token)
        if entry.order.references:  # what was mended lies with the look without them
            entry = self._entry(self.token(entry.visitor, entry.order.plain))
        order, kept = entry.order, _mended_file(entry)
        pages = open_pages(self._texts, order.photo)
        if pages.count == 1 and kept.exists():
            return pages.map(lambda photo: replace(photo, pixels=np.load(kept))), entry.before
        mended = mend(self.models, pages, strokes=order.fill, strength=order.restore)
        return mended.pages, mended.before

    def full_size(self, token: str, *, mended: bool) -> NDArray[np.unsignedinteger]:
        """Return the pixels (H, W, 3) of a photo that was mended; they are read as they are used.

        Args:
            token: of its look without references.
            mended: as it was coloured, or as it came.

        Raises:
            GoneError: the token is not known, or the photo is gone.
        """
        entry = self._entry(token)
        kept = _mended_file(entry) if mended else entry.folder / "came.npy"
        with self._reading:
            if not mended and not kept.exists() and entry.folder.is_dir():
                pages = open_pages(self._texts, entry.order.photo)
                np.save(kept, pages.first.pixels)  # a tile is cut out of it in no time
        if not kept.exists():
            raise GoneError(self._texts.photo_gone)
        pixels: NDArray[np.unsignedinteger] = np.load(kept, mmap_mode="r")
        return pixels

    def _hold(self, entry: _Entry, held: Held) -> None:
        with self._lock:
            if held.nbytes <= LARGEST:
                entry.held = held
            self._tidy()
            if self._sweeper is None:
                self._sweeper = Thread(target=self._sweep, daemon=True)
                self._sweeper.start()

    def _look(self, entry: _Entry) -> Seen:
        order = entry.order
        pages = open_pages(self._texts, order.photo)
        photo = pages.first
        colorizer = self.models.get(order.model)
        mended = mend(self.models, pages, strokes=order.fill, strength=order.restore)
        grey, entry.before = mended.pages.first, mended.before
        if grey is not photo and entry.folder.is_dir():
            np.save(_mended_file(entry), grey.pixels)  # for the file in full size
        watch = Watch()
        with watch.running():
            look = colorizer.look(grey, size=order.size)
        source = small(photo, PREVIEW_SIDE)
        return Seen(
            source,
            source if grey is photo else small(grey, PREVIEW_SIDE),
            photo,
            pages.told(Path(photo.name)),
            mended,
            look,
            colorizer.name,
            colorizer.revision,
            watch.seconds,
        )

    def _entry(self, token: str) -> _Entry:
        with self._lock:
            entry = self._entries.get(token)
            if entry is None:
                raise GoneError(self._texts.hints.gone)
            entry.used = self._clock()
            self._entries.move_to_end(token)
            return entry

    def _sweep(self) -> None:
        """Return up looks in time also when nobody comes any more; end when none is left."""
        while True:
            time.sleep(_SWEEP_SECONDS)
            with self._lock:
                self._tidy()
                if all(entry.held is None for entry in self._entries.values()):
                    self._sweeper = None
                    return

    def _tidy(self) -> None:
        """Return up what is too old or too much; the lock is held."""
        self.shelf.tidy()
        entries = self._entries
        held = [entry for entry in entries.values() if entry.held is not None]
        total = sum(entry.held.nbytes for entry in held if entry.held is not None)
        count = len(held)
        for entry in held:
            size = entry.held.nbytes if entry.held is not None else 0
            old = self._clock() - entry.used > KEPT_SECONDS
            fits = count <= self._most and total <= self._most_bytes
            if not old and (fits or entry is held[-1]):
                break
            entry.held = None
            count, total = count - 1, total - size
        if len(entries) > MOST_KNOWN:
            for token in list(entries)[: len(entries) - MOST_KNOWN]:
                del entries[token]
            self._tokens = {key: t for key, t in self._tokens.items() if t in entries}


def coloured(lightness: Tensor, lines: Tensor) -> Photo:
    """Return a small picture in the colours of a look's lines, as the full-size file gets them.

    Args:
        lightness: L* (h, w).
        lines: (1, 4, h', w') of `Look.lines`.
    """
    plane = lightness.float()[None, None]
    blank = Photo(np.empty((*lightness.shape, 3), np.uint8), None, "JPEG")
    return paint(blank, lines, lightness=plane)


def edit_lightness(grey: Photo) -> Tensor:
    """Return L* (h, w) in half precision, at most `EDIT_SIDE` pixels long, of a small photo."""
    lightness = full_lightness(grey.pixels)
    scale = min(EDIT_SIDE / max(grey.width, grey.height), 1)
    shape = [max(round(side * scale), 1) for side in (grey.height, grey.width)]
    shrunk = F.interpolate(lightness, shape, mode="bilinear", align_corners=False, antialias=True)
    return shrunk[0, 0].to(torch.float16)


def _mended_file(entry: _Entry) -> Path:
    return entry.folder / "mended.npy"
