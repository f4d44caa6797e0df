"""The votes: SQLite by default, PostgreSQL by its URL. The only place that speaks SQL.

A vote's id follows from its participant and step, so that the same vote is never there twice,
however often it is sent. What `add` returns from is committed and on the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from ..errors import StoreError, VoteError
from ..extras import require
from .schema import participants, studies, votes
from .votes import Participant, Vote

PATIENCE = 10.0  # seconds that a vote waits for a locked database
_POOL = 8  # connections of one server
_LOCK = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(hashtext('colorgan'))",
}


class Store:
    """The database of votes."""

    def __init__(
        self, url: str, *, patience: float = PATIENCE, create: bool = True, migrate: bool = False
    ) -> None:
        """Connect.

        Args:
            url: `sqlite:///votes.sqlite`, `postgresql://user:password@host/name`, ...
            patience: seconds to wait for a locked database.
            create: make a database that is not there, and the tables of an empty one.
            migrate: bring an older database up to this version, all or nothing.

        Raises:
            StoreError: the database cannot be used, is not there, or is of another version.
        """
        self.engine = _engine(url, patience)
        self.place = self.engine.url.render_as_string(hide_password=True)
        self._dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[self.engine.dialect.name]
        # SQLite takes one writer at a time; those of this process queue here, in turn.
        self._turn: AbstractContextManager[Any] = (
            threading.Lock() if self._dialect is sqlite else nullcontext()
        )
        try:
            self._open(create, migrate)
        except BaseException:
            self.engine.dispose()  # of a refused database no connection stays open
            raise

    def _open(self, create: bool, migrate: bool) -> None:
        """Check the version of the database, and make or migrate its tables."""
        found = None
        if create or not _lacks_its_file(self.engine):
            with self._reading() as connection:
                found = MigrationContext.configure(connection).get_current_revision()
        if found is None and not create:
            raise StoreError(
                f"There is no database of votes at {self.place}: nobody has taken part yet, or its "
                "address is mistyped."
            )
        if found is not None:
            _check_version(found, self.place, older=migrate)
        if found is None or migrate:
            self._migrate()

    def _migrate(self) -> None:
        with self._writing() as connection:
            # Two servers that start at once: one after the other.
            connection.execute(text(_LOCK[self.engine.dialect.name]))
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def enrol(self, study: str, id: str, at: str) -> Participant:
        """Give a new participant the study's next number.

        Raises:
            StoreError: the database cannot be written now.
        """
        count = self._dialect.insert(studies).values(study=study, participants=1)
        count = count.on_conflict_do_update(
            index_elements=["study"], set_={"participants": studies.c.participants + 1}
        ).returning(studies.c.participants)
        with self._writing() as connection:
            number = connection.execute(count).scalar_one() - 1
            found = Participant(id, study, number, at)
            connection.execute(participants.insert().values(asdict(found)))
        return found

    def add(self, vote: Vote) -> bool:
        """Keep a vote; return whether it is new. On return it is committed.

        Raises:
            VoteError: there is another answer to this question already.
            StoreError: the database cannot be written now; the vote is not kept.
        """
        return self.add_all([vote]) == 1

    def add_all(self, new: Iterable[Vote]) -> int:
        """Keep votes, all or none; return how many are new.

        Raises:
            VoteError: one was answered otherwise before.
            StoreError: the database cannot be written now; no vote is kept.
        """
        added = 0
        insert = self._dialect.insert(votes).on_conflict_do_nothing(index_elements=["id"])
        insert = insert.returning(votes.c.id)
        with self._writing() as connection:
            for vote in new:
                if connection.execute(insert.values(asdict(vote))).first() is not None:
                    added += 1
                    continue
                known = connection.execute(
                    select(votes.c.answer).where(votes.c.id == vote.id)
                ).scalar_one()
                if known != vote.answer:
                    raise VoteError(
                        f"Another answer to this question of participant {vote.participant} is "
                        "kept already; an answer cannot be changed.",
                        409,
                    )
        return added

    def restore(self, people: Iterable[Participant], kept: Iterable[Vote]) -> int:
        """Bring back participants and votes that another run had; return how many votes are new.

        Raises:
            StoreError: the database cannot be written.
        """
        person = self._dialect.insert(participants).on_conflict_do_nothing(index_elements=["id"])
        count = self._dialect.insert(studies)
        vote = self._dialect.insert(votes).on_conflict_do_nothing(index_elements=["id"])
        vote = vote.returning(votes.c.id)
        added = 0
        with self._writing() as connection:
            for one in people:
                connection.execute(person.values(asdict(one)))
                known = studies.c.participants
                connection.execute(
                    count.values(
                        study=one.study, participants=one.number + 1
                    ).on_conflict_do_update(
                        index_elements=["study"],
                        set_={"participants": one.number + 1},
                        where=known < one.number + 1,
                    )
                )
            for row in kept:
                added += connection.execute(vote.values(asdict(row))).first() is not None
        return added

    def answered(self, study: str, participant: str) -> set[int]:
        """Return the steps of a study that a participant has answered."""
        wanted = select(votes.c.step).where(
            votes.c.study == study, votes.c.participant == participant
        )
        with self._reading() as connection:
            return set(connection.execute(wanted).scalars())

    def votes(self, study: str | None = None, participant: str | None = None) -> list[Vote]:
        """List votes in the order of their ids."""
        names = [column.name for column in fields(Vote)]
        wanted = select(*(votes.c[name] for name in names)).order_by(votes.c.id)
        if study is not None:
            wanted = wanted.where(votes.c.study == study)
        if participant is not None:
            wanted = wanted.where(votes.c.participant == participant)
        with self._reading() as connection:
            return [Vote(*row) for row in connection.execute(wanted)]

    def participants(self) -> list[Participant]:
        """List participants by number."""
        names = [column.name for column in fields(Participant)]
        wanted = select(*(participants.c[name] for name in names)).order_by(participants.c.number)
        with self._reading() as connection:
            return [Participant(*row) for row in connection.execute(wanted)]

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._turn, self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"{_sentence(error, self.place)} Nothing was stored.") from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(_sentence(error, self.place)) from error


def default_url(folder: Path) -> str:
    """Return the URL of the database that lies in a study's folder."""
    return f"sqlite:///{folder.resolve() / 'votes.sqlite'}"


def _engine(url: str, patience: float) -> Engine:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
        if name == "sqlite":
            engine = create_engine(
                parsed, pool_size=_POOL, pool_timeout=60, connect_args={"timeout": patience}
            )
            event.listen(engine, "connect", _durable)
            return engine
        if name == "postgresql":
            if parsed.get_driver_name() == "psycopg":
                require("psycopg", "survey", "PostgreSQL")
            waits = f"-c lock_timeout={int(patience * 1000)} -c statement_timeout=30000"
            options = f"{parsed.query.get('options', '')} {waits}"
            arguments = {"connect_timeout": 10, "options": options}
            return create_engine(
                parsed,
                pool_size=_POOL,
                pool_timeout=60,
                pool_pre_ping=True,
                connect_args=arguments,
            )
    except (ArgumentError, ImportError) as error:
        raise StoreError(f"The address of the vote database cannot be used: {error}.") from error
    raise StoreError(f"Votes are kept in SQLite or PostgreSQL, not in {name}.")


def _lacks_its_file(engine: Engine) -> bool:
    """Return whether a SQLite database is not there: to look into it would make it."""
    file = engine.url.database
    named = engine.dialect.name == "sqlite" and file and not engine.url.query.get("uri")
    return bool(named) and not Path(str(file)).exists()


def _durable(connection: Any, _: Any) -> None:
    """Readers and the writer do not wait for each other; a commit is on the disk."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _check_version(found: str, place: str, *, older: bool) -> None:
    """Refuse a database of another version; an older one may be allowed."""
    script = ScriptDirectory.from_config(_alembic())
    head = script.get_current_head()
    if found in {revision.revision for revision in script.walk_revisions()}:
        if older or found == head:
            return
        raise StoreError(
            f"The vote database {place} is of the older version {found}; this colorgan needs "
            f"{head}. Make a copy of it, then run `colorgan survey migrate`."
        )
    raise StoreError(
        f"The vote database {place} is of version {found}, which this colorgan does not know: "
        "it was made by a newer one. Update colorgan."
    )


_REASONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "is read-only: make it and its folder writable": (("readonly", "read-only"), ("25006",)),
    "is locked by another program: close that, then try again": (
        ("is locked",), ("55P03", "57014"),
    ),
    "has no room left: free some on its disk": (("is full",), ("53100",)),
    "is no vote database, or is damaged: bring back a copy": (("not a database", "malformed"), ()),
    "lacks its tables: it was changed by another program": (
        ("no such table", "no such column"), ("42P01", "42703"),
    ),
}  # fmt: skip
"""What is wrong, by words in the error and by PostgreSQL's states."""


def _sentence(error: SQLAlchemyError, place: str) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text, state = str(cause).strip(), getattr(cause, "sqlstate", None)
    for reason, (words, states) in _REASONS.items():
        if state in states or any(word in text for word in words):
            return f"The vote database {place} {reason}."
    first = text.splitlines()[0] if text else type(cause).__name__
    return f"The vote database {place} cannot be used now: {first}."
