"""The trainer trains a restorer as it does a generator, and generators on old prints."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from training_runs import SMALL, losses_of

from colorgan import Restorer, TrainingError, film, hub
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.networks.critics import NoGanConfig
from colorgan.training.loop import train
from colorgan.training.pictures import Pictures
from colorgan.training.recipe import LossWeights, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.training.start import begin
from colorgan.training.tables import read_table
from colorgan.training.tasks import RestorationTask

RESTORE = replace(
    RECIPES["restore"],
    generator=RestorationConfig(width=8, blocks=1, tone_blocks=1, tells=("dust", "grain")),
    critic=NoGanConfig(width=8),
    stages=(
        Stage(32, 4, 8),
        Stage(32, 4, 8, kind="critic"),
        Stage(32, 4, 8, kind="adversarial"),
    ),
)


def test_all_stages_end_in_a_model_that_restores(
    photos_in_memory, training_folder, tmp_path, portrait
):
    run = Run(
        tmp_path,
        data=("photos",),
        validation=(str(training_folder),),
        log_every=1,
        sample_every=3,
    )
    train(RESTORE, run, photos_in_memory)
    rows = losses_of(tmp_path)
    assert {"details", "tones"} <= rows[0].keys()
    assert {"critic", "critic right"} <= rows[2].keys()
    assert "adversarial" in rows[-1]
    measured = read_table(tmp_path / "validation.csv")[-1]
    assert {
        "psnr damaged",
        "psnr",
        "ssim damaged",
        "ssim",
        "change of undamaged",
    } <= measured.keys()
    assert list((tmp_path / "samples").iterdir())
    assert Restorer.from_pretrained(tmp_path)(portrait).size == (512, 512)


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(photos_in_memory, tmp_path):
    whole = Run(tmp_path / "whole", data=("photos",), log_every=1)
    train(RESTORE, whole, photos_in_memory)
    parts = replace(whole, folder=tmp_path / "parts")
    train(RESTORE, replace(parts, max_steps=3), photos_in_memory)
    train(RESTORE, replace(parts, resume=True), photos_in_memory)
    assert losses_of(parts.folder) == losses_of(whole.folder)


def test_a_restorer_that_tells_nothing_learns_to_tell_and_mends_at_first_as_it_did(tmp_path):
    torch.manual_seed(0)
    older = RestorationNet(RestorationConfig(width=8, blocks=1))
    older.leave.weight.data.normal_(std=0.1)
    hub.save(older, tmp_path / "older", card="", provenance={})
    run = Run(tmp_path / "run", data=("photos",), init=str(tmp_path / "older"))
    start = begin(RESTORE, run)
    assert start.recipe.generator == RESTORE.generator
    seen = torch.rand(1, 1, 40, 40) * 100
    assert (start.network.eval()(seen) - older(seen)).abs().max() < 0.5  # kernels kept in half
    assert start.network.findings(seen).shape == (1, 2)


def pictures_of(lightness, faded, new):
    """What the task sees of prints (N, 1, H, W)."""
    return Pictures(lightness, faded, new, new.expand(-1, 3, -1, -1), new.expand(-1, 3, -1, -1))


def test_to_halve_a_slight_error_counts_nearly_as_much_as_to_halve_a_heavy_one():
    new, network = torch.full((2, 1, 8, 8), 50.0), RestorationNet(RESTORE.generator)
    errors = torch.tensor([1.0, 20.0])[:, None, None, None]
    seen = pictures_of(new + errors, new, new)

    def teaches(slight):
        """How much the two pictures teach for each percent of their errors."""
        left = torch.ones_like(errors, requires_grad=True)
        task = RestorationTask(replace(RESTORE, huber_delta=50, slight=slight), network)
        task._details(new + left * errors, seen).backward()
        return left.grad.flatten().tolist()

    slight, heavy = teaches(None)
    assert heavy / slight == pytest.approx(400)
    slight, heavy = teaches(0.5)
    assert slight == pytest.approx(0.8) and heavy == pytest.approx(1, rel=1e-3)


def test_of_some_crops_a_restorer_learns_to_do_without_its_blocks_at_stride_8():
    torch.manual_seed(0)
    network = RestorationNet(replace(RESTORE.generator, near=True))
    network.leave.weight.data.normal_(std=0.1)
    seen = torch.rand(1, 1, 32, 32).expand(40, -1, -1, -1) * 60
    whole, near = (network.details(seen[:1], near=near) for near in (False, True))
    picked = torch.arange(40) % 3 == 0
    details, *_, told = network.answer(seen, picked)
    for expected, found in ((near, details[picked]), (whole, details[~picked])):
        torch.testing.assert_close(found, expected.expand_as(found), atol=1e-3, rtol=0)
    assert not torch.allclose(whole, near, atol=0.1)
    torch.testing.assert_close(told, told[:1].expand_as(told))  # of all that there is to see

    task, given = RestorationTask(RESTORE, network), []
    network.answer = lambda x, near: given.append(near) or (x, *network.tones(x), None)
    for training in (True, False):
        task.train(training)(pictures_of(seen, seen, seen))
    assert given[1] is None and 4 < given[0].sum() < 26


def test_only_the_training_of_details_teaches_them_anew(tmp_path):
    older = RestorationNet(RESTORE.generator)
    hub.save(older, tmp_path / "older", card="", provenance={})
    run = Run(tmp_path / "run", data=("photos",), init=str(tmp_path / "older"))
    recipe = replace(RESTORE, generator=replace(RESTORE.generator, near=True, context=8))
    begun = begin(recipe, run)
    assert begun.recipe.generator.near and begun.recipe.generator.context == 8
    seen = torch.rand(1, 1, 40, 40) * 100
    assert (begun.network.eval()(seen) - older.eval()(seen)).abs().max() < 0.5
    alone = begin(replace(recipe, losses=LossWeights(tones=1.0)), run).recipe.generator
    assert not alone.near and not alone.context


def test_all_of_the_context_learns():
    torch.manual_seed(0)
    network = RestorationNet(replace(RESTORE.generator, context=8))
    for layer in (network.leave, network.whole.third):
        torch.nn.init.normal_(layer.weight, std=0.1)
    seen, new = torch.rand(2, 2, 1, 32, 32) * 100
    terms, _ = RestorationTask(RESTORE, network)(pictures_of(seen, new, new))
    terms["details"].backward()
    assert all(p.grad.any() for p in network.whole.parameters())


def test_with_a_gate_tones_are_learned_from_prints_whose_tones_changed():
    torch.manual_seed(0)
    network = RestorationNet(replace(RESTORE.generator, gated=True))
    task, new = RestorationTask(RESTORE, network), torch.rand(2, 1, 32, 32) * 60
    terms, _ = task(pictures_of(new, new, new))
    assert terms["tones"] == 0
    faded = new * 0.5 + 40
    terms, _ = task(pictures_of(faded, faded, new))
    assert terms["tones"] > 0.1


def test_a_gate_learns_whether_mending_tones_is_nearer():
    torch.manual_seed(0)
    network = RestorationNet(replace(RESTORE.generator, gated=True))
    task, new = RestorationTask(RESTORE, network), torch.rand(8, 1, 32, 32) * 60
    darker = torch.zeros(8, 4, 2, 2)
    darker[:, 0] = -0.4
    faded = new + 20
    optimizer = torch.optim.Adam(network.sure.parameters(), 1e-2)
    for _ in range(60):
        loss = 0
        for seen in (pictures_of(faded, faded, new), pictures_of(new, new, new)):
            loss = loss + task._sure(network.tones(seen.lightness)[1], darker, seen)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert network.tones(faded)[1].min() > 0 > network.tones(new)[1].max()
    assert all(p.grad is None for p in network.tone.parameters()), "the gate changes no tones"


def test_a_gate_may_be_trained_alone(photos_in_memory, tmp_path):
    generator = replace(RESTORE.generator, gated=True)
    gated = replace(RESTORE, generator=generator, stages=(Stage(32, 4, 8),))
    train(gated, Run(tmp_path / "first", data=("photos",)), photos_in_memory)
    before = hub.load_restorer(tmp_path / "first").state_dict()
    alone = replace(gated, losses=LossWeights(sure=1.0), ema_halflife=0)
    run = Run(tmp_path / "gate", data=("photos",), init=str(tmp_path / "first"))
    train(alone, run, photos_in_memory)
    after = hub.load_restorer(tmp_path / "gate").state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed and all(name.startswith("sure.") for name in changed)


@pytest.mark.slow
@pytest.mark.parametrize(("damage", "term"), [("fading", "tones"), ("grain", "details")])
def test_it_learns_to_mend(damage, term, photos_in_memory, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "CHANCES", {kind: float(kind == damage) for kind in film.DAMAGES})
    monkeypatch.setattr(film, "frame", lambda lightness, rng: lightness)
    monkeypatch.setattr(film, "MISTY", 0.0)
    recipe = replace(
        RESTORE, stages=(Stage(32, 8, 8 * 150),), degrade=1.0, learning_rate=3e-3, ema_halflife=0
    )
    train(recipe, Run(tmp_path, data=("photos",), log_every=1), photos_in_memory)
    losses = [row[term] for row in losses_of(tmp_path)]
    assert np.mean(losses[-50:]) < 0.85 * np.mean(losses[:10])


def test_generators_train_on_old_prints(photos_in_memory, tmp_path):
    for share in (0.0, 1.0):
        run = Run(tmp_path / str(share), data=("photos",), log_every=1)
        train(replace(SMALL, degrade=share), run, photos_in_memory)
    plain, old = (losses_of(tmp_path / str(share)) for share in (0.0, 1.0))
    assert plain[0] != old[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"losses": LossWeights(l1=1.0)}, "whose losses are huber, tones"),
        ({"rebalancing": 0.5}, "no colours to rebalance"),
        ({"generator": RestorationConfig()}, "tells of no damage"),
        ({"losses": LossWeights(sure=1.0)}, "has no gate"),
        ({"slight": -1.0}, "slight error"),
        ({"degrade": 1.5}, "degrade that is not from 0 to 1"),
    ],
)
def test_what_a_restorer_cannot_follow_is_refused(changes, words):
    with pytest.raises(TrainingError, match=words):
        replace(RESTORE, **changes)
