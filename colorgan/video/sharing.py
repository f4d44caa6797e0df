"""Several processes that work on one film, each on a share of its time.

Each makes the parts of its share in a folder of its own. The first then waits for the others, and
joins all parts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import FilmError
from .parts import Parts
from .source import Source, Span, seconds_of

RUN_IN = 2.0
"""Seconds before a share that are coloured too, and not kept: there colours become calm."""
_PAUSE = 0.2  # seconds


@dataclass(frozen=True)
class Share:
    """What one of several processes does of a film.

    Attributes:
        number: of the process, from 0.
        of: how many there are.
    """

    number: int = 0
    of: int = 1

    def folder(self, target: Path) -> Path:
        """Return the folder for the parts of a film that are done."""
        whose = f".{self.number + 1}of{self.of}" if self.of > 1 else ""
        return target.with_name(f"{target.name}{whose}.parts")

    def span(self, source: Source) -> Span:
        """Return the time of a film that falls to this process.

        Raises:
            FilmError: nothing says how long the film is.
        """
        start, end = source.span.start, source.span.end
        if self.of == 1:
            return source.span
        with source.opened() as (_, stream):
            seconds = seconds_of(stream)
        if seconds is None:
            raise FilmError(
                f"{source.name} does not say how long it is, so it cannot be shared among "
                "processes. Use one."
            )
        length = (seconds if end is None else min(end, seconds)) - start
        if length <= 0:
            raise FilmError(f"{source.name} has no frames in this part of it.")
        is_last = self.number == self.of - 1
        return Span(
            start + length * self.number / self.of,
            end if is_last else start + length * (self.number + 1) / self.of,
        )


ALL = Share()


def wait_for(target: Path, share: Share, stopped: Callable[[], bool]) -> list[Parts]:
    """Wait until all shares of a film are done; return their parts, in order.

    Args:
        target: the film.
        share: of this process, which is done.
        stopped: says whether to stop waiting; nothing is given then.
    """
    folders = [Parts(Share(number, share.of).folder(target)) for number in range(share.of)]
    while not all(each.ended for each in folders):
        if stopped():
            return []
        time.sleep(_PAUSE)
    for each in folders:
        each.find()
    return folders
