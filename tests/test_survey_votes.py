"""Votes are kept: once, on the disk before they are acknowledged, whatever happens."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import replace
from threading import Thread

import postgres
import pytest
from conftest import ROOT
from sqlalchemy import create_engine, event, text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from colorgan.errors import StoreError, SurveyError, VoteError
from colorgan.rates import Rate, Rates
from colorgan.survey.opening import routes_of
from colorgan.survey.session import LIFE, Survey
from colorgan.survey.store import Participant, Store, Vote
from colorgan.survey.study import load
from colorgan.survey.tokens import Signer, kept_secret

sys.path.insert(0, str(ROOT / "benchmarks"))
import votes as load_test

VOTE = Vote(
    id="anna-3", study="s", participant="anna", step=3, kind="pair", question="real",
    photo="train.jpg", left="custom", right="pretrained", left_revision="a", right_revision="b",
    answer="left", milliseconds=1200, at="2026-01-01T00:00:00+00:00",
)  # fmt: skip
SECRET = "a secret for tests"


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


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "study"
    load_test.draw_study(folder, photos=8, pairs=6, fool=2)
    return folder


@pytest.fixture
def survey(study_folder, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/votes.sqlite")
    yield Survey(load(study_folder), store, Signer(SECRET))
    store.close()


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
        assert [one.number for one in store.participants("s")] == list(range(20))

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
        Store(url).close()
        make_older(url)
        with pytest.raises(StoreError, match=r"older version 0001.*survey migrate"):
            Store(url)
        assert Store(url, migrate=True).votes() == [VOTE]
        assert [vote.source for vote in Store(url).votes()] == ["page"]

    def test_a_newer_database_is_refused(self, url):
        Store(url).close()
        change(url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StoreError, match="made by a newer one"):
            Store(url)

    def test_a_database_without_its_tables_is_told(self, url):
        store = Store(url)
        change(url, "DROP TABLE votes")
        with pytest.raises(StoreError, match="lacks its tables"):
            store.add(VOTE)

    def test_other_databases_are_refused(self):
        with pytest.raises(StoreError, match="not in mysql"):
            Store("mysql://localhost/votes")
        with pytest.raises(StoreError, match="address"):
            Store("nonsense")


def make_older(url):
    """Bring a database back to what the first version left, with a vote in it."""
    Store(url).add(VOTE)
    change(url, "ALTER TABLE votes DROP COLUMN source")
    change(url, "UPDATE alembic_version SET version_num = '0001'")


def change(url, statement):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


class TestSqliteTroubles:
    def test_commits_are_on_the_disk_and_readers_do_not_wait(self, tmp_path):
        store = Store(f"sqlite:///{tmp_path}/votes.sqlite")
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2

    def test_read_only(self, tmp_path):
        Store(f"sqlite:///{tmp_path}/votes.sqlite").add(VOTE)
        store = Store(f"sqlite:///file:{tmp_path}/votes.sqlite?mode=ro&uri=true")
        assert store.votes() == [VOTE]
        with pytest.raises(StoreError, match=r"is read-only.*Nothing was stored"):
            store.add(replace(VOTE, id="ben-1"))

    def test_locked(self, tmp_path):
        store = Store(f"sqlite:///{tmp_path}/votes.sqlite", patience=0.2)
        other = sqlite3.connect(tmp_path / "votes.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked by another program"):
            store.add(VOTE)
        other.execute("ROLLBACK")
        assert store.add(VOTE)

    def test_full(self, tmp_path):
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

    def test_no_database_at_all(self, tmp_path):
        (tmp_path / "votes.sqlite").write_bytes(b"these are no votes at all" * 100)
        with pytest.raises(StoreError, match="is no vote database"):
            Store(f"sqlite:///{tmp_path}/votes.sqlite")
        with pytest.raises(StoreError, match="cannot be used now: unable to open"):
            Store(f"sqlite:///{tmp_path}/no/such/folder/votes.sqlite")


class TestPostgresTroubles:
    def test_read_only(self, postgres_url):
        Store(postgres_url).close()
        store = Store(postgres_url + "?options=-c%20default_transaction_read_only%3Don")
        with pytest.raises(StoreError, match="is read-only"):
            store.add(VOTE)

    def test_locked(self, postgres_url):
        store = Store(postgres_url, patience=0.2)
        with create_engine(postgres_url).connect() as other:
            other.execute(text("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(StoreError, match="is locked by another program"):
                store.add(VOTE)
        assert store.add(VOTE)

    def test_away(self):
        with pytest.raises(StoreError, match=r"cannot be used now.*Nothing was stored"):
            Store("postgresql://colorgan:password@127.0.0.1:9/votes")

    def test_passwords_are_not_told(self):
        with pytest.raises(StoreError) as caught:
            Store("postgresql://colorgan:hidden@127.0.0.1:9/votes")
        assert "hidden" not in str(caught.value)


@pytest.mark.slow
class TestKilledServer:
    def test_every_acknowledged_vote_is_there_once(self, url, study_folder):
        outcome = load_test.run(study_folder, url, voters=30, kills=2)
        assert outcome.kills == 2
        assert len(outcome.acknowledged) == 30 * load_test._questions(study_folder)
        assert outcome.lost == []
        assert len(outcome.kept) == len(outcome.acknowledged)


class TestTokens:
    def test_a_token_brings_its_fields_back(self):
        signer = Signer(SECRET)
        assert signer.read("vote", signer.sign("vote", "s", 3)) == ["s", "3"]

    @pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "é.ü", "." * 50, "AAAA.AAAA"])
    def test_what_the_server_did_not_make_is_refused(self, token):
        with pytest.raises(VoteError, match="altered"):
            Signer(SECRET).read("vote", token)

    def test_every_change_of_a_token_is_found(self):
        signer = Signer(SECRET)
        token = signer.sign("vote", "s", "anna", 3)
        for place, letter in enumerate(token):
            changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
            with pytest.raises(VoteError):
                signer.read("vote", changed)

    def test_a_token_is_good_for_its_purpose_and_secret_only(self):
        token = Signer(SECRET).sign("picture", "s")
        with pytest.raises(VoteError):
            Signer(SECRET).read("vote", token)
        with pytest.raises(VoteError):
            Signer(SECRET + "!").read("picture", token)

    def test_a_secret_is_made_once_and_is_its_owner_s_alone(self, tmp_path):
        path = tmp_path / "votes.secret"
        secret = kept_secret(path)
        assert len(secret) > 30
        assert kept_secret(path) == secret
        assert path.stat().st_mode & 0o077 == 0
        assert list(tmp_path.iterdir()) == [path]

    def test_a_secret_that_cannot_be_kept_is_told(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(SurveyError, match="set COLORGAN_SURVEY_SECRET"):
            kept_secret(tmp_path / "file" / "votes.secret")

    def test_of_secrets_made_at_once_one_is_everybody_s(self, tmp_path):
        found = []
        threads = [
            Thread(target=lambda: found.append(kept_secret(tmp_path / "votes.secret")))
            for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 12 and len(set(found)) == 1

    def test_short_secrets_are_refused(self):
        with pytest.raises(SurveyError, match="at least 16"):
            Signer("short")


class TestVoting:
    def test_a_whole_survey(self, survey):
        key = survey.start("1.2.3.4")
        shown = survey.session(key)
        for step in shown["steps"]:
            survey.vote(step["token"], "left", 800, "1.2.3.4")
        kept = survey.store.votes()
        assert len(kept) == len(shown["steps"])
        assert {vote.study for vote in kept} == {survey.study.fingerprint}
        assert {vote.left_revision for vote in kept if vote.left == "custom"} == {"revision-custom"}
        assert survey.session(key)["done"] == shown["trials"]

    def test_a_session_goes_on_where_it_was_left(self, survey):
        key = survey.start("1.2.3.4")
        first = survey.session(key)
        for step in first["steps"][:5]:
            survey.vote(step["token"], "none", None, "")
        again = survey.session(key)
        assert len(again["steps"]) == len(first["steps"]) - 5
        assert again["steps"][0]["left"] == first["steps"][5]["left"]
        assert again["practice"] == []

    def test_tokens_and_keys_tell_neither_model_nor_kind(self, survey):
        key = survey.start("1.2.3.4")
        told = "".join(map(decoded, strings([key, survey.session(key)])))
        for word in (
            "custom",
            "pretrained",
            "original|",
            "decoy",
            "catch",
            "fool",
            ".jpg",
            ".webp",
        ):
            assert word not in told

    def test_the_same_answer_again_is_acknowledged_and_another_refused(self, survey):
        token = survey.session(survey.start(""))["steps"][0]["token"]
        survey.vote(token, "left", 1, "")
        survey.vote(token, "left", 1, "")
        with pytest.raises(VoteError, match="cannot be changed"):
            survey.vote(token, "right", 1, "")
        assert len(survey.store.votes()) == 1

    def test_a_new_token_for_an_old_question_is_no_second_vote(self, survey):
        key = survey.start("")
        old = survey.session(key)["steps"][0]["token"]
        survey._clock = lambda: 2e9
        new = survey.session(key)["steps"][0]["token"]
        survey.vote(new, "left", 1, "")
        survey._clock = lambda: 1e9
        survey.vote(old, "left", 1, "")
        assert len(survey.store.votes()) == 1

    def test_expired(self, survey):
        now = [1e9]
        survey._clock = lambda: now[0]
        token = survey.session(survey.start(""))["steps"][0]["token"]
        now[0] += LIFE + 1
        with pytest.raises(VoteError, match="open for too long") as caught:
            survey.vote(token, "left", 1, "")
        assert caught.value.status == 410
        assert survey.store.votes() == []

    def test_for_another_study(self, survey, tmp_path):
        load_test.draw_study(tmp_path / "other", photos=3, pairs=3)
        other = Survey(load(tmp_path / "other"), survey.store, Signer(SECRET))
        token = other.session(other.start(""))["steps"][0]["token"]
        with pytest.raises(VoteError, match="another study") as caught:
            survey.vote(token, "left", 1, "")
        assert caught.value.status == 404

    @pytest.mark.parametrize("answer", ["", "both", "LEFT", "custom"])
    def test_no_answer(self, survey, answer):
        token = survey.session(survey.start(""))["steps"][0]["token"]
        with pytest.raises(VoteError, match="left, right, none"):
            survey.vote(token, answer, 1, "")

    @pytest.mark.parametrize("duration", [-1, 1e12, "long", None, float("nan"), {}])
    def test_durations_nobody_can_have_are_not_kept(self, survey, duration):
        token = survey.session(survey.start(""))["steps"][0]["token"]
        survey.vote(token, "left", duration, "")
        assert survey.store.votes()[0].milliseconds is None

    def test_names_are_told_at_the_end_only(self, survey):
        key = survey.start("")
        steps = survey.session(key)["steps"]
        for step in steps:
            with pytest.raises(VoteError, match="once every question"):
                survey.own_votes(key)
            survey.vote(step["token"], "right", 1, "")
        assert len(survey.own_votes(key)) == len(steps)


def strings(value):
    if isinstance(value, dict):
        return [text for one in value.items() for text in strings(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def decoded(token):
    """A token as somebody curious would read it."""
    import base64

    texts = [token]
    for part in token.split("."):
        try:
            texts.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("latin-1"))
        except ValueError:
            continue
    return "".join(texts)


class TestServedInTrouble:
    @pytest.fixture
    def client(self, survey):
        with TestClient(Starlette(routes=[routes_of(survey)])) as client:
            yield client

    def test_a_database_that_fails_is_told_without_the_server_s_places(
        self, survey, client, tmp_path, caplog
    ):
        with sqlite3.connect(tmp_path / "votes.sqlite") as connection:
            connection.execute("DROP TABLE participants")
        answer = client.post("/survey/start", json={})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert answer.json()["error"].startswith("The survey's database does not answer")
        assert str(tmp_path) not in answer.text and "lacks its tables" in caplog.text

    def test_who_comes_too_often_is_told_when_to_come_again(self, survey, client):
        with pytest.raises(VoteError):
            for _ in range(200):
                survey.start("testclient")  # the client's address
        refused = client.post("/survey/start", json={})
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0


class TestRates:
    def test_so_many_at_once_and_more_after_a_while(self):
        now = [0.0]
        rates, rate = Rates(clock=lambda: now[0]), Rate(5, 1)
        assert [rates.take("vote", "anna", rate) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
        assert rates.take("vote", "ben", rate, 5) == 0
        now[0] += 1
        assert rates.take("vote", "anna", rate, 3) == 2
        assert rates.take("vote", "anna", rate) == 0

    def test_who_votes_too_quickly_is_told_when_to_come_again(self, survey):
        with pytest.raises(VoteError, match="wait a little") as caught:
            for _ in range(200):
                survey.start("192.0.2.7")
        assert caught.value.status == 429
        assert 0 < caught.value.wait <= 20
        survey.start("192.0.2.8")

    def test_addresses_are_kept_as_hashes_that_change_daily(self):
        now = [0.0]
        rates = Rates(clock=lambda: now[0])
        today = rates.hashed("192.0.2.7")
        assert "192.0.2.7" not in today
        assert rates.hashed("192.0.2.7") == today
        now[0] += 86_401
        assert rates.hashed("192.0.2.7") != today
        assert Rates(clock=lambda: 0.0).hashed("192.0.2.7") != today
