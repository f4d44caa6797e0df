"""The judge's report: one HTML page with the table, plots, and each model's best and worst."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..extras import require
from ..networks import Generator
from ..output.html_page import drawn, embedded, error_bars, table, write_page
from ..photoset.sources import read_all
from . import hinted
from .metrics import HIGHER_IS_BETTER, Pixels
from .protocol import GREY, ORIGINAL, Judgement, centre_square, colour_all
from .sheet import sheet
from .statistics import NOT_FINITE
from .summary import extremes, share

NEITHER = ("colourfulness", "colourfulness_ddcolor", "bleeding", "hue", "chroma")
SHOWN = 4  # best and worst photos a model


def write_report(
    path: Path,
    result: Judgement,
    summary: Mapping[str, Any],
    models: Mapping[str, Generator],
    sources: list[str],
) -> None:
    """Write the report as one file that needs no network.

    Args:
        path: of the HTML file.
        result, summary: the figures.
        models: the generators, which colour their best and worst photos once more.
        sources: where the photos are read again.

    Raises:
        ColorganError: plotly is missing, or the file cannot be written.
    """
    require("plotly.offline", "judge", "A report")
    parts = [
        _protocol(summary["protocol"]),
        _figures(summary["models"]),
        _differences(summary["differences"]),
        _bars(summary["models"]),
        _hints(summary["models"]),
        _groups(summary["groups"]),
        _skin(summary["skin"]),
        _photos(result, models, sources),
    ]
    write_page(path, "How good the colours are", parts)


def _protocol(protocol: Mapping[str, Any]) -> str:
    left_out = protocol["left_out"]
    listed = "".join(
        f"<li>{html.escape(name)}: {html.escape(reason)}</li>" for name, reason in left_out.items()
    )
    return (
        f"<p>{protocol['photos']} photos, {protocol['crop']} at {protocol['size']} pixels "
        f"({protocol['resize']}), grey by {protocol['lightness']}, one pass through "
        f"the network, {protocol['rounding']}; "
        f"feature network: {protocol['features'] or 'none given'}.</p>"
        f"<details><summary>photos left out: {len(left_out)}</summary><ul>{listed}</ul></details>"
    )


def _figures(models: Mapping[str, Any]) -> str:
    """Tabulate the measures of photos that were coloured without hints."""
    plain = {
        model: {name: figure for name, figure in row.items() if name != "hints"}
        for model, row in models.items()
    }
    return _table(plain, "Figures", "Mean, and in small print its 95 % interval.")


def _table(models: Mapping[str, Any], title: str, words: str) -> str:
    """Draw figures as a table, a line a measure and a column a model."""
    measures = list(dict.fromkeys(name for row in models.values() for name in row))
    rows = (
        [
            html.escape(measure) + _arrow(measure),
            *(_cell(row.get(measure)) for row in models.values()),
        ]
        for measure in measures
    )
    reasons = {
        f"{measure}: {figure['reason']}"
        for row in models.values()
        for measure, figure in row.items()
        if figure.get("reason", NOT_FINITE) != NOT_FINITE
    }
    notes = "".join(f"<p>No figure for {html.escape(reason)}.</p>" for reason in sorted(reasons))
    return f"<h2>{title}</h2><p>{words}</p>{table(['', *models], rows)}{notes}"


def _arrow(name: str) -> str:
    if name.split(": ")[-1] in NEITHER:
        return ""
    return " ↑" if name in HIGHER_IS_BETTER else " ↓"


def _cell(figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["mean"] is None:
        return "-"
    text = f"{figure['mean']:.3g}"
    if figure["interval"]:
        text += "<small>{:.3g} to {:.3g}</small>".format(*figure["interval"])
    return text


def _differences(rows: Mapping[str, Any]) -> str:
    words = "Photo by photo, first minus second; an interval without 0 is a difference."
    return _table(rows, "Differences", words) if rows else ""


def _bars(models: Mapping[str, Any]) -> str:
    """Draw the main measures with their intervals."""
    from plotly.subplots import make_subplots

    names = [n for n in ("ciede2000", "psnr", "ssim", "colourfulness") if n in models[GREY]]
    figure = make_subplots(1, len(names), subplot_titles=names)
    for index, name in enumerate(names, 1):
        known = {m: row[name] for m, row in models.items() if row[name]["mean"] is not None}
        means = [figure_["mean"] for figure_ in known.values()]
        ends = [figure_["interval"] or [figure_["mean"]] * 2 for figure_ in known.values()]
        spread = error_bars(means, ends)
        figure.add_bar(x=list(known), y=means, error_y=spread, row=1, col=index)
    figure.update_layout(height=320, showlegend=False, margin={"t": 40, "b": 30})
    return drawn(figure)


def _hints(models: Mapping[str, Any]) -> str:
    """Tabulate and draw the measures by number of hints."""
    from plotly.subplots import make_subplots

    rows: dict[str, dict[str, Any]] = {}
    drawing = make_subplots(1, len(hinted.MEASURES), subplot_titles=hinted.MEASURES)
    for model, row in models.items():
        for way, numbers in row.get("hints", {}).items():
            name = f"{model}, {way}"
            for index, measure in enumerate(hinted.MEASURES, 1):
                known = {int(n): row[measure] for n, row in numbers.items() if row[measure]["mean"]}
                means = [figure["mean"] for figure in known.values()]
                ends = [figure["interval"] or [figure["mean"]] * 2 for figure in known.values()]
                bars = error_bars(means, ends)
                drawing.add_scatter(
                    x=list(known), y=means, error_y=bars, name=name, row=1, col=index
                )
            for number, figures in numbers.items():
                named = {f"{name}: {measure}": figure for measure, figure in figures.items()}
                rows.setdefault(f"{number} hints", {}).update(named)
    if not rows:
        return ""
    drawing.update_layout(height=420, margin={"t": 40, "b": 30}, legend={"orientation": "h"})
    words = (
        "With the true colour said of some places: each where the error is largest then (worst), "
        "or anywhere (random). Without a hint too, colours follow the lightness as they do for "
        "users, so these figures differ a little from those above."
    )
    return _table(rows, "By number of hints", words) + drawn(drawing)


def _groups(groups: Mapping[str, Any]) -> str:
    """Draw each group's CIEDE2000 as a share of grey's."""
    from plotly.graph_objects import Figure

    known = {name: group["models"] for name, group in groups.items() if "models" in group}
    small = [f"{name} ({group['photos']})" for name, group in groups.items() if "reason" in group]
    if not known or "ciede2000" not in next(iter(known.values()))[GREY]:
        return ""
    figure = Figure()
    for model in next(iter(known.values())):
        if model not in (GREY, ORIGINAL):
            shares = [share(rows, model, "ciede2000", GREY) for rows in known.values()]
            figure.add_bar(x=list(known), y=shares, name=model)
    figure.add_hline(y=1, line_dash="dash", annotation_text="grey")
    figure.update_layout(height=380, margin={"t": 30, "b": 30}, legend={"orientation": "h"})
    note = f"<p>Too few photos for a figure: {html.escape(', '.join(small))}.</p>" if small else ""
    words = "CIEDE2000 as a share of grey's; above 1 a model does worse than no colour at all."
    return f"<h2>Groups</h2><p>{words}</p>{drawn(figure)}{note}"


def _skin(tones: Mapping[str, Any]) -> str:
    """Tabulate error and bias a tone of skin."""
    if not tones:
        return ""
    rows: dict[str, dict[str, Any]] = {}
    for tone, models in tones.items():
        for model, row in models.items():
            rows.setdefault(model, {}).update({f"{tone}: {key}": v for key, v in row.items()})
    words = (
        "On faces, by the tone of the original's skin (individual typology angle): distance in "
        "the ab plane, bias of chroma, bias of hue in degrees (above 0: yellower)."
    )
    return _table(rows, "Skin", words)


def _photos(result: Judgement, models: Mapping[str, Generator], sources: list[str]) -> str:
    """Show the photos that each model colours best and worst, beside grey and the original."""
    if "ciede2000" not in result.rows[GREY] or not models:
        return ""
    wanted = {model: extremes(result, model, SHOWN) for model in models}
    names = {name for pair in wanted.values() for half in pair for name in half}
    squares = {
        name: centre_square(data, result.protocol.size)
        for name, data in read_all(sources)
        if name in names
    }
    parts = ["<h2>Best and worst</h2>"]
    for model, halves in wanted.items():
        for words, half in zip(("best", "worst"), halves, strict=True):
            coloured = colour_all(models, np.stack([squares[name] for name in half]))
            columns = {GREY: coloured[GREY], **{m: coloured[m] for m in models}}
            picture = _embedded({**columns, ORIGINAL: coloured[ORIGINAL]})
            parts.append(
                f"<figure><figcaption>{html.escape(model)}: {words} by CIEDE2000 "
                f"({html.escape(', '.join(half))})</figcaption>{picture}</figure>"
            )
    return "".join(parts)


def _embedded(columns: Mapping[str, Pixels]) -> str:
    stream = io.BytesIO()
    sheet(columns, side=192).save(stream, "JPEG", quality=88)
    return embedded(stream.getvalue(), f"Photos side by side: {', '.join(columns)}")
