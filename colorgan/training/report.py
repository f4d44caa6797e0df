"""The report of a run: one HTML file with its curves and its pictures."""

from __future__ import annotations

import html
import json
from pathlib import Path

from ..errors import TrainingError
from ..extras import require
from ..output.html_page import drawn, embedded, write_page
from .run import RECIPE, SAMPLES
from .tables import read_table
from .watching import METRICS, VALIDATION

REPORT = "report.html"
SHOWN = "Photos without colour, as coloured, and as they were"
SHEETS = 4  # of samples, evenly picked over the run


def write_report(run: Path) -> Path:
    """Draw the report of a run as it is now, and return its path.

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
        _samples(run / SAMPLES),
        f"<h2>Recipe</h2><pre>{html.escape(json.dumps(recipe, indent=2))}</pre>",
    ]
    write_page(run / REPORT, f"{recipe['recipe']['name']}: how the training went", parts)
    return run / REPORT


def _columns(rows: list[dict[str, str]]) -> dict[str, tuple[list[float], list[float]]]:
    """Return for each column but the counters where it has values, and which."""
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
    for index, (name, (x, y)) in enumerate(columns.items()):
        mode = "lines" if len(x) > 1 else "markers"
        figure.add_trace(Scatter(x=x, y=y, name=name, mode=mode), index // 2 + 1, index % 2 + 1)
    figure.update_layout(height=260 * lines + 60, showlegend=False, margin={"t": 40, "b": 30})
    return f"<h2>{title}</h2><p>{words}</p>{drawn(figure)}"


def _samples(folder: Path) -> str:
    """Show sheets of samples from the run's course, the last one last."""
    sheets = sorted(folder.glob("*.jpg"))
    if not sheets:
        return ""
    every = max((len(sheets) - 1) // max(SHEETS - 1, 1), 1)
    picked = list(dict.fromkeys([*sheets[::every][: SHEETS - 1], sheets[-1]]))
    figures = [
        f"<figure>{embedded(path.read_bytes(), SHOWN)}"
        f"<figcaption>after {int(path.stem)} steps</figcaption></figure>"
        for path in picked
    ]
    return "<h2>Samples</h2><p>grey, as coloured, original</p>" + "".join(figures)
