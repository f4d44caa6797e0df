"""The package in one call: the same kind of thing comes back."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import colorgan
from colorgan import ColorganError, Colorizer, PhotoError, hub


@pytest.fixture
def grey(tmp_path, portrait):
    path = tmp_path / "aunt.jpg"
    Image.open(portrait).convert("L").resize((96, 96)).save(path)
    return path


def test_a_path_gives_the_path_of_a_new_file_beside_it(grey):
    before = grey.read_bytes()
    made = colorgan.colorize(str(grey))
    assert made == grey.with_name("aunt in colour.jpg")
    assert Image.open(made).mode == "RGB" and grey.read_bytes() == before


def test_a_file_that_is_there_already_is_not_replaced(grey):
    grey.with_name("aunt in colour.jpg").write_bytes(b"mine")
    with pytest.raises(PhotoError):
        colorgan.colorize(grey)
    assert grey.with_name("aunt in colour.jpg").read_bytes() == b"mine"


def test_bytes_give_bytes_of_the_same_format_with_a_note(grey):
    made = Image.open(BytesIO(colorgan.colorize(grey.read_bytes())))
    assert made.format == "JPEG" and made.size == (96, 96)
    assert any("colorgan" in str(value) for value in made.getexif().values())


def test_an_image_and_its_file_get_the_same_colours(grey):
    image = Image.open(grey)
    made = colorgan.colorize(image, strength=1.2)
    assert np.array_equal(
        np.asarray(made), np.asarray(Colorizer.from_pretrained()(grey, strength=1.2))
    )


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("planes", [None, 1, 3, 4])
def test_an_array_gives_an_array_of_its_type(grey, kind, planes):
    values = np.asarray(Image.open(grey)) / 255
    if planes:
        values = np.repeat(values[..., None], planes, axis=2)
    scale = 1 if kind in (np.float32, np.float64) else np.iinfo(kind).max
    made = colorgan.colorize((values * scale).astype(kind))
    assert made.dtype == kind and made.shape == (96, 96, 4 if planes == 4 else 3)
    assert np.ptp(made[..., :3].astype(float), axis=2).max() > 0.05 * scale, "it has colours"
    if planes == 4:
        assert made[..., 3] == pytest.approx(values[..., 3] * scale, abs=scale / 255)


@pytest.mark.parametrize(
    "broken", [np.zeros((2, 2, 2), np.uint8), np.zeros((0, 3)), np.zeros((3, 3), int), 7, None]
)
def test_what_is_no_picture_gets_a_sentence(broken):
    with pytest.raises(PhotoError, match="is no p"):
        colorgan.colorize(broken)


def test_the_nearest_model_is_named_first():
    assert colorgan.available_models()[0] == hub.BEST
    assert set(colorgan.available_models()) == set(hub.embedded("generator"))


def test_a_colorizer_says_which_model_it_is():
    colorizer = Colorizer.from_pretrained("custom")
    assert repr(colorizer) == f"Colorizer('custom', revision='{colorizer.revision}', device='cpu')"


def test_floats_that_are_not_from_0_to_1_are_refused(grey):
    values = np.asarray(Image.open(grey)).astype(np.float32)
    for wrong in (values, np.full((8, 8), np.nan), np.full((8, 8), -1.0)):
        with pytest.raises(PhotoError, match="must be from 0 to 1"):
            colorgan.colorize(wrong)


@pytest.mark.parametrize("wrong", ["", ".", "/", "no such photo.jpg"])
def test_what_is_no_file_is_said(wrong):
    with pytest.raises(PhotoError, match="is no file"):
        colorgan.colorize(wrong)


@pytest.mark.parametrize("settings", [{"hints": "a.json"}, {"references": ["a.jpg"]}])
def test_names_of_files_where_what_is_in_them_is_wanted(grey, settings):
    with pytest.raises(ColorganError, match="first: "):
        colorgan.colorize(grey, **settings)
