"""What a photo says of itself: EXIF fields, colour profiles, and the note of who coloured it."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from photo_files import ADOBE_LIKE, rich_exif, saved, scene
from PIL import Image, ImageCms

from colorgan.photo import exif, icc, notes
from colorgan.photo.tiff_fields import Tiff


class TestExif:
    def test_fields_are_read(self):
        assert exif.is_readable(rich_exif())
        assert exif.orientation(rich_exif(6)) == 6
        dense = exif.with_fields(b"", {exif.X_RESOLUTION: [300], exif.Y_RESOLUTION: [150]})
        assert exif.resolution(dense) is None, "whole numbers are no fractions"
        dense = exif.with_fields(dense, {exif.X_RESOLUTION: 300.0, exif.Y_RESOLUTION: 150.0})
        assert exif.resolution(dense) == (300, 150)
        metric = exif.with_fields(dense, {exif.RESOLUTION_UNIT: [3]})
        assert exif.resolution(metric) == pytest.approx((762, 381)), "a centimetre has fewer"

    @pytest.mark.parametrize(
        "block",
        [
            *(b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"junk" * 9),
            b"Exif\0\0II\0\0\x08\0\0\0",  # no version of TIFF
            b"Exif\0\0II*\0\0\0\0\0",  # no place of a directory
        ],
    )
    def test_a_damaged_block_counts_as_an_empty_one(self, block):
        assert not exif.is_readable(block)
        assert exif.orientation(block) is None and exif.resolution(block) is None
        assert exif.orientation(exif.with_fields(block, {exif.ORIENTATION: [3]})) == 3

    def test_a_field_is_set_or_removed_and_all_others_stay(self):
        block = exif.with_fields(rich_exif(6), {exif.ORIENTATION: None, 0x0131: "Müller & Co"})
        assert exif.orientation(block) is None
        held = Image.Exif()
        held.load(block)
        assert held[0x010F] == "Camera" and "Müller & Co".encode() in block
        assert held.get_ifd(0x8769)[0x927C] == b"MAKER NOTE" * 9

    def test_a_tiff_gives_what_it_says_of_the_photo_but_not_how_it_stores_it(self):
        data = saved(Image.fromarray(scene()), "TIFF", exif=rich_exif(6))
        tiff = Tiff(BytesIO(exif.from_tiff(BytesIO(data)).removeprefix(exif.PREFIX)))
        fields = tiff.fields(tiff.first)
        assert {0x010F, exif.ORIENTATION} <= fields.keys()
        assert not exif.PICTURE_FIELDS & fields.keys()


class TestProfiles:
    def test_every_file_gets_the_same_srgb_profile(self):
        profile = icc.srgb_profile()
        opened = ImageCms.ImageCmsProfile(BytesIO(profile)).profile
        assert "sRGB" in opened.profile_description and profile == icc.srgb_profile()

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_without_a_profile_samples_are_srgb(self, dtype):
        grey = np.arange(12, dtype=dtype).reshape(3, 4, 1)
        assert np.array_equal(icc.to_srgb(icc.Samples(grey, "grey"), b""), grey.repeat(3, axis=2))
        inks = np.zeros((1, 2, 4), dtype)
        inks[0, 1, 3] = np.iinfo(dtype).max
        light = icc.to_srgb(icc.Samples(inks, "cmyk"), b"")
        assert light[0, 0].min() == np.iinfo(dtype).max and light[0, 1].max() == 0

    def test_a_profile_for_other_colours_is_ignored(self):
        inks = np.zeros((1, 1, 4), np.uint8)
        assert icc.to_srgb(icc.Samples(inks, "cmyk"), ADOBE_LIKE).tolist() == [[[255, 255, 255]]]


class TestNotes:
    def test_name_model_revision_and_version(self):
        by = "by colorgan 0.1.0, model pretrained (revision abc123)."
        arguments = ("pretrained", "abc123")
        assert notes.coloured(*arguments) == f"Coloured {by} The colours are a guess."
        assert notes.restored(*arguments) == f"Restored {by}"
        assert "revision" not in notes.coloured("custom", "")

    def test_xmp_says_it_to_machines_whatever_a_model_is_called(self):
        note = notes.coloured("<old & new>", "")
        packet = notes.xmp(note).decode().split("?>", 1)[1].rsplit("<?", 1)[0]
        tree = ElementTree.fromstring(packet)
        texts = {element.tag.split("}")[1]: element.text for element in tree.iter()}
        assert texts["CreatorTool"] == note
        assert texts["DigitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
