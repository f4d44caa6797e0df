"""Answers from paper: what a sheet may look like, and what is wrong with others."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from studies import drawn, sheet, thirty

from colorgan.errors import SurveyError
from colorgan.survey.imports import read_votes
from colorgan.survey.summary import summarize
from colorgan.survey.tokens import Signer

SIGNER = Signer("a secret for tests")


class TestImport:
    def test_thirty_people_on_paper(self, study, tmp_path):
        votes = read_votes(sheet(tmp_path / "paper.csv", thirty()), study, SIGNER)
        rate = summarize(study, votes)["questions"]["real"]["rates"]["custom-2 over pretrained-2"]
        assert rate["share"] == 0.8
        assert rate["wilson"] == pytest.approx((0.627, 0.905), abs=5e-4)
        assert rate["p"] == pytest.approx(0.0014, abs=5e-5)
        assert votes[0].left_revision == study.systems[0].revision

    def test_names_are_not_kept(self, study, tmp_path):
        (vote, *_) = read_votes(sheet(tmp_path / "paper.csv", thirty()), study, SIGNER)
        assert "person" not in vote.participant
        (other, *_) = read_votes(tmp_path / "paper.csv", study, Signer("another secret of tests"))
        assert other.participant != vote.participant  # so trying names finds none

    def test_an_excel_file_with_sides_photos_and_questions_in_words(self, study, tmp_path):
        book = Workbook()
        rows = [
            ("Participant", "Photo", "Question", "Left", "Right", "Answer"),
            (1, "old-train.png", "Which looks more real?", "pretrained-2", "custom-2", "right"),
            (2, "old-train.png", "prefer", "pretrained-2", "custom-2", "Can't say"),
            (2, "people-astronaut.png", "original", "original", "custom-2", "custom-2"),
            (None, None, None, None, None, None),
        ]
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "form.xlsx")
        votes = read_votes(tmp_path / "form.xlsx", study, SIGNER)
        assert [(v.kind, v.question, v.answer) for v in votes] == [
            ("pair", "real", "right"), ("pair", "prefer", "none"), ("fool", "original", "right"),
        ]  # fmt: skip

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_commas_semicolons_and_tabs(self, study, tmp_path, delimiter):
        text = (
            f"participant{delimiter}question{delimiter}answer\n1{delimiter}real{delimiter}custom-2"
        )
        (tmp_path / "a.csv").write_text(text, encoding="utf-8-sig")
        assert len(read_votes(tmp_path / "a.csv", study, SIGNER)) == 1

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (("1", "real", "deoldify", "", "", ""), "Line 2 .*'deoldify', which is no model"),
            (("1", "real", "left", "ddcolor", "custom-2", ""), "'ddcolor', which is no model"),
            (("1", "nicer", "custom-2", "", "", ""), "has the question 'nicer'"),
            (("", "real", "custom-2", "", "", ""), "names no participant"),
            (("1", "real", "custom-2", "", "", "moon.jpg"), "photo 'moon.jpg'"),
            (("1", "real", "left", "", "", ""), "without saying what was shown"),
            (("1", "original", "custom-2", "", "", ""), "needs left and right"),
            (("1", "original", "original", "", "", ""), "needs left and right"),
            (("1", "real", "custom-2", "custom-2", "custom-2", ""), "nobody asks about"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(self, study, tmp_path, row, message):
        heads = ("participant", "question", "answer", "left", "right", "photo")
        with pytest.raises(SurveyError, match=message):
            read_votes(sheet(tmp_path / "a.csv", [row], heads), study, SIGNER)

    def test_with_three_models_a_line_says_what_was_shown(self, tmp_path):
        lines = sheet(tmp_path / "a.csv", [("1", "real", "model0")])
        with pytest.raises(SurveyError, match="does not say which of the 3 models were shown"):
            read_votes(lines, drawn(3, 3), SIGNER)

    def test_files_that_are_no_answers(self, study, tmp_path):
        with pytest.raises(SurveyError, match="lacks the column question"):
            read_votes(
                sheet(tmp_path / "a.csv", [("1", "2")], ("participant", "answer")), study, SIGNER
            )
        with pytest.raises(SurveyError, match="holds no answers"):
            read_votes(sheet(tmp_path / "b.csv", []), study, SIGNER)
        with pytest.raises(SurveyError, match="repeats line 2"):
            read_votes(sheet(tmp_path / "c.csv", [("1", "real", "custom-2")] * 2), study, SIGNER)
        (tmp_path / "d.xlsx").write_bytes(b"no sheet")
        with pytest.raises(SurveyError, match=r"d\.xlsx cannot be read"):
            read_votes(tmp_path / "d.xlsx", study, SIGNER)
        (tmp_path / "e.csv").write_bytes(b"\xff\xfe\0")
        with pytest.raises(SurveyError, match="no UTF-8"):
            read_votes(tmp_path / "e.csv", study, SIGNER)
        (tmp_path / "f.csv").touch()
        with pytest.raises(SurveyError, match=r"f\.csv is empty"):
            read_votes(tmp_path / "f.csv", study, SIGNER)
        with pytest.raises(SurveyError, match="cannot be read"):
            read_votes(tmp_path / "nowhere.csv", study, SIGNER)
