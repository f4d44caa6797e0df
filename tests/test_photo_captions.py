"""Captions of a photo: each of them comes out again, in every format, for other programs too."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tifffile
import torch
from captions import (
    BLOCK,
    EXIFTOOL,
    by_exiftool,
    described,
    iptc_block,
    jpeg,
    opened_png,
    png,
    segment,
    text_of,
    xmp_packet,
)
from photo_files import NOTE, WRITTEN, opened, png_chunk, rich_exif, saved, scene, tiff
from PIL import Image

from colorgan import photo
from colorgan.color.pixels import full_lightness, to_pixels
from colorgan.photo import Photo, exif, xmp
from colorgan.photo.parts import Text

GREY = scene()[..., 1]
needs_exiftool = pytest.mark.skipif(not EXIFTOOL, reason="ExifTool is not on the path")


# XMP


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("source", ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "AVIF", "HEIF"])
def test_xmp_of_every_format_goes_into_every_other_with_the_note(source: str, format: str) -> None:
    packet = described("Grandmother")
    if source == "TIFF":
        data = tiff(GREY, photometric="minisblack", extratags=[(700, 1, len(packet), packet)])
    elif source == "GIF":
        trailer = bytes([1, *range(255, -1, -1), 0])
        extension = b"!\xff\x0bXMP DataXMP" + packet + trailer
        data = saved(Image.fromarray(GREY), "GIF")[:-1] + extension + b";"
    else:
        data = saved(Image.fromarray(scene()), source, xmp=packet)
        if source == "PNG":
            data = png(GREY, png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    got = photo.read(data)
    back = opened(photo.encode(replace(got, format=format), NOTE)).info["xmp"]
    assert text_of(back, xmp.DC + "description") == ("Grandmother",)
    assert text_of(back, xmp.XMP + "CreatorTool") == (NOTE,)
    assert text_of(back, xmp.IPTC_EXTENSION + "DigitalSourceType")[0].endswith("Media")


def test_another_tools_name_stays_in_xmp_and_an_older_note_of_ours_does_not() -> None:
    for tool, wanted in (("Adobe Photoshop 7.0", "Adobe Photoshop 7.0"), ("Restored by colorgan "
                         "0.1.0, model x.", NOTE)):  # fmt: skip
        packet = xmp_packet("<dc:source>box 3</dc:source>", f'xmp:CreatorTool="{tool}"')
        packet = packet.replace(
            b"</rdf:Des", b"<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/"
            b"digitalsourcetype/print</Iptc4xmpExt:DigitalSourceType></rdf:Des"
        )  # fmt: skip
        data = photo.encode(Photo(scene(), None, "JPEG", xmp=packet), NOTE)
        back = opened(data).info["xmp"]
        assert text_of(back, xmp.XMP + "CreatorTool") == (wanted,)
        assert text_of(back, xmp.DC + "source") == ("box 3",)
        (source,) = text_of(back, xmp.IPTC_EXTENSION + "DigitalSourceType")
        assert source.endswith("compositeWithTrainedAlgorithmicMedia")
        assert opened(data).getexif()[exif.PROCESSING_SOFTWARE] == NOTE


def extended_jpeg(short: bytes, long: bytes, name: str, pieces: int = 2) -> bytes:
    size = -(-len(long) // pieces)
    parts = [(at, long[at : at + size]) for at in range(0, len(long), size)]
    head = b"http://ns.adobe.com/xmp/extension/\0" + name.encode() + struct.pack(">L", len(long))
    segments = [segment(0xE1, head + struct.pack(">L", at) + piece) for at, piece in parts]
    first = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + short)
    return jpeg(GREY, first, *segments[::-1])


@pytest.mark.parametrize("as_attribute", [False, True])
def test_extended_xmp_is_joined(as_attribute: bool) -> None:
    long = described("dear mother " * 6000)
    name = hashlib.md5(long).hexdigest().upper()
    short = (
        xmp_packet("", f'xmpNote:HasExtendedXMP="{name}"')
        if as_attribute
        else xmp_packet(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")
    )
    got = photo.read(extended_jpeg(short, long, name))
    assert text_of(got.xmp, xmp.DC + "description") == ("dear mother " * 6000,)
    assert b"HasExtendedXMP" not in got.xmp and got.notices == ()
    back = opened(photo.encode(replace(got, format="PNG"), NOTE)).info["xmp"]
    assert text_of(back, xmp.DC + "description") == ("dear mother " * 6000,)


def test_an_extended_packet_that_is_not_all_there_leaves_no_reference() -> None:
    long = described("dear mother " * 6000)
    name = hashlib.md5(long).hexdigest().upper()
    short = xmp_packet("<dc:source>box</dc:source>", f'xmpNote:HasExtendedXMP="{name}"')
    data = extended_jpeg(short, long, name)
    lost = data.index(b"http://ns.adobe.com/xmp/extension/") - 4
    size = struct.unpack(">H", data[lost + 2 : lost + 4])[0]
    got = photo.read(data[:lost] + data[lost + 2 + size :])
    assert text_of(got.xmp, xmp.DC + "source") == ("box",) and b"HasExtended" not in got.xmp
    assert got.notices == ("A damaged extended XMP packet in the file was left out.",)


def test_xmp_too_long_for_a_jpeg_is_written_as_an_extended_packet() -> None:
    packet = xmp.added(described("dear mother " * 20_000), {xmp.DC + "source": xmp.Text("box 3")})
    data = photo.encode(Photo(scene(), None, "JPEG", xmp=packet), NOTE)
    short = opened(data).info["xmp"]
    assert text_of(short, xmp.DC + "source") == ("box 3",), "short captions stay where all look"
    (name,) = text_of(short, xmp.NOTE + "HasExtendedXMP")
    assert name.encode() in data.partition(b"http://ns.adobe.com/xmp/extension/\0")[2][:32]
    got = photo.read(data)
    assert text_of(got.xmp, xmp.DC + "description") == ("dear mother " * 20_000,)
    assert text_of(got.xmp, xmp.XMP + "CreatorTool") == (NOTE,)


def test_xmp_in_other_spellings_is_carried() -> None:
    wide = described("Größe").decode().encode("utf-16")
    got = photo.read(saved(Image.fromarray(scene()), "WEBP", xmp=wide))
    assert text_of(got.xmp, xmp.DC + "description") == ("Größe",)
    about = described("x").replace(b'rdf:about=""', b'rdf:about="uuid:1&amp;2"')
    added = xmp.added(about, {xmp.DC + "source": xmp.Text("<b> & \x00")})
    assert added.count(b'rdf:about="uuid:1&amp;2"') == 2, "one packet speaks of one thing"
    assert text_of(added, xmp.DC + "source") == ("<b> & \ufffd",)


@pytest.mark.parametrize(
    "packet",
    [b"", b"junk", b"<a/>", b"<a>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe<\0",
     b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"],
)  # fmt: skip
def test_what_is_no_xmp_is_left_as_it_is(packet: bytes) -> None:
    assert xmp.changed(packet, lambda name, value: None) == packet
    assert xmp.texts(packet) == {}
    if packet:
        assert xmp.added(packet, {xmp.DC + "source": xmp.Text("x")}) == packet


# Comments and texts


def test_comments_are_read_from_jpeg_gif_and_pnm() -> None:
    two = jpeg(GREY, segment(0xFE, "Öğretmen".encode()), segment(0xFE, "Größe".encode("cp1252")))
    assert photo.read(two).texts == (Text("Comment", "Öğretmen"), Text("Comment", "Größe"))
    gif = saved(Image.fromarray(GREY), "GIF", comment=b"plate 7")
    late = gif[:-1] + b"!\xfe\x04late\x00;"
    assert [each.text for each in photo.read(late).texts] == ["plate 7", "late"]
    pgm = b"P5\n# box 12\n4 2\n# folder 4\n255\n" + bytes(range(8))
    assert [each.text for each in photo.read(pgm).texts] == ["box 12", "folder 4"]


TEXTS = (
    Text("Title", "School class"),
    Text("Description", "Öğretmen: üçüncü sıra", "tr", "Açıklama"),
    Text("Comment", "glass plate"),
    Text("Folder", "4"),
)


def test_png_texts_are_read_in_all_three_forms() -> None:
    got = photo.read(
        png(
            GREY,
            png_chunk(b"tEXt", b"Title\0School class"),
            png_chunk(
                b"iTXt",
                b"Description\0\1\0tr\0"
                + "Açıklama".encode()
                + b"\0"
                + zlib.compress("Öğretmen: üçüncü sıra".encode()),
            ),
            png_chunk(b"tEXt", b"Comment\0glass plate"),
            png_chunk(b"zTXt", b"Folder\0\0" + zlib.compress(b"4")),
            png_chunk(b"tEXt", b"Thumb::Image::Width\x0064"),
        )
    )
    assert got.texts == TEXTS


def test_a_png_keeps_its_texts_with_keyword_and_language() -> None:
    data = photo.encode(Photo(scene(), None, "PNG", texts=TEXTS), NOTE)
    assert photo.read(data).texts == TEXTS
    found = opened_png(data)
    assert found["Title"] == "School class" and found["Comment"] == "glass plate"
    assert (found["Description"].lang, found["Description"].tkey) == ("tr", "Açıklama")


@pytest.mark.parametrize("format", [each for each in WRITTEN if each != "PNG"])
def test_texts_go_where_other_programs_look_for_them(format: str) -> None:
    image = opened(photo.encode(Photo(scene(), None, format, texts=TEXTS), NOTE))
    packet = image.info["xmp"]
    assert text_of(packet, xmp.DC + "title") == ("School class",)
    assert "Öğretmen: üçüncü sıra" in text_of(packet, xmp.DC + "description")
    if format == "JPEG":
        assert image.info["comment"] == b"Folder: 4"
    else:
        comment = image.getexif().get_ifd(0x8769)[exif.USER_COMMENT]
        assert comment == b"ASCII\0\0\0glass plate\nFolder: 4"


@pytest.mark.parametrize("text", ["plate 7", "Öğretmen", "写真"])
def test_a_comment_does_not_replace_the_photographers(text: str) -> None:
    for order in (b"II*\0\x08\0\0\0" + bytes(6), b"MM\0*\0\0\0\x08" + bytes(6)):
        block = exif.with_user_comment(b"Exif\0\0" + order, text)
        assert exif.user_comment(block) == text
        given = Photo(scene(), None, "WEBP", exif=block, texts=(Text("Comment", "back"),))
        got = photo.read(photo.encode(given, NOTE))
        assert exif.user_comment(got.exif) == text
        assert text_of(got.xmp, xmp.DYNAMIC_MEDIA + "logComment") == ("back",)
        again = photo.read(photo.encode(replace(got, texts=given.texts), NOTE))
        assert text_of(again.xmp, xmp.DYNAMIC_MEDIA + "logComment") == ("back",), "once is enough"


def test_a_short_comment_is_no_part_of_a_longer_one() -> None:
    block = exif.with_user_comment(b"", "back: 1931")
    given = Photo(scene(), None, "WEBP", exif=block, texts=(Text("Comment", "1931"),))
    got = photo.read(photo.encode(given, NOTE))
    assert text_of(got.xmp, xmp.DYNAMIC_MEDIA + "logComment") == ("1931",)


def test_a_long_text_is_kept_and_pillow_can_read_the_result() -> None:
    text = "edit history line, " * 200_000  # 3.8 MB: Pillow refuses such a PNG
    data = png(GREY, png_chunk(b"zTXt", b"history\0\0" + zlib.compress(text.encode())))
    got = photo.read(data)
    assert got.texts == (Text("history", text),) and got.notices == ()
    assert opened_png(photo.encode(got, NOTE))["history"] == text


def test_texts_of_exif_too_long_for_a_jpeg_go_into_xmp() -> None:
    block = exif.with_user_comment(rich_exif(), "dear mother " * 6000)
    block = exif.with_fields(block, {exif.IMAGE_DESCRIPTION: "y" * 3000})
    got = photo.read(photo.encode(Photo(scene(), None, "JPEG", exif=block), NOTE))
    assert exif.fields(got.exif)[exif.IMAGE_DESCRIPTION].raw == b"y" * 3000 + b"\0"
    assert text_of(got.xmp, xmp.EXIF + "UserComment") == (("dear mother " * 6000).strip(),)


def test_captions_of_a_tiff_are_read_by_tifffile() -> None:
    given = Photo(scene(), None, "TIFF", exif=rich_exif(), iptc=BLOCK, xmp=described("XMP"))
    with tifffile.TiffFile(io.BytesIO(photo.encode(given, NOTE))) as file:
        tags = file.pages[0].tags
        assert bytes(tags[33723].value) == BLOCK and b"XMP" in tags[700].value
        assert tags[0x0131].value == "Scanner 1"


# Pages and frames


def test_each_page_of_a_tiff_keeps_its_own_captions(tmp_path: Path) -> None:
    blocks = [iptc_block({(2, 120): f"page {number}"}) for number in (1, 2)]
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for block in blocks:
            writer.write(GREY, photometric="minisblack", metadata=None,
                         extratags=[(33723, 7, len(block), block)])  # fmt: skip
    pages = photo.read_pages(file.getvalue())
    path = photo.write_pages(pages, tmp_path / "a.tif", NOTE).path
    with tifffile.TiffFile(path) as written:
        assert [bytes(page.tags[33723].value) for page in written.pages] == blocks


@pytest.mark.parametrize("format", ["GIF", "PNG"])
def test_an_animation_keeps_its_captions_and_loses_its_damaged_ones(
    format: str, tmp_path: Path
) -> None:
    frames = [Image.fromarray(np.roll(GREY, shift, axis=0)) for shift in (0, 9)]
    data = saved(frames[0], format, save_all=True, append_images=frames[1:], duration=100)
    if format == "GIF":
        data = data[:-1] + b"!\xfe\x0bglass plate\x00;"
    else:
        good = png_chunk(b"tEXt", b"Comment\0glass plate")
        bad = png_chunk(b"tEXt", b"Title\0lost")[:-1] + b"\0"
        data = data[:33] + good + bad + data[33:]
    pages = photo.read_pages(data)
    assert pages.count == 2 and len(list(pages)) == 2
    written = photo.write_pages(pages, tmp_path / "a.png", NOTE)
    lost = ("A damaged text in the file was left out.",)
    assert written.notices == (() if format == "GIF" else lost)
    image = Image.open(written.path)
    assert image.n_frames == 2 and image.info["Comment"] == "glass plate"


@needs_exiftool
def test_exiftool_finds_every_caption_in_every_format(tmp_path: Path) -> None:
    given = Photo(scene(), None, "PNG", exif=rich_exif(), iptc=BLOCK, xmp=described("in XMP"),
                  texts=TEXTS)  # fmt: skip
    for format in WRITTEN:
        name = "a" + photo.suffix(replace(given, format=format))
        (tmp_path / name).write_bytes(photo.encode(replace(given, format=format), NOTE))
    for name, found in by_exiftool(tmp_path, "-G1:4").items():
        assert "ExifTool:Warning" not in found, (name, found.get("ExifTool:Warning"))
        assert found["IPTC:Caption-Abstract"] == "Öğretmen: üçüncü", name
        assert [str(each) for each in found["IPTC:Keywords"]] == ["okul", "1931"]
        assert found["XMP-dc:Description"] == "in XMP"
        assert found["IFD0:Software"] == "Scanner 1"
        assert found["IFD0:ProcessingSoftware"] == NOTE
        said = "\n".join(str(each) for each in found.values())
        assert all(each.text in said for each in TEXTS), name


@needs_exiftool
def test_exiftool_joins_what_was_split_for_a_jpeg(tmp_path: Path) -> None:
    packet = described("dear mother " * 10_000)
    data = photo.encode(Photo(scene(), None, "JPEG", xmp=packet), NOTE)
    (tmp_path / "a.jpg").write_bytes(data)
    found = by_exiftool(tmp_path)["a.jpg"]
    assert found["XMP-dc:Description"] == "dear mother " * 10_000
    assert found["XMP-xmp:CreatorTool"] == NOTE and "ExifTool:Warning" not in found


# All of it at once

LETTERS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Cn"]),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() == text)


@st.composite
def grey_photos(draw: st.DrawFn) -> Photo:
    """A grey photo with captions of all kinds, of one format that is written."""
    format = draw(st.sampled_from(WRITTEN))
    dtype: Any = draw(st.sampled_from([np.uint8, np.uint16]))
    height, width = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    seed = draw(st.integers(0, 9))
    grey = np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, (height, width, 1), dtype)
    grey = grey // 4 + np.iinfo(dtype).max // 3  # room for colour
    captions = {(2, number): draw(LETTERS) for number in draw(st.sets(st.sampled_from([5, 105,
                120, 116])))}  # fmt: skip
    block = rich_exif()
    if draw(st.booleans()):
        block = exif.with_user_comment(block, draw(LETTERS))
    if draw(st.booleans()):
        block = exif.with_fields(block, {exif.IMAGE_DESCRIPTION: draw(LETTERS)})
    packet = described("in XMP") if draw(st.booleans()) else b""
    packet = xmp.added(packet, {xmp.DC + "source": xmp.Text(draw(LETTERS))})
    keywords = st.sampled_from(["Title", "Comment", "Folder", "Author"])
    texts = draw(st.dictionaries(keywords, LETTERS))
    return Photo(
        np.repeat(grey, 3, axis=2), None, format, exif=block, xmp=packet,
        iptc=iptc_block(captions) if captions else b"",
        texts=tuple(Text(key, text) for key, text in texts.items()),
        dpi=draw(st.sampled_from([None, (300.0, 300.0), (72.0, 144.0)])),
    )  # fmt: skip


def coloured(given: Photo) -> Photo:
    """The photo in one colour, with its lightness."""
    lightness = full_lightness(given.pixels)
    ab = torch.tensor([8.0, -12.0]).view(1, 2, 1, 1).expand(-1, -1, *lightness.shape[2:])
    return replace(given, pixels=to_pixels(lightness, ab, given.pixels.dtype))


def all_said(got: Photo) -> str:
    """All captions of a photo in one string."""
    fields = {**exif.fields(got.exif), **exif.fields(got.exif, exif.EXIF)}
    said = [raw.raw.decode("utf-8", "replace") for raw in fields.values()]
    said += [text for texts in xmp.texts(got.xmp).values() for text in texts]
    said += [f"{each.keyword}: {each.text}" for each in got.texts]
    return "\n".join([*said, exif.user_comment(got.exif), got.iptc.decode("utf-8", "replace")])


@pytest.mark.slow
@hypothesis.given(given=grey_photos(), target=st.sampled_from(WRITTEN))
@hypothesis.settings(max_examples=200, deadline=None)
def test_whatever_is_said_of_a_photo_is_said_of_the_coloured_one(given: Photo, target: str) -> None:
    first = photo.read(photo.encode(given, NOTE))
    second = photo.read(photo.encode(replace(coloured(first), format=target), NOTE))
    assert (second.height, second.width, second.dpi) == (given.height, given.width, given.dpi)
    deep = {"PNG", "TIFF"}.issuperset([given.format, target])
    assert second.bits == (given.bits if deep else 8)
    means = [float(full_lightness(each.pixels).mean()) for each in (given, second)]
    assert means[0] == pytest.approx(means[1], abs=1.0)
    said = all_said(second)
    wanted = [each.text for each in given.texts]
    wanted += [text for texts in xmp.texts(given.xmp).values() for text in texts]
    wanted += [exif.user_comment(given.exif), "Camera", "Scanner 1", "1950:01:02 03:04:05", NOTE]
    assert [text for text in wanted if text not in said] == []
    assert second.iptc == given.iptc
    before, after = exif.fields(given.exif), exif.fields(second.exif)
    assert after.get(exif.IMAGE_DESCRIPTION) == before.get(exif.IMAGE_DESCRIPTION)
