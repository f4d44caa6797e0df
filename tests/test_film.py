"""The old-film simulator: each damage has a strength and a seed, and does what it is named for."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image
from restore import PRINTED, SAID, WHOLE
from scipy.ndimage import gaussian_filter

from colorgan import film

KINDS = list(film.DAMAGES)


@pytest.fixture(scope="module")
def photo(photos):
    return np.asarray(Image.fromarray(photos["astronaut"]).resize((120, 96)))


@pytest.fixture(scope="module")
def lightness(photo):
    return film.lightness_of(photo)


def damaged(kind, lightness, strength, seed=0):
    return film.DAMAGES[kind](lightness, strength, np.random.default_rng(seed))


def change(one, other):
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize("kind", KINDS)
class TestEveryDamage:
    def test_the_same_seed_damages_alike_and_another_otherwise(self, kind, lightness):
        first, again, other = (damaged(kind, lightness, 0.8, seed) for seed in (1, 1, 2))
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)

    def test_it_is_worse_when_stronger(self, kind, lightness):
        mild, strong = (
            np.mean([change(damaged(kind, lightness, s, seed), lightness) for seed in range(12)])
            for s in (0.1, 1.0)
        )
        assert 0 < mild < strong

    def test_the_answer_is_a_lightness_and_the_input_is_left_alone(self, kind, lightness):
        before = lightness.copy()
        for strength in (0.0, 1.0):
            answer = damaged(kind, lightness, strength)
            assert answer.shape == lightness.shape and answer.dtype == np.float32
            assert np.isfinite(answer).all()
            assert answer.min() >= -0.01 and answer.max() <= 100.01
        assert np.array_equal(lightness, before)

    @pytest.mark.parametrize("size", [(1, 1), (1, 9), (50, 2)])
    def test_any_size_goes(self, kind, size):
        answer = damaged(kind, np.full(size, 50, np.float32), 1.0)
        assert answer.shape == size and np.isfinite(answer).all()


@pytest.mark.parametrize("kind", ["dust", "scratches", "folds", "pen_marks", "tape"])
def test_what_lies_on_a_print_leaves_most_of_the_picture_alone(kind, lightness):
    touched = np.abs(damaged(kind, lightness, 0.7) - lightness) > 3
    assert 0.001 < touched.mean() < 0.35


@pytest.mark.parametrize("kind", film.TONES)
def test_tones_change_smoothly(kind):
    flat = np.full((90, 120), 50, np.float32)
    answer = damaged(kind, flat, 1.0)
    assert np.abs(answer - gaussian_filter(answer, 1.5)).max() < 0.5


def test_blur_takes_away_what_grain_adds(lightness):
    def roughness(x):
        return change(x, gaussian_filter(x, 1))

    assert roughness(damaged("blur", lightness, 1.0)) < roughness(lightness)
    assert roughness(damaged("grain", lightness, 1.0)) > roughness(lightness)


def test_dust_is_pale_and_dark_with_edges_sharp_or_soft():
    grey = np.full((96, 120), 50, np.float32)
    strewn = [damaged("dust", grey, 1.0, seed) - grey for seed in range(12)]
    assert sum((x > 20).any() for x in strewn) > 8
    assert sum((x < -20).any() for x in strewn) > 4
    soft = [np.mean((abs(x) > 1) & (abs(x) < 15)) / np.mean(abs(x) > 1) for x in strewn]
    assert max(soft) > 1.5 * min(soft)


def test_halftone_is_dots_a_few_pixels_apart_and_keeps_how_light_a_place_is():
    grey = np.full((96, 96), 60, np.float32)
    for seed in range(6):
        printed = damaged("halftone", grey, 1.0, seed)
        assert printed.std() > 5
        assert abs(printed.mean() - 60) < 3
        waves = np.abs(np.fft.rfft2(printed - printed.mean()))
        row, column = np.unravel_index(waves.argmax(), waves.shape)
        apart = 96 / np.hypot(min(row, 96 - row), column)
        assert 3 < apart < 7


def test_moire_is_waves_that_leave_the_mean_alone():
    grey = np.full((96, 96), 50, np.float32)
    for seed in range(6):
        waves = damaged("moire", grey, 1.0, seed) - grey
        assert abs(waves.mean()) < 1.5
        assert 1 < waves.std() < 8


def test_silver_comes_up_in_the_dark_and_near_the_edges():
    picture = np.full((96, 96), 90, np.float32)
    picture[:, :48] = 10
    risen = np.mean([damaged("silver_mirroring", picture, 1.0, s) - picture for s in range(12)], 0)
    assert risen[:, :48].mean() > 5 * abs(risen[:, 48:].mean())
    assert risen[:8, :48].mean() > 1.5 * risen[40:56, 20:48].mean()


def test_a_pen_has_one_tone_and_tape_a_straight_edge():
    grey = np.full((96, 120), 60, np.float32)
    ink = damaged("pen_marks", grey, 1.0, 1)
    assert ink.min() < 40 and ink.max() <= 60.01
    strip = np.abs(damaged("tape", grey, 1.0, 1) - grey) > 1
    assert 0.02 < strip.mean() < 0.4


def test_jpeg_leaves_blocks_that_show():
    slope = np.tile(np.linspace(20, 80, 128, dtype=np.float32), (128, 1))
    kept = damaged("jpeg", slope, 1.0, 0)
    steps = np.abs(np.diff(kept, axis=1)).mean(0)
    places = np.array([steps[start::8].mean() for start in range(8)])
    assert places.max() > 1.5 * places.min()


def test_a_small_picture_enlarged_has_no_fine_detail_left(lightness):
    coarse = damaged("low_resolution", lightness, 1.0)
    fine = [change(x, gaussian_filter(x, 1)) for x in (coarse, lightness)]
    assert fine[0] < 0.6 * fine[1]


def test_mist_is_pale_and_flat(lightness):
    for seed in range(6):
        misty = film.mist(lightness, np.random.default_rng(seed))
        assert misty.std() < lightness.std()
        assert misty[:20].mean() > lightness[:20].mean() or misty[:20].std() < lightness[:20].std()


def test_old_plates_see_no_red_and_much_blue():
    red, blue = (np.full((1, 1, 3), colour, np.uint8) for colour in ((200, 30, 30), (90, 140, 230)))
    eye = [film.lightness_of(colour).item() for colour in (red, blue)]
    for plate in (film.ORTHOCHROMATIC, film.BLUE_SENSITIVE):
        seen = [film.lightness_of(colour, plate).item() for colour in (red, blue)]
        assert seen[0] < eye[0] - 10
        assert seen[1] > eye[1] + 5


def test_plates_keep_white_white_and_grey_grey():
    greys = np.repeat(np.array([0, 90, 180, 255], np.uint8)[:, None, None], 3, axis=2)
    eye = film.lightness_of(greys)
    for seed in range(8):
        assert np.allclose(film.emulsion(greys, np.random.default_rng(seed)), eye, atol=0.2)


def test_a_frame_lies_around_the_picture_and_not_on_it(lightness):
    framed = film.frame(lightness, np.random.default_rng(0))
    changed = framed != lightness
    assert changed.any() and not changed[10:-10, 10:-10].any()


class TestOldPrint:
    def test_some_are_whole_and_each_names_what_befell_it(self, photo):
        prints = [film.old_print(photo, np.random.default_rng(seed)) for seed in range(80)]
        whole = [not print.befell for print in prints]
        assert whole == [np.array_equal(print.now, print.new) for print in prints]
        assert 2 < sum(whole) < 30
        assert {name for print in prints for name in print.befell} == set(KINDS)

    def test_to_some_one_damage_alone_befell_each_as_often(self, photo):
        prints = [film.old_print(photo, np.random.default_rng(seed)) for seed in range(400)]
        alone = [next(iter(print.befell)) for print in prints if len(print.befell) == 1]
        assert 0.3 < len(alone) / len(prints) < 0.6
        assert min(Counter(alone)[kind] for kind in KINDS) >= 3

    def test_one_seed_makes_one_print(self, photo):
        first, again = (film.old_print(photo, np.random.default_rng(3)) for _ in range(2))
        assert np.array_equal(first.now, again.now) and np.array_equal(first.new, again.new)

    def test_one_damage_may_come_alone_and_be_chosen(self, photo):
        ageing = film.Ageing(alone=1.0, kinds=("moire", "dust"))
        befell = [
            film.old_print(photo, np.random.default_rng(seed), ageing).befell for seed in range(40)
        ]
        assert {tuple(names) for names in befell if names} == {("moire",), ("dust",)}

    def test_its_faded_picture_has_what_lies_wide_over_it_alone(self, photo, monkeypatch):
        monkeypatch.setattr(film, "WHOLE", 0.0)
        several = film.Ageing(alone=0.0)
        chances = {kind: float(kind in film.WIDE) for kind in KINDS}
        monkeypatch.setattr(film, "CHANCES", chances)
        print = film.old_print(photo, np.random.default_rng(0), several)
        assert np.array_equal(print.faded, print.now)
        assert not np.array_equal(print.new, print.now)
        monkeypatch.setattr(film, "CHANCES", {kind: 1 - chance for kind, chance in chances.items()})
        print = film.old_print(photo, np.random.default_rng(0), several)
        assert np.array_equal(print.faded, print.new)
        assert not np.array_equal(print.new, print.now)


def test_the_benchmark_says_what_the_strengths_of_each_come_to():
    assert set(SAID) == {*KINDS, *WHOLE, PRINTED}
