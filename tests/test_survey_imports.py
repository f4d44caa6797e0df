"""Answers from paper: what a sheet may look like, and what is wrong with others."""

from __future__ import annotations

import unicodedata

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
        with pytest.raises(SurveyError, match=r"no table of text\. In Excel save it as"):
            read_votes(tmp_path / "e.csv", study, SIGNER)
        (tmp_path / "f.csv").touch()
        with pytest.raises(SurveyError, match=r"f\.csv is empty"):
            read_votes(tmp_path / "f.csv", study, SIGNER)
        with pytest.raises(SurveyError, match="cannot be read"):
            read_votes(tmp_path / "nowhere.csv", study, SIGNER)


ROWS = [
    ("participant", "question", "answer"),
    ("Ayşe Işık", "prefer", "custom-2"),
    ("Şükrü", "prefer", "pretrained-2"),
    ("François O'Brien", "real", "can't say"),
]


def saved(delimiter: str, end: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + end for row in ROWS)


def excel(path):
    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


class TestWaysInWhichASheetIsSaved:
    @pytest.fixture
    def plain(self, study, tmp_path):
        """The votes of the sheet as plain UTF-8."""
        (tmp_path / "plain.csv").write_text(saved(","), encoding="utf-8")
        return self.essence(tmp_path / "plain.csv", study)

    @staticmethod
    def essence(path, study):
        return [(v.id, v.participant, v.answer) for v in read_votes(path, study, SIGNER)]

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("csv of a Turkish Windows.csv", saved(";").encode("cp1254")),
            ("csv utf-8.csv", saved(";").encode("utf-8-sig")),
            ("unicode text.txt", saved("\t").encode("utf-16")),
            ("big-endian.txt", b"\xfe\xff" + saved("\t").encode("utf-16-be")),
            ("without its mark.txt", saved("\t").encode("utf-16-le")),
            ("lines of an old Mac.csv", saved(";", "\r").encode()),
            ("sep.csv", ("sep=;\r\n" + saved(";")).encode("cp1254")),
            ("sep.txt", ("sep=|\r\n" + saved("|")).encode()),
            ("empty lines.csv", (";;\r\n" + saved(";") + ";;\r\n").encode()),
            ("smart.csv", saved(";").replace("can't", "can’t").encode("cp1254")),
            ("quotes.csv", saved(";").replace("custom-2", "“custom-2”").encode("cp1254")),
            ("blanks.csv", saved(";").replace(" ", "\xa0").replace(";", " ;\xa0").encode()),
            ("accents apart.csv", unicodedata.normalize("NFD", saved(",")).encode()),
        ],
    )
    def test_the_votes_are_those_of_the_plain_sheet(self, study, tmp_path, plain, name, data):
        (tmp_path / name).write_bytes(data)
        assert self.essence(tmp_path / name, study) == plain

    @pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.XLSX", "named wrongly.csv"])
    def test_a_workbook_is_known_by_what_it_holds(self, study, tmp_path, plain, name):
        (tmp_path / name).write_bytes(excel(tmp_path / "made.xlsx"))
        assert self.essence(tmp_path / name, study) == plain

    @pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "mac_roman"])
    def test_other_code_pages_are_read(self, study, tmp_path, encoding):
        text = saved(";", "\r" if "mac" in encoding else "\r\n")
        text = text.replace("Ayşe Işık", "Jürgen Groß").replace("Şükrü", "José" * 2)
        text = text.replace("ç", "c").replace("custom-2", "custom-2 ")
        (tmp_path / "a.csv").write_bytes(text.encode(encoding))
        (tmp_path / "b.csv").write_text(text, encoding="utf-8", newline="")
        assert self.essence(tmp_path / "a.csv", study) == self.essence(tmp_path / "b.csv", study)

    @pytest.mark.parametrize("number", ["7", "7,00", "7.0"])
    def test_a_number_with_decimals_is_the_same_participant(self, study, tmp_path, number):
        own = sheet(tmp_path / "a.csv", [("7", "real", "custom-2")])
        (tmp_path / "b.csv").write_text(
            f"participant;question;answer\n{number};real;custom-2\n", encoding="utf-8"
        )
        assert self.essence(tmp_path / "b.csv", study) == self.essence(own, study)

    def test_a_wrong_line_is_told_by_its_number_in_the_file(self, study, tmp_path):
        text = "sep=;\r\nparticipant;question;answer\r\n;;\r\n1;real;deoldify\r\n"
        (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="")
        with pytest.raises(SurveyError, match=r"Line 4 of a\.csv has the answer 'deoldify'"):
            read_votes(tmp_path / "a.csv", study, SIGNER)

    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Excel"),
            ("page.xls", b"<html><table><tr><td>participant", "no table of text"),
            ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x01\x02", "no table of text"),
            ("binary.xlsx", b"PK\x03\x04 no workbook", "cannot be read"),
        ],
    )
    def test_what_cannot_be_read_is_told_how_to_be_saved(self, study, tmp_path, name, data, reason):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SurveyError, match=f"{reason}.*In Excel save it as .CSV UTF-8"):
            read_votes(tmp_path / name, study, SIGNER)
