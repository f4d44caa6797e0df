"""The tab About: how it works, who colours and how well, what it cannot know, what is kept."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import gradio as gr
from huggingface_hub import ModelCard

from .. import hub
from ..hub import cards
from .models import Models, measured
from .texts import Texts

_HOW = Path(__file__).with_name("how.webp")
_TITLE = re.compile(r"^# .*\n", re.M)
_SAID_ELSEWHERE = re.compile(r"^## (?:Use|How good it is)\n.*?(?=^## |\Z)", re.M | re.DOTALL)
_HEADING = re.compile(r"^(##+ )", re.M)
_OWN_LINK = re.compile(r"\[([^]]+)\]\((?!https?:)[^)]*\)")
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
        gr.Markdown(f"## {texts.who_title}\n\n{figures(models, texts)}")
        for key, name in models.names.items():
            if card := _card(name):
                title = texts.card_title.format(model=texts.model_name(key))
                with gr.Accordion(title, open=False, elem_classes="card"):
                    gr.Markdown(card)
        gr.Markdown(
            f"## {texts.limits_title}\n\n{texts.limits_text}\n\n"
            f"## {texts.privacy_title}\n\n{texts.privacy_text}"
        )


def figures(models: Models, texts: Texts) -> str:
    """Return tables of the models on this machine, as Markdown; the figures are measured ones.

    Models that were judged on the same photos in the same way are in one table, with grey and the
    originals of those photos.
    """
    tables: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for key, name in models.names.items():
        if found := measured(name):
            way = json.dumps(found["protocol"], sort_keys=True)
            tables.setdefault(way, []).append((texts.model_name(key), found))
    return "\n\n".join(_table(judged, texts) for judged in tables.values()) or texts.no_figures


def _table(judged: list[tuple[str, dict[str, Any]]], texts: Texts) -> str:
    """Return a table of models, by name and figures, that were judged in one way."""
    _, first = judged[0]
    rows = [
        (texts.grey, first["models"].get("grey", {})),
        *((name, cards.own_row(found)) for name, found in judged),
        (texts.original, first["models"].get("original", {})),
    ]
    head = f"| | {' | '.join(texts.figure_names)} |\n|---|{'---:|' * len(_MEASURES)}"
    note = texts.figures_note.format(photos=first["protocol"].get("photos", 0))
    return "\n".join((head, *(_row(name, row) for name, row in rows if row))) + f"\n\n{note}"


def _card(name: str) -> str:
    """Read a model's card where that needs no network, with its headings under the page's."""
    path = hub.embedded().get(name, Path(name)) / hub.CARD
    if not path.is_file():
        return ""
    text = _SAID_ELSEWHERE.sub("", _TITLE.sub("", ModelCard.load(path).text, count=1))
    text = _OWN_LINK.sub(r"\1", text)  # files beside the card cannot be reached from a page
    return _HEADING.sub(r"#\1", text)


def _row(name: str, row: dict[str, Any]) -> str:
    means = [row.get(measure, {}).get("mean") for measure in _MEASURES]
    return f"| {name} | {' | '.join('' if m is None else f'{m:.1f}' for m in means)} |"
