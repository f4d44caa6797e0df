"""A small recipe, and what a run left behind, read for the tests of training."""

from colorgan import hub
from colorgan.networks import UNetConfig
from colorgan.training.loop import train
from colorgan.training.recipe import LossWeights, Recipe, Stage
from colorgan.training.run import Run
from colorgan.training.tables import read_table

SMALL = Recipe(
    name="small",
    generator=UNetConfig("resnet10t", widths=(16, 16, 16)),
    stages=(Stage(32, 4, 12), Stage(48, 4, 24)),
    losses=LossWeights(huber=1.0),
    ema_halflife=8,
)


def weights(run_folder):
    return hub.load(run_folder).state_dict()


def losses_of(run_folder, without=()):
    """The loss of every step, as metrics.csv has it."""
    rows = read_table(run_folder / "metrics.csv")
    return [{k: float(v) for k, v in row.items() if v and k not in without} for row in rows]


def steps_of(recipe, tmp_path, photos):
    """Train and return the terms of every step."""
    train(recipe, Run(tmp_path, data=("photos",), log_every=1), photos)
    return losses_of(tmp_path)
