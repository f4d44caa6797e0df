"""Where a visitor's photo comes in: dropped, pasted, chosen, or one of the examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData

from .. import photo as files
from ..errors import PhotoError
from ..photo import Pages
from .messages import toast_text
from .previews import save_preview
from .texts import Texts

BROWSER_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP"})
_STAND_IN = ".shown.webp"  # ends the name of a picture that stands for one no browser shows


@dataclass(frozen=True)
class PhotoInput:
    """Where a photo comes in, and the button that asks for work on it."""

    photo: gr.Image
    examples: Mapping[Path, gr.Button]
    button: gr.Button


def photo_input(tab: str, ask: str, examples: Sequence[Path], texts: Texts) -> PhotoInput:
    """Make the box for a photo, buttons with the examples, and the button that asks for work.

    Args:
        tab: begins the ids of box and button on the page.
        ask: stands on the button.
        examples: photos that a visitor may try.
        texts: the words of the page.
    """
    return PhotoInput(
        _photo_box(texts, f"{tab}-photo"),
        _example_buttons(examples, texts),
        gr.Button(ask, variant="primary", elem_id=f"{tab}-button"),
    )


def _photo_box(texts: Texts, elem_id: str) -> gr.Image:
    """Make the box for a photo; a function gets from it the path of the file as it came."""
    box = gr.Image(
        label=texts.photo,
        show_label=False,
        placeholder=texts.photo_hint,
        alt_text=texts.photo_alt,
        type="filepath",
        image_mode=None,
        sources=["upload", "clipboard"],
        buttons=[],
        height=232,
        elem_id=elem_id,
        elem_classes="photo-input",
    )
    # Gradio would open the file with Pillow first, which ends without a sentence for a person
    # when it is no picture or too large a one; `photo.read` has such sentences.
    box.preprocess = _path_of  # type: ignore[method-assign]
    return box


def receive(path: str | None) -> Any:
    """Look at a photo that has just come in; return what its box shows, None if it is no photo.

    What no browser shows (TIFF, HEIC) gets a picture beside it that stands for it. Otherwise the
    box is left alone: meanwhile another photo may be in it.
    """
    if path is None:
        return gr.skip()
    try:
        photo = files.read(path)
    except PhotoError as error:
        gr.Warning(toast_text(error))
        return None
    if photo.format in BROWSER_FORMATS:
        return gr.skip()
    return str(save_preview(photo, Path(path + _STAND_IN)))


def open_pages(texts: Texts, path: str | None) -> Pages:
    """Read the photo of a box with all its pages or frames.

    Raises:
        PhotoError: there is none, or it cannot be read.
    """
    if path is None:
        raise PhotoError(texts.no_photo)
    if not Path(path).exists():
        raise PhotoError(texts.photo_gone)
    return files.read_pages(path)


def _example_buttons(examples: Sequence[Path], texts: Texts) -> dict[Path, gr.Button]:
    """Make a button with a small picture for each example; nothing at all if there are none."""
    if not examples:
        return {}
    gr.Markdown(texts.examples, elem_classes="examples-title")
    with gr.Row(elem_classes="examples"):
        return {
            path: gr.Button(path.stem.capitalize(), icon=path, min_width=0, elem_classes="example")
            for path in examples
        }


def _path_of(payload: ImageData | None) -> str | None:
    if payload is None or payload.path is None:
        return None
    original = payload.path.removesuffix(_STAND_IN)
    return original if Path(original).is_file() else payload.path
