"""What was said of a photo's colours stays with it: in its metadata, in every format."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from photo_files import saved, scene
from PIL import Image

from colorgan import Colorizer, photo
from colorgan.color.pixels import to_lab
from colorgan.colorizer import NO_HINTS, carried_hints
from colorgan.errors import HintError
from colorgan.hints import Hint, Hints
from colorgan.photo import exif, notes

SAID = Hints((Hint(((0.3, 0.4),), "#7a4b2c"), Hint(((0.7, 0.6), (0.8, 0.6)), "none", 0.5)))


@pytest.fixture(scope="module")
def colorizer():
    return Colorizer.from_pretrained("pretrained")


def note_of(path):
    return Image.open(path).getexif()[exif.PROCESSING_SOFTWARE]


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "heic", "avif"])
def test_hints_stay_in_every_format(colorizer, portrait, tmp_path, ending):
    target = colorizer.colorize_file(portrait, tmp_path / f"new.{ending}", hints=SAID)
    again = photo.read(target)
    assert carried_hints(again).hints == SAID.hints
    assert carried_hints(again).shape == (again.width, again.height)
    assert "corrected by a person" in note_of(target)


def test_a_coloured_file_goes_on_with_its_hints(colorizer, portrait, tmp_path):
    first = colorizer.colorize_file(portrait, tmp_path / "first.png", hints=SAID)
    second = colorizer.colorize_file(first, tmp_path / "second.png")
    places = [to_lab(photo.read(path).pixels)[0] for path in (first, second)]
    height, width = places[0].shape[1:]
    for lab in places:
        wanted = lab[1:, int(0.4 * height), int(0.3 * width)]
        assert np.allclose(wanted, [16.7, 26.5], atol=1.5)


def test_without_hints_those_of_before_are_taken_out(colorizer, portrait, tmp_path):
    first = colorizer.colorize_file(portrait, tmp_path / "first.png", hints=SAID)
    plain = colorizer.colorize_file(first, tmp_path / "plain.png", hints=NO_HINTS)
    assert carried_hints(photo.read(plain)) == NO_HINTS
    assert "corrected" in note_of(first) and "corrected" not in note_of(plain)


def test_many_hints_stay_in_a_jpeg(colorizer, portrait, tmp_path):
    """They are longer than one segment of a JPEG can be."""
    stroke = tuple((x / 1000, 0.5) for x in range(1000))
    said = Hints(tuple(Hint(stroke, "sky", 0.2 + i / 100) for i in range(9)))
    target = colorizer.colorize_file(portrait, tmp_path / "new.jpg", hints=said)
    assert carried_hints(photo.read(target)).hints == said.hints


def test_hints_that_another_program_spoilt_are_none(portrait):
    spoilt = replace(photo.read(portrait), xmp=notes.with_hints(b"", '{"version": 1, "hin'))
    assert carried_hints(spoilt) == NO_HINTS


def test_hints_of_another_shape_are_refused(colorizer, portrait):
    with pytest.raises(HintError, match="made for a photo of 30 x 100 pixels"):
        colorizer(portrait, hints=replace(SAID, shape=(30, 100)))


def test_the_photo_s_own_xmp_stays(colorizer, tmp_path):
    packet = notes.xmp("Somebody's scanner")
    source = replace(photo.read(saved(Image.fromarray(scene()), "PNG")), xmp=packet)
    coloured = colorizer.colorize(source, hints=SAID)
    assert notes.hints(coloured.xmp) and b"scanner" in coloured.xmp
    assert exif.orientation(coloured.exif) in (None, 1)
