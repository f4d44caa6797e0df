"""Server processes for benchmarks and tests: a port for one, and when it answers."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port() -> int:
    """Give a port of this machine on which nobody listens."""
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
