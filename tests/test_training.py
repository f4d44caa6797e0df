"""The training loop on small recipes."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from training_runs import SMALL, losses_of, steps_of, weights

from colorgan import TrainingError, hub
from colorgan.hub import publishing
from colorgan.networks import (
    Pix2PixConfig,
    UNet,
    UNetConfig,
)
from colorgan.networks.critics import (
    NoGanConfig,
)
from colorgan.networks.unet import LIKENESS
from colorgan.training.data import StoredPhotos, load_photos
from colorgan.training.loop import Trainer, train
from colorgan.training.recipe import LossWeights, Stage
from colorgan.training.run import Run
from colorgan.training.start import begin
from colorgan.training.streams import StreamedPhotos, open_stream
from colorgan.training.tables import read_table


class TestLoop:
    def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(self, photos_in_memory, tmp_path):
        whole = Run(tmp_path / "whole", data=("photos",), log_every=1)
        train(SMALL, whole, photos_in_memory)
        parts = replace(whole, folder=tmp_path / "parts")
        train(SMALL, replace(parts, max_steps=4), photos_in_memory)
        train(SMALL, replace(parts, resume=True), photos_in_memory)
        expected = weights(whole.folder)
        for name, tensor in weights(parts.folder).items():
            torch.testing.assert_close(tensor, expected[name], atol=1e-6, rtol=0)
        assert losses_of(parts.folder) == losses_of(whole.folder)

    def test_a_run_goes_on_with_its_own_photos_alone(
        self, photos_in_memory, training_folder, tmp_path
    ):
        run = Run(tmp_path, data=("photos",), max_steps=2)
        train(SMALL, run, photos_in_memory)
        fewer = StoredPhotos(load_photos([training_folder]), seed=0)
        fewer.store.photos.pop()
        fewer.store.names.pop()
        with pytest.raises(TrainingError, match=r"other photos: .*photos was .* --groups"):
            train(SMALL, replace(run, resume=True), fewer)
        judged = replace(run, resume=True, validation=(str(training_folder),))
        with pytest.raises(TrainingError, match=r"val was .* and is"):
            train(SMALL, judged, photos_in_memory)
        train(SMALL, replace(run, resume=True, max_steps=3), photos_in_memory)

    def test_a_frozen_trunk_stays_as_it_was(self, photos_in_memory, tmp_path):
        recipe = replace(SMALL, trunk_rate=0.0)
        trainer = Trainer(begin(recipe, Run(tmp_path, data=("photos",))), photos_in_memory)
        before = {k: v.clone() for k, v in trainer.generator.trunk.state_dict().items()}
        trainer.run_stages()
        for name, tensor in trainer.generator.trunk.state_dict().items():
            assert torch.equal(tensor, before[name]), name

    @pytest.mark.parametrize(("rate", "moves"), [(0.2, False), (1.0, True)])
    @pytest.mark.parametrize("kind", ["generator", "critic", "adversarial"])
    def test_a_pretrained_trunk_learns_but_keeps_its_statistics(
        self, photos_in_memory, tmp_path, rate, moves, kind
    ):
        game = Stage(32, 4, 16, kind=kind)
        stages = SMALL.stages if kind == "generator" else (SMALL.stages[0], game)
        recipe = replace(SMALL, critic=NoGanConfig(width=8), stages=stages, trunk_rate=rate)
        trainer = Trainer(begin(recipe, Run(tmp_path, data=("photos",))), photos_in_memory)
        before = {k: v.clone() for k, v in trainer.generator.trunk.state_dict().items()}
        trainer.run_stages()
        after = trainer.generator.trunk.state_dict()
        changed = {name for name in after if not torch.equal(after[name], before[name])}
        assert any(name.endswith("weight") for name in changed)
        assert any("running_" in name for name in changed) == moves

    def test_a_trunk_learns_to_see_in_grey_what_it_sees_in_colour(
        self, photos_in_memory, training_folder, teacher_weights, tmp_path
    ):
        recipe = replace(
            SMALL,
            stages=(Stage(32, 12, 12 * 40),),
            losses=LossWeights(trunk=1.0),
            teacher="resnet10t",
            teacher_weights=str(teacher_weights),
            trunk_weights=str(teacher_weights),
        )
        run = Run(tmp_path, data=("photos",), validation=(str(training_folder),), log_every=1)
        trainer = Trainer(begin(recipe, run), photos_in_memory)
        before = {k: v.clone() for k, v in trainer.generator.state_dict().items()}
        trainer.train()
        after = trainer.generator.state_dict()
        changed = {name for name in after if not torch.equal(after[name], before[name])}
        assert changed, "the trunk learns,"
        assert all(name.startswith("trunk.") for name in changed), "the decoder is left alone,"
        assert not any("running_" in name for name in changed), "and so are its statistics"
        terms = losses_of(tmp_path)
        assert set(terms[0]) - {"steps", "seen"} == {f"stride {2**n}" for n in (2, 3, 4, 5)}
        assert terms[-1]["stride 32"] < 0.8 * terms[0]["stride 32"]
        assert set(read_table(tmp_path / "validation.csv")[0]) >= {"stride 4", "stride 32"}
        assert not (tmp_path / "samples").exists(), "there are no colours to show"

    def test_a_model_learns_where_hints_should_go_and_its_answers_stay(
        self, photos_in_memory, training_folder, small_model, tmp_path
    ):
        recipe = replace(
            SMALL,
            generator=replace(SMALL.generator, likeness=8),
            stages=(Stage(64, 6, 6 * 40),),
            losses=LossWeights(hints=1.0),
            learning_rate=1e-2,
        )
        run = Run(
            tmp_path,
            data=("photos",),
            validation=(str(training_folder),),
            log_every=10,
            init=str(small_model),
        )
        train(recipe, run, photos_in_memory)
        before, after = weights(small_model), weights(tmp_path)
        assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
        assert any(name.startswith("likeness.") for name in after)
        wrong = [row["hints"] for row in losses_of(tmp_path)]
        assert wrong[-1] < wrong[0]
        assert set(read_table(tmp_path / "validation.csv")[0]) >= {"worst 1", "random 10"}
        again = hub.load(tmp_path)
        assert again.settings.likeness == LIKENESS

    def test_context_may_be_added_to_a_model_whose_answers_stay_at_first(
        self, small_model, tmp_path
    ):
        recipe = replace(SMALL, generator=replace(SMALL.generator, context=8))
        start = begin(recipe, Run(tmp_path / "run", data=("photos",), init=str(small_model)))
        assert start.recipe.generator.context == 8
        seen = torch.rand(1, 1, 64, 64) * 100
        before = hub.load(small_model)
        assert before.settings.context == 0 and hasattr(start.network, "context")
        assert torch.equal(start.network.eval()(seen), before(seen))

    def test_what_a_trunk_learned_is_where_a_decoder_begins(
        self, photos_in_memory, small_model, teacher_weights, tmp_path
    ):
        recipe = replace(
            SMALL,
            losses=LossWeights(trunk=1.0),
            teacher="resnet10t",
            teacher_weights=str(teacher_weights),
            trunk_weights=str(teacher_weights),
        )
        folder = train(recipe, Run(tmp_path / "trunk", data=("photos",)), photos_in_memory)
        taught = replace(SMALL, trunk_weights=str(folder / hub.WEIGHTS), trunk_rate=0.0)
        start = begin(taught, Run(tmp_path / "decoder", data=("photos",)))
        expected = {k: v for k, v in weights(folder).items() if k.startswith("trunk.")}
        other = Run(tmp_path / "other", data=("photos",), init=str(small_model))
        under_another_decoder = begin(taught, other).network.state_dict()
        decoder = weights(small_model)["head.weight"]
        assert expected and torch.equal(under_another_decoder["head.weight"], decoder)
        for name, tensor in expected.items():
            assert torch.equal(start.network.state_dict()[name], tensor), name
            assert torch.equal(under_another_decoder[name], tensor), name

    def test_a_tutor_s_colours_are_learned(self, photos_in_memory, small_model, tmp_path):
        """With the tutor's loss alone the colours come near the tutor's, not the truth's."""
        recipe = replace(
            SMALL,
            stages=(Stage(32, 12, 12 * 100),),
            losses=LossWeights(tutor=1.0),
            tutor=str(small_model),
            learning_rate=3e-3,
        )
        terms = [term["tutor"] for term in steps_of(recipe, tmp_path, photos_in_memory)]
        assert np.mean(terms[-10:]) < 0.1 * np.mean(terms[:5])

    def test_a_tutor_s_distribution_is_learned(self, photos_in_memory, tmp_path):
        """Between models with colour classes: this tutor is sure of one, and so its pupil."""
        recipe = replace(
            SMALL,
            generator=replace(SMALL.generator, head="classes"),
            stages=(Stage(32, 12, 12 * 50),),
            losses=LossWeights(tutor=1.0),
            tutor=str(tmp_path / "tutor"),
            learning_rate=3e-3,
        )
        tutor = UNet(recipe.generator)
        torch.nn.init.zeros_(tutor.head.weight)
        tutor.head.bias.data[100] = 12.0
        tutor.save_pretrained(tmp_path / "tutor")
        terms = [term["tutor"] for term in steps_of(recipe, tmp_path / "pupil", photos_in_memory)]
        assert np.mean(terms[-10:]) < 0.1 * np.mean(terms[:5])
        shares = hub.load(tmp_path / "pupil").distribution(torch.full((1, 1, 32, 32), 50.0))
        assert shares[:, 100].mean() > 0.5

    @pytest.mark.parametrize("rebalancing", [0.0, 0.5])
    def test_a_class_head_learns_a_distribution(self, photos_in_memory, tmp_path, rebalancing):
        recipe = replace(
            SMALL,
            generator=replace(SMALL.generator, head="classes"),
            losses=LossWeights(classes=1.0),
            rebalancing=rebalancing,
            stages=(Stage(32, 12, 12 * 60),),
            learning_rate=3e-3,
        )
        terms = [term["classes"] for term in steps_of(recipe, tmp_path, photos_in_memory)]
        assert np.mean(terms[-5:]) < 0.75 * np.mean(terms[:5])
        model = hub.load(tmp_path)
        lightness = torch.rand(1, 1, 20, 30) * 100
        shares = model.distribution(lightness)
        assert shares.shape == (1, 261, 5, 8)
        torch.testing.assert_close(shares.sum(1), torch.ones(1, 5, 8))

    def test_init_starts_from_another_model_and_remembers_its_past(
        self, photos_in_memory, small_model, tmp_path
    ):
        run = Run(tmp_path, data=("photos",), init=str(small_model), max_steps=0)
        train(SMALL, run, photos_in_memory)
        expected = weights(small_model)
        assert all(torch.equal(v, expected[k]) for k, v in weights(tmp_path).items())
        first, second = hub.history(tmp_path)
        assert first == {"recipe": "none"} and second["recipe"]["name"] == "small"

    def test_init_brings_its_own_network(self, photos_in_memory, small_model, tmp_path):
        """So that any model can be fine-tuned by any recipe whose losses fit it."""
        recipe = replace(SMALL, generator=UNetConfig("resnet10t", widths=(8, 8, 8)))
        run = Run(tmp_path, data=("photos",), init=str(small_model), max_steps=1)
        train(recipe, run, photos_in_memory)
        assert hub.read_config(tmp_path) == hub.read_config(small_model)
        train(recipe, replace(run, resume=True, max_steps=2), photos_in_memory)

    def test_init_gives_a_regression_a_new_head_where_the_loss_is_on_classes(
        self, photos_in_memory, small_model, tmp_path
    ):
        classes = replace(SMALL.generator, head="classes")
        recipe = replace(SMALL, generator=classes, losses=LossWeights(classes=1.0))
        run = Run(tmp_path, data=("photos",), init=str(small_model), max_steps=0)
        train(recipe, run, photos_in_memory)
        before, after = weights(small_model), weights(tmp_path)
        assert hub.load(tmp_path).has_distribution
        assert {key for key in after if not torch.equal(after[key], before[key])} == {
            "head.weight", "head.bias"
        }  # fmt: skip
        train(recipe, replace(run, resume=True, max_steps=1), photos_in_memory)

    def test_a_batch_in_parts_moves_the_weights_as_a_whole_one(self, photos_in_memory, tmp_path):
        """On a network without batch statistics."""
        still = Pix2PixConfig(levels=3, width=8, down_dropout=False, up_dropout=0)
        recipe = replace(SMALL, generator=still, precision="fp32", clip=None)
        terms = [
            steps_of(replace(recipe, accumulate=parts), tmp_path / str(parts), photos_in_memory)
            for parts in (1, 2)
        ]
        for whole, in_parts in zip(*terms, strict=True):
            assert in_parts["huber"] == pytest.approx(whole["huber"], rel=1e-4)

    def test_a_stream_trains_like_a_folder_in_memory_and_resumes_exactly(
        self, training_folder, tmp_path
    ):
        def stream():
            opened = open_stream([str(training_folder)])
            return StreamedPhotos(opened, seed=0, scale=(0.5, 1.0), short_side=60, shuffled=6)

        whole = steps_of(SMALL, tmp_path / "whole", stream())
        assert len(whole) == 9
        run = Run(tmp_path / "parts", data=("photos",), log_every=1, max_steps=5)
        train(SMALL, run, stream())
        train(SMALL, replace(run, resume=True, max_steps=None), stream())
        assert losses_of(run.folder) == whole

    def test_a_loss_that_is_no_number_is_named_and_the_weights_stay(
        self, photos_in_memory, tmp_path
    ):
        trainer = Trainer(begin(SMALL, Run(tmp_path, data=("photos",))), photos_in_memory)
        trainer.keep()
        torch.nn.init.constant_(trainer.generator.head.bias, float("nan"))
        with pytest.raises(TrainingError, match=r"after 0 steps \(term: huber\)"):
            trainer.run_stages()
        assert all(torch.isfinite(tensor).all() for tensor in weights(tmp_path).values())

    def test_a_full_disk_leaves_the_previous_checkpoint(
        self, photos_in_memory, tmp_path, monkeypatch
    ):
        run = Run(tmp_path, data=("photos",), max_steps=1)
        train(SMALL, run, photos_in_memory)
        state = tmp_path / "checkpoints" / "00000001" / "state.pt"
        before = state.read_bytes()

        def no_space(*_):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr("torch.save", no_space)
            with pytest.raises(TrainingError, match="The previous one is kept"):
                train(SMALL, replace(run, resume=True, max_steps=2), photos_in_memory)
        assert state.read_bytes() == before
        train(SMALL, replace(run, resume=True, max_steps=2), photos_in_memory)

    def test_a_folder_that_holds_a_run_is_not_begun_in_anew(self, photos_in_memory, tmp_path):
        run = Run(tmp_path, data=("photos",), max_steps=1)
        train(SMALL, run, photos_in_memory)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(TrainingError, match="holds a run already: go on with it by --resume"):
            train(SMALL, run, photos_in_memory)
        assert sorted(tmp_path.rglob("*")) == before

    def test_resuming_needs_neither_the_model_nor_the_trunk_that_a_run_began_from(
        self, photos_in_memory, small_model, teacher_weights, tmp_path
    ):
        """Its checkpoint brings all weights; how it began is known from the run."""
        model, trunk = tmp_path / "model", tmp_path / "trunk.safetensors"
        shutil.copytree(small_model, model)
        shutil.copyfile(teacher_weights, trunk)
        begun = Run(tmp_path / "begun", data=("photos",), init=str(model), max_steps=1)
        alone = replace(begun, folder=tmp_path / "alone", init=None)
        recipe = replace(SMALL, trunk_weights=str(trunk))
        for run in (begun, alone):
            train(recipe, run, photos_in_memory)
        shutil.rmtree(model)
        trunk.unlink()
        for run in (begun, alone):
            train(recipe, replace(run, init=None, resume=True, max_steps=2), photos_in_memory)
        assert [past.get("seen") for past in hub.history(begun.folder)] == [None, 8]
        assert [past["seen"] for past in hub.history(alone.folder)] == [8]

    def test_resuming_from_another_model_than_it_began_from_is_refused(
        self, photos_in_memory, small_model, tmp_path
    ):
        run = Run(tmp_path, data=("photos",), max_steps=1)
        train(SMALL, run, photos_in_memory)
        with pytest.raises(TrainingError, match="began from no model and not from"):
            begin(SMALL, replace(run, init=str(small_model), resume=True))

    def test_photos_that_cannot_be_judged_by_are_refused_at_the_start(
        self, training_folder, tmp_path
    ):
        for name in ("grey.png", "broken.jpg"):
            shutil.copy(training_folder / name, tmp_path / name)
        run = Run(tmp_path / "run", ("photos",), validation=(str(tmp_path),))
        with pytest.raises(TrainingError, match="None of 2 photos of --val can be judged by"):
            begin(SMALL, run)

    def test_a_run_s_folder_can_be_sent_with_golden_tensors(self, photos_in_memory, tmp_path):
        train(SMALL, Run(tmp_path, data=("photos",), max_steps=1), photos_in_memory)
        assert tmp_path / hub.GOLDEN in publishing.files_of(tmp_path)

    def test_fp16_without_a_gpu_is_said(self, tmp_path):
        with pytest.raises(TrainingError, match="fp16 needs a CUDA GPU"):
            begin(replace(SMALL, precision="fp16"), Run(tmp_path, data=("photos",)))

    def test_checkpoints_rotate_and_each_is_a_model(self, photos_in_memory, tmp_path):
        run = Run(tmp_path, data=("photos",), checkpoint_minutes=0)
        train(SMALL, run, photos_in_memory)
        found = sorted(p.name for p in (tmp_path / "checkpoints").iterdir())
        assert found == ["00000008", "00000009"]
        for name in found:
            hub.load(tmp_path / "checkpoints" / name)


def test_a_tracker_gets_curves_and_samples(photos_in_memory, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = Run(tmp_path, ("photos",), log=("tensorboard",), log_every=1, sample_every=4)
    train(SMALL, run, photos_in_memory)
    events = EventAccumulator(str(next(tmp_path.rglob("events.out.*")).parent)).Reload()
    assert len(events.Scalars("metrics/huber")) == 9
    assert [image.step for image in events.Images("samples")] == [4, 8]
    assert sorted(p.name for p in (tmp_path / "samples").iterdir()) == [
        "00000004.jpg",
        "00000008.jpg",
    ]
