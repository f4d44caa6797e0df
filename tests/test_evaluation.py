"""The judge: measures against independent references, and a protocol that does not waver."""

import io
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from PIL import Image

from colorgan import color
from colorgan.errors import ColorganError, ModelError, PhotoError
from colorgan.evaluation import metrics, statistics
from colorgan.evaluation.features import FeatureNetwork, distances
from colorgan.evaluation.lpips import Lpips
from colorgan.evaluation.metrics import Picture
from colorgan.evaluation.options import parse_settings
from colorgan.evaluation.protocol import GREY, ORIGINAL, centre_square, judge, to_pixels
from colorgan.evaluation.skin import by_tone, measure_skin
from colorgan.evaluation.summary import extremes, summarize
from colorgan.networks import Generator


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def album(photos):
    return [(name, png(pixels)) for name, pixels in photos.items()]


@dataclass(frozen=True)
class Nothing:
    """No settings."""


class Constant(Generator):
    """Answers with one colour."""

    name = "constant"

    def __init__(self):
        super().__init__(Nothing())

    def forward(self, lightness):
        return torch.full_like(lightness, 20.0).expand(-1, 2, -1, -1)


class Oracle(Generator):
    """Knows the true colours of the photos it was shown before."""

    name = "oracle"

    def __init__(self, album, size):
        super().__init__(Nothing())
        squares = np.stack([centre_square(data, size) for _, data in album])
        self.lab = color.rgb_to_lab(torch.from_numpy(squares).permute(0, 3, 1, 2) / 255)

    def forward(self, lightness):
        distances = (self.lab[None, :, :1] - lightness[:, None]).abs().mean(dim=(2, 3, 4))
        return self.lab[distances.argmin(dim=1), 1:]


def flat(*rgb, size=(8, 8)):
    return Picture(np.full((*size, 3), rgb, np.uint8))


def with_lab(*lab):
    picture = flat(0, 0, 0, size=(1, 1))
    picture.__dict__["lab"] = np.array(lab, float).reshape(1, 1, 3)  # as if it had been computed
    return picture


# Sharma, Wu, Dalal 2005, table 1: pairs chosen to trip implementations up.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, 2.8361, -74.0200), (50, 0, -82.7485), 3.4412),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.4900, -0.0010), (50, -2.4900, 0.0009), 7.1792),
    ((50, 2.4900, -0.0010), (50, -2.4900, 0.0011), 7.2195),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (61, -5, 29), 22.8977),
    ((50, 2.5, 0), (56, -27, -3), 31.9030),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


class TestMetrics:
    @pytest.mark.parametrize(("first", "second", "published"), SHARMA)
    def test_ciede2000_agrees_with_the_published_pairs(self, first, second, published):
        found = metrics.ciede2000(with_lab(*first), with_lab(*second))
        assert found == pytest.approx(published, abs=5e-5)

    def test_colourfulness_by_hand(self):
        """Half red (255, 0, 0), half blue (0, 0, 255): worked out on paper."""
        pixels = np.zeros((2, 2, 3), np.uint8)
        pixels[0, :, 0] = pixels[1, :, 2] = 255
        rg, yb = np.array([255, 0]), np.array([127.5, -255])
        expected = math.hypot(127.5, 191.25) + 0.3 * math.hypot(rg.mean(), yb.mean())
        assert metrics.colourfulness(Picture(pixels)) == pytest.approx(expected)
        ddcolor = math.hypot(127.5, 63.75) + 0.3 * math.hypot(127.5, 191.25)
        assert metrics.colourfulness_ddcolor(Picture(pixels)) == pytest.approx(ddcolor)

    def test_grey_has_no_colourfulness(self):
        assert metrics.colourfulness(flat(90, 90, 90)) == 0

    def test_psnr_and_rmse_by_hand(self):
        black, dark = flat(0, 0, 0), flat(5, 5, 5)
        assert metrics.rmse(dark, black) == 5
        assert metrics.psnr(dark, black) == pytest.approx(20 * math.log10(255 / 5))
        assert metrics.psnr(dark, dark) == math.inf

    def test_ssim_of_flat_pictures_by_hand(self):
        """Without variance only the term of the means is left (Wang 2004, equation 6)."""
        c1 = (0.01 * 255) ** 2
        expected = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
        assert metrics.ssim(flat(100, 100, 100), flat(120, 120, 120)) == pytest.approx(expected)
        assert metrics.ssim(flat(1, 2, 3, size=(3, 4)), flat(1, 2, 3, size=(3, 4))) == 1

    def test_chroma_histogram_counts_what_must_move(self):
        pixels = np.zeros((4, 4, 3), np.uint8)
        half = pixels.copy()
        half[:2, :, 0] = 255
        assert metrics.chroma_histogram(Picture(half), Picture(pixels)) == 0.5
        assert metrics.chroma_histogram(Picture(half), Picture(half)) == 0

    @pytest.mark.parametrize(
        ("ab", "truth", "is_glaring"),
        [
            ((60, 40), (0, 0), True),
            ((0, 0), (60, 40), False),  # grey is dull, not glaring
            ((25, 0), (-25, 0), False),  # far off, but weak
            ((31, 0), (-10, 0), True),
            ((31, 0), (-8, 0), False),  # strong, but near enough
        ],
    )
    def test_a_glaring_mistake_is_a_strong_colour_far_from_the_truth(self, ab, truth, is_glaring):
        coloured, original = with_lab(50, *ab), with_lab(50, *truth)
        assert metrics.glaring(coloured, original) == is_glaring
        assert metrics.glaring_photos(coloured, original) == is_glaring

    def test_a_photo_counts_as_glaring_from_two_hundredths_of_its_area(self):
        grey = np.full((10, 10, 3), 90, np.uint8)
        for wrong, counts in ((2, 0), (3, 1)):
            pixels = grey.copy()
            pixels[0, :wrong] = 255, 0, 0
            assert metrics.glaring(Picture(pixels), Picture(grey)) == wrong / 100
            assert metrics.glaring_photos(Picture(pixels), Picture(grey)) == counts

    def test_bleeding_is_colour_that_changes_where_lightness_does_not(self):
        lightness = torch.full((1, 1, 16, 16), 60.0)
        ab = torch.zeros(1, 2, 16, 16)
        ab[..., 8:] = 20
        pixels = to_pixels(lightness, ab)[0]
        spilt = metrics.bleeding(Picture(pixels))
        assert spilt == pytest.approx(math.hypot(20, 20) / 16, rel=0.1)  # two columns, half each
        lightness[..., 8:] = 90
        at_an_edge = metrics.bleeding(Picture(to_pixels(lightness, ab)[0]))
        assert at_an_edge < spilt / 4

    def test_pictures_of_one_pixel_can_be_measured(self):
        one = flat(200, 100, 50, size=(1, 1))
        assert metrics.bleeding(one) == 0 and metrics.rmse(one, one) == 0


class TestProtocol:
    def test_a_model_that_knows_the_colours_has_no_distance(self, album):
        result = judge({"oracle": Oracle(album, 64)}, album, size=64, progress=False)
        assert result.mean("oracle", "ciede2000") < 0.05
        assert result.mean(ORIGINAL, "ciede2000") == 0
        assert result.mean("oracle", "glaring_photos") == result.mean(GREY, "glaring") == 0
        assert result.mean("oracle", "colourfulness") == pytest.approx(
            result.mean(ORIGINAL, "colourfulness"), rel=0.01
        )

    def test_grey_has_the_same_figures_whatever_stands_beside_it(self, album):
        alone = judge({}, album, size=64, progress=False)
        beside = judge({"constant": Constant()}, album, size=64, progress=False)
        assert alone.rows[GREY] == beside.rows[GREY]

    def test_batch_size_and_order_change_nothing(self, album, monkeypatch):
        models = {"oracle": Oracle(album, 64)}
        first = judge(models, album, size=64, progress=False)
        monkeypatch.setattr("colorgan.evaluation.protocol.BATCH", 3)
        second = judge(models, album[::-1], size=64, progress=False)
        for model in first.rows:
            for metric, values in first.rows[model].items():
                assert second.rows[model][metric][::-1] == pytest.approx(values, rel=1e-6)

    def test_what_cannot_be_read_is_left_out_and_listed(self, album):
        result = judge({}, [("bad.jpg", b"?"), *album], size=64, progress=False)
        assert set(result.left_out) == {"bad.jpg"} and len(result.names) == len(album)

    def test_grey_photos_have_no_colours_to_judge_by(self, album):
        grey = png(np.full((64, 64, 3), 80, np.uint8))
        result = judge({}, [*album, ("grey.png", grey)], size=64, progress=False)
        assert result.left_out == {"grey.png": "grey"}

    def test_nothing_to_judge_by_is_said(self):
        with pytest.raises(PhotoError, match="no photo to judge by"):
            judge({}, [("bad.jpg", b"?")], size=64, progress=False)

    def test_the_square_is_cut_from_the_centre(self):
        wide = np.zeros((50, 150, 3), np.uint8)
        wide[:, 50:100] = 255
        assert centre_square(png(wide), 50).min() == 255


class TestStatistics:
    def test_the_interval_holds_the_true_mean_as_often_as_it_says(self):
        rng = np.random.default_rng(0)
        hits = 0
        for trial in range(200):
            low, high = statistics.interval_of_mean(rng.exponential(3, 60), seed=trial)
            hits += low < 3 < high
        assert 0.88 < hits / 200 <= 1

    def test_pairing_shows_a_small_difference_that_the_means_hide(self):
        rng = np.random.default_rng(0)
        photos = rng.normal(10, 5, 200)
        first, second = photos + rng.normal(0.3, 0.2, 200), photos
        a, b = statistics.estimate(first), statistics.estimate(second)
        assert a.interval[0] < b.interval[1], "apart they overlap"
        assert statistics.difference(first, second).interval[0] > 0

    def test_few_photos_have_no_interval(self):
        assert statistics.estimate([1.0, 2.0]).interval is None


@pytest.fixture(scope="module")
def network(teacher_weights):
    return FeatureNetwork("resnet10t", teacher_weights)


class TestFeatures:
    def test_the_network_s_name_is_part_of_the_measure_s_name(self, album, network):
        many = [(f"{i}-{name}", data) for i in range(30) for name, data in album]
        result = judge({}, many, size=32, network=network, measures=("psnr",), progress=False)
        figures = summarize(result)["models"][GREY]
        assert figures["kernel[resnet10t]"]["mean"] > 0
        low, high = figures["kernel[resnet10t]"]["interval"]
        assert low < figures["kernel[resnet10t]"]["mean"] < high
        assert figures["frechet[resnet10t]"]["mean"] > 0

    def test_with_too_few_photos_a_reason_stands_in_place_of_a_number(self):
        found = distances(np.eye(20), np.eye(20))
        assert found["kernel"].mean is None
        assert found["kernel"].reason == "needs 50 photos, there are 20"

    def test_a_network_that_cannot_be_had_is_named(self, tmp_path):
        with pytest.raises(ModelError, match="There is no file"):
            FeatureNetwork("resnet10t", tmp_path / "none.safetensors")
        with pytest.raises(ModelError, match="no network named no-such-network"):
            FeatureNetwork("no-such-network", "timm")

    def test_settings_reach_timm(self, tmp_path):
        from safetensors.torch import save_file

        from colorgan.networks.trunk import import_timm

        timm = import_timm()
        save_file(
            timm.create_model("resnet10t", num_classes=7).state_dict(), tmp_path / "w.safetensors"
        )
        found = FeatureNetwork(
            "resnet10t", tmp_path / "w.safetensors", {"num_classes": 7, "mean": 0.5}
        )
        assert found.normalise.mean.flatten().tolist() == [0.5] * 3
        assert found.network.num_classes == 7


class TestLpips:
    @pytest.fixture
    def weights_at_hand(self, tmp_path, monkeypatch):
        """torchvision's SqueezeNet with random weights, where torchvision looks for its own."""
        from colorgan.networks.trunk import import_timm

        import_timm()
        from torchvision.models import squeezenet1_1
        from torchvision.models.squeezenet import SqueezeNet1_1_Weights

        torch.manual_seed(0)
        folder = tmp_path / "hub" / "checkpoints"
        folder.mkdir(parents=True)
        name = SqueezeNet1_1_Weights.IMAGENET1K_V1.url.rsplit("/")[-1]
        torch.save(squeezenet1_1().state_dict(), folder / name)
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def test_is_zero_for_equals_and_grows_with_the_difference(self, weights_at_hand, photos):
        lpips = Lpips("squeeze")
        assert lpips.name == "lpips[squeeze]"
        cat = photos["chelsea"][:128, :128]
        near = Picture((cat * 0.95).astype(np.uint8))
        far = Picture(cat[::-1].copy())
        same, close, distant = (lpips(x, Picture(cat)) for x in (Picture(cat), near, far))
        assert same == pytest.approx(0, abs=1e-6)
        assert 0 < close < distant

    def test_an_unknown_backbone_is_refused(self):
        with pytest.raises(ModelError, match="alex, vgg, squeeze"):
            Lpips("inception")

    def test_without_its_weights_it_says_so(self, tmp_path, monkeypatch):
        from urllib.error import URLError

        def unreachable(*_, **__):
            raise URLError("no network")

        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        monkeypatch.setattr("torch.hub.download_url_to_file", unreachable)
        with pytest.raises(ModelError, match="cannot be fetched"):
            Lpips("alex")


class TestSkin:
    def face(self, lightness, a, b):
        return Picture(
            to_pixels(
                *(
                    torch.full((1, n, 64, 64), 0.0) + v
                    for n, v in ((1, lightness), (2, torch.tensor([a, b]).view(1, 2, 1, 1)))
                )
            )[0]
        )

    def test_error_and_bias_are_those_of_the_skin(self):
        truth, paler = self.face(65.0, 14.0, 18.0), self.face(65.0, 7.0, 9.0)
        skin = measure_skin({"model": paler}, truth)
        values = skin.values["model"]
        assert values["chroma"] == pytest.approx(-math.hypot(7, 9), abs=1)
        assert values["error"] == pytest.approx(math.hypot(7, 9), abs=1)
        assert values["hue"] == pytest.approx(0, abs=4)

    @pytest.mark.parametrize(
        ("lightness", "tone"), [(75.0, "light"), (60.0, "intermediate"), (30.0, "dark")]
    )
    def test_the_tone_is_the_typology_angle_s(self, lightness, tone):
        """atan((L* - 50) / b*): 54 degrees, 29 degrees, -48 degrees at b* = 18."""
        assert measure_skin({}, self.face(lightness, 14.0, 18.0)).tone == tone

    def test_a_photo_without_skin_is_passed_over(self):
        assert measure_skin({}, self.face(60.0, -5.0, -30.0)) is None

    def test_few_photos_of_a_tone_have_a_reason_instead_of_a_figure(self):
        truth = self.face(65.0, 14.0, 18.0)
        skins = [measure_skin({"model": truth}, truth)] * 3
        figures = by_tone(skins)["intermediate"]["model"]["error"]
        assert figures.mean is None and "needs 5 photos" in figures.reason


@pytest.fixture(scope="module")
def result(photos, network):
    """Crops of two groups, coloured by two models."""
    crops = [
        (f"{group}-{i}.png", png(photos[name][i * 20 : i * 20 + 96, 40:136]))
        for group, name in (("cats", "chelsea"), ("cups", "coffee"))
        for i in range(8)
    ]
    models = {"oracle": Oracle(crops, 32), "constant": Constant()}
    return judge(models, crops, size=32, network=network, progress=False)


class TestSummary:
    def test_says_which_model_is_better_and_how_surely(self, result):
        summary = summarize(result)
        better = summary["differences"]["oracle - constant"]["ciede2000"]
        assert better["mean"] < better["interval"][1] < 0
        assert "oracle - grey" in summary["differences"]

    def test_tells_the_groups_apart(self, result):
        groups = summarize(result)["groups"]
        assert {name: group["photos"] for name, group in groups.items()} == {"cats": 8, "cups": 8}
        assert groups["cats"]["models"]["oracle"]["ciede2000"]["mean"] < 0.1

    def test_gaps_of_colourfulness_are_of_means_and_by_photo(self, result):
        row = summarize(result)["models"][GREY]
        assert row["colourfulness_gap"]["mean"] == pytest.approx(
            row["colourfulness_gap_by_photo"]["mean"], rel=1e-6
        ), "grey is below every original, so both gaps are the same"

    def test_extremes_are_the_nearest_and_the_farthest(self, result):
        best, worst = extremes(result, "constant", 2)
        values = dict(zip(result.names, result.rows["constant"]["ciede2000"], strict=True))
        assert max(values[n] for n in best) <= min(values[n] for n in worst)
        assert values[worst[0]] == max(values.values())

    def test_it_is_plain_json(self, result):
        import json

        json.dumps(summarize(result), allow_nan=False)


def test_settings_of_a_feature_network_are_numbers_where_they_look_like_numbers():
    given = ["pad_type=same", "depth=3", "mean=0.5", "std=inf"]
    assert parse_settings(given) == {"pad_type": "same", "depth": 3, "mean": 0.5, "std": "inf"}
    with pytest.raises(ColorganError, match="write KEY=VALUE"):
        parse_settings(["same"])
