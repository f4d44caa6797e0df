"""What a person says of the colours in a film: hints of which each may name its moment.

    {"version": 1,
     "hints": [{"points": [[0.41, 0.27]], "want": "#7a2b2c"},
               {"at": 12.5, "points": [[0.6, 0.3]], "want": "#3f5a78"}]}

`at` are seconds from the film's beginning; without it the first frame is meant.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ..errors import HintError
from ..hints import Hints, from_json, read_text
from .source import Source

FIRST = -1.0
"""The moment of the first frame that is coloured, whenever that is."""


def read(path: str | Path) -> dict[float, Hints]:
    """Read a file of hints; return them by their moments in seconds, or `FIRST`.

    Raises:
        HintError: the file cannot be read, or says what is no hint.
    """
    name, text = Path(path).name, read_text(path)
    try:
        found = json.loads(text)
        given = [dict(each) for each in found["hints"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {FIRST: from_json(text, name)}  # which says what is wrong
    moments = [_moment(each.pop("at", FIRST), index, name) for index, each in enumerate(given)]
    whole = from_json(json.dumps({**found, "hints": given}), name)
    return {
        moment: Hints(
            tuple(h for h, at in zip(whole.hints, moments, strict=True) if at == moment),
            whole.shape,
        )
        for moment in sorted(set(moments))
    }


def _moment(at: Any, place: int, name: str) -> float:
    known = isinstance(at, (int, float)) and not isinstance(at, bool)
    if at == FIRST or (known and math.isfinite(at) and at >= 0):
        return float(at)
    raise HintError(
        f"{name}: hints[{place}].at: {json.dumps(at)} is no moment; write seconds from the film's "
        "beginning, such as 12.5."
    )


def numbered(said: dict[float, Hints], source: Source) -> dict[int, Hints]:
    """Return hints by the numbers of their frames in a part of a film.

    Raises:
        FilmError: one is for a moment outside of it.
    """
    times = [moment for moment in said if moment != FIRST]
    numbers = dict(zip(times, source.numbers(times), strict=True)) if times else {}
    found: dict[int, Hints] = {}
    for moment, hints in said.items():
        number = numbers.get(moment, 0)
        before = found.get(number, Hints())
        found[number] = Hints((*before.hints, *hints.hints), hints.shape)
    return found
