"""What a photo says of its picture: nothing that is no longer true of the upright sRGB result."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from captions import EXIFTOOL, by_exiftool, iptc_block, jpeg, png, resource, segment, xmp_packet
from photo_files import ADOBE_LIKE, NOTE, WRITTEN, opened, png_chunk, saved, scene, tiff
from PIL import ExifTags, Image

from colorgan import photo
from colorgan.photo import Photo, exif, iptc, xmp

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

GREY = scene()[..., 1]  # 40 wide, 24 high


def camera_block(orientation: int) -> bytes:
    """EXIF of a camera that has noted size and colour space in all places."""
    held = Image.Exif()
    held.update({0x010F: "Camera", 0x0100: 40, 0x0101: 24, 0x0102: 8, 0x0112: orientation})
    held.get_ifd(0x8769).update(
        {0xA001: 65535, 0xA002: 40, 0xA003: 24, 0xA500: 2.2, 0x9102: 4.0, 0x9003: "1950:01:02"}
    )
    inner = {1: "R03", 0x1001: [40], 0x1002: [24]}
    return exif.with_fields(held.tobytes(), inner, exif.EXIF, exif.INTEROPERABILITY)


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("orientation", [1, 6])
def test_exif_tells_size_and_colour_space_of_the_result(format: str, orientation: int) -> None:
    data = saved(Image.fromarray(GREY), "JPEG", exif=camera_block(orientation))
    got = photo.read(photo.encode(photo.read(data), NOTE))
    written = photo.encode(Photo(got.pixels, None, format, exif=got.exif), NOTE)
    height, width = got.pixels.shape[:2]
    assert (width, height) == ((40, 24) if orientation == 1 else (24, 40))
    held = opened(written).getexif()
    assert (held.get(0x0100, width), held.get(0x0101, height)) == (width, height)
    inner = held.get_ifd(0x8769)
    assert (inner[0xA001], inner[0xA002], inner[0xA003]) == (1, width, height)
    assert 0xA500 not in inner and 0x9102 not in inner and inner[0x9003] == "1950:01:02"
    other = held.get_ifd(0xA005)
    assert (other[1], other[0x1001], other[0x1002]) == ("R98", width, height)


STORED = {
    "tiff:ImageWidth": "40", "tiff:ImageLength": "24", "tiff:Orientation": "6",
    "tiff:Compression": "5", "tiff:XResolution": "72/1", "exif:PixelXDimension": "40",
    "exif:PixelYDimension": "24", "exif:ColorSpace": "65535",
    "photoshop:ICCProfile": "Adobe RGB (1998)", "photoshop:ColorMode": "1",
    "photoshop:LegacyIPTCDigest": "00", "dc:format": "image/tiff",
}  # fmt: skip


@pytest.mark.parametrize("as_attributes", [False, True])
def test_xmp_tells_size_and_colour_space_of_the_result(as_attributes: bool) -> None:
    elements = "" if as_attributes else "".join(f"<{k}>{v}</{k}>" for k, v in STORED.items())
    attributes = " ".join(f'{k}="{v}"' for k, v in STORED.items()) if as_attributes else ""
    elements += "<tiff:BitsPerSample><rdf:Seq><rdf:li>8</rdf:li></rdf:Seq></tiff:BitsPerSample>"
    elements += "<dc:source>box 3</dc:source><xmp:Thumbnails><rdf:Alt/></xmp:Thumbnails>"
    packet = xmp_packet(elements, attributes)
    got = photo.read(jpeg(GREY, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)))
    assert got.pixels.shape == (40, 24, 3)
    said = {
        name: "".join(texts)
        for name, texts in xmp.texts(opened(photo.encode(got, NOTE)).info["xmp"]).items()
        if not name.startswith((xmp.XMP + "Cre", xmp.IPTC_EXTENSION))
    }
    assert said == {
        xmp.TIFF + "ImageWidth": "24",
        xmp.TIFF + "ImageLength": "40",
        xmp.TIFF + "Orientation": "1",
        xmp.EXIF + "PixelXDimension": "24",
        xmp.EXIF + "PixelYDimension": "40",
        xmp.EXIF + "ColorSpace": "1",
        xmp.PHOTOSHOP + "ICCProfile": "sRGB built-in",
        xmp.PHOTOSHOP + "ColorMode": "3",
        xmp.DC + "format": "image/jpeg",
        xmp.DC + "source": "box 3",
    }


COMPANIONS = (
    "<Container:Directory><rdf:Seq><rdf:li rdf:parseType='Resource'><Container:Item "
    "Item:Semantic='GainMap' Item:Length='2537'/></rdf:li></rdf:Seq></Container:Directory>"
    "<HDRGainMap:HDRGainMapVersion>65536</HDRGainMap:HDRGainMapVersion>"
    "<GCamera:MotionPhoto>1</GCamera:MotionPhoto><dc:source>box 3</dc:source>"
)


@pytest.mark.parametrize("format", WRITTEN)
def test_pictures_that_are_not_written_again_are_not_named(format: str) -> None:
    packet = xmp_packet(COMPANIONS, 'hdrgm:Version="1.0" GCamera:MicroVideoOffset="99"')
    data = saved(Image.fromarray(scene()), "JPEG", xmp=packet)
    got = photo.read(data)
    back = opened(photo.encode(Photo(got.pixels, None, format, xmp=got.xmp), NOTE)).info["xmp"]
    assert xmp.texts(back)[xmp.DC + "source"] == ("box 3",)
    for word in (b"GainMap<", b"hdrgm:Version", b"Semantic", b"MotionPhoto", b"MicroVideo"):
        assert word not in back
    assert b"MPF\0" not in data


def test_iptc_that_describes_the_stored_picture_is_pruned() -> None:
    stored: dict[tuple[int, int], str | list[str]] = {
        (2, 120): "caption", (2, 130): "1M", (2, 131): "L", (2, 202): "preview", (3, 20): "40",
        (2, 105): "headline",
    }  # fmt: skip
    packed = resource(0x0404, iptc_block(stored)) + resource(0x040C, b"thumbnail")
    packed += resource(0x03ED, struct.pack(">LHHLHH", 72 << 16, 1, 1, 72 << 16, 1, 1))
    packed += resource(0x040F, ADOBE_LIKE)
    data = photo.encode(photo.read(jpeg(GREY, segment(0xED, b"Photoshop 3.0\0" + packed))), NOTE)
    said = {(one.record, one.number): one.value for one in iptc.datasets(photo.read(data).iptc)}
    assert said == {(1, 90): b"\x1b%G", (2, 120): b"caption", (2, 105): b"headline"}
    assert set(opened(data).info["photoshop"]) == {0x0404}


def test_a_tiff_loses_what_describes_its_raw_pixels() -> None:
    tags = [(50706, 1, 4, b"\1\4\0\0"), (33432, 2, 0, "Town archive")]
    data = photo.encode(photo.read(tiff(GREY, photometric="minisblack", extratags=tags)), NOTE)
    held = opened(data).tag_v2
    assert 50706 not in held and held[33432] == "Town archive"
    assert 270 not in held, "the shape of a grey array is none of a coloured one"


# Resolution


def without_unit(unit: int | None, across: float = 1.0) -> bytes:
    fields = {exif.X_RESOLUTION: across, exif.Y_RESOLUTION: across, 0x0132: "1938:06:01 12:00:00"}
    block = exif.with_fields(b"", fields)
    return block if unit is None else exif.with_fields(block, {exif.RESOLUTION_UNIT: [unit]})


@pytest.mark.parametrize("unit", [1, 2, 3, None])
@pytest.mark.parametrize("format", WRITTEN)
def test_one_dot_an_inch_is_no_resolution(format: str, unit: int | None) -> None:
    got = photo.read(jpeg(GREY, exif=without_unit(unit)))
    assert got.dpi is None
    back = opened(photo.encode(Photo(got.pixels, None, format, exif=got.exif), NOTE))
    held = back.getexif()
    assert held.get(296, 1) == 1 and (held.get(282) is None or format == "TIFF")
    assert held[0x0132] == "1938:06:01 12:00:00"
    assert back.info.get("dpi", (72, 72)) in ((72, 72), (72.0, 72.0)), "what Pillow takes for none"


def test_a_bare_ratio_is_no_resolution() -> None:
    data = bytearray(jpeg(GREY))
    assert data[6:11] == b"JFIF\0"
    data[13:18] = struct.pack(">BHH", 0, 300, 150)
    assert photo.read(bytes(data)).dpi is None
    assert photo.read(jpeg(GREY, exif=without_unit(1, 300.0))).dpi is None
    aspect = png(GREY, png_chunk(b"pHYs", struct.pack(">LLB", 11811, 11811, 0)))
    assert photo.read(aspect).dpi is None


@pytest.mark.parametrize("format", WRITTEN)
def test_a_resolution_with_a_unit_stays(format: str) -> None:
    for got in (
        photo.read(jpeg(GREY, exif=without_unit(2, 600.0))),
        photo.read(jpeg(GREY, exif=without_unit(None, 600.0))),
        photo.read(saved(Image.fromarray(GREY), "JPEG", dpi=(600, 600))),
        photo.read(saved(Image.fromarray(GREY), "PNG", dpi=(600, 600))),
    ):
        assert got.dpi == (600, 600)
        held = opened(
            photo.encode(Photo(got.pixels, None, format, exif=got.exif, dpi=got.dpi), NOTE)
        ).getexif()
        assert (held[282], held[283], held[296]) == (600, 600, 2)


# Another program's word


@pytest.mark.skipif(not EXIFTOOL, reason="ExifTool is not on the path")
def test_exiftool_finds_nothing_untrue(tmp_path: Path) -> None:
    packet = xmp_packet(COMPANIONS, 'exif:PixelXDimension="40" tiff:Orientation="6"')
    data = saved(Image.fromarray(scene()), "JPEG", exif=camera_block(6), xmp=packet,
                 icc_profile=ADOBE_LIKE)  # fmt: skip
    got = photo.read(data)
    for format in WRITTEN:
        given = Photo(got.pixels, None, format, exif=got.exif, xmp=got.xmp)
        (tmp_path / f"a{photo.suffix(given)}").write_bytes(photo.encode(given, NOTE))
    for name, said in by_exiftool(tmp_path, "-n").items():
        assert "ExifTool:Warning" not in said, (name, said.get("ExifTool:Warning"))
        assert (said["ExifIFD:ExifImageWidth"], said["ExifIFD:ExifImageHeight"]) == (24, 40), name
        assert said["XMP-exif:ExifImageWidth"] == 24 and said["XMP-tiff:Orientation"] == 1
        assert said["ExifIFD:ColorSpace"] == 1 and said["InteropIFD:InteropIndex"] == "R98"
        assert said.get("IFD0:Orientation", 1) == 1
        assert not [tag for tag in said if "GainMap" in tag or "Directory" in tag[:13]], name


def test_a_thumbnail_of_the_grey_photo_is_not_found() -> None:
    small = saved(Image.fromarray(GREY).resize((8, 8)), "JPEG")
    first = struct.pack("<HHHL4sL", 1, 0x010F, 2, 4, b"Cam", 26)
    second = struct.pack("<HHHLLHHLLL", 2, 513, 4, 1, 56, 514, 4, 1, len(small), 0)
    data = jpeg(GREY, exif=b"Exif\0\0II*\0\x08\0\0\0" + first + second + small)
    assert opened(data).getexif().get_ifd(ExifTags.IFD.IFD1)[514] == len(small), (
        "it is there before"
    )
    after = opened(photo.encode(photo.read(data), NOTE)).getexif()
    assert not after.get_ifd(ExifTags.IFD.IFD1) and after[0x010F] == "Cam"
