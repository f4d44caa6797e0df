"""IPTC of a photo: read from every place, kept byte by byte or said in XMP."""

from __future__ import annotations

import io
import struct

import pytest
from captions import (
    BLOCK,
    described,
    iptc_block,
    jpeg,
    resource,
    segment,
    text_of,
    with_captions,
)
from photo_files import NOTE, WRITTEN, opened, rich_exif, saved, scene, tiff
from PIL import Image, IptcImagePlugin

from colorgan import photo
from colorgan.photo import Photo, exif, xmp

GREY = scene()[..., 1]


@pytest.mark.parametrize("source", ["JPEG", "TIFF", "PNG"])
def test_iptc_is_read_from_every_format_that_has_a_place_for_it(source: str) -> None:
    got = photo.read(with_captions(source, GREY, BLOCK))
    assert got.iptc == BLOCK and got.notices == ()


def test_iptc_is_read_from_photoshops_part_of_a_tiff_and_from_a_pillow_image() -> None:
    packed = resource(0x0425, bytes(16)) + resource(0x0404, BLOCK)
    data = tiff(GREY, photometric="minisblack", extratags=[(34377, 7, len(packed), packed)])
    assert photo.read(data).iptc == BLOCK
    for source in ("JPEG", "TIFF"):
        image = Image.open(io.BytesIO(with_captions(source, GREY, BLOCK)))
        assert photo.read(image).iptc == BLOCK


@pytest.mark.parametrize("format", WRITTEN)
def test_iptc_comes_back_byte_by_byte(format: str) -> None:
    got = photo.read(photo.encode(Photo(scene(), None, format, iptc=BLOCK), NOTE))
    assert got.iptc == BLOCK


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_pillow_finds_iptc_where_it_has_a_place(format: str) -> None:
    image = opened(photo.encode(Photo(scene(), None, format, iptc=BLOCK), NOTE))
    found = IptcImagePlugin.getiptcinfo(image)
    assert found[2, 120].decode() == "Öğretmen: üçüncü" and found[2, 25] == [b"okul", b"1931"]


@pytest.mark.parametrize("format", ["PNG", "WEBP", "HEIF", "AVIF"])
def test_iptc_is_said_in_xmp_where_it_has_no_place(format: str) -> None:
    packet = opened(photo.encode(Photo(scene(), None, format, iptc=BLOCK), NOTE)).info["xmp"]
    assert text_of(packet, xmp.DC + "description") == ("Öğretmen: üçüncü",)
    assert text_of(packet, xmp.DC + "subject") == ("okul", "1931")
    assert text_of(packet, xmp.PHOTOSHOP + "Headline") == ("Class",)


def test_what_xmp_says_already_is_not_said_otherwise() -> None:
    written = Photo(scene(), None, "WEBP", iptc=BLOCK, xmp=described("in XMP"))
    got = photo.read(photo.encode(written, NOTE))
    assert text_of(got.xmp, xmp.DC + "description") == ("in XMP",)


def test_iptc_of_an_older_character_set_becomes_readable_xmp() -> None:
    block = iptc_block({(2, 120): "Größe"}, "cp1252")
    got = photo.read(photo.encode(Photo(scene(), None, "PNG", iptc=block), NOTE))
    assert text_of(got.xmp, xmp.DC + "description") == ("Größe",) and got.iptc == block


def test_a_date_of_which_only_the_year_is_known_stays_one() -> None:
    block = iptc_block({(2, 55): "19310000"})
    got = photo.read(photo.encode(Photo(scene(), None, "WEBP", iptc=block), NOTE))
    assert text_of(got.xmp, xmp.PHOTOSHOP + "DateCreated") == ("1931",)


def test_long_iptc_goes_on_in_a_second_segment_of_a_jpeg() -> None:
    block = iptc_block({(2, 120): "x" * 30_000, (2, 40): "y" * 30_000, (2, 105): "z" * 30_000})
    data = photo.encode(Photo(scene(), None, "JPEG", iptc=block), NOTE)
    assert photo.read(data).iptc == block
    assert IptcImagePlugin.getiptcinfo(opened(data))[2, 40] == b"y" * 30_000


def test_photoshops_mark_of_copyright_goes_into_xmp() -> None:
    marks = resource(0x040A, b"\1") + resource(0x040B, b"https://archive.example")
    got = photo.read(jpeg(GREY, segment(0xED, b"Photoshop 3.0\0" + marks)))
    assert text_of(got.xmp, xmp.RIGHTS + "Marked") == ("True",)
    assert text_of(got.xmp, xmp.RIGHTS + "WebStatement") == ("https://archive.example",)


def test_captions_of_a_jpeg_2000_are_read() -> None:
    boxes = {
        "be7acfcb97a942e89c71999491e3afac": described("Grandmother"),
        "33c7a4d2b81d4723a0baf1a3e097ad38": BLOCK,
        b"JpgTiffExif->JP2".hex(): rich_exif().removeprefix(exif.PREFIX),
    }
    data = saved(Image.fromarray(GREY), "JPEG2000")
    for name, body in boxes.items():
        data += struct.pack(">L", 24 + len(body)) + b"uuid" + bytes.fromhex(name) + body
    got = photo.read(data)
    assert got.iptc == BLOCK and text_of(got.xmp, xmp.DC + "description") == ("Grandmother",)
    assert exif.fields(got.exif)[0x010F].raw == b"Camera\0"
    assert got.texts == (), "what wrote the file is no caption of the photo"
