"""What is said of a photo's colours comes out at its place, at full size; nothing else moves."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from conftest import ROOT
from pictures import lab, mean_chroma
from skimage.color import deltaE_ciede2000, lab2rgb

from colorgan import networks
from colorgan import photo as files
from colorgan.color.pixels import full_lightness
from colorgan.colorizer import Colorizer, paint
from colorgan.errors import HintError
from colorgan.hints import SWATCHES, Hint
from colorgan.hints.swatches import fitted
from colorgan.look import MAX_POINTS, VERSIONS, Look
from colorgan.networks import Generator
from colorgan.networks.contract import Seen
from colorgan.networks.pix2pix import Pix2PixConfig
from colorgan.photo import Photo

MODELS = ("custom", "pretrained")


@pytest.fixture(scope="module")
def original() -> Photo:
    return files.read(ROOT / "examples" / "photos" / "flower.jpg")


@pytest.fixture(scope="module")
def lightness(original) -> torch.Tensor:
    return full_lightness(original.pixels)


@pytest.fixture(scope="module")
def colorizers() -> dict[str, Colorizer]:
    return {name: Colorizer.from_pretrained(name) for name in MODELS}


@pytest.fixture(scope="module")
def looks(colorizers, original) -> dict[str, Look]:
    return {name: colorizer.look(original) for name, colorizer in colorizers.items()}


@pytest.fixture(scope="module")
def look(looks) -> Look:
    return looks["custom"]


@dataclass(frozen=True)
class Nothing:
    """No settings."""


class Wave(Generator):
    """A generator without features or a distribution, whose colours change from left to right."""

    name = "wave"

    def __init__(self) -> None:
        super().__init__(Nothing())  # type: ignore[arg-type]

    def forward(self, lightness: torch.Tensor) -> torch.Tensor:
        across = torch.linspace(-3, 3, lightness.shape[-1]).expand_as(lightness)
        return torch.cat((across.sin(), across.cos()), dim=1) * 25


def places(count: int, seed: int = 0) -> list[tuple[float, float]]:
    return np.random.default_rng(seed).random((count, 2)).tolist()


def colours(count: int, seed: int = 1) -> list[tuple[float, float]]:
    """Soft ones, most of which sRGB has at most lightnesses."""
    rng = np.random.default_rng(seed)
    hues, chromas = rng.random(count) * 2 * np.pi, rng.random(count) * 40
    return [
        (float(c * np.cos(h)), float(c * np.sin(h))) for h, c in zip(hues, chromas, strict=True)
    ]


def painted(original: Photo, look: Look, hints=(), strength: float = 1.0) -> np.ndarray:
    """Return the full-size photo."""
    return paint(original, look.lines(hints, strength)).pixels


def pixel(picture: np.ndarray, place: tuple[float, float]) -> np.ndarray:
    """Lab of the pixel in which a place lies, measured by scikit-image."""
    height, width = picture.shape[:2]
    return lab(picture[None, None, int(place[1] * height), int(place[0] * width)])[0, 0]


def distance(picture: np.ndarray, place: tuple[float, float], want: tuple[float, float]) -> float:
    """CIEDE2000 of a pixel to the wanted colour at its own lightness; 0 if sRGB has no such."""
    found = pixel(picture, place)
    wanted = np.array([found[0], *want])
    shown = lab2rgb(wanted, channel_axis=0)
    if np.abs(lab(shown[None, None] * 1.0)[0, 0] - wanted).max() > 0.5:  # cut to what sRGB has
        return 0.0
    return float(deltaE_ciede2000(found, wanted))


class TestTheClickedPlace:
    @pytest.mark.parametrize("model", MODELS)
    def test_has_the_wanted_colour_in_the_full_size_photo(self, looks, original, model):
        apart = []
        for place, want in zip(places(24), colours(24), strict=True):
            picture = painted(original, looks[model], [Hint((tuple(place),), want)])
            apart.append(distance(picture, place, want))
        assert np.count_nonzero(apart) > 12, "sRGB has most of these colours"
        assert max(apart) < 2

    @pytest.mark.parametrize("model", MODELS)
    def test_has_it_beside_other_hints_too(self, looks, original, model):
        chosen, wanted = places(24, seed=2), colours(24, seed=3)
        hints = [Hint((tuple(p),), w) for p, w in zip(chosen, wanted, strict=True)]
        picture = painted(original, looks[model], hints)
        apart = [distance(picture, p, w) for p, w in zip(chosen, wanted, strict=True)]
        assert max(apart) < 2

    @pytest.mark.parametrize("model", MODELS)
    def test_has_no_colour_where_none_is_said(self, looks, original, model):
        for place in places(12, seed=4):
            picture = painted(original, looks[model], [Hint((tuple(place),), "none")])
            assert math.hypot(*pixel(picture, place)[1:]) < 2

    def test_keeps_its_colour_where_the_same_is_said(self, look, original):
        """Beside a hint that would take it along."""
        before = painted(original, look)
        here, near = (0.5, 0.5), (0.53, 0.52)
        red = Hint((near,), (60.0, 40.0))
        taken = painted(original, look, [red])
        held = painted(original, look, [red, Hint((here,), "same")])
        own = pixel(before, here)
        assert deltaE_ciede2000(pixel(taken, here), own) > 8
        assert deltaE_ciede2000(pixel(held, here), own) < 2

    @pytest.mark.parametrize("factor", [0.4, 1.6])
    def test_is_paler_or_stronger_where_that_is_said(self, look, original, factor):
        place = (0.9, 0.1)
        a, b = pixel(painted(original, look), place)[1:] * factor
        assert distance(painted(original, look, [Hint((place,), factor)]), place, (a, b)) < 2

    def test_of_a_swatch_has_its_colour_for_the_light_there(self, look, original):
        place = (0.62, 0.35)
        picture = painted(original, look, [Hint((place,), "brick")])
        want = fitted("brick", float(pixel(picture, place)[0]))
        assert distance(picture, place, want) < 2

    def test_of_contradicting_hints_has_the_colour_between(self, look, original):
        place = (0.4, 0.6)
        hints = [Hint((place,), (30.0, 20.0)), Hint((place,), (-10.0, 20.0))]
        found = pixel(painted(original, look, hints), place)[1:]
        assert found == pytest.approx([10, 20], abs=2)


class TestWhatHintsLeaveAlone:
    @pytest.mark.parametrize("model", MODELS)
    def test_lightness_never_moves(self, looks, original, model):
        hints = [Hint((tuple(p),), w) for p, w in zip(places(20), colours(20), strict=True)]
        plain, told = (lab(painted(original, looks[model], h))[..., 0] for h in ((), hints))
        assert np.abs(told - plain).max() < 0.7, "what 8 bits can tell apart in a dark photo"
        assert abs(told.mean() - plain.mean()) < 0.02

    def test_what_is_nothing_like_the_place_keeps_the_model_s_colour(self, original):
        """A dark half and a light half of a photo, far apart."""
        lightness = torch.full((1, 1, 64, 256), 20.0)
        lightness[..., 128:] = 85
        look = Look.of(lightness, Seen(torch.full((1, 2, 64, 256), 10.0)), 64)
        before, after = look.ab_at(0.95, 0.5), look.ab_at(0.95, 0.5, [Hint(((0.05, 0.5),), "none")])
        assert math.dist(before, after) < 0.5

    def test_a_hint_taken_back_leaves_no_trace(self, look, original):
        before = paint(original, look.lines()).pixels
        one = Hint(((0.2, 0.2),), "red")
        with_one = paint(original, look.lines([one])).pixels
        assert not np.array_equal(before, with_one)
        look.lines([one, Hint(((0.7, 0.7),), "navy")])
        assert np.array_equal(with_one, paint(original, look.lines([one])).pixels)
        assert np.array_equal(before, paint(original, look.lines()).pixels)

    def test_strength_is_of_the_model_s_own_colour_alone(self, look, original):
        hint = Hint(((0.3, 0.6),), (25.0, 10.0))
        for strength in (0.0, 0.5, 1.5):
            picture = painted(original, look, [hint], strength)
            assert distance(picture, hint.points[0], (25.0, 10.0)) < 2
        assert mean_chroma(painted(original, look, [replace(hint, spread=0.1)], 0.0)) < 2


def mixed_hints() -> list[Hint]:
    """Every kind of wish, strokes, spreads, and several wishes for the same places."""
    wants = [(20.0, 5.0), "none", "same", 0.5, "#4060a0", "leaves", (-20.0, 30.0), "wine red"]
    spots = [*places(5, seed=6), (0.5, 0.5), (0.5, 0.5), (0.501, 0.5)]
    singles = [
        Hint((tuple(spot),), want, spread)
        for spot, want, spread in zip(spots, wants, itertools.cycle((1.0, 0.4, 2.5)), strict=False)
    ]
    stroke = tuple((0.2 + 0.3 * t / 19, 0.5 + 0.02 * math.sin(t)) for t in range(20))
    return [*singles, Hint(stroke, "sky")]


def test_the_order_of_hints_makes_no_difference(look):
    hints = mixed_hints()
    lines = look.lines(hints)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(hints))
        assert torch.equal(look.lines([hints[place] for place in order]), lines)


def test_hints_make_the_same_picture_every_time(colorizers, original):
    first, second = (colorizers["pretrained"].look(original).lines(mixed_hints()) for _ in range(2))
    assert torch.equal(first, second)


def test_a_stroke_colours_all_along(look, original):
    stroke = tuple((0.1 + 0.8 * t / 299, 0.3 + 0.1 * math.sin(t / 20)) for t in range(300))
    picture = painted(original, look, [Hint(stroke, (12.0, -14.0))])
    apart = [distance(picture, point, (12.0, -14.0)) for point in stroke[::10]]
    assert max(apart) < 2


def test_hundreds_of_hints_stay_finite_and_come_out_at_their_places(look, original):
    chosen, wanted = places(500, seed=8), colours(500, seed=9)
    hints = [Hint((tuple(p),), w) for p, w in zip(chosen, wanted, strict=True)]
    lines = look.lines(hints)
    assert torch.isfinite(lines).all()
    picture = paint(original, lines).pixels
    apart = np.array([distance(picture, p, w) for p, w in zip(chosen, wanted, strict=True)])
    assert np.quantile(apart, 0.9) < 4, "some lie side by side and want different colours"


def test_strokes_without_end_are_refused_in_a_sentence(look):
    stroke = Hint(tuple((t / 2000, 0.5) for t in range(2000)), "none")
    count = MAX_POINTS // 2000
    assert torch.isfinite(look.lines([stroke] * count)).all()
    with pytest.raises(HintError, match="more than 20000 points"):
        look.lines([stroke] * (count + 1))


class TestAnyPhotoAndModel:
    @pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2), (200, 5)])
    @pytest.mark.parametrize("model", MODELS)
    def test_a_tiny_or_narrow_photo_takes_hints(self, colorizers, shape, model):
        tiny = Photo(np.full((*shape, 3), 128, np.uint8), None, "PNG", "tiny.png")
        found = colorizers[model].look(tiny, size=32)
        middle = tuple((side // 2 + 0.5) / side for side in shape[::-1])  # of a pixel
        picture = painted(tiny, found, [Hint((middle,), (20.0, 15.0))])
        assert 0 < distance(picture, middle, (20.0, 15.0)) < 2

    @pytest.mark.parametrize("corner", [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
    def test_the_very_corners_take_hints(self, look, original, corner):
        picture = painted(original, look, [Hint((corner,), (10.0, 12.0))])
        inside = tuple(min(share, 0.9999) for share in corner)
        assert distance(picture, inside, (10.0, 12.0)) < 2

    @pytest.mark.parametrize("network", ["pix2pix", "wave"])
    def test_a_generator_without_features_takes_hints_too(self, original, network):
        torch.manual_seed(0)
        settings = Pix2PixConfig("rgb", levels=5, width=8)
        generator = Wave() if network == "wave" else networks.network_of(settings)(settings)
        found = Colorizer(generator).look(original)
        assert not found.knows_doubt and found.doubt is None
        for place, want in zip(places(6, seed=10), colours(6, seed=11), strict=True):
            picture = painted(original, found, [Hint((tuple(place),), want)])
            assert distance(picture, place, want) < 2
        assert len(found.versions()) == VERSIONS
        assert len(found.telling()) == 4

    def test_a_photo_of_one_tone_takes_hints(self, colorizers):
        plain = Photo(np.full((90, 120, 3), 150, np.uint8), None, "PNG", "plain.png")
        found = colorizers["pretrained"].look(plain)
        picture = painted(plain, found, [Hint(((0.2, 0.3),), (-12.0, 9.0))])
        assert distance(picture, (0.2, 0.3), (-12.0, 9.0)) < 2


class TestWhatTheModelCanSay:
    def test_likely_colours_differ_and_the_likeliest_is_near_the_answer(self, look):
        near = 0
        for place in places(20, seed=12):
            found = look.likely(*place)
            assert 1 <= len(found) <= 5 and found == look.likely(*place)
            assert all(math.dist(a, b) > 8 for a, b in itertools.combinations(found, 2))
            near += min(math.dist(ab, look.ab_at(*place)) for ab in found) < 20
        assert near >= 15

    def test_a_model_without_a_distribution_offers_colours_around_its_answer(self, original):
        found = Colorizer(Wave()).look(original)
        first, *others = found.likely(0.4, 0.5)
        assert first == pytest.approx(found.ab_at(0.4, 0.5), abs=3)
        assert len(others) == 4 and (0.0, 0.0) in others
        assert found.likely(0.4, 0.5, 2) == [first, others[0]]

    def test_telling_places_are_apart_and_not_where_something_was_said(self, look):
        found = look.telling()
        assert len(found) == 4 and found == look.telling()
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found)
        assert all(math.dist(a, b) > 0.03 for a, b in itertools.combinations(found, 2))
        said = Hint((found[0],), (10.0, 10.0))
        assert all(math.dist(found[0], place) > 0.03 for place in look.telling([said]))

    def test_versions_begin_with_the_answer_and_differ_to_be_seen(self, look, original):
        given = (Hint(((0.1, 0.1),), "sky"),)
        found = look.versions(given)
        assert found == look.versions(given) and len(found) == VERSIONS
        assert found[0] == given and all(version[:1] == given for version in found)
        pictures = [lab(painted(original, look, version)) for version in found]
        for first, second in itertools.combinations(pictures, 2):
            assert deltaE_ciede2000(first, second).mean() > 1

    def test_doubt_is_from_0_to_1_and_of_the_photo_s_shape(self, look):
        assert look.doubt.shape == look.lightness.shape
        assert look.doubt.min() >= 0 and look.doubt.max() <= 1
        assert look.doubt.std() > 0.01

    def test_the_colour_at_a_place_is_that_of_the_picture(self, look, original):
        hints = mixed_hints()
        picture = painted(original, look, hints)
        for place in places(8, seed=14):
            assert look.ab_at(*place, hints) == pytest.approx(pixel(picture, place)[1:], abs=12)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("size", [256, pytest.param(1024, marks=pytest.mark.slow)])
def test_a_look_takes_at_most_40_megabytes(colorizers, original, model, size):
    assert colorizers[model].look(original, size=size).nbytes <= 40e6


def test_every_swatch_can_be_said(look):
    hints = [Hint((tuple(p),), n) for p, n in zip(places(len(SWATCHES)), SWATCHES, strict=True)]
    assert torch.isfinite(look.lines(hints)).all()
