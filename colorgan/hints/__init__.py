"""What a person says of a photo's colours, and how it spreads to all that is alike.

`hint` is what is said and how it is written down, `swatches` the known colours by name, `spreading`
the closed form that brings a few places' colours to a whole photo. Tensors only: no files of
photos, no network, no page.
"""

from __future__ import annotations

from .hint import MAX_HINTS, Hint, Hints, from_json, read, read_text, to_json
from .swatches import SWATCHES

__all__ = ["MAX_HINTS", "SWATCHES", "Hint", "Hints", "from_json", "read", "read_text", "to_json"]
