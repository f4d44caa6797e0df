"""What one damage is mended by: experts that mend first, and what is undone where it lies."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from experts import main as give_experts
from experts import with_experts
from training_runs import losses_of

from colorgan import Restorer, TrainingError, film, hub
from colorgan.device import autocast
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.photo import Photo
from colorgan.training import losses
from colorgan.training.loop import train
from colorgan.training.recipe import LossWeights, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.training.start import begin

SETTINGS = RestorationConfig(width=8, blocks=1, experts=("moire",), lies=("stains", "tape"))
SMALL = replace(
    RECIPES["restore"],
    generator=SETTINGS,
    stages=(Stage(32, 4, 8),),
    losses=LossWeights(huber=1.0),
    ema_halflife=0,
)


@pytest.fixture
def network() -> RestorationNet:
    """A network whose expert changes every pixel and whose surface darkens by 10 L*."""
    torch.manual_seed(0)
    network = RestorationNet(SETTINGS).eval()
    with torch.no_grad():
        network.experts["moire"].leave.weight.normal_(std=0.1)
        network.surface.leave.bias.view(-1, 4)[0] = -0.2  # the first of four coefficients ...
        network.surface.leave.bias[4 * 8 : 4 * 9] = 20.0  # ... where it is sure of stains
    return network


def decide(network: RestorationNet, *, expert: bool, surface: bool) -> None:
    """Open or close the gates."""
    with torch.no_grad():
        for gate, opened in (
            (network.experts["moire"].gate, expert),
            (network.surface.gate, surface),
        ):
            gate[-1].weight.zero_()
            gate[-1].bias.fill_(1.0 if opened else -1.0)


def mended(network: RestorationNet, lightness: torch.Tensor) -> torch.Tensor:
    return Restorer(network).mend(lightness)


class TestInUse:
    @pytest.mark.parametrize("shape", [(40, 50), (700, 660), (1, 30)])
    def test_closed_gates_leave_a_photo_to_all_others(self, network, shape):
        decide(network, expert=False, surface=False)
        plain = RestorationNet(replace(SETTINGS, experts=(), lies=())).eval()
        plain.load_state_dict(network.state_dict(), strict=False)
        seen = torch.rand(1, 1, *shape) * 60 + 20
        assert torch.equal(mended(network, seen), mended(plain, seen))

    @pytest.mark.parametrize("shape", [(40, 50), (700, 660)])
    def test_an_open_gate_lets_the_expert_mend(self, network, shape):
        decide(network, expert=True, surface=False)
        seen = torch.rand(1, 1, *shape) * 60 + 20
        assert (mended(network, seen) - seen).abs().mean() > 1
        if min(shape) < 100:
            with autocast(torch.device("cpu")), torch.inference_mode():
                expected = network.experts["moire"].details(seen).clamp(0, 100)
            torch.testing.assert_close(mended(network, seen), expected, atol=0.5, rtol=0)

    def test_each_picture_has_a_gate_of_its_own(self, network):
        decide(network, expert=True, surface=False)
        expert, seen = network.experts["moire"], torch.rand(2, 1, 32, 32) * 60 + 20
        expert.sure = lambda known: torch.tensor([1.0, -1.0])
        answer = expert(seen)
        assert torch.equal(answer[1], seen[1]) and not torch.equal(answer[0], seen[0])

    @pytest.mark.parametrize("shape", [(96, 130), (700, 660), (1, 30)])
    def test_what_lies_over_a_photo_is_undone_where_it_lies(self, network, shape):
        decide(network, expert=False, surface=True)
        seen = torch.full((1, 1, *shape), 50.0)
        torch.testing.assert_close(mended(network, seen), seen - 10, atol=0.1, rtol=0)

    def test_tones_are_judged_without_what_lies_over_them(self, network):
        decide(network, expert=False, surface=True)
        seen = torch.full((1, 1, 60, 60), 50.0)
        given = []
        network.curves = lambda view: given.append(view) or torch.zeros(1, 4, 2, 2)
        network.all_curves(seen)
        torch.testing.assert_close(given[0], torch.full_like(given[0], 40.0), atol=0.1, rtol=0)

    def test_what_is_mended_so_is_told(self, network):
        grey = Photo(np.full((80, 90, 3), 120, np.uint8), None, "PNG")
        for expert, surface, names in (
            (False, False, ()),
            (True, False, ("moire",)),
            (True, True, ("moire", "stains")),
        ):
            decide(network, expert=expert, surface=surface)
            assert Restorer(network).found(grey) == names

    def test_waves_are_looked_for_at_all_sizes(self, network):
        expert = network.experts["moire"]
        expert.sure = lambda known: known.new_ones(1) if len(asked) > 1 else -known.new_ones(1)
        known, asked = expert.known, []
        expert.known = lambda x: asked.append(x.shape[-2:]) or known(x)
        assert Restorer(network)._is_sure(expert, torch.rand(1, 1, 700, 660) * 100)
        assert asked == [(256, 256)] * 2


def test_untrained_they_change_nothing():
    seen = torch.rand(1, 1, 40, 50) * 100
    torch.testing.assert_close(RestorationNet(SETTINGS).eval()(seen), seen, atol=1e-3, rtol=0)


class TestTones:
    def test_an_expert_of_tones_bends_what_it_is_sure_of(self):
        settings = RestorationConfig(width=8, blocks=1, tone_experts=("exposure",))
        network, seen = RestorationNet(settings).eval(), torch.full((1, 1, 70, 90), 50.0)
        expert = network.tone_experts["exposure"]
        with torch.no_grad():
            expert.tone.leave.bias.copy_(torch.tensor([0.2, 0, 0, 0]))
            expert.gate[-1].weight.zero_()
            for bias, added in ((1.0, 10.0), (-1.0, 0.0)):
                expert.gate[-1].bias.fill_(bias)
                torch.testing.assert_close(mended(network, seen), seen + added, atol=0.2, rtol=0)

    def test_it_is_told_where_it_mends(self):
        settings = RestorationConfig(width=8, blocks=1, tone_experts=("exposure",))
        network = RestorationNet(settings).eval()
        grey = Photo(np.full((80, 90, 3), 120, np.uint8), None, "PNG")
        for bias, names in ((1.0, ("exposure",)), (-1.0, ())):
            with torch.no_grad():
                network.tone_experts["exposure"].gate[-1].weight.zero_()
                network.tone_experts["exposure"].gate[-1].bias.fill_(bias)
            assert Restorer(network).found(grey) == names


class TestLoss:
    def test_is_small_where_all_is_said_right_and_falls_by_learning(self):
        torch.manual_seed(0)
        surface = RestorationNet(SETTINGS).surface
        clean = torch.rand(4, 1, 96, 96) * 4 + 48
        changes = torch.zeros(4, 2, 96, 96)
        changes[:2, 0, 20:60, 30:70] = -20.0
        seen = clean + changes.sum(1, keepdim=True)
        optimizer = torch.optim.Adam(surface.parameters(), 3e-3)
        first = None
        for _ in range(40):
            loss = losses.laid(surface(seen / 50 - 1), seen, changes, 1.0)
            first = first or float(loss.detach())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert float(loss.detach()) < 0.5 * first
        found = surface(seen / 50 - 1)
        places = found.where.sigmoid()
        assert places[:2, 0, 25:55, 35:65].mean() > 0.5 > places[2:, 0].mean()

    def test_weighs_a_gate_by_what_it_decides(self):
        truth = torch.zeros(2, 1, 4, 4)
        near, far = truth + 1, truth + 10
        right, wrong = torch.tensor([9.0, 9.0]), torch.tensor([-9.0, -9.0])
        assert losses.sure(right, far, near, truth, 1.0) < 0.01
        assert losses.sure(wrong, far, near, truth, 1.0) > 9
        assert losses.sure(wrong, near, far, truth, 1.0) < 0.01
        assert losses.sure(right, near, near, truth, 1.0) == 0
        own = torch.tensor([True, False])
        assert losses.sure(right, far, near, truth, 1.0, own) > 9, "not what others mend"


class TestTraining:
    def test_a_gate_alone_is_trained_by_its_loss(self, network, photos_in_memory, tmp_path):
        (tmp_path / "first").mkdir()
        hub.save(network, tmp_path / "first", card="", provenance={})
        before = hub.load_restorer(tmp_path / "first").state_dict()
        gates = replace(SMALL, losses=LossWeights(experts=1.0), degrade=1.0)
        run = Run(tmp_path / "gates", data=("photos",), init=str(tmp_path / "first"))
        train(gates, run, photos_in_memory)
        after = hub.load_restorer(tmp_path / "gates").state_dict()
        changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
        assert changed and all(name.startswith("experts.moire.gate") for name in changed)

    def test_what_lies_over_prints_is_learned_by_them(self, photos_in_memory, tmp_path):
        recipe = replace(
            SMALL, losses=LossWeights(lies=1.0), alone=1.0, kinds=("stains",), degrade=1.0
        )
        run = Run(tmp_path, data=("photos",), log_every=1)
        train(recipe, run, photos_in_memory)
        assert all(row["lies"] > 0 for row in losses_of(tmp_path))

    def test_who_begins_with_experts_keeps_them(self, photos_in_memory, tmp_path):
        train(SMALL, Run(tmp_path / "first", data=("photos",)), photos_in_memory)
        plain = replace(SMALL, generator=replace(SETTINGS, experts=(), lies=()))
        run = Run(tmp_path / "next", data=("photos",), init=str(tmp_path / "first"))
        begun = begin(plain, run)
        assert begun.recipe.generator.experts == ("moire",)
        assert begun.recipe.generator.lies == ("stains", "tape")

    def test_without_experts_their_gates_cannot_be_trained(self, tmp_path):
        recipe = replace(SMALL, generator=RestorationConfig(8, 1), losses=LossWeights(experts=1.0))
        with pytest.raises(TrainingError, match="give one some by benchmarks"):
            begin(recipe, Run(tmp_path, data=("photos",)))

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"generator": RestorationConfig(lies=("dust",))}, "does not lie over prints"),
            ({"losses": LossWeights(lies=1.0), "generator": RestorationConfig()}, "for nothing"),
            ({"kinds": ("moir",)}, "damages that nobody knows"),
            ({"alone": 1.5}, "alone that is not from 0 to 1"),
        ],
    )
    def test_what_cannot_be_followed_is_refused(self, changes, words):
        with pytest.raises(TrainingError, match=words):
            replace(SMALL, **changes)


class TestGivingExperts:
    def test_they_have_the_details_of_others_and_a_closed_gate(self, network):
        torch.manual_seed(1)
        base, other = (RestorationNet(RestorationConfig(width=8, blocks=1)) for _ in range(2))
        torch.nn.init.normal_(other.leave.weight, std=0.1)
        made = with_experts(base, {"moire": other, "exposure": other})
        assert made.settings.experts == ("moire",)
        assert made.settings.tone_experts == ("exposure",)
        seen = torch.rand(1, 1, 40, 40) * 100
        torch.testing.assert_close(made(seen), base.eval()(seen))
        torch.testing.assert_close(made.experts["moire"].details(seen), other.details(seen))

    def test_from_model_folders_into_another(self, network, tmp_path, monkeypatch, capsys):
        for name in ("base", "run"):
            (tmp_path / name).mkdir()
            plain = RestorationNet(RestorationConfig(width=8, blocks=1)).eval()
            hub.save(plain, tmp_path / name, card="", provenance={"history": [{"recipe": name}]})
        out = tmp_path / "out"
        words = ["experts", str(tmp_path / "base"), f"moire={tmp_path / 'run'}", "--out", str(out)]
        monkeypatch.setattr("sys.argv", words)
        give_experts()
        assert "moire" in capsys.readouterr().out
        assert hub.load_restorer(out).settings.experts == ("moire",)
        assert [step["recipe"] for step in hub.history(out)] == ["base", "run"]


def test_what_lies_over_a_print_is_kept_with_it(photos):
    ageing = film.Ageing(alone=1.0, kinds=("stains",))
    rng = np.random.default_rng(4)
    print = film.old_print(photos["coffee"][:64, :64], rng, ageing)
    while not print.befell:
        print = film.old_print(photos["coffee"][:64, :64], rng, ageing)
    assert set(print.laid) == {"stains"}
    assert np.allclose(print.new + print.laid["stains"], print.now, atol=1e-4)
