"""How much one visitor may ask for, so that a page that is open to strangers stays usable."""

from __future__ import annotations

import time
from collections.abc import Callable

import gradio as gr

from ..errors import ColorganError
from ..rates import Rate, Rates
from .texts import Texts

PHOTOS = 300
REFILL_SECONDS = 600


class Limits:
    """Counts each visitor's photos: so many in a row, and as many again over ten minutes.

    Behind a proxy that hides addresses all visitors count as one, so the limit is far above what
    one person's patience would ask for.

    Args:
        texts: hold the sentence for who asks for too much.
        photos: allowed in a row.
        clock: gives seconds.
    """

    def __init__(
        self, texts: Texts, photos: int = PHOTOS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._texts = texts
        self._rate = Rate(photos, photos / REFILL_SECONDS)
        self._rates = Rates(clock)

    def take(self, request: gr.Request, photos: int = 1) -> None:
        """Count photos that a visitor asks for; further pages or frames of a photo count, too.

        Raises:
            ColorganError: it would be too many, now or ever; none is counted then.
        """
        if photos == 0:
            return
        if photos > self._rate.burst:
            raise ColorganError(self._texts.never_so_many.format(most=int(self._rate.burst)))
        visitor = self._rates.hashed(request.client.host if request.client else "")
        if wait := self._rates.take("photos", visitor, self._rate, photos):
            raise ColorganError(
                self._texts.too_many.format(
                    most=int(self._rate.burst), wait=self._texts.duration(wait)
                )
            )
