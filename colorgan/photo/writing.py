"""A Photo to a picture file, with its metadata, an sRGB profile and a note of who coloured it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
from PIL import Image

from ..output.whole_file import whole_file
from . import captions, exif, notes
from .encoders import ENCODERS, Picture, eight_bits
from .formats import ENDINGS, FORMAT_OF
from .icc import srgb_profile
from .photo import Photo
from .plain_errors import plain_errors, printable
from .samples import Pixels


def to_image(photo: Photo) -> Image.Image:
    """Return the photo as an 8-bit Pillow image in sRGB, RGB or RGBA.

    Its `info` has icc_profile and, where known, exif, xmp and dpi, for `image.save(path,
    exif=image.info["exif"])` and the like.
    """
    image = Image.fromarray(eight_bits(_with_alpha(photo)))
    image.info["icc_profile"] = srgb_profile()
    known = {"exif": photo.exif, "xmp": photo.xmp, "dpi": photo.dpi}
    image.info.update({key: value for key, value in known.items() if value})
    return image


def to_rgb(photo: Photo) -> Image.Image:
    """Return the photo as an 8-bit RGB image and nothing else: no alpha, no metadata."""
    return Image.fromarray(eight_bits(photo.pixels))


def suffix(photo: Photo) -> str:
    """Return the file ending of the format that `encode` uses, such as ".jpg"."""
    return ENDINGS[_written_format(photo)][0]


def encode(photo: Photo, note: str) -> bytes:
    """Return the photo as a file's bytes in its own format, or as PNG where that is not written.

    `note` (see `notes`) goes into EXIF and XMP.

    Raises:
        PhotoError: the photo does not fit that format.
    """
    return _encoded(photo, _written_format(photo), note, photo.name)


def write(
    photo: Photo,
    path: str | os.PathLike[str],
    note: str,
    *,
    allowed: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Path:
    """Write the photo to a file in the format of the path's ending, else in its own format.

    16 bits become 8, and alpha is laid on white, only where the format cannot hold them. Folders
    that are missing are made. The file appears complete or not at all: an older one of that name
    stays until then.

    Args:
        photo: what is written.
        path: where; whatever is there is replaced unless `allowed` says otherwise.
        note: see `encode`.
        allowed: is entered while the file is put in its place; it may raise a PhotoError, as
            `Keeper.replacing` does for what must stay.

    Raises:
        PhotoError: the photo does not fit that format, or the file cannot be written.
    """
    goal = Path(path)
    label = printable(goal.name)
    format = format_at(goal, photo)
    data = _encoded(photo, format, note, label)
    with plain_errors(label, "written"):
        goal.parent.mkdir(parents=True, exist_ok=True)
        with allowed(), whole_file(goal) as part:
            part.write_bytes(data)
    return goal


def format_at(path: Path, photo: Photo) -> str:
    """Return the format in which `write` writes a photo to a path, such as "JPEG"."""
    return FORMAT_OF.get(path.suffix.lower()) or _written_format(photo)


def _written_format(photo: Photo) -> str:
    return photo.format if photo.format in ENCODERS else "PNG"


def _encoded(photo: Photo, format: str, note: str, label: str) -> bytes:
    note = notes.told(note, photo.xmp)
    fields: dict[int, exif.Value | None] = {exif.PROCESSING_SOFTWARE: note, exif.ORIENTATION: [1]}
    if photo.dpi:  # also for formats that have no other place for it
        across, down = photo.dpi
        fields |= {exif.X_RESOLUTION: float(across), exif.Y_RESOLUTION: float(down)}
        fields[exif.RESOLUTION_UNIT] = [2]  # inches
    with plain_errors(label, "written"):
        block = exif.with_fields(photo.exif, fields)
        said = captions.Captions(block, photo.xmp, photo.iptc, photo.texts)
        picture = Picture(
            pixels=_with_alpha(photo), captions=captions.placed(said, format, note), dpi=photo.dpi
        )
        return ENCODERS[format](picture)


def _with_alpha(photo: Photo) -> Pixels:
    return photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
