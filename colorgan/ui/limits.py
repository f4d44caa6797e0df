"""How much one visitor may ask for, so that a page that is open to strangers stays usable."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

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
        photo_bytes: of a photo's file at most, where larger files are taken in for films.
        clock: gives seconds.
    """

    def __init__(
        self,
        texts: Texts,
        photos: int = PHOTOS,
        photo_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._texts = texts
        self._photo_bytes = photo_bytes
        self._rate = Rate(photos, photos / REFILL_SECONDS)
        self._rates = Rates(clock)

    def check_file(self, path: str | None) -> None:
        """Refuse a file that is no film and as large as only films may be.

        Raises:
            ColorganError: it is too large.
        """
        most = self._photo_bytes
        if most and path and Path(path).exists() and Path(path).stat().st_size > most:
            size = f"{most // 1024**2} MB" if most >= 1024**2 else f"{most // 1024} KB"
            raise ColorganError(self._texts.too_large_file.format(name=Path(path).name, size=size))

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


_UNITS = {"kb": 1024, "mb": 1024**2, "gb": 1024**3, "": 1, "b": 1}  # as Gradio reckons


def file_size(words: str) -> int:
    """Read a size such as "50mb" as bytes.

    Raises:
        ColorganError: it is none.
    """
    found = re.fullmatch(r"(\d+)\s*([kmg]?b)?", words.strip().lower())
    if found is None:
        raise ColorganError(f"{words!r} is no size of a file; write it as 50mb.")
    return int(found[1]) * _UNITS[found[2] or ""]
