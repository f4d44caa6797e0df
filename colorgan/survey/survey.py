"""One participant's way: agree, be shown pictures, answer, see how it fell.

The browser gets signed tokens only: one for the participant, one for each question, one for each
picture of a trial. Which model stands where it learns when every question is answered.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import VoteError
from ..rates import Rate, Rates
from .study import Study
from .tokens import Signer
from .trials import ANSWERS, PLAN_VERSION, Step, plan
from .votes import Vote

if TYPE_CHECKING:
    from .carrying import Carrier
    from .store import Store

VOTES_OF_A_PARTICIPANT = Rate(60, 2)
VOTES_OF_AN_ADDRESS = Rate(1200, 40)  # a school class behind one address
PARTICIPANTS_OF_AN_ADDRESS = Rate(100, 0.05)
LIFE = 12 * 3600  # seconds for which a question's token is good; a page gets new ones
SLOWEST = 3_600_000  # milliseconds; who takes longer was away
_PLANS = 4096  # of participants, kept at hand


class Ticket(NamedTuple):
    """What a participant's key says, once its signature is checked."""

    participant: str
    number: int


class Survey:
    """A study that people take part in."""

    def __init__(
        self,
        study: Study,
        store: Store,
        signer: Signer,
        *,
        carrier: Carrier | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open a study.

        Args:
            study: what is shown.
            store: where votes are kept.
            signer: holds the server's secret.
            carrier: gets every vote after it was committed.
            clock: seconds since 1970.
        """
        self.study = study
        self.store = store
        self._signer = signer
        self._carrier = carrier
        self._rates = Rates()
        self._clock = clock
        self._fingerprint = study.fingerprint
        self._edition = f"{self._fingerprint}-{PLAN_VERSION}"
        secret = signer.derive(f"plan|{self._edition}")
        self._plan = lru_cache(maxsize=_PLANS)(lambda number: plan(study, number, secret))

    @property
    def promise(self) -> str:
        """What the administrator is told of where votes are carried; empty if nowhere."""
        return "" if self._carrier is None else self._carrier.promise

    def start(self, address: str) -> str:
        """Enrol somebody who agreed to take part; return the participant's key.

        Raises:
            VoteError: too many begin at this address.
            StoreError: the database cannot be written now.
        """
        self._take("start", self._rates.hashed(address), PARTICIPANTS_OF_AN_ADDRESS)
        one = self.store.enrol(self._fingerprint, secrets.token_hex(16), self._now())
        if self._carrier is not None:
            self._carrier.take(one)
        return self._signer.sign("key", self._edition, one.id, one.number)

    def session(self, key: str) -> dict[str, Any]:
        """Return what a participant is shown from here on.

        Returns:
            `practice` and `steps`, each a list of questions with the tokens of their pictures;
            `trials`, how many there are in all; `done`, how many are behind the participant.

        Raises:
            VoteError: the key is none of this survey.
        """
        ticket = self._ticket(key)
        steps = self._plan(ticket.number)
        answered = self.store.answered(self._fingerprint, ticket.participant)
        open_steps = [
            self._shown(ticket, index, step)
            for index, step in enumerate(steps)
            if step.kind != "practice" and index not in answered
        ]
        practice = [
            self._shown(ticket, index, step)
            for index, step in enumerate(steps)
            if step.kind == "practice"
        ]
        trials = {step.trial for step in steps if step.kind != "practice"}
        open_trials = {step["trial"] for step in open_steps}
        return {
            "practice": [] if answered else practice,
            "steps": open_steps,
            "trials": len(trials),
            "done": len(trials) - len(open_trials),
        }

    def picture(self, token: str) -> Path:
        """Return the file behind a picture's token.

        Raises:
            VoteError: the token is none of this survey.
        """
        edition, number, trial, side = self._signer.read("picture", token)
        self._check_edition(edition)
        step = next(s for s in self._plan(int(number)) if s.trial == int(trial))
        return self.study.picture(step.photo, step.left if side == "left" else step.right)

    def vote(self, token: str, answer: str, milliseconds: Any, address: str) -> None:
        """Take an answer; on return it is committed. Sending the same again changes nothing.

        Raises:
            VoteError: the token is altered, expired or of another study, the answer is none, this
                question was answered otherwise before, or too many votes come at once.
            StoreError: the answer cannot be kept or carried now; it is not acknowledged.
        """
        edition, participant, number, place, until = self._signer.read("vote", token)
        self._check_edition(edition)
        if self._clock() > float(until):
            raise VoteError("This page has been open for too long: reload it to go on.", 410)
        if answer not in ANSWERS:
            raise VoteError(f"An answer is one of {', '.join(ANSWERS)}.")
        self._take("vote", participant, VOTES_OF_A_PARTICIPANT)
        self._take("vote", self._rates.hashed(address), VOTES_OF_AN_ADDRESS)
        step = self._plan(int(number))[int(place)]
        vote = Vote(
            id=f"{participant}-{place}",
            study=self._fingerprint,
            participant=participant,
            step=int(place),
            kind=step.kind,
            question=step.question,
            photo=step.photo,
            left=step.left,
            right=step.right,
            left_revision=self.study.revision(step.left),
            right_revision=self.study.revision(step.right),
            answer=answer,
            milliseconds=_duration(milliseconds),
            at=self._now(),
        )
        self.store.add(vote)
        if self._carrier is not None:
            # Also what is there already: it may be sent again because it could not be carried.
            self._carrier.take(vote)

    def own_votes(self, key: str) -> list[Vote]:
        """Return the votes of a participant who has answered everything.

        Raises:
            VoteError: there are questions left; names are not told before.
        """
        ticket = self._ticket(key)
        steps = self._plan(ticket.number)
        own = self.store.votes(self._fingerprint, ticket.participant)
        if len(own) < sum(step.kind != "practice" for step in steps):
            raise VoteError("Results are shown once every question is answered.", 403)
        return own

    def _ticket(self, key: str) -> Ticket:
        edition, participant, number = self._signer.read("key", key)
        self._check_edition(edition)
        return Ticket(participant, int(number))

    def _take(self, what: str, who: str, rate: Rate) -> None:
        if wait := self._rates.take(what, who, rate):
            raise VoteError("Too many answers at once. Please wait a moment.", 429, wait)

    def _check_edition(self, edition: str) -> None:
        if edition != self._edition:
            raise VoteError(
                "This vote is for another study than the one that is open here, or for what an "
                "earlier version of it asked: reload the page.",
                404,
            )

    def _shown(self, ticket: Ticket, place: int, step: Step) -> dict[str, Any]:
        photo = self.study.photo_of(step.photo)
        shown: dict[str, Any] = {
            "trial": step.trial,
            "question": step.question,
            "width": photo.width,
            "height": photo.height,
        }
        for side in ("left", "right"):
            fields = (self._edition, ticket.number, step.trial, side)
            shown[side] = self._signer.sign("picture", *fields)
        if step.kind != "practice":
            until = int(self._clock() + LIFE)
            shown["token"] = self._signer.sign(
                "vote", self._edition, ticket.participant, ticket.number, place, until
            )
        return shown

    def _now(self) -> str:
        moment = datetime.fromtimestamp(self._clock(), timezone.utc)
        return moment.isoformat(timespec="milliseconds")


def _duration(milliseconds: Any) -> int | None:
    """Believe the browser's clock only within reason."""
    if isinstance(milliseconds, (int, float)) and 0 <= milliseconds <= SLOWEST:
        return int(milliseconds)
    return None
