"""The tab About: how it works, who colours and how well, what it cannot know, what is kept."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import gradio as gr

from .. import cards, hub
from ..errors import ModelError
from .models import Models
from .texts import Texts

_HOW = Path(__file__).with_name("how.webp")
_MEASURES = ("ciede2000", "psnr", "colourfulness")


def build(models: Models, texts: Texts) -> None:
    """Lay out the tab; nothing in it can be done, only read."""
    picture = base64.b64encode(_HOW.read_bytes()).decode()
    steps = "".join(f"<li>{step}</li>" for step in texts.how_steps)
    with gr.Column(elem_classes="about"):
        gr.Markdown(f"## {texts.how_title}")
        gr.HTML(
            f'<figure class="how"><img src="data:image/webp;base64,{picture}" '
            f'alt="{texts.how_alt}"><ol>{steps}</ol></figure>',
            apply_default_css=False,
        )
        gr.Markdown(
            "\n\n".join(
                (
                    f"## {texts.who_title}",
                    figures(models, texts),
                    f"## {texts.limits_title}\n\n{texts.limits_text}",
                    f"## {texts.privacy_title}\n\n{texts.privacy_text}",
                )
            )
        )


def figures(models: Models, texts: Texts) -> str:
    """Give a table of the models on this machine, as Markdown; the figures are measured ones."""
    rows: list[str] = []
    photos = 0
    for key, name in models.names.items():
        found = _measured(name)
        if not found:
            continue
        photos = found["protocol"].get("photos", 0)
        known = found["models"]
        if not rows:
            rows.append(_row(texts.grey, known["grey"]))
        rows.append(_row(texts.model_name(key), cards.own_row(found)))
        original = known["original"]
    if not rows:
        return texts.no_figures
    rows.append(_row(texts.original, original))
    head = f"| | {' | '.join(texts.figure_names)} |\n|---|{'---:|' * len(_MEASURES)}"
    note = texts.figures_note.format(photos=photos)
    return "\n".join((head, *rows)) + f"\n\n{note}"


def _measured(name: str) -> dict[str, Any]:
    """Read a model's figures where that needs no network."""
    if name not in hub.embedded() and not Path(name).is_dir():
        return {}
    try:
        return cards.read_figures(hub.resolve(name).path)
    except ModelError:
        return {}


def _row(name: str, row: dict[str, Any]) -> str:
    means = [row[measure]["mean"] for measure in _MEASURES]
    return f"| {name} | {' | '.join('' if m is None else f'{m:.1f}' for m in means)} |"
