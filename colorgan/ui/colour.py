"""The tab Colour: a photo in, the same photo in colour out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from .. import photo as files
from ..photo import Photo
from .events import Bench, bind
from .frames import before_after, restored_pair, shown_pair
from .messages import plain_errors
from .models import Models
from .photo_input import example_buttons, open_photo, photo_input
from .results import (
    caption,
    caption_box,
    colour,
    download_button,
    fresh_folder,
    restore,
    save_lightness,
    save_preview,
)
from .settings import restore_switch, size_slider, strength_slider
from .texts import Texts


def build(models: Models, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; give the box of its photo."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="source"):
            photo = photo_input(texts, "colour-photo")
            picks = example_buttons(examples, texts)
            button = gr.Button(texts.colour_button, variant="primary", elem_id="colour-button")
        with gr.Column(elem_classes="result"):
            frame = before_after(texts, "colour-frame")
            download = download_button(texts.download, "colour-download")
            line = caption_box("colour-caption")
            lightness = restored_pair(texts, "colour-restored")
        with gr.Column(elem_classes="settings"):
            model = gr.Radio(
                [(texts.pretrained_hint, "pretrained"), (texts.custom_hint, "custom")],
                value="pretrained",
                label=texts.model,
                elem_id="colour-model",
            )
            strength = strength_slider(texts, "colour-strength")
            switch, restoring = restore_switch(texts, "colour-restore")
            size = size_slider(texts, "colour-size")

    bench = Bench(
        photo,
        picks,
        button,
        [model, strength, size, switch, restoring],
        [download, frame, line, lightness],
        frame,
    )
    bind(bench, partial(_colorize, models, texts), texts, "colorize")
    # Restoring alone has no button: strength 0 of the colours does it. Programs may want it.
    gr.Button(visible=False).click(
        partial(_restore, models, texts),
        [photo, restoring],
        [download, lightness, line],
        concurrency_id="work",
        api_name="restore",
    )
    return photo


def _colorize(
    models: Models,
    texts: Texts,
    photo: str | None,
    model: str,
    strength: float,
    size: float,
    restoring: bool = False,
    restore_strength: float = 1.0,
) -> tuple[str, dict[str, Any], str, dict[str, Any] | None]:
    """Colour a photo, restored first or not; give what the tab shows.

    Returns:
        the full-size file, previews of before and after, a caption, and previews of the lightness
        before and after restoring, if it was restored.
    """
    with plain_errors(texts):
        picture = open_photo(texts, photo)
        colorizer = models.get(model)
        folder = fresh_folder()
        restored = restore(models.restorer(), picture, restore_strength) if restoring else None
        result = colour(
            colorizer,
            picture if restored is None else restored.photo,
            folder,
            strength=strength,
            size=size,
            addition=texts.file_addition,
            note="" if restored is None else restored.note,
        )
        before = save_preview(picture, folder / "before.webp")
        lightness = None if restored is None else _lightness(picture, restored.photo, folder)
    return (
        str(result.download),
        shown_pair(before, result.preview),
        caption(texts, picture, result, restored=restored),
        lightness,
    )


def _restore(
    models: Models, texts: Texts, photo: str | None, strength: float = 1.0
) -> tuple[str, dict[str, Any], str]:
    """Restore a photo; give the full-size file, previews of its lightness, and a caption."""
    with plain_errors(texts):
        picture = open_photo(texts, photo)
        restored = restore(models.restorer(), picture, strength)
        folder = fresh_folder()
        name = f"{Path(picture.name).stem} {texts.restored_addition}{files.suffix(picture)}"
        file = files.write(restored.photo, folder / name, restored.note)
        return (
            str(file),
            _lightness(picture, restored.photo, folder),
            caption(texts, picture, restored=restored),
        )


def _lightness(before: Photo, after: Photo, folder: Path) -> dict[str, Any]:
    """Write previews of two photos' lightness; give what a frame shows."""
    pictures = {"damaged.webp": before, "restored.webp": after}
    return shown_pair(*(save_lightness(photo, folder / name) for name, photo in pictures.items()))
