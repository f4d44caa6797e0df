"""Voters over HTTP against a server that is killed on the way, and a small study to vote on."""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from serving import free_port, wait_until_answering

ROOT = Path(__file__).parent.parent
SERVER = "import sys, voters; voters.serve(*sys.argv[1:])"
PATHS = (ROOT, ROOT / "benchmarks", ROOT / "tests")


@dataclass
class Outcome:
    """What voters saw, and what the database holds."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    """Answer by participant and step."""
    kept: list[tuple[str, str]] = field(default_factory=list)
    kills: int = 0

    @property
    def lost(self) -> list[str]:
        """Acknowledged answers that are not there, or otherwise, or more than once."""
        times = Counter(self.kept)
        return [id for id, answer in self.acknowledged.items() if times[id, answer] != 1]


def draw_study(folder: Path, photos: int = 24, *, pairs: int = 20, originals: int = 5) -> None:
    """Prepare a study of coloured noise, quickly and without models."""
    from colorgan.survey.prepare import freeze
    from colorgan.survey.study import DECOY, ORIGINAL, StudyPhoto, System

    rng = np.random.default_rng(0)
    systems = [System(name, f"revision-{name}", "0" * 64) for name in ("custom", "pretrained")]
    shown = ("custom", "pretrained", DECOY, ORIGINAL)
    coloured = []
    for number in range(photos):
        photo = StudyPhoto(f"{number:02d}.jpg", "", "0" * 64, 48, 32, True, {})
        noise = rng.integers(0, 256, (len(shown), 4, 6, 3), dtype=np.uint8)
        pictures = [Image.fromarray(one).resize((48, 32)) for one in noise]
        coloured.append((photo, dict(zip(shown, pictures, strict=True))))
    freeze(folder, systems, coloured, pairs=pairs, originals=originals)


def serve(study: str, url: str, port: str) -> None:
    """Serve the survey's routes alone."""
    import uvicorn
    from starlette.applications import Starlette

    from colorgan.survey import web
    from colorgan.survey.opening import open_survey

    routes = web.routes(open_survey(study, votes_url=url))
    uvicorn.run(Starlette(routes=routes), port=int(port), log_level="error")


class Server:
    """A server process that can be killed and started again on the same port."""

    def __init__(self, study: Path, url: str) -> None:
        self.port = free_port()
        self._env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PATHS))}
        self._command = [sys.executable, "-c", SERVER, str(study), url, str(self.port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it answers."""
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._env)
        wait_until_answering(self._process, self.port)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


class Voter:
    """A browser that goes the whole way, and sends again what was not acknowledged."""

    def __init__(self, port: int, address: str, give_up: float = 120.0) -> None:
        self._port = port
        self._address = address
        self._give_up = give_up
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST until there is an answer."""
        deadline = time.monotonic() + self._give_up
        headers = {"Content-Type": "application/json", "X-Forwarded-For": self._address}
        while time.monotonic() < deadline:
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection(
                        "127.0.0.1", self._port, timeout=60
                    )
                self._connection.request("POST", f"/survey/{path}", json.dumps(body), headers)
                answer = self._connection.getresponse()
                content = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                if self._connection is not None:
                    self._connection.close()
                self._connection = None
                time.sleep(0.05)
                continue
            if answer.status == 200:
                return dict(content)
            if answer.status not in (429, 503):
                raise RuntimeError(f"{path}: {answer.status} {content}")
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        raise RuntimeError(f"{path}: no answer")

    def vote_all(self, rng: random.Random) -> Iterator[tuple[str, str]]:
        """Answer every question; yield each token and answer once it is acknowledged."""
        key = self.ask("start", {})["key"]
        for step in self.ask("session", {"key": key})["steps"]:
            answer = rng.choice(("left", "right", "none"))
            self.ask("vote", {"token": step["token"], "answer": answer, "milliseconds": 900})
            yield step["token"], answer


def run(study: Path, url: str, voters: int, *, kills: int = 2) -> Outcome:
    """Let voters vote while the server is killed and started again."""
    from colorgan.survey.store import Store

    server = Server(study, url)
    server.start()
    outcome, lock = Outcome(), threading.Lock()
    failures: list[Exception] = []

    def vote(number: int) -> None:
        try:
            voter = Voter(server.port, f"10.0.{number // 250}.{number % 250}")
            for token, answer in voter.vote_all(random.Random(number)):
                with lock:
                    _, participant, _, step, _ = fields_of(token)
                    outcome.acknowledged[f"{participant}-{step}"] = answer
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=vote, args=(number,)) for number in range(voters)]
    for thread in threads:
        thread.start()
    expected = voters * questions(study)
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.02)
        if outcome.kills < kills and len(outcome.acknowledged) > expected * (
            (outcome.kills + 1) / (kills + 1)
        ):
            server.kill()
            outcome.kills += 1
            server.start()
    server.kill()
    if failures:
        raise failures[0]
    store = Store(url)
    outcome.kept = [(vote.id, vote.answer) for vote in store.votes()]
    store.close()
    return outcome


def fields_of(token: str) -> list[str]:
    """Return what a token carries for its server to read."""
    text = token.split(".")[0]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|")


def questions(study: Path) -> int:
    from colorgan.survey import study as studies
    from colorgan.survey.trials import plan

    return sum(step.kind != "practice" for step in plan(studies.load(study), 0, "any"))
