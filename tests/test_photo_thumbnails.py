"""Picture files that hold several pictures: the right one comes, or none."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import tifffile
from photo_files import complaint, noise, scene

from colorgan import photo
from colorgan.photo import exif
from colorgan.photo.tiff_fields import Tiff

SCENE = scene(48, 64)
SMALL = np.full((12, 16, 3), 99, np.uint8)
SENSOR = noise(48, 64)
WHOLE, REDUCED = 0, 1
RAW = " is a raw camera file. Develop it first, to TIFF or JPEG."


def directories(*pictures: tuple[np.ndarray, int, Any], inside: int = 0) -> bytes:
    """A TIFF of (pixels, subfile type, photometric); the last `inside` lie within the first."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for number, (pixels, kind, photometric) in enumerate(pictures):
            within = {"subifds": inside} if inside and number == 0 else {}
            writer.write(pixels, photometric=photometric, subfiletype=kind, metadata=None, **within)
    return file.getvalue()


SMALL_FIRST = (SMALL, REDUCED, "rgb")
PICTURE = (SCENE, WHOLE, "rgb")


@pytest.mark.parametrize(
    "data",
    [
        directories(SMALL_FIRST, PICTURE),
        directories(PICTURE, SMALL_FIRST),
        directories(SMALL_FIRST, PICTURE, inside=1),
        directories(SMALL_FIRST, (SCENE[::2, ::2], REDUCED, "rgb"), PICTURE, inside=2),
        directories((SMALL, WHOLE, "rgb"), PICTURE, inside=1),
        directories((SMALL, WHOLE, "rgb"), PICTURE),
        directories(PICTURE, (SCENE[::2, ::2], REDUCED, "rgb"), inside=1),
    ],
    ids=range(7),
)
def test_the_picture_comes_and_not_its_thumbnail(data: bytes) -> None:
    assert np.array_equal(photo.read(data).pixels, SCENE)


def test_of_pages_of_like_size_the_first_comes() -> None:
    data = directories((SCENE[:30], WHOLE, "rgb"), PICTURE)
    assert np.array_equal(photo.read(data).pixels, SCENE[:30])


def test_a_lonely_picture_comes_even_if_it_calls_itself_reduced() -> None:
    assert np.array_equal(photo.read(directories((SCENE, REDUCED, "rgb"))).pixels, SCENE)


def test_a_picture_within_has_the_orientation_of_the_file() -> None:
    data = directories(SMALL_FIRST, PICTURE, inside=1)
    data = exif.with_fields(b"Exif\0\0" + data, {exif.ORIENTATION: [6]})[6:]
    assert np.array_equal(photo.read(data).pixels, np.rot90(SCENE, -1))


@pytest.mark.parametrize(
    "data",
    [
        directories((SENSOR, WHOLE, 32803)),
        directories(SMALL_FIRST, (SENSOR, WHOLE, 32803)),
        directories(SMALL_FIRST, (SENSOR, WHOLE, 32803), inside=1),
        directories(SMALL_FIRST, PICTURE, (SENSOR, WHOLE, 32803), inside=2),
        directories(SMALL_FIRST, (noise(48, 64, 3), WHOLE, 34892), inside=1),
    ],
    ids=range(5),
)
@pytest.mark.parametrize("name", ["a.dng", "a.tif"])
def test_data_of_a_cameras_sensor_are_refused(data: bytes, name: str) -> None:
    assert complaint(data, name=name) == name + RAW


@pytest.mark.parametrize("name", ["a.NEF", "a.arw", "a.cr2", "a.pef", "a.srw"])
def test_raw_files_never_give_their_preview(name: str) -> None:
    """Where the sensor's data cannot be seen, as in damaged files, the ending tells."""
    assert complaint(directories(SMALL_FIRST, PICTURE), name=name) == name + RAW


def test_a_dng_of_developed_pixels_is_read() -> None:
    data = directories(SMALL_FIRST, PICTURE, inside=1)
    assert np.array_equal(photo.read(_dng(data), name="a.dng").pixels, SCENE)


def test_a_dng_without_its_picture_is_refused() -> None:
    assert complaint(_dng(directories(SMALL_FIRST)), name="a.dng") == "a.dng" + RAW


def test_a_thumbnail_whose_picture_is_lost_is_refused() -> None:
    data = directories(SMALL_FIRST, PICTURE, inside=1)
    (place,) = Tiff(io.BytesIO(data)).numbers(330)
    assert "damaged or incomplete" in complaint(data[:place])


def _dng(data: bytes) -> bytes:
    return exif.with_fields(b"Exif\0\0" + data, {50706: [1, 4, 0, 0]})[6:]
