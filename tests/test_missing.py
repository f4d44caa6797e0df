"""What is missing of a photo is found, shown in red, and filled from what is around."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from colorgan import PhotoError, missing
from colorgan.cli import main
from colorgan.photo import Photo


@pytest.fixture
def scene(photos):
    """A photo without burnt-out or black places, 240 wide and 180 high."""
    grey = Image.fromarray(photos["astronaut"]).convert("L").resize((240, 180))
    tones = 40 + np.asarray(grey, np.float64) * 0.6
    return np.repeat(tones.astype(np.uint8)[..., None], 3, axis=2)


def torn(scene, kind, tone=250):
    """The photo without a part, on a lid of a tone; and where that is."""
    mask = Image.new("1", (240, 180))
    draw = ImageDraw.Draw(mask)
    if kind == "corner":
        draw.polygon([(0, 0), (70, 0), (40, 30), (0, 60)], fill=1)
    elif kind == "hole":
        draw.ellipse([100, 80, 140, 110], fill=1)
    else:
        draw.line([(30, 40), (120, 60), (200, 150)], fill=1, width=6)
    gone = np.asarray(mask)
    pixels = scene.copy()
    pixels[gone] = tone
    return Photo(pixels, None, "PNG", name="old.png"), gone


@pytest.mark.parametrize("kind", ["corner", "hole", "crack"])
@pytest.mark.parametrize("tone", [253, 3])
class TestTorn:
    def test_it_is_found_and_nothing_else(self, scene, kind, tone):
        photo, gone = torn(scene, kind, tone)
        mask = missing.find(photo)
        assert mask[gone].mean() > 0.95
        assert mask[~gone].mean() < 0.08

    def test_it_is_filled_from_around_and_all_else_stays(self, scene, kind, tone):
        photo, gone = torn(scene, kind, tone)
        mask = missing.find(photo)
        filled = missing.filled(photo, mask).pixels
        assert np.array_equal(filled[~mask], photo.pixels[~mask])
        before, after = (
            np.abs(p[gone].astype(float) - scene[gone]).mean() for p in (photo.pixels, filled)
        )
        assert after < 0.5 * before


def test_nothing_is_missing_of_a_whole_photo(scene):
    whole = Photo(scene, None, "PNG")
    mask = missing.find(whole)
    assert mask.shape == (180, 240) and not mask.any()
    assert missing.told(mask) == ""
    assert np.array_equal(missing.filled(whole, mask).pixels, scene)


def test_the_border_of_a_print_is_not_missing(scene):
    framed = scene.copy()
    framed[:12] = framed[-12:] = framed[:, :12] = framed[:, -12:] = 252
    assert not missing.find(Photo(framed, None, "PNG")).any()


def test_light_that_fades_into_white_is_not_missing():
    y, x = np.mgrid[:180, :240]
    glow = 60 + 260 * np.exp(-((y - 90) ** 2 + (x - 120) ** 2) / 3000)
    pixels = np.repeat(glow.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    assert (pixels == 255).any()
    assert not missing.find(Photo(pixels, None, "PNG")).any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_depth_and_colours_go_on_into_what_is_filled(dtype):
    brown = np.full((60, 80, 3), (150, 110, 70), np.float64) * (257 if dtype == np.uint16 else 1)
    photo = Photo(brown.astype(dtype), None, "PNG")
    mask = np.zeros((60, 80), bool)
    mask[:20, :25] = True
    filled = missing.filled(photo, mask).pixels
    assert filled.dtype == dtype
    assert np.abs(filled.astype(float) - brown).max() <= brown.max() / 50


def test_a_large_part_is_filled_too(scene):
    photo = Photo(np.kron(scene, np.ones((3, 3, 1), np.uint8)), None, "PNG")
    mask = np.zeros((540, 720), bool)
    mask[100:400, 200:500] = True
    filled = missing.filled(photo, mask).pixels
    assert filled[mask].std() < photo.pixels[mask].std()
    assert np.array_equal(filled[~mask], photo.pixels[~mask])


def test_what_is_missing_is_shown_in_red(scene):
    photo, gone = torn(scene, "hole")
    red = missing.shown(photo, gone).pixels[gone].astype(int)
    assert (red[:, 0] > red[:, 1] + 60).all()
    assert missing.told(gone).startswith("1 part is missing, 2.")


class TestMarked:
    def mark(self, tmp_path, size, tone):
        Image.new("L", size, tone).save(tmp_path / "mask.png")
        return tmp_path / "mask.png"

    def test_a_person_marks_in_white_in_any_size_of_the_same_shape(self, scene, tmp_path):
        marks = Image.new("L", (120, 90))
        marks.paste(255, (10, 10, 20, 30))
        marks.save(tmp_path / "mask.png")
        mask = missing.marked(tmp_path / "mask.png", Photo(scene, None, "PNG"))
        assert mask[20:60, 20:40].all() and mask.sum() == 800

    def test_what_is_transparent_is_not_marked(self, scene, tmp_path):
        marks = Image.new("LA", (240, 180), (255, 0))
        marks.paste((255, 255), (20, 20, 40, 60))
        marks.save(tmp_path / "mask.png")
        mask = missing.marked(tmp_path / "mask.png", Photo(scene, None, "PNG"))
        assert mask[20:60, 20:40].all() and mask.sum() == 800

    @pytest.mark.parametrize(
        ("size", "tone", "words"),
        [((90, 90), 0, "another shape"), ((240, 180), 0, "nothing"), ((240, 180), 255, "all of")],
    )
    def test_marks_that_cannot_be_meant_are_refused(self, scene, tmp_path, size, tone, words):
        with pytest.raises(PhotoError, match=words):
            missing.marked(self.mark(tmp_path, size, tone), Photo(scene, None, "PNG"))


class TestDrawn:
    """What a person draws over what was found."""

    def test_strokes_mark_and_unmark_one_after_the_other(self):
        found = np.zeros((100, 200), bool)
        found[60:90, 20:60] = True
        strokes = [
            missing.Stroke(((0.5, 0.2), (0.9, 0.2)), 0.05),
            missing.Stroke(((0.2, 0.75),), 0.3, missing=False),
            missing.Stroke(((0.7, 0.2),), 0.1, missing=False),
        ]
        mask = missing.drawn(found, strokes)
        assert mask[20, 110] and mask[20, 170] and not mask[20, 140]
        assert not mask[60:90, 20:60].any()
        assert mask.sum() == pytest.approx(2 * 32 * 10 + 80, rel=0.2)
        assert missing.count(mask) == 2

    def test_a_drawn_mask_is_filled_as_the_same_marks_of_the_command_are(self, scene, tmp_path):
        photo, _ = torn(scene, "hole", tone=200)
        strokes = [missing.Stroke(((0.5, 0.53),), 0.2)]
        mask = missing.drawn(missing.find(photo), strokes)
        Image.fromarray(mask).save(tmp_path / "marks.png")
        marked = missing.marked(tmp_path / "marks.png", photo)
        assert np.array_equal(mask, marked) and mask.any()
        filled = missing.filled(photo, mask).pixels
        assert np.array_equal(filled, missing.filled(photo, marked).pixels)
        assert filled[95, 120, 0] < 190


class TestCommand:
    @pytest.fixture
    def old(self, scene, tmp_path):
        photo, gone = torn(scene, "corner")
        Image.fromarray(photo.pixels).save(tmp_path / "old.png")
        return str(tmp_path / "old.png"), gone

    def run(self, tmp_path, old, *more):
        code = main(["restore", old, "-o", str(tmp_path / "out"), *more])
        return code, np.asarray(Image.open(tmp_path / "out" / "old.png")) if code == 0 else None

    def test_a_photo_is_no_picture_of_marks_and_marks_are_not_overwritten(
        self, old, tmp_path, capsys
    ):
        photo = old[0]
        Image.open(photo).save(tmp_path / "copy.png")
        words = ["restore", photo, "-o", str(tmp_path / "out"), "--missing"]
        assert main([*words, str(tmp_path / "copy.png")]) == 1
        assert "is no picture of marks" in capsys.readouterr().err
        marks = Image.new("L", Image.open(photo).size)
        marks.paste(255, (5, 5, 20, 20))
        marks.save(tmp_path / "marks.png")
        before = (tmp_path / "marks.png").read_bytes()
        onto = ["restore", photo, "-o", str(tmp_path / "marks.png"), "--overwrite", "--missing"]
        assert main([*onto, str(tmp_path / "marks.png")]) == 1
        assert (tmp_path / "marks.png").read_bytes() == before

    def test_fill_fills_and_says_so(self, scene, old, tmp_path, capsys):
        code, filled = self.run(tmp_path, old[0], "--fill", "--strength", "0")
        assert code == 0
        assert "1 part is missing" in capsys.readouterr().err
        assert np.abs(filled[old[1]].astype(float) - scene[old[1]]).mean() < 40
        note = Image.open(tmp_path / "out" / "old.png").getexif()[0x000B]
        assert "What was missing is filled." in note

    def test_without_it_nothing_is_filled(self, old, tmp_path):
        _, restored = self.run(tmp_path, old[0], "--strength", "0")
        assert (restored[old[1]] == 250).all()

    def test_show_missing_draws_it_in_red(self, old, tmp_path):
        _, shown = self.run(tmp_path, old[0], "--show-missing")
        assert (shown[old[1]][:, 0] > shown[old[1]][:, 1].astype(int) + 50).all()

    def test_enlarge_gives_more_pixels_and_says_how(self, old, tmp_path):
        _, large = self.run(tmp_path, old[0], "--enlarge", "2", "--strength", "0")
        assert large.shape[:2] == (360, 480)
        note = Image.open(tmp_path / "out" / "old.png").getexif()[0x000B]
        assert "Enlarged 2 times by Lanczos." in note

    def test_what_does_not_go_together_is_refused(self, old, tmp_path, capsys):
        assert self.run(tmp_path, old[0], "--show-missing", "--fill")[0] == 1
        assert "cannot be combined with --fill" in capsys.readouterr().err
        assert main(["restore", old[0], old[0], "-o", str(tmp_path), "--missing", old[0]]) == 1
        assert "marks one photo" in capsys.readouterr().err
