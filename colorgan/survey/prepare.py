"""Colours a set of photos once by every model and freezes them as a study."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image

from .. import hub
from .. import photo as files
from ..color.pixels import full_lightness, to_pixels
from ..colorizer import Colorizer
from ..errors import SurveyError
from ..photo import Photo
from ..photoset import curate
from ..photoset.sources import group_of, read_all
from .study import (
    DECOY,
    ORIGINAL,
    ORIGINALS,
    PAIRS,
    PICTURES,
    Study,
    StudyPhoto,
    System,
    check_names,
    save,
    sha256_of,
)

SIDE = 1024  # long side of a picture in pixels: two stand side by side on a large screen
_DECOY_CHROMA = 55.0  # CIE units: in the gamut for middle tones, in no real photo all over

Coloured = tuple[StudyPhoto, dict[str, Image.Image]]
"""A photo without its files, and its pictures by what they show."""


def prepare(
    sources: Sequence[str],
    models: Sequence[str],
    folder: Path,
    *,
    name: str = "",
    pairs: int = PAIRS,
    originals: int = ORIGINALS,
) -> Study:
    """Colour photos by models and freeze the study in a new folder.

    Args:
        sources: folders, archives or data sets of the Hub with photos.
        models: two or more, by name.
        folder: must not exist yet; nothing is left of it if something goes wrong.
        name: what the study is called; default: its folder's name.
        pairs: pairs a participant, at most as many as there are.
        originals: trials a participant of an original against a coloured picture; none if photos
            are grey.

    Raises:
        SurveyError: the folder is there, models are too few, or lengths make no sense.
        ModelError: a model cannot be had.
        PhotoError: a photo cannot be read.
    """
    folder = Path(folder)
    if folder.exists():
        raise SurveyError(f"{folder} is there already; a study is never changed. Name a new one.")
    if pairs < 1 or originals < 0:
        raise SurveyError("A participant sees at least one pair, and no fewer than 0 originals.")
    found = [hub.resolve(model) for model in models]
    check_names([model.name for model in found])
    systems = [System(f.name, f.revision, _weights_hash(f.path)) for f in found]
    colorizers = [Colorizer(hub.load(f.path), name=f.name, revision=f.revision) for f in found]
    coloured = _colour(read_all(sources), colorizers)
    return freeze(folder, systems, coloured, name=name, pairs=pairs, originals=originals)


def freeze(
    folder: Path,
    systems: Sequence[System],
    coloured: Iterable[Coloured],
    *,
    name: str = "",
    pairs: int = PAIRS,
    originals: int = ORIGINALS,
) -> Study:
    """Write pictures and `study.json` into a new folder, all or nothing.

    Raises:
        SurveyError: the folder cannot be written.
    """
    photos: list[StudyPhoto] = []
    hashes: dict[str, str] = {}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".study-") as part:
            (Path(part) / PICTURES).mkdir()
            for photo, pictures in coloured:
                shown = {}
                for index, (key, image) in enumerate(pictures.items()):
                    file = f"{len(photos):04d}-{index}.webp"
                    data = _encoded(image)
                    (Path(part) / PICTURES / file).write_bytes(data)
                    hashes[file] = sha256_of(data)
                    shown[key] = file
                photos.append(replace(photo, pictures=shown))
            study = Study(
                name=name or folder.name,
                systems=tuple(systems),
                photos=tuple(photos),
                sha256=hashes,
                pairs=pairs,
                originals=originals,
                folder=Path(part),
            )
            save(study)
            Path(part).chmod(0o755)
            shutil.move(part, folder)
            Path(part).mkdir()  # for the context manager to remove
    except OSError as error:
        raise SurveyError(f"The study {folder} cannot be written: {error}.") from error
    return replace(study, folder=folder)


def decoy(lightness: torch.Tensor) -> Image.Image:
    """Return a picture in colours that nobody takes for real: the hue turns across the photo.

    Args:
        lightness: L* (1, 1, H, W).
    """
    height, width = lightness.shape[-2:]
    across = torch.linspace(0, 1, width)[None] + torch.linspace(0, 1, height)[:, None]
    hue = 2 * torch.pi * across
    ab = _DECOY_CHROMA * torch.stack((hue.cos(), hue.sin()))[None]
    return Image.fromarray(to_pixels(lightness, ab, np.dtype(np.uint8)))


def _colour(
    photos: Iterable[tuple[str, bytes]], colorizers: Sequence[Colorizer]
) -> Iterator[Coloured]:
    for name, data in photos:
        source = files.read(data, name=name)
        original = _shown(source)
        pictures = {c.name: _shown(c.colorize(source)) for c in colorizers}
        pixels = np.asarray(original)
        pictures[DECOY] = decoy(full_lightness(pixels))
        in_colour = not curate.is_grey(pixels) and not curate.is_one_tint(curate.lab_of(pixels))
        if in_colour:
            pictures[ORIGINAL] = original
        size = {"width": original.width, "height": original.height}
        hashed = sha256_of(data)
        yield (
            StudyPhoto(name, group_of(name), hashed, **size, in_colour=in_colour, pictures={}),
            (pictures),
        )


def _shown(photo: Photo) -> Image.Image:
    shown = files.to_rgb(photo)
    shown.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return shown


def _encoded(image: Image.Image) -> bytes:
    """Return a picture as a file that says nothing but the picture."""
    stream = BytesIO()
    Image.fromarray(np.asarray(image)).save(stream, "WEBP", quality=92, method=4)
    return stream.getvalue()


def _weights_hash(folder: Path) -> str:
    return sha256_of((folder / hub.WEIGHTS).read_bytes())
