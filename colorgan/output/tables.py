"""Tables as files: CSV or Parquet, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ColorganError
from ..extras import require
from .whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".parquet")


def check_ending(path: Path, extra: str) -> None:
    """Refuse a file that cannot be written as a table, best before the work that fills it.

    Args:
        path: of the table.
        extra: the extra of the command that writes it, which brings Parquet's package.

    Raises:
        ColorganError: it is neither CSV nor Parquet, or Parquet's package is not installed.
    """
    if path.suffix not in ENDINGS:
        raise ColorganError(f"Tables are written as {' or '.join(ENDINGS)}, not as {path.name}.")
    if path.suffix == ".parquet":
        require("pyarrow", extra, "Parquet")


def write_table(table: pd.DataFrame, path: Path, extra: str) -> None:
    """Write a table, without its index.

    Raises:
        ColorganError: of `check_ending`, or the file cannot be written.
    """
    check_ending(path, extra)
    try:
        with whole_file(path) as part:
            if path.suffix == ".parquet":
                table.to_parquet(part, index=False)
            else:
                table.to_csv(part, index=False, errors="backslashreplace")
    except OSError as error:
        raise ColorganError(f"The table {path} cannot be written: {error}.") from error
