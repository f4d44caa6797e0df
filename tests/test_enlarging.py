"""A photo in more pixels keeps its depth, its colours, and what it says of itself, made true."""

import numpy as np
import pytest
from PIL import Image

from colorgan import photo
from colorgan.photo import Photo


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("times", [2, 4])
def test_it_has_so_many_times_the_pixels_of_the_same_picture(photos, dtype, times):
    pixels = photos["chelsea"][:60, :80].astype(dtype) * (257 if dtype == np.uint16 else 1)
    alpha = np.full((60, 80), np.iinfo(dtype).max, dtype)
    large = photo.enlarged(Photo(pixels, alpha, "PNG", dpi=(300.0, 300.0)), times)
    assert large.pixels.shape == (60 * times, 80 * times, 3) and large.pixels.dtype == dtype
    assert (large.alpha == np.iinfo(dtype).max).all() and large.alpha.shape == (
        60 * times,
        80 * times,
    )
    back = large.pixels.reshape(60, times, 80, times, 3).mean((1, 3))
    assert np.abs(back - pixels).mean() < 0.02 * np.iinfo(dtype).max
    assert large.dpi == (300.0 * times, 300.0 * times)


def test_once_is_the_photo_itself(photos):
    same = Photo(photos["chelsea"], None, "PNG")
    assert photo.enlarged(same, 1) is same


def test_its_exif_tells_its_new_size(photos):
    held = Image.Exif()
    held.get_ifd(0x8769).update({0xA002: 80, 0xA003: 60})
    small = Photo(photos["chelsea"][:60, :80], None, "JPEG", exif=held.tobytes())
    told = Image.Exif()
    told.load(photo.enlarged(small, 2).exif)
    inner = told.get_ifd(0x8769)
    assert (inner[0xA002], inner[0xA003]) == (160, 120)
