"""Strengths of three or more models from their pairs (Bradley and Terry 1952)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import choix
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import t

from .analysis import LEVEL, TIED, Interval, resampled, winner
from .votes import Vote

RESAMPLES = 200
TOLERANCE = 1e-4  # of strengths, all together
PRIOR = 0.1  # of a win for each over each, so that who always wins has a finite strength


@dataclass(frozen=True)
class Strength:
    """A model's place.

    Attributes:
        strength: log odds against a model of average strength; strengths sum to 0.
        interval: 95 %, from the spread over resampled participants; None with few participants.
        chance: of being chosen over an average model, 0 to 1.
    """

    strength: float
    interval: Interval | None
    chance: float


def bradley_terry(
    votes: Sequence[Vote], names: Sequence[str], *, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Strength]:
    """Return the strength of each model, strongest first; a tie is half a win for each."""
    wins = _wins(votes, names)
    found = _strengths(wins.sum(0))
    people = len(wins)
    times = resampled(people, resamples, seed=seed)
    intervals: list[Interval | None] = [None] * len(names)
    if times is not None:
        drawn = [_strengths(one, found) for one in np.tensordot(times, wins, 1)]
        # Resampling few participants spreads a little less than they do.
        error = np.std(drawn, 0, ddof=1) * np.sqrt(people / (people - 1))
        reach = float(t.ppf((1 + LEVEL) / 2, people - 1)) * error
        ends = zip(found - reach, found + reach, strict=True)
        intervals = [(float(low), float(high)) for low, high in ends]
    return {
        names[place]: Strength(float(found[place]), intervals[place], float(expit(found[place])))
        for place in np.argsort(-found)
    }


def _wins(votes: Sequence[Vote], names: Sequence[str]) -> NDArray[np.float64]:
    """Return how often each person chose each model over each other, (people, models, models)."""
    among = [vote for vote in votes if vote.left in names and vote.right in names]
    people, own = np.unique([vote.participant for vote in among], return_inverse=True)
    place = {name: number for number, name in enumerate(names)}
    wins = np.zeros((len(people), len(names), len(names)))
    for person, vote in zip(own, among, strict=True):
        left, right = place[vote.left], place[vote.right]
        share = {vote.left: 1.0, vote.right: 0.0, TIED: 0.5}[winner(vote)]
        wins[person, left, right] += share
        wins[person, right, left] += 1 - share
    return wins


def _strengths(
    wins: NDArray[np.float64], start: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return log odds that sum to 0, by wins of each over each (models, models)."""
    wins = wins + PRIOR
    np.fill_diagonal(wins, 0)
    found = choix.ilsr_pairwise_dense(wins, initial_params=start, tol=TOLERANCE)
    return np.asarray(found, np.float64)
