"""Who sees what, and on which side.

The participant's number and the server's secret decide everything, so a trial need not be stored
to be found again, as long as this file makes the same of them (`PLAN_VERSION`). All pairs of a
study stand in one circle; participant n is shown the stretch [n * length, (n + 1) * length) of it,
in an order of his own. So every pair is shown equally often, to within one, and nobody meets a pair
twice. Each second showing of a pair has its sides swapped.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from .study import DECOY, ORIGINAL, Study, StudyPhoto

Kind = Literal["practice", "pair", "catch", "fool"]
Question = Literal["real", "prefer", "original"]
Answer = Literal["left", "right", "none"]
ANSWERS: tuple[Answer, ...] = ("left", "right", "none")
PAIR_QUESTIONS: tuple[Question, ...] = ("real", "prefer")
PRACTICE: tuple[tuple[Question, bool], ...] = (("real", True), ("real", False), ("prefer", False))
"""Question of each practice trial, and whether its answer is obvious."""
CATCH_EVERY = 10
"""About one trial in so many has an obvious answer."""

PLAN_VERSION = 1
"""Stands in every token: to be raised when a plan becomes another, since votes name steps by their
place in it. Who is under way then begins anew."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Step:
    """One question about two pictures of a photo.

    Attributes:
        trial: steps of the same trial show the same pictures on the same sides.
        left, right: a system's name, `original` or `decoy`.
    """

    kind: Kind
    trial: int
    question: Question
    photo: str
    left: str
    right: str


def plan(study: Study, number: int, secret: str) -> tuple[Step, ...]:
    """Return a participant's steps: practice, pairs among catch trials, originals last.

    Originals come last so that nobody knows the true colours of a photo when its coloured
    versions are compared.

    Args:
        study: what is shown.
        number: of the participant, from 0 in the order in which they come.
        secret: of the server, so that nobody can work out the sides.
    """
    rng = random.Random(f"{secret}|participant|{number}")
    shown = _pairs(study, number, secret)
    rng.shuffle(shown)
    trials: list[tuple[Kind, StudyPhoto, str, str]] = [("pair", *trial) for trial in shown]
    originals = _originals(study, number, secret)
    rng.shuffle(originals)
    catches = max(round((len(shown) + len(originals)) / (CATCH_EVERY - 1)), 1)
    for turn, photo in enumerate(rng.sample(study.photos, min(catches, len(study.photos)))):
        # Not the first: who has just met an obvious pair knows what to look for.
        place = rng.randint(min(1, len(trials)), len(trials))
        trials.insert(place, ("catch", photo, *_obvious(study, rng, number + turn)))
    trials += [("fool", *trial) for trial in originals]

    steps = _practice(study, rng)
    for trial, (kind, photo, left, right) in enumerate(trials, len(PRACTICE)):
        questions: Sequence[Question] = ("original",) if kind == "fool" else PAIR_QUESTIONS
        steps += [Step(kind, trial, asked, photo.name, left, right) for asked in questions]
    return tuple(steps)


def _pairs(study: Study, number: int, secret: str) -> list[tuple[StudyPhoto, str, str]]:
    pairs = study.system_pairs
    photos = list(enumerate(study.photos))
    random.Random(f"{secret}|photos").shuffle(photos)
    # Photos change fastest, so that a stretch of the circle holds as many photos as it can.
    circle = [
        (photo, *pairs[(place + turn) % len(pairs)])
        for turn in range(len(pairs))
        for place, photo in photos
    ]
    return _stretch(circle, number, study.pairs, f"{secret}|pairs")


def _originals(study: Study, number: int, secret: str) -> list[tuple[StudyPhoto, str, str]]:
    photos = list(enumerate(study.colour_photos))
    random.Random(f"{secret}|originals").shuffle(photos)
    names = study.names
    circle = [
        (photo, ORIGINAL, names[(place + turn) % len(names)])
        for turn in range(len(names))
        for place, photo in photos
    ]
    return _stretch(circle, number, study.originals, f"{secret}|originals")


def _stretch(
    circle: Sequence[tuple[_Item, str, str]], number: int, length: int, secret: str
) -> list[tuple[_Item, str, str]]:
    """Cut a participant's part out of a circle, and give its pairs their sides."""
    length = min(length, len(circle))
    part = []
    for place in range(number * length, (number + 1) * length):
        turn, index = divmod(place, len(circle))
        item, one, other = circle[index]
        coin = random.Random(f"{secret}|{index}|{turn // 2}").random() < 0.5
        swapped = coin ^ bool(turn % 2)
        part.append((item, other, one) if swapped else (item, one, other))
    return part


def _practice(study: Study, rng: random.Random) -> list[Step]:
    steps = []
    for trial, (question, obvious) in enumerate(PRACTICE):
        sides = list(rng.choice(study.system_pairs))
        rng.shuffle(sides)
        left, right = _obvious(study, rng, rng.randrange(2)) if obvious else sides
        photo = rng.choice(study.photos)
        steps.append(Step("practice", trial, question, photo.name, left, right))
    return steps


def _obvious(study: Study, rng: random.Random, turn: int) -> tuple[str, str]:
    """Return the sides of a pair with an obvious answer: by turns, so that both are as frequent."""
    other = rng.choice(study.names)
    return (DECOY, other) if turn % 2 else (other, DECOY)
