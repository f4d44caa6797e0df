"""Picture files: codings and depths that few programs write, with right values."""

from __future__ import annotations

import io
import struct
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from photo_files import (
    ADOBE_LIKE,
    coded,
    complaint,
    is_near,
    jpeg2000,
    light,
    lightness,
    noise,
    opened,
    portrait,
    rich_exif,
    saved,
    scene,
    tiff,
)
from PIL import Image

from colorgan import photo
from colorgan.photo import exif

PORTRAIT = portrait()
RIGHT = lightness(PORTRAIT)
SCENE = scene(48, 64)
DEEP = SCENE.astype(np.uint16) * 257


# JPEG


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("bits", "options"),
    [(12, {"level": 98}), (10, {"lossless": True}), (12, {"lossless": True}),
     (16, {"lossless": True}), (8, {"lossless": True})],
)  # fmt: skip
def test_jpeg_of_any_depth_has_right_values(
    channels: int, bits: int, options: dict[str, Any]
) -> None:
    pixels = coded(PORTRAIT, bits, channels)
    got = photo.read(bytes(imagecodecs.jpeg8_encode(pixels, bitspersample=bits, **options)))
    assert abs(lightness(got.pixels) - RIGHT) < 0.5
    assert (got.format, got.bits) == ("JPEG", 8 if bits == 8 else 16)
    if "lossless" in options and bits != 8:
        assert is_near(got, coded(PORTRAIT, 16), bits)


@pytest.mark.parametrize("bits", [8, 16])
def test_jpeg_ls_has_right_values(bits: int) -> None:
    pixels = SCENE if bits == 8 else DEEP
    assert np.array_equal(photo.read(bytes(imagecodecs.jpegls_encode(pixels))).pixels, pixels)


def test_jpeg_of_twelve_bits_brings_its_metadata_and_profile() -> None:
    plain = saved(Image.fromarray(SCENE), "JPEG", exif=rich_exif(6), icc_profile=ADOBE_LIKE)
    deep = bytes(imagecodecs.jpeg8_encode(DEEP >> 4, level=98, bitspersample=12))
    got = photo.read(plain[: plain.index(b"\xff\xdb")] + deep[2:])
    assert (got.width, got.height, got.bits) == (48, 64, 16) and b"Scanner 1" in got.exif
    eight = photo.read(plain)
    assert np.abs(photo.to_image(got) - np.asarray(eight.pixels, int)).mean() < 3


def test_a_deep_jpeg_without_its_end_is_refused() -> None:
    data = bytes(imagecodecs.jpeg8_encode(DEEP >> 4, level=98, bitspersample=12))
    assert "damaged or incomplete" in complaint(data[: len(data) // 2])


def test_jpegs_of_rare_codings_are_named() -> None:
    data = saved(Image.fromarray(SCENE), "JPEG").replace(b"\xff\xc0", b"\xff\xc5")
    assert "has JPEG pixels of a rare coding (SOF5)," in complaint(data)


# Netpbm


@pytest.mark.parametrize("bits", [9, 12, 16])
@pytest.mark.parametrize("kind", ["P2", "P3", "P5", "P6"])
def test_deep_netpbm_stays_deep(kind: str, bits: int) -> None:
    pixels = coded(PORTRAIT, bits, 1 if kind in ("P2", "P5") else 3)
    head = f"{kind}\n# made by hand\n60 60\n{(1 << bits) - 1}\n".encode()
    text = b" ".join(b"%d" % value for value in pixels.ravel())
    got = photo.read(head + (text if kind < "P4" else pixels.astype(">u2").tobytes()))
    assert (got.format, got.bits) == ("PPM", 16)
    assert is_near(got, coded(PORTRAIT, 16), bits)


@pytest.mark.parametrize(
    "pixels", [noise(6, 7, 4), noise(6, 7, 4, dtype=np.uint8)], ids=["16", "8"]
)
def test_pam_comes_with_its_alpha(pixels: np.ndarray) -> None:
    top = np.iinfo(pixels.dtype).max
    head = f"P7\nWIDTH 7\nHEIGHT 6\nDEPTH 4\nMAXVAL {top}\nTUPLTYPE RGB_ALPHA\nENDHDR\n".encode()
    got = photo.read(head + pixels.astype(pixels.dtype.newbyteorder(">")).tobytes())
    assert np.array_equal(np.dstack([got.pixels, got.alpha]), pixels)


@pytest.mark.parametrize("kind", [b"PF", b"Pf"])
def test_floating_point_netpbm_is_named(kind: bytes) -> None:
    data = kind + b"\n4 4\n-1.0\n" + bytes(4 * 4 * 12)
    assert "has 32-bit floating-point pixels, which are not supported." in complaint(data)


# JPEG XL


@pytest.mark.parametrize("boxed", [True, False])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_jpeg_xl_comes_as_it_is(channels: int, boxed: bool) -> None:
    pixels = noise(20, 30, channels, dtype=np.uint8)
    data = imagecodecs.jpegxl_encode(
        pixels[..., 0] if channels == 1 else pixels, lossless=True, usecontainer=boxed
    )
    got = photo.read(bytes(data))
    assert got.format == "JXL"
    assert np.array_equal(got.pixels, np.broadcast_to(pixels[..., :3], (20, 30, 3)))
    assert (got.alpha is not None) == (channels == 4)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_deep_jpeg_xl_stays_deep_and_has_its_tones_applied(bits: int) -> None:
    """The encoder here calls deep pixels linear."""
    pixels = coded(light(PORTRAIT), bits)
    got = photo.read(bytes(imagecodecs.jpegxl_encode(pixels, lossless=True, bitspersample=bits)))
    assert got.bits == 16 and abs(lightness(got.pixels) - RIGHT) < 0.5


def test_a_jpeg_inside_a_jpeg_xl_is_seen() -> None:
    data = imagecodecs.jpegxl_encode_jpeg(saved(Image.fromarray(SCENE), "JPEG", quality=95))
    assert np.abs(photo.read(bytes(data)).pixels.astype(int) - SCENE).mean() < 2


# AVIF and HEIF of more than 8 bits


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_avif_stays_deep(bits: int, channels: int) -> None:
    pixels = np.dstack([DEEP, DEEP[..., 1]])[..., :channels] >> (16 - bits)
    data = imagecodecs.avif_encode(
        pixels[..., 0] if channels == 1 else pixels, level=100, bitspersample=bits,
        pixelformat="400" if channels == 1 else "444",
    )  # fmt: skip
    got = photo.read(bytes(data))
    right = np.broadcast_to(DEEP[..., :1], DEEP.shape) if channels == 1 else DEEP
    assert got.bits == 16 and (got.alpha is not None) == (channels == 4)
    assert np.abs(got.pixels.astype(int) - right).max() < 130
    assert opened(photo.encode(got, "note")).mode in ("RGB", "RGBA")


@pytest.mark.parametrize("mode", ["L;16", "RGB;16", "RGBA;16"])
def test_deep_heif_stays_deep(mode: str) -> None:
    channels = {"L;16": 1, "RGB;16": 3, "RGBA;16": 4}[mode]
    pixels = np.ascontiguousarray(np.dstack([DEEP, DEEP[..., 1]])[..., :channels])
    got = photo.read(heif(pixels, mode))
    right = np.broadcast_to(pixels[..., :1], DEEP.shape) if channels == 1 else DEEP
    assert got.bits == 16 and (got.alpha is not None) == (channels == 4)
    assert np.abs(got.pixels.astype(int) - right).max() < 400


def heif(pixels: np.ndarray, mode: str) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_bytes(mode, pixels.shape[1::-1], pixels.tobytes()).save(
        file, quality=-1, chroma=444
    )
    return file.getvalue()


# TIFF

COMPRESSIONS = ["jpeg2000", "jpegxl", "lerc", "png", "zstd", "lzma", "lzw", "packbits", "zlib"]


@pytest.mark.parametrize("layout", [{}, {"tile": (16, 16)}, {"rowsperstrip": 16}], ids=str)
@pytest.mark.parametrize("pixels", [SCENE, DEEP, SCENE[..., 0], DEEP[..., 0]], ids=range(4))
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_tiff_of_any_compression_has_right_values(
    compression: str, pixels: np.ndarray, layout: dict[str, Any]
) -> None:
    kind = "rgb" if pixels.ndim == 3 else "minisblack"
    data = tiff(np.ascontiguousarray(pixels), photometric=kind, compression=compression, **layout)
    assert np.array_equal(photo.read(data).pixels, np.atleast_3d(pixels) + np.zeros_like(SCENE))


def test_webp_and_jpeg_in_tiff_have_right_values() -> None:
    webp = tiff(SCENE, photometric="rgb", compression="webp", tile=(16, 16))
    assert np.array_equal(photo.read(webp).pixels, SCENE)
    for mode in ("L", "RGB", "YCbCr", "CMYK"):
        data = saved(Image.fromarray(SCENE).convert(mode), "TIFF", compression="jpeg")
        assert np.array_equal(photo.read(data).pixels, opened(data).convert("RGB"))
    deep = tiff(DEEP >> 4, photometric="rgb", compression="jpeg", bitspersample=12)
    assert np.abs(photo.read(deep).pixels.astype(int) - DEEP).max() < 1000


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_faxes_come_upright(compression: str, orientation: int) -> None:
    page = np.zeros((40, 60), bool)
    page[5:20, 5:30] = True
    stored = {
        1: page, 2: np.fliplr(page), 3: np.rot90(page, 2), 4: np.flipud(page), 5: page.T,
        6: np.rot90(page), 7: np.rot90(page.T, 2), 8: np.rot90(page, -1),
    }[orientation]  # fmt: skip
    held = Image.Exif()
    held[274] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored))
    got = photo.read(saved(image, "TIFF", compression=compression, exif=held))
    assert np.array_equal(got.pixels[..., 0], page * np.uint8(255))


def test_an_old_style_jpeg_in_a_tiff_has_right_values() -> None:
    stream = saved(Image.fromarray(SCENE), "JPEG", quality=95, subsampling=0)
    fields = {
        256: [64], 257: [48], 258: [8] * 3, 259: [6], 262: [6], 273: [8], 277: [3], 278: [48],
        279: [len(stream)], 513: [8], 514: [len(stream)], 530: [1, 1],
    }  # fmt: skip
    start = b"Exif\0\0II*\0" + struct.pack("<L", 8 + len(stream)) + stream + bytes(6)
    data = exif.with_fields(start, fields)[6:]
    assert np.abs(photo.read(data).pixels.astype(int) - SCENE).max() < 9


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_of_a_tiff_fill_the_range(bits: int) -> None:
    levels = np.linspace(0, 255, 1 << bits).round().astype(np.uint8)
    packed = np.packbits(
        np.unpackbits(np.arange(1 << bits, dtype=np.uint8)[:, None], axis=1)[:, 8 - bits :].ravel()
    ).tobytes()
    fields = {
        256: [1 << bits], 257: [1], 258: [bits], 259: [1], 262: [1], 273: [8], 277: [1], 278: [1],
        279: [len(packed)],
    }  # fmt: skip
    start = b"Exif\0\0II*\0" + struct.pack("<L", 8 + len(packed)) + packed + bytes(6)
    got = photo.read(exif.with_fields(start, fields)[6:])
    assert np.array_equal(got.pixels[0, :, 0], levels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("tagged", [True, False])
@pytest.mark.parametrize("colours", [1, 3])
def test_infrared_of_a_scanner_is_left_out(dtype: Any, tagged: bool, colours: int) -> None:
    colour = coded(PORTRAIT, 8 * np.dtype(dtype).itemsize)[..., :colours]
    pixels = np.dstack([colour, noise(60, 60, 1, dtype=dtype)])
    kind = "rgb" if colours == 3 else "minisblack"
    data = tiff(pixels, photometric=kind, planarconfig="contig", extrasamples=["unspecified"])
    if not tagged:
        data = exif.with_fields(b"Exif\0\0" + data, {338: None})[6:]
    got = photo.read(data)
    assert got.alpha is None and got.pixels.dtype == dtype
    assert np.array_equal(got.pixels, np.broadcast_to(colour, (60, 60, 3)))


def test_alpha_behind_infrared_is_found() -> None:
    pixels = noise(6, 7, 5)
    got = photo.read(tiff(pixels, photometric="rgb", extrasamples=["unspecified", "unassalpha"]))
    assert np.array_equal(got.alpha, pixels[..., 4])


def test_codings_of_tiff_that_are_not_read_are_named() -> None:
    data = tiff(SCENE, photometric="rgb", compression="jpegxr")
    assert "has 8-bit pixels compressed as JPEGXR, which are not supported." in complaint(data)


# Files that ask for more memory than their size


BOMBS = {
    "jpeg2000": lambda big: imagecodecs.jpeg2k_encode(big, level=0, codecformat="j2k"),
    "jpegxl": lambda big: imagecodecs.jpegxl_encode(big, lossless=True, effort=1),
    "lerc": imagecodecs.lerc_encode,
    "png": imagecodecs.png_encode,
    "jpeg": imagecodecs.jpeg8_encode,
    "zlib": imagecodecs.zlib_encode,
    "packbits": imagecodecs.packbits_encode,
}


@pytest.mark.parametrize("compression", BOMBS)
def test_a_strip_that_is_larger_than_its_page_is_refused(compression: str) -> None:
    small = tiff(np.zeros((16, 16), np.uint8), photometric="minisblack", compression=compression)
    bomb = bytes(BOMBS[compression](np.zeros((2000, 2000), np.uint8)))
    fields = {273: [len(small)], 279: [len(bomb)]}
    data = exif.with_fields(b"Exif\0\0" + small + bomb, fields)[6:]
    assert "damaged or incomplete" in complaint(data)


@pytest.mark.parametrize(
    "kind", ["jp2", "j2k", "jxl", "boxed jxl", "jls", "jpeg 12", "pgm", "avif 10"]
)
def test_more_pixels_than_accepted_are_refused_before_decoding(kind: str) -> None:
    grey = np.zeros((64, 64), np.uint8)
    data = {
        "jp2": lambda: jpeg2000(grey),
        "j2k": lambda: jpeg2000(grey, "j2k"),
        "jxl": lambda: imagecodecs.jpegxl_encode(grey),
        "boxed jxl": lambda: imagecodecs.jpegxl_encode(grey, usecontainer=True),
        "jls": lambda: imagecodecs.jpegls_encode(grey),
        "jpeg 12": lambda: imagecodecs.jpeg8_encode(grey.astype(np.uint16), bitspersample=12),
        "pgm": lambda: b"P5 64 64 65535\n",  # no pixels at all: the header must do
        "avif 10": lambda: imagecodecs.avif_encode(grey.astype(np.uint16), bitspersample=10),
    }[kind]()
    assert "64 x 64 pixels, more than the 4,095" in complaint(bytes(data), max_pixels=4095)


def test_extra_channels_of_a_jpeg_xl_are_counted_before_decoding() -> None:
    head = b"\xff\x0a" + bits("1" + "00111"[::-1] + "001"[::-1]  # 64 x 64
                               + "0" + "0" + "0" + "00" + "1" + "11" + "1" * 12)  # fmt: skip
    assert "has pixels of 4099 channels," in complaint(head + bytes(99))


def bits(text: str) -> bytes:
    """Bits, the lowest of the first byte first."""
    padded = text + "0" * (-len(text) % 8)
    return bytes(int(padded[i : i + 8][::-1], 2) for i in range(0, len(padded), 8))
