"""Votes of a Space: carried to a private data set of the Hub, and back after the disk forgot.

The client reads HF_ENDPOINT when it is imported, so every run of a Space is a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from conftest import ROOT
from loopback_hub import TOKEN, Hub, Repo

REPO = "me/votes"
SECRET = "a secret for tests"
SPACE = """
import json, signal, sys, time
from colorgan.survey.opening import open_survey
study, url, repo, answers, end = sys.argv[1:]
survey = open_survey(study, votes_url=url, secret="a secret for tests", votes_repo=repo)
print(survey.promise, flush=True)
key = survey.start("") if answers[0] != "=" else answers[1:]
for step in survey.session(key)["steps"][:3]:
    survey.vote(step["token"], "left", 700, "")
print(json.dumps({"key": key, "kept": len(survey.store.votes())}), flush=True)
if end == "kill":
    survey._carrier._scheduler.trigger().result()  # the interval passes
    survey.vote(survey.session(key)["steps"][0]["token"], "right", 700, "")
    import os
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
    lines = [
        line for path, data in tree.items() if path.endswith(".jsonl") for line in data.splitlines()
    ]
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


@pytest.mark.parametrize(("token", "repo"), [("wrong", REPO), (TOKEN, "others/votes")])
def test_without_the_right_to_write_the_survey_is_not_opened(space, token, repo):
    done = space(token=token, repo=repo)
    assert done.returncode != 0
    assert f"cannot be carried to the data set {repo}" in done.stderr


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


def test_a_line_that_is_no_vote_stops_the_opening(server, space):
    server.repos[REPO] = Repo(private=True)
    server.commit(REPO, {"votes/other.jsonl": b'{"record": "vote", "colour": "red"}\n'})
    done = space()
    assert done.returncode != 0
    assert "other.jsonl" in done.stderr and "has lines that are no votes" in done.stderr


def test_a_line_that_was_cut_off_is_left_out_and_told(server, space):
    server.repos[REPO] = Repo(private=True)
    server.commit(REPO, {"votes/before.jsonl": b'{"record": "vote", "id'})
    done = space()
    assert told(done)["kept"] == 3
    assert "is cut off" in done.stderr
