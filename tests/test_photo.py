"""Picture files: what comes in, what goes out again, and what is refused in which words."""

from __future__ import annotations

import errno
import io
import os
import resource
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorgan import exif, notes, photo
from colorgan.errors import PhotoError
from colorgan.icc import srgb_profile
from colorgan.photo import Photo

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

NOTE = notes.coloured("pretrained", "abc123", "0.1.0")
WRITTEN = ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF"]
LOSSLESS = ["PNG", "TIFF"]
DEPTHS = [np.uint8, np.uint16]


def scene(height: int = 24, width: int = 40) -> np.ndarray:
    """A smooth 8-bit picture that looks different from every side."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    return np.dstack([40 + 200 * x, 220 - 200 * y, 60 + 150 * x * y]).astype(np.uint8)


def noise(*shape: int, dtype: Any = np.uint16) -> np.ndarray:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def tiff(pixels: np.ndarray, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def icc_profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile (version 2.1) with these tags beside the obligatory ones."""
    white = xyz(0.9642, 1.0, 0.8249)
    name = b"desc\0\0\0\0" + struct.pack(">L", 5) + b"test\0" + bytes(78)
    tags = {b"desc": name, b"cprt": b"text\0\0\0\0-\0", b"wtpt": white, **tags}
    table, body = struct.pack(">L", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">LL", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size, kind = (
        start + len(body),
        b"prtrCMYKLab " if space == b"CMYK" else b"mntr" + space + b"XYZ ",
    )
    head = struct.pack(">LLL", size, 0, 0x02100000) + kind + struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    return (head + b"acsp" + bytes(28) + white[8:]).ljust(128, b"\0") + table + body


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3l", *(round(value * 65536) for value in values))


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">LH", 1, round(value * 256))


ADOBE_MATRIX = np.array(
    [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
)
ADOBE_LIKE = icc_profile(
    b"RGB ",
    {
        letter + b"XYZ": xyz(*row)
        for letter, row in zip((b"r", b"g", b"b"), ADOBE_MATRIX, strict=True)
    }
    | {letter + b"TRC": gamma(2.2) for letter in (b"r", b"g", b"b")},
)
GREY_GAMMA_1 = icc_profile(b"GRAY", {b"kTRC": gamma(1.0)})
# Inks to Lab by a table of two steps an ink: any black is black, any other ink is mid-grey.
GREY_INKS = icc_profile(
    b"CMYK",
    {
        b"A2B0": b"mft1\0\0\0\0"
        + bytes([4, 3, 2, 0])
        + struct.pack(">9l", *np.eye(3, dtype=int).ravel() * 65536)
        + bytes(range(256)) * 4
        + b"".join(bytes([0 if i % 2 else 255 if i == 0 else 128, 128, 128]) for i in range(16))
        + bytes(range(256)) * 3
    },
)


def rich_exif(orientation: int = 1) -> bytes:
    held = Image.Exif()
    held.update({0x010F: "Camera", 0x0131: "Scanner 1", 0x0112: orientation})
    held.get_ifd(0x8769).update({0x9003: "1950:01:02 03:04:05", 0x927C: b"MAKER NOTE" * 9})
    held.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 1.5)})
    return held.tobytes()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


# What comes in


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
def test_eight_bits_and_fewer_come_as_pillow_shows_them(mode: str, format: str) -> None:
    image = Image.fromarray(scene()).convert(mode)
    got = photo.read(saved(image, format))
    assert np.array_equal(got.pixels, image.convert("RGB")) and got.alpha is None
    assert (got.format, got.bits, got.height, got.width) == (format, 8, 24, 40)
    assert got.is_grey == (mode in "1L")


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
    assert (got.format, got.name, got.bits, got.is_grey) == ("PNG", "photo", 16, True)
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
    assert (got.bits, got.is_grey) == (16, channels < 3)
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
    got = photo.read(tiff(pixels, photometric="minisblack", bitspersample=12))
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
    assert got.is_grey
    assert got.pixels[0, 0, 0] / np.iinfo(dtype).max == pytest.approx(188 / 255, abs=0.004)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_inks_go_through_their_profile(dtype: Any) -> None:
    top = np.iinfo(dtype).max
    inks = np.array([[[0, 0, 0, 0], [0, top, 0, 0], [0, 0, 0, top]]], dtype)
    got = photo.read(tiff(inks, photometric="separated", iccprofile=GREY_INKS)).pixels / top
    assert np.allclose(got[0], [[1] * 3, [119 / 255] * 3, [0] * 3], atol=0.02)


def test_a_grey_picture_with_a_colour_profile_is_converted_too() -> None:
    data = saved(Image.new("L", (3, 3), 100), "JPEG", icc_profile=ADOBE_LIKE)
    assert photo.read(data).is_grey


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


# What goes out


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("dtype", DEPTHS)
@hypothesis.given(data=st.data())
@hypothesis.settings(max_examples=25, deadline=None)
def test_lossless_formats_give_every_pixel_back(
    dtype: Any, format: str, alpha: bool, data: st.DataObject
) -> None:
    height, width = data.draw(st.sampled_from([(1, 1), (3, 7), (1, 9), (9, 1), (8, 8)]))
    pixels = data.draw(arrays.arrays(dtype, (height, width, 3)))
    mask = data.draw(arrays.arrays(dtype, (height, width))) if alpha else None
    got = photo.read(photo.encode(Photo(pixels, mask, format), NOTE))
    assert got.pixels.dtype == dtype and np.array_equal(got.pixels, pixels)
    assert mask is None or np.array_equal(got.alpha, mask)


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("size", [(1, 1), (3, 7), (41, 1), (33, 65)])
def test_every_format_keeps_size_colour_and_alpha(format: str, size: tuple[int, int]) -> None:
    height, width = size
    alpha = np.full(size, 200, np.uint8)
    got = photo.read(photo.encode(Photo(scene(*size), alpha, format), NOTE))
    assert (got.format, got.height, got.width) == (format, height, width)
    if format == "JPEG":
        assert got.alpha is None
    else:
        assert got.alpha is not None
        assert np.abs(got.alpha.astype(int) - 200).max() <= 3
        assert np.abs(got.pixels.astype(int) - scene(*size)).mean() < 10


@pytest.mark.parametrize("format", WRITTEN)
def test_every_format_carries_the_note(format: str) -> None:
    data = photo.encode(Photo(scene(), None, format), NOTE)
    image = opened(data)
    assert image.getexif()[0x000B] == NOTE
    assert NOTE.encode() in image.info["xmp"]
    assert b"compositeWithTrainedAlgorithmicMedia" in image.info["xmp"]
    assert image.info["icc_profile"] == srgb_profile()
    assert photo.encode(Photo(scene(), None, format), NOTE) == data  # the same every time


@pytest.mark.parametrize("target", WRITTEN)
@pytest.mark.parametrize("source", WRITTEN)
def test_exif_of_every_format_goes_into_every_other(source: str, target: str) -> None:
    got = photo.read(saved(Image.fromarray(scene()), source, exif=rich_exif(orientation=6)))
    written = Photo(got.pixels, None, target, exif=got.exif, dpi=(300, 150))
    held = opened(photo.encode(written, NOTE)).getexif()
    assert (held[0x010F], held[0x0131], held[0x000B]) == ("Camera", "Scanner 1", NOTE)
    assert held.get(0x0112, 1) == 1
    assert (held[282], held[283]) == (300, 150)
    assert held.get_ifd(0x8769)[0x9003] == "1950:01:02 03:04:05"
    assert held.get_ifd(0x8769)[0x927C] == b"MAKER NOTE" * 9
    assert held.get_ifd(0x8825)[2] == (52.0, 30.0, 1.5)


@pytest.mark.parametrize("format", WRITTEN)
def test_resolution_comes_back(format: str) -> None:
    got = photo.read(photo.encode(Photo(scene(), None, format, dpi=(300, 150)), NOTE))
    assert got.dpi == (300, 150)


@pytest.mark.parametrize("format", WRITTEN)
def test_xmp_that_the_photo_brought_stays_as_it_was(format: str) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Gro\xc3\x9fmutter</x:xmpmeta>'
    got = photo.read(photo.encode(Photo(scene(), None, format, xmp=xmp), NOTE))
    assert got.xmp == xmp


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_keeps_bytes_that_are_no_ascii_and_offsets_inside_maker_notes(
    format: str, order: str
) -> None:
    artist = "Jürgen Müller".encode()
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8)
    field = struct.pack(order + "HHLL", 0x013B, 2, len(artist) + 1, 26)
    block = b"Exif\0\0" + head + struct.pack(order + "H", 1) + field + bytes(4) + artist + b"\0"
    data = photo.encode(Photo(scene(), None, format, exif=block), NOTE)
    assert artist in data
    if format != "TIFF":
        data = opened(data).info["exif"]
    assert data.removeprefix(b"Exif\0\0")[26:].startswith(artist)  # where it was


def test_the_thumbnail_of_the_grey_picture_is_no_longer_shown() -> None:
    held = Image.Exif()
    held[0x010F] = "Camera"
    block = bytearray(held.tobytes())
    block[-4 - 8 : -8] = struct.pack("<L", 8)  # a second directory: here the first once more
    got = photo.encode(Photo(scene(), None, "JPEG", exif=bytes(block)), NOTE)
    assert not opened(got).getexif().get_ifd(1)


def test_exif_too_long_for_a_jpeg_loses_its_longest_fields() -> None:
    held = Image.Exif()
    held[0x010F] = "Camera"
    held.get_ifd(0x8769).update({0x9003: "1950:01:02 03:04:05", 0x927C: bytes(70_000)})
    written = Photo(scene(), None, "JPEG", exif=held.tobytes(), xmp=b"x" * 70_000)
    back = opened(photo.encode(written, NOTE)).getexif()
    assert (back[0x010F], back[0x000B]) == ("Camera", NOTE)
    assert dict(back.get_ifd(0x8769)) == {0x9003: "1950:01:02 03:04:05"}


@pytest.mark.parametrize("junk", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"junk" * 9])
@pytest.mark.parametrize("format", WRITTEN)
def test_broken_exif_is_left_out_and_the_picture_stays(format: str, junk: bytes) -> None:
    data = saved(Image.fromarray(scene()), "WEBP", lossless=True, exif=junk)
    got = photo.read(data)
    assert got.exif == b""
    assert np.array_equal(got.pixels, scene())
    written = photo.encode(Photo(scene(), None, format, exif=junk), NOTE)
    assert opened(written).getexif()[0x000B] == NOTE


def test_exif_whose_inner_directories_point_in_a_circle_ends() -> None:
    field = struct.pack("<HHLL", 0x8769, 4, 1, 8)
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + field + bytes(4)
    assert exif.compact(b"Exif\0\0" + data).startswith(b"Exif\0\0II*\0")


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("alpha", [False, True])
def test_tiff_is_read_alike_by_pillow_and_by_tifffile(dtype: Any, alpha: bool) -> None:
    pixels = noise(300, 500, 4 if alpha else 3, dtype=dtype)  # several strips
    mask = pixels[..., 3] if alpha else None
    for block in (rich_exif(), b"Exif\0\0MM\0*\0\0\0\x08" + bytes(6)):  # both byte orders
        data = photo.encode(Photo(pixels[..., :3], mask, "TIFF", exif=block), NOTE)
        assert np.array_equal(tifffile.imread(io.BytesIO(data)), pixels)
        eight = pixels if dtype == np.uint8 else pixels >> 8
        assert np.abs(np.asarray(opened(data)).astype(int) - eight).max() <= 1


def test_sixteen_bits_are_rounded_to_the_nearest_of_eight() -> None:
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    image = photo.to_image(Photo(np.dstack([every] * 3), None, "PNG"))
    assert np.array_equal(np.asarray(image)[..., 0], np.round(every / 257))


def test_to_image_brings_what_save_needs() -> None:
    given = Photo(scene(), scene()[..., 0], "PNG", exif=rich_exif(), dpi=(300, 300), xmp=b"<x/>")
    image = photo.to_image(given)
    assert (image.mode, image.size) == ("RGBA", (40, 24))
    assert image.info["exif"] == rich_exif() and image.info["dpi"] == (300, 300)
    assert image.info["icc_profile"] == srgb_profile() and image.info["xmp"] == b"<x/>"


@pytest.mark.parametrize(
    ("format", "ending"),
    [("JPEG", ".jpg"), ("PNG", ".png"), ("TIFF", ".tif"), ("WEBP", ".webp"), ("HEIF", ".heic"),
     ("AVIF", ".avif"), ("GIF", ".png"), ("BMP", ".png"), ("JPEG2000", ".png")],
)  # fmt: skip
def test_suffix_names_the_format_that_encode_writes(format: str, ending: str) -> None:
    given = Photo(scene(), None, format)
    assert photo.suffix(given) == ending
    assert Image.registered_extensions()[ending] == opened(photo.encode(given, NOTE)).format


def test_endings_of_one_format_are_known() -> None:
    assert photo.same_format(".jpg", ".JPEG") and photo.same_format(".tif", ".TIFF")
    assert not photo.same_format(".jpg", ".png") and not photo.same_format(".bmp", ".bmp")


def test_the_note_names_model_revision_and_version() -> None:
    assert NOTE == (
        "Coloured by colorgan 0.1.0, model pretrained (revision abc123). The colours are a guess."
    )
    assert "revision" not in notes.coloured("custom", None, "0.1.0")


# Writing files


def test_write_follows_the_ending_of_the_path(tmp_path: Path) -> None:
    given = Photo(noise(8, 9, 3), noise(8, 9), "TIFF")
    for name, format in {
        "a.jpg": "JPEG",
        "b.WebP": "WEBP",
        "c.png": "PNG",
        "d.xyz": "TIFF",
    }.items():
        path = photo.write(given, tmp_path / name, NOTE)
        assert Image.open(path).format == format
        assert photo.read(path).bits == (16 if format in LOSSLESS else 8)
    assert len(list(tmp_path.iterdir())) == 4


def test_alpha_is_laid_on_white_where_the_format_has_none() -> None:
    clear = Photo(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8), "JPEG")
    assert photo.read(photo.encode(clear, NOTE)).pixels.min() == 255


def test_write_makes_missing_folders(tmp_path: Path) -> None:
    path = photo.write(Photo(scene(), None, "PNG"), tmp_path / "album" / "1950" / "a.png", NOTE)
    assert np.array_equal(photo.read(path).pixels, scene())


def test_write_replaces_an_older_file_and_obeys_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"older")
    photo.write(Photo(scene(), None, "PNG"), path, NOTE)
    assert np.array_equal(photo.read(path).pixels, scene())
    (tmp_path / "plain").touch()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB; only the superuser of a Linux machine can have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("cannot mount a small disk here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_plainly_and_leaves_the_older_file(tiny_disk: Path) -> None:
    path = tiny_disk / "a.png"
    path.write_bytes(b"older")
    with pytest.raises(PhotoError, match=r"^There is no space left for a\.png\."):
        photo.write(Photo(noise(200, 300, 3), None, "PNG"), path, NOTE)
    assert path.read_bytes() == b"older" and list(tiny_disk.iterdir()) == [path]


def test_a_write_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"older")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(PhotoError, match=r"^a\.png could not be written: File too large"):
            photo.write(Photo(noise(200, 300, 3), None, "PNG"), path, NOTE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"older" and list(tmp_path.iterdir()) == [path]


def test_places_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Photo(scene(), None, "PNG")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(PhotoError, match=r"^folder\.png is a folder\."):
        photo.write(given, tmp_path / "folder.png", NOTE)
    (tmp_path / "file").touch()
    with pytest.raises(PhotoError, match=r"^file cannot be the folder for a\.png: it is a file\."):
        photo.write(given, tmp_path / "file" / "a.png", NOTE)
    with pytest.raises(PhotoError, match=r"^inner cannot be made for a\.png: a file is in the way"):
        photo.write(given, tmp_path / "file" / "inner" / "a.png", NOTE)
    with pytest.raises(PhotoError, match=r"^a+\.png could not be written: File name too long"):
        photo.write(given, tmp_path / ("a" * 300 + ".png"), NOTE)

    # The superuser may write everywhere, so the system's refusal is played.
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PhotoError, match=r"^a\.png may not be written there\."):
        photo.write(given, tmp_path / "a.png", NOTE)
    with pytest.raises(PhotoError, match=r"^a\.png may not be read\."):
        photo.read(tmp_path / "a.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.png"]


def test_a_picture_too_wide_for_the_format_is_said_plainly(tmp_path: Path) -> None:
    wide = Photo(np.zeros((1, 20_000, 3), np.uint8), None, "PNG")
    with pytest.raises(PhotoError, match=r"^a\.webp could not be written: .* Try PNG or TIFF\.$"):
        photo.write(wide, tmp_path / "a.webp", NOTE)


# What is refused


def complaint(source: Any, **options: Any) -> str:
    with pytest.raises(PhotoError) as caught:
        photo.read(source, **options)
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".") and text.count(". ") <= 1
    return text


@pytest.mark.parametrize(
    "data",
    [b"hello", b"%PDF-1.7\n" + bytes(50), b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"RIFF\0\0\0\0AVI ", bytes(999)],
)  # fmt: skip
def test_what_is_no_photo(data: bytes) -> None:
    assert complaint(data, name="a.jpg") == (
        "a.jpg is not a photo that can be read. Use JPEG, PNG, TIFF, WebP, HEIC or AVIF."
    )


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "empty.jpg").touch()
    assert complaint(tmp_path / "pipe.jpg") == "pipe.jpg is not a file. Choose a photo."
    assert complaint(tmp_path / "empty.jpg") == "empty.jpg is empty. Copy or download it again."
    assert complaint(tmp_path).endswith("is a folder. Choose a photo in it.")
    assert complaint(tmp_path / "a.jpg") == "a.jpg does not exist. Check the path."
    assert complaint("x" * 5000).startswith("xxx")
    assert complaint(b"") == "photo is empty. Copy or download it again."


def test_a_name_that_is_no_unicode_can_still_be_printed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"Gro\xdfmutter\n.jpg")
    assert complaint(path) == "Gro?mutter .jpg does not exist. Check the path."


HALVES = {
    **{
        format: saved(Image.fromarray(scene(64, 64)), format)
        for format in [*WRITTEN, "BMP", "GIF", "JPEG2000"]
    },
    "deep PNG": imagecodecs.png_encode(noise(64, 64, 3)),
    "deep TIFF": tiff(noise(64, 64, 3), photometric="rgb"),
    "deep TIFF, deflated": tiff(noise(64, 64, 3), photometric="rgb", compression="zlib"),
}


@pytest.mark.parametrize("kind", HALVES)
def test_half_a_picture_is_refused(kind: str) -> None:
    data = HALVES[kind]
    for length in (len(data) // 2, len(data) * 9 // 10):
        message = "a.x is damaged or incomplete. Copy or download it again."
        assert complaint(data[:length], name="a.x") == message


@pytest.mark.parametrize("kind", HALVES)
def test_more_pixels_than_accepted_are_refused_by_the_header_alone(kind: str) -> None:
    data = HALVES[kind]
    assert "64 x 64 pixels, more than the 4,095" in complaint(data, max_pixels=4095)
    assert photo.read(data, max_pixels=4096).width == 64


@pytest.mark.parametrize("bits", [1, 8, 16])
def test_a_decompression_bomb_is_refused_at_once(bits: int) -> None:
    header = png_chunk(b"IHDR", struct.pack(">LLBBBBB", 90_000, 90_000, bits, 0, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(bytes(99)))
    assert "90000 x 90000 pixels" in complaint(data)
    page = Image.new("1" if bits == 1 else "L" if bits == 8 else "I;16", (8, 8))
    sizes = {256: [90_000], 257: [90_000]}
    bomb = exif.with_fields(b"Exif\0\0" + saved(page, "TIFF"), sizes)[6:]
    assert "90000 x 90000 pixels" in complaint(bomb)


def test_pixels_that_bring_a_size_of_their_own_are_refused() -> None:
    data = tiff(noise(16, 16), photometric="minisblack", compression="jpeg2000")
    assert "16-bit pixels compressed as JPEG2000," in complaint(data)


@pytest.mark.parametrize("kind", HALVES)
def test_pillows_own_limit_neither_fires_nor_changes(
    kind: str, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    for limit in (3000, 1000):  # of which 64 x 64 would make Pillow warn and refuse
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        photo.read(HALVES[kind])
        assert limit == Image.MAX_IMAGE_PIXELS
    assert not recwarn.list


def test_pillows_own_limit_survives_many_threads() -> None:
    before = Image.MAX_IMAGE_PIXELS
    work = [
        threading.Thread(target=lambda: [photo.read(HALVES["TIFF"]) for _ in range(20)])
        for _ in range(4)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.ones((4, 4), np.float32), "32-bit floating-point pixels"),
        (np.ones((4, 4, 3), np.float32), "32-bit floating-point pixels"),
        (np.ones((4, 4), np.float16), "16-bit floating-point pixels"),
        (np.ones((4, 4), np.uint32), "32-bit integer pixels"),
        (np.ones((4, 4), np.int16), "16-bit integer pixels"),
    ],
)
def test_pixels_that_would_come_out_wrong_are_refused(pixels: np.ndarray, words: str) -> None:
    kind = "rgb" if pixels.ndim == 3 else "minisblack"
    assert complaint(tiff(pixels, photometric=kind), name="a.tif") == (
        f"a.tif has {words}, which are not supported. Save it as RGB with 8 or 16 bits a channel."
    )


@pytest.mark.parametrize("mode", ["F", "I", "LAB"])
def test_pillow_modes_that_are_no_photo_are_refused(mode: str) -> None:
    assert f"has pixels of the mode {mode}," in complaint(Image.new(mode, (4, 4)))


def test_sixteen_bit_tiff_in_other_colours_is_refused() -> None:
    data = tiff(noise(4, 4, 3), photometric="cielab")
    assert "16-bit pixels of the kind CIELAB," in complaint(data)


def test_a_picture_without_pixels_is_refused() -> None:
    assert complaint(Image.new("RGB", (0, 3))) == "photo has no pixels. Choose another photo."


def test_too_little_memory_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("colorgan.photo.to_srgb", run_out)
    assert complaint(Image.new("L", (4, 4))) == (
        "photo needs more memory than is free. Make a smaller copy."
    )


@hypothesis.given(data=st.binary(max_size=300), start=st.sampled_from(list(HALVES)))
@hypothesis.settings(max_examples=200, deadline=None)
def test_random_bytes_raise_nothing_but_a_photo_error(data: bytes, start: str) -> None:
    for source in (data, HALVES[start][:40] + data):
        try:
            photo.read(source, max_pixels=10**6)
        except PhotoError as error:
            assert str(error)


RICH = {
    **HALVES,
    **{
        f"{format} with EXIF and profile": saved(
            Image.fromarray(scene()), format, exif=rich_exif(6), icc_profile=ADOBE_LIKE
        )
        for format in WRITTEN
    },
}


@hypothesis.given(
    kind=st.sampled_from(list(RICH)),
    hits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    head_only=st.booleans(),
    length=st.sampled_from([1.0, 1.0, 0.9, 0.3]),
)
@hypothesis.settings(max_examples=300, deadline=None)
def test_damaged_files_raise_nothing_but_a_photo_error(
    kind: str, hits: list[tuple[float, int]], head_only: bool, length: float
) -> None:
    data = bytearray(RICH[kind])
    for place, value in hits:
        data[int(place * min(len(data), 300 if head_only else len(data)))] = value
    try:
        got = photo.read(bytes(data[: int(length * len(data))]), max_pixels=10**6)
    except PhotoError as error:
        assert str(error)
    else:
        photo.read(photo.encode(Photo(got.pixels, got.alpha, "PNG", exif=got.exif), NOTE))


def test_reading_photos_does_not_load_torch() -> None:
    code = "import colorgan.photo, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
