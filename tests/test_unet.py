"""The U-Net's own settings: zooms, contrast, caution, context, the place of its head."""

import dataclasses
import math

import pytest
import torch
from noise import picture

from colorgan import color, networks
from colorgan.color import ab_grid
from colorgan.errors import ModelError
from colorgan.networks import UNet, UNetConfig


@torch.inference_mode()
def test_context_tells_each_place_what_the_whole_picture_holds():
    network = UNet(UNetConfig("resnet10t", widths=(16, 16, 16), context=8)).eval()
    seen, plain = picture(64, 512), network(picture(64, 512))
    other = seen.clone()
    other[..., 448:] = 100 - other[..., 448:]
    apart = (network(other) - plain)[..., :64].abs().max()
    torch.nn.init.normal_(network.context.second.weight)
    assert not torch.equal(network(seen), plain), "it is added"
    assert (network(other) - network(seen))[..., :64].abs().max() > 10 * apart


@torch.inference_mode()
def test_learned_points_to_spread_hints_by_change_no_answer_and_know_no_neighbours():
    plain = UNetConfig("resnet10t", widths=(16, 16, 16), zooms=(1.0, 0.5))
    network = UNet(dataclasses.replace(plain, likeness=8)).eval()
    without = UNet(plain).eval()
    own = network.state_dict()
    without.load_state_dict({k: v for k, v in own.items() if not k.startswith("likeness.")})
    lightness = picture(64, 96, count=2)
    seen, before = network.see(lightness), without.see(lightness)
    assert torch.equal(seen.ab, before.ab) and before.points is None
    assert seen.points.shape == (2, 8, *seen.features.shape[-2:])
    alone = torch.cat([network.see(one[None]).points for one in lightness])
    torch.testing.assert_close(seen.points, alone, atol=1e-4, rtol=1e-4)
    for height, width in ((1, 1), (3, 70)):
        assert torch.isfinite(network.see(picture(height, width)).points).all()


def test_zooms_are_sorted_from_the_largest_on():
    """What is seen is averaged at the size of the first."""
    assert UNetConfig(zooms=(0.5, 1.0)).zooms == (1.0, 0.5)


def test_the_head_sits_at_its_share_of_the_size():
    net = UNet(UNetConfig("resnet10t", widths=(8, 8, 8))).eval()
    seen = []
    net.head.register_forward_hook(lambda _m, _i, out: seen.append(tuple(out.shape[-2:])))
    with torch.inference_mode():
        net(picture(128, 96))
    assert seen == [(32, 24)]


def test_contrast_gives_strong_colours_more_gain_than_weak_ones():
    """Chroma 15 stays, a third of it becomes a ninth, its double four times it."""
    network = networks.build({"generator": "unet", "trunk": "resnet10t", "contrast": 1.0}).eval()
    for chroma, expected in ((0, 0), (5, 5 / 3), (15, 15), (30, 60)):
        red = math.atanh(chroma / color.AB_MAX)  # the head's answer, everywhere
        torch.nn.init.zeros_(network.head.weight)
        network.head.bias.data = torch.tensor([red, 0.0])
        with torch.inference_mode():
            ab = network(torch.full((1, 1, 32, 32), 50.0))
        torch.testing.assert_close(ab[:, 0], torch.full((1, 32, 32), float(expected)))
        assert not ab[:, 1].any()


@pytest.mark.parametrize(
    ("chance_of_blue", "caution", "kept"),
    [(0.0, 1.0, 1.0), (0.3, 0.0, 1.0), (0.3, 1.0, 0.7), (0.3, 2.0, 0.49)],
)
def test_caution_calms_strong_colours_that_may_be_glaringly_wrong(chance_of_blue, caution, kept):
    """Red that is blue in three of ten cases keeps 0.7 of its chroma above 25."""
    ab = answer_of({(50.0, 30.0): 1 - chance_of_blue, (0.0, -50.0): chance_of_blue}, caution)
    chroma = math.hypot(50, 30)
    assert color.chroma(ab).mean() == pytest.approx(25 + kept * (chroma - 25), abs=0.05)
    assert torch.atan2(ab[:, 1], ab[:, 0]).mean() == pytest.approx(math.atan2(30, 50), abs=1e-3)


def test_caution_leaves_weak_colours_alone():
    ab = answer_of({(20.0, 10.0): 0.6, (-40.0, 40.0): 0.4}, caution=4.0)
    torch.testing.assert_close(ab.mean((0, 2, 3)), torch.tensor([20.0, 10.0]), atol=0.05, rtol=0)


def answer_of(chances, caution):
    """What a network answers whose distribution is the same everywhere: chances by colour."""
    settings = UNetConfig(
        "resnet10t", widths=(8,) * 3, head="classes", temperature=0.01, caution=caution
    )
    network = UNet(settings).eval()
    torch.nn.init.zeros_(network.head.weight)
    network.head.bias.data[:] = -100.0
    for colour, chance in chances.items():
        place = int(torch.cdist(torch.tensor([colour]), ab_grid.centres()).argmin())
        network.head.bias.data[place] = math.log(chance + 1e-9)
    with torch.inference_mode():
        return network(torch.full((1, 1, 32, 32), 50.0))


def test_caution_needs_a_distribution():
    with pytest.raises(ModelError, match="needs a distribution"):
        UNetConfig(caution=1.0)


@pytest.mark.parametrize("head", ["regression", "classes"])
def test_what_is_seen_at_several_zooms_is_averaged(head):
    def answers(*zooms):
        torch.manual_seed(5)
        net = UNet(UNetConfig("resnet10t", widths=(8, 8, 8), head=head, zooms=zooms)).eval()
        with torch.inference_mode():
            lightness = picture(96, 96)
            return net(lightness), net.distribution(lightness) if head == "classes" else None

    (whole, sure), (half, unsure), (both, shares) = answers(1), answers(0.5), answers(1, 0.5)
    assert torch.equal(answers(1, 1)[0], whole)
    assert not torch.allclose(whole, half, atol=1e-3)
    torch.testing.assert_close(both, (whole + half) / 2, atol=0.3, rtol=0)
    if shares is not None:
        unsure = torch.nn.functional.interpolate(unsure.log(), (24, 24), mode="bilinear")
        agreed = torch.softmax((sure.log() + unsure) / 2, dim=1)
        torch.testing.assert_close(shares, agreed, atol=1e-5, rtol=0)
