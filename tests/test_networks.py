"""One tester for all networks: whoever adds one adds a line to GENERATORS or RESTORERS."""

import dataclasses
import json
import sys

import pytest
import torch
from conftest import ROOT
from noise import picture

from colorgan import hub, networks
from colorgan.color import ab_grid
from colorgan.errors import ModelError, PackageError
from colorgan.networks import RestorationConfig, UNet, UNetConfig
from colorgan.networks.complexity import ComplexityConfig
from colorgan.networks.ddcolor import DDColor, DDColorConfig
from colorgan.networks.pix2pix import Pix2PixConfig
from colorgan.networks.residual import ResidualConfig
from colorgan.networks.views import view_of
from colorgan.networks.zhang import Eccv16, Eccv16Config, Siggraph17, Siggraph17Config

GULER = Pix2PixConfig(norm="batch", down_dropout=False, up_dropout=3, upsample=False)
GENERATORS = {
    "unet, resnet34": UNetConfig(),
    "unet, efficientnet-lite2": UNetConfig("tf_efficientnet_lite2", 0.5, 0.5, (32, 32, 32)),
    "unet, attention and spectral norm": UNetConfig(
        "resnet10t", widths=(16, 16, 16), attention=True, spectral=True
    ),
    "unet, chroma at half size": UNetConfig("resnet10t", widths=(16,) * 4, chroma_stride=2),
    "unet, chroma at an eighth": UNetConfig("resnet10t", widths=(16,) * 2, chroma_stride=8),
    "unet, with gain and zooms": UNetConfig(
        "resnet10t", widths=(16,) * 3, gain=3.0, zooms=(1.0, 0.4)
    ),
    "unet, with colour classes": UNetConfig(
        "resnet10t", widths=(16,) * 3, head="classes", zooms=(1.0, 0.4)
    ),
    "unet, with caution": UNetConfig(
        "resnet10t", widths=(16,) * 3, head="classes", gain=2.0, caution=1.5
    ),
    "unet, with context": UNetConfig("resnet10t", widths=(16,) * 3, context=8),
    "unet, with contrast": UNetConfig("resnet10t", widths=(16,) * 3, contrast=0.6),
    "pix2pix, lab": Pix2PixConfig(levels=6, width=8),
    "pix2pix, rgb": Pix2PixConfig("rgb", levels=5, width=8),
    "pix2pix, guler": dataclasses.replace(GULER, levels=6, width=8),
    "complexity": ComplexityConfig(width=8),
    "residual": ResidualConfig(width=8),
    "eccv16": Eccv16Config(width=4),
    "siggraph17": Siggraph17Config(width=4),
    "ddcolor": DDColorConfig("t", layers=3, side=64),
}
RESTORERS = {
    "restoration": RestorationConfig(width=8, blocks=1),
    "restoration, more tones, tells, gated": RestorationConfig(
        8, 1, tone_blocks=1, gated=True, tells=("dust", "blur")
    ),
    "restoration, with context": RestorationConfig(width=8, blocks=1, context=8),
    "restoration, with experts": RestorationConfig(
        8, 1, experts=("moire",), lies=("stains",), tone_experts=("exposure",)
    ),
    "restoration, with a fine gate": RestorationConfig(8, 1, gated=True, fine=True),
}
CHANNELS = {"generator": 2, "restorer": 1}


def made(settings):
    """A network whose gates and last layers, which begin at nothing, answer with something."""
    torch.manual_seed(0)
    network = networks.network_of(settings)(settings).eval()
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    return network


def asked_of(network, seen):
    """All that training asks a network for."""
    answer = network.answer(seen)
    if network.kind == "generator":
        return [answer.ab]
    asked = [part for part in answer if part is not None]
    if laid := network.laid(seen):
        asked += [laid.where, laid.how, laid.sure]
    for expert in network.tone_experts.values():
        asked += expert(view_of(seen, 64))
    for expert in network.experts.values():
        asked += [expert.details(seen), expert.sure(expert.known(seen))]
    return asked


@pytest.fixture(params=GENERATORS | RESTORERS, scope="class")
def network(request):
    return made((GENERATORS | RESTORERS)[request.param])


@pytest.fixture(params=GENERATORS, scope="class")
def generator(request):
    return made(GENERATORS[request.param])


class TestNetwork:
    """What every network promises, a generator or a restorer."""

    @pytest.mark.parametrize(
        "size", [(1, 1), (1, 9), (3, 7), (31, 33), (64, 64), (65, 127), (40, 300)]
    )
    @torch.inference_mode()
    def test_answers_any_size_with_the_same_size(self, network, size):
        answer = network(picture(*size))
        assert answer.shape == (1, CHANNELS[network.kind], *size)
        assert torch.isfinite(answer).all()
        assert answer.abs().max() <= 128

    @pytest.mark.parametrize("value", [-1e6, 0.0, 100.0, 1e6])
    @torch.inference_mode()
    def test_is_finite_for_every_finite_input(self, network, value):
        assert torch.isfinite(network(torch.full((1, 1, 33, 20), value))).all()

    @torch.inference_mode()
    def test_an_answer_does_not_depend_on_the_neighbours_in_the_batch(self, network):
        batch = picture(48, 40, count=3)
        alone = torch.cat([network(one[None]) for one in batch])
        torch.testing.assert_close(network(batch), alone, atol=1e-3, rtol=1e-4)

    def test_every_parameter_learns_by_what_training_asks_for(self, network):
        """After first steps: what begins at nothing holds back what is behind it."""
        fresh = networks.build(network.config).train()
        optimizer = torch.optim.Adam(fresh.parameters(), 1e-3)
        for _ in range(3):
            optimizer.zero_grad()
            asked = asked_of(fresh, picture(64, 64, count=2))
            sum((part * torch.randn_like(part)).mean() for part in asked).backward()
            optimizer.step()
        learning = [(n, p) for n, p in fresh.named_parameters() if p.requires_grad]
        assert [n for n, p in learning if p.grad is None or not p.grad.any()] == []

    @torch.inference_mode()
    def test_its_config_as_json_rebuilds_it(self, network):
        again = networks.build(json.loads(json.dumps(network.config))).eval()
        again.load_state_dict(network.state_dict())
        lightness = picture(37, 50)
        torch.testing.assert_close(again(lightness), network(lightness), atol=1e-3, rtol=0)


class TestGenerator:
    """What every generator promises besides."""

    @pytest.mark.parametrize("size", [(1, 1), (33, 20), (64, 64)])
    @torch.inference_mode()
    def test_offers_a_distribution_over_the_colour_classes_if_it_says_so(self, generator, size):
        lightness = picture(*size, count=2)
        if not generator.has_distribution:
            with pytest.raises(ModelError, match="not with a distribution"):
                generator.distribution(lightness)
            return
        shares = generator.distribution(lightness)
        assert shares.shape[:2] == (2, len(ab_grid.centres())) and shares.dtype == torch.float32
        assert all(own <= side for own, side in zip(shares.shape[2:], size, strict=True))
        torch.testing.assert_close(shares.sum(1), torch.ones_like(shares[:, 0]))

    @pytest.mark.parametrize("size", [(1, 1), (33, 20), (64, 96)])
    @torch.inference_mode()
    def test_one_pass_in_use_gives_its_answer_and_all_that_it_knows(self, generator, size):
        lightness = picture(*size, count=2)
        seen = generator.see(lightness)
        torch.testing.assert_close(seen.ab, generator(lightness), atol=1e-3, rtol=1e-4)
        if seen.features is not None:
            assert seen.features.ndim == 4 and len(seen.features) == 2
            assert torch.isfinite(seen.features).all()
        assert (seen.chances is not None) == generator.has_distribution
        if seen.chances is not None:
            torch.testing.assert_close(seen.chances, generator.distribution(lightness))
            torch.testing.assert_close(seen.chances.sum(1), torch.ones_like(seen.chances[:, 0]))


@torch.inference_mode()
def test_u_nets_offer_features_along_which_hints_spread():
    for name, settings in GENERATORS.items():
        if isinstance(settings, UNetConfig) and "resnet10t" in settings.trunk:
            seen = UNet(settings).eval().see(picture(64, 96))
            assert seen.features is not None, name


class TestFromPretrained:
    """The door to a class: its own models by name, whatever their settings."""

    def test_loads_the_settings_and_weights_of_the_class(self, tmp_path):
        for settings in (GENERATORS["unet, with gain and zooms"], Pix2PixConfig(levels=3, width=8)):
            network = networks.network_of(settings)(settings).eval()
            network.save_pretrained(tmp_path)
            again = type(network).from_pretrained(tmp_path)
            assert again.settings == settings and not again.training
            torch.testing.assert_close(
                again(picture(20, 30)), network(picture(20, 30)), atol=0.1, rtol=0
            )

    def test_loads_a_restorer(self):
        seen = picture(20, 30)
        network = networks.RestorationNet.from_pretrained("restore")
        with torch.inference_mode():
            assert torch.equal(network(seen), hub.load_restorer("restore")(seen))
            assert not torch.allclose(network(seen), seen, atol=1), "untrained it changes nothing"

    def test_refuses_another_network_s_model(self, tmp_path):
        networks.Pix2Pix(Pix2PixConfig(levels=3, width=8)).save_pretrained(tmp_path)
        with pytest.raises(ModelError, match="of the network 'pix2pix', not of 'unet'"):
            UNet.from_pretrained(tmp_path)
        with pytest.raises(ModelError, match="of the network 'restoration', not of 'unet'"):
            UNet.from_pretrained(ROOT / "weights" / "restore")


def parameters(network, settings) -> int:
    with torch.device("meta"):  # counts without making them
        return sum(parameter.numel() for parameter in network(settings).parameters())


@pytest.mark.parametrize("kind", ["GENERATORS", "RESTORERS"])
def test_every_network_of_the_registry_is_tested(kind):
    tested = {networks.network_of(settings).name for settings in globals()[kind].values()}
    assert tested == set(getattr(networks, kind))


class TestPublishedSizes:
    """Parameters as the reports of the six systems count them."""

    @pytest.mark.parametrize(
        ("width", "count"),
        [
            *((16, 58_064), (24, 130_104), (30, 202_950), (38, 325_166)),
            *((46, 476_054), (52, 608_036), (72, 1_164_456)),
        ],
    )
    def test_landscape(self, width, count):
        assert parameters(networks.ComplexityUNet, ComplexityConfig(width)) == count

    def test_flickr_lab(self):
        assert parameters(networks.ResidualNet, ResidualConfig()) == 1_671_458

    def test_pix2pix_rgb(self):
        assert parameters(networks.Pix2Pix, Pix2PixConfig("rgb")) == 54_404_099

    def test_guler(self):
        assert parameters(networks.Pix2Pix, GULER) == 54_409_858


def test_pretrained_trunk_weights_come_from_a_file(tmp_path):
    """timm's own layout: a file of an RGB network serves a trunk that sees one channel."""
    from safetensors.torch import save_file

    from colorgan.networks.trunk import build_trunk, import_timm

    torch.manual_seed(3)
    classifier = import_timm().create_model("resnet10t").eval()
    save_file(classifier.state_dict(), tmp_path / "trunk.safetensors")
    trunk = build_trunk("resnet10t", weights=tmp_path / "trunk.safetensors").eval()
    grey = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        expected = classifier.forward_features(grey.expand(-1, 3, -1, -1))
        torch.testing.assert_close(trunk(grey)[-1], expected, atol=1e-3, rtol=1e-3)


def test_weights_of_a_trunk_that_are_none_are_refused_in_a_sentence(tmp_path):
    from colorgan.networks.trunk import build_trunk

    (tmp_path / "trunk.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match=r"trunk.safetensors .* is no safetensors file"):
        build_trunk("resnet10t", weights=tmp_path / "trunk.safetensors")


class TestBadConfigs:
    @pytest.mark.parametrize(
        ("config", "words"),
        [
            ({"generator": "no-such"}, "does not know"),
            ({}, "no model of colorgan"),
            ({"generator": "unet", "colour": 3}, "colour"),
            ({"generator": "unet", "chroma_stride": 3}, "chroma_stride"),
            ({"generator": "unet", "trunk": "resnet3400"}, "no network named"),
            ({"generator": "unet", "trunk": "vit_tiny_patch16_224"}, "trunk"),
            ({"generator": "unet", "widths": 7}, "does not fit"),
            ({"generator": "unet", "zooms": []}, "zooms"),
            ({"generator": "unet", "zooms": [1.0, 0.0]}, "zooms"),
        ],
    )
    def test_are_refused_in_one_sentence(self, config, words):
        with pytest.raises(ModelError, match=words) as caught:
            networks.build(config)
        assert "\n" not in str(caught.value)


class TestTheNetworksPeopleKnow:
    @pytest.mark.parametrize(
        ("network", "settings", "count"),
        [
            (Eccv16, Eccv16Config(), 32.24),
            (Siggraph17, Siggraph17Config(), 34.19),
        ],
    )
    def test_have_their_published_size(self, network, settings, count):
        """In millions; eccv16's last layer was published frozen, and counts."""
        assert round(parameters(network, settings) / 1e6, 2) == count

    def test_ddcolor_has_its_published_size(self):
        """Built for real: it looks at the size of its own features."""
        network = DDColor(DDColorConfig("t", side=64))
        assert round(sum(p.numel() for p in network.parameters()) / 1e6, 1) == 55.0

    def test_ddcolor_without_its_package_is_one_sentence(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "spandrel_extra_arches.architectures.DDColor", None)
        with pytest.raises(PackageError, match=r"\[ddcolor\]"):
            networks.build({"generator": "ddcolor"})

    @pytest.mark.parametrize(
        ("network", "settings", "names"),
        [
            (
                Eccv16,
                Eccv16Config(),
                {
                    "model1.0.weight": (64, 1, 3, 3),
                    "model1.2.bias": (64,),
                    "model1.4.running_mean": (64,),
                    "model3.4.weight": (256, 256, 3, 3),
                    "model5.0.weight": (512, 512, 3, 3),
                    "model7.6.weight": (512,),
                    "model8.0.weight": (512, 256, 4, 4),
                    "model8.6.weight": (313, 256, 1, 1),
                    "model_out.weight": (2, 313, 1, 1),
                },
            ),
            (
                Siggraph17,
                Siggraph17Config(),
                {
                    "model1.0.weight": (64, 4, 3, 3),
                    "model4.6.running_var": (512,),
                    "model8up.0.weight": (512, 256, 4, 4),
                    "model3short8.0.weight": (256, 256, 3, 3),
                    "model8.1.weight": (256, 256, 3, 3),
                    "model8.3.weight": (256, 256, 3, 3),
                    "model8.5.weight": (256,),
                    "model9.1.weight": (128, 128, 3, 3),
                    "model9.3.weight": (128,),
                    "model1short10.0.weight": (128, 64, 3, 3),
                    "model10.1.weight": (128, 128, 3, 3),
                    "model_class.0.weight": (529, 256, 1, 1),
                    "model_out.0.weight": (2, 128, 1, 1),
                },
            ),
        ],
    )
    def test_have_the_published_names_and_shapes_of_tensors(self, network, settings, names):
        with torch.device("meta"):
            own = {name: tuple(t.shape) for name, t in network(settings).state_dict().items()}
        assert {name: own.get(name) for name in names} == names
