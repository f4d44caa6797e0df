"""The tab Colour: a photo in, the same photo in colour out, restored first if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from .. import photo as files
from ..colorizer import AUTO_SIZES, Size
from ..photo import Pages, Photo
from . import work
from .captions import caption, caption_box, download_button
from .events import QUIETLY, WORKING, Bench, bind
from .frames import OPTIONAL, before_after, picture, shown, shown_pair
from .limits import Limits
from .messages import errors_as_toasts
from .models import Models
from .photo_input import open_pages, open_photo, photo_input
from .previews import fresh_folder, save_doubt, save_lightness, save_preview
from .settings import (
    model_choice,
    restore_switch,
    size_settings,
    strength_slider,
)
from .texts import Texts


def build(models: Models, limits: Limits, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; give the box of its photo."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="source"):
            source = photo_input("colour", texts.colour_button, examples, texts)
        with gr.Column(elem_classes="result"):
            frame = before_after(
                "colour-frame",
                name=texts.before_and_after,
                handle=texts.handle,
                share=texts.share,
                empty=texts.empty,
            )
            download = download_button(texts.download, "colour-download")
            line = caption_box("colour-caption")
            lightness = before_after(
                "colour-restored",
                name=texts.restored_title,
                handle=texts.restored_handle,
                share=texts.restored_share,
                title=texts.restored_title,
                elem_classes=OPTIONAL,
            )
            doubt = picture(texts.doubt, "colour-doubt", OPTIONAL)
            gallery = _candidate_gallery(texts)
        with gr.Column(elem_classes="settings"):
            model = model_choice(models, texts, "colour-model")
            strength = strength_slider(texts, "colour-strength")
            switch, restoring = restore_switch(texts, "colour-restore")
            size, auto = size_settings(texts, "colour-size")
            ask = gr.Button(texts.candidates, size="sm", elem_id="colour-candidates-button")

    # Scripts and assistants find these functions by their names and read what they say.
    def colorize(
        photo: str | None,
        model: str,
        strength: float,
        size: float,
        auto: bool,
        restore_first: bool,
        restore_strength: float,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """Give a black-and-white photo colour. The colours are a guess, not a record.

        Args:
            photo: the photo.
            model: who colours it.
            strength: of the colours, 0 (grey) to 1.5.
            size: short side in pixels at which the model sees the photo.
            auto: find a size instead.
            restore_first: mend scratches, fading, grain and blur before.
            restore_strength: of the mending, 0 to 1.
        """
        with errors_as_toasts(texts):
            limits.take(request)
            wanted = restore_strength if restore_first else None
            seen_at: Size = "auto" if auto else int(size)
            pages = open_pages(texts, photo)
            limits.take(request, pages.count - 1)
            return _colorize(models, texts, pages, model, strength, seen_at, wanted)

    settings = [model, strength, size, auto, switch, restoring]
    outcome = [download, frame, line, doubt, lightness]
    bench = Bench(source, settings, outcome, frame, colorize)
    bind(bench)
    _bind_candidates(models, limits, texts, bench, ask, gallery)

    def restore(
        photo: str | None, strength: float, request: gr.Request
    ) -> tuple[str, dict[str, Any], str]:
        """Mend scratches, fading, grain and blur of an old photo; it stays without colours.

        Args:
            photo: the photo.
            strength: of the mending, 0 to 1.
        """
        with errors_as_toasts(texts):
            limits.take(request)
            pages = open_pages(texts, photo)
            limits.take(request, pages.count - 1)
            return _restore(models, texts, pages, strength)

    # Restoring alone has no button: strength 0 of the colours does it. Programs may want it.
    gr.Button(visible=False).click(
        restore,
        [source.photo, restoring],
        [download, lightness, line],
        **WORKING,
    )
    return source.photo


def _colorize(
    models: Models,
    texts: Texts,
    pages: Pages,
    model: str,
    strength: float,
    size: Size,
    restore_strength: float | None,
) -> tuple[Any, ...]:
    """Colour a photo, restored first or not; give what the tab shows.

    Returns:
        the full-size file; previews of before and after; a caption; where it is guessing, if the
        model knows; the lightness before and after restoring, if it was restored.
    """
    source = pages.first
    colorizer = models.get(model)
    folder = fresh_folder()
    restored = None
    if restore_strength is not None:
        restored = work.restore(models.restorer(), pages, restore_strength)
    grey = pages if restored is None else restored.pages
    result = work.colour(
        colorizer,
        grey,
        folder,
        strength=strength,
        size=size,
        addition=texts.file_addition,
        note="" if restored is None else restored.note,
    )
    before = save_preview(source, folder / "before.webp")
    doubt = work.doubt(colorizer, grey.first, result.size)
    return (
        str(result.written.path),
        shown_pair(before, result.preview, texts.before, texts.after),
        caption(texts, source, result.written, result, restored=restored),
        None
        if doubt is None
        else shown(
            save_doubt(grey.first, doubt, folder / "doubt.webp"), texts.doubt, texts.doubt_alt
        ),
        None if restored is None else _lightness(texts, source, restored.photo, folder),
    )


def _restore(
    models: Models, texts: Texts, pages: Pages, strength: float
) -> tuple[str, dict[str, Any], str]:
    """Restore a photo; give the full-size file, previews of its lightness, and a caption."""
    source = pages.first
    restored = work.restore(models.restorer(), pages, strength)
    folder = fresh_folder()
    name = f"{files.stem_of(source.name)} {texts.restored_addition}{files.suffix(source)}"
    written = files.write_pages(restored.pages, folder / name, restored.note)
    return (
        str(written.path),
        _lightness(texts, source, restored.photo, folder),
        caption(texts, source, written, restored=restored),
    )


def _lightness(texts: Texts, before: Photo, after: Photo, folder: Path) -> dict[str, Any]:
    """Write previews of two photos' lightness; give what a frame shows."""
    damaged = save_lightness(before, folder / "damaged.webp")
    restored = save_lightness(after, folder / "restored.webp")
    return shown_pair(damaged, restored, texts.before, texts.restored)


def _candidate_gallery(texts: Texts) -> gr.Gallery:
    return gr.Gallery(
        label=texts.candidates_frame,
        show_label=False,
        columns=len(AUTO_SIZES),
        height=260,
        buttons=[],
        preview=False,
        allow_preview=False,
        interactive=False,
        visible=False,
        elem_id="colour-candidates",
    )


def _bind_candidates(
    models: Models, limits: Limits, texts: Texts, bench: Bench, ask: gr.Button, gallery: gr.Gallery
) -> None:
    """Show what each working size gives when asked to; take the one that is clicked."""
    model, _, size, auto, *_ = bench.settings

    def candidates(photo: str | None, model: str, request: gr.Request) -> Any:
        with errors_as_toasts(texts):
            limits.take(request, len(AUTO_SIZES))
            return gr.update(value=_candidates(models, texts, photo, model), visible=True)

    def take(event: gr.SelectData) -> tuple[int, bool]:
        return AUTO_SIZES[event.index], False

    ask.click(candidates, [bench.source.photo, model], gallery, **WORKING, api_visibility="private")
    gallery.select(take, None, [size, auto], **QUIETLY).then(
        bench.work, bench.inputs, bench.outcome, **WORKING, api_visibility="private"
    )
    for changed in (bench.source.photo.change, model.change):  # type: ignore[attr-defined]
        changed(lambda: gr.update(visible=False), None, gallery, **QUIETLY)


def _candidates(
    models: Models, texts: Texts, photo: str | None, model: str
) -> list[tuple[str, str]]:
    """Give small pictures of a photo coloured at each size of which it chooses by itself."""
    source = open_photo(texts, photo)
    chosen, coloured = work.candidates(models.get(model), source)
    folder = fresh_folder()
    pictures = []
    for size, candidate in coloured.items():
        preview = save_preview(candidate, folder / f"{size}.webp")
        words = texts.chosen_candidate if size == chosen else texts.candidate
        pictures.append((str(preview), words.format(size=size)))
    return pictures
