"""Colours as classes."""

import math

import pytest
import torch

from colorgan import color
from colorgan.color import ab_grid

CENTRES = ab_grid.centres()
RED_AND_BLUE = ([60.0, 30.0], [0.0, -50.0])


def test_there_are_as_many_classes_as_srgb_fills_squares():
    """261; the paper counts 313, with squares just outside of sRGB."""
    assert len(CENTRES) == 261
    assert CENTRES.unique(dim=0).shape == CENTRES.shape


def test_every_colour_of_srgb_has_a_class_within_half_a_square():
    rgb = torch.rand(1, 3, 100, 100, generator=torch.Generator().manual_seed(0))
    ab = color.rgb_to_lab(rgb)[:, 1:]
    nearest = torch.cdist(ab[0].flatten(1).T, CENTRES).min(dim=1).values
    assert nearest.max() < ab_grid.STEP * 0.75


def test_a_colour_is_shared_among_its_neighbours():
    ab = torch.tensor([12.0, -31.0]).view(1, 2, 1, 1)
    indices, weights = ab_grid.soft_encode(ab, CENTRES)
    assert weights.sum() == pytest.approx(1)
    assert CENTRES[indices[0, 0, 0, 0]].tolist() == [10, -30], "the nearest first"
    assert weights[0, 0] == weights.max()
    mean = (CENTRES[indices[0, :, 0, 0]] * weights[0, :, 0]).sum(dim=0)
    assert (mean - ab.flatten()).norm() < 3


def test_encoding_and_decoding_gives_the_colour_back():
    ab = torch.tensor([[20.0, -40.0, 0.0], [10.0, 20.0, 0.0]]).view(1, 2, 1, 3)
    indices, weights = ab_grid.soft_encode(ab, CENTRES)
    shares = torch.zeros(1, len(CENTRES), 1, 3).scatter_(1, indices, weights)
    decoded = ab_grid.annealed_mean((shares + 1e-9).log(), CENTRES, temperature=1.0)
    torch.testing.assert_close(decoded, ab, atol=1.0, rtol=0)


def test_a_low_temperature_chooses_and_a_high_one_averages():
    logits = torch.full((1, len(CENTRES), 1, 1), -20.0)
    red, blue = (int(torch.cdist(torch.tensor([c]), CENTRES).argmin()) for c in RED_AND_BLUE)
    logits[0, red], logits[0, blue] = 1.2, 1.0
    sharp, flat = (ab_grid.annealed_mean(logits, CENTRES, t).flatten() for t in (0.02, 1.0))
    torch.testing.assert_close(sharp, torch.tensor([60.0, 30.0]), atol=0.5, rtol=0)
    assert (flat - torch.tensor([30.0, -10.0])).norm() < 8


def test_the_chance_of_being_far_off_is_that_of_the_classes_beyond():
    logits = torch.full((1, len(CENTRES), 1, 1), -100.0)
    red, blue = (int(torch.cdist(torch.tensor([c]), CENTRES).argmin()) for c in RED_AND_BLUE)
    logits[0, red], logits[0, blue] = math.log(0.75), math.log(0.25)
    between = (CENTRES[red] + CENTRES[blue]) / 2
    for ab, distance, chance in (
        (CENTRES[red], 40.0, 0.25),
        (CENTRES[blue], 40.0, 0.75),
        (between, 60.0, 0.0),
        (between, 20.0, 1.0),
    ):
        found = ab_grid.chance_of_far(ab[None, :, None, None], logits, CENTRES, distance)
        assert float(found) == pytest.approx(chance, abs=1e-6)


def test_rare_classes_weigh_more_and_the_mean_weight_is_one():
    prior = torch.rand(len(CENTRES), generator=torch.Generator().manual_seed(0)) ** 8
    prior = prior / prior.sum()
    weights = ab_grid.rebalancing(prior, CENTRES)
    assert (prior * weights).sum() == pytest.approx(1, rel=1e-4)
    assert weights[prior.argmin()] > weights[prior.argmax()]
    equal = ab_grid.rebalancing(prior, CENTRES, mix=1.0)
    torch.testing.assert_close(equal, torch.ones_like(equal))
