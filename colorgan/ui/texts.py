"""The words of the page in one place, so that it can speak another language.

The sentences of errors and the headings of an album's CSV list are English on every page: the
former come from rooms that know no page, the latter may be read by scripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..survey.study import QUESTIONS
from .film_texts import FilmTexts
from .hint_texts import HintTexts
from .mending_texts import MendingTexts
from .reference_texts import ReferenceTexts


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
    survey_real: str = QUESTIONS["real"]
    survey_prefer: str = QUESTIONS["prefer"]
    survey_original: str = QUESTIONS["original"]
    survey_left: str = "Left"
    survey_right: str = "Right"
    survey_upper: str = "Top"
    survey_lower: str = "Bottom"
    survey_left_alt: str = "First picture"
    survey_right_alt: str = "Second picture"
    survey_cannot_say: str = "Can't say"
    survey_waiting: str = "The server does not answer just now. Nothing is lost; trying again."
    survey_expired: str = "The survey that you began here is over. You can begin anew."
    survey_thanks: str = "Thank you. Here is what you chose."
    survey_was_original: str = "The real photograph"
    survey_was_coloured: str = "A coloured one"
    survey_see_results: str = "See what everyone chose so far in the tab Results."
    survey_again: str = "Start again as another person"
    results_tab: str = "Results"
    results_later: str = (
        "The results so far are shown here once you have taken part in the survey, so that they "
        "do not sway your choices."
    )
    results_lead: str = (
        "Participants whose answers count so far: {participants}. The line is the 95 % "
        "interval; the mark in the middle is 50 %."
    )
    results_average: str = (
        "With more than two models, the figure of the first two questions is the chance of being "
        "chosen over a model of average strength."
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
    model: str = "Model"
    pretrained: str = "Pretrained"
    pretrained_hint: str = "Pretrained: for any photo"
    custom: str = "Custom"
    custom_hint: str = "Custom: for any photo, usually nearer to the true colours"
    strength: str = "Strength of the colours"
    strength_hint: str = "0 leaves the photo grey, 1 is the guess as it is, 1.5 makes it bolder."
    advanced: str = "Advanced"
    size: str = "Detail (working size)"
    size_hint: str = (
        "Low numbers see the whole and give calm colours; high numbers see more detail and may "
        "give patches. The result has its full size either way."
    )
    auto_size: str = "Choose the size for me"
    auto_size_hint: str = (
        "Looks at the photo at {sizes} pixels and takes the size whose colours agree best with the "
        "others'."
    )

    # Restoring
    restore: str = "Restore first"
    restore_hint: str = (
        "Mends folds, scratches, grain, printed dots, blur and faded tones before the photo is "
        "coloured. A sound photo hardly changes."
    )
    restore_strength: str = "How much is restored"
    restore_strength_hint: str = "0 leaves the photo as it is, 1 mends all that is found."
    restored_title: str = "Restoration only"
    restored_handle: str = "Border between the photo as it was and restored"
    restored_share: str = "restored"
    restored: str = "Restored"
    restored_by: str = "Restored by {model}, revision {revision}, in {seconds} seconds."
    restored_addition: str = "restored"
    mending: MendingTexts = field(default_factory=MendingTexts)

    # Results
    download: str = "Download in full size"
    file_addition: str = "in colour"
    coloured_by: str = (
        "Coloured by {model}, revision {revision}, seen at {size} pixels, in {seconds} seconds."
    )
    about_file: str = "{width} × {height} pixels, {format}."
    about_deep_file: str = "{width} × {height} pixels, {format} with {bits} bits."
    about_pages: str = "{count} of {count} pages; the first is shown here."
    about_frames: str = "{count} of {count} frames; the first is shown here."
    note: str = "Note: {note}"
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

    doubt: str = "Where is it guessing? The more amber, the less sure."
    doubt_alt: str = "Your photo, more amber where the model is less sure of the colour"

    # Tab Compare
    compare_tab: str = "Compare"
    compare_lead: str = "The same photo in grey, as the models see it, and coloured by each."
    compare_button: str = "Compare"
    grey: str = "Grey"
    grey_alt: str = "Your photo in grey"
    left: str = "Left"
    right: str = "Right"
    compared_frame: str = "Two models under one border"
    compared_handle: str = "Border between the two models"
    compared_share: str = "of the right picture"
    compared_empty: str = "Your photo by both models will appear here."
    compared_alt: str = "Your photo, coloured by {name}"
    compared_sheet: str = "Download the comparison to share"

    # Tab Album
    album_tab: str = "Album"
    album_lead: str = (
        "Up to {most} photos at once: choose files, a folder, or a zip. Each keeps its name, size "
        "and metadata. A photo that cannot be coloured is listed and does not stop the others."
    )
    album_files: str = "Photos, or zips of photos"
    add_files: str = "Add more files"
    album_folder: str = "Choose a folder"
    album_button: str = "Colour these photos"
    album_stop: str = "Stop and keep what is done"
    album_progress: str = "Album progress"
    album_download: str = "Download all in full size (zip)"
    album_table: str = "Download the list (CSV)"
    album_gallery: str = "The photos in colour"
    album_first: str = "0 of {total}: the first photo is being coloured."
    album_left: str = "{done} of {total}, about {left} left."
    album_done: str = "Done: {done} of {total} photos are in colour."
    album_stopped: str = "Stopped: {done} of {total} photos are in colour."
    album_rest: str = "the rest"
    album_empty: str = "There are no photos yet. Choose files, a folder or a zip."
    album_too_many: str = "These are {total} photos; please bring at most {most} at once."

    # Tab About
    about_tab: str = "About"
    how_title: str = "How it works"
    how_alt: str = (
        "Four pictures of a flower: grey; the same in coarse squares; soft patches of orange and "
        "green; the flower in colour, sharp."
    )
    how_steps: tuple[str, ...] = (
        "Your photo has lightness and no colour.",
        "A neural network looks at it in a small size.",
        "It says for every place which colour is likely there, having seen thousands of photos.",
        "These colours are laid over your photo, which stays as sharp as it was.",
    )
    who_title: str = "Who colours, and how well"
    figure_names: tuple[str, ...] = ("Colour error", "PSNR, dB", "Colourfulness")
    original: str = "The originals"
    figures_note: str = (
        "Means over {photos} colour photos that no model learned from, turned grey and coloured "
        "again. Colour error is CIEDE2000: 0 would be the original's colours, and 1 is just "
        "visible. A model that left all grey would have grey's figures."
    )
    card_title: str = "The model card of {model}"
    no_figures: str = "The figures of these models are on their pages on the Hugging Face Hub."
    limits_title: str = "What it cannot know"
    limits_text: str = (
        "A grey photo does not say whether a dress was red or green. What a model shows is a "
        "guess, not a record: please say so where you show it, and do not take it as evidence.\n\n"
        "Colours tend to be duller than they were. Red and blue things, such as clothes, cars and "
        "flags, are often mistaken. Skin comes out warm and fairly alike, whoever is in the "
        "picture. What was rare in the photos that a model learned from is often left brown or "
        "grey. Scratches and stains that are left in are coloured like the rest."
    )
    privacy_title: str = "Your photos"
    privacy_text: str = (
        "Photos are worked on by this server and nowhere else. They are deleted after an hour, "
        "with all results. Nobody looks at them and nothing is learned from them. What the page "
        "shows carries no metadata; the file that you download is your own and keeps what yours "
        "said, such as date and place. There are no cookies for following you and no statistics."
    )

    # Correcting colours
    hints: HintTexts = field(default_factory=HintTexts)

    # Tab Film
    film: FilmTexts = field(default_factory=FilmTexts)

    # Colours of other photos
    references: ReferenceTexts = field(default_factory=ReferenceTexts)

    # Time
    seconds: str = "{count} seconds"
    minutes: str = "{count} minutes"

    # Tabs Survey and Results
    survey: SurveyTexts = field(default_factory=SurveyTexts)

    # When something is not as it should be
    too_many: str = (
        "This page colours at most {most} photos in a row for one visitor, so that everyone "
        "gets a turn. Please come back in {wait}."
    )
    never_so_many: str = (
        "This page colours at most {most} photos in a row for one visitor, and this would be more."
    )
    too_large_file: str = (
        "{name} is too large; photos of at most {size} are taken here. Please make it smaller."
    )
    model_missing: str = (
        "This model cannot be used just now. Please choose the other one, or come back later."
    )

    def model_name(self, key: str) -> str:
        """Say the name of a model of the page."""
        return {"custom": self.custom, "pretrained": self.pretrained}.get(key, key)

    def duration(self, seconds: float) -> str:
        """Say a span of time, roughly."""
        if seconds < 90:
            return self.seconds.format(count=max(round(seconds), 1))
        return self.minutes.format(count=round(seconds / 60))


ENGLISH = Texts()
