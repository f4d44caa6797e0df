"""Every sentence of the page in one place, so that the page can speak another language."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SurveyTexts:
    """The words of the tabs Survey and Results; the browser gets all of them."""

    survey_tab: str = "Survey"
    survey_purpose: str = (
        "We would like to know which colours people find real and which they like, to make "
        "better colours for old photos: you will see pairs of pictures for about five minutes. "
        "By beginning you agree that your answers and how long each took are kept, with no name "
        "and no address, and may be published; you can stop at any time."
    )
    survey_begin: str = "I agree, begin"
    survey_practice: str = "Practice {number}, not counted"
    survey_practised: str = "That was the practice. From here on your answers count."
    survey_place: str = "Pair {number} of {of}"
    survey_progress: str = "Pairs answered"
    survey_real: str = "Which looks more real?"
    survey_prefer: str = "Which do you prefer?"
    survey_original: str = "Which is the real photograph?"
    survey_left: str = "Left"
    survey_right: str = "Right"
    survey_upper: str = "Upper"
    survey_lower: str = "Lower"
    survey_left_alt: str = "First picture"
    survey_right_alt: str = "Second picture"
    survey_cannot_say: str = "Can't say"
    survey_waiting: str = "The server does not answer just now. Nothing is lost; trying again."
    survey_expired: str = "The survey that you began here is over. You can begin anew."
    survey_thanks: str = "Thank you. This is how your choices fell."
    survey_was_original: str = "The real photograph"
    survey_was_coloured: str = "A coloured one"
    survey_see_results: str = "What everybody chose so far stands in the tab Results."
    survey_again: str = "Someone else takes part on this device"
    results_tab: str = "Results"
    results_later: str = (
        "The results so far are shown here once you have taken part in the survey, so that they "
        "do not sway your choices."
    )
    results_lead: str = (
        "Participants whose answers count so far: {participants}. The line is the interval that "
        "holds the true share with a probability of about 95 %; the mark in the middle is one "
        "half."
    )
    results_votes: str = "{votes} answers"
    results_interval: str = "{low} to {high}"
    results_none: str = "no answers yet"


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

    # Tabs Survey and Results
    survey: SurveyTexts = field(default_factory=SurveyTexts)

    # When something is not as it should be
    model_missing: str = (
        "This model cannot be used just now. Please choose the other one, or come back later."
    )


ENGLISH = Texts()
