"""colorgan gives black-and-white photos colour.

>>> import colorgan
>>> colorgan.colorize("photo.jpg")
PosixPath('photo in colour.jpg')

A `Colorizer` keeps a model at hand for many photos, with all settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import (
    ColorganError,
    FilmError,
    HintError,
    ModelError,
    PackageError,
    PhotoError,
    PhotoWarning,
    StoreError,
    SurveyError,
    TrainingError,
    VoteError,
)
from .version import __version__

if TYPE_CHECKING:
    from .api import available_models, colorize
    from .colorizer import Colorizer
    from .hints import Hint, Hints
    from .restorer import Restorer

__all__ = [
    "ColorganError",
    "Colorizer",
    "FilmError",
    "Hint",
    "HintError",
    "Hints",
    "ModelError",
    "PackageError",
    "PhotoError",
    "PhotoWarning",
    "Restorer",
    "StoreError",
    "SurveyError",
    "TrainingError",
    "VoteError",
    "__version__",
    "available_models",
    "colorize",
]


def __getattr__(name: str) -> Any:
    """Import what needs torch only when it is asked for."""
    if name in ("available_models", "colorize"):
        from . import api

        return getattr(api, name)
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
