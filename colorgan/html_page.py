"""Reports: one HTML file each, which needs no network; and the folders that reports go to."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ColorganError

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

    Args:
        path: of the HTML file.
        title: as plain text; it is the page's heading too.
        parts: the body, as HTML.

    Raises:
        ColorganError: plotly is missing, or the file cannot be written.
    """
    name = html.escape(title)
    head = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{name}</title>"
        f"<style>{_STYLE}</style><script>{_plotly()}</script></head><body><h1>{name}</h1>"
    )
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text("\n".join((head, *parts, "</body></html>")), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ColorganError(f"The report {path} cannot be written: {error}.") from error


def drawn(figure: Figure) -> str:
    """Give a plot as a part of a page."""
    return str(figure.to_html(full_html=False, include_plotlyjs=False))


def make_folders(*files: Path | None) -> None:
    """Make the folders of files that are to be written, before the work that fills them.

    Args:
        files: None for what is not wanted.

    Raises:
        ColorganError: a folder cannot be made or written to, or a file's name is a folder's.
    """
    for file in filter(None, files):
        if file.is_dir():
            raise ColorganError(f"{file} is a folder. Name a file in it.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ColorganError(
                f"The folder {file.parent} cannot be made: {error.strerror}. Choose another."
            ) from error
        if not os.access(file.parent, os.W_OK):
            raise ColorganError(f"The folder {file.parent} may not be written to. Choose another.")


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise ColorganError(
            "A report needs the package plotly: pip install 'colorgan[judge]'."
        ) from error
    return str(get_plotlyjs())
