"""Result sheets: photos in rows, grey, truth and models side by side in columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..errors import ColorganError
from ..networks import Generator
from ..output.whole_file import whole_file
from ..photo import exif, notes
from ..photoset.sources import evenly
from .metrics import Pixels
from .protocol import BATCH, GREY, ORIGINAL, centre_square, colour_all

GAP, HEAD = 4, 22


def sheet(
    columns: Mapping[str, Sequence[Pixels] | Pixels], *, side: int | None = None
) -> Image.Image:
    """Lay pictures out, a column a name, a row a photo.

    Args:
        columns: equally many sRGB squares (S, S, 3) under each name.
        side: of the squares on the sheet; their own if not given.
    """
    first = next(iter(columns.values()))
    side = side or first[0].shape[0]
    step = side + GAP
    picture = Image.new("RGB", (step * len(columns) + GAP, step * len(first) + HEAD), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(13)
    for column, (name, squares) in enumerate(columns.items()):
        left = GAP + column * step
        draw.text((left, 3), name, fill="black", font=font)
        for row, square in enumerate(squares):
            cell = Image.fromarray(np.asarray(square))
            if cell.size != (side, side):
                cell = cell.resize((side, side), Image.Resampling.LANCZOS)
            picture.paste(cell, (left, HEAD + row * step))
    return picture


def sheet_of(
    models: Mapping[str, Generator],
    photos: Iterable[tuple[str, bytes]],
    judged: Sequence[str],
    count: int,
    size: int,
) -> Image.Image:
    """Lay out evenly picked photos: grey, each model, original."""
    wanted = set(evenly(judged, count))
    squares = np.stack([centre_square(data, size) for name, data in photos if name in wanted])
    parts = [colour_all(models, squares[i : i + BATCH]) for i in range(0, len(squares), BATCH)]
    names = [GREY, *models, ORIGINAL]
    return sheet({name: np.concatenate([part[name] for part in parts]) for name in names})


def save_sheet(picture: Image.Image, path: Path, quality: int = 92) -> None:
    """Write a sheet in the format of the file's ending, with a note that it is one.

    Raises:
        ColorganError: the file cannot be written.
    """
    kind = Image.registered_extensions()[path.suffix.lower()]
    note = exif.with_fields(b"", {exif.PROCESSING_SOFTWARE: notes.drawn()})
    try:
        with whole_file(path) as part:
            picture.save(part, kind, quality=quality, exif=note)
    except (OSError, ValueError) as error:
        raise ColorganError(f"The sheet {path} cannot be written: {error}.") from error
