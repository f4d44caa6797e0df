"""Checkpoints: all that a run needs to go on, each a loadable model beside it; old ones rotate.

RUN/checkpoints/00001200/   state.pt and a model folder, written beside and renamed whole
RUN/                        the newest checkpoint's model, and what describes the run
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .. import hub
from ..errors import TrainingError
from ..output.whole_file import whole_file

STATE = "state.pt"
FOLDER = "checkpoints"
KEPT = 2


@dataclass
class Progress:
    """Where a run stands."""

    steps: int = 0
    """Optimizer steps done."""
    seen: int = 0
    """Photos seen."""
    moves: int = 0
    """Steps in which the generator moved."""
    position: int = 0
    """Place in the sequence of photos, where the next batch begins."""
    stage: int = 0
    """Index of the stage in the unrolled recipe."""
    seen_in_stage: int = 0
    """Photos seen in this stage."""
    critic_loss: float = float("inf")
    """The critic's last loss."""


def checkpoints(run: Path) -> list[Path]:
    """List the whole checkpoints of a run, oldest first."""
    return sorted(p for p in (run / FOLDER).glob("[0-9]*") if (p / STATE).is_file())


@contextmanager
def writing(run: Path, state: dict[str, Any], progress: Progress) -> Iterator[Path]:
    """Keep a checkpoint, and its model in the run's folder; drop all but the newest two.

    The caller writes the model folder into the folder given.

    Args:
        run: the run's folder.
        state: state dicts and plain values by name.
        progress: where the run stands.

    Raises:
        TrainingError: the disk is full or not writable; the previous checkpoint survives.
    """
    target = run / FOLDER / f"{progress.steps:08d}"
    beside = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        torch.save(state | {"progress": vars(progress)}, beside / STATE)
        yield beside
        shutil.rmtree(target, ignore_errors=True)
        beside.replace(target)
        _publish(target, run)
        for old in checkpoints(run)[:-KEPT]:
            shutil.rmtree(old)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise TrainingError(
            f"The checkpoint cannot be written to {run}: {error}. The previous one is kept."
        ) from error


def _publish(checkpoint: Path, run: Path) -> None:
    """Copy a checkpoint's model into the run's folder, file by file.

    Golden tensors go first and come last: beside other weights they would make the model refused.
    """
    (run / hub.GOLDEN).unlink(missing_ok=True)
    for name in (hub.WEIGHTS, hub.CONFIG, hub.CARD, hub.GOLDEN):
        with whole_file(run / name) as part:
            shutil.copyfile(checkpoint / name, part)


def load(run: Path) -> tuple[dict[str, Any], Progress]:
    """Read the newest checkpoint.

    Raises:
        TrainingError: there is none, or it cannot be read.
    """
    found = checkpoints(run)
    if not found:
        raise TrainingError(f"There is nothing to resume in {run}: it has no checkpoint.")
    try:
        state = torch.load(found[-1] / STATE, weights_only=True, map_location="cpu")
    except (OSError, RuntimeError) as error:
        raise TrainingError(f"The checkpoint {found[-1]} cannot be read: {error}") from error
    return state, Progress(**state.pop("progress"))
