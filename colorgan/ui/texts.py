"""Every sentence of the page in one place, so that the page can speak another language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Texts:
    """The words of the page; the defaults are English."""

    title: str = "Colour for black-and-white photos"
    lead: str = (
        "Bring an old photo and see the colours it might have had. It stays as sharp and as large "
        "as it is. The colours are a guess: nobody knows the true ones."
    )

    # A photo
    photo: str = "Your photo"
    photo_hint: str = "Drop a photo here, paste it, or click to choose"
    photo_alt: str = "The photo you chose"
    examples: str = "Or try one of these"
    no_photo: str = "There is no photo yet. Drop one in, or pick an example."
    photo_gone: str = "Photos are deleted here after an hour, this one too. Please choose it again."

    # Settings
    model: str = "Who colours it"
    pretrained: str = "Pretrained"
    pretrained_hint: str = "Pretrained: made for any photo"
    custom: str = "Custom"
    custom_hint: str = "Custom: made for an old city's album, its people, streets and ships"
    strength: str = "Strength of the colours"
    strength_hint: str = "0 leaves the photo grey, 1 is the guess as it is, 1.5 makes it bolder."
    advanced: str = "Advanced"
    size: str = "How closely the photo is looked at"
    size_hint: str = (
        "Low numbers see the whole and give calm colours; high numbers see more detail and may "
        "give patches. The result has its full size either way."
    )

    # Restoring
    restore: str = "Restore first"
    restore_hint: str = (
        "Mends scratches, dust, grain, blur and faded tones before the photo is coloured. What is "
        "not damaged stays."
    )
    restore_strength: str = "How much is restored"
    restore_strength_hint: str = "0 leaves the photo as it is, 1 mends all that is found."
    restored_title: str = "The restoring alone"
    restored_handle: str = "Border between the photo as it was and restored"
    restored_share: str = "restored"
    restored: str = "Restored"
    restored_alt: str = "Your photo restored, without colours"
    restored_before_alt: str = "Your photo as it was, without colours"
    restored_by: str = "Restored by {model}, revision {revision}, in {seconds} seconds."
    restored_addition: str = "restored"

    # Results
    download: str = "Download in full size"
    file_addition: str = "in colour"
    coloured_by: str = "Coloured by {model}, revision {revision}, in {seconds} seconds."
    about_file: str = "{width} × {height} pixels, {format}."
    about_deep_file: str = "{width} × {height} pixels, {format} with {bits} bits."
    guess: str = "The colours are a guess."

    # Tab Colour
    colour_tab: str = "Colour"
    colour_button: str = "Colour this photo"
    before_and_after: str = "Before and after"
    empty: str = "Your photo in colour will appear here."
    handle: str = "Border between the photo as it was and in colour"
    share: str = "in colour"
    before: str = "As it was"
    after: str = "In colour"
    before_alt: str = "Your photo as it was"
    after_alt: str = "Your photo in colour"

    # Tab Compare
    compare_tab: str = "Compare"
    compare_lead: str = "The same photo in grey, as the models see it, and coloured by each."
    compare_button: str = "Compare"
    grey: str = "Grey"
    grey_alt: str = "Your photo in grey"
    compared_alt: str = "Your photo, coloured by {name}"
    compared_download: str = "Download {name} in full size"

    # When something is not as it should be
    model_missing: str = (
        "This model cannot be used just now. Please choose the other one, or come back later."
    )


ENGLISH = Texts()
