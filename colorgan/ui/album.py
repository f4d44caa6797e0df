"""The tab Album: many photos coloured one by one, to look at meanwhile and to be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from .. import photo as files
from ..colorizer import Colorizer
from ..errors import ColorganError, PhotoError
from ..hints import Hints
from ..hints.reference import Reference
from ..together import Series
from .album_files import (
    Incoming,
    Row,
    count,
    incoming,
    photos_of_folder,
    write_table,
    write_zip,
)
from .album_together import Albums, Shared, fitting_hints, look_at, shown_proposal
from .captions import download_button, told
from .events import QUIETLY
from .file_lists import fillable
from .frames import template_safe
from .limits import Limits
from .messages import errors_as_toasts
from .models import Models
from .previews import fresh_folder
from .progress import Stops, progress_box
from .settings import model_choice, strength_slider
from .texts import Texts
from .work import colour

MOST_PHOTOS = 200
_PREVIEW_SIDE = 480

_CHANGES = """
<div role="status">
  <p>${value?.text ?? ""}</p>
  <ul>${(value?.photos ?? []).map(({ name, file }) =>
    `<li><img src="${file.url}" alt=""><span>${name}</span></li>`).join("")}</ul>
</div>
"""


def build(models: Models, limits: Limits, texts: Texts) -> None:
    """Lay out the tab and bind its events."""
    with gr.Row(elem_classes="workbench even"):
        with gr.Column():
            photos = fillable(
                gr.File(
                    label=texts.album_files,
                    file_count="multiple",
                    height=232,
                    elem_id="album-files",
                    elem_classes="album-files",
                )
            )
            folder = gr.UploadButton(
                texts.album_folder, file_count="directory", size="sm", elem_id="album-folder"
            )
            with gr.Row():
                start = gr.Button(texts.album_button, variant="primary", elem_id="album-button")
                stop = gr.Button(texts.album_stop, elem_id="album-stop", interactive=False)
        with gr.Column(elem_classes="settings"):
            gr.Markdown(texts.album_lead.format(most=MOST_PHOTOS))
            model = model_choice(models, texts, "album-model")
            strength = strength_slider(texts, "album-strength")
            together = gr.Checkbox(
                label=texts.references.together,
                info=texts.references.together_hint,
                elem_id="album-together",
            )
    with gr.Column(elem_classes="album"):
        status = progress_box(texts.album_progress, "album-status")
        with gr.Row(elem_classes="album-downloads"):
            everything = download_button(texts.album_download, "album-download")
            table = download_button(texts.album_table, "album-table")
        gallery = gr.Gallery(
            label=texts.album_gallery,
            columns=4,
            height=480,
            buttons=[],
            interactive=False,
            show_label=False,
            elem_id="album-gallery",
            elem_classes="album-gallery",
        )
        with gr.Column(elem_classes="album-correcting"):
            gr.Markdown(texts.references.correct_hint)
            corrected = gr.UploadButton(
                texts.references.bring_corrected, size="sm", elem_id="album-corrected"
            )
            changes = gr.HTML(
                html_template=_CHANGES,
                js_on_load=None,
                apply_default_css=False,
                elem_id="album-changes",
                elem_classes="album-changes",
                label=texts.references.bring_corrected,
            )
            apply = gr.Button(texts.references.apply, interactive=False, elem_id="album-apply")

    stops, albums = Stops(), Albums()

    def album(
        photos: list[str] | None,
        model: str,
        strength: float,
        together: bool,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """Give many black-and-white photos colour; a zip of them and a list come back.

        Args:
            photos: photos, or zips of photos.
            model: who colours them.
            strength: of the colours, 0 (grey) to 1.5.
            together: the photos are one series: what is alike gets one colour on all of them.
        """
        with errors_as_toasts(texts):
            asked = (photos or [], model, strength, together)
            yield from _colour_all(models, limits, stops, albums, texts, *asked, request)

    def propose(path: str, request: gr.Request) -> tuple[Any, ...]:
        with errors_as_toasts(texts):
            limits.take(request)
            own = albums.get(texts, str(request.session_hash))
            proposal = own.propose(texts, path)
            return shown_proposal(texts, own, proposal), gr.update(interactive=True)

    def carry_out(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        with errors_as_toasts(texts):
            own = albums.get(texts, str(request.session_hash))
            for shown in _colour_anew(own, texts, partial(limits.take, request)):
                yield (*shown, None, gr.update(interactive=False))

    outcome = [everything, table, status, gallery, start, stop]
    start.click(
        album,
        [photos, model, strength, together],
        outcome,
        show_progress="hidden",
        concurrency_id="album",
        concurrency_limit=1,
    )
    start.click(lambda: (None, gr.update(interactive=False)), None, [changes, apply], **QUIETLY)
    corrected.upload(propose, corrected, [changes, apply], **QUIETLY)
    apply.click(
        carry_out,
        None,
        [*outcome, changes, apply],
        **QUIETLY,
        concurrency_id="album",
        concurrency_limit=1,
    )
    stop.click(stops.stop, None, None, queue=False, **QUIETLY)
    folder.upload(photos_of_folder, folder, photos, **QUIETLY)


def _colour_all(
    models: Models,
    limits: Limits,
    stops: Stops,
    albums: Albums,
    texts: Texts,
    photos: list[str],
    model: str,
    strength: float,
    together: bool,
    request: gr.Request,
) -> Iterator[tuple[Any, ...]]:
    """Colour photos one by one; yield the zip, the list, how far it is, and previews.

    Zip and list come at the end. A photo that fails is a row in the list, not an end.
    """
    page = str(request.session_hash)
    total = count(photos)
    if not total:
        raise PhotoError(texts.album_empty)
    if total > MOST_PHOTOS:
        raise PhotoError(texts.album_too_many.format(total=total, most=MOST_PHOTOS))
    for path in photos:
        limits.check_file(path)
    limits.take(request, total)
    colorizer = models.get(model)
    folder = fresh_folder()
    stop = stops.start(page)
    albums.forget(page)
    rows: dict[str, Row] = {}
    seen: list[Reference | None] = []
    charge = partial(limits.take, request)
    try:
        for name, source in incoming(photos) if together else ():
            yield _looking(texts, len(seen), total)
            if stop.is_set():
                break
            seen.append(look_at(colorizer, name, source))
        series = Series([one for one in seen if one is not None]) if together else None
        began = time.perf_counter()
        yield _shown(texts, list(rows.values()), total, began, len(seen))
        for name, source in incoming(photos):
            if stop.is_set():
                break
            place = folder / f"{len(rows)}"
            rows[name] = _colour(colorizer, name, source, place, strength, texts, charge, series)
            yield _shown(texts, list(rows.values()), total, began, len(seen))
        if series is not None:
            albums.keep(page, Shared(colorizer, strength, photos, folder, series, rows))
    except ColorganError as error:  # a zip that cannot be read any further
        rows[texts.album_rest] = Row(texts.album_rest, error=str(error))
    finally:
        stops.forget(page)
    yield _finished(texts, list(rows.values()), total, folder, together)


def _colour_anew(
    album: Shared, texts: Texts, charge: Callable[[int], None]
) -> Iterator[tuple[Any, ...]]:
    """Colour what a correction changes; yield what the page shows, as `_colour_all` does."""
    names = [] if album.proposal is None else album.proposal.names
    for name in names:
        album.source(name)  # nothing is begun if the files are gone
    charge(len(names))
    album.accept()
    place = fresh_folder()
    total = len(album.rows)
    for done, name in enumerate(names):
        text = texts.references.changing.format(done=done, total=len(names))
        shown = _under_way(list(album.rows.values()), done, len(names), text, texts)
        yield (*shown[:-1], gr.update(interactive=False))  # half a correction would be no album
        album.rows[name] = _colour(
            album.colorizer,
            name,
            album.source(name),
            place / f"{done}",
            album.strength,
            texts,
            charge,
            album.series,
            album.said.get(name),
        )
    yield _finished(texts, list(album.rows.values()), total, fresh_folder(), True)


def _colour(
    colorizer: Colorizer,
    name: str,
    source: Incoming,
    folder: Path,
    strength: float,
    texts: Texts,
    charge: Callable[[int], None],
    series: Series | None = None,
    hints: Hints | None = None,
) -> Row:
    """Colour a photo of the album, without hints by those that its file carries.

    `charge` counts the further pages of it, or refuses them.
    """
    folder.mkdir()
    try:
        if isinstance(source, PhotoError):
            raise source
        pages = files.read_pages(source, name=Path(name).name)
        charge(pages.count - 1)
        result = colour(
            colorizer,
            pages,
            folder,
            strength=strength,
            hints=fitting_hints(pages.first) if hints is None else hints,
            series=series,
            addition=texts.file_addition,
            preview_side=_PREVIEW_SIDE,
        )
    except ColorganError as error:
        return Row(name, error=str(error))
    return Row(
        str(Path(name).with_name(result.written.path.name)),
        result.written.path,
        result.preview,
        f"{pages.first.width} x {pages.first.height}",
        result.seconds,
        f"{result.model} {result.revision}".strip(),
        written=result.written,
    )


def _looking(texts: Texts, done: int, total: int) -> tuple[Any, ...]:
    """Return what the page shows while the photos are looked at, which is half of the work."""
    text = texts.references.looking.format(done=done, total=total)
    return _under_way([], done, 2 * total, text, texts)


def _shown(texts: Texts, rows: list[Row], total: int, began: float, looked: int) -> tuple[Any, ...]:
    """Return what the page shows while the photos are coloured."""
    done = len(rows)
    text = texts.album_first if not done else texts.album_left
    seconds = (time.perf_counter() - began) / max(done, 1) * (total - done)
    text = text.format(done=done, total=total, left=texts.duration(seconds))
    return _under_way(rows, looked + done, looked + total, text, texts)


def _under_way(rows: list[Row], done: int, total: int, text: str, texts: Texts) -> tuple[Any, ...]:
    status = {"done": done, "total": total, "text": text, "told": _told(texts, rows)}
    buttons = (gr.update(interactive=False), gr.update(interactive=True))
    return (None, None, status, _previews(rows), *buttons)


def _finished(
    texts: Texts, rows: list[Row], total: int, folder: Path, shared: bool
) -> tuple[Any, ...]:
    """Pack what is done and return what the page shows at the end."""
    done = [row for row in rows if row.file is not None]
    text = texts.album_done if len(rows) >= total else texts.album_stopped
    status = {
        "done": len(rows),
        "total": total,
        "text": text.format(done=len(done), total=total),
        "told": _told(texts, rows),
        "finished": True,
        "shared": shared and bool(done),
    }
    table = write_table(rows, folder / "colorgan album.csv")
    packed = write_zip(rows, table, folder / "colorgan album.zip") if done else None
    buttons = (gr.update(interactive=True), gr.update(interactive=False))
    files = (str(packed) if packed else None, str(table))
    return (*files, status, _previews(rows), *buttons)


def _previews(rows: list[Row]) -> list[tuple[str, str]]:
    return [(str(row.preview), Path(row.name).name) for row in rows if row.preview is not None]


def _told(texts: Texts, rows: list[Row]) -> list[str]:
    """Return the sentences of what failed and of what is to be known of a result, safe to show."""
    lines = []
    for row in rows:
        lines += [row.error] if row.error else []
        lines += [f"{row.name}: {line}" for line in told(texts, row.written)] if row.written else []
    return [template_safe(line) for line in lines]
