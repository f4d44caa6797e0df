"""How much one visitor may ask for, so that a page that is open to strangers stays usable."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import gradio as gr

from ..errors import ColorganError
from .texts import Texts

WINDOW_SECONDS = 600
PHOTOS_A_WINDOW = 300
MOST_VISITORS = 10_000  # remembered at a time


class Limits:
    """Counts each visitor's photos of the last ten minutes, in memory, by address alone.

    Behind a proxy that hides addresses all visitors count as one, so the limit is far above what
    one person's patience would ask for.

    Args:
        texts: hold the sentence for who asks for too much.
        photos: allowed in a window.
        clock: gives seconds.
    """

    def __init__(
        self,
        texts: Texts,
        photos: int = PHOTOS_A_WINDOW,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._texts, self._photos, self._clock = texts, photos, clock
        self._taken: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, request: gr.Request, photos: int = 1) -> None:
        """Count photos that a visitor asks for.

        Raises:
            ColorganError: it would be too many; none is counted then.
        """
        visitor = request.client.host if request.client else ""
        with self._lock:
            now = self._clock()
            self._forget(now - WINDOW_SECONDS)
            taken = self._taken.setdefault(visitor, deque())
            if len(taken) + photos > self._photos:
                wait = taken[0] + WINDOW_SECONDS - now if taken else WINDOW_SECONDS
                raise ColorganError(
                    self._texts.too_many.format(
                        most=self._photos, wait=self._texts.duration(max(wait, 1))
                    )
                )
            taken.extend([now] * photos)

    def _forget(self, before: float) -> None:
        for visitor, taken in list(self._taken.items()):
            while taken and taken[0] < before:
                taken.popleft()
            if not taken or len(self._taken) > MOST_VISITORS:
                del self._taken[visitor]
