"""The small box of colour photos whose colours a photo is to take; `reference_box.js` draws it.

Its value is {"photos": [{"path", "name", "thumb"}, ...], "strength"}. It passes through the
browser, so of what comes back only paths of uploads are believed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from .. import photo as files
from ..color.pixels import to_lab
from ..errors import HintError, PhotoError
from ..photo.formats import READ_ENDINGS
from ..photoset.curate import is_grey, is_one_tint
from .canvas import icon
from .file_lists import uploaded
from .messages import toast_text
from .previews import save_preview, small
from .references import MOST
from .texts import Texts

THUMB_SIDE = 640
"""Long side in pixels: places in it are pointed at, too."""
_THUMB = ".thumb.webp"
_SCRIPT = Path(__file__).with_suffix(".js")

_TEMPLATE = """
<section class="liking" aria-label="{title}">
  <p class="title" aria-hidden="true">{title}</p>
  <div class="likes">
    <ul aria-label="{chosen}" hidden></ul>
    <label class="choose">
      <input type="file" accept="{accept}" multiple aria-label="{add}">
      {plus}<span>{choose}</span>
    </label>
  </div>
  <div class="under">
    <p class="hint">{hint}</p>
    <label class="how-much" hidden>
      <span>{strength}</span><span class="amount" aria-hidden="true"></span>
      <input type="range" min="0" max="1" step="0.05" value="1" aria-label="{strength}">
    </label>
  </div>
  <p class="news" role="status"></p>
</section>
"""


def reference_box(texts: Texts, elem_id: str) -> gr.HTML:
    """Make the box; it tells of a change by its event `input`."""
    words = asdict(texts.references)
    known = {name: escape(text) for name, text in words.items()}
    return gr.HTML(
        html_template=_TEMPLATE.format(
            **known, plus=icon("closer"), accept=",".join(["image/*", *sorted(READ_ENDINGS)])
        ),
        js_on_load=_SCRIPT.read_text(),
        apply_default_css=False,
        elem_id=elem_id,
        label=texts.references.title,
        words=words,
        most=MOST,
        cross=icon("close"),
    )


def asked(value: dict[str, Any] | None) -> tuple[tuple[str, ...], float]:
    """Return paths and strength of the box; what is no upload is left out.

    Args:
        value: of the box, as the browser sent it.
    """
    value = value if isinstance(value, dict) else {}
    strength = value.get("strength", 1.0)
    if not isinstance(strength, (int, float)) or not math.isfinite(strength):
        strength = 1.0
    return tuple(_paths(value)[:MOST]), min(max(float(strength), 0.0), 1.0)


def receive(texts: Texts, value: dict[str, Any] | None) -> dict[str, Any]:
    """Look at photos that have come into the box; return its value without those that are no
    use."""
    photos: list[dict[str, Any]] = []
    for path in _paths(value if isinstance(value, dict) else {}):
        if len(photos) == MOST:
            gr.Warning(texts.references.too_many.format(most=MOST))
            break
        try:
            photos.append(_shown(texts, Path(path)))
        except (PhotoError, HintError) as error:
            gr.Warning(toast_text(error))
    return {"photos": photos, "strength": asked(value)[1]}


def thumbs(paths: Sequence[str]) -> list[dict[str, Any]]:
    """Return names and small pictures of photos that are in the box."""
    return [
        {"name": Path(path).name, "thumb": shown_file(Path(path + _THUMB))}
        for path in paths
        if Path(path + _THUMB).exists()
    ]


def _paths(value: dict[str, Any]) -> list[str]:
    """Return paths of uploads that are there, each once."""
    photos = value.get("photos")
    photos = photos if isinstance(photos, list) else []
    paths = [one.get("path") for one in photos if isinstance(one, dict)]
    return list(dict.fromkeys(path for path in paths if uploaded(path)))


def _shown(texts: Texts, path: Path) -> dict[str, Any]:
    """Return what the box shows of a photo.

    Raises:
        PhotoError: it cannot be read.
        HintError: it has no colours.
    """
    thumb = Path(f"{path}{_THUMB}")
    if not thumb.exists():
        picture = small(files.read(path), THUMB_SIDE)
        if is_grey(picture.pixels):
            raise HintError(texts.references.grey.format(name=path.name))
        if is_one_tint(to_lab(picture.pixels)):
            raise HintError(texts.references.one_tint.format(name=path.name))
        save_preview(picture, thumb, THUMB_SIDE)
    return {"path": str(path), "name": path.name, "thumb": shown_file(thumb)}


def shown_file(path: Path) -> dict[str, Any]:
    """Return a file in the form in which Gradio hands its address to the browser."""
    return FileData(path=str(path)).model_dump()
