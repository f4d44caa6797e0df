"""colorgan gives black-and-white photos colour.

>>> from colorgan import Colorizer
>>> colorizer = Colorizer.from_pretrained()
>>> colorizer.colorize_file("photo.jpg", "photo in colour.jpg")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import (
    ColorganError,
    HintError,
    ModelError,
    PhotoError,
    PhotoWarning,
    TrainingError,
)
from .version import __version__

if TYPE_CHECKING:
    from .colorizer import Colorizer
    from .hints import Hint, Hints
    from .restorer import Restorer

__all__ = [
    "ColorganError",
    "Colorizer",
    "Hint",
    "HintError",
    "Hints",
    "ModelError",
    "PhotoError",
    "PhotoWarning",
    "Restorer",
    "TrainingError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Import what needs torch only when it is asked for."""
    if name == "Colorizer":
        from .colorizer import Colorizer

        return Colorizer
    if name == "Restorer":
        from .restorer import Restorer

        return Restorer
    if name in ("Hint", "Hints"):
        from . import hints

        return getattr(hints, name)
    raise AttributeError(f"module 'colorgan' has no attribute {name!r}")
