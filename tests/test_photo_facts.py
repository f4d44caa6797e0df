"""What rarer files say of their picture: it is read as that of the usual ones."""

from __future__ import annotations

import io
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from captions import described, segment
from photo_files import complaint, png_with, rich_exif, scene

from colorgan import photo
from colorgan.photo import exif, xmp
from colorgan.photo.parts import Text

SCENE = scene()
DEEP = SCENE.astype(np.uint16) * 257
EXIF_TIFF = rich_exif().removeprefix(exif.PREFIX)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", 8 + len(body)) + name + body


def has_captions(got: photo.Photo) -> bool:
    described_so = xmp.texts(got.xmp).get(xmp.DC + "description") == ("Grandmother",)
    return described_so and exif.fields(got.exif)[0x010F].raw == b"Camera\0"


@pytest.mark.parametrize("packed", [False, True])
def test_boxes_of_jpeg_xl_are_read_also_where_they_are_packed(packed: bool) -> None:
    data = imagecodecs.jpegxl_encode(SCENE, lossless=True, usecontainer=True)
    for name, body in ((b"Exif", bytes(4) + EXIF_TIFF), (b"xml ", described("Grandmother"))):
        data += box(b"brob", name + imagecodecs.brotli_encode(body)) if packed else box(name, body)
    got = photo.read(data)
    assert has_captions(got) and got.notices == () and np.array_equal(got.pixels, SCENE)


def test_a_damaged_packed_box_of_jpeg_xl_is_left_out_with_a_word() -> None:
    data = imagecodecs.jpegxl_encode(SCENE, lossless=True, usecontainer=True)
    got = photo.read(data + box(b"brob", b"xml nonsense"))
    assert got.notices == ("A damaged text in the file was left out.",)


def test_animations_in_jpeg_xl_are_refused() -> None:
    data = imagecodecs.jpegxl_encode(np.stack([SCENE, SCENE[::-1]]), photometric="rgb")
    told = "a.jxl is an animation in JPEG XL, which cannot be read. Save it as GIF or WebP."
    assert complaint(data, name="a.jxl") == told


@pytest.mark.parametrize("kind", ["jp2", "j2k"])
def test_comments_of_jpeg_2000_are_read_and_those_of_its_encoders_are_not(kind: str) -> None:
    data = imagecodecs.jpeg2k_encode(SCENE, level=0, codecformat=kind)
    tile = data.index(b"\xff\x90")
    comment = b"\xff\x64" + struct.pack(">HH", 4 + len(b"Box 12"), 1) + b"Box 12"
    assert photo.read(data).texts == ()
    if kind == "jp2":  # whose length would have to change, too
        place = data.index(b"jp2c") - 4
        data = data[:place] + struct.pack(">L", 0) + data[place + 4 :]
    got = photo.read(data[:tile] + comment + data[tile:])
    assert got.texts == (Text("Comment", "Box 12"),)


def test_comments_of_deep_pgm_and_pam_are_read() -> None:
    grey = DEEP[..., 0].astype(">u2").tobytes()
    heads = (
        b"P5\n# Box 12\n40 24\n65535\n",
        b"P7\nWIDTH 40\n# Box 12\nHEIGHT 24\nDEPTH 1\nMAXVAL 65535\nENDHDR\n",
    )
    for head in heads:
        got = photo.read(head + grey)
        assert got.texts == (Text("Comment", "Box 12"),) and got.bits == 16


def test_captions_of_a_jpeg_of_12_bits_and_of_jpeg_ls_are_read() -> None:
    files = (
        imagecodecs.jpeg8_encode(DEEP >> 4, level=95, bitspersample=12),
        imagecodecs.jpegls_encode(SCENE),
    )
    about = segment(0xE1, rich_exif())
    about += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + described("Grandmother"))
    for data in files:
        assert has_captions(photo.read(data[:2] + about + data[2:]))
        damaged = segment(0xE1, b"Exif\0\0nonsense")
        got = photo.read(data[:2] + damaged + data[2:])
        assert got.notices == ("A damaged EXIF block in the file was left out.",)


def test_hdr_is_told_beside_what_was_left_out() -> None:
    data = png_with(DEEP, (b"cICP", bytes([9, 16, 0, 1])), (b"zTXt", b"Title\0\0nonsense"))
    assert photo.read(data).notices == (
        "A damaged text in the file was left out.",
        "It is an HDR picture; it was mapped to ordinary brightness.",
    )


@pytest.mark.parametrize("inside", [0, 1])
def test_a_picture_behind_its_thumbnail_has_its_own_captions_and_the_files(inside: int) -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(
            SCENE[:6, :10], photometric="rgb", subfiletype=1, resolution=(72, 72), metadata=None,
            resolutionunit=2, extratags=[(33432, 2, 0, "Town archive")], subifds=inside,
        )  # fmt: skip
        writer.write(
            SCENE, photometric="rgb", subfiletype=0, resolution=(300, 300), resolutionunit=2,
            description="Grandmother", metadata=None,
        )  # fmt: skip
    got = photo.read(file.getvalue())
    assert np.array_equal(got.pixels, SCENE) and got.dpi == (300.0, 300.0)
    said = exif.fields(got.exif)
    assert said[33432].raw == b"Town archive\0" and said[270].raw == b"Grandmother\0"
