"""How often somebody may ask: slows down scripts, not people.

Addresses are kept in memory only, as a hash with a salt that is new every day and never written.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import VoteError

DAY = 86400.0
_MOST_KNOWN = 100_000  # participants and addresses at a time; bounds memory


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: float
    per_second: float


VOTES_OF_A_PARTICIPANT = Rate(60, 2)
VOTES_OF_AN_ADDRESS = Rate(1200, 40)  # a school class behind one address
PARTICIPANTS_OF_AN_ADDRESS = Rate(100, 0.05)


@dataclass
class Limits:
    """Counts what comes in (leaky buckets)."""

    clock: Callable[[], float] = time.monotonic
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _since: float | None = None
    _levels: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, what: str, who: str, rate: Rate) -> None:
        """Count one request.

        Args:
            what: is counted apart from other things.
            who: an id, or the output of `hashed`.
            rate: what is allowed.

        Raises:
            VoteError: too many; says when to come again.
        """
        with self._lock:
            now = self.clock()
            self._renew(now)
            level, before = self._levels.get((what, who), (0.0, now))
            level = max(level - (now - before) * rate.per_second, 0.0)
            if level + 1 > rate.burst:
                wait = (level + 1 - rate.burst) / rate.per_second
                raise VoteError("That was quicker than people answer: wait a little.", 429, wait)
            self._levels[what, who] = (level + 1, now)

    def hashed(self, address: str) -> str:
        """Give an address as what is kept of it; another one tomorrow."""
        with self._lock:
            self._renew(self.clock())
            return hashlib.sha256(self._salt + address.encode()).hexdigest()

    def _renew(self, now: float) -> None:
        if self._since is None:
            self._since = now
        if now - self._since > DAY or len(self._levels) > _MOST_KNOWN:
            self._salt, self._since = secrets.token_bytes(16), now
            self._levels.clear()
