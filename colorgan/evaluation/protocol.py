"""How models are judged: the protocol, and the loop that follows it.

Each photo: centre square, antialiased resize to `size`, lightness by CIE L*, one pass through the
network at that size, gamut fit with lightness and hue kept, rounding to 8 bits, then the measures
against the original of the same square. Two rows are always in the table: `grey` (the lightness
without colour) and `original` (the photos against themselves). Grey photos, which have no colours
to judge by, and unreadable ones are left out and listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from .. import color, photo
from ..errors import PhotoError
from ..networks import Generator
from ..networks.contract import in_use
from ..photoset.curate import is_grey
from ..photoset.sources import group_of
from .features import FeatureNetwork, Features
from .lpips import Lpips
from .metrics import ALONE, PAIRED, Picture, Pixels
from .skin import Skin, measure_skin

GREY, ORIGINAL = "grey", "original"
BATCH = 16
SIZE = 256  # side of the squares unless another is asked for
Rows = dict[str, dict[str, list[float]]]
"""Of each model and measure a value a photo."""
FACES = frozenset({"faces", "face", "people", "portraits"})
"""Groups whose photos are looked at for skin."""


@dataclass(frozen=True)
class Protocol:
    """What the figures depend on."""

    size: int = SIZE
    crop: str = "centre square"
    resize: str = "Lanczos, antialiased"
    lightness: str = "CIE L*, D65"
    rounding: str = "8 bits, gamut fitted by chroma"
    features: str | None = None


@dataclass
class Judgement:
    """Figures of every photo: `rows[model][measure]` is a list beside `names`.

    Attributes:
        left_out: photos that were not judged, with the reason.
        features: of a feature network, (N, D) a model; empty without one.
        skins: what was measured on faces.
    """

    protocol: Protocol
    names: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    features: dict[str, Features] = field(default_factory=dict)
    skins: list[Skin] = field(default_factory=list)

    def mean(self, model: str, measure: str) -> float:
        """Return the mean of a measure over the photos."""
        return float(np.mean(self.rows[model][measure]))

    @property
    def groups(self) -> dict[str, list[int]]:
        """The places of the photos of each group, by folder or prefix of their names."""
        found: dict[str, list[int]] = {}
        for index, name in enumerate(self.names):
            found.setdefault(group_of(name) or "all", []).append(index)
        return dict(sorted(found.items()))


def centre_square(data: bytes, size: int) -> Pixels:
    """Decode a picture file and return its centre square as sRGB (size, size, 3) uint8.

    Raises:
        PhotoError: the file is not a picture that can be read.
    """
    image = photo.to_rgb(photo.read(data))
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return np.asarray(image.resize((size, size), Image.Resampling.LANCZOS, box=box))


def squares(
    photos: Iterable[tuple[str, bytes]], size: int, left_out: dict[str, str] | None = None
) -> Iterator[tuple[str, Pixels]]:
    """Yield name and centre square (size, size, 3) of each photo that can be read.

    Args:
        photos: names and files.
        size: side in pixels.
        left_out: gets the names of the others, with the reason.
    """
    for name, data in photos:
        try:
            yield name, centre_square(data, size)
        except PhotoError as error:
            if left_out is not None:
                left_out[name] = str(error)


def to_lightness(squares: NDArray[np.uint8]) -> Tensor:
    """Return L* (N, 1, H, W) of sRGB (N, H, W, 3) uint8."""
    return color.rgb_to_lightness(torch.from_numpy(squares).permute(0, 3, 1, 2) / 255)


def to_pixels(lightness: Tensor, ab: Tensor) -> Pixels:
    """Return sRGB (N, H, W, 3) uint8 of L* (N, 1, H, W) and ab (N, 2, H, W).

    Exact, and for batches. The colorizer has `color.pixels.to_pixels`, which takes 8-bit values
    from a table: quicker, but a value in some hundreds differs by 1, and figures with it.
    """
    rgb = color.lab_to_rgb(color.fit_gamut(torch.cat((lightness, ab.to(lightness)), dim=1)))
    pixels: Pixels = (rgb.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return pixels


def judge(
    models: Mapping[str, Generator],
    photos: Iterable[tuple[str, bytes]],
    *,
    size: int = SIZE,
    measures: Sequence[str] = (*PAIRED, *ALONE),
    network: FeatureNetwork | None = None,
    lpips: Lpips | None = None,
    progress: bool = True,
) -> Judgement:
    """Colour every photo by every model and measure; only a batch of pictures is in memory.

    Args:
        models: generators by the name they have in the table.
        photos: name and file of each photo (`photoset.read_all`).
        size: side of the square in pixels.
        measures: of `metrics.PAIRED` and `metrics.ALONE`, what to measure.
        network: whose features are kept beside.
        lpips: measured too.
        progress: show a bar.

    Raises:
        PhotoError: no photo is left to judge by.
    """
    judgement = Judgement(Protocol(size, features=None if network is None else network.name))
    features: dict[str, list[Features]] = {}
    bar = tqdm(desc="judging", unit=" photos", disable=not progress, mininterval=1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for names, found in _batches(photos, size, judgement.left_out):
            coloured = colour_all(models, found)
            pictures = {name: [Picture(own) for own in pixels] for name, pixels in coloured.items()}
            judgement.names += names
            judgement.skins += _skins(names, pictures)
            _add_measures(judgement.rows, pictures, measures, pool)
            if lpips is not None:
                _add_lpips(judgement.rows, pictures, lpips)
            if network is not None:
                for name, pixels in coloured.items():
                    features.setdefault(name, []).append(network.features(pixels))
            bar.update(len(names))
    bar.close()
    if not judgement.names:
        raise PhotoError("There is no photo to judge by: all were left out or none was found.")
    judgement.features = {name: np.concatenate(parts) for name, parts in features.items()}
    return judgement


def _add_measures(
    rows: Rows, pictures: Mapping[str, list[Picture]], measures: Sequence[str], pool: Executor
) -> None:
    """Measure a batch, by model, against the originals among it; their Lab serves every model."""
    pairs = [
        (name, *pair)
        for name, own in pictures.items()
        for pair in zip(own, pictures[ORIGINAL], strict=True)
    ]
    found = pool.map(lambda pair: _measure(pair[1], pair[2], measures), pairs)
    for (name, _, _), values in zip(pairs, found, strict=True):
        row = rows.setdefault(name, {})
        for measure, value in values.items():
            row.setdefault(measure, []).append(value)


def _measure(coloured: Picture, original: Picture, measures: Sequence[str]) -> dict[str, float]:
    paired = {name: PAIRED[name](coloured, original) for name in measures if name in PAIRED}
    return paired | {name: ALONE[name](coloured) for name in measures if name in ALONE}


def _add_lpips(rows: Rows, pictures: Mapping[str, list[Picture]], lpips: Lpips) -> None:
    for name, own in pictures.items():
        values = map(lpips, own, pictures[ORIGINAL])
        rows[name].setdefault(lpips.name, []).extend(values)


def _skins(names: Sequence[str], pictures: Mapping[str, list[Picture]]) -> list[Skin]:
    """Measure the skin on those of the photos that are of faces."""
    found = []
    for index, name in enumerate(names):
        if group_of(name).lower() in FACES:
            coloured = {model: own[index] for model, own in pictures.items() if model != ORIGINAL}
            skin = measure_skin(coloured, pictures[ORIGINAL][index])
            found += [] if skin is None else [skin]
    return found


def colour_all(models: Mapping[str, Generator], squares: Pixels) -> dict[str, Pixels]:
    """Return sRGB squares (N, S, S, 3) as they are, without colour, and coloured by each model."""
    coloured = {ORIGINAL: squares, GREY: colour_squares(squares, None)}
    return coloured | {name: colour_squares(squares, model) for name, model in models.items()}


def colour_squares(squares: Pixels, generator: Generator | None) -> Pixels:
    """Return sRGB squares (N, S, S, 3) as a generator colours them; without colour for None."""
    lightness = to_lightness(squares)
    if generator is None:
        return to_pixels(lightness, torch.zeros_like(lightness).expand(-1, 2, -1, -1))
    with in_use(generator) as device:
        ab = generator(lightness.to(device)).float().cpu()
    return to_pixels(lightness, ab)


def judged(
    photos: Iterable[tuple[str, bytes]], size: int, left_out: dict[str, str] | None = None
) -> Iterator[tuple[str, Pixels]]:
    """Yield name and centre square (size, size, 3) of each photo that can be judged by.

    Args:
        photos: names and files.
        size: side in pixels.
        left_out: gets the names of the others, unreadable or grey, with the reason.
    """
    for name, square in squares(photos, size, left_out):
        if not is_grey(square):
            yield name, square
        elif left_out is not None:
            left_out[name] = "grey"


def _batches(
    photos: Iterable[tuple[str, bytes]], size: int, left_out: dict[str, str]
) -> Iterator[tuple[list[str], NDArray[np.uint8]]]:
    """Yield names and squares of the photos that can be judged by, a batch at a time."""
    found = judged(photos, size, left_out)
    while batch := list(islice(found, BATCH)):
        yield [name for name, _ in batch], np.stack([square for _, square in batch])
