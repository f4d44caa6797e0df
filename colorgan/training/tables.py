"""A run's curves as tables: CSV files that grow by rows, and now and then by a column."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path


def append(path: Path, row: Mapping[str, float]) -> None:
    """Append a row to a table; columns that it did not have are added to all rows."""
    known = read_columns(path)
    columns = list(dict.fromkeys([*known, *row]))
    text = {
        key: str(value) if isinstance(value, int) else repr(value) for key, value in row.items()
    }
    if known != columns:
        write_table(path, columns, [*read_table(path), text])
        return
    with path.open("a", newline="") as file:
        csv.DictWriter(file, columns, restval="").writerow(text)


def read_columns(path: Path) -> list[str]:
    """Read the names of a table's columns; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return next(csv.reader(file), [])


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table's rows; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    """Write a table anew."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def cut(path: Path, steps: int) -> None:
    """Drop a table's rows after so many steps."""
    rows = read_table(path)
    kept = [row for row in rows if int(row["steps"]) <= steps]
    if not kept:
        path.unlink(missing_ok=True)
    elif len(kept) < len(rows):
        write_table(path, list(rows[0]), kept)
