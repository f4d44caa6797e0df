"""The work on films that visitors bring: look for scenes, show their first frames, colour all."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from .. import hints as hint_files
from .. import photo as files
from ..colorizer import Colorizer, paint
from ..errors import FilmError, HintError
from ..hints import Hints
from ..hints.hint import MAX_BYTES
from ..look import Look
from ..photo import Photo
from ..settings import DEFAULT_SIZE
from ..video import Filmer
from ..video.encoding import CONTAINERS
from ..video.film import Made, Progress, color_film
from ..video.limits import FilmLimits
from ..video.playing import write_playable
from ..video.scenes import scan, turned_back
from ..video.source import Source
from .previews import fresh_folder, save_preview
from .work import Watch

MOST_SCENES = 40
"""Scenes of a film that are shown, to be corrected."""
MOST_SECONDS = 1800.0
"""Of work on one film; what is done by then is kept."""
_UNHEARD = 60.0  # seconds after which nobody waits for a film any more
_TICK = 0.5
_THUMBNAIL = 320


@dataclass(frozen=True)
class Scene:
    """The first frame of a scene, as it is shown.

    Attributes:
        number: of the frame, from 0.
        seconds: from the film's beginning.
        picture: file of it, in grey.
        width, height: of the picture.
        turns: quarters by which it was turned to the left.
    """

    number: int
    seconds: float
    picture: Path
    width: int
    height: int
    turns: int


@dataclass(frozen=True)
class Opened:
    """A film that was looked at.

    Attributes:
        path: of its file.
        frames: how many it has.
        scenes: the first of them, at most `MOST_SCENES`.
        count: of all scenes.
    """

    path: Path
    frames: int
    scenes: tuple[Scene, ...]
    count: int

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height, as the film is shown."""
        return self.scenes[0].width, self.scenes[0].height


@dataclass(frozen=True)
class Looked:
    """How far the search for scenes is: frames done, and an estimate of all."""

    done: int
    total: int


def look(path: Path, limits: FilmLimits) -> Iterator[Looked | Opened]:
    """Look for the scenes of a film, frame by frame; what was found comes last.

    Args:
        path: of the film.
        limits: that it must keep.

    Raises:
        FilmError: it cannot be read, or does not keep the limits.
    """
    source = Source(path, limits=limits)
    total = min(source.count() or limits.frames, limits.frames)
    folder = fresh_folder()
    shown: list[Scene] = []
    count = scenes = 0
    yield Looked(0, total)
    for found in scan(source, DEFAULT_SIZE):
        count += 1
        if found is not None:
            scenes += 1
            if scenes <= MOST_SCENES:
                picture = folder / f"scene {scenes}.png"
                Image.fromarray(found.grey).save(picture, compress_level=1)
                height, width = found.grey.shape
                where = (found.number, found.seconds, picture, width, height, found.turns)
                shown.append(Scene(*where))
        yield Looked(count, max(total, count))
    if not shown:
        raise FilmError(f"{source.name} has no frames that can be read.")
    yield Opened(path, count, tuple(shown), scenes)


def thumbnail(scene: Scene, colorizer: Colorizer, folder: Path) -> Path:
    """Colour the first frame of a scene; return a small picture of it.

    Raises:
        ColorganError: the frame's file is gone.
    """
    photo = files.read(scene.picture)
    with Watch().running():
        seen: Look = colorizer.look(photo, size=DEFAULT_SIZE)
        coloured: Photo = paint(photo, seen.lines())
    return save_preview(coloured, folder / f"scene {scene.number}.webp", _THUMBNAIL)


def read_hints(text: str, scenes: Sequence[Scene]) -> dict[int, Hints]:
    """Read what was said of scenes; return it by the number of the first frame, as it is stored.

    Args:
        text: JSON of the hints of the first scene, or a list with those of each scene in turn, in
            which null stands for none; or nothing.
        scenes: of the film.

    Raises:
        HintError: it makes no sense, or is more than the film has scenes.
    """
    if not text.strip():
        return {}
    if len(text) > MAX_BYTES:
        raise HintError("The hints are too long.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        found = [found] if found is not None else [text]
    if len(found) > len(scenes):
        raise HintError(f"The hints are for {len(found)} scenes, and the film has {len(scenes)}.")
    said = {}
    for scene, own in zip(scenes, found, strict=False):
        if own is not None:
            hints = hint_files.from_json(own if isinstance(own, str) else json.dumps(own))
            hints.check_shape(scene.width, scene.height, "the film")
            said[scene.number] = turned_back(hints, scene.turns)
    return said


def filmer_of(
    colorizer: Colorizer, strength: float = 1.0, hints: Mapping[int, Hints] | None = None
) -> Filmer:
    """Make who colours a film; frame by frame it waits for its turn among visitors' photos.

    Args:
        colorizer: with the model.
        strength: of the colours.
        hints: of scenes, by the number of the first frame.

    Raises:
        ColorganError: the strength is out of range.
    """
    own = copy.copy(colorizer)

    def see(lightness):  # type: ignore[no-untyped-def]
        with Watch().running():
            return colorizer.see(lightness)

    own.see = see  # type: ignore[method-assign]
    return Filmer(own, strength=strength, later_hints=hints or {})


@dataclass
class _Work:
    """What the thread that colours tells whoever waits for it."""

    stop: threading.Event
    until: float
    heard: float = field(default_factory=time.monotonic)
    progress: Progress | None = None
    made: Made | None = None
    error: BaseException | None = None

    def told(self, progress: Progress) -> bool:
        self.progress = progress
        now = time.monotonic()
        return self.stop.is_set() or now > self.until or now - self.heard > _UNHEARD


@dataclass(frozen=True)
class Coloured:
    """A film in colour.

    Attributes:
        made: what became of it.
        file: to be downloaded.
        played: a copy of it that browsers play.
        seconds: how long it took.
    """

    made: Made
    file: Path
    played: Path
    seconds: float


def colour(
    opened: Opened, filmer: Filmer, addition: str, stop: threading.Event
) -> Iterator[Progress | Coloured | None]:
    """Colour a film in a thread of its own; tell twice a second how far it is, and the result last.

    If it is stopped, what is done is a film too. If nobody asks any more, it stops by itself.

    Args:
        opened: the film.
        filmer: who colours.
        addition: ends the name of the file.
        stop: is set to stop it.

    Yields:
        how far it is; None once all frames are done; what was made.

    Raises:
        ColorganError: the film cannot be read or written any more.
    """
    folder = fresh_folder()
    suffix = opened.path.suffix.lower()
    name = f"{opened.path.stem} {addition}"
    target = folder / f"{name}{suffix if suffix in CONTAINERS else '.mkv'}"
    played = folder / "played.mp4"
    begun = time.monotonic()
    work = _Work(stop, begun + MOST_SECONDS)

    def all_of_it() -> None:
        try:
            made = color_film(opened.path, target, filmer, keep=True, told=work.told)
            work.progress = None
            write_playable(target, played)
            work.made = made
        except BaseException as error:
            work.error = error

    for _ in _while_it_runs(all_of_it, work):
        yield work.progress
    if work.error is not None:
        raise work.error
    assert work.made is not None
    yield Coloured(work.made, target, played, time.monotonic() - begun)


def _while_it_runs(run: Callable[[], None], work: _Work) -> Iterator[None]:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_TICK)
            work.heard = time.monotonic()
            if thread.is_alive():
                yield
    finally:
        if thread.is_alive():  # whoever waited has left
            work.stop.set()
