"""The tab Colour: a photo in, the same photo in colour out, which can be corrected."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ..color.pixels import full_lightness
from ..colorizer import Size, carried_hints, check
from .captions import caption, caption_box
from .colour_api import functions, lightness_pair
from .correcting import correctable, correcting_frame, tell_strength
from .events import QUIETLY, WORKING, Bench, bind
from .frames import OPTIONAL, before_after, picture, shown
from .limits import Limits
from .looks import Looks, Order, Seen, coloured
from .messages import errors_as_toasts
from .photo_input import photo_input
from .previews import fresh_folder, save_doubt, save_preview
from .settings import model_choice, restore_switch, size_settings, strength_slider
from .texts import Texts


def build(looks: Looks, limits: Limits, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; give the box of its photo."""
    models = looks.models
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="source"):
            source = photo_input("colour", texts.colour_button, examples, texts)
        with gr.Column(elem_classes="result"):
            frame = correcting_frame("colour-frame", "colour-download", texts)
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
        with gr.Column(elem_classes="settings"):
            model = model_choice(models, texts, "colour-model")
            strength = strength_slider(texts, "colour-strength")
            switch, restoring = restore_switch(texts, "colour-restore")
            size, auto = size_settings(texts, "colour-size")

    def show(
        photo: str | None,
        model: str,
        strength: float,
        size: float,
        auto: bool,
        restore_first: bool,
        restore_strength: float,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        with errors_as_toasts(texts):
            limits.check_file(photo)
            seen_at: Size = "auto" if auto else int(size)
            check(strength, seen_at)
            order = Order(photo, model, seen_at, restore_strength if restore_first else None)
            return _show(looks, limits, texts, order, strength, request)

    settings = [model, strength, size, auto, switch, restoring]
    outcome = [frame, line, doubt, lightness]
    bind(Bench(source, settings, outcome, frame, show, public=False, at_once=True, quick=strength))
    strength.change(None, strength, None, js=tell_strength("colour-frame"), **QUIETLY)

    # What programs ask for has no button here: they want the file at once, the page when it is
    # downloaded; and restoring alone is what strength 0 of the colours does.
    colorize, restore = functions(models, limits, texts)
    file = gr.DownloadButton(visible=False)
    hints = gr.Textbox("", visible=False, label="hints")
    gr.Button(visible=False).click(
        colorize,
        [source.photo, *settings, hints],
        [file, frame, line, doubt, lightness],
        **WORKING,
    )
    gr.Button(visible=False).click(
        restore, [source.photo, restoring], [file, lightness, line], **WORKING
    )
    return source.photo


def _show(
    looks: Looks,
    limits: Limits,
    texts: Texts,
    order: Order,
    strength: float,
    request: gr.Request,
) -> tuple[Any, ...]:
    """Look at a photo; give what the tab shows.

    Returns:
        previews of before and after, with the token of the look; a caption; where it is guessing,
        if the model knows; the lightness before and after restoring, if it was restored.
    """
    visitor = request.session_hash or secrets.token_urlsafe()
    token = looks.token(visitor, order)
    known = looks.shown(token)
    if known is not None and known[0]["strength"] == strength:
        return tuple(known)  # asked for twice
    limits.take(request)
    seen = looks.make(token)
    limits.take(request, seen.pages - 1)
    folder = fresh_folder()
    outcome = (
        _pair(looks, texts, token, order, seen, strength, folder),
        caption(texts, seen.photo, seen.written, seen, restored=seen.restored),
        _doubt(texts, seen, folder),
        None if seen.restored is None else lightness_pair(texts, seen.source, seen.grey, folder),
    )
    looks.show(token, outcome)
    return outcome


def _pair(
    looks: Looks,
    texts: Texts,
    token: str,
    order: Order,
    seen: Seen,
    strength: float,
    folder: Path,
) -> dict[str, Any]:
    lines = seen.look.lines(strength=strength)
    after = coloured(full_lightness(seen.grey.pixels)[0, 0], lines)
    return correctable(
        save_preview(seen.source, folder / "before.webp"),
        save_preview(after, folder / "after.webp"),
        texts,
        look=token if looks.holds(token) else "",
        # Gradio names an upload's folder by what is in it, so the same photo has the same name.
        photo=hashlib.sha256(str(order.photo).encode()).hexdigest()[:16],
        strength=strength,
        hints=carried_hints(seen.photo),
    )


def _doubt(texts: Texts, seen: Seen, folder: Path) -> dict[str, Any] | None:
    doubt = seen.look.doubt
    if doubt is None:
        return None
    file = save_doubt(seen.grey, doubt, folder / "doubt.webp")
    return shown(file, texts.doubt, texts.doubt_alt)
