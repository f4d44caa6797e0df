"""README's table and picture of hints: `python benchmarks/hints.py [PHOTOS... --keep]`.

Without photos it prints the figures that are kept in benchmarks/hints.json; with photos it measures
anew, and --keep writes the file and the picture. Beside the models stand two rivals that colour by
the first model and take the same hints: the same spreading by position alone, and an edge-aware
smoother, which spreads what was wrong until the lightness has an edge.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import splu
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from colorgan import hub
from colorgan.color import upsampling
from colorgan.evaluation.hinted import (
    MEASURES,
    WAYS,
    Answer,
    Hinted,
    answer_of,
    look_at,
    measure_photo,
)
from colorgan.evaluation.protocol import SIZE, judged
from colorgan.hints import Hint, spreading
from colorgan.look import Look
from colorgan.photoset.sources import read_all

KEPT = Path(__file__).with_suffix(".json")
PICTURE = Path(__file__).parent.parent / "docs" / "images" / "hints.svg"
MODELS = ("custom", "pretrained")
COUNTS = (0, 1, 3, 10)

# Each rival at the setting that was best for it on 20 other photos.
POSITION = 0.2  # short sides over which a place is near
SIDE = 128  # pixels of the smoother's picture
LEAVE = 0.03  # how much the smoother holds to the model's own colour where nothing was said
NOISE = 0.05


class ByPosition(Look):
    """A look whose places are alike where they are near, and for no other reason."""

    @cached_property
    def places(self) -> spreading.Places:
        """Where hints spread."""
        whole = super().places
        points = (spreading._positions(whole.shape) / POSITION)[0].flatten(1).T.contiguous()
        return replace(whole, points=points)


def by_position(look: Look) -> Answer:
    """Spread hints by the places' distance alone."""
    return answer_of(ByPosition(look.lightness, look.ab, look.features, look.chances, look.size))


def by_smoothing(look: Look) -> Answer:
    """Spread what was wrong at the hints' places by weighted least squares on lightness.

    Minimised is LEAVE * sum u^2 + sum w_pq (u_p - u_q)^2 with u given at the hints, and weights of
    neighbours w = 1 / (|L_p - L_q|^1.2 + 0.0001), L from 0 to 1 (Farbman et al. 2008).
    """
    small = F.interpolate(look.lightness, (SIDE, SIDE), mode="area")[0, 0].double().numpy() / 100
    system = splu(_system(small), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    columns: dict[int, np.ndarray] = {}

    def column(place: int) -> np.ndarray:
        if place not in columns:
            columns[place] = system.solve(np.eye(1, SIDE * SIDE, place)[0])
        return columns[place]

    def answer(hints: tuple[Hint, ...]) -> Tensor:
        ab = look.ab
        wishes: dict[int, list[tuple[float, float]]] = {}
        for hint in hints:
            ((x, y),) = hint.points
            wishes.setdefault(int(y * SIDE) * SIDE + int(x * SIDE), []).append(hint.want)  # type: ignore[arg-type]
        if wishes:
            places = list(wishes)
            own = F.interpolate(ab, (SIDE, SIDE), mode="area")[0].flatten(1)[:, places].T.numpy()
            wrong = np.array([np.mean(wish, axis=0) for wish in wishes.values()]) - own
            kernel = np.stack([column(place) for place in places], axis=1)
            there = kernel[places]
            spread = kernel @ np.linalg.solve(there + NOISE**2 * np.diag(np.diag(there)), wrong)
            field = torch.from_numpy(spread.T).float().view(1, 2, SIDE, SIDE)
            ab = ab + F.interpolate(field, ab.shape[-2:], mode="bilinear", align_corners=False)
        lines = upsampling.fit_lines(look.lightness, ab)
        return upsampling.apply_lines(lines, look.lightness, 0, ab.shape[-2])

    return answer


def _system(lightness: np.ndarray) -> sparse.csc_matrix:
    """Return the matrix of the smoother for L (h, w), 0 to 1."""
    index = np.arange(lightness.size).reshape(lightness.shape)
    first = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    second = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    step = np.abs(lightness.ravel()[first] - lightness.ravel()[second])
    weight = 1 / (step**1.2 + 1e-4)
    size = (lightness.size,) * 2
    beside = sparse.coo_matrix((weight, (first, second)), size)
    beside = beside + beside.T
    whole = sparse.diags(np.asarray(beside.sum(1)).ravel() + LEAVE) - beside
    return sparse.csc_matrix(whole)


RIVALS: dict[str, Callable[[Look], Answer]] = {
    "position alone": by_position,
    "edge-aware smoother": by_smoothing,
}


def measured(
    photos: Sequence[str], models: Sequence[str], counts: Sequence[int], most: int | None
) -> dict[str, Any]:
    """Judge models, and the rivals on the first of them."""
    generators = {name: hub.load(hub.resolve(name).path) for name in models}
    result = Hinted(tuple(counts))
    for name, found in tqdm(islice(judged(read_all(photos), SIZE), most), unit=" photos"):
        square = found.copy()
        looks = {model: look_at(generator, square) for model, generator in generators.items()}
        answers = {model: answer_of(look) for model, look in looks.items()}
        answers |= {rival: spread(looks[models[0]]) for rival, spread in RIVALS.items()}
        for model, answer in answers.items():
            measure_photo(result, model, name, square, answer)
        result.photos += 1
    return {
        "photos": result.photos,
        "size": SIZE,
        "rivals": {"model": models[0], "names": list(RIVALS)},
        "models": result.figures(),
    }


def rows(figures: Mapping[str, Any]) -> list[str]:
    """Return README's table: PSNR / CIEDE2000, a line for each number of hints and way."""
    models = figures["models"]
    lines = [f"| hints | {' | '.join(models)} |", f"| --- {'| ---: ' * len(models)}|"]
    for way in WAYS:
        for count in next(iter(models.values()))[way]:
            if count != "0" or way == WAYS[0]:
                head = "none" if count == "0" else f"{count}, {_PLACES[way]}"
                cells = [_cell(ways[way][count]) for ways in models.values()]
                lines.append(f"| {head} | {' | '.join(cells)} |")
    return lines


def _cell(row: Mapping[str, Any]) -> str:
    psnr, difference = (row[measure]["mean"] for measure in MEASURES)
    return f"{psnr:.2f} / {difference:.2f}"


WIDTH, HEIGHT, LEFT, TOP, PANEL, BELOW = 660, 300, 48, 34, 250, 40  # of the picture, in pixels
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1d1d1f } .axis { fill: #5f5f66 }
.line { fill: none; stroke-width: 2 } .grid { stroke: #d8d8de; stroke-width: 1 }
.c0 { stroke: #2f5fd0; fill: #2f5fd0 } .c1 { stroke: #b3541e; fill: #b3541e }
.c2 { stroke: #6c6c75; fill: #6c6c75 } .c3 { stroke: #23805a; fill: #23805a }
path.line { fill: none } text.c0, text.c1, text.c2, text.c3 { stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #f2f2f5 } .axis { fill: #b5b5bd } .grid { stroke: #43444c }
  .c0 { stroke: #8fb0ff; fill: #8fb0ff } .c1 { stroke: #f0a070; fill: #f0a070 }
  .c2 { stroke: #b5b5bd; fill: #b5b5bd } .c3 { stroke: #6fd3a6; fill: #6fd3a6 }
}
"""
_PLACES = {"worst": "at the worst places", "random": "at random places"}


def draw(figures: Mapping[str, Any]) -> str:
    """Return the picture, an SVG file: PSNR over hints, a panel for each way to choose places."""
    models = figures["models"]
    means = [
        figure["psnr"]["mean"]
        for ways in models.values()
        for numbers in ways.values()
        for figure in numbers.values()
    ]
    low, high = math.floor(min(means)), math.ceil(max(means))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}">',
        f"<style>{_STYLE}</style>",
    ]
    for index, way in enumerate(WAYS):
        left = LEFT + index * (PANEL + 60)
        curves = {model: ways[way] for model, ways in models.items()}
        parts += _panel(curves, left, (low, high), f"hints {_PLACES[way]}")
    for index, model in enumerate(models):
        x = LEFT + index * 145
        parts.append(
            f'<circle class="c{index}" cx="{x + 5}" cy="{HEIGHT - 14}" r="4"/>'
            f'<text x="{x + 14}" y="{HEIGHT - 10}">{escape(model)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _panel(curves: Mapping[str, Any], left: int, ends: tuple[int, int], title: str) -> list[str]:
    """Draw the curves of one way; the numbers of hints stand at their logarithms, 0 too."""
    low, high = ends
    bottom = HEIGHT - BELOW - 22
    counts = [int(count) for count in next(iter(curves.values()))]
    widest = math.log1p(max(counts))

    def across(count: int) -> float:
        return left + 12 + (PANEL - 24) * math.log1p(count) / widest

    def up(value: float) -> float:
        return bottom - (bottom - TOP) * (value - low) / (high - low)

    parts = [f'<text x="{left}" y="18">{escape(title)}</text>']
    for value in range(low, high + 1):
        parts.append(
            f'<path class="grid" d="M{left} {up(value):.1f}h{PANEL}"/>'
            f'<text class="axis" x="{left - 6}" y="{up(value) + 4:.1f}" text-anchor="end">'
            f"{value}{' dB' if value == high else ''}</text>"
        )
    for count in counts:
        parts.append(
            f'<text class="axis" x="{across(count):.1f}" y="{bottom + 18}" '
            f'text-anchor="middle">{count}</text>'
        )
    for index, numbers in enumerate(curves.values()):
        points = [(across(int(n)), up(row["psnr"]["mean"])) for n, row in numbers.items()]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path class="line c{index}" d="M{path}"/>')
        parts += [f'<circle class="c{index}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    return parts


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="*", help="folders or tar archives of colour photos")
    parser.add_argument("--model", nargs="+", default=MODELS, help="models; rivals use the first")
    parser.add_argument("--photos", type=int, help="how many; all unless given")
    parser.add_argument("--keep", action="store_true", help="write hints.json and the picture")
    options = parser.parse_args()
    if options.data:
        figures = measured(options.data, options.model, COUNTS, options.photos)
    else:
        figures = json.loads(KEPT.read_text())
    if options.keep:
        KEPT.write_text(json.dumps(figures, indent=1) + "\n")
        PICTURE.write_text(draw(figures))
    print(f"{figures['photos']} photos at {figures['size']} px\n")
    print(*rows(figures), sep="\n")


if __name__ == "__main__":
    main()
