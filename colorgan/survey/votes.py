"""What is kept of an answer and of who gave it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vote:
    """One answer, with all that the analysis needs.

    Attributes:
        id: the same for the same participant and step.
        study: fingerprint of the study.
        participant: anonymous.
        step: place in the participant's plan.
        kind: `pair`, `catch` or `fool`.
        question: `real`, `prefer` or `original`.
        photo: its name in the study.
        left, right: what was shown: a system's name, `original` or `decoy`.
        left_revision, right_revision: of the systems.
        answer: `left`, `right` or `none` (can't say).
        milliseconds: from the pictures' showing to the answer, as the browser says; None on paper.
        at: when it came, UTC, as ISO 8601.
        source: `page`, or the name of the file that it was imported from.
    """

    id: str
    study: str
    participant: str
    step: int
    kind: str
    question: str
    photo: str
    left: str
    right: str
    left_revision: str
    right_revision: str
    answer: str
    milliseconds: int | None
    at: str
    source: str = "page"


@dataclass(frozen=True)
class Participant:
    """Somebody who agreed to take part, known by nothing but a random id and a number."""

    id: str
    study: str
    number: int
    at: str
