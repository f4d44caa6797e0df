"""Loss terms and the game of generator and critic, on numbers that can be checked by hand."""

import numpy as np
import pytest
import torch

from colorgan import color
from colorgan.color import ab_grid
from colorgan.evaluation.metrics import Picture, colourfulness
from colorgan.training import losses
from colorgan.training.adversarial import critic_loss, generator_loss, weights_of
from colorgan.training.recipe import Adversarial

TRUTH = torch.zeros(1, 2, 4, 4)


class TestRegressions:
    @pytest.mark.parametrize(
        "loss",
        [losses.l1, losses.mse, lambda *a: losses.huber(*a, delta=15.0)],
        ids=["l1", "mse", "huber"],
    )
    def test_are_zero_for_the_truth_and_can_count_pixels_differently(self, loss):
        assert loss(TRUTH, TRUTH) == 0
        wrong = TRUTH.clone()
        wrong[..., 0] = 20
        weight = torch.ones(1, 1, 4, 4)
        assert loss(wrong, TRUTH, weight) == pytest.approx(float(loss(wrong, TRUTH)))
        weight[..., 0] = 3
        assert loss(wrong, TRUTH, weight) > loss(wrong, TRUTH)

    def test_l1_and_mse_count_ab_in_minus_1_to_1(self):
        assert losses.l1(TRUTH + 64, TRUTH) == 0.5
        assert losses.mse(TRUTH + 64, TRUTH) == 0.25

    def test_huber_is_linear_far_from_the_truth(self):
        far, farther = (losses.huber(TRUTH + d, TRUTH, delta=10.0) for d in (50.0, 60.0))
        assert farther - far == pytest.approx(2 * 10 / 10, rel=1e-4)


def test_colourfulness_agrees_with_the_measure_and_has_a_gradient_at_grey():
    rgb = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    own = losses.colourfulness((rgb * 255).round() / 255)
    for value, picture in zip(own, rgb, strict=True):
        pixels = (picture.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        assert value * 100 == pytest.approx(colourfulness(Picture(pixels)), rel=0.01)
    grey = torch.full((1, 3, 8, 8), 0.5, requires_grad=True)
    losses.colourfulness(grey).sum().backward()
    assert torch.isfinite(grey.grad).all()


class TestClasses:
    def test_the_loss_is_least_for_the_right_class(self):
        centres = ab_grid.centres()
        truth = torch.tensor([40.0, 20.0]).view(1, 2, 1, 1).expand(-1, -1, 8, 8)
        right = int(ab_grid.nearest(truth, centres)[0, 0, 0])
        values = []
        for chosen in (right, (right + 90) % len(centres)):
            logits = torch.zeros(1, len(centres), 2, 2)
            logits[:, chosen] = 8
            values.append(losses.class_loss(logits, truth, centres, None))
        assert values[0] < 0.5 * values[1]

    def test_rare_colours_count_more_when_rebalanced(self):
        centres = ab_grid.centres()
        prior = torch.full((len(centres),), 1e-4)
        prior[ab_grid.nearest(torch.zeros(1, 2, 1, 1), centres).item()] = 1
        weights = ab_grid.rebalancing(prior / prior.sum(), centres)
        truth = torch.zeros(1, 2, 2, 4)
        truth[..., 2:] = 60  # half grey, half a rare colour
        logits = torch.zeros(1, len(centres), 1, 2)
        logits[:, ab_grid.nearest(torch.zeros(1, 2, 1, 1), centres).item()] = 5  # says grey
        plain = losses.class_loss(logits, truth, centres, None)
        assert losses.class_loss(logits, truth, centres, weights) > plain

    def test_the_nearest_class_is_the_one_of_the_least_distance(self):
        centres = ab_grid.centres()
        rgb = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(0))
        ab = color.rgb_to_lab(rgb)[:, 1:]
        own = centres[ab_grid.nearest(ab, centres)].movedim(-1, 1)
        exact = torch.cdist(ab.movedim(1, -1).reshape(-1, 2), centres).min(1).values
        distance = torch.linalg.vector_norm(own - ab, dim=1).flatten()
        assert (distance - exact).max() < ab_grid.STEP / 2


class TestTheGame:
    @pytest.fixture(params=["bce", "least-squares", "hinge"])
    def game(self, request):
        return Adversarial(request.param)

    def draw(self):
        return torch.Generator().manual_seed(0)

    def test_a_critic_that_is_right_pays_less_than_one_that_is_wrong(self, game):
        high, low = torch.full((4, 1), 2.0), torch.full((4, 1), -2.0)
        right = critic_loss(game, high, low, self.draw())
        assert right < critic_loss(game, low, high, self.draw())

    def test_a_generator_that_deceives_pays_less(self, game):
        deceived, not_deceived = torch.full((4, 1), 1.0), torch.full((4, 1), -1.0)
        assert generator_loss(game, deceived) < generator_loss(game, not_deceived)

    def test_a_critic_that_knows_nothing_pays_what_the_literature_says(self):
        """0.69 for BCE: the figure at which `landscape` saw its critic stuck."""
        nothing = torch.zeros(8, 1)
        for objective, loss in (("bce", np.log(2)), ("least-squares", 0.5), ("hinge", 1.0)):
            game = Adversarial(objective)
            assert critic_loss(game, nothing, nothing, self.draw()) == pytest.approx(loss)

    def test_soft_labels_are_drawn_from_their_ranges(self):
        """A critic that is sure pays for it: labels of 0.9 to 1 and 0 to 0.1 are never met."""
        sure = torch.full((512, 1), 30.0)
        soft = critic_loss(Adversarial(soft_labels=True), sure, -sure, self.draw())
        assert soft == pytest.approx(30 * 0.05, rel=0.05)
        assert critic_loss(Adversarial(), sure, -sure, self.draw()) < 1e-6

    def test_the_factor_mixes_or_adds(self):
        assert weights_of(Adversarial(factor=0.1)) == (1.0, 0.1)
        assert weights_of(Adversarial(factor=0.1, convex=True)) == (0.9, 0.1)


def test_features_of_like_pictures_are_nearer(teacher_weights):
    teacher = losses.Teacher("resnet10t", teacher_weights).eval()
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    near, far = picture * 0.95, picture.flip(1)
    maps = [teacher(x) for x in (picture, near, far)]
    assert losses.perceptual(maps[0], maps[0]) == 0
    assert losses.perceptual(maps[1], maps[0]) < losses.perceptual(maps[2], maps[0])
