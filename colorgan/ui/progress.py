"""Work that takes a while: how far it is, and who asked to stop it."""

from __future__ import annotations

import threading

import gradio as gr

_STATUS = """
<div class="progress-box ${value?.finished ? "finished" : ""} ${value?.shared ? "shared" : ""}">
  <progress aria-label="${label}" max="${value?.total ?? 1}" value="${value?.done ?? 0}"></progress>
  <p role="status">${value?.text ?? ""}</p>
  <ul>${(value?.told ?? []).map((line) => `<li>${line}</li>`).join("")}</ul>
</div>
"""


def progress_box(label: str, elem_id: str) -> gr.HTML:
    """Make the place that tells how far work is.

    Its value has `done` of `total`, a `text`, and may have lines that are `told`, safe to show, and
    whether it is `finished`.
    """
    return gr.HTML(
        html_template=_STATUS,
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        label=label,
    )


class Stops:
    """Who asked to stop: an event for each page whose work is under way."""

    def __init__(self) -> None:
        self._events: dict[str, threading.Event] = {}

    def start(self, page: str) -> threading.Event:
        """Return the event that a page's work looks at."""
        return self._events.setdefault(page, threading.Event())

    def stop(self, request: gr.Request) -> None:
        """Ask a page's work to end with what is done."""
        if event := self._events.get(str(request.session_hash)):
            event.set()

    def forget(self, page: str) -> None:
        """Drop the event of work that has ended."""
        self._events.pop(page, None)
