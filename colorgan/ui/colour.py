"""The tab Colour: a photo in, the same photo in colour out, which can be corrected."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ..color.pixels import full_lightness
from ..colorizer import carried_hints
from ..errors import ColorganError
from ..settings import check
from .captions import borrowing, caption, caption_box
from .colour_api import functions
from .correcting import correctable, correcting_frame, tell_strength
from .events import QUIETLY, WORKING, Bench, Parts, bind, in_order, inputs_of
from .file_lists import fillable
from .filling import marks_input, read_marks, shown_missing
from .frames import OPTIONAL, picture, shown, shown_pair
from .limits import Limits
from .looks import Looks, Seen, coloured
from .messages import errors_as_toasts, toast_text
from .orders import Order, Outcome, Settings, name_of
from .photo_input import photo_input
from .previews import fresh_folder, save_doubt, save_preview
from .reference_box import asked, receive, reference_box, thumbs
from .restored import lightness_pair, restored_frame
from .settings import fill_switch, model_choice, restore_switch, size_settings, strength_slider
from .texts import Texts


def build(looks: Looks, limits: Limits, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; return the box of its photo."""
    models = looks.models
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="source"):
            source = photo_input("colour", texts.colour_button, examples, texts)
        with gr.Column(elem_classes="result"):
            frame = correcting_frame("colour-frame", "colour-download", texts)
            line = caption_box("colour-caption")
            lightness = restored_frame(texts, "colour-restored")
            doubt = picture(texts.doubt, "colour-doubt", OPTIONAL)
        with gr.Column(elem_classes="settings"):
            model = model_choice(models, texts, "colour-model")
            strength = strength_slider(texts, "colour-strength")
            box = reference_box(texts, "colour-references")
            switch, restoring = restore_switch(texts, "colour-restore")
            fill = fill_switch(texts, "colour-fill")
            marks = marks_input("colour-marks")
            size, auto = size_settings(texts, "colour-size")

    def show(
        photo: str | None,
        model: str,
        strength: float,
        size: float,
        auto: bool,
        restore_first: bool,
        restore_strength: float,
        fill: bool,
        marks: dict[str, Any] | None,
        references: dict[str, Any] | None,
        request: gr.Request,
    ) -> Outcome:
        with errors_as_toasts(texts):
            limits.check_file(photo)
            settings = Settings(
                model=model,
                strength=strength,
                size=size,
                auto=auto,
                restore_first=restore_first,
                restore_strength=restore_strength,
                fill=fill,
                marks=read_marks(marks, name_of(photo)),
            )
            order = Order.asked(photo, settings)
            check(strength, order.size)
            paths, share = asked(references)
            order = replace(order, references=paths, reference_strength=share)
            return _show(looks, limits, texts, order, strength, request)

    settings: Parts = {
        "model": model,
        "strength": strength,
        "size": size,
        "auto": auto,
        "restore_first": switch,
        "restore_strength": restoring,
    }
    outcome: Parts = {"frame": frame, "line": line, "doubt": doubt, "lightness": lightness}
    bind(
        Bench(
            source,
            {**settings, "fill": fill, "marks": marks, "references": box},
            outcome,
            show,
            public=False,
            at_once=True,
            quick=strength,
            box=box,
            receive=partial(receive, texts),
        )
    )
    strength.change(None, strength, None, js=tell_strength("colour-frame"), **QUIETLY)

    # What programs ask for has no button here: they want the file at once, the page when it is
    # downloaded; and restoring alone is what strength 0 of the colours does.
    colorize, restore = functions(models, limits, texts)
    more: Parts = {
        "fill": gr.Checkbox(False, visible=False, label="fill"),
        "hints": gr.Textbox("", visible=False, label="hints"),
        # With a value, if an empty one, scripts may leave it out.
        "references": fillable(
            gr.File([], file_count="multiple", visible=False, label="references")
        ),
        "reference_strength": gr.Number(1.0, visible=False, label="reference_strength"),
    }
    file = gr.DownloadButton(visible=False)
    made: Parts = {"file": file, **outcome}
    gr.Button(visible=False).click(
        in_order(colorize, made),
        inputs_of(colorize, {"photo": source.photo, **settings, **more}),
        list(made.values()),
        **WORKING,
    )
    mended: Parts = {"file": file, "lightness": lightness, "line": line}
    gr.Button(visible=False).click(
        in_order(restore, mended),
        inputs_of(restore, {"photo": source.photo, "strength": restoring, "fill": more["fill"]}),
        list(mended.values()),
        **WORKING,
    )
    return source.photo


def _show(
    looks: Looks,
    limits: Limits,
    texts: Texts,
    order: Order,
    strength: float,
    request: gr.Request,
) -> Outcome:
    """Look at a photo; return what the tab shows."""
    visitor = request.session_hash or secrets.token_urlsafe()
    plain = _show_plain(looks, limits, texts, visitor, order, strength, request)
    if not order.references:
        return plain
    try:
        return _show_borrowed(looks, limits, texts, visitor, order, strength, plain, request)
    except ColorganError as error:  # the photo is in colour all the same
        gr.Warning(toast_text(error))
        return plain


def _show_plain(
    looks: Looks,
    limits: Limits,
    texts: Texts,
    visitor: str,
    order: Order,
    strength: float,
    request: gr.Request,
) -> Outcome:
    """Return what the tab shows without references; of any strength where there are some."""
    with_references, order = bool(order.references), order.plain
    token = looks.token(visitor, order)
    known = _known(looks, token, None if with_references else strength)
    if known is not None:
        return known  # asked for twice
    limits.take(request)
    seen = looks.make(token)
    limits.take(request, seen.pages - 1)
    folder = fresh_folder()
    outcome = Outcome(
        frame=_pair(looks, texts, token, order, seen, strength, folder),
        line=caption(
            texts,
            seen.photo,
            seen.written,
            seen,
            filled=seen.mended.filled,
            restored=seen.mended.restored,
        ),
        doubt=_doubt(texts, seen, folder),
        lightness=_lightness(texts, token, seen, folder),
    )
    looks.show(token, outcome)
    return outcome


def _show_borrowed(
    looks: Looks,
    limits: Limits,
    texts: Texts,
    visitor: str,
    order: Order,
    strength: float,
    plain: Outcome,
    request: gr.Request,
) -> Outcome:
    """Return what the tab shows with the colours of references, from what it shows without.

    Raises:
        ColorganError: the look is too large to be held, or a reference cannot be used.
    """
    token = looks.token(visitor, order)
    known = _known(looks, token, strength)
    if known is not None:
        return known
    size = looks.get(looks.token(visitor, order.plain)).look.size
    limits.take(request, sum(not looks.shelf.has(p, order.model, size) for p in order.references))
    held = looks.borrow(token)
    after = coloured(held.lightness, held.lines(strength=strength))
    assert plain.frame is not None  # a photo that was looked at is shown
    before = Path(plain.frame["before"]["path"])
    frame = {
        **plain.frame,
        **shown_pair(
            before, save_preview(after, fresh_folder() / "after.webp"), texts.before, texts.after
        ),
        "look": token,
        "strength": strength,
        "references": thumbs(order.references),
    }
    line = plain.line
    if held.borrowed is not None:
        said = borrowing(texts, held.borrowed, len(order.references), order.reference_strength)
        line = f"{said} {line}".lstrip()
    outcome = replace(plain, frame=frame, line=line)
    looks.show(token, outcome)
    return outcome


def _known(looks: Looks, token: str, strength: float | None) -> Outcome | None:
    """Return what was shown of a look; with a strength, only if it was in that one."""
    known: Outcome | None = looks.shown(token)
    if known is None or known.frame is None:
        return None
    return known if strength in (None, known.frame["strength"]) else None


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
    filled = seen.mended.filled
    return correctable(
        save_preview(seen.source, folder / "before.webp"),
        save_preview(after, folder / "after.webp"),
        texts,
        look=token if looks.holds(token) else "",
        photo=name_of(order.photo),
        strength=strength,
        hints=carried_hints(seen.photo),
        missing=None
        if filled is None
        else shown_missing(filled.found, order.fill or (), folder / "missing.png"),
    )


def _lightness(texts: Texts, token: str, seen: Seen, folder: Path) -> dict[str, Any] | None:
    if seen.mended.restored is None:
        return None
    shape = (seen.photo.width, seen.photo.height)
    look = "" if seen.grey is seen.source else token
    return lightness_pair(texts, seen.source, seen.grey, folder, look=look, shape=shape)


def _doubt(texts: Texts, seen: Seen, folder: Path) -> dict[str, Any] | None:
    doubt = seen.look.doubt
    if doubt is None:
        return None
    file = save_doubt(seen.grey, doubt, folder / "doubt.webp")
    return shown(file, texts.doubt, texts.doubt_alt)
