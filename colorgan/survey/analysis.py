"""What votes say, and how surely. Pure functions on lists of votes.

Rules, fixed beforehand:
- A "can't say" counts for neither side: it is left out of win rates and tests (the sign test's
  rule) and its share is told beside them. For Bradley-Terry it is half a win for each.
- Who fails more catch trials than the study's rule allows, or keeps to one side, is left out;
  of a pair's two questions only the first counts for the sides.
- One person's votes are not independent. Beside Wilson's interval, which takes them so, stands one
  for the effective number of votes: those divided by the design effect (Kish 1965), which is found
  by resampling participants, or taken as large as can be where these are few. The photos stand as
  they are: figures are about them.
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

from .study import DECOY, ORIGINAL, Rule
from .trials import PAIR_QUESTIONS
from .votes import Vote

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
        p: of the two-sided exact binomial test against one half, votes taken as independent.
        design_effect: by how much the dependence of one person's votes widens the variance, at
            least 1; 1 if each gave one vote.
        interval: Wilson's for the effective number of votes: the one to quote.
    """

    chosen: int
    decided: int
    ties: int
    share: float | None
    wilson: Interval | None
    p: float | None
    design_effect: float = 1.0
    interval: Interval | None = None


def share(chosen: int, decided: int, ties: int = 0, *, design_effect: float = 1.0) -> Share:
    """Return a share with its intervals and the exact test."""
    if decided == 0:
        return Share(chosen, decided, ties, None, None, None)
    rate = chosen / decided
    return Share(
        chosen,
        decided,
        ties,
        rate,
        wilson(rate, decided),
        float(binomtest(chosen, decided).pvalue),
        design_effect,
        wilson(rate, decided / design_effect),
    )


def wilson(rate: float, votes: float) -> Interval:
    """Return the 95 % score interval of a rate seen in so many votes (Wilson 1927)."""
    z = float(norm.ppf((1 + LEVEL) / 2))
    spread = 1 + z * z / votes
    middle = (rate + z * z / (2 * votes)) / spread
    half = z / spread * math.sqrt(rate * (1 - rate) / votes + (z / (2 * votes)) ** 2)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def winner(vote: Vote) -> str:
    """Return what was chosen: a system's name, `original`, `decoy`, or `none`."""
    return {"left": vote.left, "right": vote.right}.get(vote.answer, TIED)


def over(one: str, other: str) -> str:
    """Name a comparison."""
    return f"{one} over {other}"


def win_rate(votes: Iterable[Vote], one: str, other: str, *, seed: int = 0) -> Share:
    """Return how often one system was chosen over another."""
    among = [vote for vote in votes if {vote.left, vote.right} == {one, other}]
    return _share_of(among, lambda vote: winner(vote) == one, seed)


def fool_rate(votes: Iterable[Vote], system: str) -> Share:
    """Return how often a system's picture was taken for the real photograph."""
    return win_rate(votes, system, ORIGINAL)


def left_share(votes: Iterable[Vote]) -> Share:
    """Return how often the left picture was chosen, a vote a trial.

    The two answers to one pair are no two throws of a coin: who finds a picture more real mostly
    prefers it too. Sides are only known of votes on the page.
    """
    on_page = [
        vote
        for vote in votes
        if vote.source == "page"
        and vote.kind != "catch"
        and vote.question not in PAIR_QUESTIONS[1:]
    ]
    return _share_of(on_page, lambda vote: vote.answer == "left")


def excluded(votes: Iterable[Vote], rule: Rule) -> dict[str, str]:
    """Return the participants whose votes do not count, with the reason in words."""
    reasons: dict[str, str] = {}
    for participant, own in by(votes, lambda vote: vote.participant).items():
        caught = [vote for vote in own if vote.kind == "catch" and vote.question == "real"]
        failed = sum(winner(vote) in (DECOY, TIED) for vote in caught)
        sides = left_share(own)
        if caught and failed / len(caught) > rule.catch_failures:
            reasons[str(participant)] = f"failed {failed} of {len(caught)} catch trials"
        elif sides.p is not None and sides.p < rule.side_p:
            reasons[str(participant)] = (
                f"chose the left side in {sides.chosen} of {sides.decided} trials"
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
    """Return the decided votes with which Wilson's interval of a rate is +- half_width at most.

    Args:
        half_width: as a share, such as 0.05.
        rate: what is expected; one half is the worst case.
    """

    def half(votes: int) -> float:
        low, high = wilson(rate, votes)
        return (high - low) / 2

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
        design_effect: of this survey.
        participants: with the votes that each gives and the design effect.
    """

    half_width: float
    votes: int
    design_effect: float
    participants: int


def participants_needed(result: Share, participants: int, half_width: float) -> Needed | None:
    """Return how many people a precision needs, by what this survey saw; None without votes."""
    if result.share is None or participants == 0:
        return None
    votes = votes_needed(half_width, result.share)
    each = result.decided / participants
    wanted = math.ceil(votes * result.design_effect / each)
    return Needed(half_width, votes, result.design_effect, wanted)


def by(votes: Iterable[Vote], key: Callable[[Vote], object]) -> dict[object, list[Vote]]:
    """Sort votes into groups."""
    groups: dict[object, list[Vote]] = defaultdict(list)
    for vote in votes:
        groups[key(vote)].append(vote)
    return dict(groups)


def resampled(people: int, count: int = RESAMPLES, *, seed: int = 0) -> NDArray[np.float64] | None:
    """Return how often each participant is in each of `count` bootstrap samples, (count, people).

    Participants are drawn with replacement, each with all of his votes: sums over votes are those
    over participants, weighted by this.

    Returns:
        None with fewer than 5 participants.
    """
    if people < FEWEST_PARTICIPANTS:
        return None
    rng = np.random.default_rng(seed)
    times = rng.multinomial(people, np.full(people, 1 / people), size=count)
    return times.astype(np.float64)


def _share_of(votes: Sequence[Vote], chosen: Callable[[Vote], bool], seed: int = 0) -> Share:
    decided = [vote for vote in votes if vote.answer != TIED]
    wins = np.array([chosen(vote) for vote in decided], np.float64)
    effect = design_effect(decided, wins, seed=seed)
    ties = len(votes) - len(decided)
    return share(int(wins.sum()), len(decided), ties, design_effect=effect)


def design_effect(votes: Sequence[Vote], wins: NDArray[np.float64], *, seed: int = 0) -> float:
    """Return the variance of a share over resampled participants as a multiple of independent
    votes'.

    Where resampling shows nothing, with fewer than 5 participants or where all chose alike, it is
    the largest that can be: as if each person's votes were all the same.

    Args:
        votes: decided ones.
        wins: 1 for each that chose what is counted, else 0.
    """
    names, own = np.unique([vote.participant for vote in votes], return_inverse=True)
    people, each = len(names), np.bincount(own).astype(np.float64)
    if people == len(votes):
        return 1.0
    times = resampled(people, seed=seed)
    if times is None or not 0 < wins.mean() < 1:
        return float((each**2).sum() / each.sum())
    shares = (times @ np.bincount(own, wins)) / (times @ each)
    variance = shares.var(ddof=1) * people / (people - 1)
    return max(float(variance * len(votes) / (wins.mean() * (1 - wins.mean()))), 1.0)


def per(
    votes: Iterable[Vote], key: Callable[[Vote], str], pairs: Sequence[tuple[str, str]]
) -> Mapping[str, dict[str, Share]]:
    """Return the win rates of each group of votes, by `first over second`."""
    groups = by(votes, key)
    return {
        str(name): {over(a, b): win_rate(groups[name], a, b) for a, b in pairs}
        for name in sorted(groups, key=str)
    }
