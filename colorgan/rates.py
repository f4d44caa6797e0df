"""How often somebody may ask: slows down scripts, not people (leaky buckets).

Addresses are kept in memory only, as a hash with a salt that is new every day and never written.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

DAY = 86400.0
_MOST_KNOWN = 100_000  # people and addresses at a time; bounds memory


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: float
    per_second: float


@dataclass
class Rates:
    """Counts what people ask for."""

    clock: Callable[[], float] = time.monotonic
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _since: float | None = None
    _levels: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, what: str, who: str, rate: Rate, amount: int = 1) -> float:
        """Count what somebody asks for, unless it is too much.

        Args:
            what: is counted apart from other things.
            who: an id, or the output of `hashed`.
            rate: what is allowed.
            amount: how much of it.

        Returns:
            0 if it is counted; else the seconds after which it would be.
        """
        with self._lock:
            now = self.clock()
            self._renew(now)
            level, before = self._levels.get((what, who), (0.0, now))
            level = max(level - (now - before) * rate.per_second, 0.0) + amount
            if level > rate.burst:
                return (level - rate.burst) / rate.per_second
            self._levels[what, who] = (level, now)
            return 0.0

    def hashed(self, address: str) -> str:
        """Return an address as what is kept of it; another one tomorrow."""
        with self._lock:
            self._renew(self.clock())
            return hashlib.sha256(self._salt + address.encode()).hexdigest()

    def _renew(self, now: float) -> None:
        if self._since is None:
            self._since = now
        if now - self._since > DAY or len(self._levels) > _MOST_KNOWN:
            self._salt, self._since = secrets.token_bytes(16), now
            self._levels.clear()
