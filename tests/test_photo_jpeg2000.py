"""Picture files: JPEG 2000 of any depth, with right values or a refusal."""

from __future__ import annotations

import base64
import struct

import numpy as np
import pytest
from photo_files import (
    coded,
    complaint,
    gamma,
    icc_profile,
    is_near,
    jpeg2000,
    light,
    lightness,
    noise,
    portrait,
    rich_exif,
    saved,
    scene,
)
from PIL import Image

from colorgan import photo
from colorgan.photo import exif

PORTRAIT = portrait()
RIGHT = lightness(PORTRAIT)
SCENE = scene(48, 64)
DEEP = SCENE.astype(np.uint16) * 257


@pytest.mark.parametrize("kind", ["jp2", "j2k"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [4, 8, 10, 12, 16])
def test_jpeg_2000_of_any_depth_has_right_values(kind: str, channels: int, bits: int) -> None:
    data = jpeg2000(coded(PORTRAIT, bits, channels), kind, bitspersample=bits)
    got = photo.read(data)
    assert abs(lightness(got.pixels) - RIGHT) < 0.5
    assert (got.format, got.bits) == ("JPEG2000", 8 if bits <= 8 else 16)
    full = coded(np.rint(PORTRAIT * ((1 << bits) - 1)) / ((1 << bits) - 1), got.bits)
    assert is_near(got, full)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_white_of_a_jpeg_2000_stays_white_and_black_black(bits: int) -> None:
    pixels = np.zeros((20, 30, 3), np.uint8 if bits == 8 else np.uint16)
    pixels[:, :15] = (1 << bits) - 1
    got = photo.read(jpeg2000(pixels, bitspersample=bits))
    assert (got.pixels[:, :15] == np.iinfo(got.pixels.dtype).max).all()
    assert (got.pixels[:, 15:] == 0).all()


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_channel_of_a_jpeg_2000_that_is_called_alpha_is_alpha(mode: str) -> None:
    image = Image.fromarray(noise(20, 20, 4, dtype=np.uint8)).convert(mode)
    got = photo.read(saved(image, "JPEG2000"))
    assert np.array_equal(np.dstack([got.pixels, got.alpha]), image.convert("RGBA"))


@pytest.mark.parametrize("channels", [2, 4])
def test_a_channel_of_a_jpeg_2000_without_a_name_is_left_out(channels: int) -> None:
    pixels = noise(20, 20, channels)
    got = photo.read(jpeg2000(pixels))
    colours = 1 if channels == 2 else 3
    assert got.alpha is None
    assert np.array_equal(got.pixels, np.broadcast_to(pixels[..., :colours], (20, 20, 3)))


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_signed_jpeg_2000_begins_at_black(bits: int) -> None:
    signed = coded(PORTRAIT, bits).astype(int) - (1 << (bits - 1))
    data = jpeg2000(signed.astype(np.int8 if bits == 8 else np.int16), bitspersample=bits)
    assert abs(lightness(photo.read(data).pixels) - RIGHT) < 0.5


# 16 x 16 pixels with chroma at half the size, as video tools and opj_compress write them.
HALF_CHROMA = base64.b85decode(
    b"0000CYEU2`4GM<}0000KW^{RQYH%_j00000YH%_j0000jYH%`W0000MX=r3}0000G0000G00RdH0000001sntY;pk"
    b"r000005&!@JXligWWB*V8Q2;Lh000005C8xG5C8xG00000000005C8xG5C8xG000000009A0RaaB0tW&D|55-90000"
    b"1000C800IA800cll|6~9q00BdCWnpw>WFTUBAWv{*Zc0!^M<8}(a&u{KZXhx)H7+p!kN^q*00000@Bjh-lgHIS0E_W"
    b"lu1h%Q)V*>Mx~snz#R9{wm3*8+rIl;@3T)U`tUMj4$8usDR;a(}<0SauDTFb5DO2&8^$kF#>lFv`JaC%|F(6VMEqsv"
    b"b7Pl69DOWO-hhWJWU3sc34RAPmnqHypYPz1<4y&rFs;OV^vu|zcs;a~^8^@Bms;aJ<KgZNs6V3RgV3F*5!F=6*KyN1"
    b"oqZM+ah`?ZH>x`*A$aF4iMg5+Zi`%YBLRXpF&&SkO5l@L+)RP;%A1bf=HVIWt50(I4w(LDS3*u&n5=+cG%DgOruHK9"
    b"5o?jRL*#"
)


def test_luma_with_chroma_of_half_the_size_becomes_rgb() -> None:
    y, x = np.mgrid[0:16, 0:16]
    right = np.dstack([40 + 10 * x, np.full((16, 16), 120), 200 - 8 * y])
    for data in (HALF_CHROMA, HALF_CHROMA[HALF_CHROMA.index(b"\xff\x4f\xff\x51") :]):
        assert np.abs(photo.read(data).pixels.astype(int) - right).max() <= 12
    full = photo.read(saved(Image.fromarray(SCENE).convert("YCbCr"), "JPEG2000"))
    assert np.abs(full.pixels.astype(int) - SCENE).max() <= 4


@pytest.mark.parametrize("bits", [8, 16])
def test_the_palette_of_a_jpeg_2000_is_looked_up(bits: int) -> None:
    palette = noise(4, 3, dtype=np.uint8 if bits == 8 else np.uint16)
    indices = (np.arange(400).reshape(20, 20) % 4).astype(np.uint8)
    data = jpeg2000(indices)
    values = palette.astype(palette.dtype.newbyteorder(">")).tobytes()
    pclr = _box(b"pclr", struct.pack(">HB", 4, 3) + bytes([bits - 1] * 3) + values)
    cmap = _box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, column) for column in range(3)))
    head, pixels = data.index(b"jp2h") - 4, data.index(b"jp2c") - 4
    is_rgb = data[head + 8 : pixels].replace(b"colr\1\0\0\0\0\0\x11", b"colr\1\0\0\0\0\0\x10")
    data = data[:head] + _box(b"jp2h", is_rgb + pclr + cmap) + data[pixels:]
    assert np.array_equal(photo.read(data).pixels, palette[indices])


def test_inks_of_a_jpeg_2000_become_light() -> None:
    inks = Image.fromarray(SCENE).convert("CMYK")
    assert np.array_equal(photo.read(saved(inks, "JPEG2000")).pixels, inks.convert("RGB"))


def test_jpeg_2000_brings_its_resolution_exif_and_xmp() -> None:
    data = jpeg2000(SCENE)
    place = data.index(b"jp2c") - 4
    captured = struct.pack(">4H2b", 11811, 1, 5906, 1, 0, 0)  # dots a metre, down and across
    resolution = _box(b"res ", _box(b"resc", captured))
    head = data.index(b"jp2h") - 4
    length = place - head + len(resolution)
    tags = _box(b"uuid", b"JpgTiffExif->JP2" + rich_exif(6)[6:])
    tags += _box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x:xmpmeta/>")
    data = (
        data[:head] + struct.pack(">L", length) + data[head + 4 : place] + resolution + tags
        + data[place:]
    )  # fmt: skip
    got = photo.read(data)
    assert (got.width, got.height) == (48, 64) and got.xmp == b"<x:xmpmeta/>"
    assert got.dpi == pytest.approx((300, 150), abs=0.1)
    assert b"Scanner 1" in got.exif and exif.orientation(got.exif) == 1


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content) + 8) + name + content


def test_jpeg_2000_that_would_come_out_wrong_is_refused() -> None:
    deep = np.full((8, 8), 70_000, np.uint32)
    assert "has 20-bit integer pixels," in complaint(jpeg2000(deep, bitspersample=20))
    lab = jpeg2000(SCENE).replace(b"colr\1\0\0\0\0\0\x10", b"colr\1\0\0\0\0\0\x0e")
    assert "has JPEG 2000 colours of the kind 14," in complaint(lab)
    assert "has pixels of 7 channels," in complaint(jpeg2000(noise(8, 8, 7)))


def test_a_grey_profile_of_a_jpeg_2000_without_colours_is_used_once() -> None:
    """imagecodecs applies such a profile itself, and garbles 16 bits."""
    profile = b"\2\0\0" + icc_profile(b"GRAY", {b"kTRC": gamma(1.0)})
    data = jpeg2000(coded(light(PORTRAIT), 16, 1))
    old = _box(b"colr", b"\1\0\0\0\0\0\x11")
    new = _box(b"colr", profile)
    head = data.index(b"jp2h") - 4
    length = struct.unpack_from(">L", data, head)[0] + len(new) - len(old)
    data = data[:head] + struct.pack(">L", length) + data[head + 4 :].replace(old, new)
    assert abs(lightness(photo.read(data).pixels) - RIGHT) < 0.5
