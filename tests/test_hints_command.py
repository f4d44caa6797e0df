"""The command with --hints: what was said of one photo, or of each photo of a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from commands import colorgan

from colorgan import photo
from colorgan.color.pixels import to_lab

RED = '{"version": 1, "hints": [{"points": [[0.5, 0.5]], "want": {"ab": [10, 6]}}]}'


def ab_at(path: Path, x: float, y: float) -> np.ndarray:
    pixels = photo.read(path).pixels
    height, width = pixels.shape[:2]
    return to_lab(pixels)[0, 1:, int(y * height), int(x * width)].numpy()


@pytest.fixture
def said(tmp_path) -> Path:
    file = tmp_path / "portrait.hints.json"
    file.write_text(RED)
    return file


def test_a_photo_gets_the_colours_that_a_file_says(portrait, said, tmp_path):
    done = colorgan("colorize", portrait, "-o", tmp_path / "new.png", "--hints", said)
    assert done.returncode == 0, done.stderr
    assert np.allclose(ab_at(tmp_path / "new.png", 0.5, 0.5), [10, 6], atol=2)


def test_a_folder_of_hints_has_a_file_for_each_photo(portrait, said, tmp_path):
    album = tmp_path / "album"
    (album / "trip").mkdir(parents=True)
    shutil.copy(portrait, album / "portrait.jpg")
    shutil.copy(portrait, album / "trip" / "other.jpg")
    folder = tmp_path / "said"
    (folder / "trip").mkdir(parents=True)
    shutil.copy(said, folder / "trip" / "other.jpg.hints.json")
    shutil.copy(said, folder / "nobody.hints.json")
    done = colorgan("colorize", album, "-o", tmp_path / "out", "--hints", folder)
    assert done.returncode == 0, done.stderr
    assert "1 files of hints belong to no photo: nobody.hints.json" in done.stdout
    assert np.allclose(ab_at(tmp_path / "out" / "trip" / "other.jpg", 0.5, 0.5), [10, 6], atol=3)
    assert not np.allclose(ab_at(tmp_path / "out" / "portrait.jpg", 0.5, 0.5), [10, 6], atol=3)


def test_hints_of_another_shape_are_used_only_if_asked_for(portrait, tmp_path):
    file = tmp_path / "other.json"
    file.write_text(RED.replace('"hints"', '"shape": [100, 900], "hints"', 1))
    goal = tmp_path / "new.png"
    refused = colorgan("colorize", portrait, "-o", goal, "--hints", file)
    assert refused.returncode == 1 and not goal.exists()
    assert "made for a photo of 100 x 900 pixels" in refused.stderr
    done = colorgan("colorize", portrait, "-o", goal, "--hints", file, "--hints-anyway")
    assert done.returncode == 0, done.stderr


def test_what_is_wrong_with_hints_is_said_with_its_place(portrait, tmp_path):
    for text, words in (
        ("{", "broken.json is no JSON: line 1"),
        (RED.replace("0.5, 0.5", "0.5, 1.5"), "hints[0].points[0]: [0.5, 1.5] lies outside"),
        (RED.replace('{"ab": [10, 6]}', '"reddish"'), '"reddish" is no colour'),
    ):
        file = tmp_path / "broken.json"
        file.write_text(text)
        done = colorgan("colorize", portrait, "-o", tmp_path / "new.png", "--hints", file)
        assert done.returncode == 1 and words in done.stderr
    done = colorgan("colorize", portrait, "-o", tmp_path / "new.png", "--hints", tmp_path / "no")
    assert done.returncode == 1 and "cannot be read" in done.stderr


def test_one_file_of_hints_is_not_for_many_photos(portrait, said, tmp_path):
    shutil.copy(portrait, tmp_path / "second.jpg")
    both = (portrait, tmp_path / "second.jpg")
    done = colorgan("colorize", *both, "-o", tmp_path / "out", "--hints", said)
    assert done.returncode == 1 and "holds the hints of one photo, and there are 2" in done.stderr
    done = colorgan("colorize", portrait, "-o", tmp_path / "out", "--hints-anyway")
    assert done.returncode == 1 and "--hints-anyway needs --hints" in done.stderr
