"""Documents and animations as people colour them: in Python, by the command, on the page."""

from __future__ import annotations

import csv
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from commands import colorgan
from page_app import connect
from photo_files import animation, document, saved
from pictures import lightness, mean_chroma
from PIL import Image

from colorgan import Colorizer, PhotoError, PhotoWarning, Restorer, colorize, photo
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.photo import Written
from colorgan.photo.keeping import is_ours
from colorgan.ui.album_files import Row, write_table
from colorgan.ui.captions import told
from colorgan.ui.texts import ENGLISH
from colorgan.ui.turkish import TURKISH

LEFT_OUT = "Its still picture for viewers without animation was left out."


@pytest.fixture(scope="module")
def greys(photos) -> list[np.ndarray]:
    """Three grey photos of several sizes, of which one is dark."""
    cat, coffee, rocket = (
        np.asarray(Image.fromarray(photos[name]).convert("L").resize(size))
        for name, size in (("chelsea", (96, 64)), ("coffee", (60, 80)), ("rocket", (64, 64)))
    )
    return [cat, coffee // 3, rocket]


@pytest.fixture(scope="module")
def scan(greys, tmp_path_factory) -> Path:
    """A scanner's TIFF of three pages."""
    path = tmp_path_factory.mktemp("scans") / "scan.tif"
    path.write_bytes(document(*greys))
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """An animation with a still picture before it."""
    path = tmp_path_factory.mktemp("films") / "film.png"
    path.write_bytes(animation("PNG", "RGB", default_image=True, duration=(100, 40, 250)))
    return path


@pytest.fixture(scope="module")
def colorizer(small_model) -> Colorizer:
    return Colorizer.from_pretrained(small_model)


def is_coloured(path: Path, greys: list[np.ndarray]) -> bool:
    """Whether a TIFF has all these pages, in colour and each with its lightness."""
    with tifffile.TiffFile(path) as file:
        pages = [page.asarray() for page in file.pages]
    assert [page.shape[:2] for page in pages] == [grey.shape for grey in greys]
    for page, grey in zip(pages, greys, strict=True):
        assert np.abs(lightness(page) - lightness(Image.fromarray(grey))).mean() < 1
    return all(mean_chroma(page) > 2 for page in pages)


class TestInPython:
    def test_all_pages_are_coloured(self, colorizer, scan, greys, tmp_path):
        assert is_coloured(colorizer.colorize_file(scan, tmp_path / "new.tif"), greys)

    @pytest.mark.parametrize("kind", ["document", "film"])
    def test_files_of_others_stay_and_results_of_ours_are_replaced(
        self, colorizer, scan, film, tmp_path, kind
    ):
        source = scan if kind == "document" else film
        goal = tmp_path / source.name
        foreign = saved(Image.new("RGB", (9, 9), "red"), "TIFF")
        goal.write_bytes(foreign)
        with pytest.raises(PhotoError, match="colorgan did not write it"):
            colorizer.colorize_file(source, goal)
        assert goal.read_bytes() == foreign and list(tmp_path.iterdir()) == [goal]
        for overwrite in (True, False):  # the second time it is one of ours
            goal.touch()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PhotoWarning)
                colorizer.colorize_file(source, goal, overwrite=overwrite)
            assert is_ours(goal)

    def test_a_file_of_others_that_came_meanwhile_stays(self, scan, tmp_path):
        pages, goal = photo.read_pages(scan), tmp_path / "new.tif"
        allowed = photo.may_write(scan, goal)

        def work(page):
            goal.write_bytes(b"of others")
            return page

        with pytest.raises(PhotoError, match="colorgan did not write it"):
            photo.write_pages(pages.map(work), goal, "", allowed=allowed)
        assert goal.read_bytes() == b"of others" and list(tmp_path.iterdir()) == [goal]

    def test_all_pages_are_restored(self, scan, greys, tmp_path):
        restorer = Restorer(RestorationNet(RestorationConfig(width=8, blocks=1)))
        result = restorer.restore_file(scan, tmp_path / "new.tif")
        assert not is_coloured(result, greys)

    def test_a_document_as_jpeg_is_refused_with_what_to_do(self, colorizer, scan, tmp_path):
        with pytest.raises(PhotoError, match=r"^scan\.tif has 3 pages\. Write it as TIFF\.$"):
            colorizer.colorize_file(scan, tmp_path / "new.jpg")

    def test_a_picture_of_the_first_page_alone_comes_with_a_warning(self, colorizer, scan):
        with pytest.warns(PhotoWarning, match=r"^scan\.tif: Only the first of its 3 pages") as seen:
            assert colorizer(scan).size == (96, 64)
        assert seen[0].filename == __file__

    def test_so_does_one_frame_of_an_animation_that_a_program_has_opened(self, colorizer, film):
        opened = Image.open(film)
        with pytest.warns(PhotoWarning, match=r"Only the first of its \d frames was taken") as seen:
            colorizer(opened)
        assert seen[0].filename == __file__
        opened.seek(1)
        with pytest.warns(PhotoWarning, match="Only the current of its"):
            colorize(opened, size=32)

    def test_what_reading_left_out_is_a_warning(self, colorizer, film, tmp_path):
        with pytest.warns(PhotoWarning, match=rf"^film\.png: {LEFT_OUT}$") as seen:
            colorizer.colorize_file(film, tmp_path / "new.png")
        assert seen[0].filename == __file__


class TestByTheCommand:
    def test_the_pages_are_counted_and_all_of_them_coloured(
        self, scan, greys, portrait, small_model, tmp_path
    ):
        done = colorgan("colorize", scan, portrait, "-o", tmp_path, "--model", small_model)
        assert done.returncode == 0 and done.stderr == ""
        assert done.stdout.splitlines() == [
            "scan.tif: 3 of 3 pages coloured",
            f"2 of 2 photos coloured into {tmp_path}",
        ]
        assert is_coloured(tmp_path / "scan.tif", greys)

    def test_a_gif_comes_back_as_an_animated_png(self, small_model, tmp_path):
        source = tmp_path / "film.gif"
        source.write_bytes(animation("GIF", "RGB", loop=0))
        done = colorgan("colorize", source, "-o", tmp_path / "out", "--model", small_model)
        assert "film.gif: 4 of 4 frames coloured" in done.stdout
        with Image.open(tmp_path / "out" / "film.png") as image:
            assert image.n_frames == 4 and image.info["loop"] == 0
            image.seek(3)
            assert image.info["duration"] == 1000
            assert mean_chroma(image) > 2

    def test_what_reading_left_out_is_told_and_the_photo_is_done(self, film, small_model, tmp_path):
        done = colorgan("colorize", film, "-o", tmp_path, "--model", small_model)
        assert done.returncode == 0
        assert done.stderr == f"colorgan: film.png: {LEFT_OUT}\n"
        assert "1 of 1 photos coloured" in done.stdout

    def test_a_damaged_page_is_named_and_the_others_leave_no_half_file(
        self, scan, portrait, small_model, tmp_path
    ):
        broken = tmp_path / "broken.tif"
        broken.write_bytes(scan.read_bytes()[:-100])
        out = tmp_path / "out"
        done = colorgan("colorize", broken, portrait, "-o", out, "--model", small_model)
        assert done.returncode == 1
        assert done.stderr.startswith("colorgan: Page 3 of 3 of broken.tif is damaged")
        assert [path.name for path in out.iterdir()] == ["portrait.jpg"]


class TestOnThePage:
    @pytest.mark.parametrize("restore", [False, True])
    def test_the_download_has_all_pages_and_the_preview_shows_the_first(
        self, url, scan, greys, tmp_path, restore
    ):
        from gradio_client import handle_file

        file, previews, caption, _, _ = connect(url, tmp_path).predict(
            handle_file(scan),
            *("custom", 1.0, 128, False, restore),
            api_name="/colorize",
        )
        with tifffile.TiffFile(file) as written:
            assert [page.shape[:2] for page in written.pages] == [grey.shape for grey in greys]
        if not restore:
            assert is_coloured(Path(file), greys)
        assert Image.open(previews["after"]).size == (96, 64)
        assert ENGLISH.about_pages.format(count=3) in caption

    def test_models_are_compared_on_the_first_and_colour_all(self, url, scan, greys, tmp_path):
        from gradio_client import handle_file

        left, right, *_, caption = connect(url, tmp_path).predict(
            handle_file(scan), 1.0, 128, api_name="/compare"
        )
        assert is_coloured(Path(left), greys) and is_coloured(Path(right), greys)
        assert "3 of 3 pages" in caption

    def test_restoring_alone_does_all_pages_and_tells_what_was_left_out(self, url, film, tmp_path):
        from gradio_client import handle_file

        file, _, caption = connect(url, tmp_path).predict(
            handle_file(film), 1.0, api_name="/restore"
        )
        assert Image.open(file).n_frames == 3
        assert "3 of 3 frames" in caption and f"Note: {LEFT_OUT}" in caption

    def test_an_album_counts_pages_and_tells_what_was_left_out(
        self, url, scan, film, greys, tmp_path
    ):
        from gradio_client import handle_file

        packed, table, status, *_ = connect(url, tmp_path).predict(
            [handle_file(scan), handle_file(film)], "custom", 1.0, api_name="/album"
        )
        zipfile.ZipFile(packed).extract("scan in colour.tif", tmp_path)
        assert is_coloured(tmp_path / "scan in colour.tif", greys)
        with Path(table).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["notes"] for row in rows] == [
            "3 of 3 pages.",
            f"3 of 3 frames. {LEFT_OUT}",
        ]
        assert [row["error"] for row in rows] == ["", ""]
        assert status["told"] == [
            f"scan in colour.tif: {ENGLISH.about_pages.format(count=3)}",
            f"film in colour.png: {ENGLISH.about_frames.format(count=3)}",
            f"film in colour.png: Note: {LEFT_OUT}",
        ]

    @pytest.mark.parametrize(("texts", "word"), [(ENGLISH, "Note"), (TURKISH, "Not")])
    def test_notices_stand_under_a_result_in_the_words_of_the_page(self, texts, word):
        new = Written(Path("a.png"), "a.png", notices=("A damaged text was left out.",))
        assert told(texts, new) == [f"{word}: A damaged text was left out."]

    def test_notices_in_the_list_are_no_formulas(self, tmp_path):
        new = Written(Path("a.png"), "a.png", notices=("=1+1",))
        path = write_table([Row("a.png", Path("a.png"), written=new)], tmp_path / "list.csv")
        assert "'=1+1" in path.read_text("utf-8-sig")


def test_a_photo_with_one_picture_is_told_of_as_before(portrait, colorizer, tmp_path, recwarn):
    source = tmp_path / "mpo.jpg"
    image = Image.open(portrait)
    source.write_bytes(saved(image, "MPO", save_all=True, append_images=[image.resize((64, 64))]))
    result = colorizer.colorize_file(source, tmp_path / "new.jpg")
    assert Image.open(result).size == (512, 512)
    assert [str(one.message) for one in recwarn if one.category is PhotoWarning] == []
