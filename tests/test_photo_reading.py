"""Picture files: what comes in, upright and in sRGB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from photo_files import (
    ADOBE_LIKE,
    ADOBE_MATRIX,
    DEPTHS,
    GREY_GAMMA_1,
    GREY_INKS,
    LOSSLESS,
    NOTE,
    WRITTEN,
    noise,
    opened,
    png_chunk,
    rich_exif,
    saved,
    scene,
    tiff,
)
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from colorgan import photo
from colorgan.photo import exif
from colorgan.photo.icc import srgb_profile

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

# What comes in


def is_grey(got: photo.Photo) -> bool:
    return bool((got.pixels == got.pixels[..., :1]).all())


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
def test_eight_bits_and_fewer_come_as_pillow_shows_them(mode: str, format: str) -> None:
    image = Image.fromarray(scene()).convert(mode)
    got = photo.read(saved(image, format))
    assert np.array_equal(got.pixels, image.convert("RGB")) and got.alpha is None
    assert (got.format, got.bits, got.height, got.width) == (format, 8, 24, 40)
    assert is_grey(got) == (mode in "1L")


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("format", LOSSLESS)
def test_alpha_comes_apart_from_the_colour(mode: str, format: str) -> None:
    image = Image.fromarray(noise(5, 7, 4, dtype=np.uint8)).convert(mode)
    got = photo.read(saved(image, format))
    assert np.array_equal(np.dstack([got.pixels, got.alpha]), image.convert("RGBA"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_a_colour_that_is_named_transparent_becomes_alpha(mode: str) -> None:
    image = Image.new(mode, (3, 2), 1 if mode == "1" else "white")
    image.putpixel((1, 0), 0 if mode != "RGB" else (0, 0, 0))
    if mode == "P":
        image = Image.fromarray(np.array([[1, 0, 1], [1, 1, 1]], np.uint8), "P")
        image.putpalette([10, 20, 30, 200, 210, 220])
    key: Any = (0, 0, 0) if mode == "RGB" else 0
    got = photo.read(saved(image, "PNG", transparency=key))
    assert got.alpha is not None
    assert got.alpha.tolist() == [[255, 0, 255], [255, 255, 255]]


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "GIF", "HEIF", "AVIF", "JPEG2000", "PPM"])
def test_other_formats_come_as_pillow_shows_them(format: str) -> None:
    data = saved(Image.fromarray(scene()), format)
    got = photo.read(data)
    assert got.format == format
    assert np.array_equal(got.pixels, opened(data).convert("RGB"))


def test_path_text_bytes_and_pillow_image_give_the_same_photo(tmp_path: Path) -> None:
    path = tmp_path / "Oma 1950.png"
    path.write_bytes(saved(Image.fromarray(scene()), "PNG", dpi=(300, 300)))
    photos = [photo.read(source) for source in (path, str(path), Image.open(path))]
    assert [each.name for each in photos] == ["Oma 1950.png"] * 3
    photos.append(photo.read(path.read_bytes(), name="Oma 1950.png"))
    assert all(np.array_equal(each.pixels, scene()) for each in photos)
    assert len({each.dpi for each in photos}) == 1


def test_a_pillow_image_in_memory_counts_as_png() -> None:
    got = photo.read(Image.fromarray(noise(4, 5)))
    assert (got.format, got.name, got.bits, is_grey(got)) == ("PNG", "photo", 16, True)
    assert np.array_equal(got.pixels[..., 0], noise(4, 5))


def test_only_the_first_picture_of_several_comes() -> None:
    pages = [Image.new("L", (4, 4), value) for value in (50, 90)]
    for format in ("GIF", "TIFF", "WEBP", "PNG", "MPO"):
        got = photo.read(saved(pages[0], format, save_all=True, append_images=pages[1:]))
        assert abs(int(got.pixels[0, 0, 0]) - 50) <= 2
    assert got.format == "JPEG"  # MPO, several JPEGs in one, as some cameras write it
    deep = tiff(
        np.stack([np.full((4, 4), v, np.uint16) for v in (500, 900)]), photometric="minisblack"
    )
    assert photo.read(deep).pixels[0, 0, 0] == 500


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("format", LOSSLESS)
def test_sixteen_bits_stay_sixteen_bits(format: str, channels: int) -> None:
    pixels = noise(9, 11, channels)
    if format == "PNG":
        data = imagecodecs.png_encode(pixels[..., 0] if channels == 1 else pixels)
    else:
        extra = {"extrasamples": ["unassalpha"]} if channels in (2, 4) else {}
        kind = "minisblack" if channels < 3 else "rgb"
        planar = {"planarconfig": "contig"} if channels > 1 else {}
        data = tiff(pixels if channels > 1 else pixels[..., 0], photometric=kind, **extra, **planar)
    got = photo.read(data)
    assert (got.bits, is_grey(got)) == (16, channels < 3)
    assert np.array_equal(
        got.pixels, np.broadcast_to(pixels[..., : 1 if channels < 3 else 3], (9, 11, 3))
    )
    if channels in (2, 4):
        assert np.array_equal(got.alpha, pixels[..., -1])
    else:
        assert got.alpha is None


def test_a_transparent_colour_of_a_sixteen_bit_png_becomes_alpha() -> None:
    pixels = noise(4, 5, 3)
    data = imagecodecs.png_encode(pixels)
    key = png_chunk(b"tRNS", pixels[1, 2].astype(">u2").tobytes())
    got = photo.read(data[:33] + key + data[33:])
    assert got.alpha is not None
    assert np.argwhere(got.alpha == 0).tolist() == [[1, 2]]


LAYOUTS: list[dict[str, Any]] = [
    {"byteorder": ">"},
    {"bigtiff": True},
    {"tile": (16, 16)},
    {"rowsperstrip": 3},
    {"compression": "zlib", "predictor": True},
    {"compression": "lzw", "predictor": True, "byteorder": ">"},
    {"compression": "packbits"},
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_sixteen_bit_tiff_of_any_layout(layout: dict[str, Any]) -> None:
    pixels = noise(20, 33, 3)
    assert np.array_equal(photo.read(tiff(pixels, photometric="rgb", **layout)).pixels, pixels)


def test_sixteen_bit_tiff_with_a_plane_for_each_colour() -> None:
    pixels = noise(3, 20, 33)
    got = photo.read(tiff(pixels, photometric="rgb", planarconfig="separate"))
    assert np.array_equal(got.pixels, np.moveaxis(pixels, 0, 2))


def test_white_is_zero_is_turned_round() -> None:
    pixels = noise(6, 7)
    got = photo.read(tiff(pixels, photometric="miniswhite"))
    assert np.array_equal(got.pixels[..., 0], 65535 - pixels)


def test_twelve_bits_are_stretched_to_sixteen() -> None:
    pixels = np.array([[0, 1, 2048, 4095]], np.uint16)
    try:
        data = tiff(pixels, photometric="minisblack", bitspersample=12)
    except NotImplementedError:
        pytest.skip("this imagecodecs reads 12 bits, but cannot write them")
    got = photo.read(data)
    assert got.pixels[0, :, 0].tolist() == [0, 16, 32776, 65535]


def test_colour_that_was_multiplied_with_alpha_is_divided_again() -> None:
    pixels = np.array([[[10_000, 20_000, 30_000, 32_768], [0, 0, 0, 0]]], np.uint16)
    got = photo.read(tiff(pixels, photometric="rgb", extrasamples=["assocalpha"]))
    assert np.allclose(got.pixels[0, 0], [20_000, 40_000, 60_000], atol=2)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_inks_without_a_profile_become_light_by_the_plain_formula(dtype: Any) -> None:
    top = np.iinfo(dtype).max
    inks = np.array([[[0, 0, 0, 0], [top, 0, 0, 0], [0, top, top, 0], [0, 0, 0, top]]], dtype)
    got = photo.read(tiff(inks, photometric="separated"))
    light = [[1, 1, 1], [0, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert np.array_equal(got.pixels[0], np.array(light) * top) and got.pixels.dtype == dtype


# Which way is up

TURNS = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: np.swapaxes(a, 0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(np.swapaxes(a, 0, 1), 2),
    8: lambda a: np.rot90(a, -1),
}
"""How a picture was stored that must be shown in EXIF's orientation 1 to 8."""


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("format", [*WRITTEN, "deep PNG", "deep TIFF"])
def test_every_orientation_comes_upright(format: str, orientation: int) -> None:
    upright = scene(32, 48)
    stored = np.ascontiguousarray(TURNS[orientation](upright))
    block = rich_exif(orientation)
    if format == "deep PNG":
        data = imagecodecs.png_encode(stored.astype(np.uint16) * 257)
        data = data[:33] + png_chunk(b"eXIf", block[6:]) + data[33:]
    elif format == "deep TIFF":
        field = (274, 3, 1, orientation, True)
        data = tiff(stored.astype(np.uint16) * 257, photometric="rgb", extratags=[field])
    else:
        lossy = {} if format in LOSSLESS else {"quality": 95}
        data = saved(Image.fromarray(stored), format, exif=block, **lossy)
    got = photo.read(data)
    seen = np.asarray(photo.to_image(got)).astype(int)
    assert seen.shape == upright.shape
    assert np.abs(seen - upright).max() <= (0 if "TIFF" in format or "PNG" in format else 16)
    assert exif.orientation(got.exif) in (1, None)
    again = photo.read(photo.encode(got, NOTE))
    assert again.pixels.shape == upright.shape


def test_an_orientation_that_only_xmp_names_counts_and_is_reset() -> None:
    stored = np.ascontiguousarray(np.rot90(scene(), 1))
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    got = photo.read(saved(Image.fromarray(stored), "WEBP", lossless=True, xmp=xmp))
    assert np.array_equal(got.pixels, scene())
    assert got.xmp == xmp.replace(b'"6"', b'"1"')


def test_a_quarter_turn_exchanges_the_resolutions() -> None:
    block = exif.with_fields(b"", {exif.ORIENTATION: [6]})
    got = photo.read(saved(Image.fromarray(scene()), "PNG", exif=block, dpi=(300, 150)))
    assert got.dpi == (150, 300)


def test_exif_that_cannot_be_read_is_left_out() -> None:
    """PNG may hold EXIF as text, and text may be anything."""
    text = PngInfo()
    text.add_text("Raw profile type exif", "\nexif\n  10\nno hexadecimal digits")
    got = photo.read(saved(Image.fromarray(scene()), "PNG", pnginfo=text))
    assert got.exif == b"" and np.array_equal(got.pixels, scene())


# Colour profiles


def adobe_to_srgb(pixels: np.ndarray) -> np.ndarray:
    """What the profile ADOBE_LIKE means, calculated by hand; 0 to 1."""
    srgb = np.array(
        [(0.43607, 0.22249, 0.01392), (0.38515, 0.71690, 0.09708), (0.14307, 0.06061, 0.71410)]
    )
    light = (pixels / np.iinfo(pixels.dtype).max) ** (563 / 256)
    light = np.clip(light @ ADOBE_MATRIX @ np.linalg.inv(srgb), 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_colours_of_a_wider_profile_come_as_srgb(dtype: Any) -> None:
    pixels = noise(50, 50, 3, dtype=dtype)
    got = photo.read(tiff(pixels, photometric="rgb", iccprofile=ADOBE_LIKE))
    assert got.pixels.dtype == dtype
    assert np.abs(got.pixels / np.iinfo(dtype).max - adobe_to_srgb(pixels)).max() < 1.1 / 255


def test_a_wider_profile_makes_the_same_numbers_more_colourful() -> None:
    image = Image.new("RGB", (4, 4), (180, 120, 120))
    red, green, _ = photo.read(saved(image, "PNG", icc_profile=ADOBE_LIKE)).pixels[0, 0]
    assert red > 195 and green < 123


@pytest.mark.parametrize("dtype", DEPTHS)
def test_a_grey_profile_changes_the_tone_and_leaves_grey_grey(dtype: Any) -> None:
    middle = np.full((2, 2), np.iinfo(dtype).max // 2, dtype)
    got = photo.read(tiff(middle, photometric="minisblack", iccprofile=GREY_GAMMA_1))
    assert is_grey(got)
    assert got.pixels[0, 0, 0] / np.iinfo(dtype).max == pytest.approx(188 / 255, abs=0.004)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_inks_go_through_their_profile(dtype: Any) -> None:
    top = np.iinfo(dtype).max
    inks = np.array([[[0, 0, 0, 0], [0, top, 0, 0], [0, 0, 0, top]]], dtype)
    got = photo.read(tiff(inks, photometric="separated", iccprofile=GREY_INKS)).pixels / top
    assert np.allclose(got[0], [[1] * 3, [119 / 255] * 3, [0] * 3], atol=0.02)


def test_a_grey_picture_with_a_colour_profile_is_converted_too() -> None:
    data = saved(Image.new("L", (3, 3), 100), "JPEG", icc_profile=ADOBE_LIKE)
    assert is_grey(photo.read(data))


@pytest.mark.parametrize(
    "profile", [b"junk", ADOBE_LIKE[:300], GREY_GAMMA_1, GREY_INKS, bytes(500)]
)
def test_a_broken_or_foreign_profile_does_not_stop_a_good_picture(profile: bytes) -> None:
    for data in (
        saved(Image.fromarray(scene()), "PNG", icc_profile=profile),
        tiff(scene() * np.uint16(257), photometric="rgb", iccprofile=profile),
    ):
        assert np.array_equal(photo.to_image(photo.read(data)), scene())


def test_pixels_with_an_srgb_profile_are_not_touched() -> None:
    pixels = noise(20, 20, 3)
    got = photo.read(tiff(pixels, photometric="rgb", iccprofile=srgb_profile()))
    assert np.array_equal(got.pixels, pixels)
