"""The inflection point: picked from curves as a person would, and measured on real pictures."""

import numpy as np
import pytest
import torch

from colorgan import color
from colorgan.evaluation.features import FeatureNetwork, frechet_distance, kernel_distance
from colorgan.evaluation.protocol import colour_squares
from colorgan.networks.critics import PatchConfig, PatchCritic
from colorgan.training import inflection
from colorgan.training.gauge import Gauge, over_red


def curve(kernel, colour, red):
    return [
        {"step": i, "kernel": k, "colourfulness": c, "over red": r}
        for i, (k, c, r) in enumerate(zip(kernel, colour, red, strict=True))
    ]


class TestTheChoice:
    def test_is_the_bottom_of_a_valley_also_with_noise(self):
        """Better until step 12, then red and blotched: what NoGAN's makers saw."""
        x = np.arange(30)
        noise = np.random.default_rng(0).normal(0, 0.01, 30)
        valley = 0.3 + 0.004 * (x - 12) ** 2 + noise
        points = curve(valley, 0.6 + 0.03 * np.minimum(x, 12), np.maximum(x - 12, 0) * 0.01)
        assert abs(inflection.best(inflection.scores(points)) - 12) <= 1

    def test_is_the_start_where_the_game_only_harms(self):
        points = curve(np.linspace(1, 3, 8), np.full(8, 0.9), np.zeros(8))
        assert inflection.best(inflection.scores(points)) == 0

    def test_of_equals_is_the_first(self):
        assert inflection.best([1.0, 0.5, 0.499, 0.498]) == 1

    def test_the_stage_ends_after_its_patience(self):
        scores = [1.0, 0.8, 0.6, 0.7, 0.7, 0.7]
        assert not inflection.is_over(scores[:5], patience=3)
        assert inflection.is_over(scores, patience=3)
        assert not inflection.is_over([], patience=0)

    def test_works_without_a_feature_network(self):
        points = [{"step": i, "colourfulness": c, "over red": 0.0} for i, c in enumerate((0.5, 1))]
        assert inflection.best(inflection.scores(points)) == 1


class Fixed(torch.nn.Module):
    """Answers with the same colour everywhere."""

    def __init__(self, a, b):
        super().__init__()
        self.ab = torch.nn.Parameter(torch.tensor([a, b]).view(1, 2, 1, 1))

    def forward(self, lightness):
        return self.ab.expand(len(lightness), -1, *lightness.shape[-2:])


@pytest.fixture(scope="module")
def squares(photos):
    from PIL import Image

    cut = [
        Image.fromarray(p[y : y + 180, x : x + 180]).resize((64, 64))
        for p in photos.values()
        for y in (0, 60, 110)
        for x in (0, 90, 180)
    ]
    return np.stack([np.asarray(picture) for picture in cut])


class TestTheGauge:
    def test_measures_how_alike_the_pictures_are(self, squares, teacher_weights):
        gauge = Gauge(squares, FeatureNetwork("resnet10t", teacher_weights))
        critic = PatchCritic(PatchConfig())
        grey, red = (gauge.measure(Fixed(a, a / 2), critic) for a in (0.0, 60.0))
        assert grey["colourfulness"] < 0.1 < red["colourfulness"]
        assert grey["over red"] == 0 and red["over red"] > 0.9
        assert red["kernel"] > grey["kernel"] == pytest.approx(1, rel=0.01), "in units of grey's"
        assert np.isfinite(grey["critic score"])

    def test_does_not_ask_a_network_that_cannot_tell_grey_from_colour(
        self, squares, teacher_weights
    ):
        """As with too few photos; here the photos are grey themselves."""
        grey = colour_squares(squares, None)
        gauge = Gauge(grey, FeatureNetwork("resnet10t", teacher_weights))
        assert "kernel" not in gauge.measure(Fixed(0.0, 0.0))

    def test_only_reddened_skin_counts_as_over_red(self):
        lightness = torch.full((1, 1, 4, 4), 60.0)
        skin = torch.tensor([15.0, 18.0]).view(1, 2, 1, 1).expand(-1, -1, 4, 4)
        sky = torch.tensor([-5.0, -30.0]).view(1, 2, 1, 1).expand(-1, -1, 4, 4)
        redder = torch.tensor([20.0, 0.0]).view(1, 2, 1, 1)
        assert over_red(lightness, skin, skin) == 0
        assert over_red(lightness, skin, skin + redder) == 1
        assert over_red(lightness, sky, sky + redder) == 0
        assert color.chroma(skin).max() < 45


class TestDistances:
    def test_frechet_agrees_with_the_formula_for_gaussians(self):
        def normal(seed):
            """Draws whose mean is exactly 0 and whose covariance is exactly 1."""
            x = np.random.default_rng(seed).normal(0, 1, (200, 3))
            x -= x.mean(0)
            return np.linalg.solve(np.linalg.cholesky(np.cov(x, rowvar=False)), x.T).T

        a, b = normal(0), 1 + 2 * normal(1)
        assert frechet_distance(a, b) == pytest.approx(3 * 1 + 3 * (2 - 1) ** 2, rel=1e-6)
        assert frechet_distance(a, a) == pytest.approx(0, abs=1e-8)

    def test_frechet_agrees_with_the_square_root_of_the_matrix(self):
        """The textbook form, with scipy's root of the product of covariances."""
        from scipy.linalg import sqrtm

        rng = np.random.default_rng(1)
        a, b = rng.normal(0, 1, (50, 8)), rng.normal(0.3, 1.5, (60, 8)) @ rng.normal(0, 1, (8, 8))
        covs = [np.cov(x, rowvar=False) for x in (a, b)]
        root = np.real(np.trace(sqrtm(covs[0] @ covs[1])))
        textbook = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(covs[0] + covs[1]) - 2 * root
        assert frechet_distance(a, b) == pytest.approx(textbook, rel=1e-6)

    def test_kernel_distance_agrees_with_a_plain_double_loop(self):
        rng = np.random.default_rng(2)
        a, b = rng.normal(0, 1, (7, 5)), rng.normal(0.5, 1, (7, 5))

        def k(x, y):
            return (float(x @ y) / 5 + 1) ** 3

        within = [
            sum(k(s[i], s[j]) for i in range(7) for j in range(7) if i != j) / 42 for s in (a, b)
        ]
        between = sum(k(x, y) for x in a for y in b) / 49
        assert kernel_distance(a, b) == pytest.approx(sum(within) - 2 * between)

    def test_kernel_distance_is_about_zero_for_one_kind_and_grows_with_the_shift(self):
        rng = np.random.default_rng(0)
        sets = [rng.normal(shift, 1, (300, 16)) for shift in (0, 0, 0.3, 0.6)]
        same, near, far = (kernel_distance(sets[0], other) for other in sets[1:])
        assert abs(same) < 0.05 < near < far
