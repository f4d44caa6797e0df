"""A real PostgreSQL server on this machine, started for the tests on a loopback port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
from serving import free_port


def programs() -> Path | None:
    """Where Debian or the PATH has initdb and pg_ctl."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = found[-1] if found else shutil.which("initdb")
    return Path(path).parent if path else None


@contextmanager
def serving() -> Iterator[str]:
    """Start a server with an empty database; return its address."""
    place = programs()
    if place is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("There is no PostgreSQL: install it by `apt-get install postgresql`.")
    folder = Path(mkdtemp(prefix="colorgan-postgres-", dir="/tmp"))
    as_user = []
    if os.getuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(place / program), *arguments],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    data = str(folder / "data")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    run(
        "initdb",
        "-D",
        data,
        "-A",
        "trust",
        "-U",
        "colorgan",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
    )
    run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "colorgan", "votes")
        yield f"postgresql://colorgan@127.0.0.1:{port}/votes"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
