"""Votes of a Space: carried to a private data set of the Hub, and back after the disk forgot.

The client reads HF_ENDPOINT when it is imported, so every run of a Space is a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict

import pytest
from conftest import ROOT
from loopback_hub import READ_TOKEN, TOKEN, Hub, Repo

from colorgan.survey.votes import Vote

REPO = "me/votes"
SECRET = "a secret for tests"
SPACE = """
import json, os, shutil, signal, sys
from colorgan.errors import StoreError
from colorgan.survey.opening import open_survey
study, url, repo, answers, end = sys.argv[1:]
survey = open_survey(study, votes_url=url, secret="a secret for tests", votes_repo=repo)
print(survey.promise, flush=True)
key = survey.start("") if answers[0] != "=" else answers[1:]
for step in survey.session(key)["steps"][:3]:
    survey.vote(step["token"], "left", 700, "")
carrier, token = survey._carrier, survey.session(key)["steps"][0]["token"]
if end == "trouble":
    shutil.rmtree(carrier._file.parent)
    try:
        survey.vote(token, "right", 700, "")
    except StoreError as error:
        print(error, file=sys.stderr)
    carrier._file.parent.mkdir()
    survey.vote(token, "right", 700, "")  # the browser asks again
print(json.dumps({"key": key, "kept": len(survey.store.votes())}), flush=True)
if end == "kill":
    carrier._scheduler.trigger().result()  # the interval passes
    survey.vote(token, "right", 700, "")
if end in ("kill", "kill at once"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def server():
    return Hub()


@pytest.fixture
def space(server, study_folder, tmp_path):
    """Runs the survey as a Space does: on a disk of its own, which is gone afterwards."""
    runs = iter(range(9))

    def run(answers="new", end="order", token=TOKEN, repo=REPO, disk=None, hub=server.url):
        disk = disk or tmp_path / f"disk{next(runs)}"
        disk.mkdir(exist_ok=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        env |= {"HF_ENDPOINT": hub, "HF_HOME": str(disk), "HF_TOKEN": token}
        env |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        url = f"sqlite:///{disk}/votes.sqlite"
        arguments = [str(study_folder), url, repo, answers, end]
        return subprocess.run(
            [sys.executable, "-c", SPACE, *arguments],
            capture_output=True, text=True, timeout=120, cwd=ROOT, env=env,
        )  # fmt: skip

    return run


def told(done) -> dict:
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def carried(server) -> list[dict]:
    repo = server.repos[REPO]
    tree = repo.commits[repo.refs["main"]]
    files = [data for path, data in tree.items() if path.endswith(".jsonl")]
    lines = [line for data in files for line in data.splitlines()]
    return [json.loads(line) for line in lines]


def test_votes_survive_a_restart_that_forgets_the_disk(server, space):
    first = space()
    assert "every 5 minutes" in first.stdout  # the administrator is told
    assert told(first)["kept"] == 3
    assert server.repos[REPO].private
    second = space()
    assert told(second)["kept"] == 6
    assert len({line["participant"] for line in carried(server) if line["record"] == "vote"}) == 2
    tree = server.repos[REPO].commits[server.repos[REPO].refs["main"]]
    assert len([path for path in tree if path.startswith("votes/")]) == 2  # a file for each run
    numbers = [line["number"] for line in carried(server) if line["record"] == "participant"]
    assert numbers == [0, 1]  # so pairs stay balanced


def test_a_participant_goes_on_after_the_restart(space):
    first = told(space())
    second = told(space(answers="=" + first["key"]))
    assert second["kept"] == 6


def test_a_hard_stop_loses_no_more_than_the_interval(server, space, tmp_path):
    killed = space(end="kill")
    assert killed.returncode == -signal.SIGKILL
    assert sum(line["record"] == "vote" for line in carried(server)) == 3
    assert told(space())["kept"] == 3 + 3


def test_what_a_disk_kept_and_the_hub_missed_is_sent_at_the_next_start(server, space, tmp_path):
    disk = tmp_path / "disk"
    assert space(end="kill", disk=disk).returncode == -signal.SIGKILL
    assert told(space(disk=disk))["kept"] == 4 + 3
    sent = [line["id"] for line in carried(server) if line["record"] == "vote"]
    assert len(sent) == len(set(sent)) == 7


def test_who_came_before_a_hard_stop_is_sent_at_the_next_start(server, space, tmp_path):
    disk = tmp_path / "disk"
    assert space(end="kill at once", disk=disk).returncode == -signal.SIGKILL
    assert carried(server) == []
    assert told(space(disk=disk))["kept"] == 3 + 3
    sent = [(line["record"], line["id"]) for line in carried(server)]
    assert len(sent) == len(set(sent)) == 2 + 6


def test_a_vote_that_could_not_be_carried_is_when_it_is_sent_again(server, space):
    done = space(end="trouble")
    assert "A vote is kept, but cannot be carried to the data set me/votes" in done.stderr
    assert told(done)["kept"] == 4
    answers = [line["answer"] for line in carried(server) if line["record"] == "vote"]
    assert answers.count("right") == 1


@pytest.mark.parametrize(
    ("token", "repo"), [("wrong", REPO), (TOKEN, "others/votes"), (TOKEN, "a/b/c")]
)
def test_without_the_right_to_write_the_survey_is_not_opened(space, token, repo):
    done = space(token=token, repo=repo)
    assert done.returncode != 0
    assert f"cannot be carried to the data set {repo}" in done.stderr


def test_a_token_that_may_only_read_does_not_open_the_survey(server, space):
    space()
    done = space(token=READ_TOKEN)
    assert done.returncode != 0
    assert "cannot be carried to the data set me/votes: 403" in done.stderr
    assert "every 5 minutes" not in done.stdout  # nothing is promised


def test_without_the_hub_the_survey_is_not_opened(space):
    done = space(hub="http://127.0.0.1:9")  # nothing listens there
    assert done.returncode != 0
    assert "cannot be carried to the data set me/votes" in done.stderr
    assert "The survey was not opened." in done.stderr


def test_a_public_data_set_is_refused(server, space):
    server.repos[REPO] = Repo(private=False)
    server.commit(REPO, {"README.md": b"votes"})
    done = space()
    assert "is public" in done.stderr


@pytest.mark.parametrize(
    "line", ['{"record": "vote", "colour": "red"}', '{"record": "remark"}', "{}", "[1]", "1"]
)
def test_a_line_that_is_no_vote_stops_the_opening(server, space, line):
    server.repos[REPO] = Repo(private=True)
    server.commit(REPO, {"votes/other.jsonl": f"{line}\n".encode()})
    done = space()
    assert done.returncode != 0
    assert "other.jsonl" in done.stderr and "has lines that are no votes" in done.stderr


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_a_photo_s_name_may_hold_what_else_ends_lines(server, space, character):
    vote = Vote(
        "p-3", "s", "p", 3, "pair", "real", f"a{character}b.jpg", "custom", "pretrained", "", "",
        "left", 700, "now",
    )  # fmt: skip
    server.repos[REPO] = Repo(private=True)
    line = json.dumps({"record": "vote", **asdict(vote)}, ensure_ascii=False)
    server.commit(REPO, {"votes/before.jsonl": f"{line}\n".encode()})
    assert told(space())["kept"] == 1 + 3


def test_a_line_that_was_cut_off_is_left_out_and_told(server, space):
    server.repos[REPO] = Repo(private=True)
    server.commit(REPO, {"votes/before.jsonl": '{"record": "vote", "photo": "ö'.encode()[:-1]})
    done = space()
    assert told(done)["kept"] == 3
    assert "is cut off" in done.stderr
