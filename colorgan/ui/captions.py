"""What stands under a result: who made it, how long it took, what the file is, and the file."""

from __future__ import annotations

import html

import gradio as gr

from .. import missing
from .. import photo as files
from ..hints.reference import Borrowed
from ..photo import Photo, Written
from .looks import Seen
from .mending import Filled, Restored
from .texts import Texts
from .work import Result


def caption(
    texts: Texts,
    photo: Photo,
    written: Written,
    *results: Result | Seen,
    filled: Filled | None = None,
    restored: Restored | None = None,
) -> str:
    """Say who mended and coloured a photo, how long it took and what the file is, as HTML."""
    lines = [_credit(texts.coloured_by, result, size=result.size) for result in results]
    if restored is not None:
        lines[:0] = [_credit(texts.restored_by, restored), *finding(texts, restored.found)]
    if filled is not None:
        lines.insert(0, filling(texts, filled))
    about = texts.about_file if photo.bits == 8 else texts.about_deep_file
    format = files.suffix(photo).removeprefix(".").upper()
    lines.append(
        about.format(width=photo.width, height=photo.height, format=format, bits=photo.bits)
    )
    lines += [html.escape(line) for line in told(texts, written)]
    return " ".join([*lines, texts.guess] if results else lines)


def borrowing(texts: Texts, borrowed: Borrowed, count: int, strength: float) -> str:
    """Return how much of a photo found its like in so many references; nothing if they are off."""
    if strength == 0:
        return ""
    if not borrowed.reached:
        return texts.references.unlike
    words = texts.references.found if count == 1 else texts.references.found_in_several
    return words.format(percent=round(borrowed.share * 100), count=count)


def finding(texts: Texts, found: tuple[str, ...] | None) -> list[str]:
    """Return which damages a restorer found; nothing if it does not tell."""
    words = texts.mending
    if found is None:
        return []
    if not found:
        return [words.nothing_found]
    return [words.found.format(damages=", ".join(words.damages.get(name, name) for name in found))]


def filling(texts: Texts, filled: Filled) -> str:
    """Return how much of a photo was missing and is filled."""
    parts = missing.count(filled.mask)
    if not parts:
        return texts.mending.none_missing
    words = texts.mending.filled_one if parts == 1 else texts.mending.filled
    return words.format(count=parts, percent=f"{filled.mask.mean() * 100:.1f}")


def told(texts: Texts, written: Written) -> list[str]:
    """Return how many pages or frames a file has, and what reading left out or changed."""
    notes = [texts.note.format(note=note) for note in written.notices]
    if written.pages > 1:
        return [texts.about_pages.format(count=written.pages), *notes]
    if written.frames > 1:
        return [texts.about_frames.format(count=written.frames), *notes]
    return notes


def _credit(sentence: str, work: Result | Seen | Restored, **more: int) -> str:
    return sentence.format(
        **more,
        model=html.escape(work.model),
        revision=html.escape(work.revision),
        seconds=f"{work.seconds:.1f}",
    )


def caption_box(elem_id: str) -> gr.HTML:
    """Make the place for a caption; screen readers say it when it changes."""
    return gr.HTML(
        html_template='<p role="status">${value ?? ""}</p>',
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="caption",
    )


def download_button(label: str, elem_id: str) -> gr.DownloadButton:
    """Make the button for a full-size file."""
    return gr.DownloadButton(label, elem_id=elem_id, elem_classes="download")
