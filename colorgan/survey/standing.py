"""What a participant sees at the end: how his own choices fell, and how everybody's stand.

Questions are told by their keys: the page has the words.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scipy.special import expit

from . import analysis
from .analysis import TIED, Interval, winner
from .study import ORIGINAL, QUESTIONS, Study
from .summary import counting
from .survey import Survey
from .votes import Vote

FRESH = 20.0  # seconds for which a leaderboard is kept


class Standing:
    """The leaderboard, made anew at most every so many seconds."""

    def __init__(self, survey: Survey, clock: Callable[[], float] = time.monotonic) -> None:
        self._survey = survey
        self._clock = clock
        self._made: float | None = None
        self._board: dict[str, Any] = {}
        self._lock = threading.Lock()

    def shown(self, key: str) -> dict[str, Any]:
        """Give `own` and `board` to a participant who has answered everything.

        Raises:
            VoteError: there are questions left.
            StoreError: the database cannot be read now.
        """
        own = self._survey.own_votes(key)
        with self._lock:
            if self._made is None or self._clock() - self._made > FRESH:
                study = self._survey.study
                self._board = board(study, self._survey.store.votes(study.fingerprint))
                self._made = self._clock()
        return {"own": choices(own), "board": self._board}


def choices(votes: Iterable[Vote]) -> list[dict[str, Any]]:
    """Count one participant's choices: question, and how often each was chosen."""
    counts: dict[str, Counter[str]] = {}
    for vote in votes:
        if vote.kind in ("pair", "fool"):
            chosen = winner(vote)
            if vote.kind == "fool" and chosen not in (ORIGINAL, TIED):
                chosen = "coloured"
            counts.setdefault(vote.question, Counter())[chosen] += 1
    return [
        {
            "question": question,
            "chosen": [[name, count] for name, count in counter.most_common() if name != TIED],
            "ties": counter[TIED],
        }
        for question in QUESTIONS
        if (counter := counts.get(question))
    ]


def board(study: Study, votes: Sequence[Vote]) -> dict[str, Any]:
    """Return the leaderboard: for each question a row a model, best first."""
    counted, reasons = counting(study, votes)
    tables = []
    for question in QUESTIONS:
        own = [v for v in counted if v.question == question and v.kind in ("pair", "fool")]
        if own:
            rows = _rows(study, question, own)
            tables.append({"question": question, "votes": len(own), "rows": rows})
    people = {vote.participant for vote in votes}
    return {
        "participants": len(people) - len(reasons),
        "average": len(study.systems) > 2,  # whether models are told against an average one
        "tables": tables,
    }


def _rows(study: Study, question: str, votes: Sequence[Vote]) -> list[dict[str, Any]]:
    if question == "original":
        fooled = {name: analysis.fool_rate(votes, name) for name in study.names}
        rows = [_row(name, rate.share, rate.interval) for name, rate in fooled.items()]
        return sorted(rows, key=lambda row: -(row["share"] or 0))
    if len(study.systems) > 2:
        from .ratings import bradley_terry

        return [
            _row(name, one.chance, one.interval and _chances(one.interval))
            for name, one in bradley_terry(votes, study.names).items()
        ]
    one, other = study.names
    rate = analysis.win_rate(votes, one, other)
    if rate.share is None or rate.interval is None:
        return [_row(one, None, None), _row(other, None, None)]
    low, high = rate.interval
    rows = [_row(one, rate.share, (low, high)), _row(other, 1 - rate.share, (1 - high, 1 - low))]
    return sorted(rows, key=lambda row: -row["share"])


def _row(name: str, share: float | None, interval: Interval | None) -> dict[str, Any]:
    low, high = interval or (None, None)
    return {"name": name, "share": share, "low": low, "high": high}


def _chances(interval: Interval) -> Interval:
    """Return log odds as chances."""
    low, high = interval
    return float(expit(low)), float(expit(high))
