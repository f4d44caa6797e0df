"""Answers collected on paper or by a form, from a spreadsheet into the votes.

A line an answer, a heading over each column, in any order, in any of the ways that
Excel saves (`sheets`):

    participant   who answered: any word or number
    question      real, prefer or original; or the question's own words
    answer        a model's name (or: original), left, right, or can't say
    left, right   what was shown; may be left out where the study has two models only
    photo         its name in the study; may be left out

Where left and right are not told, the sides are unknown, and nothing is said of side bias. A
participant is known by what the column says, in whichever file: of it a hash with a secret is kept,
for somebody may have typed a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ..errors import SurveyError
from .sheets import read_sheet
from .study import ORIGINAL, QUESTIONS, Study
from .tokens import Signer
from .votes import Vote

NEEDED = ("participant", "question", "answer")
KNOWN = (*NEEDED, "left", "right", "photo")
CANNOT_SAY = frozenset({"can't say", "cant say", "none", "tie", "neither", "both", "-"})
_QUOTES = "'\"‘’“”„«» "

Row = Mapping[str, str]


@dataclass(frozen=True)
class _Sheet:
    """Reads lines of one file for one study."""

    study: Study
    signer: Signer
    file: str
    at: str

    def vote(self, line: int, row: Row) -> Vote:
        question = self._question(line, row["question"])
        left, right = self._shown(line, row, question)
        participant = self._participant(line, row["participant"])
        photo = self._photo(line, row.get("photo", ""))
        place = "|".join((participant, question, photo, *sorted((left, right))))
        return Vote(
            id=f"{participant}-{self._hash(place)}",
            study=self.study.fingerprint,
            participant=participant,
            step=line,
            kind="fool" if question == "original" else "pair",
            question=question,
            photo=photo,
            left=left,
            right=right,
            left_revision=self.study.revision(left),
            right_revision=self.study.revision(right),
            answer=self._answer(line, row, left, right),
            milliseconds=None,
            at=self.at,
            source=self.file,
        )

    def _participant(self, line: int, said: str) -> str:
        if not said:
            raise self.wrong(line, "names no participant")
        # A column of numbers may be saved with decimals: 1.0 and 1,00 are person 1.
        return self._hash(re.sub(r"^(\d+)[.,]0+$", r"\1", said))

    def _question(self, line: int, said: str) -> str:
        for question, words in QUESTIONS.items():
            if _plain(said) in (question, words.lower(), words.lower().rstrip("?")):
                return question
        raise self.wrong(line, f"has the question {said!r}; known are {', '.join(QUESTIONS)}")

    def _shown(self, line: int, row: Row, question: str) -> tuple[str, str]:
        left, right = row.get("left", ""), row.get("right", "")
        names = self.study.names
        if not left and not right:
            if question == "original":
                raise self.wrong(line, "does not say what was shown: it needs left and right")
            if len(names) > 2:
                raise self.wrong(
                    line, f"does not say which of the {len(names)} models were shown: it needs "
                    "left and right",
                )  # fmt: skip
            return names[0], names[1]
        allowed = (*names, ORIGINAL) if question == "original" else names
        for one in (left, right):
            if one not in allowed:
                raise self.wrong(
                    line, f"names {one!r}, which is no model of this study; it has "
                    f"{', '.join(allowed)}",
                )  # fmt: skip
        if left == right or (question == "original") != (ORIGINAL in (left, right)):
            raise self.wrong(line, f"shows {left} beside {right}, which nobody asks about")
        return left, right

    def _answer(self, line: int, row: Row, left: str, right: str) -> str:
        said = row["answer"]
        if _plain(said) in CANNOT_SAY:
            return "none"
        for side, name in (("left", left), ("right", right)):
            if name in (said, said.strip(_QUOTES)):
                return side
        if _plain(said) in ("left", "right"):
            if not row.get("left"):
                raise self.wrong(
                    line, f"answers {said!r} without saying what was shown there: fill in left and "
                    "right, or write the model's name",
                )  # fmt: skip
            return _plain(said)
        raise self.wrong(
            line, f"has the answer {said!r}, which is no model that was shown; it may be {left}, "
            f"{right} or can't say",
        )  # fmt: skip

    def _photo(self, line: int, said: str) -> str:
        if said and said not in {photo.name for photo in self.study.photos}:
            raise self.wrong(line, f"names the photo {said!r}, which the study does not have")
        return said

    def _hash(self, text: str) -> str:
        """Hash a text for this study, so that nobody can find it by trying names."""
        return self.signer.derive(f"paper|{self.study.fingerprint}|{text}")[:24]

    def wrong(self, line: int, what: str) -> SurveyError:
        """Return the error of a line."""
        return SurveyError(f"Line {line} of {self.file} {what}. Nothing was imported.")


def read_votes(path: str | Path, study: Study, signer: Signer) -> list[Vote]:
    """Read the answers of a spreadsheet.

    Args:
        path: of the file.
        study: what was asked.
        signer: with the secret beside the database; with another one, the same sheet would count
            as other people's.

    Raises:
        SurveyError: the file cannot be read, or a line is none of this study; says which.
    """
    path = Path(path)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    sheet = _Sheet(study, signer, path.name, now)
    found: dict[str, tuple[int, Vote]] = {}
    for line, row in _rows(path):
        vote = sheet.vote(line, row)
        if vote.id in found:
            raise sheet.wrong(
                line, f"repeats line {found[vote.id][0]}: the same participant, question, photo "
                "and models",
            )  # fmt: skip
        found[vote.id] = (line, vote)
    if not found:
        raise SurveyError(f"{path.name} holds no answers.")
    return [vote for _, vote in found.values()]


def _rows(path: Path) -> list[tuple[int, Row]]:
    lines = read_sheet(path)
    if not lines:
        raise SurveyError(f"{path.name} is empty.")
    heads = [cell.lower() for cell in lines[0][1]]
    missing = [name for name in NEEDED if name not in heads]
    if missing:
        raise SurveyError(
            f"{path.name} lacks the column {missing[0]}: its first line must name the columns "
            f"{', '.join(KNOWN)} (the last three may be left out)."
        )
    return [
        (line, dict.fromkeys(heads, "") | dict(zip(heads, cells, strict=False)))
        for line, cells in lines[1:]
    ]


def _plain(said: str) -> str:
    """Return a word as somebody types it: small, without the quotes that Excel makes of it."""
    return re.sub("[‘’`´]", "'", said).strip(_QUOTES).lower()
