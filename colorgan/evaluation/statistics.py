"""How sure a mean is: bootstrap intervals over photos, and paired differences of two models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 2000
LEVEL = 0.95
FEWEST = 10  # photos under which an interval says nothing


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes:
        mean: the figure; None where there is none (an infinite PSNR, too few photos).
        interval: lowest and highest plausible value, or None with too few photos.
        reason: why there is no figure, in words; empty if there is one.
    """

    mean: float | None
    interval: tuple[float, float] | None = None
    reason: str = ""


NOT_FINITE = "not finite"
"""The reason of a figure that is there but cannot be written, such as an infinite PSNR."""


def too_few(needed: int, there: int) -> Estimate:
    """Return the estimate that there is none, for want of photos."""
    return Estimate(None, reason=f"needs {needed} photos, there are {there}")


def estimate(values: ArrayLike) -> Estimate:
    """Return the mean of one value a photo, with its percentile bootstrap interval (Efron 1979)."""
    sample = np.asarray(values, np.float64)
    if not np.isfinite(sample).all():
        return Estimate(None, reason=NOT_FINITE)
    return Estimate(float(sample.mean()), interval_of_mean(sample))


def interval_of_mean(sample: ArrayLike, *, seed: int = 0) -> tuple[float, float] | None:
    """Return the interval of a mean, None with fewer than 10 values."""
    values = np.asarray(sample, np.float64)
    if len(values) < FEWEST:
        return None
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    return percentiles(means)


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the two ends of the middle 95 %."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def difference(first: ArrayLike, second: ArrayLike) -> Estimate:
    """Return the mean of first - second photo by photo, with its interval.

    Pairing takes away what makes photos differ, so that small differences between models show.
    """
    return estimate(np.asarray(first, np.float64) - np.asarray(second, np.float64))
