"""What happens in a tab that works on a photo: the same in each, whatever the work is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from .photo_input import receive
from .texts import Texts

Work = Callable[..., tuple[Any, ...]]
"""Takes the path of a photo and the settings, gives a value for each part of the outcome."""


@dataclass(frozen=True)
class Bench:
    """The parts of such a tab."""

    photo: gr.Image
    examples: Mapping[Path, gr.Button]
    button: gr.Button
    settings: Sequence[gr.Radio | gr.Slider | gr.Checkbox]
    outcome: Sequence[Component]
    """What the work fills."""
    frame: gr.HTML
    """The part of the outcome that shows a picture once the work is done."""


def bind(bench: Bench, work: Work, texts: Texts, api_name: str) -> None:
    """Bind the events: a photo comes or goes, work is asked for, a setting is changed."""
    inputs = [bench.photo, *bench.settings]
    # Every work of the page waits in one queue: two at a time would only slow each other down.
    working: dict[str, Any] = {
        "outputs": bench.outcome,
        "show_progress_on": bench.frame,
        "concurrency_id": "work",
        "concurrency_limit": 1,
    }
    quietly: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

    started: list[dict[str, Any]] = [bench.button.click(work, inputs, **working, api_name=api_name)]
    for path, button in bench.examples.items():
        chosen = button.click(partial(str, path), None, bench.photo, **quietly)
        started.append(chosen.then(work, inputs, **working, api_visibility="private"))
    started.append(
        gr.on(
            [
                part.release if isinstance(part, gr.Slider) else part.input
                for part in bench.settings
            ],
            partial(_again, work),
            [bench.frame, *inputs],
            **working,
            trigger_mode="always_last",
            api_visibility="private",
        )
    )

    # Another photo makes the old one's result wrong, also one that is still to come. It goes at
    # once, in the browser: the server would answer later, perhaps after work on the new photo
    # was asked for, and undo that.
    nothing = f"() => Array({len(bench.outcome)}).fill(null)"
    for changed in (bench.photo.upload, bench.photo.clear):
        changed(None, None, bench.outcome, js=nothing, cancels=started, **quietly)
    bench.photo.upload(partial(receive, texts), bench.photo, bench.photo, **quietly)


def _again(work: Work, shown: Any, *inputs: Any) -> Any:
    """Work once more with the settings as they are now, if there is a result to replace."""
    return work(*inputs) if shown else gr.skip()
