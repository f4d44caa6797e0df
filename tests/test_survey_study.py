"""A study from photos to figures: prepared, drawn, imported, reported; by the command as well."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from openpyxl import Workbook
from PIL import Image

from colorgan import cli, color
from colorgan.colorizer import full_lightness
from colorgan.errors import PhotoError, SurveyError
from colorgan.survey import study as studies
from colorgan.survey.imports import read_votes
from colorgan.survey.prepare import prepare
from colorgan.survey.report import lines, write_report
from colorgan.survey.standing import board
from colorgan.survey.store import Store, default_url
from colorgan.survey.study import DECOY, ORIGINAL, Study, StudyPhoto, System
from colorgan.survey.summary import summarize
from colorgan.survey.tokens import Signer
from colorgan.survey.trials import PLAN_VERSION, PRACTICE, plan
from colorgan.survey.votes import Vote


@pytest.fixture(scope="module")
def sources(small_model, photos, tmp_path_factory):
    """Photos of two groups, one of them grey, and two models."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "photos").mkdir()
    for name, pixels in photos.items():
        image = Image.fromarray(pixels)
        image.thumbnail((160, 160))
        group = "people" if name == "astronaut" else "things"
        image.save(folder / "photos" / f"{group}-{name}.png")
    image.convert("L").save(folder / "photos" / "old-train.png")
    for name in ("custom-2", "pretrained-2"):
        shutil.copytree(small_model, folder / name)
    return folder


@pytest.fixture(scope="module")
def study(sources):
    models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
    return prepare([str(sources / "photos")], models, sources / "study", name="Old city")


def drawn(photos: int, systems: int, **lengths) -> Study:
    """A study without pictures, to draw trials from."""
    names = [f"model{i}" for i in range(systems)]
    return Study(
        name="drawn",
        systems=tuple(System(name, f"r-{name}", "") for name in names),
        photos=tuple(StudyPhoto(f"{i}.jpg", "", "", 9, 9, True, {}) for i in range(photos)),
        sha256={},
        **lengths,
    )


class TestPrepare:
    def test_pictures_are_of_one_size_and_kind_and_say_nothing_else(self, study):
        for photo in study.photos:
            for shown in photo.pictures:
                with Image.open(study.picture(photo.name, shown)) as image:
                    assert image.format == "WEBP"
                    assert image.size == (photo.width, photo.height)
                    assert not {"exif", "xmp", "icc_profile"} & set(image.info)
        assert study.systems[0].revision
        assert len(study.systems[0].sha256) == 64

    def test_a_grey_photo_has_no_original_to_show(self, study):
        pictures = {photo.name: set(photo.pictures) for photo in study.photos}
        assert ORIGINAL not in pictures["old-train.png"]
        assert ORIGINAL in pictures["people-astronaut.png"]
        assert {photo.group for photo in study.photos} == {"people", "things", "old"}

    def test_the_obvious_picture_keeps_the_lightness_and_nothing_else(self, study):
        photo = study.photos[0].name
        decoy, coloured = (
            Image.open(study.picture(photo, shown)).convert("RGB") for shown in (DECOY, "custom-2")
        )
        lightness = [full_lightness(np.asarray(one)) for one in (decoy, coloured)]
        assert (lightness[0] - lightness[1]).abs().mean() < 3
        assert mean_chroma(decoy) > 20

    def test_a_study_comes_back_as_it_was(self, study):
        again = studies.load(study.folder)
        assert again.fingerprint == study.fingerprint
        assert again.photos == study.photos

    def test_a_study_of_the_first_version_opens_with_its_fingerprint(self, tmp_path):
        """Votes name the fingerprint: were it another one now, they would be lost."""
        content = {
            "name": "Old city", "systems": [
                {"name": "custom", "revision": "a1", "sha256": "11"},
                {"name": "pretrained", "revision": "b2", "sha256": "22"},
            ],
            "photos": [{
                "name": "people/anna.jpg", "group": "people", "sha256": "33", "width": 9,
                "height": 6, "in_colour": True, "pictures": {},
            }],
            "sha256": {}, "pairs": 12, "fool": 4,
            "rule": {"catch_failures": 0.25, "side_p": 0.001}, "colorgan": "0.1.0",
        }  # fmt: skip
        (tmp_path / studies.STUDY).write_text(json.dumps(content))
        study = studies.load(tmp_path)
        assert (study.pairs, study.originals) == (12, 4)
        assert study.fingerprint == "322e6640366a0c59"
        studies.save(study)
        assert json.loads((tmp_path / studies.STUDY).read_text()) == content

    @pytest.mark.parametrize("change", ["changed", "lost"])
    def test_changed_pictures_are_refused(self, study, tmp_path, change):
        shutil.copytree(study.folder, tmp_path / "study")
        picture = sorted((tmp_path / "study" / studies.PICTURES).iterdir())[3]
        if change == "lost":
            picture.unlink()
            message = f"lacks its picture .*{picture.name}"
        else:
            picture.write_bytes(picture.read_bytes()[:-1] + b"\7")
            message = f"{picture.name} is not the one that was prepared"
        with pytest.raises(SurveyError, match=message):
            studies.load(tmp_path / "study")

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"name": 3}'])
    def test_a_spoilt_study_is_told(self, tmp_path, content):
        (tmp_path / studies.STUDY).write_text(content)
        with pytest.raises(SurveyError, match="cannot be read"):
            studies.load(tmp_path)
        with pytest.raises(SurveyError, match="holds no study"):
            studies.load(tmp_path / "nowhere")

    def test_nothing_is_left_of_a_study_that_failed(self, sources, tmp_path):
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(Exception, match=r"broken\.jpg"):
            prepare([str(tmp_path / "photos")], models, tmp_path / "study")
        assert [path.name for path in tmp_path.iterdir()] == ["photos"]

    def test_two_photos_of_one_name_are_refused(self, sources, tmp_path):
        for folder in ("old", "new"):
            (tmp_path / folder).mkdir()
            shutil.copy(sources / "photos" / "old-train.png", tmp_path / folder / "train.png")
        photos = [str(tmp_path / folder) for folder in ("old", "new")]
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(SurveyError, match=r"named train\.png: one of .*/old, one of .*/new\."):
            prepare(photos, models, tmp_path / "study")
        assert not (tmp_path / "study").exists()

    def test_a_photo_that_cannot_be_read_is_told_as_such(self, sources, tmp_path):
        unreadable = Path("/proc/self/mem")  # even for an administrator
        if not unreadable.exists():
            pytest.skip("This system has no file that nobody can read.")
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(PhotoError, match="The photo /proc/self/mem cannot be read"):
            prepare([str(unreadable)], models, tmp_path / "study")

    def test_models_and_lengths_are_checked(self, sources, study, tmp_path):
        photos, one = [str(sources / "photos")], str(sources / "custom-2")
        with pytest.raises(SurveyError, match="at least two models"):
            prepare(photos, [one], tmp_path / "study")
        with pytest.raises(SurveyError, match="named twice"):
            prepare(photos, [one, one], tmp_path / "study")
        with pytest.raises(SurveyError, match="at least one pair"):
            prepare(photos, [one, one], tmp_path / "study", pairs=0)
        with pytest.raises(SurveyError, match="is there already"):
            prepare(photos, [one, one], study.folder)
        with pytest.raises(SurveyError, match="no fewer than 0"):
            prepare(photos, [one, one], tmp_path / "study", originals=-1)

    @pytest.mark.parametrize("name", ["original", "decoy", "None", "coloured", "left", "Tie"])
    def test_models_named_like_an_answer_are_refused(self, sources, tmp_path, name):
        shutil.copytree(sources / "custom-2", tmp_path / name)
        models = [str(sources / "custom-2"), str(tmp_path / name)]
        with pytest.raises(SurveyError, match=f"uses the name {name} for itself"):
            prepare([str(sources / "photos")], models, tmp_path / "study")

    def test_a_study_that_cannot_be_written_is_told(self, sources, tmp_path):
        (tmp_path / "file").touch()
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(SurveyError, match="cannot be written"):
            prepare([str(sources / "photos")], models, tmp_path / "file" / "study")


def mean_chroma(image: Image.Image) -> float:
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None] / 255
    return float(color.chroma(color.rgb_to_lab(pixels)[:, 1:]).mean())


GOLDEN = [
    "practice 0 real 1.jpg decoy model2",
    "practice 1 real 0.jpg model2 model0",
    "practice 2 prefer 1.jpg model2 model0",
    "pair 3 real 2.jpg model1 model2",
    "pair 3 prefer 2.jpg model1 model2",
    "pair 4 real 0.jpg model1 model2",
    "pair 4 prefer 0.jpg model1 model2",
    "catch 5 real 2.jpg model2 decoy",
    "catch 5 prefer 2.jpg model2 decoy",
    "fool 6 original 0.jpg original model1",
]


class TestTrials:
    @pytest.mark.parametrize(("photos", "systems"), [(50, 2), (20, 2), (24, 3), (7, 4), (3, 2)])
    def test_pairs_and_sides_are_balanced_over_participants(self, photos, systems):
        study = drawn(photos, systems)
        steps = [step for number in range(300) for step in plan(study, number, "secret")]
        for kind, question in (("pair", "real"), ("fool", "original")):
            asked = [s for s in steps if s.kind == kind and s.question == question]
            pairs = Counter((s.photo, *sorted((s.left, s.right))) for s in asked)
            systems_ = study.system_pairs if kind == "pair" else study.names
            assert len(pairs) == photos * len(systems_)
            equal = len(asked) / len(pairs)
            assert all(abs(count - equal) <= max(0.1 * equal, 1) for count in pairs.values())
            for system in study.names:
                left = sum(s.left == system for s in asked)
                right = sum(s.right == system for s in asked)
                assert abs(left - right) <= 0.1 * (left + right) / 2
            sides = Counter((s.photo, s.left, s.right) for s in asked)
            for (photo, left_, right_), count in sides.items():
                assert abs(count - sides[photo, right_, left_]) <= 1

    def test_nobody_meets_a_pair_twice(self):
        study = drawn(24, 3)
        for number in range(100):
            steps = [s for s in plan(study, number, "secret") if s.kind == "pair"]
            seen = {(s.photo, *sorted((s.left, s.right)), s.question) for s in steps}
            assert len(seen) == len(steps) == 40

    def test_about_one_trial_in_ten_is_obvious(self):
        steps = [s for n in range(200) for s in plan(drawn(24, 2), n, "secret")]
        counted = Counter(s.kind for s in steps if s.question in ("real", "original"))
        share = counted["catch"] / (counted["catch"] + counted["pair"] + counted["fool"])
        assert 0.08 < share < 0.12
        left = Counter(s.left == DECOY for s in steps if s.kind == "catch")
        assert abs(left[True] - left[False]) < 0.1 * sum(left.values())

    def test_a_plan_is_the_same_whenever_it_is_made_and_another_for_another_secret(self):
        study = drawn(24, 2)
        assert plan(study, 5, "secret") == plan(study, 5, "secret")
        assert plan(study, 5, "secret") != plan(study, 5, "other secret")
        assert plan(study, 5, "secret") != plan(study, 6, "secret")

    def test_a_plan_of_today_is_that_of_yesterday(self):
        """If this fails, raise PLAN_VERSION in trials.py, and put the new plan here.

        Votes name steps by their place in a plan: another plan under the same version would mix
        up the answers of everybody who is under way.
        """
        assert PLAN_VERSION == 1
        steps = plan(drawn(3, 3, pairs=2, originals=1), 4, "secret")
        told = [f"{s.kind} {s.trial} {s.question} {s.photo} {s.left} {s.right}" for s in steps]
        assert told == GOLDEN

    def test_practice_comes_first_and_originals_last(self):
        steps = plan(drawn(24, 2), 0, "secret")
        assert [s.kind for s in steps[: len(PRACTICE)]] == ["practice"] * len(PRACTICE)
        assert [s.kind for s in steps[-5:]] == ["fool"] * 5
        assert [s.question for s in steps[len(PRACTICE) :][:4]] == ["real", "prefer"] * 2

    def test_questions_of_a_pair_show_the_same_on_the_same_sides(self):
        steps = plan(drawn(9, 2), 3, "secret")[len(PRACTICE) :]
        for first, second in zip(steps[::2], steps[1::2], strict=False):
            if first.kind == "pair":
                assert replace(first, question="prefer") == second


def sheet(path, rows, heads=("participant", "question", "answer")):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def thirty(question="real"):
    return [(f"person {i}", question, "custom-2" if i < 24 else "pretrained-2") for i in range(30)]


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

    def test_prepare(self, sources, tmp_path, capsys):
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
        import sqlite3

        url = f"sqlite:///{tmp_path}/votes.sqlite"
        Store(url).close()
        connection = sqlite3.connect(tmp_path / "votes.sqlite")
        connection.execute("ALTER TABLE votes DROP COLUMN source")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
        status, _, error = self.run(capsys, "survey", "report", study.folder, "--database", url)
        assert status == 1 and "colorgan survey migrate" in error
        assert self.run(capsys, "survey", "migrate", study.folder, "--database", url)[0] == 0
        assert self.run(capsys, "survey", "report", study.folder, "--database", url)[0] == 0


def votes_on(study, pairs, kind, question):
    """Eight people who answer alike: left, but for every third step."""
    return [
        Vote(
            f"{person}-{kind}-{step}", study.fingerprint, f"p{person}", step, kind, question,
            f"{step % 6}.jpg", left, right, "", "",
            "left" if step % 3 else "right", 900, "now",
        )
        for person in range(8)
        for step, (left, right) in enumerate(pairs)
    ]  # fmt: skip


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


def test_default_database_lies_in_the_study_s_folder(study):
    assert default_url(study.folder).endswith(f"{study.folder.name}/votes.sqlite")
