"""The report of a run: one HTML file with its curves, its inflection point and its pictures."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path

from ..errors import TrainingError
from ..extras import require
from ..output.html_page import drawn, write_page
from . import inflection
from .run import RECIPE, SAMPLES
from .tables import read_table
from .watching import INFLECTION, METRICS, VALIDATION

REPORT = "report.html"
SHEETS = 4  # of samples, evenly picked over the run


def write_report(run: Path) -> Path:
    """Draw the report of a run as it is now, and give its path.

    Raises:
        ColorganError: the folder is no run, or plotly is missing.
    """
    require("plotly.offline", "train", "A report")
    try:
        recipe = json.loads((run / RECIPE).read_text())
    except (OSError, ValueError) as error:
        raise TrainingError(f"The folder {run} is no run: it has no readable {RECIPE}.") from error
    parts = [
        _curves(read_table(run / METRICS), "Losses", "every term, weighted; photos seen"),
        _curves(read_table(run / VALIDATION), "Validation", "on photos it never trained on"),
        _inflection(read_table(run / INFLECTION)),
        _samples(run / SAMPLES),
        f"<h2>Recipe</h2><pre>{html.escape(json.dumps(recipe, indent=2))}</pre>",
    ]
    write_page(run / REPORT, f"{recipe['recipe']['name']}: how the training went", parts)
    return run / REPORT


def _columns(rows: list[dict[str, str]]) -> dict[str, tuple[list[float], list[float]]]:
    """Give for each column but the counters where it has values, and which."""
    columns = {}
    for name in rows[0]:
        if name not in ("steps", "seen", "stage", "step"):
            known = [row for row in rows if row[name] != ""]
            columns[name] = (
                [float(row["seen"]) for row in known],
                [float(row[name]) for row in known],
            )
    return columns


def _curves(rows: list[dict[str, str]], title: str, words: str) -> str:
    """Draw every column of a table over the photos seen, each in a panel of its own."""
    if not rows:
        return ""
    from plotly.graph_objects import Figure, Scatter
    from plotly.subplots import make_subplots

    columns = _columns(rows)
    lines = -(-len(columns) // 2)
    figure: Figure = make_subplots(lines, 2, subplot_titles=list(columns))
    for place, (name, (x, y)) in enumerate(columns.items()):
        mode = "lines" if len(x) > 1 else "markers"
        figure.add_trace(Scatter(x=x, y=y, name=name, mode=mode), place // 2 + 1, place % 2 + 1)
    figure.update_layout(height=260 * lines + 60, showlegend=False, margin={"t": 40, "b": 30})
    return f"<h2>{title}</h2><p>{words}</p>{drawn(figure)}"


def _inflection(rows: list[dict[str, str]]) -> str:
    """Draw each adversarial stage's score with the chosen point."""
    if not rows:
        return ""
    from plotly.graph_objects import Figure, Scatter

    parts = ["<h2>Inflection point</h2>"]
    for stage in dict.fromkeys(row["stage"] for row in rows):
        curve = [
            {key: float(value) for key, value in row.items() if value != ""}
            for row in rows
            if row["stage"] == stage
        ]
        scores = inflection.scores(curve)
        chosen = inflection.best(scores)
        steps = [point["step"] for point in curve]
        figure = Figure()
        figure.add_trace(Scatter(x=steps, y=scores, name="score", mode="lines+markers"))
        for name in ("kernel", "colourfulness", "over red", "critic score"):
            if name in curve[0]:
                values = [point[name] for point in curve]
                figure.add_trace(Scatter(x=steps, y=values, name=name, visible="legendonly"))
        figure.add_vline(x=steps[chosen], line_dash="dash", annotation_text="chosen")
        figure.update_layout(height=360, margin={"t": 30, "b": 30}, xaxis_title="steps")
        parts.append(
            f"<p>Stage {int(stage) + 1}: the score (lower is better) is lowest after "
            f"{steps[chosen]:.0f} steps; the point whose weights are kept.</p>{drawn(figure)}"
        )
    return "".join(parts)


def _samples(folder: Path) -> str:
    """Show sheets of samples from the run's course, the last one last."""
    sheets = sorted(folder.glob("*.jpg"))
    if not sheets:
        return ""
    every = max((len(sheets) - 1) // max(SHEETS - 1, 1), 1)
    picked = list(dict.fromkeys([*sheets[::every][: SHEETS - 1], sheets[-1]]))
    figures = [
        "<figure><img alt='Photos without colour, as coloured, and as they were' "
        f"src='data:image/jpeg;base64,{base64.b64encode(path.read_bytes()).decode()}'>"
        f"<figcaption>after {int(path.stem)} steps</figcaption></figure>"
        for path in picked
    ]
    return "<h2>Samples</h2><p>grey, as coloured, original</p>" + "".join(figures)
