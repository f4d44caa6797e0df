"""Colour photos that visitors bring for their colours, as a model saw them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from ..hints.reference import Reference
from .models import Models
from .previews import KEPT_SECONDS
from .work import Watch

MOST = 4
"""References of one photo on the page."""
MOST_KEPT = 64
"""Of all visitors together, some 300 kB each."""


class Shelf:
    """References by file, model and size, so that another strength needs no second look.

    Args:
        models: who looks.
        clock: gives seconds.
    """

    def __init__(self, models: Models, clock: Callable[[], float] = time.monotonic) -> None:
        self._models = models
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str, int], tuple[float, Reference]] = OrderedDict()
        self._lock = Lock()

    def has(self, path: str, model: str, size: int) -> bool:
        """Return whether a reference needs no look."""
        return (path, model, size) in self._kept

    def get(self, path: str, model: str, size: int) -> Reference:
        """Return a reference; it is looked at if it is not kept.

        Args:
            path: of the colour photo.
            model: its key on the page.
            size: at which the model sees it.

        Raises:
            ColorganError: the file is gone, cannot be read or is grey.
        """
        key = (path, model, size)
        with self._lock:
            if key in self._kept:
                return self._keep(key, self._kept[key][1])
        colorizer = self._models.get(model)
        with Watch().running():
            made = colorizer.reference(path, size=size)
        with self._lock:
            return self._keep(key, made)

    def tidy(self) -> None:
        """Drop what nobody has asked for in the time for which photos are kept."""
        with self._lock:
            since = self._clock() - KEPT_SECONDS
            while self._kept and next(iter(self._kept.values()))[0] < since:
                self._kept.popitem(last=False)

    def _keep(self, key: tuple[str, str, int], reference: Reference) -> Reference:
        self._kept[key] = (self._clock(), reference)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return reference
