"""Packages that only some commands need: without one, a sentence says how to get it."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from colorgan.engines.export import export
from colorgan.errors import ColorganError, PackageError
from colorgan.evaluation.lpips import Lpips
from colorgan.evaluation.report import write_report as write_judges_report
from colorgan.networks.ddcolor import DDColor, DDColorConfig
from colorgan.output.tables import write_table
from colorgan.photoset.curate import Hashes
from colorgan.photoset.sources import import_datasets
from colorgan.survey.imports import read_votes
from colorgan.survey.opening import open_store, open_survey
from colorgan.survey.report import write_report as write_survey_report
from colorgan.survey.store import Store
from colorgan.survey.summary import write_votes
from colorgan.training.report import write_report as write_training_report
from colorgan.video.source import Source

NO_ROWS = pd.DataFrame()


def workbook(folder: Path) -> Path:
    """An Excel file as its first bytes tell it: what a sheet is decides which package it needs."""
    path = folder.with_name("answers.xlsx")  # beside the folder, in which nothing may be left
    path.write_bytes(b"PK\3\4")
    return path


@pytest.mark.parametrize(
    ("package", "extra", "work"),
    [
        ("alembic", "survey", lambda folder: open_store(folder)),
        ("av", "video", lambda folder: Source(folder / "a.mp4").count()),
        ("choix", "survey", lambda folder: open_store(folder)),
        ("datasets", "train", lambda folder: import_datasets()),
        ("imagehash", "train", lambda folder: Hashes()),
        ("onnx", "onnx", lambda folder: export(None, folder / "a.onnx")),
        ("onnxruntime", "onnx", lambda folder: export(None, folder / "a.onnx")),
        ("onnxscript", "onnx", lambda folder: export(None, folder / "a.onnx")),
        ("openpyxl", "survey", lambda folder: read_votes(workbook(folder), None, None)),
        ("plotly", "judge", lambda folder: write_judges_report(folder / "a.html", *[None] * 4)),
        ("plotly", "survey", lambda folder: write_survey_report(folder / "a.html", {})),
        ("plotly", "train", lambda folder: write_training_report(folder)),
        ("psycopg", "survey", lambda folder: Store("postgresql://localhost/votes")),
        ("pyarrow", "judge", lambda folder: write_table(NO_ROWS, folder / "a.parquet", "judge")),
        ("pyarrow", "survey", lambda folder: write_votes([], folder / "a.parquet")),
        ("spandrel_extra_arches", "ddcolor", lambda folder: DDColor(DDColorConfig("t"))),
        ("sqlalchemy", "survey", lambda folder: open_survey(folder)),
        ("torchmetrics", "judge", lambda folder: Lpips("alex")),
    ],
)
def test_a_missing_package_is_said_with_the_extra_that_brings_it(
    package, extra, work, tmp_path, monkeypatch
):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PackageError) as said:
        work(tmp_path)
    assert f"needs the package {package}, which is not installed" in str(said.value)
    assert f'`pip install -e ".[{extra}]"` in the project\'s folder.' in str(said.value)
    assert isinstance(said.value, ColorganError) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["report"], ["import"], ["migrate"]], ids=" ".join)
def test_the_survey_s_commands_say_what_is_missing_without_its_extra(
    arguments, study_folder, tmp_path
):
    """In processes of their own, in which nothing of the survey was imported before."""
    if arguments == ["import"]:
        (tmp_path / "a.csv").write_text("participant,question,answer\n1,real,custom\n")
        arguments = ["import", str(tmp_path / "a.csv")]
    command = ["survey", arguments[0], str(study_folder), *arguments[1:]]
    code = (
        "import sys; from colorgan import cli\n"
        "sys.modules |= dict.fromkeys(('alembic', 'choix', 'openpyxl', 'psycopg', 'sqlalchemy'))\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 1
    assert "needs the package alembic, which is not installed" in done.stderr
    assert "Traceback" not in done.stderr
