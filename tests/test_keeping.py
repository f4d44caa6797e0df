"""Nobody's file is replaced: photos, results of others, and what other programs wrote."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from commands import colorgan
from disk import ignore_capitals, mounted_exfat
from photo_files import NOTE, WRITTEN, saved, scene
from PIL import Image

from colorgan import photo
from colorgan.album import colorize_all, plan
from colorgan.colorizer import Colorizer
from colorgan.errors import ColorganError, PhotoError
from colorgan.output.same_file import Places
from colorgan.photo import Keeper, Photo, notes
from colorgan.photo.formats import ENDINGS
from colorgan.photo.keeping import is_ours, note_of, spare
from colorgan.restorer import Restorer

GREY = saved(Image.fromarray(scene(40, 48)).convert("L"), "JPEG")
FOREIGN = saved(Image.new("RGB", (9, 9), "red"), "JPEG")


def put(path: Path, data: bytes = GREY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


@pytest.fixture
def run(small_model):
    """The command on photos, with a small model."""
    return lambda *words: colorgan("colorize", *words, "--model", small_model, "--size", 32)


class TestTheNote:
    @pytest.mark.parametrize("format", WRITTEN)
    @pytest.mark.parametrize("note", [NOTE, notes.restored("restore", "1"), notes.drawn()])
    def test_is_found_in_every_format_that_is_written(self, format, note, tmp_path):
        path = tmp_path / f"a{ENDINGS[format][0]}"
        photo.write(Photo(scene(), None, format), path, note)
        assert note_of(path) == note == note_of(path.read_bytes())
        assert is_ours(path)

    def test_is_found_beside_what_the_photo_said_of_itself(self, tmp_path):
        xmp = b'<x xmlns:xmp="u" xmp:CreatorTool="Camera 1"/>'
        photo.write(Photo(scene(), None, "JPEG", xmp=xmp), tmp_path / "a.jpg", NOTE)
        assert is_ours(tmp_path / "a.jpg")

    def test_is_in_no_file_of_others(self, tmp_path):
        said = Image.Exif()
        said[0x0131] = said[0x010E] = "I like what was Coloured by colorgan 0.1.0"
        files = {"a.jpg": GREY, "b.png": saved(Image.new("L", (9, 9)), "PNG"), "empty": b""}
        files |= {"c.jpg": saved(Image.new("L", (9, 9)), "JPEG", exif=said), "broken": GREY[:99]}
        for name, data in files.items():
            assert not is_ours(put(tmp_path / name, data))
        os.mkfifo(tmp_path / "pipe")
        assert not is_ours(tmp_path / "pipe") and not is_ours(tmp_path / "absent")


class TestWhatOthersWrote:
    def test_stays_and_the_photo_is_named(self, run, tmp_path):
        put(tmp_path / "card" / "IMG_0001.jpg")
        put(tmp_path / "card" / "IMG_0002.jpg")
        other = put(tmp_path / "pics" / "IMG_0001.jpg", FOREIGN)
        done = run(tmp_path / "card", "-o", tmp_path / "pics")
        assert done.returncode == 1 and "1 of 2 photos coloured" in done.stdout
        assert f"No result of {tmp_path / 'card' / 'IMG_0001.jpg'} was written" in done.stderr
        assert "colorgan did not write it" in done.stderr
        assert other.read_bytes() == FOREIGN and is_ours(tmp_path / "pics" / "IMG_0002.jpg")

    def test_stays_beside_a_photo_of_another_format(self, run, tmp_path):
        """scan.bmp comes back as scan.png, which may be anything."""
        put(tmp_path / "scan.bmp", saved(Image.new("L", (40, 40)), "BMP"))
        other = put(tmp_path / "scan.png", b"of somebody")
        done = run(tmp_path / "scan.bmp", "-o", tmp_path)
        assert done.returncode == 1 and other.read_bytes() == b"of somebody"

    def test_is_no_result_to_resume_from(self, run, tmp_path):
        put(tmp_path / "in" / "a.jpg")
        other = put(tmp_path / "out" / "a.jpg", FOREIGN)
        done = run(tmp_path / "in", "-o", tmp_path / "out", "--resume")
        assert done.returncode == 1 and "done already" not in done.stdout
        assert other.read_bytes() == FOREIGN

    def test_is_replaced_when_that_is_meant(self, run, tmp_path):
        source, other = put(tmp_path / "in" / "a.jpg"), put(tmp_path / "out" / "a.jpg", FOREIGN)
        assert run(source, "-o", tmp_path / "out", "--overwrite").returncode == 0
        assert is_ours(other)

    def test_a_link_that_leads_nowhere_stays_too(self, run, tmp_path):
        source, link = put(tmp_path / "in" / "a.jpg"), tmp_path / "out" / "a.jpg"
        link.parent.mkdir()
        link.symlink_to(tmp_path / "disk that is not there")
        assert run(source, "-o", tmp_path / "out").returncode == 1
        assert link.is_symlink()

    def test_results_of_ours_are_replaced(self, run, tmp_path):
        source = put(tmp_path / "in" / "a.jpg")
        for strength in ("0.5", "1"):
            done = run(source, "-o", tmp_path / "out", "--strength", strength)
            assert done.returncode == 0, done.stderr


class TestPhotosOfTheRun:
    @pytest.mark.parametrize("option", [(), ("--overwrite",)])
    @pytest.mark.parametrize("link", [os.symlink, os.link])
    def test_stay_whatever_leads_to_them(self, run, tmp_path, option, link):
        source = put(tmp_path / "attic" / "a.jpg")
        link(source, (tmp_path / "b.jpg"))
        other = put(tmp_path / "b" / "b.jpg")
        done = run(source, other, "-o", tmp_path, *option)
        assert "overwrite the photo" in done.stderr and "1 of 2" in done.stdout
        assert source.read_bytes() == GREY and (tmp_path / "b.jpg").read_bytes() == GREY

    def test_stay_also_where_they_are_results_of_an_earlier_run(self, run, tmp_path):
        source = put(tmp_path / "a.jpg")
        result = tmp_path / "restored" / "a.jpg"
        photo.write(photo.read(source), result, notes.restored("restore", "1"))
        before = result.read_bytes()
        done = run(result, "-o", tmp_path / "restored", "--overwrite")
        assert done.returncode == 1 and result.read_bytes() == before

    def test_are_no_target_in_python_either(self, small_model, busy_restorer, tmp_path):
        path = put(tmp_path / "a.jpg")
        (tmp_path / "link.jpg").symlink_to(path)
        for work in (Colorizer.from_pretrained(small_model).colorize_file, busy_restorer):
            for target in (path, tmp_path / "link.jpg"):
                with pytest.raises(PhotoError, match="it would overwrite the photo"):
                    work(path, target, overwrite=True)
        assert path.read_bytes() == GREY

    def test_others_photos_are_no_target_in_python_unless_meant(self, small_model, tmp_path):
        work = Colorizer.from_pretrained(small_model).colorize_file
        source, other = put(tmp_path / "a.jpg"), put(tmp_path / "b.jpg", FOREIGN)
        with pytest.raises(PhotoError, match=r"colorgan did not write it.*overwrite=True"):
            work(source, other, size=32)
        assert other.read_bytes() == FOREIGN
        work(source, other, size=32, overwrite=True)
        work(source, other, size=32)  # by now it is a result

    @pytest.mark.parametrize("name", ["x.jxl", "x.psd", "x.gif", "x.BMP", "x.pdf", "x.apng"])
    def test_no_file_gets_a_name_that_lies(self, small_model, busy_restorer, tmp_path, name):
        path = put(tmp_path / "a.jpg")
        for work in (Colorizer.from_pretrained(small_model).colorize_file, busy_restorer):
            with pytest.raises(PhotoError, match=r"\.jpg, \.png, \.tif, \.webp, \.heic or \.avif"):
                work(path, tmp_path / name)
        assert not (tmp_path / name).exists()


@pytest.fixture
def busy_restorer():
    """The door of a restorer that was never trained."""
    from colorgan.networks import RestorationNet
    from colorgan.networks.restoration import RestorationConfig

    settings = RestorationConfig(width=8, blocks=1)
    return Restorer(RestorationNet(settings)).restore_file


@pytest.fixture(params=["played", "exFAT"])
def disk(request, tmp_path, monkeypatch) -> Iterator[Path]:
    """A disk that does not tell capitals apart; a real one where it may be mounted."""
    if request.param == "exFAT":
        with mounted_exfat(tmp_path) as folder:
            yield folder
    elif sys.version_info < (3, 11):
        pytest.skip("its pathlib asks the system by other doors than the fake's")
    else:
        folder = tmp_path / "disk"
        folder.mkdir()
        ignore_capitals(folder, monkeypatch)
        yield folder


class TestDisksThatDoNotTellCapitalsApart:
    def test_are_what_is_tested(self, disk):
        put(disk / "Photo.JPG")
        assert (disk / "photo.jpg").read_bytes() == GREY
        assert list(files_of(disk)) == ["Photo.JPG"]

    def test_are_asked_whether_two_names_are_one_file(self, disk, tmp_path):
        """Some drivers give a file another number for each name that it was asked for by."""
        path, other = put(disk / "Box" / "Photo.JPG"), put(tmp_path / "box" / "photo.jpg")
        places = Places()
        assert places.same(path, disk / "box" / "photo.jpg")
        assert places.same(disk / "BOX", disk / "box")
        assert not places.same(path, other) and not places.same(path, disk / "Box" / "photo.png")

    @pytest.mark.parametrize("option", [(), ("--resume",), ("--overwrite",)])
    def test_originals_stay(self, run, disk, option):
        for name in ("a.jpg", "1931/B.JPG"):
            put(disk / "Album" / name)
        before = files_of(disk)
        done = run(disk / "Album", "-o", disk / "album", *option)
        assert done.returncode == 1 and "0 of 2 photos coloured" in done.stdout
        assert done.stderr.count("overwrite the photo") == 2
        assert files_of(disk) == before

    @pytest.mark.parametrize("option", [(), ("--overwrite",)])
    def test_two_photos_never_share_a_result(self, run, disk, tmp_path, option):
        photos = [put(tmp_path / "in" / name) for name in ("Photo.JPG", "photo.jpg")]
        done = run(tmp_path / "in", "-o", disk / "out", *option)
        assert "1 of 2 photos coloured" in done.stdout
        assert f"already holds the result of {photos[0]}" in done.stderr
        assert list(files_of(disk)) == ["out/Photo.JPG"]
        before = files_of(disk)
        done = run(tmp_path / "in", "-o", disk / "out", *option, "--resume")
        assert "1 of 2 photos are done already" in done.stdout
        assert done.returncode == 1 and "already holds the result" in done.stderr
        assert files_of(disk) == before

    def test_python_asks_the_disk_too(self, small_model, disk):
        path = put(disk / "a.jpg")
        with pytest.raises(PhotoError, match="it would overwrite the photo"):
            Colorizer.from_pretrained(small_model).colorize_file(path, disk / "A.JPG")
        assert path.read_bytes() == GREY

    def test_curate_moves_nothing_onto_another_photo(self, disk, tmp_path):
        for name in ("Photo.JPG", "photo.jpg"):
            put(tmp_path / "in" / name)
        done = colorgan("curate", tmp_path / "in", "--move", disk / "aside")
        assert done.returncode == 1 and "is there already" in done.stderr
        assert len(files_of(disk)) == len(files_of(tmp_path / "in")) == 1


def test_letters_put_together_in_two_ways_are_one_name_on_such_a_disk(run, tmp_path, monkeypatch):
    """APFS and HFS+ take the ü of a Mac and that of a PC for one; other disks do not."""
    names = [unicodedata.normalize(form, "Müller.jpg") for form in ("NFC", "NFD")]
    for name in names:
        put(tmp_path / "in" / name)
    done = run(tmp_path / "in", "-o", tmp_path / "telling")
    assert done.returncode == 0 and len(files_of(tmp_path / "telling")) == 2
    (tmp_path / "one").mkdir()
    ignore_capitals(tmp_path / "one", monkeypatch)
    done = run(tmp_path / "in", "-o", tmp_path / "one")
    assert done.returncode == 1 and len(files_of(tmp_path / "one")) == 1


def test_a_disk_that_tells_capitals_apart_holds_both(run, tmp_path):
    for name in ("Photo.JPG", "photo.jpg"):
        put(tmp_path / "in" / name)
    done = run(tmp_path / "in", "-o", tmp_path / "out")
    assert done.returncode == 0 and "2 of 2" in done.stdout
    assert set(files_of(tmp_path / "out")) == {"Photo.JPG", "photo.jpg"}
    done = run(tmp_path / "in", "-o", tmp_path / "out", "--resume")
    assert "2 of 2 photos are done already" in done.stdout


def test_a_file_that_appears_while_its_photo_is_coloured_stays(small_model, tmp_path):
    """What is written in a thread asks again, at the last moment."""
    source = put(tmp_path / "in" / "a.jpg")

    class Slow(Colorizer):
        def colorize(self, photo, **settings):
            put(tmp_path / "out" / "a.jpg", FOREIGN)
            return super().colorize(photo, **settings)

    colorizer = Slow.from_pretrained(small_model)
    (row,) = colorize_all(colorizer, plan([source], tmp_path / "out"), size=32)
    assert row.result is None and "colorgan did not write it" in row.error
    assert files_of(tmp_path / "out") == {"a.jpg": FOREIGN}


def test_results_that_are_written_at_once_do_not_replace_one_another(tmp_path):
    from concurrent.futures import ThreadPoolExecutor
    from functools import partial

    keeper, target = Keeper([]), tmp_path / "a.png"

    def write(number: int) -> bool:
        picture = Photo(np.full((40, 40, 3), number, np.uint8), None, "PNG")
        try:
            allowed = partial(keeper.replacing, f"{number}.png", target)
            photo.write(picture, target, NOTE, allowed=allowed)
        except PhotoError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(write, range(16)))
    assert sum(written) == 1
    assert photo.read(target).pixels[0, 0, 0] == written.index(True)


class TestOtherOutputs:
    def test_tables_and_reports_are_not_written_over_a_photo(self, portrait, tmp_path):
        path = put(tmp_path / "scan.jpg", FOREIGN)
        for option in ("--json", "--report", "--sheet"):
            done = colorgan("evaluate", "--model", "custom", "--data", portrait, option, path)
            assert done.returncode == 1 and "did not write, so it stays" in done.stderr
        done = colorgan("export", "custom", "--onnx", path)
        assert done.returncode == 1 and "did not write, so it stays" in done.stderr
        assert path.read_bytes() == FOREIGN

    def test_nor_over_what_is_read(self, portrait, tmp_path):
        weights = put(tmp_path / "weights.safetensors", FOREIGN)
        options = ("--data", portrait, "--features-weights", weights, "--json", weights)
        done = colorgan("evaluate", "--model", "custom", *options)
        assert done.returncode == 1 and "is one of the inputs" in done.stderr
        assert weights.read_bytes() == FOREIGN

    def test_a_sheet_of_ours_is_replaced(self, tmp_path):
        from colorgan.evaluation.sheet import save_sheet

        for ending in (".jpg", ".png", ".tif", ".webp"):
            path = tmp_path / f"sheet{ending}"
            for _ in range(2):
                spare([path])
                save_sheet(Image.new("RGB", (40, 40)), path)

    def test_what_lies_in_the_way_of_no_output_is_nobody_s_business(self, tmp_path):
        spare([None, tmp_path / "new.json", put(tmp_path / "old.json", b"{}")], ["org/name", None])
        with pytest.raises(ColorganError):
            spare([put(tmp_path / "a.json", FOREIGN)])


def test_a_training_replaces_no_model_and_no_picture_that_was_there(training_folder, tmp_path):
    from commands import script
    from conftest import ROOT

    words = ("light", "--data", training_folder, "--max-steps", 1)
    put(tmp_path / "model" / "README.md", b"mine")
    done = script(ROOT / "train.py", *words, "--out", tmp_path / "model")
    assert done.returncode == 1 and "README.md that a run would replace" in done.stderr
    put(tmp_path / "pictures" / "samples" / "00000001.jpg", FOREIGN)
    done = script(ROOT / "train.py", *words, "--out", tmp_path / "pictures")
    assert done.returncode == 1 and "did not write" in done.stderr
    assert set(files_of(tmp_path)) == {"model/README.md", "pictures/samples/00000001.jpg"}
