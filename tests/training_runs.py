"""What a run left behind, read for the tests of training."""

from colorgan import hub
from colorgan.training.tables import read_table


def weights(run_folder):
    return hub.load(run_folder).state_dict()


def losses_of(run_folder, without=()):
    """The loss of every step, as metrics.csv has it."""
    rows = read_table(run_folder / "metrics.csv")
    return [{k: float(v) for k, v in row.items() if v and k not in without} for row in rows]
