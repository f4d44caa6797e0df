"""The tab Compare: one photo in grey and coloured by each model, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from .events import Bench, bind
from .frames import picture, shown
from .limits import Limits
from .messages import plain_errors
from .models import Models
from .photo_input import example_buttons, open_photo, photo_input
from .results import caption, caption_box, colour, download_button, fresh_folder, save_preview
from .settings import size_slider, strength_slider
from .texts import Texts


def build(models: Models, limits: Limits, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; give the box of its photo."""
    names = {"custom": texts.custom, "pretrained": texts.pretrained}
    with gr.Row(elem_classes="workbench even"):
        with gr.Column():
            photo = photo_input(texts, "compare-photo")
            picks = example_buttons(examples, texts)
            button = gr.Button(texts.compare_button, variant="primary", elem_id="compare-button")
        with gr.Column(elem_classes="settings"):
            gr.Markdown(f"{texts.compare_lead}\n\n- {texts.custom_hint}\n- {texts.pretrained_hint}")
            strength = strength_slider(texts, "compare-strength")
            size = size_slider(texts, "compare-size")
    with gr.Column(elem_classes="result"):
        with gr.Row(elem_classes="sheet"):
            with gr.Column(min_width=240):
                grey = picture(texts.grey, texts.grey_alt, "compare-grey")
            frames, downloads = [], []
            for key, name in names.items():
                with gr.Column(min_width=240):
                    alt = texts.compared_alt.format(name=name)
                    frames.append(picture(name, alt, f"compare-{key}"))
                    label = texts.compared_download.format(name=name)
                    downloads.append(download_button(label, f"compare-{key}-download"))
        line = caption_box("compare-caption")

    outcome = [*downloads, grey, *frames, line]
    bench = Bench(photo, picks, button, [strength, size], outcome, grey)

    def work(
        photo: str | None, strength: float, size: float, request: gr.Request
    ) -> tuple[Any, ...]:
        with plain_errors(texts):
            limits.take(request, len(names))
            return _compare(models, names, texts, photo, strength, size)

    bind(bench, work, texts, "compare")
    return photo


def _compare(
    models: Models,
    names: dict[str, str],
    texts: Texts,
    photo: str | None,
    strength: float,
    size: float,
) -> tuple[Any, ...]:
    """Colour a photo by each model; give the full-size files, previews, and a caption.

    The files are the custom and the pretrained model's, the previews grey, custom, pretrained.
    """
    source = open_photo(texts, photo)
    colorizers = {key: models.get(key) for key in names}
    folder = fresh_folder()
    results = [
        colour(
            colorizer,
            source,
            folder,
            strength=strength,
            size=size,
            addition=f"{texts.file_addition}, {names[key]}",
        )
        for key, colorizer in colorizers.items()
    ]
    # Strength 0 is what the models see: the lightness alone, whatever the photo's own colours.
    grey = save_preview(colorizers["custom"].colorize(source, strength=0), folder / "grey.webp")
    return (
        *(str(result.download) for result in results),
        *(shown(path) for path in (grey, *(result.preview for result in results))),
        caption(texts, source, *results),
    )
