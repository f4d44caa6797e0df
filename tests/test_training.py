"""Training on a handful of small photos: the door, the loop, going on after a stop."""

import csv
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import ROOT
from PIL import Image

from colorgan import Colorizer, TrainingError, hub
from colorgan.networks import UNetConfig
from colorgan.training import losses
from colorgan.training.checkpoint import Progress
from colorgan.training.data import Batches, load_photos, old_look
from colorgan.training.loop import Run, Trainer, check_finite, rate, remaining, train
from colorgan.training.recipes import RECIPES, LossWeights, Recipe, Stage

SMALL = Recipe(
    name="small",
    generator=UNetConfig("resnet10t", widths=(16, 16, 16)),
    trunk_weights=None,
    stages=(Stage(32, 4, 12), Stage(48, 4, 24)),
    losses=LossWeights(),
    ema_halflife=8,
)


@pytest.fixture(scope="module")
def folder(photos, tmp_path_factory):
    """A dozen small colour photos, a grey one and a broken one."""
    folder = tmp_path_factory.mktemp("training")
    rng = np.random.default_rng(0)
    for name, pixels in photos.items():
        for i in range(3):
            top, left = rng.integers(0, 100, 2)
            cut = Image.fromarray(pixels[top : top + 200, left : left + 300])
            cut.resize((90, 60)).save(folder / f"{name}-{i}.png")
    Image.new("L", (60, 60), 99).save(folder / "grey.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
    return folder


@pytest.fixture(scope="module")
def store(folder):
    return load_photos([folder])


@pytest.fixture(scope="module")
def teacher_weights(tmp_path_factory):
    """A file of weights as timm keeps them, for a small teacher that was never trained."""
    from safetensors.torch import save_file

    from colorgan.networks.trunk import import_timm

    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("teacher") / "resnet10t.safetensors"
    save_file(import_timm().create_model("resnet10t").state_dict(), path)
    return path


def weights(run_folder):
    return hub.load(run_folder).state_dict()


class TestData:
    def test_grey_and_broken_photos_are_left_out_and_listed(self, store):
        assert len(store) == 12
        assert store.grey == ["grey.png"] and store.unreadable == ["broken.jpg"]

    def test_nothing_to_train_on_is_said(self, folder, tmp_path):
        (tmp_path / "grey.png").write_bytes((folder / "grey.png").read_bytes())
        with pytest.raises(TrainingError, match="1 are grey"):
            load_photos([tmp_path])

    def test_groups_choose_photos_by_prefix(self, folder):
        assert len(load_photos([folder], groups=["chelsea"])) == 3

    def test_no_photo_comes_twice_in_an_epoch(self, store):
        batches = Batches(store, seed=3)
        for epoch in range(3):
            assert sorted(batches.indices(epoch * 12, 12)) == list(range(12))
        assert batches.indices(0, 12) != batches.indices(12, 12)

    def test_a_batch_depends_on_its_place_alone(self, store):
        first, second = (Batches(store, seed=3).crops(8, 4, 32) for _ in range(2))
        assert first.shape == (4, 3, 32, 32) and first.dtype == torch.uint8
        assert torch.equal(first, second)
        assert not torch.equal(first, Batches(store, seed=4).crops(8, 4, 32))

    def test_the_old_look_changes_the_asked_share_and_stays_in_range(self):
        lightness = torch.rand(64, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 100
        looks = {
            share: old_look(lightness, share, torch.Generator().manual_seed(1))
            for share in (0.0, 0.5, 1.0)
        }
        changed = {
            share: (look != lightness).flatten(1).any(1).float().mean()
            for share, look in looks.items()
        }
        assert changed[0.0] == 0 and changed[1.0] == 1 and 0.3 < changed[0.5] < 0.7
        assert looks[1.0].min() >= 0 and looks[1.0].max() <= 100


class TestLosses:
    def test_huber_is_zero_for_the_truth_and_linear_far_from_it(self):
        truth = torch.zeros(1, 2, 4, 4)
        settings = {"delta": 10.0, "chroma_bonus": 0.0}
        assert losses.huber(truth, truth, **settings) == 0
        far, farther = (losses.huber(truth + d, truth, **settings) for d in (50.0, 60.0))
        assert farther - far == pytest.approx(2 * 10 / 10, rel=1e-4)

    def test_colourful_pixels_count_more_with_a_bonus(self):
        truth = torch.zeros(1, 2, 1, 2)
        truth[..., 1] = 60
        wrong_grey, wrong_colour = truth.clone(), truth.clone()
        wrong_grey[..., 0] += 5
        wrong_colour[..., 1] += 5
        settings = {"delta": 15.0, "chroma_bonus": 40.0}
        grey = losses.huber(wrong_grey, truth, **settings)
        assert losses.huber(wrong_colour, truth, **settings) > 2 * grey

    def test_features_of_like_pictures_are_nearer(self, teacher_weights):
        teacher = losses.Teacher("resnet10t", teacher_weights).eval()
        picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        near, far = picture * 0.95, picture.flip(1)
        maps = [teacher(x) for x in (picture, near, far)]
        assert losses.perceptual(maps[0], maps[0]) == 0
        assert losses.perceptual(maps[1], maps[0]) < losses.perceptual(maps[2], maps[0])


class TestSchedule:
    def test_the_rate_rises_then_falls_to_nothing(self):
        rates = [rate(seen, 1000) for seen in range(1001)]
        top = rates.index(max(rates))
        assert 0 < rates[0] < 0.1 and max(rates) == pytest.approx(1, abs=0.01)
        assert rates[: top + 1] == sorted(rates[: top + 1])
        assert rates[top:] == sorted(rates[top:], reverse=True)
        assert rates[-1] == pytest.approx(0, abs=1e-6)

    def test_stages_go_on_where_the_run_stopped(self):
        stages = (Stage(32, 4, 100), Stage(64, 4, 50))
        assert list(remaining(stages, 0)) == [(stages[0], 100), (stages[1], 50)]
        assert list(remaining(stages, 30)) == [(stages[0], 70), (stages[1], 50)]
        assert list(remaining(stages, 120)) == [(stages[1], 30)]
        assert list(remaining(stages, 150)) == []


class TestLoop:
    def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(self, store, tmp_path):
        whole = Run(tmp_path / "whole", data=("photos",))
        train(SMALL, whole, store)
        parts = Run(tmp_path / "parts", data=("photos",), max_steps=4)
        train(SMALL, parts, store)
        train(SMALL, replace(parts, max_steps=None, resume=True), store)
        expected = weights(whole.folder)
        for name, tensor in weights(parts.folder).items():
            torch.testing.assert_close(tensor, expected[name], atol=1e-6, rtol=0)

    def test_it_learns_eight_photos_by_heart(self, store, tmp_path):
        recipe = replace(
            SMALL,
            stages=(Stage(32, 12, 12 * 150),),
            crop_scale=(1.0, 1.0),
            old_look=0.0,
            learning_rate=3e-3,
        )
        trainer = Trainer(recipe, Run(tmp_path, data=("photos",)), store)
        terms = [trainer.step(crops, stage)["huber"] for stage, crops in trainer._crops()]
        assert np.mean(terms[-10:]) < 0.35 * np.mean(terms[:10])

    def test_a_frozen_trunk_stays_as_it_was(self, store, tmp_path):
        recipe = replace(SMALL, trunk_rate=0.0)
        trainer = Trainer(recipe, Run(tmp_path, data=("photos",)), store)
        before = {k: v.clone() for k, v in trainer.generator.trunk.state_dict().items()}
        for stage, crops in trainer._crops():
            trainer.step(crops, stage)
        for name, tensor in trainer.generator.trunk.state_dict().items():
            assert torch.equal(tensor, before[name]), name

    def test_a_tutor_s_colours_are_learned(self, store, small_model, tmp_path):
        """With the tutor's loss alone the colours come near the tutor's, not the truth's."""
        recipe = replace(
            SMALL,
            stages=(Stage(32, 12, 12 * 100),),
            losses=LossWeights(huber=0.0, tutor=1.0),
            tutor=str(small_model),
            learning_rate=3e-3,
        )
        trainer = Trainer(recipe, Run(tmp_path, data=("photos",)), store)
        terms = [trainer.step(crops, stage) for stage, crops in trainer._crops()]
        tutor = [term["tutor"] for term in terms]
        assert np.mean(tutor[-10:]) < 0.1 * np.mean(tutor[:5])

    @pytest.mark.parametrize(
        ("weights", "words"), [({"tutor": 1.0}, "no tutor"), ({"distil": 1.0}, "no teacher")]
    )
    def test_a_loss_without_its_network_is_refused(self, weights, words):
        with pytest.raises(TrainingError, match=words):
            replace(SMALL, losses=LossWeights(**weights))

    def test_init_starts_from_another_model(self, store, small_model, tmp_path):
        run = Run(tmp_path, data=("photos",), init=str(small_model))
        trainer = Trainer(SMALL, run, store)
        expected = weights(small_model)
        assert all(torch.equal(v, expected[k]) for k, v in trainer.generator.state_dict().items())

    def test_init_from_another_network_is_refused(self, store, small_model, tmp_path):
        recipe = replace(SMALL, generator=UNetConfig("resnet10t", widths=(8, 8, 8)))
        with pytest.raises(hub.ModelError, match="do not fit"):
            Trainer(recipe, Run(tmp_path, data=("photos",), init=str(small_model)), store)

    def test_a_loss_that_is_no_number_is_named(self):
        with pytest.raises(TrainingError, match=r"after 7 steps \(term: huber\)"):
            check_finite({"huber": float("nan"), "distil": 1.0}, Progress(steps=7))

    def test_resume_without_a_checkpoint_is_refused(self, store, tmp_path):
        with pytest.raises(TrainingError, match="nothing to resume"):
            train(SMALL, Run(tmp_path, data=("photos",), resume=True), store)

    def test_a_full_disk_leaves_the_previous_checkpoint(self, store, tmp_path, monkeypatch):
        run = Run(tmp_path, data=("photos",), max_steps=1)
        train(SMALL, run, store)
        before = (tmp_path / "state.pt").read_bytes()

        def no_space(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("torch.save", no_space)
        with pytest.raises(TrainingError, match="The previous one is kept"):
            train(SMALL, replace(run, resume=True, max_steps=2), store)
        assert (tmp_path / "state.pt").read_bytes() == before


def run_train(*arguments):
    return subprocess.run(
        [sys.executable, ROOT / "train.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=280,
    )


class TestTheDoor:
    @pytest.mark.slow
    @pytest.mark.parametrize("recipe", RECIPES)
    def test_each_recipe_trains_resumes_and_colours(
        self, recipe, folder, teacher_weights, portrait, tmp_path
    ):
        """On random weights of the trunk, since there may be no network here."""
        arguments = [
            *(recipe, "--data", folder, "--val", folder, "--out", tmp_path / "run"),
            *("--trunk-weights", "None", "--stages.0.size", 32, "--stages.0.batch", 4),
        ]
        if RECIPES[recipe].teacher:
            arguments += ["--teacher", "resnet10t", "--teacher-weights", teacher_weights]
        done = run_train(*arguments, "--max-steps", 2)
        assert done.returncode == 0, done.stderr
        assert "12 photos; left out: 1 grey, 1 unreadable" in done.stdout
        again = run_train(*arguments, "--max-steps", 3, "--resume")
        assert again.returncode == 0, again.stderr
        with (tmp_path / "run" / "validation.csv").open() as file:
            assert [row["seen"] for row in csv.DictReader(file)] == ["8", "12"]
        assert Colorizer.from_pretrained(tmp_path / "run")(portrait).size == (512, 512)

    def test_an_unknown_option_or_recipe_is_an_error(self, folder, tmp_path):
        options = ("--data", folder, "--out", tmp_path)
        for arguments in (["light", *options, "--colour", "3"], ["no-such-recipe", *options]):
            assert run_train(*arguments).returncode == 2

    def test_help_explains_every_field(self):
        done = run_train("nogan", "--help")
        for words in ("--losses.huber", "--stages.0.size", "--ema-halflife", "half-life"[:4]):
            assert words in done.stdout

    def test_an_empty_folder_is_said_in_one_line(self, tmp_path):
        done = run_train("light", "--data", tmp_path, "--out", tmp_path / "run")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("train.py: The folder")

    def test_without_network_the_trunk_s_weights_are_asked_for(self, folder, tmp_path):
        import os

        done = subprocess.run(
            [sys.executable, ROOT / "train.py", "light", "--data", folder, "--out", tmp_path],
            capture_output=True,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "empty")},
        )
        assert done.returncode == 1
        assert "pretrained weights of tf_efficientnet_lite2" in done.stderr.splitlines()[-1]
