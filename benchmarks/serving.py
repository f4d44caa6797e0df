"""Server processes for benchmarks and tests: a port for one, and when it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_answering(
    process: subprocess.Popen[bytes], port: int, *, seconds: float = 120
) -> None:
    """Wait until a server answers over HTTP, whatever it says.

    Raises:
        RuntimeError: it ended, or does not answer within so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with status {process.returncode}.")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server does not answer within {seconds:g} seconds.")


@contextmanager
def app(folder: Path) -> Iterator[tuple[str, int, Path]]:
    """Serve the page for an unlimited visitor; return its address, its process and its log."""
    port = free_port()
    settings = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(folder / "gradio")}
    settings |= {"COLORGAN_VISITOR_PHOTOS": "1000000", "HF_HUB_OFFLINE": "1"}
    log = folder / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_answering(process, port)
        yield f"http://127.0.0.1:{port}", process.pid, log
    finally:
        process.terminate()
        process.wait(60)
