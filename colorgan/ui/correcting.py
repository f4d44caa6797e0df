"""The frame of a coloured photo that can be corrected: picture, tools, panel, list, download.

Corrections live in the browser; the pictures of them come from the routes of `corrections`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ..hints import MAX_HINTS, SWATCHES, Hints, to_json
from ..hints.hint import SPREADS
from .canvas import SURFACE, icon, tool
from .filling import bar
from .frames import shown_pair
from .hint_texts import FEW, groups
from .texts import Texts

_HERE = Path(__file__).parent
_SCRIPTS = (
    "address.js",
    "asking.js",
    "canvas.js",
    "sources.js",
    "panel.js",
    "versions.js",
    "filling.js",
    "correcting.js",
)

_OF_REFERENCES = ("from_it", "place_in_it", "from_there")

_TEMPLATE = """
<div class="canvas">
  <div class="stage">
    <p class="empty">{empty}</p>
    {surface}
    <section class="versions" hidden aria-label="{versions}">
      <header><p>{versions_title}</p>{close}</header>
      <div class="choices"></div>
    </section>
  </div>
  <div class="tools" role="toolbar" aria-label="{tools}">
    {undo}{redo}{clear}
    <button type="button" class="tool ask-versions">{versions}</button>
    {brush}
    <span class="gap"></span>
    {compare}{dots}{hand}{further}{closer}{full}
  </div>
  <div class="corrections" role="group" aria-label="{corrections}">
    <p class="start">{start}</p>
    <ul></ul>
  </div>
  {bar}
  {panel}
  <div class="getting"{no_file}>
    <button type="button" id="{download_id}" class="download">{download}</button>
    <progress max="1" value="0" aria-hidden="true"></progress>
  </div>
  <p class="said" role="status"></p>
  <div class="canvas-toast" role="alert" hidden></div>
</div>
"""
_PANEL = """
<section class="panel" role="dialog" aria-label="{panel}" tabindex="-1" hidden>
  <header><h3>{panel}</h3>{close}</header>
  <h4>{likely}</h4>
  <div class="chips likely"></div>
  <h4>{known}<span class="chip-name" aria-hidden="true"></span></h4>
  <div class="chips known"></div>
  <div class="all" hidden></div>
  <button type="button" class="plain more" aria-expanded="false">{more}</button>
  <div class="wishes">
    <button type="button" data-want="none">{none}</button>
    <button type="button" data-want="same">{same}</button>
    <button type="button" data-step="-1">{paler}</button>
    <button type="button" data-step="1">{stronger}</button>
  </div>
  <div class="others">
    <button type="button" class="pick">{pick_icon}{pick}</button>
    <label class="any"><input type="color" value="#7a4b2c"> {any}</label>
  </div>
  <div class="sources" hidden>
    <h4>{from_it}</h4>
    <div class="pictures"></div>
  </div>
  <label class="spread">
    <span>{spread}</span>
    <input type="range" min="-1" max="1" step="0.05" value="0">
    <span class="ends" aria-hidden="true"><span>{near}</span><span>{far}</span></span>
  </label>
  <button type="button" class="plain delete" hidden>{delete}</button>
</section>
"""


NEAR = 0.6
"""How far a correction spreads unless the slider is moved: over the thing, hardly to its likes."""


def correcting_frame(elem_id: str, download_id: str | None, texts: Texts) -> gr.HTML:
    """Make the frame; its value comes from `correctable`, None leaves it empty.

    Args:
        elem_id: of the frame on the page.
        download_id: of the button for the file in full size, or None if there is none.
        texts: the words of the page.
    """
    of_references = asdict(texts.references)
    words = {**asdict(texts.hints), **{name: of_references[name] for name in _OF_REFERENCES}}
    known = {name: escape(text) for name, text in words.items() if isinstance(text, str)}
    buttons = {
        name: tool(name, words[name])
        for name in ("undo", "redo", "clear", "further", "closer", "full", "close")
    }
    buttons |= {
        name: tool(name, words[name], toggle=pressed)
        for name, pressed in (("compare", True), ("dots", True), ("hand", False))
    }
    buttons["brush"] = tool("brush", texts.mending.brush, toggle=False)
    surface = SURFACE.format(
        surface=known["surface"],
        before=escape(texts.before),
        after=escape(texts.after),
        handle=escape(texts.handle),
    )
    panel = _PANEL.format(**{**known, "close": buttons["close"]}, pick_icon=icon("pick"))
    no_file = " hidden" if download_id is None else ""
    parts = {**known, **buttons, "surface": surface, "bar": bar(texts), "panel": panel}
    return gr.HTML(
        html_template=_TEMPLATE.format(
            **parts,
            empty=escape(texts.empty),
            no_file=no_file,
            download_id=download_id or f"{elem_id}-download",
        ),
        js_on_load="\n".join((_HERE / name).read_text() for name in _SCRIPTS),
        apply_default_css=False,
        elem_id=elem_id,
        label=texts.before_and_after,
        words={
            **words,
            "share": texts.share,
            "frame": texts.before_and_after,
            "mending": asdict(texts.mending),
        },
        palette=[
            [texts.hints.groups[group], [[name, SWATCHES[name]] for name in names]]
            for group, names in groups().items()
        ],
        few=FEW,
        most=MAX_HINTS,
        spreads=SPREADS,
        near=NEAR,
        frame_id=elem_id,
    )


def tell_strength(elem_id: str) -> str:
    """Return what runs in the browser when a slider of the strength moves, to tell a frame of it.

    The frame needs no second look of the network for that.
    """
    detail = f'{{detail: {{frame: "{elem_id}", strength}}}}'
    event = f'new CustomEvent("colorgan-strength", {detail})'
    return f"(strength) => {{document.dispatchEvent({event}); return []}}"


def correctable(
    before: Path,
    after: Path,
    texts: Texts,
    *,
    look: str,
    photo: str,
    strength: float,
    hints: Hints,
    missing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the value with which the frame shows a coloured photo.

    Args:
        before, after: picture files of equal size.
        texts: the words of the page.
        look: its token, empty if it cannot be corrected.
        photo: a name of the photo's own, by which its corrections are found again.
        strength: at which `after` was coloured.
        hints: that the file carries from an earlier time; `after` is without them.
        missing: what `shown_missing` gives; None: it was not looked for.
    """
    pair = shown_pair(before, after, texts.before, texts.after)
    carried = json.loads(to_json(hints))["hints"]
    return {
        **pair,
        "look": look,
        "photo": photo,
        "strength": strength,
        "carried": carried,
        "missing": missing,
    }
