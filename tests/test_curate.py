"""Which photos are left out of a training, and why."""

import errno
import os
import shutil
import sys

import numpy as np
import pytest
from commands import COLORGAN, colorgan, run
from PIL import Image, ImageOps

from colorgan.photoset.curate import Finding, examine, set_aside
from colorgan.photoset.sources import read_all


@pytest.fixture
def mixed(photos, tmp_path):
    """A folder with one photo of each kind, and two good ones."""
    folder = tmp_path / "mixed"
    (folder / "more").mkdir(parents=True)
    cat = Image.fromarray(photos["chelsea"])
    cat.save(folder / "a-cat.png")
    Image.fromarray(photos["coffee"]).save(folder / "b-coffee.jpg")
    cat.resize((300, 200)).save(folder / "more" / "the-cat-again.jpg", quality=60)
    cat.convert("L").save(folder / "grey.jpg")
    ImageOps.colorize(cat.convert("L"), "#20140a", "#f0e0c0").save(folder / "sepia.jpg")
    Image.fromarray(photos["rocket"]).resize((120, 80)).save(folder / "tiny.png")
    (folder / "corrupt.jpg").write_bytes((folder / "b-coffee.jpg").read_bytes()[:3000])
    return folder


def test_each_kind_is_found(mixed):
    found = {f.name: f.kind for f in examine(read_all([mixed])) if f}
    assert found == {
        "grey.jpg": "grey",
        "sepia.jpg": "sepia",
        "tiny.png": "tiny",
        "corrupt.jpg": "corrupt",
        "more/the-cat-again.jpg": "near-duplicate",
    }


def test_real_photos_of_colour_are_not_suspected(photos, tmp_path):
    for name, pixels in photos.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    assert [finding for finding in examine(read_all([tmp_path])) if finding] == []


def test_a_duplicate_names_the_photo_that_it_repeats(mixed):
    findings = [f for f in examine(read_all([mixed])) if f]
    assert Finding("more/the-cat-again.jpg", "near-duplicate", "of a-cat.png") in findings


def test_many_photos_are_compared_with_all_before_them(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(70):
        noise = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((128, 128), Image.Resampling.BICUBIC).save(
            tmp_path / f"{i:02d}.png"
        )
    (tmp_path / "last.png").write_bytes((tmp_path / "03.png").read_bytes())
    findings = [f for f in examine(read_all([tmp_path])) if f]
    assert findings == [Finding("last.png", "near-duplicate", "of 03.png")]


def test_the_command_lists_and_moves_nothing(mixed):
    before = sorted(mixed.rglob("*"))
    done = colorgan("curate", mixed)
    assert done.returncode == 0, done.stderr
    assert "2 of 7 photos can be trained on" in done.stdout
    assert "near-duplicate  more/the-cat-again.jpg  (of a-cat.png)" in done.stdout
    assert sorted(mixed.rglob("*")) == before


def test_the_command_moves_by_kind_when_asked(mixed, tmp_path):
    done = colorgan("curate", mixed, "--move", tmp_path / "aside")
    assert done.returncode == 0 and "5 moved" in done.stdout
    assert (tmp_path / "aside" / "near-duplicate" / "more" / "the-cat-again.jpg").is_file()
    assert {p.name for p in mixed.rglob("*.*")} == {"a-cat.png", "b-coffee.jpg"}


def test_what_was_moved_is_not_looked_at_again(mixed):
    for left in (7, 2):
        done = colorgan("curate", mixed, "--move", mixed / "aside")
        assert done.returncode == 0, done.stderr
        assert f"2 of {left} photos can be trained on" in done.stdout
    assert not (mixed / "aside" / "grey" / "aside").exists()


def test_photos_are_moved_also_where_the_terminal_cannot_show_their_names(mixed, tmp_path):
    names = ["çıktı ışık.jpg", os.fsdecode(b"caf\xe9.jpg")]
    for name in names:
        shutil.copy(mixed / "grey.jpg", mixed / name)
    words = ("curate", mixed, "--move", tmp_path / "kötü ışık")
    done = run(sys.executable, *COLORGAN, *words, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert "7 moved" in done.stdout
    for name in names:
        assert (tmp_path / "kötü ışık" / "grey" / name).is_file()


def test_photos_are_moved_to_another_disk_too(mixed, tmp_path, monkeypatch):
    def another_disk(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", another_disk)
    (place,) = set_aside(mixed, [Finding("grey.jpg", "grey", "")], tmp_path)
    assert place.is_file() and not (mixed / "grey.jpg").exists()


def test_an_empty_folder_is_said_in_one_line(tmp_path):
    done = colorgan("curate", tmp_path)
    assert done.returncode == 1 and done.stderr.startswith("colorgan: The folder")
