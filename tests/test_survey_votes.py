"""Votes are kept: once, on the disk before they are acknowledged, whatever happens."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from threading import Thread

import postgres
import psutil
import pytest
import voters
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, text
from studies import change, make_older

from colorgan.errors import StoreError, VoteError
from colorgan.survey import schema
from colorgan.survey.store import Store
from colorgan.survey.votes import Participant, Vote

VOTE = Vote(
    id="anna-3", study="s", participant="anna", step=3, kind="pair", question="real",
    photo="train.jpg", left="custom", right="pretrained", left_revision="a", right_revision="b",
    answer="left", milliseconds=1200, at="2026-01-01T00:00:00+00:00",
)  # fmt: skip


@pytest.fixture(scope="module")
def postgres_server():
    with postgres.serving() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server):
    """An empty database of a real server."""
    yield postgres_server
    engine = create_engine(postgres_server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path}/votes.sqlite"


class TestStore:
    def test_a_vote_is_there_exactly_once_however_often_it_is_sent(self, url):
        store = Store(url)
        assert [store.add(VOTE) for _ in range(3)] == [True, False, False]
        assert store.votes() == [VOTE]

    def test_an_answer_cannot_be_changed(self, url):
        store = Store(url)
        store.add(VOTE)
        with pytest.raises(VoteError, match="cannot be changed") as caught:
            store.add(replace(VOTE, answer="right"))
        assert caught.value.status == 409
        assert store.votes() == [VOTE]

    def test_of_one_vote_sent_at_once_by_many_one_is_kept(self, url):
        store = Store(url)
        new = []
        threads = [Thread(target=lambda: new.append(store.add(VOTE))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(new) == [False] * 11 + [True]
        assert len(store.votes()) == 1

    def test_participants_who_come_at_once_get_numbers_of_their_own(self, url):
        store = Store(url)
        threads = [Thread(target=store.enrol, args=("s", f"p{i}", "now")) for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.number for one in store.participants()] == list(range(20))

    def test_votes_come_back_after_restoring_and_numbers_go_on(self, url):
        store = Store(url)
        people = [Participant("anna", "s", 4, "now"), Participant("ben", "s", 2, "now")]
        assert store.restore(people, [VOTE]) == 1
        assert store.restore(people, [VOTE]) == 0
        assert store.enrol("s", "cem", "now").number == 5

    def test_two_servers_start_on_an_empty_database_at_once(self, url):
        stores: list[Store] = []
        threads = [Thread(target=lambda: stores.append(Store(url))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(stores) == 4

    def test_an_older_database_is_refused_until_it_is_migrated(self, url):
        Store(url).add(VOTE)
        make_older(url)
        with pytest.raises(StoreError, match=r"older version 0001.*survey migrate"):
            Store(url)
        assert Store(url, migrate=True).votes() == [VOTE]
        assert [vote.source for vote in Store(url).votes()] == ["page"]

    @pytest.mark.parametrize("migrate", [False, True])
    def test_a_newer_database_is_refused(self, url, migrate):
        Store(url).close()
        change(url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StoreError, match="made by a newer one"):
            Store(url, migrate=migrate)

    @pytest.mark.parametrize("migrate", [False, True])
    def test_who_only_reads_makes_no_database(self, url, migrate):
        for _ in range(2):
            with pytest.raises(StoreError, match="There is no database of votes at"):
                Store(url, create=False, migrate=migrate)
        Store(url).close()
        assert Store(url, create=False, migrate=migrate).votes() == []

    def test_steps_answered_are_those_of_one_study(self, url):
        store = Store(url)
        store.add_all([VOTE, replace(VOTE, id="anna-4", study="other", step=4)])
        assert store.answered("s", "anna") == {3}

    def test_the_tables_are_those_that_migrations_make(self, url):
        with Store(url).engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []

    def test_a_database_without_its_tables_is_told(self, url):
        store = Store(url)
        change(url, "DROP TABLE votes")
        with pytest.raises(StoreError, match=r"lacks its tables.*\. Nothing was stored\.$"):
            store.add(VOTE)
        with pytest.raises(StoreError, match=r"lacks its tables[^.]*\.$"):  # nobody stored
            store.votes()

    def test_other_databases_are_refused(self):
        with pytest.raises(StoreError, match="not in mysql"):
            Store("mysql://localhost/votes")
        with pytest.raises(StoreError, match="address"):
            Store("nonsense")


class TestSqliteTroubles:
    def test_of_a_refused_database_no_connection_stays_open(self, tmp_path):
        url = f"sqlite:///{tmp_path}/votes.sqlite"
        Store(url).close()
        change(url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StoreError) as refusal:
            Store(url)
        open_files = [Path(file.path).parent for file in psutil.Process().open_files()]
        assert refusal.value and tmp_path not in open_files

    def test_commits_are_on_the_disk_and_readers_do_not_wait(self, tmp_path):
        store = Store(f"sqlite:///{tmp_path}/votes.sqlite")
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2

    def test_a_read_only_database_is_told(self, tmp_path):
        Store(f"sqlite:///{tmp_path}/votes.sqlite").add(VOTE)
        store = Store(f"sqlite:///file:{tmp_path}/votes.sqlite?mode=ro&uri=true")
        assert store.votes() == [VOTE]
        with pytest.raises(StoreError, match=r"is read-only.*Nothing was stored"):
            store.add(replace(VOTE, id="ben-1"))

    def test_a_locked_database_is_told_and_used_again_later(self, tmp_path):
        store = Store(f"sqlite:///{tmp_path}/votes.sqlite", patience=0.2)
        other = sqlite3.connect(tmp_path / "votes.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked by another program"):
            store.add(VOTE)
        other.execute("ROLLBACK")
        assert store.add(VOTE)

    def test_a_full_disk_is_told_and_what_was_acknowledged_is_there(self, tmp_path):
        store = Store(f"sqlite:///{tmp_path}/votes.sqlite")
        store.engine.dispose()

        @event.listens_for(store.engine, "connect")
        def no_more_room(connection, _):
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages}")

        acknowledged = []
        with pytest.raises(StoreError, match="has no room left"):
            for number in range(1000):
                vote = replace(VOTE, id=f"anna-{number:04d}", photo="p" * 500)
                store.add(vote)
                acknowledged.append(vote)
        assert store.votes() == acknowledged

    def test_what_is_no_database_is_told(self, tmp_path):
        (tmp_path / "votes.sqlite").write_bytes(b"these are no votes at all" * 100)
        with pytest.raises(StoreError, match="is no vote database"):
            Store(f"sqlite:///{tmp_path}/votes.sqlite")
        with pytest.raises(StoreError, match="cannot be used now: unable to open"):
            Store(f"sqlite:///{tmp_path}/no/such/folder/votes.sqlite")


class TestPostgresTroubles:
    def test_a_read_only_database_is_told(self, postgres_url):
        Store(postgres_url).close()
        store = Store(postgres_url + "?options=-c%20default_transaction_read_only%3Don")
        with pytest.raises(StoreError, match="is read-only"):
            store.add(VOTE)

    def test_a_locked_database_is_told_and_used_again_later(self, postgres_url):
        store = Store(postgres_url, patience=0.2)
        own = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
        with own.connect() as other:
            other.execute(text("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(StoreError, match="is locked by another program"):
                store.add(VOTE)
        assert store.add(VOTE)

    def test_a_server_that_is_away_is_told(self):
        with pytest.raises(StoreError, match=r"cannot be used now: .*\.$") as caught:
            Store("postgresql://colorgan:password@127.0.0.1:9/votes")
        assert "Nothing was stored" not in str(caught.value)  # nothing was to be

    def test_passwords_are_not_told(self):
        with pytest.raises(StoreError) as caught:
            Store("postgresql://colorgan:hidden@127.0.0.1:9/votes")
        assert "hidden" not in str(caught.value)


@pytest.mark.slow
class TestKilledServer:
    def test_every_acknowledged_vote_is_there_once(self, url, study_folder):
        outcome = voters.run(study_folder, url, voters=30, kills=2)
        assert outcome.kills == 2
        assert len(outcome.acknowledged) == 30 * voters.questions(study_folder)
        assert outcome.lost == []
        assert len(outcome.kept) == len(outcome.acknowledged)
