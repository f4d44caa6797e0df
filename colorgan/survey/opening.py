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


def open_survey(folder: str | Path, *, votes_url: str = "", secret: str = "") -> Survey:
    """Open a study: verify its pictures, connect its database.

    Args:
        folder: of the study.
        votes_url: of the database; default: a SQLite file in the study's folder.
        secret: signs tokens; default: one made at random and kept beside the database.

    Raises:
        SurveyError: the study was changed, or the database or the secret cannot be used.
    """
    folder = Path(folder)
    study = studies.load(folder)
    store = Store(votes_url or default_url(folder))
    own = store.engine.url.database if store.engine.dialect.name == "sqlite" else None
    beside = Path(own) if own else folder / "votes"
    return Survey(study, store, Signer(secret or kept_secret(beside.with_suffix(".secret"))))


def open_routes(folder: str | Path, *, votes_url: str = "", secret: str = "") -> list[Mount]:
    """Open a study as routes for a server; see `open_survey`.

    Raises:
        SurveyError: the study was changed, or the database or the secret cannot be used.
    """
    survey = open_survey(folder, votes_url=votes_url, secret=secret)
    return [web.routes(survey, Standing(survey).shown)]
