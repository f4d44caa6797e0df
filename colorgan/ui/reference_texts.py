"""The words of colours that come from other photos."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReferenceTexts:
    """What is said where photos take colours from others; the browser gets all of it."""

    # The box
    title: str = "Colours like in this photo"
    hint: str = (
        "A colour photo of the same room, uniform or person. What is alike in yours takes its "
        "colours."
    )
    choose: str = "Drop a colour photo here, or click to choose"
    add: str = "Add a colour photo"
    strength: str = "How much of these colours"
    percent: str = "{percent} %"
    chosen: str = "Photos that colours come from"
    photo_alt: str = "Colours come from {name}"
    take_away: str = "Take {name} away"
    coming: str = "The colour photo is being read."
    came: str = "Photos that colours come from: {count}."
    not_sent: str = "{name} did not arrive. It may be too large; please try a smaller one."

    # The panel for a place
    from_it: str = "From your colour photo"
    place_in_it: str = "Click the place in {name} whose colour this has"
    from_there: str = "As in {name}"

    # The caption
    found: str = "{percent} % of the photo found its like in the colour photo."
    found_in_several: str = "{percent} % of the photo found its like in the {count} colour photos."
    unlike: str = "Nothing in it is like the colour photo, so it was coloured without."

    # The album
    together: str = "Same things in the same colours"
    together_hint: str = (
        "All photos together: a coat that is brown on one is brown on the next. It takes twice as "
        "long."
    )
    looking: str = "{done} of {total}: all photos are looked at first."
    correct_hint: str = (
        "One of them is wrong? Correct that photo in the tab Colour, download it, and bring the "
        "file here. You see which others would change before they do."
    )
    bring_corrected: str = "Bring a corrected photo"
    would_change: str = "{name}, as you corrected it, would change these too ({count}):"
    would_not: str = "{name}, as you corrected it, would change no other photo."
    apply: str = "Apply to the album"
    changing: str = "{done} of {total} are coloured anew."

    # When something is not as it should be
    grey: str = "{name} is grey: it has no colours to give. Choose a photo in colour."
    one_tint: str = (
        "{name} has a single tint, as old prints have: it has no colours to give. Choose a photo "
        "in colour."
    )
    no_corrections: str = (
        "{name} carries no corrections. Correct the photo in the tab Colour, download it, and "
        "bring that file."
    )
    not_of_album: str = "{name} shows no photo of this album."
    album_gone: str = "This album is not held here any more. Please colour it again."
    too_many: str = "Colours can come from {most} photos at most; the first {most} are taken."
