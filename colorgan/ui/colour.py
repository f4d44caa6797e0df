"""The tab Colour: a photo in, the same photo in colour out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from .events import Bench, bind
from .frames import before_after, shown_pair
from .limits import Limits
from .messages import plain_errors
from .models import Models
from .photo_input import example_buttons, open_photo, photo_input
from .results import caption, caption_box, colour, download_button, fresh_folder, save_preview
from .settings import model_choice, size_slider, strength_slider
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
        with gr.Column(elem_classes="settings"):
            model = model_choice(models, texts, "colour-model")
            strength = strength_slider(texts, "colour-strength")
            size = size_slider(texts, "colour-size")

    bench = Bench(photo, picks, button, [model, strength, size], [download, frame, line], frame)

    def work(
        photo: str | None, model: str, strength: float, size: float, request: gr.Request
    ) -> tuple[str, dict[str, Any], str]:
        with plain_errors(texts):
            limits.take(request)
            return _colorize(models, texts, photo, model, strength, size)

    bind(bench, work, texts, "colorize")
    return photo


def _colorize(
    models: Models, texts: Texts, photo: str | None, model: str, strength: float, size: float
) -> tuple[str, dict[str, Any], str]:
    """Colour a photo; give the full-size file, previews of before and after, and a caption."""
    picture = open_photo(texts, photo)
    colorizer = models.get(model)
    folder = fresh_folder()
    result = colour(
        colorizer,
        picture,
        folder,
        strength=strength,
        size=size,
        addition=texts.file_addition,
    )
    before = save_preview(picture, folder / "before.webp")
    return (
        str(result.download),
        shown_pair(before, result.preview, texts.before, texts.after),
        caption(texts, picture, result),
    )
