"""The frame of what restoring alone did: the lightness before and after, as a whole and at 1:1.

At 1:1 a pixel of the photo is one of the screen. The photos in full size stay on the server, which
cuts tiles out of them; `restored.js` puts those together that are looked at.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from scipy import ndimage

from ..color.pixels import full_lightness
from ..photo import Photo
from .frames import OPTIONAL, shown_pair
from .full_size import TILE
from .previews import save_lightness
from .texts import Texts

PLACES = 8
"""Of those that changed most, at most."""
_WORTH = 0.3  # of the greatest change, that a place must have to be shown
_TONE = 0.25  # weight of a change that goes with all around it, as of faded tones
_HERE = Path(__file__).parent
_SCRIPTS = ("address.js", "restored.js")

_PAIR = """
  <span class="tag before" aria-hidden="true">{before}</span>
  <span class="tag after" aria-hidden="true">{after}</span>
  <input type="range" min="0" max="100" value="50" aria-label="{handle}">
  <span class="border" aria-hidden="true"></span>
"""
_TEMPLATE = """
<div class="restored">
  <header>
    <p class="stage-title">{title}</p>
    <div class="views" role="group" aria-label="{title}" hidden>
      <button type="button" class="whole" aria-pressed="true">{whole}</button>
      <button type="button" class="close" aria-pressed="false">{at_one}</button>
      <button type="button" class="next" hidden>{next_change}</button>
    </div>
  </header>
  <div class="stage">
    <figure class="before-after fitting" aria-label="{title}">
      <img class="before" alt="{before}">
      <img class="after" alt="{after}">
      {pair}
    </figure>
    <div class="close-up" hidden>
      <div class="ground" tabindex="0" role="region" aria-label="{close_up}">
        <div class="sheet"><div class="before"></div><div class="after"></div></div>
      </div>
      <div class="before-after cover">{pair}</div>
    </div>
  </div>
  <p class="told" role="status"></p>
</div>
"""


def restored_frame(texts: Texts, elem_id: str) -> gr.HTML:
    """Make the frame; its value comes from `lightness_pair`, None leaves it empty."""
    words = texts.mending
    names = {"before": escape(texts.before), "after": escape(texts.restored)}
    pair = _PAIR.format(**names, handle=escape(texts.restored_handle))
    return gr.HTML(
        html_template=_TEMPLATE.format(
            **names,
            pair=pair,
            title=escape(texts.restored_title),
            whole=escape(words.whole),
            at_one=escape(words.at_one),
            next_change=escape(words.next_change),
            close_up=escape(words.close_up),
        ),
        js_on_load="\n".join((_HERE / name).read_text() for name in _SCRIPTS),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=OPTIONAL,
        label=texts.restored_title,
        share=texts.restored_share,
        change=words.change,
        lost=texts.photo_gone,
        tile=TILE,
    )


def lightness_pair(
    texts: Texts,
    before: Photo,
    after: Photo,
    folder: Path,
    *,
    look: str = "",
    shape: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """Write previews of two photos' lightness; return what the frame shows.

    Args:
        texts: the words of the page.
        before, after: photos of equal size.
        folder: for the previews.
        look: token by which the server finds the photos in full size, if they are to be seen.
        shape: width and height of these.
    """
    damaged = save_lightness(before, folder / "damaged.webp")
    restored = save_lightness(after, folder / "restored.webp")
    pair = shown_pair(damaged, restored, texts.before, texts.restored)
    if not look:
        return pair
    return {**pair, "look": look, "shape": shape, "places": changed_places(before, after)}


def changed_places(before: Photo, after: Photo) -> list[tuple[float, float]]:
    """Return where two photos of equal size differ most in lightness, the most first.

    What differs from its surroundings counts, as a scratch that is gone; what became lighter or
    darker with all around it counts little.

    Returns:
        (x, y) as shares of width and height, far enough apart to be looked at one by one.
    """
    first, second = (full_lightness(photo.pixels)[0, 0].numpy() for photo in (before, after))
    change = second - first
    height, width = change.shape
    reach = max(max(height, width) // 12, 1)
    alone = np.abs(change - ndimage.uniform_filter(change, reach))
    heat = ndimage.uniform_filter(alone + _TONE * np.abs(change), reach)
    least = _WORTH * heat.max()
    places: list[tuple[float, float]] = []
    while heat.max() > max(least, 1e-3) and len(places) < PLACES:
        row, column = np.unravel_index(int(heat.argmax()), heat.shape)
        places.append(((float(column) + 0.5) / width, (float(row) + 0.5) / height))
        top, left = max(int(row) - reach, 0), max(int(column) - reach, 0)
        heat[top : int(row) + reach, left : int(column) + reach] = 0
    return places
