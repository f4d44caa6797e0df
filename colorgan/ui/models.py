"""The models of the page: each is loaded once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from ..colorizer import Colorizer


class Models:
    """Colorizers by the key that the page knows them by, such as `custom`."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Keep the names of the models; nothing is loaded yet.

        Args:
            names: for every key what `Colorizer.from_pretrained` takes.
        """
        self._names = dict(names)
        self._loaded: dict[str, Colorizer] = {}
        self._lock = Lock()

    def get(self, key: str) -> Colorizer:
        """Give a colorizer; the first visitor who asks waits while it loads.

        Raises:
            ModelError: there is no such model, or it does not load.
        """
        with self._lock:  # two visitors at once must not load it twice
            if key not in self._loaded:
                self._loaded[key] = Colorizer.from_pretrained(self._names[key])
            return self._loaded[key]
