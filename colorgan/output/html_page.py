"""Reports: one HTML file each, which needs no network."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ColorganError
from .whole_file import whole_file

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d1d1f; background: #fff }
.wide, pre { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
td, th { padding: .3rem .8rem; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child { text-align: left }
small { color: #555; display: block }
img { max-width: 100%; vertical-align: top } figure { margin: 1rem 0 }
pre { background: #f4f4f4; padding: 1rem }
"""


def write_page(path: Path, title: str, parts: Sequence[str]) -> None:
    """Write a page with plotly's script in it; it appears complete or not at all.

    Who draws has asked for plotly before, by `extras.require` and the extra that brings it.

    Args:
        path: of the HTML file.
        title: as plain text; it is the page's heading too.
        parts: the body, as HTML.

    Raises:
        ColorganError: the file cannot be written.
    """
    from plotly.offline import get_plotlyjs

    name = html.escape(title)
    head = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{name}</title>"
        f"<style>{_STYLE}</style><script>{get_plotlyjs()}</script></head><body><h1>{name}</h1>"
    )
    try:
        with whole_file(path) as part:
            text = "\n".join((head, *parts, "</body></html>"))
            part.write_text(text, "utf-8", errors="backslashreplace")  # names that are no Unicode
    except OSError as error:
        raise ColorganError(f"The report {path} cannot be written: {error}.") from error


def error_bars(
    middles: Sequence[float], ends: Sequence[Sequence[float]]
) -> dict[str, str | list[float]]:
    """Return the intervals (low, high) around some figures as a plot's error bars."""
    pairs = list(zip(middles, ends, strict=True))
    return {
        "type": "data",
        "array": [high - middle for middle, (_, high) in pairs],
        "arrayminus": [middle - low for middle, (low, _) in pairs],
    }


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as a part of a page.

    Args:
        head: the columns' names, as plain text.
        rows: cells, as HTML.
    """
    names = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    whole = f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody>"
    return f"<div class='wide'><table>{whole}</table></div>"


def embedded(jpeg: bytes, words: str) -> str:
    """Return a picture as a part of a page; `words` describe it, as plain text."""
    data = base64.b64encode(jpeg).decode()
    return f"<img alt='{html.escape(words)}' src='data:image/jpeg;base64,{data}'>"


def drawn(figure: Figure) -> str:
    """Return a plot as a part of a page."""
    return str(figure.to_html(full_html=False, include_plotlyjs=False))
