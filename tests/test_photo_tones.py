"""Picture files: lightness, whichever way a file tells what its numbers mean."""

from __future__ import annotations

import struct
import sys
import zlib
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from photo_files import (
    ADOBE_LIKE,
    ADOBE_MATRIX,
    coded,
    gamma,
    icc_profile,
    light,
    lightness,
    noise,
    png_with,
    portrait,
    saved,
    tiff,
    xyz,
)
from PIL import Image, ImageCms

from colorgan import photo

PORTRAIT = portrait()
RIGHT = lightness(PORTRAIT)
LINEAR = light(PORTRAIT)
DEEP = coded(PORTRAIT, 16)


def is_right(got: photo.Photo, tolerance: float = 0.5) -> bool:
    return abs(lightness(got.pixels) - RIGHT) < tolerance


# Profiles

SRGB_MATRIX = np.array(
    [(0.43607, 0.22249, 0.01392), (0.38515, 0.71690, 0.09708), (0.14307, 0.06061, 0.71410)]
)


def rgb_profile(matrix: np.ndarray, curve: bytes, name: bytes) -> bytes:
    letters = (b"r", b"g", b"b")
    colours = {letter + b"XYZ": xyz(*row) for letter, row in zip(letters, matrix, strict=True)}
    told = b"desc\0\0\0\0" + struct.pack(">L", len(name) + 1) + name + b"\0" + bytes(78)
    curves = {letter + b"TRC": curve for letter in letters}
    return icc_profile(b"RGB ", colours | curves | {b"desc": told})


SRGB_CURVE = (
    b"curv\0\0\0\0"
    + struct.pack(">L", 1024)
    + np.rint(light(np.linspace(0, 1, 1024)) * 65535).astype(">u2").tobytes()
)


@pytest.mark.parametrize("name", [b"sRGB IEC61966-2.1 linear", b"another"])
def test_a_profile_counts_by_its_curve_and_not_by_its_name(name: bytes) -> None:
    profile = rgb_profile(SRGB_MATRIX, gamma(1.0), name)
    assert is_right(photo.read(tiff(coded(LINEAR, 16), photometric="rgb", iccprofile=profile)))


def test_a_profile_counts_by_its_primaries_and_not_by_its_name() -> None:
    pixels = noise(20, 20, 3)
    named, plain = (rgb_profile(ADOBE_MATRIX, SRGB_CURVE, name) for name in (b"sRGB", b"wide"))
    got, same = (
        photo.read(tiff(pixels, photometric="rgb", iccprofile=profile)).pixels
        for profile in (named, plain)
    )
    assert np.array_equal(got, same) and not np.array_equal(got, pixels)


@pytest.mark.parametrize("name", [b"sRGB", b"a scanner"])
def test_a_profile_that_is_srgb_leaves_every_bit_whatever_its_name(name: bytes) -> None:
    pixels = noise(20, 20, 3)
    profile = rgb_profile(SRGB_MATRIX, SRGB_CURVE, name)
    got = photo.read(tiff(pixels, photometric="rgb", iccprofile=profile))
    assert np.array_equal(got.pixels, pixels)


def test_a_grey_profile_with_the_curve_of_srgb_leaves_every_bit() -> None:
    pixels = noise(20, 20)
    profile = icc_profile(b"GRAY", {b"kTRC": SRGB_CURVE})
    got = photo.read(tiff(pixels, photometric="minisblack", iccprofile=profile))
    assert np.array_equal(got.pixels[..., 0], pixels)


# Numbers in PNG

SRGB_POINTS = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
ADOBE_POINTS = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)


def gama(value: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">L", round(value * 100_000))


def chrm(*points: float) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8L", *(round(value * 100_000) for value in points))


def cicp(primaries: int, transfer: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes([primaries, transfer, 0, 1])


SRGB_CHUNK = (b"sRGB", b"\0")
ADOBE_CHUNK = (b"iCCP", b"Adobe\0\0" + zlib.compress(ADOBE_LIKE))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("exponent", [1.0, 1.8, 2.6])
@pytest.mark.parametrize("bits", [8, 16])
def test_the_gamma_of_a_png_is_applied(channels: int, exponent: float, bits: int) -> None:
    pixels = coded(LINEAR ** (1 / exponent), bits, channels)
    assert is_right(photo.read(png_with(pixels, gama(1 / exponent))))
    assert is_right(photo.read(Image.open(BytesIO(png_with(coded(LINEAR, 8), gama(1))))), 2)


@pytest.mark.parametrize(
    "chunks",
    [[gama(0.45455)], [gama(0.45)], [gama(0.45455), chrm(*SRGB_POINTS)], [chrm(*ADOBE_POINTS)],
     [gama(1), SRGB_CHUNK], [gama(1), cicp(1, 13)], [gama(0)], [cicp(1, 1)], [cicp(2, 2)]],
    ids=str,
)  # fmt: skip
def test_numbers_that_mean_srgb_or_nothing_certain_leave_every_bit(chunks: list[Any]) -> None:
    assert np.array_equal(photo.read(png_with(DEEP, *chunks)).pixels, DEEP)


def test_other_primaries_of_a_png_are_applied_with_its_gamma() -> None:
    pixels = noise(20, 20, 3)
    by_numbers = photo.read(png_with(pixels, gama(256 / 563), chrm(*ADOBE_POINTS)))
    by_profile = photo.read(png_with(pixels, ADOBE_CHUNK))
    assert np.abs(by_numbers.pixels.astype(int) - by_profile.pixels).max() < 400
    impossible = png_with(coded(LINEAR, 16), gama(1), chrm(*[0] * 8))
    assert is_right(photo.read(impossible))


@pytest.mark.parametrize(
    "chunks", [[cicp(1, 8), ADOBE_CHUNK], [cicp(1, 8), SRGB_CHUNK], [cicp(2, 2), gama(1)]], ids=str
)
def test_the_strongest_of_several_numbers_of_a_png_counts(chunks: list[Any]) -> None:
    assert is_right(photo.read(png_with(coded(LINEAR, 16), *chunks)))


# Code points of ITU-T H.273

CURVES = {
    4: LINEAR ** (1 / 2.2),
    5: LINEAR ** (1 / 2.8),
    8: LINEAR,
    17: (LINEAR * 48 / 52.37) ** (1 / 2.6),
    **dict.fromkeys((1, 6, 13, 14, 15), PORTRAIT),  # as browsers show them
}


@pytest.mark.parametrize("transfer", CURVES)
@pytest.mark.parametrize("primaries", [1, 5, 6, 9, 12])
def test_code_points_of_ordinary_brightness_are_applied(primaries: int, transfer: int) -> None:
    pixels = coded(CURVES[transfer], 16)
    got = photo.read(png_with(pixels, cicp(primaries, transfer)))
    assert is_right(got) and got.bits == 16 and not got.notices


def test_colours_of_display_p3_come_as_srgb() -> None:
    p3 = np.full((4, 4, 3), (0.9174, 0.2003, 0.1386))  # what sRGB's pure red is there
    got = photo.read(png_with(np.rint(p3 * 65535).astype(np.uint16), cicp(12, 13)))
    assert np.abs(got.pixels[0, 0] / 65535 - (1, 0, 0)).max() < 0.01


needs_newer_codecs = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="its newest imagecodecs writes no such AVIF"
)


@needs_newer_codecs
@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("transfer", [1, 8, 13])
def test_nclx_of_an_avif_is_applied_at_the_depth_of_the_file(bits: int, transfer: int) -> None:
    data = imagecodecs.avif_encode(
        coded(CURVES[transfer], bits), level=100, bitspersample=bits, pixelformat="444",
        primaries=1, transfer=transfer, matrix=0,
    )  # fmt: skip
    got = photo.read(data)
    assert is_right(got) and got.bits == (8 if bits == 8 else 16)


@pytest.mark.parametrize(("transfer", "bits"), [(8, 8), (8, 16), (13, 8), (13, 16)])
def test_nclx_of_a_heif_is_applied_at_the_depth_of_the_file(transfer: int, bits: int) -> None:
    got = photo.read(heif(coded(CURVES[transfer], bits), transfer, 1))
    assert is_right(got) and got.bits == bits


def heif(pixels: np.ndarray, transfer: int, primaries: int) -> bytes:
    mode = "RGB;16" if pixels.dtype == np.uint16 else "RGB"
    file = pillow_heif.from_bytes(mode, pixels.shape[1::-1], pixels.tobytes())
    goal = BytesIO()
    numbers = {"color_primaries": primaries, "transfer_characteristics": transfer}
    numbers |= {"matrix_coefficients": 6, "full_range_flag": 1}
    file.save(goal, quality=95, chroma=444, **numbers)
    return goal.getvalue()


def test_a_cameras_mark_of_adobe_rgb_counts_where_there_is_no_profile() -> None:
    held = Image.Exif()
    held.get_ifd(0x8769).update({40961: 0xFFFF, 40965: {1: "R03", 2: b"0100"}})
    image = Image.new("RGB", (16, 16), (100, 150, 100))
    marked = photo.read(saved(image, "JPEG", exif=held, quality=98))
    profiled = photo.read(saved(image, "JPEG", icc_profile=ADOBE_LIKE, quality=98))
    assert np.abs(marked.pixels.astype(int) - profiled.pixels).max() <= 1
    held.get_ifd(0x8769)[40961] = 1  # sRGB
    assert (
        np.abs(photo.read(saved(image, "JPEG", exif=held)).pixels[0, 0] - (100, 150, 100)).max() < 3
    )


# Pictures for HDR screens


def pq(nits: np.ndarray) -> np.ndarray:
    """SMPTE ST 2084: cd/m2 to numbers of 0 to 1."""
    power = (nits / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def hlg(nits: np.ndarray) -> np.ndarray:
    """ITU-R BT.2100's HLG for grey on a screen of 1000 cd/m2."""
    scene = (nits / 1000) ** (1 / 1.2)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


HDR = {16: pq(LINEAR * 203), 18: hlg(LINEAR * 203)}


@pytest.mark.parametrize("transfer", HDR)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_hdr_without_highlights_has_the_lightness_of_its_ordinary_print(
    transfer: int, channels: int, bits: int
) -> None:
    got = photo.read(
        png_with(coded(HDR[transfer], bits, channels), cicp(9, transfer)), name="a.png"
    )
    assert is_right(got) and got.bits == bits
    assert got.notices == ("It is an HDR picture; it was mapped to ordinary brightness.",)
    assert np.ptp(got.pixels, axis=2).max() <= (channels == 3)


@needs_newer_codecs
@pytest.mark.parametrize("transfer", HDR)
def test_hdr_in_avif_and_heif_is_mapped_too(transfer: int) -> None:
    avif = imagecodecs.avif_encode(
        coded(HDR[transfer], 10), level=100, bitspersample=10, pixelformat="444",
        primaries=9, transfer=transfer, matrix=0,
    )  # fmt: skip
    for data in (avif, heif(coded(HDR[transfer], 16), transfer, 9)):
        got = photo.read(data)
        assert is_right(got) and len(got.notices) == 1


def test_highlights_of_hdr_are_rolled_off_and_shadows_kept() -> None:
    nits = np.linspace(0, 1000, 256)[None].repeat(4, 0)
    got = photo.read(png_with(coded(pq(nits), 16), cicp(9, 16))).pixels[0, :, 0] / 65535
    dark = nits[0] < 90
    assert np.abs(light(got[dark]) - nits[0, dark] / 203).max() < 0.005
    steps = np.diff(got)
    assert (steps >= 0).all() and (steps[nits[0, 1:] < 700] > 0).all()
    assert got[-1] > 0.995


def test_colours_of_hdr_keep_their_hue() -> None:
    red = np.zeros((4, 4, 3))
    red[..., 0] = 600
    red[..., 1:] = 60
    got = photo.read(png_with(np.rint(pq(red) * 65535).astype(np.uint16), cicp(1, 16))).pixels[0, 0]
    linear = light(got / 65535)
    assert linear[0] / linear[1] == pytest.approx(10, rel=0.02) and got[1] == got[2]


# JPEG 2000


def jp2(pixels: np.ndarray, colr: bytes, **options: Any) -> bytes:
    """A JP2 file whose colr box has this content."""
    data = imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, codecformat="jp2", **options)
    place = data.index(b"colr") - 4
    old = struct.unpack_from(">L", data, place)[0]
    box = struct.pack(">L", len(colr) + 8) + b"colr" + colr
    data = bytearray(data[:place] + box + data[place + old :])
    head = data.index(b"jp2h") - 4
    grown = struct.unpack_from(">L", data, head)[0] + len(box) - old
    data[head : head + 4] = struct.pack(">L", grown)
    return bytes(data)


@pytest.mark.parametrize("method", [2, 3])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_the_profile_of_a_jpeg_2000_is_applied(method: int, bits: int) -> None:
    colr = bytes([method, 0, 0])
    values = LINEAR ** (1 / 1.8)
    grey = colr + icc_profile(b"GRAY", {b"kTRC": gamma(1.8)})
    got = photo.read(jp2(coded(values, bits, 1), grey, bitspersample=bits))
    assert is_right(got) and got.bits == (8 if bits == 8 else 16)
    rgb = colr + rgb_profile(SRGB_MATRIX, gamma(1.8), b"sRGB")
    assert is_right(photo.read(jp2(coded(values, bits), rgb, bitspersample=bits)))


def test_srgb_of_littlecms_itself_is_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    got = photo.read(jp2(DEEP, b"\2\0\0" + profile))
    assert np.array_equal(got.pixels, DEEP)
