"""Recipes as data: what contradicts itself is refused, stages and rates go as they say."""

import json
from dataclasses import asdict, replace

import pytest

from colorgan.errors import TrainingError
from colorgan.networks import Pix2PixConfig, UNetConfig
from colorgan.networks.critics import DcganConfig
from colorgan.training.data import Shard
from colorgan.training.recipe import Adversarial, LossWeights, Recipe, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import RECIPE, Run, check_resumable, write_recipe
from colorgan.training.schedule import plan_of, rate_factor

SIMPLE = Recipe("simple", stages=(Stage(32, 4, 100),), losses=LossWeights(huber=1.0))


class Photos:
    """A source of a known length."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length


def test_the_six_systems_are_there_under_their_names():
    six = {"guler", "nogan", "landscape", "flickr-lab", "pix2pix-rgb", "pix2pix-lab"}
    assert six <= RECIPES.keys()
    assert all(name == recipe.name for name, recipe in RECIPES.items())


class TestContradictions:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"losses": LossWeights(tutor=1.0)}, "no tutor"),
            ({"losses": LossWeights(distil=1.0)}, "no teacher"),
            ({"losses": LossWeights(perceptual=1.0)}, "no teacher"),
            ({"losses": LossWeights(classes=1.0)}, 'set head to "classes"'),
            ({"losses": LossWeights()}, "has no loss"),
            ({"rebalancing": 2.0}, "from 0 to 1"),
            ({"accumulate": 3}, "3 equal parts"),
            ({"balance": -0.1}, "balance that is not from 0 to 1"),
            (
                {"losses": LossWeights(trunk=1.0, huber=1.0), "teacher": "resnet34"},
                "trains a trunk alone",
            ),
            (
                {"losses": LossWeights(trunk=1.0), "teacher": "vgg16"},
                "set --teacher to resnet34",
            ),
            (
                {"losses": LossWeights(trunk=1.0), "generator": Pix2PixConfig(), "teacher": "x"},
                "which this network has not",
            ),
            (
                {
                    "critic": DcganConfig(side=64),
                    "stages": (Stage(32, 4, 8, kind="adversarial"),),
                },
                "judges pictures of 64 pixels",
            ),
            ({"stages": ()}, "no stage"),
            ({"stages": (Stage(32, 4),)}, "no stage"),
            ({"stages": (Stage(32, 4, 8, kind="adversarial"),)}, "no critic"),
            (
                {
                    "generator": Pix2PixConfig(),
                    "teacher": "vgg16",
                    "losses": LossWeights(distil=1.0),
                },
                "no trunk",
            ),
        ],
    )
    def test_are_refused(self, changes, words):
        with pytest.raises(TrainingError, match=words):
            replace(SIMPLE, **changes)

    def test_a_stage_lasts_for_photos_or_for_epochs(self):
        with pytest.raises(TrainingError, match="not for both"):
            Stage(32, 4, photos=10, epochs=2)
        with pytest.raises(TrainingError, match="fewer than 0"):
            Stage(32, 4, photos=-1)


class TestPlan:
    def test_counts_epochs_in_photos_and_leaves_out_stages_of_nothing(self):
        recipe = replace(SIMPLE, stages=(Stage(32, 4, epochs=2.5), Stage(64, 4), Stage(64, 4, 7)))
        plan = plan_of(recipe, Photos(10), Shard())
        assert [(p.stage.size, p.photos, p.before) for p in plan] == [(32, 25, 0), (64, 7, 25)]
        assert {p.of_kind for p in plan} == {32}

    def test_cycles_repeat_the_game_but_not_what_comes_before(self):
        recipe = replace(RECIPES["nogan"], cycles=2)
        kinds = [planned.stage.kind for planned in plan_of(recipe, Photos(10), Shard())]
        assert kinds == ["generator"] * 3 + ["critic", "adversarial"] * 2

    def test_epochs_of_a_stream_are_refused(self):
        with pytest.raises(TrainingError, match="give its length"):
            plan_of(replace(SIMPLE, stages=(Stage(32, 4, epochs=1),)), object(), Shard())

    def test_a_batch_that_processes_cannot_share_is_refused(self):
        with pytest.raises(TrainingError, match="among 3 processes"):
            plan_of(SIMPLE, Photos(10), Shard(0, 3))


class TestRate:
    def test_a_cosine_rises_then_falls_to_nothing(self):
        rates = [rate_factor("cosine", seen, 1000) for seen in range(1001)]
        top = rates.index(max(rates))
        assert 0 < rates[0] < 0.1 and max(rates) == pytest.approx(1, abs=0.01)
        assert rates[: top + 1] == sorted(rates[: top + 1])
        assert rates[top:] == sorted(rates[top:], reverse=True)
        assert rates[-1] == pytest.approx(0, abs=1e-6)

    def test_constant_and_step(self):
        assert {rate_factor("constant", seen, 10) for seen in range(11)} == {1.0}
        assert [rate_factor("step", seen, 10) for seen in (0, 6, 7, 10)] == [1, 1, 0.1, 0.1]


class TestResuming:
    def test_by_the_same_recipe_is_allowed(self, tmp_path):
        run = Run(tmp_path, data=("photos",))
        for recipe in RECIPES.values():
            write_recipe(recipe, run)
            check_resumable(recipe, run)

    def test_by_another_recipe_is_refused_with_the_difference(self, tmp_path):
        run = Run(tmp_path, data=("photos",))
        write_recipe(SIMPLE, run)
        other = replace(
            SIMPLE, learning_rate=0.5, generator=UNetConfig("resnet18"), adversarial=Adversarial()
        )
        with pytest.raises(TrainingError) as caught:
            check_resumable(other, run)
        assert "generator.trunk was resnet34 and is resnet18" in str(caught.value)
        assert "learning_rate was 0.001 and is 0.5" in str(caught.value)
        assert "adversarial" not in str(caught.value)

    def test_of_a_run_of_an_older_version_is_refused_in_a_sentence(self, tmp_path):
        run = Run(tmp_path, data=("photos",))
        write_recipe(SIMPLE, run)
        older = json.loads((tmp_path / RECIPE).read_text())
        older["recipe"]["losses"]["rebalancing"] = older["recipe"].pop("rebalancing")
        (tmp_path / RECIPE).write_text(json.dumps(older))
        with pytest.raises(TrainingError, match=r"another version .* differ in rebalancing: begin"):
            check_resumable(SIMPLE, run)

    def test_of_no_run_is_refused(self, tmp_path):
        with pytest.raises(TrainingError, match="nothing to resume"):
            check_resumable(SIMPLE, Run(tmp_path, data=()))


def test_a_recipe_is_plain_data():
    for recipe in RECIPES.values():
        assert json.loads(json.dumps(asdict(recipe)))["name"] == recipe.name
