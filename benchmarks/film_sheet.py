"""Draw what the old-film simulator does: `python benchmarks/film_sheet.py PHOTO SHEET.png`.

Every damage at four strengths, and below that whole prints as training sees them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorgan import film
from colorgan.evaluation.protocol import centre_square
from colorgan.evaluation.restoration import to_grey
from colorgan.evaluation.sheet import sheet

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
SIDE = 256


def rows_of(photo: NDArray[np.uint8], seed: int) -> dict[str, list[NDArray[np.uint8]]]:
    """Return the pictures of the sheet, a column a name: the print when new, then by strength."""
    panchromatic = film.lightness_of(photo)
    columns: dict[str, list[NDArray[np.uint8]]] = {"new": []}
    columns |= {f"{strength:.2f}": [] for strength in STRENGTHS}
    for kind, (_, damage) in enumerate(film.DAMAGES.items()):
        columns["new"].append(to_grey(panchromatic))
        for strength in STRENGTHS:
            rng = np.random.default_rng((seed, kind, round(100 * strength)))
            columns[f"{strength:.2f}"].append(to_grey(damage(panchromatic, strength, rng)))
    for row in range(3):
        for index, column in enumerate(columns.values()):
            rng = np.random.default_rng((seed, len(film.DAMAGES), row, index))
            column.append(to_grey(film.old_print(photo, rng).now))
    return columns


def main() -> None:
    """Draw the sheet, say what its rows are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, help="a colour photo")
    parser.add_argument("sheet", type=Path, help="picture file to write")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    photo = centre_square(options.photo.read_bytes(), SIDE)
    sheet(rows_of(photo, options.seed)).save(options.sheet)
    print(f"Rows of {options.sheet}: {', '.join(film.DAMAGES)}, three rows of whole prints")


if __name__ == "__main__":
    main()
