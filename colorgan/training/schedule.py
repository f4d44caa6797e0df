"""How long each stage lasts, and how the learning rate goes over the stages of a kind."""

from __future__ import annotations

import math
from collections.abc import Sized
from dataclasses import dataclass

from ..errors import TrainingError
from .data import Shard, Source
from .recipe import Recipe, Stage

WARMUP = 0.03  # share of the training in which the learning rate rises
DROP_AFTER, DROP_TO = 2 / 3, 0.1  # of the schedule "step"


@dataclass(frozen=True)
class Planned:
    """A stage in its place.

    Attributes:
        stage: what is done.
        photos: how many are seen.
        before: photos seen in stages of its kind before it.
        of_kind: photos seen in all stages of its kind.
    """

    stage: Stage
    photos: int
    before: int
    of_kind: int


def plan_of(recipe: Recipe, photos: Source, shard: Shard) -> list[Planned]:
    """Count out the stages of a recipe in photos.

    Raises:
        TrainingError: a stage counts in epochs of a stream without length, or a batch cannot be
            shared out evenly among the processes.
    """
    lengths = [_photos(stage, photos) for stage in recipe.unrolled]
    plan, seen = [], dict[str, int]()
    for stage, length in zip(recipe.unrolled, lengths, strict=True):
        part = stage.batch // recipe.accumulate
        if part % shard.processes:
            raise TrainingError(
                f"{part} photos cannot be shared out evenly among {shard.processes} processes: "
                "set another --stages.N.batch or --accumulate."
            )
        of_kind = sum(
            other
            for like, other in zip(recipe.unrolled, lengths, strict=True)
            if like.kind == stage.kind
        )
        plan.append(Planned(stage, length, seen.get(stage.kind, 0), of_kind))
        seen[stage.kind] = seen.get(stage.kind, 0) + length
    return plan


def _photos(stage: Stage, photos: Source) -> int:
    if stage.photos:
        return stage.photos
    if not isinstance(photos, Sized):
        raise TrainingError(
            "Nobody knows how many photos a stream has, so a stage cannot last for epochs: give "
            "its length as --stages.N.photos, and --stages.N.epochs 0."
        )
    return math.ceil(stage.epochs * len(photos))


def rate_factor(schedule: str, seen: int, total: int) -> float:
    """Return the factor on the learning rate after `seen` of `total` photos."""
    done = seen / total
    if schedule == "constant":
        return 1.0
    if schedule == "step":
        return 1.0 if done < DROP_AFTER else DROP_TO
    if done < WARMUP:
        return (done + 1e-3) / (WARMUP + 1e-3)
    return 0.5 * (1 + math.cos(math.pi * min((done - WARMUP) / (1 - WARMUP), 1)))
