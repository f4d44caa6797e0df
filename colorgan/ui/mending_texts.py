"""The words of mending a photo: filling what is missing, and looking at what was restored."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..film import DAMAGES


@dataclass(frozen=True)
class MendingTexts:
    """What is said where a photo is mended; the browser gets all of it."""

    # Settings
    fill: str = "Fill what is missing"
    fill_hint: str = (
        "Torn corners, holes and wide cracks are filled smoothly from what is around them. Nothing "
        "is invented: a lost face does not come back."
    )

    # What was found
    found: str = "Found: {damages}."
    nothing_found: str = "No damage was found; nothing needed mending."
    damages: dict[str, str] = field(
        default_factory=lambda: {
            **{name: name for name in (key.replace("_", " ") for key in DAMAGES)},
            "exposure": "wrong exposure",
            "halftone": "halftone dots",
            "tape": "adhesive tape",
            "jpeg": "JPEG blocks",
        }
    )

    # What was filled
    filled_one: str = (
        "1 part was missing, {percent} % of the photo. It is outlined in the picture and filled "
        "from what is around it."
    )
    filled: str = (
        "{count} parts were missing, {percent} % of the photo. They are outlined in the picture "
        "and filled from what is around them."
    )
    none_missing: str = "Nothing was found missing; what was overlooked can be marked by the brush."

    # The brush
    brush: str = "Mark what is missing"
    brush_on: str = (
        "Draw over what is missing. Arrow keys move a cursor, Enter marks the place; Fill fills it."
    )
    missing: str = "Missing"
    sound: str = "Not missing"
    width: str = "Width of the brush"
    do_fill: str = "Fill"
    marked: str = "Marked as missing. Fill fills it."
    unmarked: str = "Marked as not missing. Fill does it."
    fill_first: str = "What you marked is not filled yet. Press Fill first."
    full_up: str = "These are as many marks as a photo can take."

    # What restoring did
    whole: str = "Whole"
    at_one: str = "At 1:1"
    next_change: str = "Next change"
    close_up: str = (
        "Your photo as it was and restored, a pixel of it for each of the screen. Drag it, or use "
        "the arrow keys."
    )
    change: str = (
        "Change {number} of {of}, the greatest first: {x} % from the left, {y} % from the top."
    )
