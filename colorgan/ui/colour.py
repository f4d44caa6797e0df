"""The tab Colour: a photo in, the same photo in colour out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from .. import photo as files
from ..colorizer import AUTO_SIZES
from .events import WORKING, Bench, bind
from .frames import before_after, picture, shown, shown_pair
from .limits import Limits
from .messages import plain_errors
from .models import Models
from .photo_input import example_buttons, open_photo, photo_input
from .results import (
    caption,
    caption_box,
    colour,
    download_button,
    fresh_folder,
    save_doubt,
    save_preview,
)
from .settings import model_choice, size_settings, strength_slider
from .texts import Texts


def build(models: Models, limits: Limits, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; give the box of its photo."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="source"):
            photo = photo_input(texts, "colour-photo")
            picks = example_buttons(examples, texts)
            button = gr.Button(texts.colour_button, variant="primary", elem_id="colour-button")
        with gr.Column(elem_classes="result"):
            frame = before_after(
                "colour-frame",
                name=texts.before_and_after,
                handle=texts.handle,
                share=texts.share,
                empty=texts.empty,
            )
            download = download_button(texts.download, "colour-download")
            line = caption_box("colour-caption")
            doubt = picture(texts.doubt, texts.doubt_alt, "colour-doubt")
            gallery = gr.Gallery(
                label=texts.candidates_frame,
                show_label=False,
                columns=len(AUTO_SIZES),
                height=260,
                buttons=[],
                preview=False,
                allow_preview=False,
                interactive=False,
                visible=False,
                elem_id="colour-candidates",
            )
        with gr.Column(elem_classes="settings"):
            model = model_choice(models, texts, "colour-model")
            strength = strength_slider(texts, "colour-strength")
            size, auto = size_settings(texts, "colour-size")
            ask = gr.Button(texts.candidates, size="sm", elem_id="colour-candidates-button")

    bench = Bench(
        photo, picks, button, [model, strength, size, auto], [download, frame, line, doubt], frame
    )

    def work(
        photo: str | None,
        model: str,
        strength: float,
        size: float,
        auto: bool,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        with plain_errors(texts):
            limits.take(request)
            return _colorize(models, texts, photo, model, strength, None if auto else int(size))

    bind(bench, work, texts, "colorize")

    def candidates(photo: str | None, model: str, request: gr.Request) -> Any:
        with plain_errors(texts):
            limits.take(request, len(AUTO_SIZES))
            return gr.update(value=_candidates(models, texts, photo, model), visible=True)

    def take(event: gr.SelectData) -> tuple[int, bool]:
        return AUTO_SIZES[event.index], False

    quietly: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    ask.click(candidates, [photo, model], gallery, **WORKING, api_visibility="private")
    gallery.select(take, None, [size, auto], **quietly).then(
        work, bench.settings_in, bench.outcome, **WORKING, api_visibility="private"
    )
    for changed in (photo.change, model.change):
        changed(lambda: gr.update(visible=False), None, gallery, **quietly)
    return photo


def _candidates(
    models: Models, texts: Texts, photo: str | None, model: str
) -> list[tuple[str, str]]:
    """Give small pictures of a photo coloured at each size of which it chooses by itself."""
    source = open_photo(texts, photo)
    colorizer = models.get(model)
    folder = fresh_folder()
    chosen = colorizer.choose_size(source)
    small = files.read(save_preview(source, folder / "small.webp", max(AUTO_SIZES) * 2))
    pictures = []
    for size in AUTO_SIZES:
        coloured = save_preview(colorizer.colorize(small, size=size), folder / f"{size}.webp")
        words = texts.chosen_candidate if size == chosen else texts.candidate
        pictures.append((str(coloured), words.format(size=size)))
    return pictures


def _colorize(
    models: Models, texts: Texts, photo: str | None, model: str, strength: float, size: int | None
) -> tuple[Any, ...]:
    """Colour a photo; give the full-size file, previews of before and after, a caption, doubts."""
    source = open_photo(texts, photo)
    colorizer = models.get(model)
    folder = fresh_folder()
    result = colour(
        colorizer,
        source,
        folder,
        strength=strength,
        size=size,
        addition=texts.file_addition,
    )
    before = save_preview(source, folder / "before.webp")
    doubt = save_doubt(colorizer, source, result.size, folder / "doubt.webp")
    return (
        str(result.download),
        shown_pair(before, result.preview, texts.before, texts.after),
        caption(texts, source, result),
        None if doubt is None else shown(doubt, texts.doubt),
    )
