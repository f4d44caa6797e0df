"""Files with several pictures: all pages of a TIFF, all frames of an animation, each as it was."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import tifffile
from photo_files import (
    DURATIONS,
    GREY_GAMMA_1,
    NOTE,
    animation,
    complaint,
    document,
    grey,
    rich_exif,
    saved,
    scene,
    tiff,
)
from PIL import Image

from colorgan import photo
from colorgan.errors import ColorganError, PhotoError
from colorgan.photo import pages as many


def darker(one: photo.Photo) -> photo.Photo:
    return replace(one, pixels=one.pixels // 2)


def written(source, path: Path, work=darker) -> photo.Written:
    return photo.write_pages(photo.read_pages(source).map(work), path, NOTE)


def pages_of(path: Path) -> list[np.ndarray]:
    with tifffile.TiffFile(path) as file:
        return [page.asarray() for page in file.pages]


class TestPagesOfATiff:
    @pytest.mark.parametrize("order", ["<", ">"])
    def test_each_keeps_its_size_depth_turn_captions_and_alpha(self, tmp_path, order):
        deep = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
        clear = np.full((5, 6, 4), 200, np.uint8)
        source = document(
            *(grey(60, 40, 50), deep, clear),
            options=(
                {"description": "front", "compression": "lzw"},
                {"description": "back", "extratags": [(274, 3, 1, 6, True)]},
                {"photometric": "rgb", "extrasamples": [2], "resolution": (300, 300)},
            ),
            byteorder=order,
        )
        result = written(source, tmp_path / "scan.tif")
        assert (result.pages, result.parts, result.notices) == (3, "3 of 3 pages", ())
        front, back, last = pages_of(result.path)
        assert front.shape == (40, 50, 3) and (front == 30).all()
        assert back.dtype == np.uint16
        assert np.array_equal(back[..., 0], np.rot90(deep // 2, -1))
        assert last.shape == (5, 6, 4) and (last[..., 3] == 200).all()
        with tifffile.TiffFile(result.path) as file:
            assert [page.description for page in file.pages] == ["front", "back", ""]
            assert file.pages[2].tags["XResolution"].value == (300, 1)
            for page in file.pages:
                assert page.tags["ProcessingSoftware"].value == NOTE
                assert page.tags["Orientation"].value == 1
        with Image.open(result.path) as image:  # another reader finds them too
            assert image.n_frames == 3

    def test_each_keeps_its_own_colour_profile(self, tmp_path):
        source = document(grey(100), grey(100), options=({"iccprofile": GREY_GAMMA_1}, {}))
        linear, plain = pages_of(written(source, tmp_path / "scan.tif", lambda one: one).path)
        assert (plain == 100).all() and (linear > 150).all()

    def test_each_keeps_its_exif_with_the_directories_in_it(self, tmp_path):
        first = replace(photo.read(document(grey(60))), exif=rich_exif())
        others = (first, replace(first, exif=b""), first)
        made = photo.Pages(first, lambda: iter(others), 1 + len(others))
        result = photo.write_pages(made, tmp_path / "scan.tif", NOTE)
        with Image.open(result.path) as image:
            for number, full in enumerate((True, True, False, True)):
                image.seek(number)
                held = image.getexif()
                assert held[0x000B] == NOTE
                if full:
                    assert held[0x010F] == "Camera"
                    assert held.get_ifd(0x8769)[0x9003] == "1950:01:02 03:04:05"
                    assert held.get_ifd(0x8825)[2] == (52.0, 30.0, 1.5)

    def test_thumbnails_masks_and_inner_pictures_are_no_pages(self, tmp_path):
        source = tmp_path / "scan.tif"
        options = ({"subfiletype": 1}, {"subifds": 1}, {}, {"subfiletype": 2}, {"subfiletype": 2})
        pictures = (grey(9, 4, 4), grey(60), grey(7, 4, 4), grey(8), grey(80))
        source.write_bytes(document(*pictures, options=options))
        with tifffile.TiffFile(source, mode="r+b") as file:
            file.pages[2].tags["NewSubfileType"].overwrite(4)  # tifffile writes no such masks
        assert [one.pixels[0, 0, 0] for one in photo.read_pages(source)] == [60, 80]
        assert photo.read(source).pixels[0, 0, 0] == 60

    def test_a_thumbnail_alone_beside_the_photo_makes_no_document(self):
        source = document(grey(60), grey(9, 4, 4), options=({}, {"subfiletype": 1}))
        assert photo.read_pages(source).count == 1
        assert photo.read(source).notices == ()

    def test_big_tiffs_and_open_files_are_read_as_well(self, tmp_path):
        path = tmp_path / "scan.tif"
        path.write_bytes(document(grey(60), grey(80), bigtiff=True))
        with path.open("rb") as file:
            for source in (path, file):
                assert [one.pixels[0, 0, 0] for one in photo.read_pages(source)] == [60, 80]

    def test_offsets_stay_true_behind_pages_of_many_strips(self, tmp_path):
        rows = np.random.default_rng(0).integers(0, 255, (1200, 900, 3), np.uint8)
        result = written(document(grey(60), rows, rows), tmp_path / "scan.tif", lambda one: one)
        assert all(np.array_equal(page, rows) for page in pages_of(result.path)[1:])

    def test_one_page_is_in_memory_at_a_time(self, tmp_path):
        under_way = []

        def work(one: photo.Photo) -> photo.Photo:
            under_way.append(one.name)
            return one

        found = photo.read_pages(document(*map(grey, range(5)))).map(work)
        assert under_way == ["photo"]
        rest = iter(found.rest())
        next(rest)
        assert under_way == ["photo", "Page 2 of 5 of photo"]

    def test_read_gives_the_first_and_says_so(self):
        first = photo.read(document(grey(60), grey(80)))
        assert first.pixels[0, 0, 0] == 60
        assert first.notices == ("Only the first of its 2 pages was taken.",)

    def test_they_go_into_no_other_format(self, tmp_path):
        with pytest.raises(PhotoError, match=r"^photo has 2 pages\. Write it as TIFF\.$"):
            written(document(grey(60), grey(80)), tmp_path / "scan.jpg")
        assert list(tmp_path.iterdir()) == []


class TestDamagedPages:
    @pytest.mark.parametrize("lost", [10, 500])
    def test_are_named_and_leave_no_half_file(self, tmp_path, lost):
        whole = document(*(scene(40, 60),) * 3)
        path, goal = tmp_path / "scan.tif", tmp_path / "out" / "scan.tif"
        path.write_bytes(whole[:-lost])
        with pytest.raises(PhotoError, match=r"^Page 3 of 3 of scan\.tif is damaged or incomplete"):
            written(path, goal)
        assert list(goal.parent.iterdir()) == []

    def test_a_page_whose_directory_is_lost_counts(self, tmp_path):
        """A copy that broke off names a further page, though nothing of it is there."""
        file = io.BytesIO(document(grey(60), grey(80)))
        last = tifffile.TiffFile(file).pages[1].offset
        source = file.getvalue()[:last]
        with pytest.raises(PhotoError, match=r"^Page 2 of 2 of photo is damaged"):
            written(source, tmp_path / "scan.tif")

    def test_a_chain_that_bites_its_tail_ends(self):
        data = bytearray(document(grey(60), grey(80)))
        pages = tifffile.TiffFile(io.BytesIO(data)).pages
        end = pages[1].offset + 2 + 12 * len(pages[1].tags)
        struct.pack_into("<L", data, end, pages[0].offset)
        assert photo.read_pages(bytes(data)).count == 2

    def test_what_goes_wrong_while_a_page_is_worked_on_is_told_as_it_is(self, tmp_path):
        def work(one: photo.Photo) -> photo.Photo:
            if one.name.startswith("Page 2"):
                raise ColorganError("The model is gone.")
            return one

        with pytest.raises(ColorganError, match=r"^The model is gone\.$"):
            written(document(grey(60), grey(80)), tmp_path / "scan.tif", work)
        assert list(tmp_path.iterdir()) == []


class TestTooMany:
    def test_pages(self, monkeypatch):
        monkeypatch.setattr(many, "MAX_PAGES", 3)
        assert photo.read_pages(document(*map(grey, range(3)))).count == 3
        with pytest.raises(PhotoError, match=r"^photo has 4 pages, more than the 3 .*Split it"):
            photo.read_pages(document(*map(grey, range(4))))

    def test_pixels_of_pages(self):
        source = document(*(grey(9),) * 21)
        with pytest.raises(PhotoError, match="12,600 pixels in its 21 pages, more than the 12,000"):
            photo.read_pages(source, max_pixels=600)
        assert photo.read_pages(source, max_pixels=630).count == 21

    def test_a_page_alone(self):
        source = photo.read_pages(document(grey(9), grey(9, 40, 40)), max_pixels=600)
        with pytest.raises(PhotoError, match=r"^Page 2 of 2 of photo has 40 x 40 pixels"):
            list(source)

    def test_frames(self):
        source = animation("GIF", "L", many.MAX_FRAMES + 1, 10)
        with pytest.raises(PhotoError, match=r"has 301 frames, more than the 300 .*Split it"):
            photo.read_pages(source)

    def test_bytes(self, tmp_path, monkeypatch):
        monkeypatch.setattr(many.tiff_pages, "LARGEST", 10_000)
        noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
        with pytest.raises(PhotoError, match=r"^scan\.tif would be larger than the 4 GB"):
            written(document(noise, noise), tmp_path / "scan.tif")
        assert list(tmp_path.iterdir()) == []


def frames_of(file: bytes | Path) -> list[tuple[np.ndarray, float]]:
    """Each frame (H, W, 4) as Pillow composes it, and its milliseconds."""
    image = Image.open(io.BytesIO(file) if isinstance(file, bytes) else file)
    frames = []
    for number in range(image.n_frames):
        image.seek(number)
        image.load()
        frames.append((np.array(image.convert("RGBA")), image.info["duration"]))
    return frames


ANIMATIONS = {
    "gif that keeps": ("GIF", "RGB", {"loop": 0}, ".png", 0),
    "gif that clears": ("GIF", "RGBA", {"disposal": 2, "loop": 3}, ".png", 4),
    "gif that goes back": ("GIF", "RGBA", {"disposal": 3}, ".png", 1),
    "png": ("PNG", "RGB", {"loop": 2}, ".png", 2),
    "png that blends": ("PNG", "RGBA", {"disposal": 1, "blend": 1}, ".png", 0),
    "webp": ("WEBP", "RGBA", {"loop": 5, "lossless": True}, ".webp", 5),
    "avif": ("AVIF", "RGB", {}, ".webp", 0),
}


class TestAnimations:
    @pytest.mark.parametrize("kind", ANIMATIONS)
    def test_every_frame_keeps_its_look_its_time_and_the_number_of_turns(self, tmp_path, kind):
        format, mode, options, ending, plays = ANIMATIONS[kind]
        source = animation(format, mode, **options)
        found = photo.read_pages(source)
        assert photo.suffix(found.first) == ending
        result = written(source, tmp_path / f"film{ending}", work=lambda one: one)
        assert (result.frames, result.parts) == (4, "4 of 4 frames")
        near = 0 if ending == ".png" else 6
        for (before, time), (after, new_time) in zip(
            frames_of(source), frames_of(result.path), strict=True
        ):
            assert new_time == time
            assert np.array_equal(after[..., 3], before[..., 3])
            seen = before[..., 3] > 0
            difference = np.abs(after[seen].astype(int) - before[seen])
            assert difference.mean() <= near
        with Image.open(result.path) as image:
            assert image.info["loop"] == plays
            assert image.format == ("PNG" if ending == ".png" else "WEBP")

    @pytest.mark.parametrize("ending", [".png", ".webp"])
    def test_each_frame_is_worked_on_and_what_the_file_says_is_kept(self, tmp_path, ending):
        source = animation("PNG", "RGB", exif=rich_exif())
        result = written(source, tmp_path / f"film{ending}")
        for (before, _), (after, _) in zip(frames_of(source), frames_of(result.path), strict=True):
            assert after[..., 0].mean() == pytest.approx(before[..., 0].mean() / 2, abs=1)
        with Image.open(result.path) as image:
            held = image.getexif()
            assert held[0x010F] == "Camera" and held[0x000B] == NOTE
            assert image.info["icc_profile"]
            assert b"TrainedAlgorithmicMedia" in image.info["xmp"]

    def test_viewers_that_know_no_animation_show_the_first_frame(self, tmp_path):
        import imagecodecs

        source = animation("GIF", "RGB")
        result = written(source, tmp_path / "film.png", work=lambda one: one)
        still = imagecodecs.png_decode(result.path.read_bytes())
        assert np.array_equal(still, frames_of(source)[0][0][..., :3])

    def test_long_and_odd_times_are_kept(self, tmp_path):
        times = (655_350, 0, 1000 / 30, 65_999)
        found = photo.read_pages(animation("PNG", "RGB"))
        found = replace(found, timing=replace(found.timing, milliseconds=times))
        result = photo.write_pages(found, tmp_path / "film.png", NOTE)
        assert [time for _, time in frames_of(result.path)] == pytest.approx(times, abs=10)

    def test_a_still_picture_before_it_is_left_out_and_this_is_told(self, tmp_path):
        source = animation("PNG", "RGB", default_image=True, duration=DURATIONS[:3])
        result = written(source, tmp_path / "film.png")
        assert result.frames == 3
        assert result.notices == ("Its still picture for viewers without animation was left out.",)

    def test_frames_of_16_bits_are_read_at_8_and_this_is_told(self, tmp_path):
        found = photo.read_pages(animation("PNG", "RGB"))
        deep = found.map(lambda one: replace(one, pixels=one.pixels.astype(np.uint16) * 257))
        path = photo.write_pages(deep, tmp_path / "deep.png", NOTE).path
        again = photo.read_pages(path)
        assert again.first.notices == ("Its frames were read at 8 bits.",)
        assert np.array_equal(again.first.pixels, found.first.pixels)

    def test_they_go_into_no_other_format(self, tmp_path):
        with pytest.raises(PhotoError, match=r"has 4 frames\. Write it as PNG or WebP\.$"):
            written(animation("GIF", "RGB"), tmp_path / "film.tif")

    def test_a_damaged_frame_is_named(self, tmp_path):
        path = tmp_path / "film.png"
        data = animation("PNG", "RGB")
        last = data.rindex(b"fdAT")
        path.write_bytes(data[: last + 12] + bytes(20) + data[last + 32 :])
        with pytest.raises(PhotoError, match=r"^Frame 4 of 4 of film\.png is damaged"):
            written(path, tmp_path / "out.png")

    def test_read_gives_the_first_frame_and_says_so(self):
        notices = photo.read(animation("GIF", "RGB")).notices
        assert notices == ("Only the first of its 4 frames was taken.",)

    def test_one_of_heic_is_refused_for_what_it_is(self):
        film = struct.pack(">L4s4sL4s", 24, b"ftyp", b"hevc", 0, b"hevc") + bytes(60)
        assert "animation in HEIC" in complaint(film)


class TestPicturesThatAreNoPages:
    """Files whose further pictures are a gain map, a preview or the other eye's."""

    def test_of_a_jpeg(self):
        source = saved(
            Image.fromarray(grey(60)), "MPO", save_all=True, append_images=[Image.new("L", (9, 9))]
        )
        found = photo.read_pages(source)
        assert (found.count, found.first.format, found.first.notices) == (1, "JPEG", ())

    def test_of_a_heic(self):
        file = pillow_heif.from_pillow(Image.fromarray(scene()))
        file.add_from_pillow(Image.fromarray(scene()[::-1].copy()))
        data = io.BytesIO()
        file.save(data, quality=90)
        found = photo.read_pages(data.getvalue())
        assert (found.count, found.first.notices) == (1, ())
        assert np.abs(found.first.pixels.astype(int) - scene()).mean() < 6


def test_of_one_photo_pages_are_what_read_gives(tmp_path):
    source = tiff(scene(), photometric="rgb")
    found = photo.read_pages(source)
    assert found.count == 1 and list(found) == [found.first]
    result = written(source, tmp_path / "one.jpg")  # as any photo, it goes into any format
    assert (result.parts, result.notices) == ("", ())
    with Image.open(result.path) as image:
        assert image.format == "JPEG"
