"""Frames that show a visitor's pictures: one picture, or two with a border that can be moved.

The border's handle is a range input laid over the pictures, so mouse, touch, keys and screen
readers work as in any browser; gr.ImageSlider takes no keys and has no alternative texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from PIL import Image

from .texts import Texts

# Gradio fills these in as JavaScript templates, so nothing of a visitor's may stand in a value
# but the addresses of files.
_PICTURE = """
<figure class="picture">
  <figcaption>${name}</figcaption>
  <div class="stage">
    ${value ? `<img src="${value.file.url}" alt="${alt}" width="${value.width}"
      height="${value.height}" style="--width: ${value.width}; --height: ${value.height}">` : ""}
  </div>
</figure>
"""
_BEFORE_AFTER = """
${value && title ? `<p class="stage-title">${title}</p>` : ""}
<div class="stage">
  ${value ? `
    <figure class="before-after" aria-label="${name}"
      style="--width: ${value.width}; --height: ${value.height}">
      <img src="${value.before.url}" alt="${before_alt}"
        width="${value.width}" height="${value.height}">
      <img class="after" src="${value.after.url}" alt="${after_alt}"
        width="${value.width}" height="${value.height}">
      <span class="tag before" aria-hidden="true">${before}</span>
      <span class="tag after" aria-hidden="true">${after}</span>
      <input type="range" min="0" max="100" aria-label="${handle}">
      <span class="border" aria-hidden="true"></span>
    </figure>` : `
    <p class="empty">${empty}</p>`}
</div>
"""
# The border's place is kept outside the template, which is drawn anew with every value.
_MOVE_BORDER = """
const move = () => {
  const handle = element.querySelector("input");
  if (!handle) return;
  element.style.setProperty("--border", handle.value);
  handle.setAttribute("aria-valuetext", `${100 - handle.value} % ${props.share}`);
};
let filled = false;
element.addEventListener("input", move);
watch("value", () => {
  move();
  if (props.value && !filled) element.scrollIntoView({ behavior: "smooth", block: "nearest" });
  filled = Boolean(props.value);
});
"""


def picture(name: str, alt: str, elem_id: str) -> gr.HTML:
    """Make a frame for one picture; its value comes from `shown`, None leaves it empty."""
    return gr.HTML(
        html_template=_PICTURE,
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        label=name,
        name=name,
        alt=alt,
    )


def before_after(texts: Texts, elem_id: str) -> gr.HTML:
    """Make a frame for a photo as it was and in colour; its value comes from `shown_pair`."""
    return _pair(
        elem_id,
        name=texts.before_and_after,
        handle=texts.handle,
        share=texts.share,
        title="",
        empty=texts.empty,
        before=texts.before,
        after=texts.after,
        before_alt=texts.before_alt,
        after_alt=texts.after_alt,
    )


def restored_pair(texts: Texts, elem_id: str) -> gr.HTML:
    """Make a frame for a lightness as it was and restored; not there at all while it is empty."""
    return _pair(
        elem_id,
        name=texts.restored_title,
        handle=texts.restored_handle,
        share=texts.restored_share,
        title=texts.restored_title,
        empty="",
        before=texts.before,
        after=texts.restored,
        before_alt=texts.restored_before_alt,
        after_alt=texts.restored_alt,
        elem_classes="optional",
    )


def _pair(elem_id: str, *, name: str, elem_classes: str | None = None, **words: Any) -> gr.HTML:
    return gr.HTML(
        html_template=_BEFORE_AFTER,
        js_on_load=_MOVE_BORDER,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=elem_classes,
        label=name,
        name=name,
        **words,
    )


def shown(path: Path) -> dict[str, Any]:
    """Give the value with which a frame shows a picture file."""
    return {"file": _file(path), **_size(path)}


def shown_pair(before: Path, after: Path) -> dict[str, Any]:
    """Give the value with which a frame shows two picture files of equal size."""
    return {"before": _file(before), "after": _file(after), **_size(after)}


def _file(path: Path) -> dict[str, Any]:
    return FileData(path=str(path)).model_dump()


def _size(path: Path) -> dict[str, int]:
    with Image.open(path) as image:
        return {"width": image.width, "height": image.height}
