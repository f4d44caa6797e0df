"""The settings of the tabs that colour: who does it, strength, working size, and mending."""

from __future__ import annotations

import gradio as gr

from ..settings import AUTO_SIZES, DEFAULT_SIZE, RESTORE_STRENGTHS, STRENGTHS
from .events import QUIETLY
from .models import Models
from .texts import Texts

SIZES = (128, 512)  # of those the colorizer takes, what is worth a visitor's while


def model_choice(models: Models, texts: Texts, elem_id: str) -> gr.Radio:
    """Make the choice of who colours."""
    hints = {"pretrained": texts.pretrained_hint, "custom": texts.custom_hint}
    return gr.Radio(
        [(hints.get(key, key), key) for key in models.keys],
        value=next(iter(models.keys), None),
        label=texts.model,
        elem_id=elem_id,
    )


def strength_slider(texts: Texts, elem_id: str) -> gr.Slider:
    """Make the slider for the strength of the colours."""
    return gr.Slider(
        *STRENGTHS,
        value=1.0,
        step=0.05,
        label=texts.strength,
        info=texts.strength_hint,
        buttons=[],
        elem_id=elem_id,
    )


def size_settings(texts: Texts, elem_id: str) -> tuple[gr.Slider, gr.Checkbox]:
    """Make the slider for the working size and the box that leaves it to the colorizer."""
    with gr.Accordion(texts.advanced, open=False, elem_classes="advanced"):
        auto = gr.Checkbox(
            label=texts.auto_size,
            info=texts.auto_size_hint.format(sizes=", ".join(map(str, AUTO_SIZES))),
            elem_id=f"{elem_id}-auto",
        )
        size = gr.Slider(
            *SIZES,
            value=DEFAULT_SIZE,
            step=32,
            label=texts.size,
            info=texts.size_hint,
            buttons=[],
            elem_id=elem_id,
        )
        auto.input(
            lambda on: gr.update(interactive=not on),
            auto,
            size,
            **QUIETLY,
        )
    return size, auto


def restore_switch(texts: Texts, elem_id: str) -> tuple[gr.Checkbox, gr.Slider]:
    """Make the switch for restoring first and the slider for its strength, hidden while off."""
    with gr.Column(elem_classes="restoring"):
        switch = gr.Checkbox(label=texts.restore, info=texts.restore_hint, elem_id=elem_id)
        slider = gr.Slider(
            *RESTORE_STRENGTHS,
            value=1.0,
            step=0.05,
            label=texts.restore_strength,
            info=texts.restore_strength_hint,
            buttons=[],
            elem_id=f"{elem_id}-strength",
        )
    return switch, slider


def fill_switch(texts: Texts, elem_id: str) -> gr.Checkbox:
    """Make the switch for filling what is missing."""
    return gr.Checkbox(label=texts.mending.fill, info=texts.mending.fill_hint, elem_id=elem_id)
