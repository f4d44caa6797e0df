"""What votes say, and how surely. Pure functions on lists of votes.

Rules, fixed beforehand:
- A "can't say" counts for neither side: it is left out of win rates and tests (the sign test's
  rule) and its share is told beside them. For Bradley-Terry it is half a win for each.
- Who fails more catch trials than the study's rule allows, or keeps to one side, is left out.
- One person's votes are not independent. Beside Wilson's interval, which takes them so, stands one
  from resampling participants. The photos stand as they are: figures are about them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm

from .store import Vote
from .study import DECOY, ORIGINAL, Rule

RESAMPLES = 2000
LEVEL = 0.95
FEWEST_PARTICIPANTS = 5  # under which resampling them says nothing
TIED = "none"

Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """How often something was chosen.

    Attributes:
        chosen: votes for it.
        decided: votes for it or against it.
        ties: votes that could not say.
        share: chosen / decided, or None without a vote.
        wilson: 95 % score interval of the share (Wilson 1927), votes taken as independent.
        p: of the two-sided exact binomial test against one half.
        resampled: 95 % interval by resampling participants, or None if there are
            fewer than 5 participants or each gave one vote.
    """

    chosen: int
    decided: int
    ties: int
    share: float | None
    wilson: Interval | None
    p: float | None
    resampled: Interval | None = None


def share(chosen: int, decided: int, ties: int = 0) -> Share:
    """Give a share with Wilson's interval and the exact test."""
    if decided == 0:
        return Share(chosen, decided, ties, None, None, None)
    test = binomtest(chosen, decided)
    low, high = test.proportion_ci(LEVEL, method="wilson")
    return Share(
        chosen, decided, ties, chosen / decided, (float(low), float(high)), float(test.pvalue)
    )


def winner(vote: Vote) -> str:
    """Give what was chosen: a system's name, `original`, `decoy`, or `none`."""
    return {"left": vote.left, "right": vote.right}.get(vote.answer, TIED)


def win_rate(votes: Iterable[Vote], one: str, other: str, *, seed: int = 0) -> Share:
    """Give how often one system was chosen over another."""
    among = [vote for vote in votes if {vote.left, vote.right} == {one, other}]
    return _share_of(among, lambda vote: winner(vote) == one, seed)


def fool_rate(votes: Iterable[Vote], system: str, *, seed: int = 0) -> Share:
    """Give how often a system's picture was taken for the real photograph."""
    return win_rate(votes, system, ORIGINAL, seed=seed)


def left_share(votes: Iterable[Vote]) -> Share:
    """Give how often the left picture was chosen; sides are only known of votes on the page."""
    on_page = [vote for vote in votes if vote.source == "page" and vote.kind != "catch"]
    decided = [vote for vote in on_page if vote.answer != TIED]
    left = sum(vote.answer == "left" for vote in decided)
    return share(left, len(decided), len(on_page) - len(decided))


def excluded(votes: Iterable[Vote], rule: Rule) -> dict[str, str]:
    """Give the participants whose votes do not count, with the reason in words."""
    reasons: dict[str, str] = {}
    for participant, own in by(votes, lambda vote: vote.participant).items():
        caught = [vote for vote in own if vote.kind == "catch" and vote.question == "real"]
        failed = sum(winner(vote) in (DECOY, TIED) for vote in caught)
        sides = left_share(own)
        if caught and failed / len(caught) > rule.catch_failures:
            reasons[str(participant)] = f"failed {failed} of {len(caught)} catch trials"
        elif sides.p is not None and sides.p < rule.side_p:
            reasons[str(participant)] = (
                f"chose the left side in {sides.chosen} of {sides.decided} votes"
            )
    return reasons


@dataclass(frozen=True)
class Agreement:
    """How far participants agree on the same two pictures of a photo.

    Attributes:
        pairs: pairs of answers by different participants to the same question.
        share: of them that are equal, or None without any.
        alpha: Krippendorff's alpha for nominal answers: 1 full agreement, 0 as by chance; None
            where answers do not vary.
    """

    pairs: int
    share: float | None
    alpha: float | None


def agreement(votes: Iterable[Vote]) -> Agreement:
    """Compare the answers of different participants (Krippendorff 2011, nominal data)."""
    units = by(votes, lambda vote: (vote.question, vote.photo, *sorted((vote.left, vote.right))))
    coincidences: dict[tuple[str, str], float] = defaultdict(float)
    equal = pairs = 0
    for unit in units.values():
        answers = list({vote.participant: winner(vote) for vote in unit}.values())
        if len(answers) < 2:
            continue
        for one, other in combinations(answers, 2):
            pairs += 1
            equal += one == other
            weight = 1 / (len(answers) - 1)
            coincidences[one, other] += weight
            coincidences[other, one] += weight
    if not pairs:
        return Agreement(0, None, None)
    totals: dict[str, float] = defaultdict(float)
    for (one, _), weight in coincidences.items():
        totals[one] += weight
    n = sum(totals.values())
    observed = sum(weight for (one, other), weight in coincidences.items() if one != other) / n
    expected = sum(a * b for x, a in totals.items() for y, b in totals.items() if x != y)
    expected /= n * (n - 1)
    return Agreement(pairs, equal / pairs, 1 - observed / expected if expected else None)


def votes_needed(half_width: float, rate: float = 0.5) -> int:
    """Give the decided votes with which Wilson's interval of a rate is +- half_width at most.

    Args:
        half_width: as a share, such as 0.05.
        rate: what is expected; one half is the worst case.
    """
    z = float(norm.ppf((1 + LEVEL) / 2))

    def half(n: int) -> float:
        return z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))

    low, high = 1, 2
    while half(high) > half_width:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if half(middle) <= half_width else (middle + 1, high)
    return low


@dataclass(frozen=True)
class Needed:
    """Participants needed for a precision.

    Attributes:
        half_width: of the interval.
        votes: decided votes, taken as independent.
        design_effect: by how much the votes' dependence widens the variance, at least 1.
        participants: with the votes that each gives and the design effect.
    """

    half_width: float
    votes: int
    design_effect: float
    participants: int


def participants_needed(result: Share, participants: int, half_width: float) -> Needed | None:
    """Give who many more or less people were needed, from what this survey saw; None without votes.

    The design effect is the resampled interval's width over Wilson's, squared (Kish 1965).
    """
    if result.share is None or result.wilson is None or participants == 0:
        return None
    effect = 1.0
    if result.resampled is not None:
        wide = result.resampled[1] - result.resampled[0]
        effect = max((wide / (result.wilson[1] - result.wilson[0])) ** 2, 1.0)
    votes = votes_needed(half_width, result.share)
    each = result.decided / participants
    return Needed(half_width, votes, effect, math.ceil(votes * effect / each))


def by(votes: Iterable[Vote], key: Callable[[Vote], object]) -> dict[object, list[Vote]]:
    """Sort votes into groups."""
    groups: dict[object, list[Vote]] = defaultdict(list)
    for vote in votes:
        groups[key(vote)].append(vote)
    return dict(groups)


def resampled_weights(
    votes: Sequence[Vote], count: int = RESAMPLES, *, seed: int = 0
) -> NDArray[np.float64] | None:
    """Give how often each vote is in each of `count` bootstrap samples, (count, votes).

    Participants are drawn with replacement, each with all of his votes.

    Returns:
        None with fewer than 5 participants.
    """
    people = np.unique([vote.participant for vote in votes], return_inverse=True)[1]
    groups = len(set(people.tolist()))
    if groups < FEWEST_PARTICIPANTS:
        return None
    chance = np.random.default_rng(seed)
    times = chance.multinomial(groups, np.full(groups, 1 / groups), size=count)
    return times[:, people].astype(np.float64)


def percentiles(values: NDArray[np.float64]) -> Interval:
    """Give the ends of the middle 95 %."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _share_of(votes: Sequence[Vote], chosen: Callable[[Vote], bool], seed: int) -> Share:
    decided = [vote for vote in votes if vote.answer != TIED]
    wins = np.array([chosen(vote) for vote in decided], np.float64)
    plain = share(int(wins.sum()), len(decided), len(votes) - len(decided))
    if not decided or len({vote.participant for vote in decided}) == len(decided):
        return plain
    weights = resampled_weights(decided, seed=seed)
    if weights is None:
        return plain
    totals = weights.sum(1)
    shares = (weights @ wins)[totals > 0] / totals[totals > 0]
    return Share(**{**vars(plain), "resampled": percentiles(shares)})


def per(
    votes: Iterable[Vote], key: Callable[[Vote], str], pairs: Sequence[tuple[str, str]]
) -> Mapping[str, dict[str, Share]]:
    """Give the win rates of each group of votes, by `first over second`."""
    groups = by(votes, key)
    return {
        str(name): {f"{a} over {b}": win_rate(groups[name], a, b) for a, b in pairs}
        for name in sorted(groups, key=str)
    }
