"""What is missing of a photo, on the page: outlined in the frame, and drawn over with a brush.

`filling.js` brings it to life. What was drawn goes through the browser to the work on the photo, as
{"photo": its name, "strokes": [{"points", "width", "missing"}, ...]}, the fields of
`missing.Stroke`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from ..missing import Mask, Stroke
from .previews import PREVIEW_SIDE
from .reference_box import shown_file
from .texts import Texts

MOST_STROKES, MOST_POINTS = 200, 400
WIDTHS = (0.01, 0.15)
"""Of the brush, as shares of the photo's long side."""
WIDTH = 0.04

BAR = """
<div class="filling" role="group" aria-label="{brush}" hidden>
  <button type="button" class="kind" data-missing="true" aria-pressed="true">{missing}</button>
  <button type="button" class="kind" data-missing="false" aria-pressed="false">{sound}</button>
  <input type="range" min="{least}" max="{most}" step="0.01" value="{usual}" aria-label="{width}"
    title="{width}">
  <button type="button" class="fill" aria-disabled="true">{do_fill}</button>
</div>
"""
_TAKE_OVER = """
document.addEventListener("colorgan-marks", ({ detail }) => {
  props.value = detail;
  trigger("input");
});
"""


def bar(texts: Texts) -> str:
    """Return the markup of the brush: what it marks, its width, and the button that fills."""
    words = asdict(texts.mending)
    known = {name: escape(text) for name, text in words.items() if isinstance(text, str)}
    return BAR.format(**known, least=WIDTHS[0], most=WIDTHS[1], usual=WIDTH)


def marks_input(elem_id: str) -> gr.HTML:
    """Make what hands over what was drawn; it shows nothing, and tells of it by `input`."""
    return gr.HTML(
        html_template="",
        js_on_load=_TAKE_OVER,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="marks-input",
    )


def read_marks(value: Any, photo: str) -> tuple[Stroke, ...]:
    """Return what was drawn over a photo; what makes no sense, or is another photo's, is left out.

    Args:
        value: as the browser sent it.
        photo: name of the photo.
    """
    if not isinstance(value, dict) or value.get("photo") != photo:
        return ()
    drawn = value.get("strokes")
    strokes = map(_stroke, drawn[:MOST_STROKES] if isinstance(drawn, list) else [])
    return tuple(stroke for stroke in strokes if stroke is not None)


def shown_missing(found: Mask, strokes: Sequence[Stroke], path: Path) -> dict[str, Any]:
    """Return what the frame shows of what is missing.

    Args:
        found: (H, W), by the machine.
        strokes: drawn over it.
        path: of the picture of `found` that is written.
    """
    alpha = Image.fromarray(found.astype(np.uint8) * 255)
    alpha.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BILINEAR)
    Image.merge("LA", (Image.new("L", alpha.size, 255), alpha)).save(path)
    return {"found": shown_file(path), "strokes": [asdict(stroke) for stroke in strokes]}


def _stroke(one: Any) -> Stroke | None:
    if not isinstance(one, dict):
        return None
    points, width, gone = one.get("points"), _share(one.get("width")), one.get("missing")
    if not isinstance(points, list) or width is None or not isinstance(gone, bool):
        return None
    places = [_place(point) for point in points[:MOST_POINTS]]
    known = tuple(place for place in places if place is not None)
    if not known or len(known) < len(places):
        return None
    return Stroke(known, min(max(width, WIDTHS[0]), WIDTHS[1]), gone)


def _place(point: Any) -> tuple[float, float] | None:
    if not isinstance(point, list) or len(point) != 2:
        return None
    x, y = map(_share, point)
    return None if x is None or y is None else (x, y)


def _share(value: Any) -> float | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and math.isfinite(value) and 0 <= value <= 1 else None
