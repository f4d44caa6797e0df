"""Strengths of three or more models from their pairs (Bradley and Terry 1952)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import choix
import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from .analysis import LEVEL, Interval, resampled_weights, winner
from .store import Vote

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
    """Give the strength of each model, strongest first; a tie is half a win for each."""
    among = [vote for vote in votes if vote.left in names and vote.right in names]
    left = np.array([names.index(vote.left) for vote in among], np.int64)
    right = np.array([names.index(vote.right) for vote in among], np.int64)
    chosen = [winner(vote) for vote in among]
    left_wins = np.array(
        [
            {vote.left: 1.0, vote.right: 0.0}.get(c, 0.5)
            for vote, c in zip(among, chosen, strict=True)
        ]
    )

    def strengths(
        weights: NDArray[np.float64], start: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        both = np.concatenate((weights * left_wins, weights * (1 - left_wins)))
        counts = np.bincount(cells, both, len(names) ** 2).astype(np.float64)
        wins = counts.reshape(len(names), len(names)) + PRIOR
        np.fill_diagonal(wins, 0)
        found = choix.ilsr_pairwise_dense(wins, initial_params=start, tol=TOLERANCE)
        return np.asarray(found, np.float64)

    cells = np.concatenate((left * len(names) + right, right * len(names) + left))
    found = strengths(np.ones(len(among)))
    intervals: list[Interval | None] = [None] * len(names)
    weights = resampled_weights(among, resamples, seed=seed) if among else None
    if weights is not None:
        people = len({vote.participant for vote in among})
        drawn = np.stack([strengths(one, found) for one in weights])
        # Resampling few participants spreads a little less than they do.
        error = drawn.std(0, ddof=1) * np.sqrt(people / (people - 1))
        reach = float(t.ppf((1 + LEVEL) / 2, people - 1)) * error
        ends = zip(found - reach, found + reach, strict=True)
        intervals = [(float(low), float(high)) for low, high in ends]
    return {
        names[place]: Strength(
            float(found[place]), intervals[place], float(1 / (1 + np.exp(-found[place])))
        )
        for place in np.argsort(-found)
    }
