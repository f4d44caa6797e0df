"""Picture files: what is refused, and in which words."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import imagecodecs
import numpy as np
import pytest
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
from colorgan.errors import PhotoError
from colorgan.photo import Photo, exif

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")


@pytest.mark.parametrize(
    "data",
    [b"hello", b"<note>Dear all</note>", b"RIFF\0\0\0\0WAVE", bytes(999)],
)
def test_bytes_that_are_no_photo_are_named_with_the_formats_that_are(data: bytes) -> None:
    assert complaint(data, name="a.jpg") == (
        "a.jpg is not a photo that can be read. Use JPEG, PNG, TIFF, WebP, HEIC or AVIF."
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n", "a PDF document. Save it as JPEG, PNG or TIFF."),
        (b"8BPS\0\1", "a Photoshop file. Save it as JPEG, PNG or TIFF."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript drawing. Save it as JPEG, PNG or TIFF."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing. Save it as"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<svg>", "an SVG drawing. Save it as"),
        (b"\n<!DOCTYPE html>\n<html>", "a web page. Download the photo itself."),
        (b"<html><body><svg></svg>", "a web page. Download the photo itself."),
        (b"RIFF\0\0\0\0AVI ", "a video. Save one picture of it as JPEG or PNG."),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isom", "a video. Save one picture of it"),
        (b"\0\0\0\x14ftypqt  ", "a video. Save one picture of it"),
        (b"\x1a\x45\xdf\xa3", "a video. Save one picture of it"),
        (b"PK\3\4", "a packed archive. Unpack it first."),
        (b"\0\5\x16\7\0\2", "what macOS keeps beside a file. Choose the file itself."),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS. Fetch"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "a raw camera file. Develop it first, to TIFF or JPEG."),
        (b"FUJIFILMCCD-RAW 0201FF", "a raw camera file. Develop it first,"),
        (b"IIRO\x08\0\0\0", "a raw camera file. Develop it first,"),
        (b"IIU\0\x18\0\0\0", "a raw camera file. Develop it first,"),
        (b"II*\0\x10\0\0\0CR\2\0", "a raw camera file. Develop it first,"),
    ],
)
def test_files_of_other_kinds_are_named_for_what_they_are(data: bytes, what: str) -> None:
    assert complaint(data + bytes(50), name="a.jpg").startswith(f"a.jpg is {what}")


def test_a_path_without_a_photo_is_told_by_what_lies_there(tmp_path: Path) -> None:
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
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(photo.read, [HALVES["TIFF"]] * 80))) == 80
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


def test_channels_that_the_file_does_not_have_are_refused() -> None:
    data = tiff(np.ones((4, 4), np.uint16), photometric="minisblack")
    named = struct.pack("<HHII", 262, 3, 1, 1)  # the tag that names black and white
    assert named in data
    data = data.replace(named, struct.pack("<HHII", 262, 3, 1, 2))  # RGB
    assert "pixels of 1 channels" in complaint(data)


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

    monkeypatch.setattr("colorgan.photo.reading.to_srgb", run_out)
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
