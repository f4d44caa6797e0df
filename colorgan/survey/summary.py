"""All figures of a survey as plain JSON: what the report, the command and the Results tab show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..output.tables import write_table
from . import analysis
from .analysis import over
from .study import Study
from .trials import PAIR_QUESTIONS
from .votes import Vote

PRECISIONS = (0.1, 0.05)
"""Half widths of intervals for which the participants needed are told."""


def summarize(study: Study, votes: Sequence[Vote]) -> dict[str, Any]:
    """Return every figure of a study.

    Args:
        study: what was asked.
        votes: all that the study has.
    """
    counted, reasons = counting(study, votes)
    asked = [vote for vote in counted if vote.kind in ("pair", "fool")]
    people = {vote.participant for vote in votes}
    return {
        "study": {
            "name": study.name,
            "fingerprint": study.fingerprint,
            "systems": [asdict(system) for system in study.systems],
            "photos": len(study.photos),
        },
        "rule": {**asdict(study.rule), "ties": "left out of rates; half a win in Bradley-Terry"},
        "participants": len(people),
        "counted": len(people) - len(reasons),
        "excluded": reasons,
        "votes": len(asked),
        "questions": {
            question: figures
            for question in PAIR_QUESTIONS
            if (figures := _pair_figures(study, asked, votes, question))
        },
        "fooled": _fool_figures(study, [vote for vote in asked if vote.kind == "fool"]),
        "left": asdict(analysis.left_share(counted)),
    }


def counting(study: Study, votes: Sequence[Vote]) -> tuple[list[Vote], dict[str, str]]:
    """Return the votes of who counts, and the reason why each other participant does not."""
    reasons = analysis.excluded(votes, study.rule)
    return [vote for vote in votes if vote.participant not in reasons], reasons


def write_votes(votes: Sequence[Vote], path: Path) -> None:
    """Write raw votes, one a line, as Parquet or CSV by the file's ending.

    Raises:
        ColorganError: of `tables.write_table`.
    """
    import pandas as pd

    columns = list(Vote.__annotations__)
    write_table(pd.DataFrame([asdict(vote) for vote in votes], columns=columns), path, "survey")


def _pair_figures(
    study: Study, asked: Sequence[Vote], everybody: Sequence[Vote], question: str
) -> dict[str, Any]:
    own = [vote for vote in asked if vote.question == question]
    if not own:
        return {}
    all_own = [v for v in everybody if v.question == question and v.kind == "pair"]
    people = len({vote.participant for vote in own})
    rates = {over(a, b): analysis.win_rate(own, a, b) for a, b in study.system_pairs}
    figures: dict[str, Any] = {
        "participants": people,
        "votes": len(own),
        "rates": {name: asdict(rate) for name, rate in rates.items()},
        "with_everybody": {
            over(a, b): asdict(analysis.win_rate(all_own, a, b)) for a, b in study.system_pairs
        },
        "needed": {
            name: [
                asdict(needed)
                for half_width in PRECISIONS
                if (needed := analysis.participants_needed(rate, people, half_width))
            ]
            for name, rate in rates.items()
        },
        "agreement": asdict(analysis.agreement(own)),
    }
    if len(study.systems) > 2:
        from .ratings import bradley_terry

        strengths = bradley_terry(own, study.names)
        figures["strengths"] = {name: asdict(one) for name, one in strengths.items()}
    named = [vote for vote in own if vote.photo]
    group = {photo.name: photo.group for photo in study.photos}
    keys = {"photos": lambda vote: vote.photo, "groups": lambda vote: group[vote.photo]}
    for name, key in keys.items():
        found = analysis.per(named, key, study.system_pairs)
        figures[name] = {
            place: {pair: asdict(one) for pair, one in shares.items() if one.decided}
            for place, shares in found.items()
        }
    return figures


def _fool_figures(study: Study, votes: Sequence[Vote]) -> dict[str, Any]:
    if not votes:
        return {}
    return {name: asdict(analysis.fool_rate(votes, name)) for name in study.names}
