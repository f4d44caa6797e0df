"""The package in one call.

>>> import colorgan
>>> colorgan.colorize("grandmother.jpg")
PosixPath('grandmother in colour.jpg')
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import hub, photo
from .colorizer import Colorizer
from .errors import ColorganError, PhotoError
from .hints import Hints
from .hints.reference import Reference
from .photo import Photo
from .photo.formats import FORMAT_OF

Picture = TypeVar("Picture", str, os.PathLike[str], bytes, Image.Image, NDArray[Any])

_open = lru_cache(maxsize=2)(Colorizer.from_pretrained)
_PLANES = (1, 3, 4)
_SLACK = 0.01  # by which a resize may leave 0 to 1


def available_models() -> list[str]:
    """Return the names of the models that come with the package, the nearest first.

    >>> available_models()
    ['custom', 'pretrained']
    """
    return sorted(hub.embedded("generator"), key=lambda name: (name != hub.BEST, name))


def colorize(picture: Picture, *, model: str = hub.BEST, **settings: Any) -> Picture | Path:
    """Colour a photo, and return the same kind of thing.

    >>> colorize(np.full((4, 6), 128, np.uint8)).shape
    (4, 6, 3)

    Args:
        picture: one of these.

            - a path: a file "... in colour" beside it is written, and its path returned
            - the bytes of a file: those of a file in the same format, with its metadata, or of a
              PNG where that format is not written; of several pages or frames the first
            - a Pillow image: an 8-bit one, RGB or RGBA
            - an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of sRGB values, uint8, uint16, or
              floats from 0 to 1: one (H, W, 3), or (H, W, 4) if it had alpha, of the same type
        model: a name as `Colorizer.from_pretrained` takes it; the last two stay in memory.
        settings: `strength`, `size`, `hints` and so on, as a `Colorizer` takes them.

    Raises:
        PhotoError: the photo cannot be read or the result not be written.
        ModelError: there is no such model.
        ColorganError: a setting is out of range.
    """
    colorizer = _open(model)
    _check_read(settings)
    if isinstance(picture, str | os.PathLike):
        if not Path(picture).is_file():
            raise PhotoError(f"{os.fspath(picture)!r} is no file. Name a photo.")
        return colorizer.colorize_file(picture, _beside(Path(picture)), **settings)
    if isinstance(picture, Image.Image):
        return colorizer(picture, **settings)
    if isinstance(picture, bytes):
        found = photo.read(BytesIO(picture))
        coloured = colorizer.colorize(found, **settings)
        photo.warn_of(coloured.name, coloured.notices)
        return photo.encode(coloured, colorizer.note)
    if not isinstance(picture, np.ndarray):
        raise PhotoError(
            f"A {type(picture).__name__} is no picture. Use a path, bytes, an image or an array."
        )
    return _like(colorizer.colorize(_photo_of(picture), **settings), picture.dtype)


def _check_read(settings: Mapping[str, Any]) -> None:
    """Refuse names of files where what is in them is wanted."""
    if not isinstance(settings.get("hints"), Hints | None):
        raise ColorganError("Hints must be read first: hints=colorgan.hints.read(FILE).")
    if not all(isinstance(one, Reference) for one in settings.get("references") or ()):
        raise ColorganError(
            "References must be made first: references=[colorizer.reference(FILE)], where "
            "colorizer is a Colorizer."
        )


def _beside(path: Path) -> Path:
    """Return where the result of a file is written."""
    ending = path.suffix if path.suffix.lower() in FORMAT_OF else ".png"
    return path.with_name(f"{path.stem} in colour{ending}")


def _photo_of(array: NDArray[Any]) -> Photo:
    """Make a photo of an array of values."""
    planes = array[..., None] if array.ndim == 2 else array
    kinds = (np.uint8, np.uint16)
    floating = np.issubdtype(array.dtype, np.floating)
    if planes.ndim != 3 or planes.shape[2] not in _PLANES or 0 in planes.shape:
        raise PhotoError(
            f"An array of shape {array.shape} is no photo. It must be (H, W), or (H, W, planes) "
            "with 1, 3 or 4 planes."
        )
    if not floating and array.dtype not in kinds:
        raise PhotoError(
            f"An array of {array.dtype} is no photo. It must be uint8, uint16, or floats 0 to 1."
        )
    if floating and not (planes.min() >= -_SLACK and planes.max() <= 1 + _SLACK):  # nor NaN
        raise PhotoError(
            f"The array has values from {planes.min():g} to {planes.max():g}. Floats must be from "
            "0 to 1: divide by 255, or give uint8."
        )
    if floating:
        planes = (planes.clip(0, 1).astype(np.float32) * 65535).round().astype(np.uint16)
    alpha = planes[..., 3].copy() if planes.shape[2] == 4 else None
    return Photo(
        np.repeat(planes[..., :1], 3, 2) if planes.shape[2] == 1 else planes[..., :3],
        alpha,
        "PNG",
        "array",
    )


def _like(coloured: Photo, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return a photo as an array of this type."""
    alpha = [] if coloured.alpha is None else [coloured.alpha[..., None]]
    whole: NDArray[Any] = np.concatenate([coloured.pixels, *alpha], axis=2)
    return (whole / 65535).astype(kind) if np.issubdtype(kind, np.floating) else whole
