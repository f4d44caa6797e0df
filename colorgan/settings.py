"""What may be asked of a model, within which bounds; loads nothing, so that `--help` is quick."""

from __future__ import annotations

from typing import Literal

from .errors import ColorganError

Size = int | Literal["auto"]
"""Short side in pixels at which the network sees a photo; "auto" finds one."""
DEFAULT_SIZE = 256
SIZES = (32, 1024)
AUTO_SIZES = (192, 256, 384)
STRENGTHS = (0.0, 1.5)
"""Of colours: 0 is grey, 1 the model's guess as it is."""
RESTORE_STRENGTHS = (0.0, 1.0)
"""Of restoring: 0 is the photo as it was."""
REFERENCE_STRENGTHS = (0.0, 1.0)
MAX_REFERENCES = 40
MAX_PIXELS = 150_000_000
"""A photo with more is refused before it is decoded, unless another number is named."""


def check(strength: float, size: Size) -> None:
    """Refuse a strength or working size out of range.

    Raises:
        ColorganError: says the range.
    """
    _check_strength("Strength", strength, STRENGTHS)
    if size != "auto" and not SIZES[0] <= size <= SIZES[1]:
        raise ColorganError(
            f"The working size is {size}; it must be between {SIZES[0]} and {SIZES[1]} pixels."
        )


def check_references(count: int, strength: float) -> None:
    """Refuse more references than are taken, or a strength out of range.

    Raises:
        ColorganError: says the range.
    """
    if count > MAX_REFERENCES:
        raise ColorganError(f"{count} references are too many; at most {MAX_REFERENCES} are taken.")
    _check_strength("The strength of the references", strength, REFERENCE_STRENGTHS)


def check_restoring(strength: float) -> None:
    """Refuse a strength of restoring out of range.

    Raises:
        ColorganError: says the range.
    """
    _check_strength("The strength of restoring", strength, RESTORE_STRENGTHS)


def _check_strength(what: str, strength: float, bounds: tuple[float, float]) -> None:
    least, most = bounds
    if not least <= strength <= most:
        raise ColorganError(f"{what} is {strength:g}; it must be between {least:g} and {most:g}.")
