"""Gates that decide whether a restorer mends at all: what they see, and their own training."""

import shutil
from dataclasses import replace

import gates
import pytest
import torch
from torch import nn

from colorgan import hub
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.networks.restoration import apply_curves
from colorgan.networks.views import FINELY, SPOTS, finely, view_of
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.training.start import begin

SETTINGS = RestorationConfig(
    width=8, blocks=1, gated=True, lies=("stains",), tone_experts=("exposure",)
)


def network_of(settings: RestorationConfig) -> RestorationNet:
    """A network that darkens all that its gates let it."""
    torch.manual_seed(0)
    network = RestorationNet(settings).eval()
    with torch.no_grad():
        network.surface.leave.weight.normal_(std=0.1)
        network.surface.leave.bias.view(-1, 4)[0] = -0.2
        network.tone.leave.bias[0] = -0.2
        network.tone_experts["exposure"].tone.leave.bias[0] = -0.2
    return network


class TestWhatTheySee:
    def test_spots_and_slopes(self):
        seen = torch.full((2, 1, 192, 200), 0.5)
        seen[0, 0, 40, 50] = -1.0
        told = finely(seen)
        assert told.shape == (2, FINELY)
        assert told[0, 0] == -1 and told[1, 0] == 0.5
        assert (told[:, len(SPOTS) // 2] == 0.5).all()
        assert told[0, -1] >= 0 and (told[1, len(SPOTS) :] == 0).all()

    @torch.inference_mode()
    @pytest.mark.parametrize("shape", [(1, 1), (1, 9000), (9000, 1), (9000, 2)])
    def test_of_photos_of_any_shape(self, shape):
        network = network_of(replace(SETTINGS, fine=True))
        assert network(torch.full((1, 1, *shape), 40.0)).isfinite().all()

    @torch.inference_mode()
    def test_what_is_told_is_that_of_the_whole_photo_whatever_its_size(self):
        network = network_of(replace(SETTINGS, fine=True))
        told = []
        network.sure.layers.register_forward_pre_hook(lambda _, x: told.append(x[0]))
        smooth = torch.rand(1, 1, 6, 8)
        for size in ((192, 256), (768, 1024)):
            network.tones(100 * nn.functional.interpolate(smooth, size, mode="bilinear"))
        assert told[0].shape[1] == network.sure.layers[0].in_features
        torch.testing.assert_close(told[0], told[1], atol=0.02, rtol=0)

    @torch.inference_mode()
    @pytest.mark.parametrize("fine", [False, True])
    def test_they_judge_what_those_before_them_left(self, fine):
        network = network_of(replace(SETTINGS, fine=fine))
        for gate in gates.gates_of(network).values():
            gate[-1].weight.zero_()
            gate[-1].bias.fill_(9.0)
        smooth = torch.rand(1, 1, 6, 4)
        seen = 40 + 40 * nn.functional.interpolate(smooth, (300, 200), mode="bilinear")
        off, *_ = network.all_curves(seen)
        given = []
        network.sure.register_forward_pre_hook(lambda _, x: given.append(x[0]))
        network.all_curves(seen)
        expected = view_of(apply_curves(off, seen), 64)
        torch.testing.assert_close(given[0], expected, atol=0.03, rtol=0)

    @torch.inference_mode()
    def test_what_lies_over_a_photo_does_not_depend_on_how_it_is_held(self):
        network = network_of(SETTINGS)
        seen = torch.rand(1, 1, 96, 128) * 100
        laid, mirrored = network.laid(seen), network.laid(seen.flip(-1))
        assert laid.where.std() > 0.01
        torch.testing.assert_close(mirrored.where.flip(-1), laid.where, atol=1e-4, rtol=0)
        torch.testing.assert_close(mirrored.how.flip(-1), laid.how, atol=1e-4, rtol=0)
        torch.testing.assert_close(mirrored.sure, laid.sure, atol=1e-4, rtol=0)


def asked_about(told: torch.Tensor, gain: torch.Tensor) -> gates.Asked:
    """Prints, the last quarter held out; those that would lose are whole."""
    held = torch.arange(len(told)) >= len(told) * 3 // 4
    return gates.Asked(told, gain, torch.ones(len(told)), gain < 0, held)


@pytest.fixture
def few_photos(training_folder, tmp_path) -> str:
    """Nine photos, two of them held out."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in sorted(path for path in training_folder.rglob("*") if path.is_file())[:9]:
        shutil.copy(path, folder)
    return str(folder)


class TestTraining:
    def test_a_gate_learns_to_open_where_it_gains(self):
        torch.manual_seed(0)
        told = torch.randn(8000, 6) * 5 + 100
        asked = asked_about(told, torch.where(told[:, 2] > 100, 1.0, -1.0))
        gate = RestorationNet(SETTINGS).surface.gate
        gate[0] = nn.Linear(6, gate[0].out_features)
        gates.train(gate, asked, 0.1, seed=0)
        logits = gate(told[asked.held])[:, 0]
        right = (logits > 0) == (asked.gain[asked.held] > 0)
        assert right.float().mean() > 0.9

    @pytest.mark.parametrize("change", [0.05, 0.3])
    def test_it_is_opened_as_far_as_whole_prints_may_change(self, change):
        torch.manual_seed(0)
        told = torch.randn(4000, 3)
        asked = asked_about(told, -torch.ones(4000))
        gate = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
        gates.open_as_far(gate, asked, change)
        opened = (gate(told[asked.held])[:, 0] > 0).float().mean()
        assert opened == pytest.approx(change, abs=0.01)

    def test_from_photos_to_a_model(self, few_photos, tmp_path, monkeypatch, capsys):
        hub.save(network_of(SETTINGS), tmp_path, card="", provenance={"history": []})
        options = ["--data", few_photos, "--each", "6", "--out", str(tmp_path / "out")]
        monkeypatch.setattr("sys.argv", ["gates.py", str(tmp_path), *options])
        gates.main()
        made = hub.load_restorer(tmp_path / "out")
        assert made.settings == replace(SETTINGS, fine=True)
        said = capsys.readouterr().out
        assert all(f"{name} cross-entropy" in said for name in ("surface", "tones", "exposure"))
        kept = hub.load_restorer(tmp_path)
        for own, other in ((made.tone, kept.tone), (made.surface.leave, kept.surface.leave)):
            for a, b in zip(own.parameters(), other.parameters(), strict=True):
                assert torch.equal(a, b)
        assert all(gate[-1].weight.any() for gate in gates.gates_of(made).values())

    def test_only_those_that_are_named(self, few_photos, tmp_path, monkeypatch, capsys):
        hub.save(network_of(SETTINGS), tmp_path, card="", provenance={"history": []})
        options = ["--data", few_photos, "--out", str(tmp_path / "out"), "--gates"]
        monkeypatch.setattr("sys.argv", ["gates.py", str(tmp_path), *options, "stains"])
        with pytest.raises(SystemExit):
            gates.main()
        assert "no gate stains, but surface, tones, exposure" in capsys.readouterr().err
        monkeypatch.setattr(
            "sys.argv", ["gates.py", str(tmp_path), *options, "surface", "--each", "6"]
        )
        gates.main()
        made, kept = (hub.load_restorer(folder) for folder in (tmp_path / "out", tmp_path))
        assert made.settings == SETTINGS
        assert torch.equal(made.sure.layers[0].weight, kept.sure.layers[0].weight)
        assert not torch.equal(made.surface.gate[0].weight, kept.surface.gate[0].weight)

    def test_a_training_that_begins_with_it_keeps_what_the_gate_sees(self, tmp_path):
        made = network_of(replace(SETTINGS, fine=True))
        hub.save(made, tmp_path, card="", provenance={"history": []})
        network = hub.load_restorer(tmp_path)
        begins = replace(SETTINGS, lies=(), tells=("dust",))
        recipe = replace(RECIPES["restore"], generator=begins)
        run = Run(tmp_path / "next", data=("photos",), init=str(tmp_path))
        begun = begin(recipe, run)
        assert begun.recipe.generator.fine
        weights = begun.network.sure.layers[0].weight
        assert torch.equal(weights, network.sure.layers[0].weight)

    def test_prints_that_nothing_befell_are_as_new(self, few_photos):
        made = list(gates.prints([few_photos], 4, 1))
        assert {whole for _, whole, _ in made} == {held for _, _, held in made} == {True, False}
        for (now, faded, new), whole, _ in made:
            assert now.shape == faded.shape == new.shape
            assert torch.equal(now, new) == whole
            assert not whole or torch.equal(faded, new)
