"""What is missing of a photo: torn corners, holes, wide cracks. Found, shown, and filled.

    mask = find(photo)             # (H, W) bool; or `marked(path, photo)`, by a person
    mask = drawn(mask, strokes)    # what a person drew over it
    shown(photo, mask)             # the photo with those places in red
    filled(photo, mask)            # the photo with them filled from what is around

Found is what is as flat, and as light or dark, as the lid of a scanner: a print has no such places
but what is burnt out or black. Among 200 whole photos of today 12 had a part that was taken for
missing, and of simulated corners, holes and cracks 48, 37 and 59 % were missed
(`benchmarks/missing.py`), so a person should look at what was found, and may mark it instead.
Filled is smoothly, by the biharmonic equation (scikit-image): nothing is invented, and no face is
redrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from .color.pixels import full_lightness
from .device import memory_told
from .errors import PhotoError
from .photo import Photo, read

BETWEEN = 0.1  # of a picture of marks that may be neither black nor white: soft edges of a brush
SIDE = 400
"""Short side in pixels at which is looked for what is missing."""
LEAST, MOST = 0.002, 0.2
"""Share of the photo that one missing part takes."""
PALE, DARK = 97.0, 3.0
"""L* from which, or down to which, a lid may be."""
FLAT = 0.8
"""Standard deviation of L* that a lid has at most."""
CONTRAST, SURE = 15.0, 0.95
"""L* between a lid and what is beside it, on at least this share of the outline."""
ALONG = 0.7
"""Share of a side that a missing part may take: what takes more is the print's border."""
UNKNOWNS = 6000
"""Pixels that are solved for at once; larger parts are filled at a smaller size."""
OUTLINE = 2
"""Pixels that the equation looks around each."""
RED = np.array((0.86, 0.08, 0.12))
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Stroke:
    """A line that a person drew over a photo; a single place is a dot.

    Attributes:
        points: (x, y) as shares of width and height, 0 to 1 from the upper left corner.
        width: as a share of the photo's long side.
        missing: whether what is under it is missing, or is not.
    """

    points: tuple[tuple[float, float], ...]
    width: float
    missing: bool = True


def find(photo: Photo) -> Mask:
    """Return where parts of a photo are missing: (H, W)."""
    lightness = full_lightness(photo.pixels)[0, 0].numpy()
    scale = min(SIDE / min(lightness.shape), 1.0)
    size = (max(round(photo.width * scale), 1), max(round(photo.height * scale), 1))
    small = np.asarray(Image.fromarray(lightness).resize(size, Image.Resampling.BOX))
    found = np.zeros(small.shape, bool)
    for part in _parts(small):
        found |= part
    if not found.any():
        return np.zeros(lightness.shape, bool)
    found = ndimage.binary_dilation(found, iterations=2)  # the rim is neither lid nor picture
    return _resized(found, (photo.width, photo.height))


def marked(path: str | Path, photo: Photo) -> Mask:
    """Return what a person marked as missing in a photo: (H, W), True where a picture is white.

    What is transparent in the picture is not marked.

    Args:
        path: of the picture, of the photo's shape in any size.
        photo: the photo.

    Raises:
        PhotoError: it cannot be read, is of another shape, marks nothing or all, or is no picture
            of marks but a photo.
    """
    marks = read(path)
    if abs(marks.width * photo.height - photo.width * marks.height) > marks.width + marks.height:
        raise PhotoError(
            f"{marks.name} marks a picture of another shape ({marks.width} x {marks.height}) than "
            f"{photo.name} ({photo.width} x {photo.height}): draw white marks on a black picture "
            "of the photo's size."
        )
    lightness = full_lightness(marks.pixels)[0, 0].numpy()
    if marks.alpha is not None:
        lightness = np.where(marks.alpha > np.iinfo(marks.alpha.dtype).max / 2, lightness, 0)
    if ((lightness > 15) & (lightness < 85)).mean() > BETWEEN:
        raise PhotoError(
            f"{marks.name} is no picture of marks, as much of it is neither black nor white: draw "
            "white marks on a black picture of the photo's size."
        )
    light = lightness > 50
    if light.all() or not light.any():
        raise PhotoError(
            f"{marks.name} marks {'all' if light.any() else 'nothing'} of the photo: paint white "
            "what is missing, and black everything else."
        )
    return _resized(light, (photo.width, photo.height))


def drawn(mask: Mask, strokes: Sequence[Stroke]) -> Mask:
    """Return a mask (H, W) with what a person drew over it, one stroke after the other."""
    if not strokes:
        return mask
    height, width = mask.shape
    picture = Image.fromarray(mask.astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        reach = max(stroke.width * max(mask.shape), 1) / 2
        points = [(x * width - 0.5, y * height - 0.5) for x, y in stroke.points]
        pen.line(points, fill=int(stroke.missing), width=max(round(2 * reach), 1))
        for x, y in points:
            box = (x - reach, y - reach, x + reach, y + reach)
            pen.ellipse(box, fill=int(stroke.missing))
    return np.asarray(picture) > 0


def shown(photo: Photo, mask: Mask) -> Photo:
    """Return a photo with the places of a mask (H, W) in red."""
    pixels = photo.pixels.copy()
    whole = np.iinfo(pixels.dtype).max
    pixels[mask] = 0.35 * pixels[mask] + 0.65 * whole * RED
    return replace(photo, pixels=pixels)


def filled(photo: Photo, mask: Mask) -> Photo:
    """Return a photo with the places of a mask (H, W) filled from what is around them.

    Raises:
        PhotoError: memory is too short.
    """
    with memory_told(photo.name):
        pixels = photo.pixels.copy()
        labels, _ = ndimage.label(mask, np.ones((3, 3)))
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
            part = labels[rows, columns] == number
            around = max(round(3 * np.sqrt(part.sum() / 10)), 12)
            window = tuple(
                slice(max(one.start - around, 0), one.stop + around) for one in (rows, columns)
            )
            _fill(pixels[window], labels[window] == number, mask[window])
        return replace(photo, pixels=pixels)


def count(mask: Mask) -> int:
    """Return how many parts are missing: what touches is one."""
    return int(ndimage.label(mask, np.ones((3, 3)))[1])


def told(mask: Mask) -> str:
    """Return how much is missing, as a sentence for a person; "" if nothing is."""
    parts = count(mask)
    if not parts:
        return ""
    where = "1 part is" if parts == 1 else f"{parts} parts are"
    return f"{where} missing, {mask.mean():.1%} of the photo."


def _parts(lightness: NDArray[np.float32]) -> Iterator[Mask]:
    """Yield the missing parts of a small picture (H, W), each as a mask."""
    for lid in (lightness >= PALE, lightness <= DARK):
        labels, count = ndimage.label(lid)
        sizes = np.bincount(labels.ravel(), minlength=count + 1) / lightness.size
        for number in np.flatnonzero((sizes >= LEAST) & (sizes <= MOST)):
            part = labels == number
            flat = number and lightness[part].std() <= FLAT
            if flat and not _is_border(part) and _stands_out(lightness, part):
                yield part


def _is_border(part: Mask) -> bool:
    """Return whether a part takes nearly all of a side, or lies along two that face each other."""
    sides = [part[0].mean(), part[-1].mean(), part[:, 0].mean(), part[:, -1].mean()]
    facing = (sides[0] and sides[1]) or (sides[2] and sides[3])
    return bool(max(sides) > ALONG or facing)


def _stands_out(lightness: NDArray[np.float32], part: Mask) -> bool:
    """Return whether a part ends sharply nearly all around: light that burnt out fades instead."""
    beside = ndimage.binary_dilation(part, iterations=4)
    beside &= ~ndimage.binary_dilation(part, iterations=2)
    step = np.abs(lightness[beside] - np.median(lightness[part]))
    return bool(step.size and (step >= CONTRAST).mean() >= SURE)


def _fill(pixels: NDArray[np.unsignedinteger], part: Mask, unknown: Mask) -> None:
    """Fill a part (h, w) of pixels (h, w, 3) in place; what else is unknown is not looked at."""
    from skimage.restoration import inpaint_biharmonic

    height, width = part.shape
    scale = min(np.sqrt(UNKNOWNS / part.sum()), 1.0)
    size = (max(round(width * scale), 2), max(round(height * scale), 2))
    hidden = _resized(unknown, size)
    if scale < 1:
        hidden = ndimage.binary_dilation(hidden)
    if hidden.all():
        return
    nearest = ndimage.distance_transform_edt(hidden, return_distances=False, return_indices=True)
    whole = float(np.iinfo(pixels.dtype).max)
    for channel in range(3):
        seen = Image.fromarray((pixels[..., channel] / whole).astype(np.float32))
        small = np.asarray(seen.resize(size, Image.Resampling.BOX))
        # Beyond the photo's edge it goes on as at the nearest place that is known: the equation
        # needs an outline that is known all around.
        known = np.pad(small[tuple(nearest)], OUTLINE, mode="edge")
        smooth = inpaint_biharmonic(known, np.pad(hidden, OUTLINE))[
            OUTLINE:-OUTLINE, OUTLINE:-OUTLINE
        ]
        large = Image.fromarray(smooth.astype(np.float32)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        values = np.asarray(large)[part].clip(0, 1) * whole
        pixels[..., channel][part] = values.round().astype(pixels.dtype)


def _resized(mask: Mask, size: tuple[int, int]) -> Mask:
    """Bring a mask (H, W) to a size, width and height."""
    picture = Image.fromarray(mask.astype(np.uint8))
    return np.asarray(picture.resize(size, Image.Resampling.NEAREST)) > 0
