"""The command `colorgan`: arguments in, lines out; the work is done in the other rooms.

A file a family of commands; each has `add`, which tells the parser of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..errors import ColorganError
from ..output.terminal import allow_every_letter
from ..version import __version__
from . import curate, films, judging, models, photos, survey


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status.

    0: done; 1: something failed or a value was refused; 130: Ctrl-C. Unknown or missing options end
    the process with 2, by argparse.
    """
    allow_every_letter()
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ColorganError as error:
        print(f"colorgan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("colorgan: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Build the command's arguments."""
    top = argparse.ArgumentParser(
        prog="colorgan", description="Give black-and-white photos colour. Colours are a guess."
    )
    top.add_argument("--version", action="version", version=f"colorgan {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for family in (photos, films, curate, judging, models, survey):
        family.add(commands)
    return top
