"""A participant's session: signed questions, answers once each, patience with trouble."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from string import ascii_letters, digits
from threading import Thread

import pytest
import voters
from starlette.applications import Starlette
from starlette.testclient import TestClient

from colorgan.errors import SurveyError, VoteError
from colorgan.rates import Rate
from colorgan.survey import web
from colorgan.survey.standing import FRESH, Standing
from colorgan.survey.store import Store
from colorgan.survey.study import load
from colorgan.survey.survey import LIFE, Survey
from colorgan.survey.tokens import Signer, kept_secret
from colorgan.survey.trials import PLAN_VERSION

SECRET = "a secret for tests"


@pytest.fixture
def now():
    """Seconds since 1970, for a test to turn on."""
    return [1e9]


@pytest.fixture
def survey(study_folder, tmp_path, now):
    store = Store(f"sqlite:///{tmp_path}/votes.sqlite")
    yield Survey(load(study_folder), store, Signer(SECRET), clock=lambda: now[0])
    store.close()


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
        for index, letter in enumerate(token):
            for other in set(ascii_letters + digits + "-_.=") - {letter}:
                with pytest.raises(VoteError):
                    signer.read("vote", token[:index] + other + token[index + 1 :])

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

    def test_an_empty_file_of_the_secret_is_told(self, tmp_path):
        (tmp_path / "votes.secret").touch()
        with pytest.raises(SurveyError, match=r"votes\.secret should hold .* or delete it"):
            kept_secret(tmp_path / "votes.secret")

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
        told = " ".join(strings([key, survey.session(key)]))
        for token in re.findall(r"[\w-]+\.[\w-]+", told):
            told += "|".join(voters.fields_of(token))
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

    def test_a_new_token_for_an_old_question_is_no_second_vote(self, survey, now):
        key = survey.start("")
        old = survey.session(key)["steps"][0]["token"]
        now[0] += LIFE - 1
        new = survey.session(key)["steps"][0]["token"]
        assert new != old
        survey.vote(new, "left", 1, "")
        survey.vote(old, "left", 1, "")
        assert len(survey.store.votes()) == 1

    def test_a_page_that_was_open_for_too_long_is_to_be_reloaded(self, survey, now):
        token = survey.session(survey.start(""))["steps"][0]["token"]
        now[0] += LIFE + 1
        with pytest.raises(VoteError, match="open for too long") as caught:
            survey.vote(token, "left", 1, "")
        assert caught.value.status == 410
        assert survey.store.votes() == []

    def test_a_key_of_a_plan_of_before_is_refused(self, survey, monkeypatch):
        key = survey.start("")
        monkeypatch.setattr("colorgan.survey.survey.PLAN_VERSION", PLAN_VERSION + 1)
        updated = Survey(survey.study, survey.store, Signer(SECRET))
        with pytest.raises(VoteError, match="what an earlier version of it asked") as caught:
            updated.session(key)
        assert caught.value.status == 404

    def test_a_vote_for_another_study_is_refused(self, survey, tmp_path):
        voters.draw_study(tmp_path / "other", photos=3, pairs=3)
        other = Survey(load(tmp_path / "other"), survey.store, Signer(SECRET))
        token = other.session(other.start(""))["steps"][0]["token"]
        with pytest.raises(VoteError, match="another study") as caught:
            survey.vote(token, "left", 1, "")
        assert caught.value.status == 404

    @pytest.mark.parametrize("answer", ["", "both", "LEFT", "custom"])
    def test_what_is_no_answer_is_refused(self, survey, answer):
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

    def test_results_are_made_anew_every_20_seconds_at_most(self, survey):
        key, now = survey.start(""), [0.0]
        for step in survey.session(key)["steps"]:
            survey.vote(step["token"], "right", 1, "")
        standing = Standing(survey, clock=lambda: now[0])
        before = standing.shown(key)["board"]
        (pair, *_) = [vote for vote in survey.store.votes() if vote.kind == "pair"]
        survey.store.add(replace(pair, id="b-3", participant="b"))
        assert standing.shown(key)["board"] == before
        now[0] += FRESH + 1
        assert standing.shown(key)["board"]["participants"] == before["participants"] + 1


def strings(value):
    if isinstance(value, dict):
        return [text for one in value.items() for text in strings(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


class TestLimits:
    def test_who_begins_too_often_is_told_when_to_come_again(self, survey):
        with pytest.raises(VoteError, match="Please wait a moment") as caught:
            for _ in range(200):
                survey.start("192.0.2.7")
        assert caught.value.status == 429
        assert 0 < caught.value.wait <= 20
        survey.start("192.0.2.8")

    def test_who_votes_too_quickly_is_told_when_to_come_again(self, survey):
        token = survey.session(survey.start(""))["steps"][0]["token"]
        with pytest.raises(VoteError, match="Please wait a moment") as caught:
            for _ in range(1000):
                survey.vote(token, "left", 700, "192.0.2.7")
        assert (caught.value.status, len(survey.store.votes())) == (429, 1)
        assert 0 < caught.value.wait <= 1

    def test_so_many_at_one_address_are_slowed_and_others_are_not(self, survey, monkeypatch):
        monkeypatch.setattr("colorgan.survey.survey.VOTES_OF_AN_ADDRESS", Rate(10, 0.001))
        tokens = [survey.session(survey.start(""))["steps"][0]["token"] for _ in range(11)]
        for token in tokens[:10]:
            survey.vote(token, "left", 700, "192.0.2.7")
        with pytest.raises(VoteError, match="Please wait a moment"):
            survey.vote(tokens[10], "left", 700, "192.0.2.7")
        survey.vote(tokens[10], "left", 700, "192.0.2.8")


class TestServedInTrouble:
    @pytest.fixture
    def client(self, survey):
        with TestClient(Starlette(routes=web.routes(survey))) as client:
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
