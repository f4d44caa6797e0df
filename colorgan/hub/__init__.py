"""Models by name.

`folders` loads, lists and saves them, `cards` writes their cards, `publishing` sends them to the
Hub. What everybody needs is here: `load` makes the generator that has a name.
"""

from __future__ import annotations

from ..networks.files import CARD, CONFIG, EVALUATION, FILES, GOLDEN, WEIGHTS, fill, read_config
from ..networks.folders import ModelFolder, embedded, fingerprint, resolve
from .folders import BEST, cached, history, load, load_network, load_restorer, save, write

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
