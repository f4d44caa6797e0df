"""Files that are damaged beside the pixels are read with a notice; none that lack pixels are."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from captions import described, iptc_block, jpeg, png, resource, segment
from photo_files import (
    ADOBE_LIKE,
    NOTE,
    WRITTEN,
    complaint,
    noise,
    png_chunk,
    rich_exif,
    saved,
    scene,
    tiff,
)
from PIL import Image

from colorgan import photo
from colorgan.photo import exif
from colorgan.photo.parts import Text

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

GREY = scene(64, 96)[..., 1]
TEXT = "A damaged text in the file was left out."
PROFILE = "A damaged colour profile in the file was left out."
XMP = "A damaged XMP packet in the file was left out."
EXIF = "A damaged EXIF block in the file was left out."
IPTC = "A damaged IPTC block in the file was left out."
DESCRIPTION = "A damaged part of the description in the file was left out."
INCOMPLETE = "photo is damaged or incomplete. Copy or download it again."


HALF_A_BLOCK = iptc_block({(2, 5): "x"})[:-1]


def wrong_checksum(chunk: bytes) -> bytes:
    return chunk[:-1] + bytes([chunk[-1] ^ 1])


# PNG


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    ("chunk", "notice"),
    [
        (wrong_checksum(png_chunk(b"tEXt", b"Title\0lost")), TEXT),
        (wrong_checksum(png_chunk(b"iTXt", b"Title\0\0\0\0\0lost")), TEXT),
        (png_chunk(b"zTXt", b"Title\0\0" + zlib.compress(b"lost" * 99)[:-9]), TEXT),
        (png_chunk(b"iTXt", b"Title\0\1\0\0\0no zlib"), TEXT),
        (png_chunk(b"iTXt", b"Title\0\1"), TEXT),
        (wrong_checksum(png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(200)))), PROFILE),
        (png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(200))[:-6]), PROFILE),
        (wrong_checksum(png_chunk(b"gAMA", struct.pack(">L", 45455))), PROFILE),
        (wrong_checksum(png_chunk(b"eXIf", rich_exif()[6:])), EXIF),
        (png_chunk(b"eXIf", b"junk"), EXIF),
        (png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta"), XMP),
        (wrong_checksum(png_chunk(b"tRNS", b"\0\1")),
         "A damaged note on transparency in the file was left out."),
        (wrong_checksum(png_chunk(b"pHYs", struct.pack(">LLB", 9, 9, 1))),
         "A damaged note on resolution in the file was left out."),
        (wrong_checksum(png_chunk(b"tIME", bytes(7))),
         "A damaged part that the picture does not need in the file was left out."),
    ],
)  # fmt: skip
def test_a_png_with_a_damaged_part_is_read_without_it(
    chunk: bytes, notice: str, deep: bool
) -> None:
    pixels = GREY.astype(np.uint16) * 257 if deep else GREY
    good = png_chunk(b"tEXt", b"Comment\0kept")
    got = photo.read(png(pixels, chunk, good))
    assert np.array_equal(got.pixels[..., 0], pixels) and got.bits == (16 if deep else 8)
    assert got.notices == (notice,) and got.texts == (Text("Comment", "kept"),)
    assert photo.read(photo.encode(got, NOTE)).notices == ()


def test_a_long_profile_of_a_png_is_used() -> None:
    padded = ADOBE_LIKE + bytes(2 << 20)
    profile = struct.pack(">L", len(padded)) + padded[4:]
    chunk = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))
    got = photo.read(png(scene(), chunk))
    short = photo.read(saved(Image.fromarray(scene()), "PNG", icc_profile=ADOBE_LIKE))
    assert np.array_equal(got.pixels, short.pixels) and got.notices == ()


def test_texts_beyond_all_measure_are_left_out_and_good_ones_kept() -> None:
    bomb = png_chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(99 << 20)))
    good = png_chunk(b"tEXt", b"Comment\0kept")
    got = photo.read(png(GREY, bomb, bomb, good))
    assert got.texts == (Text("Comment", "kept"),)
    assert got.notices == ("Texts in the file of more than 16 MB were left out.",)


def pieces(data: bytes) -> list[bytes]:
    """The chunks of a PNG."""
    found, at = [], 8
    while at < len(data):
        size = 12 + int.from_bytes(data[at : at + 4], "big")
        found.append(data[at : at + size])
        at += size
    return found


@pytest.mark.parametrize("deep", [False, True])
def test_a_png_that_only_lacks_its_end_is_read(deep: bool) -> None:
    pixels = noise(40, 50) if deep else GREY
    data = png(pixels)
    for end in (-12, -13, -16):  # without IEND, and with part of the checksum before it
        got = photo.read(data[:end])
        assert np.array_equal(got.pixels[..., 0], pixels) and got.notices == ()
    assert np.array_equal(photo.read(data + b"more" * 99).pixels[..., 0], pixels)
    for end in (-30, -len(data) // 2):
        assert complaint(data[:end]) == INCOMPLETE


@pytest.mark.parametrize("deep", [False, True])
def test_pixels_are_trusted_by_their_own_checksum(deep: bool) -> None:
    pixels = noise(40, 50) if deep else GREY
    data = png(pixels)
    start = data.index(b"IDAT")
    size = int.from_bytes(data[start - 4 : start], "big")
    check = start + 4 + size
    wrong = data[:check] + b"\0\0\0\0" + data[check + 4 :]
    assert np.array_equal(photo.read(wrong).pixels[..., 0], pixels)
    hit = start + 4 + size // 2
    assert complaint(data[:hit] + bytes([data[hit] ^ 255]) + data[hit + 1 :]) == INCOMPLETE


def test_a_damaged_header_or_palette_is_no_detail() -> None:
    data = saved(Image.fromarray(scene()).convert("P"), "PNG")
    for name in (b"IHDR", b"PLTE"):
        broken = [wrong_checksum(each) if each[4:8] == name else each for each in pieces(data)]
        assert complaint(data[:8] + b"".join(broken)) == INCOMPLETE


# JPEG


@pytest.mark.parametrize(
    ("bad", "notice"),
    [
        (segment(0xE1, b"Exif\0\0junk"), EXIF),
        (segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta"), XMP),
        (segment(0xED, b"Photoshop 3.0\0junk"), IPTC),
        (segment(0xED, b"Photoshop 3.0\0" + resource(0x0404, HALF_A_BLOCK)), IPTC),
        (segment(0xE2, b"ICC_PROFILE\0\1\2half"), PROFILE),
        (segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff"), DESCRIPTION),
        (segment(0xE1, b""), None),
        (b"\xff\xe1\0\0", DESCRIPTION),
        (b"\xff\xe1\xff\xffExif\0\0cut off",
         DESCRIPTION),
        (b"\xff\xfe\0\x05long comment",
         DESCRIPTION),
    ],
)  # fmt: skip
def test_a_jpeg_with_a_damaged_segment_is_read_without_it(bad: bytes, notice: str | None) -> None:
    wanted = photo.read(jpeg(GREY)).pixels
    good = segment(0xFE, b"kept")
    got = photo.read(jpeg(GREY, bad, good))
    assert np.array_equal(got.pixels, wanted)
    assert got.texts == (Text("Comment", "kept"),)
    assert got.notices == ((notice,) if notice else ())


KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "optimized": {"optimize": True},
    "with restarts": {"restart_marker_blocks": 5},
    "in colour": {"quality": 90},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_jpeg_that_only_lacks_its_end_marker_is_read(kind: str) -> None:
    pixels = scene(64, 96) if kind == "in colour" else GREY
    data = jpeg(pixels, **KINDS[kind])
    wanted = photo.read(data).pixels
    for cut in (data[:-2], data[:-1], data[:-2] + b"\0\0", data[:-2] + bytes(9999)):
        got = photo.read(cut)
        assert np.array_equal(got.pixels, wanted) and got.notices == ()
    assert np.array_equal(photo.read(data + b"more" * 99).pixels, wanted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", [b"", bytes(999)], ids=["cut", "filled with zeros"])
def test_a_jpeg_that_lacks_pixels_is_refused(kind: str, tail: bytes) -> None:
    rough = np.random.default_rng(3).integers(0, 255, (8, 12, 3), np.uint8)
    picture = Image.fromarray(rough).resize((96, 64), Image.Resampling.BICUBIC)
    data = saved(picture if kind == "in colour" else picture.convert("L"), "JPEG", **KINDS[kind])
    start = data.index(b"\xff\xda") + 20
    for length in [*range(start, len(data) - 8, 97), len(data) - 8]:
        assert complaint(data[:length] + tail) == INCOMPLETE, len(data) - length


def test_half_a_jpeg_is_refused_though_a_program_has_put_an_end_to_it() -> None:
    pixels = noise(64, 96, 3, dtype=np.uint8)
    for share in (0.3, 0.5, 0.9):
        for options in ({"progressive": share < 0.9}, {"subsampling": "4:4:4"}):
            data = saved(Image.fromarray(pixels), "JPEG", **options)
            assert complaint(data[: int(share * len(data))] + b"\xff\xd9") == INCOMPLETE


def test_a_grey_corner_is_no_missing_one() -> None:
    flat = np.full((64, 96), 128, np.uint8)
    for data in (jpeg(flat), jpeg(flat, progressive=True), jpeg(flat)[:-2]):
        assert np.array_equal(photo.read(data).pixels[..., 0], flat)


# Other formats


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "PNG", "HEIF", "AVIF"])
def test_exif_with_a_damaged_text_keeps_the_others(format: str) -> None:
    block = exif.with_fields(b"", {315: "Photographer", 33432: "Town archive"})
    at = block.index(struct.pack("<HHL", 315, 2, 13))
    block = block[: at + 8] + struct.pack("<L", 1 << 30) + block[at + 12 :]
    got = photo.read(saved(Image.fromarray(scene()), format, exif=block))
    assert got.notices == (TEXT,)
    again = photo.read(photo.encode(replace(got, format="TIFF"), NOTE))
    assert exif.fields(again.exif)[33432].raw == b"Town archive\0" and again.notices == ()


def test_a_webp_with_damaged_captions_is_read_without_them() -> None:
    image = Image.fromarray(scene())
    got = photo.read(saved(image, "WEBP", lossless=True, exif=b"Exif\0\0junk", xmp=b"<x:xmpmeta"))
    assert np.array_equal(got.pixels, scene()) and set(got.notices) == {EXIF, XMP}
    whole = saved(image, "WEBP", lossless=True, exif=rich_exif(), xmp=described("x" * 999))
    got = photo.read(whole[:-500])
    assert np.array_equal(got.pixels, scene()) and got.notices == (TEXT,)
    assert exif.is_readable(got.exif) and got.xmp == b""


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_with_a_damaged_text_is_read_without_it(dtype: Any) -> None:
    pixels = noise(16, 20, dtype=dtype)
    tags = [(315, 2, 0, "Photographer"), (33432, 2, 0, "Town archive")]
    data = bytearray(tiff(pixels, photometric="minisblack", metadata=None, extratags=tags))
    at = data.index(struct.pack("<HHL", 315, 2, 13))
    data[at + 8 : at + 12] = struct.pack("<L", 1 << 30)  # it stands behind the end of the file
    got = photo.read(bytes(data))
    assert np.array_equal(got.pixels[..., 0], pixels) and got.notices == (TEXT,)
    assert exif.fields(got.exif)[33432].raw == b"Town archive\0"


@pytest.mark.parametrize("format", ["HEIF", "AVIF"])
def test_other_formats_with_damaged_xmp_are_read_without_it(format: str) -> None:
    got = photo.read(saved(Image.fromarray(scene()), format, xmp=b"<x:xmpmeta"))
    assert got.xmp == b"" and got.notices == (XMP,)


def test_a_photo_without_faults_has_no_notices() -> None:
    for format in ("JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF", "GIF", "BMP"):
        assert photo.read(saved(Image.fromarray(scene()), format)).notices == ()


# All of it at once

BLOCKS = (
    (0xE1, exif.with_user_comment(rich_exif(), "back: 1931")),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + described("Grandmother")),
    (0xED, b"Photoshop 3.0\0" + resource(0x0404, iptc_block({(2, 120): "caption"}))),
    (0xE2, b"ICC_PROFILE\0\1\1" + ADOBE_LIKE[:200]),
    (0xE2, b"MPF\0II*\0\x08\0\0\0\1\0\0\xb0\7\0\4\0\0\x000100\0\0\0\0"),
    (0xFE, b"glass plate"),
)
HITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4)


@hypothesis.given(hits=st.tuples(*[HITS] * len(BLOCKS)), format=st.sampled_from(WRITTEN))
@hypothesis.settings(max_examples=150, deadline=None)
def test_no_damage_to_captions_stops_a_whole_picture(
    hits: tuple[list[tuple[float, int]], ...], format: str
) -> None:
    segments = []
    for (marker, block), places in zip(BLOCKS, hits, strict=True):
        body = bytearray(block)
        for place, value in places:
            body[int(place * len(body))] = value
        segments.append(segment(marker, bytes(body)))
    got = photo.read(jpeg(GREY[:16, :16], *segments))
    assert 16 in (got.height, got.width)
    again = photo.read(photo.encode(replace(got, format=format), NOTE))
    assert (again.height, again.width) == (got.height, got.width)
