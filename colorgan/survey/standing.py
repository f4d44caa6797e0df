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

from .analysis import winner
from .study import ORIGINAL, QUESTIONS
from .summary import summarize
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
                self._board = board(self._survey)
                self._made = self._clock()
        return {"own": choices(own), "board": self._board}


def choices(votes: Iterable[Vote]) -> list[dict[str, Any]]:
    """Count one participant's choices: question, and how often each was chosen."""
    counts: dict[str, Counter[str]] = {}
    for vote in votes:
        if vote.kind in ("pair", "fool"):
            chosen = winner(vote)
            if vote.kind == "fool" and chosen not in (ORIGINAL, "none"):
                chosen = "coloured"
            counts.setdefault(vote.question, Counter())[chosen] += 1
    return [
        {
            "question": question,
            "chosen": [[name, count] for name, count in counter.most_common() if name != "none"],
            "ties": counter["none"],
        }
        for question in QUESTIONS
        if (counter := counts.get(question))
    ]


def board(survey: Survey) -> dict[str, Any]:
    """Give the leaderboard: for each question a row a model, best first."""
    study = survey.study
    summary = summarize(study, survey.store.votes(study.fingerprint), photos=False)
    tables = []
    for question, figures in summary["questions"].items():
        if "strengths" in figures:
            rows = [
                _row(name, one["chance"], one["interval"] and _odds(one["interval"]))
                for name, one in figures["strengths"].items()
            ]
        else:
            (rate,) = figures["rates"].values()
            one, other = study.names
            rows = _two(one, other, rate)
        tables.append({"question": question, "votes": figures["votes"], "rows": rows})
    if summary["fooled"]:
        rows = [
            _row(name, rate["share"], rate["interval"]) for name, rate in summary["fooled"].items()
        ]
        rows.sort(key=lambda row: -(row["share"] or 0))
        votes = sum(rate["decided"] + rate["ties"] for rate in summary["fooled"].values())
        tables.append({"question": "original", "votes": votes, "rows": rows})
    return {"participants": summary["counted"], "tables": tables}


def _two(one: str, other: str, rate: dict[str, Any]) -> list[dict[str, Any]]:
    if rate["share"] is None:
        return [_row(one, None, None), _row(other, None, None)]
    low, high = rate["interval"]
    rows = [
        _row(one, rate["share"], (low, high)),
        _row(other, 1 - rate["share"], (1 - high, 1 - low)),
    ]
    return sorted(rows, key=lambda row: -row["share"])


def _row(name: str, share: float | None, interval: Sequence[float] | None) -> dict[str, Any]:
    low, high = interval or (None, None)
    return {"name": name, "share": share, "low": low, "high": high}


def _odds(interval: Sequence[float]) -> list[float]:
    """Give log odds as chances."""
    return [float(expit(end)) for end in interval]
