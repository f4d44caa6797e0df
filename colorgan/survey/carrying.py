"""Votes of a Space, whose disk forgets: carried to a private data set of the Hub, and back.

Each run of the server appends what was committed to a file of its own, which a CommitScheduler
sends every few minutes; at the start the files of all runs are read back. So a Space that stops in
order loses nothing, and one that is stopped hard loses at most the interval.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from huggingface_hub import CommitScheduler, HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

from ..errors import StoreError
from .store import Store
from .votes import Participant, Vote

MINUTES = 5.0
_FOLDER = "votes"


class Carrier:
    """Takes along participants and votes; see the module."""

    def __init__(self, repo: str, store: Store, *, every: float = MINUTES) -> None:
        """Read back what the Hub has, then begin to send.

        Args:
            repo: `org/name` of a data set, made private if it does not exist.
            store: gets what it does not have yet; what it has and the Hub has not is sent.
            every: minutes between two sendings.

        Raises:
            StoreError: the Hub cannot be reached, refuses, or the data set is not private.
        """
        self.repo = repo
        self.every = every
        try:
            self._scheduler, known = self._begin(store)
        except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise StoreError(
                f"The votes cannot be carried to the data set {repo}: {reason}. Check the name "
                "and that HF_TOKEN may write there. The survey was not opened."
            ) from error
        for one in store.participants():
            if one.id not in known:
                self.participant(one)
        for vote in store.votes():
            if vote.id not in known:
                self.vote(vote)

    def _begin(self, store: Store) -> tuple[CommitScheduler, set[str]]:
        api = HfApi()
        known: set[str] = set()
        try:
            if not api.dataset_info(self.repo).private:
                raise StoreError(
                    f"The data set {self.repo} is public; votes are carried to a private one only."
                )
            people, votes = _read(self.repo)
            store.restore(people, votes)
            known = {one.id for one in people} | {vote.id for vote in votes}
        except RepositoryNotFoundError:
            pass  # the scheduler makes it
        folder = Path(mkdtemp(prefix="colorgan-votes-"))
        moment = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
        self._file = folder / f"{moment}-{secrets.token_hex(4)}.jsonl"
        scheduler = CommitScheduler(
            repo_id=self.repo,
            repo_type="dataset",
            private=True,
            folder_path=folder,
            path_in_repo=_FOLDER,
            every=self.every,
        )
        return scheduler, known

    @property
    def promise(self) -> str:
        """What the administrator is told."""
        return (
            f"Votes are carried to the private data set {self.repo} every {self.every:g} minutes "
            "and when the server ends in order. A hard stop on a disk that forgets may lose what "
            "was acknowledged since the last time."
        )

    def participant(self, one: Participant) -> None:
        """Take a participant along."""
        self._append("participant", asdict(one))

    def vote(self, one: Vote) -> None:
        """Take a vote along."""
        self._append("vote", asdict(one))

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        line = json.dumps({"record": kind, **content}, ensure_ascii=False)
        with self._scheduler.lock, self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _read(repo: str) -> tuple[list[Participant], list[Vote]]:
    """Give what all runs sent."""
    folder = snapshot_download(repo, repo_type="dataset", allow_patterns=[f"{_FOLDER}/*.jsonl"])
    people: list[Participant] = []
    votes: list[Vote] = []
    for path in sorted((Path(folder) / _FOLDER).glob("*.jsonl")):
        for content in _lines(path):
            kind = content.pop("record", "")
            try:
                if kind == "participant":
                    people.append(Participant(**content))
                elif kind == "vote":
                    votes.append(Vote(**content))
            except TypeError as error:
                raise StoreError(
                    f"The file {path.name} of the data set {repo} has lines that are no votes "
                    f"({error}). Move it out of {_FOLDER}/, or update colorgan."
                ) from error
    return people, votes


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield dict(json.loads(line))
        except ValueError:  # a run was stopped while it wrote; its vote is in no other place
            logging.getLogger(__name__).warning("Line %d of %s is cut off.", number, path.name)
