"""The tab Album as a visitor meets it, and as a script does."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from page_app import WAIT, connect, download, overflows, toast
from pictures import mean_chroma
from PIL import Image
from playwright.sync_api import expect

from colorgan.ui.texts import ENGLISH


@pytest.fixture
def album(tmp_path, small_photo) -> list[Path]:
    """Twelve photos, some of them in a zip, one broken."""
    paths = [tmp_path / f"photo {i}.jpg" for i in range(8)]
    for path in paths:
        shutil.copy(small_photo, path)
    paths[3].write_bytes(b"\xff\xd8 no photo")
    packed = tmp_path / "more.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(4):
            archive.write(small_photo, f"attic/box {i}.jpg")
    return [*paths, packed]


def open_album(page, photos: list[Path]) -> None:
    page.get_by_role("tab", name=ENGLISH.album_tab).click()
    page.locator("#album-files input[type=file]").set_input_files(photos)
    page.locator("#album-files").get_by_text(photos[-1].stem).first.wait_for()


def status(page, words: str):
    return page.locator("#album-status [role=status]", has_text=words)


class TestAlbum:
    def test_twelve_photos_with_a_broken_one(self, visit, album):
        page = visit()
        open_album(page, album)
        page.locator("#album-button").click()
        status(page, "11 of 12 photos are in colour").wait_for(timeout=WAIT)
        expect(page.locator("#album-status li")).to_contain_text("photo 3.jpg is not a photo")
        page.locator("#album-gallery img").nth(10).wait_for()
        name, data = download(page, "#album-download")
        assert name == "colorgan album.zip"
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = set(archive.namelist())
        assert {"attic/box 0 in colour.jpg", "photo 0 in colour.jpg"} <= names
        assert len(names) == 12  # eleven photos and the list
        image = Image.open(io.BytesIO(archive.read("attic/box 3 in colour.jpg")))
        assert image.size == (400, 300) and mean_chroma(image) > 3
        _, table = download(page, "#album-table")
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
        assert len(rows) == 12
        assert [row["error"] != "" for row in rows].count(True) == 1

    def test_a_folder_with_what_is_no_photo_of_anybody(self, visit, small_photo, tmp_path):
        folder = tmp_path / "summer 1931"
        (folder / "sea").mkdir(parents=True)
        for name in ("beach.jpg", "sea/boat.jpg"):
            shutil.copy(small_photo, folder / name)
        (folder / "notes.txt").write_text("taken by aunt Leyla")
        for name in ("Thumbs.db", ".DS_Store", "._beach.jpg", "sea/desktop.ini"):
            (folder / name).write_bytes(b"of the system")
        for name in ("sea/@eaDir/boat.jpg/SMALL.jpg", ".thumbnails/1.png", "#recycle/old.jpg"):
            (folder / name).parent.mkdir(parents=True)
            shutil.copy(small_photo, folder / name)
        page = visit()
        page.get_by_role("tab", name=ENGLISH.album_tab).click()
        with page.expect_file_chooser() as chooser:
            page.locator("#album-folder").click()
        chooser.value.set_files(folder)
        page.locator("#album-files").get_by_text("boat").first.wait_for()
        page.locator("#album-button").click()
        status(page, "2 of 2 ").wait_for(timeout=WAIT)
        _, data = download(page, "#album-download")
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
        assert {"beach in colour.jpg", "boat in colour.jpg"} <= names

    def test_stopped_it_keeps_what_is_done(self, visit, large_photo, tmp_path):
        photos = [tmp_path / f"{i}.jpg" for i in range(30)]
        for path in photos:
            shutil.copy(large_photo, path)
        page = visit()
        open_album(page, photos)
        page.locator("#album-button").click()
        status(page, "of 30, about").wait_for(timeout=WAIT)
        page.locator("#album-stop").click()
        status(page, "Stopped").wait_for(timeout=WAIT)
        done = len(zipfile.ZipFile(io.BytesIO(download(page, "#album-download")[1])).namelist()) - 1
        assert 1 <= done < 30

    def test_without_photos_it_says_so(self, visit):
        page = visit()
        page.get_by_role("tab", name=ENGLISH.album_tab).click()
        page.locator("#album-button").click()
        assert ENGLISH.album_empty in toast(page)

    def test_it_fits_a_phone(self, visit, album):
        page = visit(390, 844)
        open_album(page, album[:2])
        page.locator("#album-button").click()
        status(page, "2 of 2").wait_for(timeout=WAIT)
        assert not overflows(page)

    def test_a_script_gets_the_zip_and_the_list(self, url, album, tmp_path):
        from gradio_client import handle_file

        packed, table, *_ = connect(url, tmp_path).predict(
            [handle_file(path) for path in album[6:]], "custom", 1.0, api_name="/album"
        )
        names = zipfile.ZipFile(packed).namelist()
        assert len([name for name in names if name.endswith(".jpg")]) == 6
        assert Path(table).read_text("utf-8-sig").count("in colour.jpg") == 6
