"""What the tab Film shows: the row of scenes, and the player."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from ..video.source import clock
from .film_work import Scene
from .texts import Texts

_HERE = Path(__file__).parent

_SCENES = """
<div class="scenes" role="group" aria-label="${label}">
  ${(value?.scenes ?? []).map((scene, place) => `
    <button type="button" class="scene" data-photo="${scene.photo}" aria-pressed="${place === 0}">
      <img src="${scene.file.url}" alt="" width="${scene.width}" height="${scene.height}">
      <span class="name">${scene.name}</span><span class="count"></span>
    </button>`).join("")}
</div>
"""
# Grey is the same picture without its colours: luma was not touched, and two films never keep step.
_PLAYER = """
${value ? `
  <figure class="player" aria-label="${label}"
    style="--width: ${value.width}; --height: ${value.height}">
    <div class="screen">
      <video src="${value.file.url}" controls playsinline preload="auto"
        width="${value.width}" height="${value.height}" aria-label="${label}"></video>
      <span class="greyed" aria-hidden="true"></span>
      <span class="tag before" aria-hidden="true">${before}</span>
      <span class="tag after" aria-hidden="true">${after}</span>
    </div>
    <label><span>${border}</span><input type="range" min="0" max="100" value="0"></label>
  </figure>` : ""}
"""
_MOVE = """
const move = () => {
  const handle = element.querySelector("input");
  if (!handle) return;
  element.style.setProperty("--border", handle.value);
  handle.setAttribute("aria-valuetext", `${100 - handle.value} % ${props.share}`);
};
element.addEventListener("input", move);
watch("value", () => {
  move();
  if (props.value) element.scrollIntoView({ behavior: "smooth", block: "nearest" });
});
move();
"""


def scene_row(texts: Texts) -> gr.HTML:
    """Make the row of scenes, of which one is chosen; its value comes from `shown_scenes`.

    It is told `select` with the index of a scene. `HINTS_OF_SCENES` reads what was corrected.
    """
    return gr.HTML(
        html_template=_SCENES,
        js_on_load=(_HERE / "film_scenes.js").read_text(),
        apply_default_css=False,
        elem_id="film-scenes",
        label=texts.film.film_scenes,
        corrected=texts.film.film_corrected,
    )


HINTS_OF_SCENES = 'document.querySelector("#film-scenes .scenes")?.dataset.hints ?? ""'
"""Gives in the browser what was corrected in each scene, as `film_work.read_hints` reads it."""


def shown_scenes(
    texts: Texts, name: str, scenes: Sequence[Scene], pictures: Sequence[Path]
) -> dict[str, Any]:
    """Return the value with which the row shows scenes.

    Args:
        texts: the words of the page.
        name: of the film's own, by which corrections are found again.
        scenes: of the film.
        pictures: a small one for each.
    """
    row = [
        {
            "photo": name_of_scene(name, index),
            "name": texts.film.film_scene.format(number=index + 1, time=clock(scene.seconds)),
            "file": FileData(path=str(picture)).model_dump(),
            "width": scene.width,
            "height": scene.height,
        }
        for index, (scene, picture) in enumerate(zip(scenes, pictures, strict=True))
    ]
    return {"scenes": row}


def name_of_scene(name: str, place: int) -> str:
    """Return the name by which the corrections of a scene are found again."""
    return f"{name}-{place}"


def player(texts: Texts) -> gr.HTML:
    """Make the player, with a border between grey and colour; its value comes from `played`."""
    return gr.HTML(
        html_template=_PLAYER,
        js_on_load=_MOVE,
        apply_default_css=False,
        elem_id="film-player",
        label=texts.film.film_played,
        border=texts.film.film_border,
        share=texts.film.film_share,
        before=texts.grey,
        after=texts.after,
    )


def played(film: Path, shape: tuple[int, int]) -> dict[str, Any]:
    """Return the value with which the player shows a film of a width and height."""
    file = FileData(path=str(film)).model_dump()
    return {"file": file, "width": shape[0], "height": shape[1]}
