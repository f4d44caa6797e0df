"""Critic and generator, each alone and one against the other."""

from dataclasses import replace

import numpy as np
import pytest
from training_runs import SMALL, losses_of, steps_of

from colorgan.networks.critics import NoGanConfig, PatchConfig
from colorgan.training.loop import Trainer, train
from colorgan.training.recipe import Adversarial, Stage
from colorgan.training.report import write_report
from colorgan.training.run import Run
from colorgan.training.start import begin

GAME = replace(
    SMALL,
    critic=NoGanConfig(width=8),
    stages=(
        Stage(32, 4, 8),
        Stage(32, 4, 8, kind="critic"),
        Stage(32, 4, 40, kind="adversarial"),
    ),
)


@pytest.fixture(scope="module")
def played(training_folder, photos_in_memory, tmp_path_factory):
    """The folder of a run that went through all stages."""
    folder = tmp_path_factory.mktemp("game")
    run = Run(folder, ("photos",), validation=(str(training_folder),), log_every=1)
    train(GAME, run, photos_in_memory)
    return folder


class TestTheGame:
    def test_goes_through_its_stages(self, played):
        rows = losses_of(played)
        assert [set(row) & {"huber", "critic"} for row in rows[:4]] == [{"huber"}] * 2 + [
            {"critic"}
        ] * 2
        assert all({"huber", "critic", "adversarial"} <= set(row) for row in rows[4:])
        assert len(rows) == 2 + 2 + 10

    def test_the_report_shows_curves_and_pictures(self, played):
        text = write_report(played).read_text()
        for words in ("Losses", "Validation", "Samples", "huber", "adversarial"):
            assert words in text
        assert "https://cdn" not in text.split("</script>")[-1], "it needs no network"

    def test_the_critic_holds_out_and_the_generator_waits(self, photos_in_memory, tmp_path):
        game = Adversarial(critic_every=3, generator_every=2)
        stages = (Stage(32, 4, 24, kind="adversarial"),)
        recipe = replace(GAME, stages=stages, adversarial=game)
        rows = steps_of(recipe, tmp_path, photos_in_memory)
        assert ["critic" in row for row in rows] == [True, False, False] * 2
        assert ["adversarial" in row for row in rows] == [True, False] * 3

    def test_the_average_follows_the_generator_s_moves_and_not_the_steps(
        self, photos_in_memory, tmp_path
    ):
        game = Adversarial(generator_every=2)
        stages = (Stage(32, 4, 4 * 16, kind="adversarial"),)
        recipe = replace(GAME, stages=stages, adversarial=game)
        trainer = Trainer(begin(recipe, Run(tmp_path, data=("photos",))), photos_in_memory)
        trainer.run_stages()
        assert trainer.progress.moves == 8
        assert int(trainer.stepper.average.n_averaged) == 2, "after the 1st and the 5th move"

    def test_the_generator_moves_only_while_the_critic_is_good_enough(
        self, photos_in_memory, tmp_path
    ):
        stages = (Stage(32, 4, 16, kind="adversarial"),)
        recipe = replace(GAME, stages=stages)
        never = replace(recipe, adversarial=Adversarial(threshold=0.0))
        rows = steps_of(never, tmp_path, photos_in_memory)
        assert not any("adversarial" in row for row in rows)

    def test_a_critic_sees_real_and_generated_pictures_apart(self, photos_in_memory, tmp_path):
        """Mixed in one batch they drove `landscape`'s critic to 0.5 and a loss of 0.69."""
        recipe = replace(
            GAME,
            critic=PatchConfig(norm="batch"),
            stages=(Stage(32, 4, 4 * 40, kind="critic"),),
            learning_rate=1e-3,
            schedule="constant",
        )
        rows = steps_of(recipe, tmp_path, photos_in_memory)
        assert np.mean([row["critic"] for row in rows[-5:]]) < 0.4
        assert np.mean([row["critic right"] for row in rows[-5:]]) > 0.8
