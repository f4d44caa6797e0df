"""One tester for all critics: whoever adds one adds a line to CRITICS."""

import copy

import pytest
import torch

from colorgan.errors import ModelError
from colorgan.networks import critics

SIDE = 64
CRITICS = {
    "nogan": critics.NoGanCritic(critics.NoGanConfig(width=8)),
    "patch, lab": critics.PatchCritic(critics.PatchConfig()),
    "patch, pair": critics.PatchCritic(critics.PatchConfig(pair=True)),
    "patch, 70 px": critics.PatchCritic(
        critics.PatchConfig(strides=(2, 2, 2, 1), norm="batch", last_bias=True)
    ),
    "dcgan": critics.DcganCritic(critics.DcganConfig(side=SIDE, width=8)),
    "complexity": critics.ComplexityCritic(critics.ComplexityCriticConfig(width=4, side=SIDE)),
    "resnet": critics.ClassifierCritic(critics.ClassifierConfig("resnet10t")),
}


def picture(count: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    lightness = torch.rand(count, 1, SIDE, SIDE, generator=rng) * 100
    return lightness, torch.randn(count, 2, SIDE, SIDE, generator=rng) * 20


@pytest.mark.parametrize("critic", CRITICS.values(), ids=CRITICS)
class TestCritic:
    """What every critic promises."""

    def test_gives_finite_logits_a_photo_or_a_patch(self, critic):
        with torch.inference_mode():
            logits = critic.eval()(*picture())
        assert logits.shape[:2] == (2, 1)
        assert torch.isfinite(logits).all()

    def test_has_no_sigmoid_inside(self, critic):
        """A score can be taught to fall below zero, which no sigmoid's output can."""
        taught = copy.deepcopy(critic).train()
        optimizer = torch.optim.Adam(taught.parameters(), 1e-3)
        for _ in range(50):
            mean = taught(*picture(4)).mean()
            if mean < 0:
                break
            optimizer.zero_grad()
            mean.backward()
            optimizer.step()
        assert mean < 0

    def test_every_parameter_gets_a_gradient_and_so_does_the_colour(self, critic):
        """After a first step: what begins at nothing holds back what is behind it."""
        taught = copy.deepcopy(critic).train()
        optimizer = torch.optim.Adam(taught.parameters(), 1e-3)
        for _ in range(2):
            optimizer.zero_grad()
            lightness, ab = picture()
            logits = taught(lightness, ab.requires_grad_())
            (logits * torch.randn_like(logits)).mean().backward()
            optimizer.step()
        assert [n for n, p in taught.named_parameters() if not p.grad.any()] == []
        assert ab.grad.any()

    def test_a_photo_s_score_does_not_depend_on_its_neighbours(self, critic):
        lightness, ab = picture(3)
        with torch.inference_mode():
            together = critic.eval()(lightness, ab)
            alone = critic(lightness[1:2], ab[1:2])
        torch.testing.assert_close(together[1:2], alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("critic", "settings", "count"),
    [
        (critics.PatchCritic, critics.PatchConfig(pair=True), 2_767_808),
        (critics.DcganCritic, critics.DcganConfig(), 44_739_457),
        (critics.ComplexityCritic, critics.ComplexityCriticConfig(width=4), 264_341),
        (critics.ComplexityCritic, critics.ComplexityCriticConfig(width=16), 1_081_937),
    ],
    ids=["pix2pix-rgb", "flickr-lab", "landscape, 4", "landscape, 16"],
)
def test_parameters_are_as_the_reports_count_them(critic, settings, count):
    with torch.device("meta"):  # counts without making them
        assert sum(parameter.numel() for parameter in critic(settings).parameters()) == count


def test_a_70_pixel_patch_sees_70_pixels():
    """Chroma changed 35 pixels from a patch's centre moves its logit; at 36 it does not."""
    critic = critics.PatchCritic(
        critics.PatchConfig(strides=(2, 2, 2, 1), norm="batch", last_bias=True)
    ).eval()
    ab = torch.zeros(1, 2, 200, 200, requires_grad=True)
    logits = critic(torch.zeros(1, 1, 200, 200), ab)
    logits[0, 0, 12, 12].backward()
    rows = ab.grad[0].abs().sum(dim=(0, 2)).nonzero().flatten()
    assert rows.max() - rows.min() + 1 == 70


def test_a_critic_bound_to_a_side_says_so():
    with pytest.raises(ModelError, match="64 x 64 pixels only"):
        CRITICS["complexity"](torch.zeros(1, 1, 32, 32), torch.zeros(1, 2, 32, 32))


def test_a_side_that_is_no_power_of_two_is_refused():
    with pytest.raises(ModelError, match="power of 2"):
        critics.DcganConfig(side=100)
