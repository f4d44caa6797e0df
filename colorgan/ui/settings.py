"""The settings of tabs that colour: strength, working size, and what is restored before."""

from __future__ import annotations

import gradio as gr

from .. import restorer
from ..colorizer import DEFAULT_SIZE, STRENGTHS
from .texts import Texts

SIZES = (128, 512)  # of those the colorizer takes, what is worth a visitor's while


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


def size_slider(texts: Texts, elem_id: str) -> gr.Slider:
    """Make the slider for the working size, folded away."""
    with gr.Accordion(texts.advanced, open=False, elem_classes="advanced"):
        return gr.Slider(
            *SIZES,
            value=DEFAULT_SIZE,
            step=32,
            label=texts.size,
            info=texts.size_hint,
            buttons=[],
            elem_id=elem_id,
        )


def restore_switch(texts: Texts, elem_id: str) -> tuple[gr.Checkbox, gr.Slider]:
    """Make the switch for restoring first and the slider for its strength, hidden while off."""
    with gr.Column(elem_classes="restoring"):
        switch = gr.Checkbox(label=texts.restore, info=texts.restore_hint, elem_id=elem_id)
        slider = gr.Slider(
            *restorer.STRENGTHS,
            value=1.0,
            step=0.05,
            label=texts.restore_strength,
            info=texts.restore_strength_hint,
            buttons=[],
            elem_id=f"{elem_id}-strength",
        )
    return switch, slider
