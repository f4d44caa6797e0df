"""A run: the folder of one training, and what it is besides its recipe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from ..errors import TrainingError
from ..output.whole_file import whole_file
from .recipe import Recipe

RECIPE, SAMPLES = "recipe.json", "samples"


@dataclass(frozen=True)
class Run:
    """What a run is besides its recipe; every field is an option of train.py."""

    folder: Annotated[Path, tyro.conf.arg(name="out")]
    """Folder of the run: checkpoints, model, recipe, curves and report."""
    data: tuple[str, ...]
    """Folders or tar archives of colour photos; with --stream one folder or one data set of the
    Hub, as org/name or org/name:split."""
    validation: Annotated[tuple[str, ...], tyro.conf.arg(name="val")] = ()
    """Folders or tar archives to judge by while training."""
    init: str | None = None
    """Model to start from: pretrained, custom, a folder, org/name. The generator is then that
    model's, whatever the recipe says."""
    resume: bool = False
    """Go on with the run in --out."""
    max_steps: int | None = None
    """Stop after so many steps."""
    log: tuple[Literal["tensorboard", "trackio", "wandb"], ...] = ()
    """Trackers besides the tables."""
    log_every: int = 20
    """Steps between two lines of metrics.csv."""
    sample_every: int = 200
    """Steps between two sheets of samples."""
    checkpoint_minutes: float = 4.0
    """Minutes between two checkpoints."""


def write_recipe(
    recipe: Recipe,
    run: Run,
    init: str | None = None,
    photos: Mapping[str, Any] | None = None,
) -> None:
    """Write the resolved recipe into the run's folder, and from what it learns.

    Args:
        recipe, run: what is trained, and where.
        init: the model that it began from.
        photos: by which the photos are known again (`check_photos`).
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    resolved = {"recipe": asdict(recipe), "data": run.data, "init": init, "photos": photos}
    with whole_file(run.folder / RECIPE) as part:
        part.write_text(json.dumps(resolved, indent=2) + "\n")


def read_init(run: Run) -> str | None:
    """Read which model a run began from, if from any.

    Raises:
        TrainingError: there is no run.
    """
    init: str | None = _recorded(run).get("init")
    return init


def _recorded(run: Run) -> dict[str, Any]:
    try:
        recorded: dict[str, Any] = json.loads((run.folder / RECIPE).read_text())
        recorded["recipe"].keys()
        return recorded
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            f"There is nothing to resume in {run.folder}: it has no readable {RECIPE}."
        ) from error


def check_resumable(recipe: Recipe, run: Run) -> None:
    """Refuse to go on with a run by another recipe than it began with.

    Raises:
        TrainingError: there is no run, or its recipe differs; names what differs.
    """
    recorded, own = _recorded(run)["recipe"], json.loads(json.dumps(asdict(recipe)))
    other = recorded.keys() ^ own.keys()
    if other:
        raise TrainingError(
            f"The run in {run.folder} was begun by another version of colorgan, whose recipes "
            f"differ in {', '.join(sorted(other))}: begin a new run with --init {run.folder}."
        )
    differing = _differing(recorded, own)
    if differing:
        raise TrainingError(
            f"The run in {run.folder} has another recipe: {'; '.join(differing[:6])}. "
            "Resume with its own recipe, or begin a new run with --init."
        )


def check_photos(run: Run, photos: Mapping[str, Any]) -> None:
    """Refuse to go on with a run on other photos than it began with.

    Args:
        run: that is resumed.
        photos: what `write_recipe` was given; runs of older versions did not keep it.

    Raises:
        TrainingError: names what differs.
    """
    recorded = _recorded(run).get("photos")
    if recorded is None:
        return
    differing = _differing(recorded, json.loads(json.dumps(photos)))
    if differing:
        raise TrainingError(
            f"The run in {run.folder} began with other photos: {'; '.join(differing)}. Resume it "
            "with the same --data, --groups, --stream and --val, or begin a new run with --init."
        )


def without_places(value: Any) -> Any:
    """Return plain data with the files and folders in it by their names alone, to be published."""
    if isinstance(value, dict):
        return {key: without_places(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_places(inner) for inner in value]
    return Path(value).name if isinstance(value, str) and Path(value).exists() else value


def _differing(recorded: Any, own: Any) -> list[str]:
    """Return what differs between two nested dictionaries, a phrase each."""
    before, now = _flat(recorded), _flat(own)
    return [
        f"{key} was {before.get(key)} and is {now.get(key)}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Return the leaves of nested dictionaries and lists by their dotted names."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return {name: value}
    leaves: dict[str, Any] = {}
    for key, inner in items:
        leaves |= _flat(inner, f"{name}.{key}" if name else str(key))
    return leaves
