"""A coloured photo as a visitor gets it: a small preview, the full-size file, a line about both."""

from __future__ import annotations

import html
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np
import torch
from gradio.utils import get_upload_folder
from PIL import Image

from .. import photo as files
from ..color.pixels import full_lightness, to_pixels
from ..colorizer import DEFAULT_SIZE, Colorizer, Size
from ..photo import Photo
from ..restorer import Restorer
from .texts import Texts

KEPT_SECONDS = 3600  # how long a visitor's photos stay on the server
_COLOURING = threading.Lock()  # two at a time would only slow each other down
PREVIEW_QUALITY = 88
AMBER, VEIL = (255, 190, 90), 200  # the colour of doubt, and how opaque it is at most, of 255
SURE, UNSURE = 0.35, 0.85  # doubt where a model is surest and least sure: it is never 0, since
# neighbouring classes share each colour among them
PREVIEW_SIDE = 1600  # long side in pixels: sharp on a large screen, quick on a slow line


@dataclass(frozen=True)
class Result:
    """What a colouring left on the disk, and how it came about."""

    preview: Path
    download: Path
    model: str
    revision: str
    size: int
    seconds: float


@dataclass(frozen=True)
class Restored:
    """What became of a photo before it was coloured."""

    photo: Photo
    note: str
    model: str
    revision: str
    seconds: float


def restore(restorer: Restorer, photo: Photo, strength: float) -> Restored:
    """Restore a photo.

    Raises:
        ColorganError: strength is out of range.
    """
    with _COLOURING:
        start = time.perf_counter()
        restored = restorer.restore(photo, strength=strength)
        seconds = time.perf_counter() - start
    return Restored(restored, restorer.note, restorer.name, restorer.revision, seconds)


def colour(
    colorizer: Colorizer,
    photo: Photo,
    folder: Path,
    *,
    strength: float,
    size: Size = DEFAULT_SIZE,
    addition: str,
    note: str = "",
    preview_side: int = PREVIEW_SIDE,
) -> Result:
    """Colour a photo and write its preview and its full-size file into a folder.

    Args:
        colorizer: who colours.
        photo: what is coloured.
        folder: a fresh one for every request.
        strength: scales the chroma.
        size: short side in pixels at which the network sees the photo; "auto" finds one.
        preview_side: long side of the preview in pixels.
        addition: ends the name of the full-size file.
        note: what its metadata says of what was done before.

    Raises:
        ColorganError: strength or size is out of range, or the result does not fit its format.
    """
    with _COLOURING:  # the photos of an album and those of others take turns
        start = time.perf_counter()
        size = colorizer.choose_size(photo) if size == "auto" else size
        coloured = colorizer.colorize(photo, strength=strength, size=size)
        seconds = time.perf_counter() - start
    name = f"{Path(photo.name).stem} {addition}{files.suffix(coloured)}"
    return Result(
        preview=save_preview(coloured, folder / f"{addition}.webp", preview_side),
        download=files.write(coloured, folder / name, f"{note} {colorizer.note}".lstrip()),
        model=colorizer.name,
        revision=colorizer.revision,
        size=size,
        seconds=seconds,
    )


def fresh_folder() -> Path:
    """Make a folder with a random name in a place from which Gradio serves files.

    A name that cannot be guessed keeps visitors' photos apart. Gradio deletes the files that it
    has handed out; what it never handed out (of a work that was cancelled) is deleted here.
    """
    place = Path(get_upload_folder()) / "results"
    place.mkdir(parents=True, exist_ok=True)
    for folder in place.iterdir():
        with suppress(FileNotFoundError):  # another process may have been quicker
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder)
    return Path(tempfile.mkdtemp(dir=place))


def save_preview(photo: Photo, path: Path, side: int = PREVIEW_SIDE) -> Path:
    """Write a small WebP of a photo with no metadata, so with none of its places and names."""
    image = files.to_image(photo)
    image.info.clear()
    image.thumbnail((side, side))
    image.save(path, format="WEBP", quality=PREVIEW_QUALITY, method=2)
    return path


def save_doubt(colorizer: Colorizer, photo: Photo, size: int, path: Path) -> Path | None:
    """Write the photo under a veil, denser where a model is less sure, if the model knows."""
    if not colorizer.knows_doubt:
        return None
    doubt = (colorizer.doubt(photo, size=size) - SURE) / (UNSURE - SURE)
    veil = Image.fromarray((VEIL * doubt.clip(0, 1)).astype(np.uint8))
    grey = files.to_image(photo).convert("L").point(lambda value: value // 2).convert("RGB")
    grey.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    veil = veil.resize(grey.size, Image.Resampling.BILINEAR)
    amber = Image.new("RGB", grey.size, AMBER)
    Image.composite(amber, grey, veil).save(path, quality=PREVIEW_QUALITY)
    return path


def save_lightness(photo: Photo, path: Path) -> Path:
    """Write a small WebP of a photo's lightness alone."""
    image = files.to_image(photo).convert("RGB")
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    lightness = full_lightness(np.asarray(image))
    ab = torch.zeros_like(lightness).expand(-1, 2, -1, -1)
    grey = Image.fromarray(to_pixels(lightness, ab, np.dtype(np.uint8)))
    grey.save(path, format="WEBP", quality=PREVIEW_QUALITY, method=2)
    return path


def caption(texts: Texts, photo: Photo, *results: Result, restored: Restored | None = None) -> str:
    """Say who restored and coloured a photo, how long it took and what the file is, as HTML."""
    lines = [_credit(texts.coloured_by, result, size=result.size) for result in results]
    if restored is not None:
        lines.insert(0, _credit(texts.restored_by, restored))
    about = texts.about_file if photo.bits == 8 else texts.about_deep_file
    format = files.suffix(photo).removeprefix(".").upper()
    lines.append(
        about.format(width=photo.width, height=photo.height, format=format, bits=photo.bits)
    )
    return " ".join([*lines, texts.guess] if results else lines)


def _credit(sentence: str, work: Result | Restored, **more: int) -> str:
    return sentence.format(
        **more,
        model=html.escape(work.model),
        revision=html.escape(work.revision),
        seconds=f"{work.seconds:.1f}",
    )


def caption_box(elem_id: str) -> gr.HTML:
    """Make the place for a caption; screen readers say it when it changes."""
    return gr.HTML(
        html_template='<p role="status">${value ?? ""}</p>',
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="caption",
    )


def download_button(label: str, elem_id: str) -> gr.DownloadButton:
    """Make the button for a full-size file."""
    return gr.DownloadButton(label, elem_id=elem_id, elem_classes="download")
