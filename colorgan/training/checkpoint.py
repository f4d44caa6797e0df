"""What a run needs to go on: kept in one file, written beside and renamed, loaded safely."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..errors import TrainingError

STATE = "state.pt"


@dataclass
class Progress:
    """Where a run stands."""

    seen: int = 0
    """Photos seen."""
    steps: int = 0
    """Optimizer steps done."""


def save_state(run: Path, parts: dict[str, Any], progress: Progress) -> None:
    """Keep the state dicts of all parts, the progress and torch's random state.

    Raises:
        TrainingError: the disk is full or not writable; the previous state survives.
    """
    state = {name: part.state_dict() for name, part in parts.items()}
    state["progress"] = vars(progress)
    state["random"] = torch.get_rng_state()
    temporary = run / f".{STATE}.part"
    try:
        torch.save(state, temporary)
    except (OSError, RuntimeError) as error:
        temporary.unlink(missing_ok=True)
        raise TrainingError(
            f"The checkpoint cannot be written to {run}: {error}. The previous one is kept."
        ) from error
    temporary.replace(run / STATE)


def load_state(run: Path, parts: dict[str, Any]) -> Progress:
    """Put back what `save_state` kept.

    Raises:
        TrainingError: there is no state to go on from.
    """
    path = run / STATE
    if not path.is_file():
        raise TrainingError(f"There is nothing to resume in {run}: it has no {STATE}.")
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    torch.set_rng_state(state["random"])
    return Progress(**state["progress"])
