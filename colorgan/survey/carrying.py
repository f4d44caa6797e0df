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
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

from ..errors import StoreError
from .store import Store
from .votes import Participant, Vote

MINUTES = 5.0  # between two sendings
_FOLDER = "votes"
_KINDS: dict[str, type[Participant] | type[Vote]] = {"participant": Participant, "vote": Vote}


class Carrier:
    """Takes along participants and votes; see the module."""

    def __init__(self, repo: str, store: Store) -> None:
        """Read back what the Hub has, send what it has not, then begin to send every few minutes.

        Args:
            repo: `org/name` of a data set, made private if it does not exist.
            store: gets what it does not have yet.

        Raises:
            StoreError: the Hub cannot be reached, refuses, or the data set is not private.
        """
        self.repo = repo
        try:
            self._carried = _restore(repo, store)
            self._file = _file_of_this_run()
            self._scheduler = CommitScheduler(
                repo_id=repo,
                repo_type="dataset",
                private=True,
                folder_path=self._file.parent,
                path_in_repo=_FOLDER,
                every=MINUTES,
            )
            here: list[Participant | Vote] = [*store.participants(), *store.votes()]
            for one in here:
                self.take(one)
            self._send()
        except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError) as error:
            reason = str(error).strip().splitlines()[0]
            raise StoreError(
                f"The votes cannot be carried to the data set {repo}: {reason}. Check the name "
                "and that HF_TOKEN may write there. The survey was not opened."
            ) from error

    @property
    def promise(self) -> str:
        """What the administrator is told."""
        return (
            f"Votes are carried to the private data set {self.repo} every {MINUTES:g} minutes "
            "and when the server ends in order. A hard stop on a disk that forgets may lose what "
            "was acknowledged since the last time."
        )

    def take(self, one: Participant | Vote) -> None:
        """Take something along, unless it was before.

        Raises:
            StoreError: it cannot be written.
        """
        kind = next(name for name, known in _KINDS.items() if isinstance(one, known))
        line = json.dumps({"record": kind, **asdict(one)}, ensure_ascii=False)
        with self._scheduler.lock:
            if one.id in self._carried:
                return
            try:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
            except OSError as error:
                raise StoreError(
                    f"A {kind} is kept, but cannot be carried to the data set {self.repo}: "
                    f"{self._file} cannot be written ({error.strerror})."
                ) from error
            self._carried.add(one.id)

    def _send(self) -> None:
        """Send now: whether the token may write shows only then."""
        try:
            self._scheduler.trigger().result()
        except BaseException:
            self._scheduler.stop()
            raise


def _restore(repo: str, store: Store) -> set[str]:
    """Bring back what all runs sent; return the ids of it."""
    try:
        private = HfApi().dataset_info(repo).private
    except RepositoryNotFoundError:
        return set()  # the scheduler makes it
    if not private:
        raise StoreError(f"The data set {repo} is public; votes are carried to a private one only.")
    found = list(_read(repo))
    people = [one for one in found if isinstance(one, Participant)]
    votes = [one for one in found if isinstance(one, Vote)]
    store.restore(people, votes)
    return {one.id for one in found}


def _file_of_this_run() -> Path:
    folder = Path(mkdtemp(prefix="colorgan-votes-"))
    moment = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    path = folder / f"{moment}-{secrets.token_hex(4)}.jsonl"
    path.touch()
    return path


def _read(repo: str) -> Iterator[Participant | Vote]:
    """Yield what all runs sent."""
    folder = snapshot_download(repo, repo_type="dataset", allow_patterns=[f"{_FOLDER}/*.jsonl"])
    for path in sorted((Path(folder) / _FOLDER).glob("*.jsonl")):
        for content in _lines(path):
            try:
                yield _KINDS[content.pop("record")](**content)
            except (AttributeError, KeyError, TypeError) as error:
                raise StoreError(
                    f"The file {path.name} of the data set {repo} has lines that are no votes "
                    f"({error}). Move it out of {_FOLDER}/, or update colorgan."
                ) from error


def _lines(path: Path) -> Iterator[Any]:
    """Yield what is in each line: of bytes, which end at no more signs than those of JSON do."""
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            yield json.loads(line)
        except ValueError:  # a run was stopped while it wrote; its vote is in no other place
            logging.getLogger(__name__).warning("Line %d of %s is cut off.", number, path.name)
