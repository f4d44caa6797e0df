"""The tab Film: a short film in, its scenes to look at and correct, the film in colour out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from ..errors import ColorganError
from ..video.limits import FilmLimits
from .captions import caption_box, download_button
from .correcting import correcting_frame, tell_strength
from .events import QUIETLY
from .film_api import function
from .film_frames import HINTS_OF_SCENES, player, scene_row
from .film_visits import Visits
from .film_work import Opened
from .limits import Limits
from .looks import Looks
from .messages import errors_as_toasts
from .previews import KEPT_SECONDS
from .progress import progress_box
from .settings import model_choice, strength_slider
from .texts import Texts

# One film at a time, and one that is looked at meanwhile; photos take turns with their frames.
_WORKING: dict[str, Any] = {"concurrency_id": "film", "concurrency_limit": 1}
_LOOKING: dict[str, Any] = {"concurrency_id": "film-look", "concurrency_limit": 1}


def build(looks: Looks, limits: Limits, film_limits: FilmLimits, texts: Texts) -> None:
    """Lay out the tab and bind its events."""
    words = texts.film
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="source"):
            film = gr.File(
                label=words.film_file, height=232, elem_id="film-file", elem_classes="album-files"
            )
            gr.Markdown(
                words.film_lead.format(seconds=film_limits.seconds, lines=film_limits.lines)
            )
        with gr.Column(elem_classes="result"):
            frame = correcting_frame("film-frame", None, _of_scenes(texts))
            row = scene_row(texts)
        with gr.Column(elem_classes="settings"):
            model = model_choice(looks.models, texts, "film-model")
            strength = strength_slider(texts, "film-strength")
            with gr.Row():
                start = gr.Button(
                    words.film_button, variant="primary", elem_id="film-button", interactive=False
                )
                stop = gr.Button(words.film_stop, elem_id="film-stop", interactive=False)
            status = progress_box(words.film_progress, "film-status")
    with gr.Column(elem_classes="film-outcome"):
        screen = player(texts)
        line = caption_box("film-caption")
        file = download_button(words.film_download, "film-download")
    opened = gr.State(None, time_to_live=KEPT_SECONDS)

    visits = Visits(looks, limits, film_limits, texts)

    def look(
        path: str | None, model: str, strength: float, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        with errors_as_toasts(texts):
            yield from visits.look(path, model, strength, request)

    def look_again(
        film: Opened | None, model: str, strength: float, request: gr.Request
    ) -> tuple[Any, ...]:
        with errors_as_toasts(texts):
            return gr.skip() if film is None else visits.scenes(film, model, strength, request)

    def choose(
        film: Opened | None, model: str, strength: float, event: gr.EventData, request: gr.Request
    ) -> Any:
        with errors_as_toasts(texts):
            return visits.frame(film, event._data.get("index"), model, strength, request)

    def colour(
        film: Opened | None, model: str, strength: float, hints: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        try:
            yield from visits.colour(film, model, strength, hints, request)
        except ColorganError as error:
            yield visits.failed()
            with errors_as_toasts(texts):
                raise error

    seen = [opened, row, frame, status, start, stop]
    outcome = [screen, line, file]
    # Another film makes all of the old one's wrong; it goes at once, in the browser.
    waiting = json.dumps({"text": words.film_waiting})
    shown = [*outcome, row, frame]
    for changed, text in ((film.upload, waiting), (film.clear, "null")):
        gone = f"() => [...Array({len(shown)}).fill(null), {text}]"
        changed(None, None, [*shown, status], js=gone, **QUIETLY)
    settings = [model, strength]
    film.upload(
        visits.came, film, [opened, start, stop], queue=False, **QUIETLY, trigger_mode="multiple"
    ).then(look, [film, *settings], seen, **_LOOKING, **QUIETLY, trigger_mode="multiple")
    film.clear(visits.left, None, [opened, start, stop], queue=False, **QUIETLY)
    row.select(
        choose,
        [opened, *settings],
        frame,
        concurrency_id="work",
        concurrency_limit=1,
        api_visibility="private",
        show_progress_on=frame,
        trigger_mode="always_last",
    )
    model.input(
        look_again,
        [opened, *settings],
        [row, frame],
        **_LOOKING,
        api_visibility="private",
        show_progress_on=frame,
        trigger_mode="always_last",
    )
    strength.change(None, strength, None, js=tell_strength("film-frame"), **QUIETLY)
    hints = gr.Textbox("", visible=False, label="hints")
    start.click(None, None, status, js=f"() => ({waiting})", **QUIETLY)
    start.click(
        colour,
        [opened, *settings, hints],
        [*outcome, status, start, stop],
        js=f"(film, model, strength) => [film, model, strength, {HINTS_OF_SCENES}]",
        **_WORKING,
        **QUIETLY,
    )
    stop.click(visits.stops.stop, None, None, queue=False, **QUIETLY)

    # Programs bring a film and want a film; the page looks at it first.
    gr.Button(visible=False).click(
        function(visits), [film, *settings, hints], [file, line], **_WORKING
    )


def _of_scenes(texts: Texts) -> Texts:
    """Return the words of the frame for a film's first frames instead of a photo."""
    words = texts.film
    hints = replace(texts.hints, start=words.film_start, surface=words.film_surface)
    return replace(texts, empty=words.film_empty, hints=hints)
