"""Colour photos that visitors bring for their colours, as a model saw them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ..hints.reference import Reference
from .models import Models
from .work import Watch

MOST = 4
"""References of one photo on the page."""
MOST_KEPT = 64
"""Of all visitors together, some 300 kB each."""


class Shelf:
    """References by file, model and size, so that another strength needs no second look.

    Args:
        models: who looks.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._kept: OrderedDict[tuple[str, str, int], Reference] = OrderedDict()
        self._lock = Lock()

    def has(self, path: str, model: str, size: int) -> bool:
        """Say whether a reference needs no look."""
        return (path, model, size) in self._kept

    def get(self, path: str, model: str, size: int) -> Reference:
        """Give a reference; it is looked at if it is not kept.

        Args:
            path: of the colour photo.
            model: its key on the page.
            size: at which the model sees it.

        Raises:
            ColorganError: the file is gone, cannot be read or is grey.
        """
        key = (path, model, size)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        colorizer = self._models.get(model)
        with Watch().running():
            made = colorizer.reference(path, size=size)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made
