"""Models by name.

`folders` finds and saves model folders, `cards` writes their cards, `publishing` sends them to the
Hub. What everybody needs is here: `resolve` finds a folder, `load` makes the generator in it.
"""

from __future__ import annotations

from ..networks.files import CARD, CONFIG, GOLDEN, WEIGHTS, fill, read_config
from ..networks.storage import load, load_network, load_restorer
from .folders import (
    BEST,
    EVALUATION,
    FILES,
    ModelFolder,
    cached,
    embedded,
    fingerprint,
    history,
    resolve,
    save,
    write,
)

__all__ = [
    "BEST",
    "CARD",
    "CONFIG",
    "EVALUATION",
    "FILES",
    "GOLDEN",
    "WEIGHTS",
    "ModelFolder",
    "cached",
    "embedded",
    "fill",
    "fingerprint",
    "history",
    "load",
    "load_network",
    "load_restorer",
    "read_config",
    "resolve",
    "save",
    "write",
]
