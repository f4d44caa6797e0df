"""Tables as files: CSV or Parquet, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ColorganError
from .whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".parquet")


def check_ending(path: Path) -> None:
    """Refuse a file that is neither CSV nor Parquet, best before the work that fills it.

    Raises:
        ColorganError: its ending is another.
    """
    if path.suffix not in ENDINGS:
        raise ColorganError(f"Tables are written as {' or '.join(ENDINGS)}, not as {path.name}.")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table, without its index.

    Raises:
        ColorganError: the ending is neither .csv nor .parquet, the file cannot be written, or
            Parquet's library is missing.
    """
    check_ending(path)
    try:
        with whole_file(path) as part:
            if path.suffix == ".parquet":
                table.to_parquet(part, index=False)
            else:
                table.to_csv(part, index=False)
    except ImportError as error:
        raise ColorganError("Parquet needs the package pyarrow; or name a .csv file.") from error
    except OSError as error:
        raise ColorganError(f"The table {path} cannot be written: {error}.") from error
