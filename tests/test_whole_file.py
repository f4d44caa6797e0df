"""Files appear whole or not at all: a write that breaks off leaves the older file and no other."""

from contextlib import ExitStack

import pandas as pd
import pytest
from disk import room_for

from colorgan import hub
from colorgan.errors import ColorganError, TrainingError
from colorgan.networks import UNet, UNetConfig
from colorgan.networks.files import write_weights
from colorgan.output.html_page import write_page
from colorgan.output.tables import write_table
from colorgan.output.whole_file import whole_file
from colorgan.survey import study as studies
from colorgan.training import checkpoint
from colorgan.training.recipes import RECIPES
from colorgan.training.run import RECIPE, Run, write_recipe

OLDER = "older"


def table(path):
    write_table(pd.DataFrame({"photo": ["coffee.png"] * 99}), path, "judge")


def page(path):
    write_page(path, "Report", [])


def study(path):
    systems = (studies.System("custom", "1", "0" * 64), studies.System("pretrained", "2", "1" * 64))
    studies.save(studies.Study("Old city", systems, (), {}, folder=path.parent))


def recipe(path):
    write_recipe(RECIPES["light"], Run(path.parent, data=("photos",)))


def weights(path):
    write_weights(UNet(UNetConfig("resnet10t", widths=(8, 8, 8))), path.parent, {})


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (table, "votes.csv"),
        (table, "votes.parquet"),
        (page, "report.html"),
        (study, studies.STUDY),
        (recipe, RECIPE),
        (weights, hub.WEIGHTS),
    ],
)
def test_a_write_that_breaks_off_leaves_the_older_file_alone(write, name, tmp_path):
    path = tmp_path / name
    path.write_text(OLDER)
    with pytest.raises(Exception, match=r"(?i)file too large|cannot be written"), room_for(100):
        write(path)
    assert path.read_text() == OLDER
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_that_breaks_off_leaves_the_models_files_whole(tmp_path):
    names = (hub.WEIGHTS, hub.CONFIG, hub.CARD)  # golden tensors are left out rather than wrong
    for name in names:
        (tmp_path / name).write_text(OLDER)
    (tmp_path / hub.GOLDEN).write_text(OLDER)
    with (
        ExitStack() as disk,
        pytest.raises(TrainingError, match="The previous one is kept"),
        checkpoint.writing(tmp_path, {}, checkpoint.Progress()) as folder,
    ):
        for name in (*names, hub.GOLDEN):
            (folder / name).write_bytes(bytes(5000))
        disk.enter_context(room_for(100))
    assert {path.name for path in tmp_path.iterdir()} == {*names, checkpoint.FOLDER}
    assert (tmp_path / hub.WEIGHTS).read_text() == OLDER


def test_a_file_of_the_longest_name_can_be_written(tmp_path):
    path = tmp_path / ("x" * 255)
    with whole_file(path) as part:
        part.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


def test_a_table_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ColorganError, match=r"written as \.csv or \.parquet, not as rows\.xlsx"):
        table(tmp_path / "rows.xlsx")
    assert list(tmp_path.iterdir()) == []
