"""Opens a study's votes, and the study itself for people to take part in.

The packages of the survey are asked for here, so that a missing one is told before any work.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..extras import require
from . import study as studies
from .survey import Survey
from .tokens import Signer, kept_secret

if TYPE_CHECKING:
    from .store import Store

PACKAGES = ("alembic", "choix", "sqlalchemy")


def open_store(folder: Path, url: str = "", *, create: bool = True, migrate: bool = False) -> Store:
    """Connect a study's database of votes.

    Args:
        folder: of the study.
        url: of the database; default: a SQLite file in the study's folder.
        create: make it if it is not there.
        migrate: bring an older database up to this version, all or nothing.

    Raises:
        PackageError: a package of the survey is not installed.
        StoreError: the database cannot be used, is not there, or is of another version.
    """
    for package in PACKAGES:
        require(package, "survey", "A survey")
    from .store import Store, default_url

    return Store(url or default_url(folder), create=create, migrate=migrate)


def kept_signer(folder: Path, store: Store) -> Signer:
    """Return the signer with the secret that is kept beside a study's database.

    Args:
        folder: of the study, where the secret lies if the database is elsewhere.
        store: the database.

    Raises:
        SurveyError: the secret cannot be kept.
    """
    own = store.engine.url.database if store.engine.dialect.name == "sqlite" else None
    beside = Path(own) if own else folder / "votes"
    dated = beside.suffix[1:].isdigit()  # "votes 12.05.1931" has no ending, and 1932 other votes
    name = beside.name if dated else beside.stem
    return Signer(kept_secret(beside.with_name(f"{name}.secret")))


def open_survey(
    folder: str | Path, *, votes_url: str = "", secret: str = "", votes_repo: str = ""
) -> Survey:
    """Open a study: verify its pictures, connect its database.

    Args:
        folder: of the study.
        votes_url: of the database; default: a SQLite file in the study's folder.
        secret: signs tokens; default: one made at random and kept beside the database.
        votes_repo: `org/name` of a private data set of the Hub to which votes are carried.

    Raises:
        PackageError: a package of the survey is not installed.
        SurveyError: the study was changed, or the database, the secret or the data set cannot be
            used.
    """
    folder = Path(folder)
    store = open_store(folder, votes_url)
    study = studies.load(folder)
    signer = Signer(secret) if secret else kept_signer(folder, store)
    if not votes_repo:
        return Survey(study, store, signer)
    from .carrying import Carrier

    return Survey(study, store, signer, carrier=Carrier(votes_repo, store))
