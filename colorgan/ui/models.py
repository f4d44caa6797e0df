"""The models of the page: each is loaded once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from torch import Tensor

from ..colorizer import Colorizer
from ..errors import ModelError
from ..restorer import Restorer

TensorFunction = Callable[..., Tensor]


class Models:
    """Colorizers by the key that the page knows them by, such as `custom`, and the restorer."""

    def __init__(
        self,
        names: Mapping[str, str],
        on_gpu: Callable[[TensorFunction], TensorFunction] | None = None,
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

    @property
    def keys(self) -> list[str]:
        """The keys, in the order in which visitors see them."""
        return list(self.names)

    def get(self, key: str) -> Colorizer:
        """Give a colorizer; the first visitor who asks waits while it loads.

        Raises:
            ModelError: there is no such model, or it does not load.
        """
        if key not in self.names:
            raise ModelError(f"The page has no model {key}.")
        with self._lock:  # two visitors at once must not load it twice
            if key not in self._loaded:
                colorizer = Colorizer.from_pretrained(self.names[key])
                if self._on_gpu is not None:
                    colorizer.ab = self._on_gpu(colorizer.ab)  # type: ignore[assignment,method-assign]
                    colorizer.entropy = self._on_gpu(colorizer.entropy)  # type: ignore[assignment,method-assign]
                self._loaded[key] = colorizer
            return self._loaded[key]

    def restorer(self) -> Restorer:
        """Give the restorer; loaded when it is first asked for.

        Raises:
            ModelError: there is no such model, or it does not load.
        """
        with self._lock:
            if self._restorer is None:
                restorer = Restorer.from_pretrained(self._restorer_name)
                if self._on_gpu is not None:
                    restorer.mend = self._on_gpu(restorer.mend)  # type: ignore[method-assign]
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
