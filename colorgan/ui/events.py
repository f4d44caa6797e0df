"""What happens in a tab that works on a photo: the same in each, whatever the work is.

Gradio knows components and values by their order alone. Here both have names: those of a function's
parameters, and of what it gives.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from .photo_input import PhotoInput, receive

# Every work of the page waits in one queue: two at a time would only slow each other down.
WORKING: dict[str, Any] = {"concurrency_id": "work", "concurrency_limit": 1}
# What only the page itself asks for: no script finds it, no progress is shown.
QUIETLY: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

MOST_VISITORS = 1000  # whose newest photo is known

Parts = Mapping[str, Component]
Work = Callable[..., Any]


def inputs_of(work: Work, parts: Parts) -> list[Component]:
    """Return the components that a function gets its values from, in the order of its parameters.

    Args:
        work: takes a value of each by its name, and may take Gradio's `request`.
        parts: the components by these names.

    Raises:
        TypeError: it takes others.
    """
    wanted = [name for name in signature(work).parameters if name != "request"]
    if sorted(wanted) != sorted(parts):
        raise TypeError(f"{work.__name__} takes {wanted}, and there are {list(parts)}.")
    return [parts[name] for name in wanted]


def in_order(work: Work, parts: Parts) -> Work:
    """Return work that answers as Gradio wants it, with a value for each of the components.

    Args:
        work: gives something with an attribute for each.
        parts: the components by the names of these attributes.
    """

    @wraps(work)
    def ordered(*given: Any) -> tuple[Any, ...]:
        outcome = work(*given)
        return tuple(getattr(outcome, name) for name in parts)

    return ordered


@dataclass(frozen=True)
class Bench:
    """The parts of such a tab."""

    source: PhotoInput
    settings: Parts
    """By the names by which the work takes their values."""
    outcome: Parts
    """What the work fills, by the names in what it gives; the part that shows a picture once the
    work is done is `frame`."""
    work: Work
    """Takes the path of a `photo`, the settings and Gradio's `request`, the request last."""
    public: bool = True
    """Whether scripts find the work."""
    at_once: bool = False
    """Whether a photo that comes in is worked on without a click."""
    quick: Component | None = None
    """A setting that needs no new work when it is changed."""
    box: gr.HTML | None = None
    """A setting that is looked at when it is changed, before the work."""
    receive: Callable[[Any], Any] | None = None
    """Looks at the box's value and gives what it is to be."""

    @property
    def inputs(self) -> list[Component]:
        """What the work is given."""
        return inputs_of(self.work, {"photo": self.source.photo, **self.settings})


class Arrivals:
    """Which photo came last to each visitor, so that no result of an older one is shown.

    Gradio can cancel old work, but by the function's name alone: if that ends by itself just then,
    work on the new photo is cancelled in its stead. So old work may end, and is dropped.
    """

    def __init__(self) -> None:
        self._count = count(1)
        self._last: OrderedDict[str, int] = OrderedDict()
        self._own: dict[tuple[str, str], int] = {}

    def came(self, visitor: str, photo: str | None) -> None:
        """Note that a photo came, or that there is none any more."""
        number = next(self._count)
        self._last[visitor] = number
        self._last.move_to_end(visitor)
        if photo is not None:
            self._own[visitor, photo] = number
        if len(self._last) > MOST_VISITORS:
            gone, _ = self._last.popitem(last=False)
            self._own = {key: n for key, n in self._own.items() if key[0] != gone}

    def unless_late(self, work: Work) -> Work:
        """Return work that shows nothing if another photo has come meanwhile."""

        def in_time(photo: str | None, *rest: Any) -> Any:
            visitor = rest[-1].session_hash or ""
            # A photo that came along from another tab was not noted: it is as new as this moment.
            own = self._own.get((visitor, photo or ""), self._last.get(visitor, 0))
            if self._last.get(visitor, 0) > own:
                return gr.skip()
            done = work(photo, *rest)
            return gr.skip() if self._last.get(visitor, 0) > own else done

        return in_time


def bind(bench: Bench) -> None:
    """Bind the events: a photo comes or goes, work is asked for, a setting is changed.

    Scripts find the work by the name of its function.
    """
    source, inputs, outcome = bench.source, bench.inputs, list(bench.outcome.values())
    work, frame = in_order(bench.work, bench.outcome), bench.outcome["frame"]
    again, arrivals = _again(work), Arrivals()
    if bench.at_once:
        in_time = arrivals.unless_late(work)
        work, again = _named(work.__name__, in_time), _again(in_time)
    working: dict[str, Any] = {
        "outputs": outcome,
        "show_progress_on": frame,
        **WORKING,
    }

    # While old work is being cancelled it still counts as running, and a click on the button would
    # be lost but for `multiple`. What is left is Gradio's: it cancels by function, so if old work
    # ends by itself while the word to cancel it is on its way, new work is cancelled in its stead.
    visible: dict[str, Any] = {} if bench.public else {"api_visibility": "private"}
    started: list[dict[str, Any]] = [
        source.button.click(work, inputs, **working, **visible, trigger_mode="multiple")
    ]
    for path, button in source.examples.items():
        chosen = button.click(_choose(path, arrivals), None, source.photo, **QUIETLY)
        started.append(chosen.then(work, inputs, **working, api_visibility="private"))
    triggers = [
        part.release if isinstance(part, gr.Slider) else part.input  # type: ignore[attr-defined]
        for part in bench.settings.values()
        if part not in (bench.quick, bench.box)
    ]
    given = [source.photo if bench.at_once else frame, *inputs]
    more: dict[str, Any] = {**working, "api_visibility": "private"}
    started.append(gr.on(triggers, again, given, **more, trigger_mode="always_last"))
    if bench.box is not None:
        looked_at = bench.box.input(bench.receive, bench.box, bench.box, **QUIETLY)
        started.append(looked_at.then(again, given, **more))

    # Another photo makes the old one's result wrong, also one that is still to come. It goes at
    # once, in the browser: the server would answer later, perhaps after work on the new photo
    # was asked for, and undo that.
    nothing = f"() => Array({len(outcome)}).fill(null)"
    cancelled = None if bench.at_once else started
    for changed in (source.photo.upload, source.photo.clear):
        changed(None, None, outcome, js=nothing, cancels=cancelled, **QUIETLY)

    def arrive(photo: str | None, request: gr.Request) -> Any:
        arrivals.came(request.session_hash or "", photo)
        return receive(photo)

    def leave(request: gr.Request) -> None:
        arrivals.came(request.session_hash or "", None)

    received = source.photo.upload(
        arrive, source.photo, source.photo, **QUIETLY, trigger_mode="multiple"
    )
    if bench.at_once:
        source.photo.clear(leave, None, None, **QUIETLY)
        press = f"document.querySelector('#{source.button.elem_id}')?.click()"
        pressed = f"(photo) => {{ if (photo) {press}; return []; }}"
        received.then(None, source.photo, None, js=pressed, **QUIETLY)


def _choose(path: Path, arrivals: Arrivals) -> Callable[[gr.Request], str]:
    def choose(request: gr.Request) -> str:
        arrivals.came(request.session_hash or "", None)
        return str(path)

    return choose


def _named(name: str, work: Work) -> Work:
    """Return work a name and a form in which Gradio finds where its request goes."""

    def named(request: gr.Request, *inputs: Any) -> Any:
        return work(*inputs, request)

    named.__name__ = name
    return named


def _again(work: Work) -> Callable[..., Any]:
    """Return work that is done once more, with other settings, if there is what to do it for."""

    def again(request: gr.Request, there: Any, *inputs: Any) -> Any:
        return work(*inputs, request) if there else gr.skip()

    return again
