"""Visitors' films: what the tab shows while one is looked at, corrected and coloured."""

from __future__ import annotations

import hashlib
import html
import math
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ..color.pixels import full_lightness
from ..colorizer import NO_HINTS
from ..errors import ColorganError, FilmError
from ..settings import DEFAULT_SIZE, check
from ..video.film import Progress
from ..video.limits import FilmLimits
from .correcting import correctable
from .events import MOST_VISITORS
from .film_frames import name_of_scene, played, shown_scenes
from .film_work import (
    MOST_SCENES,
    Coloured,
    Opened,
    colour,
    filmer_of,
    look,
    read_hints,
    thumbnail,
)
from .frames import template_safe
from .limits import Limits
from .looks import Looks, coloured
from .orders import Order
from .previews import fresh_folder, save_preview
from .progress import Stops
from .texts import Texts

FRAMES_A_PHOTO = 25
"""So many frames of a film count as one photo of those that a visitor may have coloured."""
_TICK = 0.5

Outcome = tuple[Any, ...]


class Visits:
    """Visitors' films. It knows which film came last to whom, and who asked to stop.

    Args:
        looks: of the first frames, and who colours.
        limits: of what a visitor may ask for.
        film_limits: of a film.
        texts: the words of the page.
    """

    def __init__(self, looks: Looks, limits: Limits, film_limits: FilmLimits, texts: Texts) -> None:
        self.looks, self.limits, self.film_limits, self.texts = looks, limits, film_limits, texts
        self.stops = Stops()
        self._newest: OrderedDict[str, str | None] = OrderedDict()

    def came(self, path: str | None, request: gr.Request) -> Outcome:
        """Note that a film came, so that work on an older one ends; return the state and
        buttons."""
        visitor = str(request.session_hash)
        self.stops.stop(request)
        self._newest[visitor] = path
        self._newest.move_to_end(visitor)
        if len(self._newest) > MOST_VISITORS:
            self._newest.popitem(last=False)
        return (None, *_buttons(start=False, stop=False))

    def left(self, request: gr.Request) -> Outcome:
        """Note that there is no film any more."""
        return self.came(None, request)

    def _is_newest(self, path: str | Path | None, request: gr.Request) -> bool:
        mine = None if path is None else str(path)
        return self._newest.get(str(request.session_hash), mine) == mine

    def look(
        self, path: str | None, model: str, strength: float, request: gr.Request
    ) -> Iterator[Outcome]:
        """Look for a film's scenes; yield the state, row, frame, status and buttons as they come.

        Raises:
            ColorganError: it cannot be read, or is too long or too large.
        """

        def told(status: Any) -> Outcome:
            return (gr.skip(), gr.skip(), gr.skip(), status, gr.skip(), gr.skip())

        try:
            for step in self.opened(path, request):
                if not self._is_newest(path, request):
                    return
                if isinstance(step, Opened):
                    opened = step
                else:
                    yield told(step)
            shown = self.scenes(opened, model, strength, request)
            if self._is_newest(path, request):
                buttons = _buttons(start=True, stop=False)
                yield (opened, *shown, self._looked(opened), *buttons)
        except ColorganError:
            if self._is_newest(path, request):
                yield (None, None, None, None, *_buttons(start=False, stop=False))
            raise

    def opened(self, path: str | None, request: gr.Request) -> Iterator[Opened | dict[str, Any]]:
        """Look for a film's scenes; yield statuses, and the film last.

        Raises:
            ColorganError: it cannot be read, or is too long or too large.
        """
        words = self.texts.film
        if path is None:
            raise FilmError(words.no_film)
        if not Path(path).exists():
            raise FilmError(words.film_gone)
        self.limits.take(request)
        told = 0.0
        for step in look(Path(path), self.film_limits):
            if isinstance(step, Opened):
                yield step
            elif time.monotonic() - told > _TICK:
                told = time.monotonic()
                text = words.film_looking.format(done=step.done, total=step.total)
                yield {"done": step.done, "total": step.total, "text": text}

    def scenes(
        self, film: Opened, model: str, strength: float, request: gr.Request
    ) -> tuple[Any, Any]:
        """Colour the first frames of a film; return the row of them, and the frame with the first.

        Raises:
            ColorganError: the film is gone, or the visitor asked for too much.
        """
        self.limits.take(request, len(film.scenes))
        colorizer, folder = self.looks.models.get(model), fresh_folder()
        pictures = [thumbnail(scene, colorizer, folder) for scene in film.scenes]
        row = shown_scenes(self.texts, _name(film), film.scenes, pictures)
        return row, self.frame(film, 0, model, strength, request)

    def frame(
        self, film: Opened | None, place: Any, model: str, strength: float, request: gr.Request
    ) -> Any:
        """Return what the frame shows of a scene, with the token of its look.

        Raises:
            ColorganError: the film is gone, or the visitor asked for too much.
        """
        if film is None:
            raise FilmError(self.texts.film.film_gone)
        if not isinstance(place, int) or not 0 <= place < len(film.scenes):
            return gr.skip()
        check(strength, DEFAULT_SIZE)
        looks, texts = self.looks, self.texts
        order = Order(str(film.scenes[place].picture), model, DEFAULT_SIZE, None)
        token = looks.token(str(request.session_hash), order)
        known = looks.shown(token)
        if known is not None and known["strength"] == strength:
            return known
        self.limits.take(request)
        seen = looks.make(token)
        folder = fresh_folder()
        after = coloured(full_lightness(seen.grey.pixels)[0, 0], seen.look.lines(strength=strength))
        value = correctable(
            save_preview(seen.source, folder / "before.webp"),
            save_preview(after, folder / "after.webp"),
            texts,
            look=token if looks.holds(token) else "",
            photo=name_of_scene(_name(film), place),
            strength=strength,
            hints=NO_HINTS,
        )
        looks.show(token, value)
        return value

    def colour(
        self,
        film: Opened | None,
        model: str,
        strength: float,
        hints: str,
        request: gr.Request,
    ) -> Iterator[Outcome]:
        """Colour a film; yield the player, caption, file, status and buttons as they come.

        Raises:
            ColorganError: the film is gone, the hints make no sense, or the visitor asked for too
                much.
        """
        if film is None:
            raise FilmError(self.texts.film.no_film)
        for step in self.coloured(film, model, strength, hints, request):
            if not self._is_newest(film.path, request):
                return
            if not isinstance(step, Coloured):
                yield (None, None, None, step, *_buttons(start=False, stop=True))
                continue
            screen = played(step.played, film.shape)
            status = self._finished(film, step)
            caption = self.caption(model, step)
            yield (screen, caption, str(step.file), status, *_buttons(start=True, stop=False))

    def coloured(
        self, film: Opened, model: str, strength: float, hints: str, request: gr.Request
    ) -> Iterator[Coloured | dict[str, Any]]:
        """Colour a film; yield statuses, and what was made last.

        Raises:
            ColorganError: as `colour` says.
        """
        texts = self.texts
        if not film.path.exists():
            raise FilmError(texts.film.film_gone)
        said = read_hints(hints, film.scenes)
        filmer = filmer_of(self.looks.models.get(model), strength, said)
        self.limits.take(request, math.ceil(film.frames / FRAMES_A_PHOTO))
        visitor = str(request.session_hash)
        begun, text = time.monotonic(), texts.film.film_first
        done = 0
        try:
            for step in colour(film, filmer, texts.file_addition, self.stops.start(visitor)):
                if isinstance(step, Coloured):
                    yield step
                    return
                if step is not None:
                    done, text = step.done, self._left(film, step, time.monotonic() - begun)
                elif done:
                    text = texts.film.film_ready
                yield {"done": done, "total": film.frames, "text": text}
        finally:
            self.stops.forget(visitor)

    def failed(self) -> Outcome:
        """Return what `colour` gives, after an error."""
        return (None, None, None, None, *_buttons(start=True, stop=False))

    def caption(self, model: str, made: Coloured) -> str:
        """Say who coloured a film and how long it took, as HTML."""
        colorizer = self.looks.models.get(model)
        by = self.texts.film.film_by.format(
            model=html.escape(colorizer.name),
            revision=html.escape(colorizer.revision),
            frames=made.made.frames,
            time=self.texts.duration(made.seconds),
        )
        return f"{by} {self.texts.guess}"

    def _looked(self, film: Opened) -> dict[str, Any]:
        words = self.texts.film
        text = words.film_looked.format(frames=film.frames)
        many = words.film_many.format(count=film.count, most=MOST_SCENES)
        told = [many] if film.count > MOST_SCENES else []
        return {"done": 0, "total": film.frames, "text": text, "told": told}

    def _left(self, film: Opened, progress: Progress, seconds: float) -> str:
        rate = progress.done / max(seconds, 0.1)
        return self.texts.film.film_left.format(
            done=progress.done,
            total=film.frames,
            rate=f"{rate:.1f}" if rate < 10 else round(rate),
            left=self.texts.duration((film.frames - progress.done) / rate),
        )

    def _finished(self, film: Opened, made: Coloured) -> dict[str, Any]:
        words = self.texts.film
        text = words.film_done if made.made.whole else words.film_stopped
        return {
            "done": made.made.frames,
            "total": film.frames,
            "text": text.format(done=made.made.frames),
            "told": _safe([self.texts.note.format(note=note) for note in made.made.notices]),
            "finished": True,
        }


def _buttons(*, start: bool, stop: bool) -> tuple[Any, Any]:
    return gr.update(interactive=start), gr.update(interactive=stop)


def _safe(lines: Sequence[str]) -> list[str]:
    return [template_safe(line) for line in lines]


def _name(film: Opened) -> str:
    # Gradio names an upload's folder by what is in it, so the same film has the same name.
    return hashlib.sha256(str(film.path).encode()).hexdigest()[:16]
