"""A judgement as figures: tables with intervals, differences, groups, tones; as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..output.tables import write_table
from .features import distances
from .metrics import ALONE, PAIRED
from .protocol import GREY, ORIGINAL, Judgement
from .skin import by_tone
from .statistics import NOT_FINITE, Estimate, difference, estimate, too_few

FEWEST_IN_GROUP = 5


def summarize(result: Judgement) -> dict[str, Any]:
    """Return all figures of a judgement as plain JSON."""
    models = {model: _figures(result, model) for model in result.rows}
    for model, features in result.features.items():
        if model != ORIGINAL:
            named = distances(features, result.features[ORIGINAL])
            for name, value in named.items():
                models[model][f"{name}[{result.protocol.features}]"] = value
    own = [model for model in result.rows if model not in (GREY, ORIGINAL)]
    return {
        "protocol": asdict(result.protocol)
        | {"photos": len(result.names), "left_out": result.left_out},
        "models": {model: plain(figures) for model, figures in models.items()},
        "differences": {
            f"{first} - {second}": plain(_differences(result, first, second))
            for index, first in enumerate(own)
            for second in [*own[index + 1 :], GREY]
        },
        "groups": _groups(result),
        "skin": {
            tone: {model: plain(row) for model, row in rows.items()}
            for tone, rows in by_tone(result.skins).items()
        },
    }


def _figures(result: Judgement, model: str) -> dict[str, Estimate]:
    figures = {measure: estimate(values) for measure, values in result.rows[model].items()}
    if model == ORIGINAL:
        return figures
    for measure in ("colourfulness", "colourfulness_ddcolor"):
        if measure in figures:  # DDColor compares the means, CT2 photo by photo
            own = np.asarray(result.rows[model][measure])
            true = np.asarray(result.rows[ORIGINAL][measure])
            figures[f"{measure}_gap"] = Estimate(abs(float(own.mean() - true.mean())))
            figures[f"{measure}_gap_by_photo"] = estimate(np.abs(own - true))
    return figures


def _differences(result: Judgement, first: str, second: str) -> dict[str, Estimate]:
    rows = result.rows
    return {
        measure: difference(rows[first][measure], rows[second][measure])
        for measure in rows[first]
        if np.isfinite(rows[first][measure]).all() and np.isfinite(rows[second][measure]).all()
    }


def _groups(result: Judgement) -> dict[str, Any]:
    """Return each group's size and the mean of every measure a model; small groups only a
    reason."""
    table: dict[str, Any] = {}
    for group, places in result.groups.items():
        table[group] = {"photos": len(places)}
        if len(places) < FEWEST_IN_GROUP:
            table[group]["reason"] = too_few(FEWEST_IN_GROUP, len(places)).reason
            continue
        table[group]["models"] = {
            model: plain(
                {name: estimate(np.asarray(values)[places]) for name, values in row.items()}
            )
            for model, row in result.rows.items()
        }
    return table


def share(models: Mapping[str, Any], model: str, measure: str, of: str) -> float | None:
    """Return a model's mean as a share of another's, such as grey's; None where one has none.

    Args:
        models: of a summary: figures by model and measure.
        model, measure: whose figure.
        of: the other model.
    """
    own, whole = (models[name].get(measure, {}).get("mean") for name in (model, of))
    return own / whole if own is not None and whole else None


def write_rows(result: Judgement, path: Path) -> None:
    """Write one row per photo and model, as CSV or Parquet by the file's ending.

    Raises:
        ColorganError: of `tables.write_table`.
    """
    import pandas as pd

    measures = list(dict.fromkeys(name for row in result.rows.values() for name in row))
    lines = [
        {
            "photo": name,
            "group": group,
            "model": model,
            **{measure: row[measure][place] for measure in measures},
        }
        for group, places in result.groups.items()
        for place in places
        for name in [result.names[place]]
        for model, row in result.rows.items()
    ]
    write_table(pd.DataFrame(lines).sort_values(["photo", "model"]), path, "judge")


def extremes(result: Judgement, model: str, count: int) -> tuple[list[str], list[str]]:
    """Return the names of the photos that a model colours best and worst, by CIEDE2000."""
    order = np.argsort(result.rows[model]["ciede2000"])
    names = [result.names[place] for place in order]
    return names[:count], names[::-1][:count]


def table(summary: Mapping[str, Any]) -> str:
    """Return the models' figures as text in columns."""
    models = summary["models"]
    measures = list(next(iter(models[m] for m in models if m != ORIGINAL)))
    known = [m for m in measures if m in PAIRED or m in ALONE or "[" in m]
    width = max(14, *(len(name) for name in models))
    heads = [max(len(measure), 9) for measure in known]
    columns = list(zip(known, heads, strict=True))
    lines = ["  ".join(["model".ljust(width), *(name.rjust(room) for name, room in columns)])]
    for name, row in models.items():
        cells = [_cell(row.get(measure)).rjust(room) for measure, room in columns]
        lines.append("  ".join([name.ljust(width), *cells]))
    return "\n".join(lines)


def _cell(figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["mean"] is None:
        return "-"
    value = float(figure["mean"])
    return f"{value:.3f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"


def plain(figures: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    """Return figures as plain JSON: mean, interval, and the reason where there is none."""
    found: dict[str, dict[str, Any]] = {}
    for name, figure in figures.items():
        interval = None if figure.interval is None else list(figure.interval)
        found[name] = {"mean": figure.mean, "interval": interval}
        if figure.reason:
            found[name]["reason"] = figure.reason
    return found


def reasons(summary: Mapping[str, Any]) -> Sequence[str]:
    """Return what has no figure and why, once each."""
    found = [
        f"{name}: {figure['reason']}"
        for row in summary["models"].values()
        for name, figure in row.items()
        if figure.get("reason") and figure["reason"] != NOT_FINITE
    ]
    return list(dict.fromkeys(found))
