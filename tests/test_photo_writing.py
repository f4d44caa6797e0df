"""Picture files: what goes out again, and where it is written."""

from __future__ import annotations

import errno
import io
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import numpy as np
import pytest
import tifffile
from disk import room_for
from photo_files import (
    DEPTHS,
    LOSSLESS,
    NOTE,
    WRITTEN,
    noise,
    opened,
    rich_exif,
    saved,
    scene,
)
from PIL import Image

from colorgan import photo
from colorgan.errors import PhotoError
from colorgan.photo import Photo, exif
from colorgan.photo.icc import srgb_profile

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

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
    with (
        pytest.raises(PhotoError, match=r"^a\.png could not be written: File too large"),
        room_for(20_000),
    ):
        photo.write(Photo(noise(200, 300, 3), None, "PNG"), path, NOTE)
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
    with pytest.raises(PhotoError, match=r"^You have no permission to write a\.png there\."):
        photo.write(given, tmp_path / "a.png", NOTE)
    with pytest.raises(PhotoError, match=r"^You have no permission to read a\.png\."):
        photo.read(tmp_path / "a.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.png"]


def test_a_picture_too_wide_for_the_format_is_said_plainly(tmp_path: Path) -> None:
    wide = Photo(np.zeros((1, 20_000, 3), np.uint8), None, "PNG")
    with pytest.raises(PhotoError, match=r"^a\.webp could not be written: .* Try PNG or TIFF\.$"):
        photo.write(wide, tmp_path / "a.webp", NOTE)
