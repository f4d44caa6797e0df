"""The words of correcting colours, and the groups in which the known colours are offered."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..hints import SWATCHES

FEW = (
    "light skin",
    "brown skin",
    "brown hair",
    "grass",
    "leaves",
    "sky",
    "stone",
    "brick",
    "wood",
    "navy",
    "red",
    "cream",
)
"""Known colours that are offered before anybody asks for more."""
_FIRST = {
    "very light skin": "people",
    "leaves": "nature",
    "stone": "built",
    "brass": "metal",
    "cream": "cloth",
}


def groups() -> dict[str, list[str]]:
    """Return the names of the known colours by group, in their order."""
    found: dict[str, list[str]] = {}
    group = ""
    for name in SWATCHES:
        group = _FIRST.get(name, group)
        found.setdefault(group, []).append(name)
    return found


@dataclass(frozen=True)
class HintTexts:
    """What is said where colours are corrected; the browser gets all of it."""

    # The picture
    surface: str = (
        "Your photo in colour. Arrow keys move a cursor, Enter offers colours for the place; plus, "
        "minus and 0 zoom."
    )
    start: str = "Wrong somewhere? Click the place in the picture, or draw over it."
    place: str = "{x} % from the left, {y} % from the top"
    undo: str = "Undo"
    redo: str = "Redo"
    clear: str = "Begin again"
    versions: str = "Other versions"
    compare: str = "Grey beside colour"
    dots: str = "Show the corrections on the picture"
    hand: str = "Dragging moves the picture"
    closer: str = "Zoom in"
    further: str = "Zoom out"
    full: str = "Full screen"
    tools: str = "Corrections and view"

    # The panel
    panel: str = "What colour is it?"
    close: str = "Close"
    likely: str = "Likely here"
    known: str = "Known colours"
    more: str = "More"
    fewer: str = "Fewer"
    none: str = "No colour"
    same: str = "As it was"
    paler: str = "Paler"
    stronger: str = "Stronger"
    pick: str = "From the photo"
    picking: str = "Click the place whose colour you want."
    any: str = "Any colour"
    spread: str = "How far it spreads"
    near: str = "a little"
    far: str = "a lot"
    delete: str = "Delete"

    # The corrections
    corrections: str = "Your corrections"
    a_likely: str = "Likely colour"
    strength: str = "{percent} % of the colour"
    delete_one: str = "Delete {name}"
    dot: str = "{name}, {place}. Enter changes it, arrow keys move it, Delete takes it away."
    added: str = "{name}: the picture is corrected."
    changed: str = "Changed to {name}."
    moved: str = "Moved to {place}."
    deleted: str = "{name} is deleted."
    undone: str = "Undone. Corrections: {count}."
    redone: str = "Redone. Corrections: {count}."
    cleared: str = "All corrections are gone. Undo brings them back."
    back: str = "The corrections that you made of this photo are here again."
    full_up: str = "These are as many corrections as a photo can take."

    # Versions
    versions_title: str = "Four answers that differ. Take one; it can be corrected further."
    version: str = "Version {number}"
    version_taken: str = "Version {number} is taken."

    # The file
    download: str = "Download in full size"
    reading: str = "Reading the photo ..."
    painting: str = "Colouring it in full size ..."
    writing: str = "Writing the file ..."
    ready: str = "The file is ready."

    # When something is not as it should be
    gone: str = (
        "This photo is not held here any more. Press the button that colours it; your corrections "
        "stay."
    )
    too_large: str = (
        "This photo is too long to be corrected here. Let it be looked at less closely, under "
        "Advanced."
    )
    too_quick: str = "That was very much at once. Please wait for {wait}."
    away: str = "The server does not answer just now. Your corrections stay; please try again."

    # Known colours
    groups: dict[str, str] = field(
        default_factory=lambda: {
            "people": "People",
            "nature": "Nature",
            "built": "Built",
            "metal": "Metal",
            "cloth": "Cloth and paint",
        }
    )
    swatches: dict[str, str] = field(
        default_factory=lambda: {name: name.capitalize() for name in SWATCHES}
    )
