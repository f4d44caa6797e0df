"""Colouring and restoring as scripts and assistants ask for them: photo in, full-size file out.

The page itself makes the file when it is downloaded (`corrections`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import gradio as gr

from .. import hints as hint_files
from .. import photo as files
from ..colorizer import carried_hints
from ..errors import ColorganError
from ..hints import Hints
from ..photo import Pages
from ..settings import check_references
from . import work
from .captions import borrowing, caption
from .frames import shown, shown_pair
from .limits import Limits
from .mending import mend
from .messages import errors_as_toasts
from .models import Models
from .orders import Order, Outcome, Settings
from .photo_input import open_pages
from .previews import fresh_folder, save_doubt, save_preview, small
from .references import MOST
from .restored import lightness_pair
from .texts import Texts

Function = Callable[..., Outcome]


def functions(models: Models, limits: Limits, texts: Texts) -> tuple[Function, Function]:
    """Return the functions `colorize` and `restore`.

    Scripts and assistants find them by their names and read what they say.
    """

    def colorize(
        photo: str | None,
        model: str,
        strength: float,
        size: float,
        auto: bool,
        restore_first: bool,
        restore_strength: float,
        hints: str,
        references: list[str] | None,
        reference_strength: float,
        fill: bool,
        request: gr.Request,
    ) -> Outcome:
        """Return a black-and-white photo colour. The colours are a guess, not a record.

        Args:
            photo: the photo.
            model: who colours it.
            strength: of the colours, 0 (grey) to 1.5.
            size: short side in pixels at which the model sees the photo.
            auto: find a size instead.
            restore_first: mend scratches, fading, grain and blur before.
            restore_strength: of the mending, 0 to 1.
            hints: which colours things had, as JSON such as {"version": 1, "hints": [{"points":
                [[0.41, 0.27]], "want": "#7a4b2c"}]}: places as shares of width and height, and a
                colour, a known colour's name, "none" for no colour or "same" for the model's own.
            references: colour photos; what is alike takes their colours, hints go on top.
            reference_strength: how far the colours go over to theirs, 0 to 1.
            fill: find torn corners and holes, and fill them from what is around them, before.
        """
        with errors_as_toasts(texts):
            limits.check_file(photo)
            paths = tuple(map(str, references or ()))
            if len(paths) > MOST:
                raise ColorganError(texts.references.too_many.format(most=MOST))
            check_references(len(paths), reference_strength)
            limits.take(request, 1 + len(paths))
            settings = Settings(
                model=model,
                strength=strength,
                size=size,
                auto=auto,
                restore_first=restore_first,
                restore_strength=restore_strength,
                fill=fill,
            )
            order = Order.asked(photo, settings)
            order = replace(order, references=paths, reference_strength=reference_strength)
            said = hint_files.from_json(hints) if hints.strip() else None
            pages = open_pages(texts, photo)
            limits.take(request, pages.count - 1)
            return _colorize(models, texts, pages, order, strength, said)

    def restore(photo: str | None, strength: float, fill: bool, request: gr.Request) -> Outcome:
        """Mend scratches, fading, grain and blur of an old photo; it stays without colours.

        Args:
            photo: the photo.
            strength: of the mending, 0 to 1.
            fill: find torn corners and holes, and fill them from what is around them, before.
        """
        with errors_as_toasts(texts):
            limits.check_file(photo)
            limits.take(request)
            pages = open_pages(texts, photo)
            limits.take(request, pages.count - 1)
            return _restore(models, texts, pages, strength, fill)

    return colorize, restore


def _colorize(
    models: Models,
    texts: Texts,
    pages: Pages,
    order: Order,
    strength: float,
    hints: Hints | None,
) -> Outcome:
    """Colour a photo, restored first or not; without hints by those that its file carries."""
    source = pages.first
    hints = carried_hints(source) if hints is None else hints
    hints.check_shape(source.width, source.height, source.name)
    colorizer = models.get(order.model)
    references = [colorizer.reference(path, size=order.size) for path in order.references]
    folder = fresh_folder()
    mended = mend(models, pages, strokes=order.fill, strength=order.restore)
    result = work.colour(
        colorizer,
        mended.pages,
        folder,
        strength=strength,
        size=order.size,
        hints=hints,
        references=references,
        reference_strength=order.reference_strength,
        addition=texts.file_addition,
        note=mended.before.note,
    )
    before = save_preview(source, folder / "before.webp")
    filled, restored = mended.filled, mended.restored
    line = caption(texts, source, result.written, result, filled=filled, restored=restored)
    if result.borrowed is not None:
        strength = order.reference_strength
        line = f"{borrowing(texts, result.borrowed, len(references), strength)} {line}".lstrip()
    doubt, veil = result.look.doubt, folder / "doubt.webp"
    return Outcome(
        file=str(result.written.path),
        frame=shown_pair(before, result.preview, texts.before, texts.after),
        line=line,
        doubt=None
        if doubt is None
        else shown(
            save_doubt(small(mended.pages.first), doubt, veil), texts.doubt, texts.doubt_alt
        ),
        lightness=None
        if restored is None
        else lightness_pair(texts, source, restored.photo, folder),
    )


def _restore(models: Models, texts: Texts, pages: Pages, strength: float, fill: bool) -> Outcome:
    """Restore a photo; return the full-size file, previews of its lightness, and a caption."""
    source = pages.first
    mended = mend(models, pages, strokes=() if fill else None, strength=strength)
    folder = fresh_folder()
    name = f"{files.stem_of(source.name)} {texts.restored_addition}{files.suffix(source)}"
    written = files.write_pages(mended.pages, folder / name, mended.before.note())
    return Outcome(
        file=str(written.path),
        lightness=lightness_pair(texts, source, mended.pages.first, folder),
        line=caption(texts, source, written, filled=mended.filled, restored=mended.restored),
    )
