"""Opens a prepared study for people to take part in."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Mount

from . import study as studies
from . import web
from .session import Survey
from .standing import Standing
from .store import Store, default_url
from .tokens import Signer, kept_secret


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
        SurveyError: the study was changed, or the database, the secret or the data set cannot be
            used.
    """
    folder = Path(folder)
    study = studies.load(folder)
    store = Store(votes_url or default_url(folder))
    own = store.engine.url.database if store.engine.dialect.name == "sqlite" else None
    beside = Path(own) if own else folder / "votes"
    signer = Signer(secret or kept_secret(beside.with_suffix(".secret")))
    if not votes_repo:
        return Survey(study, store, signer)
    from .carrying import Carrier

    return Survey(study, store, signer, keeper=Carrier(votes_repo, store))


def routes_of(survey: Survey) -> Mount:
    """Give an open survey's routes, with its leaderboard, for a server."""
    return web.routes(survey, Standing(survey).shown)
