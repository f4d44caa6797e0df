"""What a person says of a place in a photo, and how it is written down.

    {"version": 1,
     "shape": [1200, 800],
     "hints": [{"points": [[0.41, 0.27]], "want": "#7a4b2c", "spread": 1.0},
               {"points": [[0.1, 0.9], [0.3, 0.92]], "want": "none"}]}

Places are shares of width and height, so hints fit the photo at any size. `want` is a colour
("#7a4b2c", or a name of `swatches`, or {"ab": [20, 25]} in CIE units), "none" for no colour, "same"
for what the model said, or {"strength": 0.6} for paler or stronger. Several points are a stroke.
`spread` says how far it goes, 1 if left out; `shape`, width and height of the photo that the hints
were made for, may be left out too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import HintError
from . import swatches

VERSION = 1
MAX_HINTS = 500
MAX_POINTS = 2000
"""Of one hint."""
SPREADS = (0.1, 4.0)
STRENGTHS = (0.0, 3.0)
AB_LIMIT = 128.0
MAX_BYTES = 4_000_000
"""Of a file of hints."""
SHAPE_TOLERANCE = 0.02
"""By how much width by height may differ, as a share: small copies are rounded to whole pixels."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_VAST = 1e300
_WORDS = {"none": 0.0, "same": 1.0}

Want = str | tuple[float, float] | float
"""A colour as "#rrggbb" or a swatch's name, as (a*, b*), or a strength of the model's colour."""


@dataclass(frozen=True)
class Hint:
    """What is wanted at a place or along a stroke.

    Attributes:
        points: (x, y) as shares of width and height, 0 to 1 from the upper left corner.
        want: a colour, "#7a4b2c" or a swatch's name or (a*, b*); or a number, the strength of the
            model's own colour there: 0 for none, 1 to leave it as it was, for which "none" and
            "same" may be written too.
        spread: how far it goes: 1 as usual, less for a small thing, more for a whole scene.

    Raises:
        HintError: something is out of range, or no colour.
    """

    points: tuple[tuple[float, float], ...]
    want: Want
    spread: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple((float(x), float(y)) for x, y in self.points))
        if not 1 <= len(self.points) <= MAX_POINTS:
            raise HintError(f"points: a hint has 1 to {MAX_POINTS} of them, not {len(self.points)}")
        for index, point in enumerate(self.points):
            if not all(0 <= share <= 1 for share in point):  # NaN is not
                raise HintError(
                    f"points[{index}]: {list(point)} lies outside the photo; a place is two shares "
                    "of width and height, from 0 to 1"
                )
        low, high = SPREADS
        if not low <= self.spread <= high:
            raise HintError(f"spread: {self.spread:g} is not between {low:g} and {high:g}")
        if isinstance(self.want, str):
            object.__setattr__(self, "want", _WORDS.get(self.want, self.want))
        _check(self.want)


def _check(want: Want) -> None:
    """Refuse what is no colour and no strength."""
    if isinstance(want, str):
        if not _HEX.fullmatch(want) and want not in swatches.SWATCHES:
            raise HintError(
                f'want: "{want}" is no colour; write "#7a4b2c", "none", "same", '
                f'{{"strength": 0.6}}, or one of {", ".join(swatches.SWATCHES)}'
            )
    elif isinstance(want, tuple):
        if len(want) != 2 or not all(abs(value) <= AB_LIMIT for value in want):
            raise HintError(f"want: ab has two numbers from -128 to 128, not {list(want)}")
    elif not STRENGTHS[0] <= want <= STRENGTHS[1]:
        low, high = STRENGTHS
        raise HintError(f"want: the strength {want:g} is not between {low:g} and {high:g}")


@dataclass(frozen=True)
class Hints:
    """All that was said of a photo. Their order does not matter.

    Attributes:
        hints: at most `MAX_HINTS`.
        shape: width and height of the photo they were made for, or None if nobody said.
    """

    hints: tuple[Hint, ...] = ()
    shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", tuple(self.hints))
        if len(self.hints) > MAX_HINTS:
            raise HintError(f"hints: {len(self.hints)} are too many; at most {MAX_HINTS} are taken")

    def __len__(self) -> int:
        return len(self.hints)

    def check_shape(self, width: int, height: int, name: str) -> None:
        """Refuse a photo of another shape than the one that the hints were made for.

        Raises:
            HintError: says both shapes.
        """
        if self.shape is None:
            return
        ratio = self.shape[0] / self.shape[1] / (width / height)
        if abs(math.log(ratio)) > SHAPE_TOLERANCE + 1 / min(width, height, *self.shape):
            raise HintError(
                f"The hints were made for a photo of {self.shape[0]} x {self.shape[1]} pixels, and "
                f"{name} has {width} x {height}, another shape. Check that they belong to it, or "
                "leave the shape out of them."
            )


def to_json(hints: Hints) -> str:
    """Write hints as text, a line a hint; `from_json` gives the same hints again."""
    lines = ",\n  ".join(json.dumps(_plain(hint)) for hint in hints.hints)
    shape = f'\n "shape": {json.dumps(list(hints.shape))},' if hints.shape else ""
    return f'{{"version": {VERSION},{shape}\n "hints": [\n  {lines}]}}\n'


def _plain(hint: Hint) -> dict[str, Any]:
    words = {value: word for word, value in _WORDS.items()}
    want: Any = hint.want
    if isinstance(want, tuple):
        want = {"ab": list(want)}
    elif not isinstance(want, str):
        want = words.get(want, {"strength": want})
    spread = {} if hint.spread == 1 else {"spread": hint.spread}
    return {"points": [list(point) for point in hint.points], "want": want, **spread}


def from_json(text: str, name: str = "hints") -> Hints:
    """Read hints that `to_json`, or a person, wrote.

    Args:
        text: of the file.
        name: what the text is called in errors.

    Raises:
        HintError: says what is wrong, and where in the text.
    """
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise HintError(
            f"{name} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise HintError(f"{name} is no JSON of hints: {error}.") from error
    try:
        return _hints(found)
    except HintError as error:
        raise HintError(f"{name}: {error}.") from error


def _no_constant(word: str) -> float:
    raise ValueError(f"it has {word} for a number")


def _hints(found: Any) -> Hints:
    if not isinstance(found, Mapping) or "hints" not in found:
        raise HintError('it has no list "hints"')
    _only(found, ("version", "shape", "hints"))
    version = found.get("version")
    if version != VERSION:
        raise HintError(f"version: {json.dumps(version)} is not known, only {VERSION}")
    if not isinstance(found["hints"], list):
        raise HintError("hints: it must be a list")
    if len(found["hints"]) > MAX_HINTS:  # before each is looked at
        raise HintError(f"hints: {len(found['hints'])} are too many; at most {MAX_HINTS} are taken")
    hints = []
    for index, each in enumerate(found["hints"]):
        try:
            hints.append(_hint(each))
        except HintError as error:
            raise HintError(f"hints[{index}].{error}") from error
    return Hints(tuple(hints), _shape(found.get("shape")))


def _only(found: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise HintError(f"{unknown[0]}: this is not known; there are {', '.join(known)}")


def _shape(found: Any) -> tuple[int, int] | None:
    if found is None:
        return None
    if not isinstance(found, list) or len(found) != 2:
        raise HintError("shape: it must be width and height in pixels, such as [1200, 800]")
    if not all(isinstance(side, int) and _is_number(side) and side > 0 for side in found):
        raise HintError(f"shape: {found} is no width and height in pixels")
    return found[0], found[1]


def _hint(found: Any) -> Hint:
    if not isinstance(found, Mapping):
        raise HintError("points: the hint must be an object with points and want")
    _only(found, ("points", "want", "spread"))
    points = found.get("points")
    if not isinstance(points, list):
        raise HintError("points: it must be a list of places, such as [[0.41, 0.27]]")
    for index, point in enumerate(points[:MAX_POINTS]):
        if not isinstance(point, list) or len(point) != 2 or not all(map(_is_number, point)):
            raise HintError(f"points[{index}]: it must be two shares, such as [0.41, 0.27]")
    spread = found.get("spread", 1.0)
    if not _is_number(spread):
        raise HintError(f"spread: {json.dumps(spread)} is no number")
    return Hint(tuple(map(tuple, points)), _want(found.get("want")), float(spread))


def _want(found: Any) -> Want:
    if isinstance(found, str):
        return found
    if isinstance(found, Mapping) and len(found) == 1:
        (kind, value), *_ = found.items()
        if kind == "strength" and _is_number(value):
            return float(value)
        if kind == "ab" and isinstance(value, list) and all(map(_is_number, value)):
            return tuple(map(float, value))  # type: ignore[return-value]  # the hint checks it
    raise HintError(
        f'want: {json.dumps(found)} is none of "#7a4b2c", "none", "same", {{"strength": 0.6}}, '
        '{"ab": [20, 25]} or a name of a known colour'
    )


def _is_number(found: Any) -> bool:
    """Whether it is a number that a float can hold, which JSON's need not be."""
    known = isinstance(found, (int, float)) and not isinstance(found, bool)
    return known and abs(found) < _VAST


def read(path: str | Path) -> Hints:
    """Read a file of hints.

    Raises:
        HintError: the file cannot be read, or says what is no hint.
    """
    return from_json(read_text(path), Path(path).name)


def read_text(path: str | Path) -> str:
    """Read the text of a file of hints.

    Raises:
        HintError: the file cannot be read, is no text or too long.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise HintError(f"{path.name} has more than {MAX_BYTES:,} bytes; hints are shorter.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise HintError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise HintError(f"{path.name} is no text in UTF-8. Save it as UTF-8.") from error
