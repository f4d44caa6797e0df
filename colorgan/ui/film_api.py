"""Colouring a film as scripts and assistants ask for it: film in, film out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gradio as gr

from .film_visits import Visits
from .film_work import Coloured, Opened
from .messages import errors_as_toasts

Answer = tuple[str | None, str | None]


def function(visits: Visits) -> Callable[..., Iterator[Answer]]:
    """Yield the function `video`.

    Scripts and assistants find it by its name and read what it says.
    """

    def video(
        clip: str | None, model: str, strength: float, hints: str, request: gr.Request
    ) -> Iterator[Answer]:
        """Yield a short black-and-white film colour; its sound stays. The colours are a guess.

        Args:
            clip: the film.
            model: who colours it.
            strength: of the colours, 0 (grey) to 1.5.
            hints: which colours things have in the first frame, as JSON such as {"version": 1,
                "hints": [{"points": [[0.41, 0.27]], "want": "#7a4b2c"}]}; or a list of such for
                the first frames of the scenes in turn, with null where nothing is said.
        """
        with errors_as_toasts(visits.texts):
            for step in visits.opened(clip, request):
                if isinstance(step, Opened):
                    film = step
                else:
                    yield None, step["text"]
            for done in visits.coloured(film, model, strength, hints, request):
                if isinstance(done, Coloured):
                    yield str(done.file), visits.caption(model, done)
                else:
                    yield None, done["text"]

    return video
