"""The models of the page: each is loaded once, when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from .. import hub
from ..colorizer import Colorizer
from ..errors import ModelError
from ..hub import cards
from ..restorer import Restorer

NetworkCall = Callable[..., Any]


class Models:
    """Colorizers by the key that the page knows them by, such as `custom`, and the restorer."""

    def __init__(
        self,
        names: Mapping[str, str],
        on_gpu: Callable[[NetworkCall], NetworkCall] | None = None,
        *,
        restorer: str = "restore",
    ) -> None:
        """Keep the names of the models; nothing is loaded yet.

        Args:
            names: for every key what `Colorizer.from_pretrained` takes.
            on_gpu: wraps a model's calls where a GPU is lent for single calls (`spaces.GPU`).
            restorer: what `Restorer.from_pretrained` takes.
        """
        self.names = dict(names)
        self._on_gpu = on_gpu
        self._loaded: dict[str, Colorizer] = {}
        self._restorer_name = restorer
        self._restorer: Restorer | None = None
        self._lock = Lock()
        self.keys = _nearest_first(self.names)
        """The keys in the order in which visitors see them: the best of those measured first."""

    def get(self, key: str) -> Colorizer:
        """Return a colorizer; the first visitor who asks waits while it loads.

        Raises:
            ModelError: there is no such model, or it does not load.
        """
        if key not in self.names:
            raise ModelError(f"The page has no model {key}.")
        with self._lock:  # two visitors at once must not load it twice
            if key not in self._loaded:
                colorizer = Colorizer.from_pretrained(self.names[key])
                if self._on_gpu is not None:
                    colorizer.see = self._on_gpu(colorizer.see)  # type: ignore[method-assign]
                self._loaded[key] = colorizer
            return self._loaded[key]

    def restorer(self) -> Restorer:
        """Return the restorer; loaded when it is first asked for.

        Raises:
            ModelError: there is no such model, or it does not load.
        """
        with self._lock:
            if self._restorer is None:
                restorer = Restorer.from_pretrained(self._restorer_name)
                if self._on_gpu is not None:
                    for call in ("mend", "likely"):
                        setattr(restorer, call, self._on_gpu(getattr(restorer, call)))
                self._restorer = restorer
            return self._restorer

    def load_all(self) -> None:
        """Load every model now: where a GPU is lent, its calls must be known at the start.

        Raises:
            ModelError: one does not load.
        """
        for key in self.names:
            self.get(key)
        self.restorer()


def measured(name: str) -> dict[str, Any]:
    """Read a model's figures, where that needs no network; nothing if there are none."""
    try:
        return cards.read_figures(hub.embedded().get(name, Path(name)))
    except ModelError:
        return {}


def _nearest_first(names: Mapping[str, str]) -> list[str]:
    """Order models by how near to the originals they came; as they stand where nobody can tell.

    Figures tell models apart only where they are of the same photos, judged in the same way.
    """
    found = {key: measured(name) for key, name in names.items()}
    error = {
        key: cards.own_row(figures).get("ciede2000", {}).get("mean")
        for key, figures in found.items()
        if figures
    }
    ways = {json.dumps(found[key]["protocol"], sort_keys=True) for key in error}
    if len(ways) != 1 or None in error.values():
        return list(names)
    return [*sorted(error, key=error.__getitem__), *(key for key in names if key not in error)]
