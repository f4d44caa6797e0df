"""An album on the page whose photos share their colours, and what a correction changes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from page_app import WAIT, overflows
from pictures import lab
from PIL import Image
from playwright.sync_api import expect
from skimage.color import deltaE_ciede2000
from test_album_page import open_album, status

from colorgan import Colorizer, Hint, Hints
from colorgan.album import colorize_all, plan
from colorgan.photo import notes
from colorgan.together import Series, gather
from colorgan.ui import page as page_module
from colorgan.ui.models import Models
from colorgan.ui.texts import ENGLISH

TEXTS = ENGLISH.references
VISITOR = SimpleNamespace(client=SimpleNamespace(host="10.0.0.1"), session_hash="a")
GREEN = Hints((Hint(((0.5, 0.5),), (-50.0, 40.0), 3.0),))


@pytest.fixture(scope="module")
def colorizer():
    return Colorizer.from_pretrained("custom")


@pytest.fixture(scope="module")
def frames(photos, tmp_path_factory) -> list[Path]:
    """Three frames of one cup, one of them in a zip, and a photo like none."""
    folder = tmp_path_factory.mktemp("album")
    cup = Image.fromarray(photos["coffee"]).convert("L").resize((256, 192))
    for number in range(3):
        cup.crop((number * 16, 0, number * 16 + 192, 192)).save(folder / f"cup {number}.png")
    Image.fromarray(photos["rocket"]).convert("L").resize((256, 192)).save(folder / "rocket.png")
    return [*(folder / f"cup {number}.png" for number in range(3)), folder / "rocket.png"]


@pytest.fixture(scope="module")
def corrected(colorizer, frames, tmp_path_factory) -> Path:
    """The middle frame as the tab Colour gives it after a correction, under another name."""
    path = tmp_path_factory.mktemp("corrected") / "green cup.jpg"
    return colorizer.colorize_file(frames[1], path, hints=GREEN)


class Bench:
    """The page's functions, called as its buttons call them."""

    def __init__(self, visitor=VISITOR) -> None:
        page = page_module.build(Models({"custom": "custom"}))
        self._functions = {function.name: function.fn for function in page.fns.values()}
        self._visitor = visitor

    def colour(self, photos, together: bool = True) -> dict[str, np.ndarray]:
        asked = ([str(path) for path in photos], "custom", 1.0, together)
        return self._pictures(list(self._functions["album"](*asked, self._visitor)))

    def propose(self, path: Path):
        told, button = self._functions["propose"](str(path), self._visitor)
        return told["text"], [photo["name"] for photo in told["photos"]], button["interactive"]

    def apply(self) -> dict[str, np.ndarray]:
        return self._pictures(list(self._functions["carry_out"](self._visitor)))

    def _pictures(self, shown) -> dict[str, np.ndarray]:
        self.told = [step[2]["text"] for step in shown]
        with zipfile.ZipFile(shown[-1][0]) as archive:
            return {
                name: lab(np.asarray(Image.open(archive.open(name)).convert("RGB")))
                for name in archive.namelist()
                if name.endswith(".png")
            }


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    return Bench()


def apart(one: dict, other: dict) -> dict[str, float]:
    return {name: deltaE_ciede2000(one[name], other[name]).mean() for name in one}


class TestTogether:
    def test_the_result_is_that_of_the_command(self, bench, colorizer, frames, tmp_path):
        made = bench.colour(frames)
        series = Series(list(gather(colorizer, frames)))
        jobs = plan(frames, tmp_path / "out", work=notes.COLOURED)
        list(colorize_all(colorizer, jobs, series=series))
        for job in jobs:
            wanted = lab(np.asarray(Image.open(job.target).convert("RGB")))
            assert np.array_equal(made[f"{job.source.stem} in colour.png"], wanted)
        alone = bench.colour(frames, together=False)
        assert apart(made, alone)["cup 1 in colour.png"] > 0.5
        assert apart(made, alone)["rocket in colour.png"] == 0

    def test_it_says_that_it_looks_first(self, bench, frames):
        bench.colour(frames)
        assert bench.told[0] == TEXTS.looking.format(done=0, total=4)
        assert bench.told[-1] == ENGLISH.album_done.format(done=4, total=4)


class TestCorrectingOne:
    def test_what_would_change_is_told_before_it_does(self, bench, frames, corrected):
        before = bench.colour(frames)
        text, names, can_apply = bench.propose(corrected)
        assert "cup 1.png" in text and can_apply
        assert sorted(names) == ["cup 0.png", "cup 2.png"]
        after = bench.apply()
        changed = apart(before, after)
        assert changed["rocket in colour.png"] == 0
        assert all(changed[f"cup {number} in colour.png"] > 1 for number in range(3))
        assert after["cup 1 in colour.png"][96, 96][1] < -20  # as it was corrected

    def test_a_second_correction_keeps_the_first(self, bench, frames, corrected, colorizer):
        bench.colour(frames)
        bench.propose(corrected)
        first = bench.apply()
        other = Hints((Hint(((0.5, 0.5),), (20.0, -50.0), 3.0),))
        path = colorizer.colorize_file(frames[3], corrected.parent / "rocket.png", hints=other)
        text, names, _ = bench.propose(path)
        assert names == [] and text == TEXTS.would_not.format(name="rocket.png")
        changed = apart(first, bench.apply())
        assert changed.pop("rocket in colour.png") > 1
        assert set(changed.values()) == {0}

    def test_what_is_no_corrected_photo_of_the_album_is_told(
        self, bench, frames, colorizer, photos, tmp_path
    ):
        with pytest.raises(gr.Error, match="not held here any more"):
            bench.propose(frames[0])
        bench.colour(frames)
        with pytest.raises(gr.Error, match=r"cup 0\.png carries no corrections"):
            bench.propose(frames[0])
        cat = Image.fromarray(photos["chelsea"]).resize((256, 192))
        cat.save(tmp_path / "cat.png")
        other = colorizer.colorize_file(tmp_path / "cat.png", tmp_path / "c.png", hints=GREEN)
        with pytest.raises(gr.Error, match=r"c\.png shows no photo of this album"):
            bench.propose(other)


class TestOnThePage:
    def test_an_album_together_and_one_of_it_corrected(self, visit, frames, corrected):
        page = visit()
        open_album(page, frames)
        page.get_by_label(TEXTS.together).check()
        expect(page.locator("#album-corrected")).to_be_hidden()
        page.locator("#album-button").click()
        status(page, "4 of 4 photos are in colour").wait_for(timeout=WAIT)
        with page.expect_file_chooser() as chooser:
            page.locator("#album-corrected").click()
        chooser.value.set_files(corrected)
        expect(page.locator("#album-changes p")).to_contain_text("cup 1.png")
        expect(page.locator("#album-changes li")).to_have_count(2)
        assert page.locator("#album-changes img").first.evaluate("image => image.naturalWidth") > 0
        source = page.locator("#album-gallery img").first.get_attribute("src")
        page.locator("#album-apply").click()
        status(page, "4 of 4 photos are in colour").wait_for(timeout=WAIT)
        page.wait_for_function(
            "source => document.querySelector('#album-gallery img').src !== source", arg=source
        )
        expect(page.locator("#album-apply")).to_be_disabled()
        assert not overflows(page)
