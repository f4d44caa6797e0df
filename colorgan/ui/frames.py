"""Frames that show a visitor's pictures: one picture, or two with a border that can be moved.

The border's handle is a range input laid over the pictures, so mouse, touch, keys and screen
readers work as in any browser; gr.ImageSlider takes no keys and has no alternative texts.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from PIL import Image

# Gradio fills these in as JavaScript templates, so nothing of a visitor's may stand in a value
# but the addresses of files and what `template_safe` has made safe.
_PICTURE = """
<figure class="picture">
  <figcaption>${value?.name ?? name}</figcaption>
  <div class="stage">
    ${value ? `<img src="${value.file.url}" alt="${value.alt}" width="${value.width}"
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
      <img src="${value.before.url}" alt="${value.names[0]}"
        width="${value.width}" height="${value.height}">
      <img class="after" src="${value.after.url}" alt="${value.names[1]}"
        width="${value.width}" height="${value.height}">
      <span class="tag before" aria-hidden="true">${value.names[0]}</span>
      <span class="tag after" aria-hidden="true">${value.names[1]}</span>
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


OPTIONAL = "optional"
"""Class of frames that are not there at all while they are empty."""


def picture(name: str, elem_id: str, elem_classes: str | None = None) -> gr.HTML:
    """Make a frame for one picture; its value comes from `shown`, None leaves it empty."""
    return gr.HTML(
        html_template=_PICTURE,
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=elem_classes,
        label=name,
        name=name,
    )


def before_after(
    elem_id: str,
    *,
    name: str,
    handle: str,
    share: str,
    empty: str = "",
    title: str = "",
    elem_classes: str | None = None,
) -> gr.HTML:
    """Make a frame for two pictures of equal size; its value comes from `shown_pair`.

    Args:
        elem_id: of the frame on the page.
        name: what the frame shows.
        handle: names the border between the two.
        share: says of which picture the handle gives the share, in percent.
        empty: is read as long as there are no pictures.
        title: stands above, if it is to.
        elem_classes: such as `OPTIONAL`.
    """
    return gr.HTML(
        html_template=_BEFORE_AFTER,
        js_on_load=_MOVE_BORDER,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=elem_classes,
        label=name,
        name=name,
        handle=handle,
        share=share,
        empty=empty,
        title=title,
    )


def shown(path: Path, name: str, alt: str) -> dict[str, Any]:
    """Return the value with which a frame shows a picture file under a name.

    Args:
        path: of the picture.
        name: stands above it.
        alt: is read in its place.
    """
    return {
        "file": _file(path),
        "name": template_safe(name),
        "alt": template_safe(alt),
        **_size(path),
    }


def shown_pair(before: Path, after: Path, *names: str) -> dict[str, Any]:
    """Return the value with which a frame shows two picture files of equal size under two names."""
    names = tuple(map(template_safe, names))
    return {"before": _file(before), "after": _file(after), "names": names, **_size(after)}


def template_safe(name: str) -> str:
    """Return a name safe inside HTML and inside a JavaScript template."""
    return html.escape(name).translate({ord(c): f"&#{ord(c)};" for c in "`${}\\"})


def _file(path: Path) -> dict[str, Any]:
    return FileData(path=str(path)).model_dump()


def _size(path: Path) -> dict[str, int]:
    with Image.open(path) as image:
        return {"width": image.width, "height": image.height}
