"""What report and leaderboard tell of votes."""

from __future__ import annotations

from dataclasses import replace

from studies import drawn, votes_on

from colorgan.survey.report import lines, write_report
from colorgan.survey.standing import board
from colorgan.survey.study import ORIGINAL
from colorgan.survey.summary import summarize


def test_three_models_get_strengths_and_the_report_shows_them(study, tmp_path):
    three = drawn(6, 3)
    summary = summarize(three, votes_on(three, three.system_pairs * 4, "pair", "prefer"))
    assert set(summary["questions"]["prefer"]["strengths"]) == set(three.names)
    assert summary["questions"]["prefer"]["agreement"]["share"] == 1
    write_report(tmp_path / "report.html", summary)
    assert "Bradley-Terry" in (tmp_path / "report.html").read_text()
    assert any("model0 over model1" in line for line in lines(summary))


def test_the_report_and_the_board_tell_whose_colours_are_taken_for_the_original(tmp_path):
    three = drawn(6, 3)
    fooled = votes_on(three, [(name, ORIGINAL) for name in three.names], "fool", "original")
    votes = [*fooled, *votes_on(three, three.system_pairs, "pair", "real")]
    summary = summarize(three, votes)
    assert [rate["share"] for rate in summary["fooled"].values()] == [0, 1, 1]
    write_report(tmp_path / "report.html", summary)
    assert "was taken for the original" in (tmp_path / "report.html").read_text()
    shown = board(three, votes)
    real, original = shown["tables"]
    assert shown["average"]  # of three, a row is told against an average model
    assert {row["name"] for row in real["rows"]} == set(three.names)
    assert [row["share"] for row in original["rows"]] == [1, 1, 0]


def test_where_nobody_could_say_there_is_no_share(tmp_path):
    two = drawn(6, 2)
    votes = [replace(v, answer="none") for v in votes_on(two, two.system_pairs, "pair", "real")]
    summary = summarize(two, votes)
    assert any("no votes; 8 could not say" in line for line in lines(summary)), lines(summary)
    write_report(tmp_path / "report.html", summary)
    assert "0 of 0" in (tmp_path / "report.html").read_text()
    (table,) = board(two, votes)["tables"]
    assert [row["share"] for row in table["rows"]] == [None, None]
