"""Commands as people give them: in this process, in one of their own, or on a machine of its own.

`colorgan` and `script` run here, which is enough wherever a process is not what is tested.
`start` starts what people type. `python` does the same in a process forked from one that has
imported torch and nothing of ours, so that it begins at once; what is read once, at import, such
as where the Hub is, it reads from the environment that it is given.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import ROOT

COLORGAN = ("-m", "colorgan")
_FORKS = multiprocessing.get_context("forkserver")
# The last is half of what timm imports, by way of torchvision.
_FORKS.set_forkserver_preload(["pytest", "torch", "torch._dynamo"])


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    returncode: int
    stdout: str
    stderr: str


def colorgan(*arguments: object) -> Said:
    """Run the command in this process; a traceback is the test's."""
    from colorgan.cli import main

    return _heard(lambda: main([str(argument) for argument in arguments]))


def script(path: Path, *arguments: object) -> Said:
    """Run a script in this process."""
    words, before = [str(path), *map(str, arguments)], sys.argv
    sys.argv = words
    try:
        return _heard(lambda: runpy.run_path(words[0], run_name="__main__"))
    finally:
        sys.argv = before


def _heard(work: Callable[[], object]) -> Said:
    out, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            status = work()
        except SystemExit as ended:
            status = ended.code
            if isinstance(status, str):
                print(status, file=errors)
                status = 1
    return Said(status if isinstance(status, int) else 0, out.getvalue(), errors.getvalue())


def start(*command: object, **environment: str) -> subprocess.Popen[str]:
    """Start a command in the project's folder; what it says can be read."""
    return subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",  # what was written for another terminal
    )


def run(*command: object, **environment: str) -> Said:
    """Run a command to its end."""
    process = start(*command, **environment)
    try:
        out, errors = process.communicate(timeout=240)
    finally:
        process.kill()
    return Said(process.returncode, out, errors)


def python(*arguments: object, environment: Mapping[str, str] | None = None) -> Said:
    """Run `python ARGUMENTS`, which are -m MODULE, -c CODE or a script, and what these are given.

    Args:
        arguments: as one would type them.
        environment: all of it; by default this process's own.
    """
    words = [str(argument) for argument in arguments]
    own = dict(os.environ if environment is None else environment)
    with TemporaryDirectory() as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        process = _FORKS.Process(target=_become, args=(words, own, out, errors))
        process.start()
        process.join(240)
        if process.is_alive():
            process.kill()
            process.join()
        status = process.exitcode
        assert status is not None
        return Said(status, out.read_text(), errors.read_text())


def _become(words: list[str], environment: dict[str, str], out: Path, errors: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in ((sys.stdout, out), (sys.stderr, errors)):
        with path.open("w") as file:
            os.dup2(file.fileno(), stream.fileno())
    kind, *rest = words
    if kind == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = [kind, *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = words
        runpy.run_path(kind, run_name="__main__")
