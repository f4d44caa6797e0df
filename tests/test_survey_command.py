"""The command `colorgan survey`, from photos to figures."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from studies import make_older, sheet, thirty

from colorgan import cli
from colorgan.survey import study as studies
from colorgan.survey.store import Store, default_url


class TestCommand:
    def run(self, capsys, *arguments) -> tuple[int, str, str]:
        status = cli.main([str(one) for one in arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    def test_import_and_report(self, study, tmp_path, capsys):
        url = f"sqlite:///{tmp_path}/votes.sqlite"
        paper = sheet(tmp_path / "paper.csv", thirty())
        run = ("survey", "import", study.folder, paper, "--database", url)
        assert "30 of them new" in self.run(capsys, *run)[1]
        assert "0 of them new" in self.run(capsys, *run)[1]  # entering twice changes nothing
        renamed = paper.rename(tmp_path / "paper of monday.csv")
        again = ("survey", "import", study.folder, renamed, "--database", url)
        assert "0 of them new" in self.run(capsys, *again)[1]  # under another name either
        names = ("new/r.html", "r.json", "raw/votes.parquet")
        page, figures, raw = (tmp_path / name for name in names)
        status, out, _ = self.run(
            capsys, "survey", "report", study.folder, "--database", url,
            "--html", page, "--json", figures, "--votes", raw,
        )  # fmt: skip
        assert status == 0
        assert "24 of 30, 80% (62.7% to 90.5%), p = 0.0014" in out
        assert json.loads(figures.read_text())["questions"]["real"]["votes"] == 30
        text = page.read_text()
        assert "62.7% to 90.5%" in text and "Old city" in text and "<script src" not in text
        assert len(pd.read_parquet(raw)) == 30

    def test_an_answer_that_changed_on_paper_is_refused_and_nothing_is_half_entered(
        self, study, tmp_path, capsys
    ):
        url = f"sqlite:///{tmp_path}/votes.sqlite"
        run = ("survey", "import", study.folder, tmp_path / "a.csv", "--database", url)
        sheet(tmp_path / "a.csv", thirty()[:2])
        assert self.run(capsys, *run)[0] == 0
        changed = [*thirty()[5:9], ("person 1", "real", "pretrained-2")]
        sheet(tmp_path / "a.csv", changed)
        status, _, error = self.run(capsys, *run)
        assert status == 1
        assert "cannot be changed" in error
        assert len(Store(url).votes()) == 2

    def test_prepare_tells_what_was_made(self, sources, tmp_path, capsys):
        status, out, _ = self.run(
            capsys, "survey", "prepare", sources / "photos", "--model", sources / "custom-2",
            sources / "pretrained-2", "-o", tmp_path / "study", "--pairs", 3,
        )  # fmt: skip
        assert status == 0
        assert "5 photos by custom-2, pretrained-2; 4 have true colours" in out
        assert studies.load(tmp_path / "study").pairs == 3

    def test_raw_votes_as_csv_and_nothing_else(self, study, tmp_path, capsys):
        url = f"sqlite:///{tmp_path}/votes.sqlite"
        Store(url).close()
        run = ("survey", "report", study.folder, "--database", url, "--votes")
        assert self.run(capsys, *run, tmp_path / "votes.csv")[0] == 0
        assert (tmp_path / "votes.csv").read_text().startswith("id,study,participant")
        status, out, error = self.run(capsys, *run, tmp_path / "votes.doc")
        assert status == 1 and ".csv or .parquet" in error and not out
        status, out, error = self.run(capsys, *run, tmp_path / "votes.csv" / "more.csv")
        assert status == 1 and "cannot be made" in error and not out

    @pytest.mark.parametrize("command", ["report", "migrate"])
    def test_a_mistyped_database_is_told_and_not_made(self, study, tmp_path, capsys, command):
        url = f"sqlite:///{tmp_path}/vots.sqlite"
        status, out, error = self.run(capsys, "survey", command, study.folder, "--database", url)
        assert status == 1 and not out and "vots.sqlite: nobody has taken part" in error
        assert list(tmp_path.iterdir()) == []

    def test_an_older_database_says_how_to_go_on(self, study, tmp_path, capsys):
        url = f"sqlite:///{tmp_path}/votes.sqlite"
        Store(url).close()
        make_older(url)
        status, _, error = self.run(capsys, "survey", "report", study.folder, "--database", url)
        assert status == 1 and "colorgan survey migrate" in error
        assert self.run(capsys, "survey", "migrate", study.folder, "--database", url)[0] == 0
        assert self.run(capsys, "survey", "report", study.folder, "--database", url)[0] == 0


def test_default_database_lies_in_the_study_s_folder(study):
    assert default_url(study.folder).endswith(f"{study.folder.name}/votes.sqlite")
