"""How much nearer the colours come when somebody says what colour a few places had.

Hints are given to each photo one after the other, each the true colour of its place: the mean ab of
7 x 7 pixels. Two ways to choose the places:

    worst    where the error of ab, its length averaged over 33 x 33 pixels, is largest now; so
             would somebody do who looks at the photo and mends what disturbs most
    random   anywhere; the same places for all models

Square, lightness, rounding and measures are those of `protocol`; hints take the way that they take
for users, a look and its lines, so that without a hint too the colours follow the lightness.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from torch import Tensor
from tqdm import tqdm

from .. import color
from ..color.upsampling import apply_lines
from ..errors import PhotoError
from ..hints import Hint
from ..look import Look
from ..networks import Generator
from ..networks.contract import in_use
from .metrics import PAIRED, Picture, Pixels
from .protocol import SIZE, judged, to_lightness, to_pixels
from .statistics import estimate
from .summary import plain

WAYS = ("worst", "random")
MEASURES = ("psnr", "ciede2000")
BOX = 33  # pixels; side of the box over which an error counts
PATCH = 7  # pixels; side of the square whose mean is the true colour of a place

Answer = Callable[[tuple[Hint, ...]], Tensor]
"""What colours one photo: from hints to its ab (1, 2, H, W)."""


@dataclass
class Hinted:
    """Measures by number of hints: `rows[model][way][number][measure]` is a list, a value a photo.

    Attributes:
        counts: the numbers of hints, rising.
        photos: how many were judged.
    """

    counts: tuple[int, ...]
    photos: int = 0
    rows: dict[str, dict[str, dict[int, dict[str, list[float]]]]] = field(default_factory=dict)

    def add(self, model: str, way: str, count: int, values: Mapping[str, float]) -> None:
        """Add what was measured of one photo."""
        row = self.rows.setdefault(model, {}).setdefault(way, {}).setdefault(count, {})
        for measure, value in values.items():
            row.setdefault(measure, []).append(value)

    def figures(self) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
        """Return mean and interval in the place of each list, as plain JSON: numbers are text."""
        return {
            model: {
                way: {
                    str(count): plain({name: estimate(values) for name, values in row.items()})
                    for count, row in counts.items()
                }
                for way, counts in ways.items()
            }
            for model, ways in self.rows.items()
        }


def judge_hints(
    models: Mapping[str, Generator],
    photos: Iterable[tuple[str, bytes]],
    counts: Sequence[int],
    *,
    size: int = SIZE,
    progress: bool = True,
) -> Hinted:
    """Colour every photo by every model with hints and measure; one photo at a time is in memory.

    Args:
        models: generators by name.
        photos: name and file of each photo; grey and unreadable ones are passed over.
        counts: numbers of hints, 0 to `hints.MAX_HINTS`.
        size: side of the square in pixels.
        progress: show a bar.

    Raises:
        PhotoError: no photo is left to judge by.
    """
    result = Hinted(tuple(sorted(set(counts))))
    bar = tqdm(desc="judging hints", unit=" photos", disable=not progress, mininterval=1)
    for name, found in judged(photos, size):
        square = found.copy()  # torch takes only what may be written to
        for model, generator in models.items():
            measure_photo(result, model, name, square, answer_of(look_at(generator, square)))
        result.photos += 1
        bar.update()
    bar.close()
    if not result.photos:
        raise PhotoError("There is no photo to judge by: all were left out or none was found.")
    return result


def look_at(generator: Generator, square: Pixels) -> Look:
    """Show a square (S, S, 3) to a generator, once."""
    lightness = to_lightness(square[None])
    with in_use(generator) as device:
        seen = generator.see(lightness.to(device))
        return Look.of(lightness, seen.each(lambda part: part.float().cpu()), len(square))


def answer_of(look: Look) -> Answer:
    """Return what colours a photo with hints, at the size at which the network saw it."""
    height = look.lightness.shape[-2]
    return lambda hints: apply_lines(look.lines(hints), look.lightness, 0, height)


def measure_photo(result: Hinted, model: str, name: str, square: Pixels, answer: Answer) -> None:
    """Measure one photo with all numbers of hints, chosen both ways; add it to the result.

    Args:
        result: is added to.
        model: under which name.
        name: of the photo, which chooses the random places.
        square: sRGB (S, S, 3).
        answer: what colours the photo.
    """
    original = Picture(square)
    lightness = to_lightness(square[None])
    truth = color.rgb_to_lab(torch.from_numpy(square).permute(2, 0, 1)[None] / 255)[:, 1:]
    coloured = {
        "worst": at_worst(answer, truth, result.counts),
        "random": at_random(answer, truth, result.counts, name),
    }
    for way, found in coloured.items():
        for count, ab in found.items():
            picture = Picture(to_pixels(lightness, ab)[0])
            values = {measure: PAIRED[measure](picture, original) for measure in MEASURES}
            result.add(model, way, count, values)


def at_worst(answer: Answer, truth: Tensor, counts: Sequence[int]) -> dict[int, Tensor]:
    """Return ab by number of hints, each hint at the worst place that those before it left.

    Args:
        answer: what colours the photo.
        truth: its ab (1, 2, H, W).
        counts: numbers of hints.
    """
    found: dict[int, Tensor] = {}
    hints: tuple[Hint, ...] = ()
    for count in range(max(counts) + 1):
        ab = answer(hints)
        if count in counts:
            found[count] = ab
        hints = (*hints, true_hint(truth, *worst_place(ab, truth)))
    return found


def at_random(answer: Answer, truth: Tensor, counts: Sequence[int], name: str) -> dict[int, Tensor]:
    """Return ab by number of hints at random places, which the photo's name alone decides.

    Args:
        answer, truth, counts: as for `at_worst`.
        name: of the photo.
    """
    shape = (truth.shape[-2], truth.shape[-1])
    hints = tuple(true_hint(truth, *place) for place in random_places(name, max(counts), shape))
    return {count: answer(hints[:count]) for count in counts}


def worst_place(ab: Tensor, truth: Tensor) -> tuple[int, int]:
    """Return row and column where ab (1, 2, H, W) is furthest from the truth, averaged over a
    box."""
    error = (ab - truth)[0].norm(dim=0).numpy()
    row, column = np.unravel_index(uniform_filter(error, BOX).argmax(), error.shape)
    return int(row), int(column)


def random_places(name: str, count: int, shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Return rows and columns in a photo of this shape; more of them begin with the same ones."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    places: NDArray[np.int64] = (rng.random((count, 2)) * shape).astype(np.int64)
    return [(int(row), int(column)) for row, column in places]


def true_hint(truth: Tensor, row: int, column: int) -> Hint:
    """Return the hint that says a pixel's true colour, given the photo's ab (1, 2, H, W)."""
    height, width = truth.shape[-2:]
    reach = PATCH // 2
    patch = truth[0, :, max(row - reach, 0) : row + reach + 1, max(column - reach, 0) :]
    a, b = patch[..., : min(column, reach) + reach + 1].mean((1, 2)).tolist()
    return Hint((((column + 0.5) / width, (row + 0.5) / height),), (a, b))


def table(models: Mapping[str, Any]) -> str:
    """Return the figures of hints in a summary as text in columns."""
    width = max(14, *(len(name) for name in models))
    head = [f"{measure:>9}" for measure in MEASURES]
    lines = ["  ".join(["model".ljust(width), f"{'hints':>5}", f"{'at':6}", *head])]
    for model, row in models.items():
        for way, numbers in row.get("hints", {}).items():
            for number, figures in numbers.items():
                means = [figures[measure]["mean"] for measure in MEASURES]
                cells = [f"{'-':>9}" if mean is None else f"{mean:9.3f}" for mean in means]
                lines.append("  ".join([model.ljust(width), f"{number:>5}", f"{way:6}", *cells]))
    return "\n".join(lines)
