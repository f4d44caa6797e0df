"""The parts of a film that are done, in a folder beside it, so that work can go on after a stop.

A part is a file of pictures and a file of what must be known to go on after it. The second appears
last, and whole: a part without it is not done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ..errors import FilmError
from ..output.whole_file import whole_file, write_json
from .encoding import Encoder
from .filmer import Memory

_PLAN = "plan.json"
_END = "end.json"
_STATE = ".safetensors"


@dataclass(frozen=True)
class Part:
    """A part that is done.

    Attributes:
        path: of its pictures.
        first, last: time stamps of its first and last frame in the film.
        count: of frames.
    """

    path: Path
    first: int
    last: int
    count: int


class Parts:
    """The folder of a film's parts.

    Attributes:
        folder: beside the film.
        done: in order, as far as they were made or found here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[Part] = []

    def begin(self, plan: Mapping[str, Any], resume: bool, overwrite: bool) -> None:
        """Make the folder, or find what is done in it.

        Args:
            plan: what the film is made of, and how; parts of another plan are not joined.
            resume: go on with what is there.
            overwrite: begin anew whatever is there.

        Raises:
            FilmError: it holds another film's parts, or parts and nobody said what to do with them.
        """
        plan = json.loads(json.dumps(plan))
        kept = self.folder / _PLAN
        if kept.exists() and not resume and not overwrite:
            raise FilmError(
                f"{self.folder} holds a film that is not finished. Add --resume to go on with it, "
                "or --overwrite to begin anew."
            )
        if kept.exists() and resume:
            try:
                before = json.loads(kept.read_text(encoding="utf-8"))
            except ValueError:
                before = None
            if before != plan:
                raise FilmError(
                    f"{self.folder} was begun with another film, model or other settings. Give the "
                    "same ones to go on, or --overwrite to begin anew."
                )
            self.find()
            return
        if kept.exists():
            self.remove()
        elif self.folder.exists() and not _is_empty(self.folder):
            raise FilmError(
                f"{self.folder} is there already, and colorgan did not make it. Parts of the film "
                "are kept under that name: move it away, or choose another name for the result."
            )
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise FilmError(
                f"The folder {self.folder} cannot be made: {error.strerror}. Choose another place "
                "for the film."
            ) from error
        write_json(kept, plan)

    def find(self) -> None:
        """Find the parts that are done."""
        self.done = []
        for path in sorted(self.folder.glob("*" + _STATE)):
            try:
                with safe_open(path, "pt") as file:
                    said = file.metadata()
                part = Part(
                    self.folder / said["file"], *(int(said[k]) for k in ("first", "last", "count"))
                )
            except (SafetensorError, OSError, KeyError, TypeError, ValueError):
                break
            if path.stem != _number(len(self.done)) or not part.path.exists():
                break
            self.done.append(part)

    @property
    def memory(self) -> Memory | None:
        """Return what must be known to go on after the last part."""
        if not self.done:
            return None
        with safe_open(self._state(len(self.done) - 1), "pt") as file:
            return Memory.of({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118

    def next(self, ending: str) -> Path:
        """Return the path for the pictures of the part to come."""
        return self.folder / f"{_number(len(self.done))}.{ending}"

    def add(self, path: Path, encoder: Encoder, memory: Memory) -> None:
        """Add a part whose pictures are written.

        Args:
            path: of `next`.
            encoder: that wrote them.
            memory: of the last frame.
        """
        part = Part(path, encoder.first, encoder.last, encoder.count)
        said = {"file": path.name, **{k: str(getattr(part, k)) for k in ("first", "last", "count")}}
        with whole_file(self._state(len(self.done))) as state:
            state.write_bytes(save(memory.tensors(), said))
        self.done.append(part)

    def end(self) -> None:
        """Say for other processes that no part is missing."""
        write_json(self.folder / _END, {"parts": len(self.done)})

    @property
    def ended(self) -> bool:
        """Whether `end` was said."""
        return (self.folder / _END).exists()

    def remove(self) -> None:
        """Delete the folder, with what is ours in it."""
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            ours = path.stem.isdigit() or path.name in (_PLAN, _END) or path.suffix == ".part"
            if ours and path.is_file():
                path.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()
        self.done = []

    def _state(self, number: int) -> Path:
        return self.folder / (_number(number) + _STATE)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _number(place: int) -> str:
    return f"{place:06}"
