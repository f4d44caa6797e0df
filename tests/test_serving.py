"""Benchmarks and page tests wait for their servers by one function, and learn when none answers."""

import subprocess
import sys

import pytest
from serving import free_port, wait_until_answering


@pytest.fixture
def started():
    """Starts Python processes that end with the test."""
    processes = []

    def start(*arguments):
        processes.append(subprocess.Popen([sys.executable, *map(str, arguments)]))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_a_server_that_answers_is_waited_for(started, tmp_path):
    port = free_port()
    server = started("-m", "http.server", port, "--bind", "127.0.0.1", "--directory", tmp_path)
    wait_until_answering(server, port)


def test_a_server_that_ends_is_said(started):
    with pytest.raises(RuntimeError, match="ended with status 3"):
        wait_until_answering(started("-c", "raise SystemExit(3)"), free_port())


def test_a_server_that_never_answers_is_said(started):
    with pytest.raises(RuntimeError, match=r"does not answer within 0\.5 seconds"):
        wait_until_answering(started("-c", "import time; time.sleep(60)"), free_port(), seconds=0.5)
