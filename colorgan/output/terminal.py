"""What is said on a terminal, whatever letters it can show."""

from __future__ import annotations

import io
import sys


def allow_every_letter() -> None:
    """Have letters that a terminal cannot show written as \\xNN rather than raise an error.

    Names of photos hold any letter, and on Linux bytes that are none; a command that dies of a name
    when the work is done helps nobody. Call it at the door, before anything is said.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
