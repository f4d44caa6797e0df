"""Photos in folders, lists, archives, and data sets of the Hub."""

import io
import json
import shutil
import tarfile

import pytest
from commands import COLORGAN
from photo_files import NOTE, saved
from PIL import Image

from colorgan import photo
from colorgan.errors import PhotoError
from colorgan.photo import decoders, notes
from colorgan.photo.formats import READ_ENDINGS
from colorgan.photoset.sources import evenly, find, group_of, pick, read_all

JPEG = saved(Image.new("RGB", (8, 8), "red"), "JPEG")


def test_a_folder_is_searched_to_the_bottom_in_a_fixed_order(tmp_path):
    for name in ("b.jpg", "a/z.PNG", "a/.hidden.jpg", "a/readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(JPEG)
    assert [str(p.relative_to(tmp_path)) for p in find([tmp_path])] == ["a/z.PNG", "b.jpg"]


def test_a_file_that_is_named_is_taken_whatever_its_ending(tmp_path):
    (tmp_path / "scan").write_bytes(JPEG)
    assert find([tmp_path / "scan"]) == [tmp_path / "scan"]


def test_a_tar_gives_name_and_bytes(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as tar:
        for name in ("faces-x-1.webp", "notes.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(JPEG)
            tar.addfile(member, io.BytesIO(JPEG))
    assert list(read_all([tmp_path / "set.tar"])) == [("faces-x-1.webp", JPEG)]


def test_no_two_photos_have_one_name(tmp_path):
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "001.jpg").write_bytes(JPEG)
    days = [tmp_path / "monday", tmp_path / "tuesday"]
    names = [name for name, _ in read_all([*days, days[1]])]
    assert names == ["001.jpg", "tuesday/001.jpg", "tuesday (2)/001.jpg"]


def test_every_ending_that_is_written_is_found(tmp_path):
    for ending in (".jpg", ".jpe", ".jfif", ".hif", ".AVIF"):
        (tmp_path / f"photo{ending}").write_bytes(JPEG)
    assert len(find([tmp_path])) == 5


def test_what_can_be_read_is_what_is_looked_for(tmp_path):
    """Pillow's own endings of the formats that are read, but for .pfm, and some beside Pillow."""
    beside = {".jxl", ".jls", ".pam"}
    kinds = {*decoders._FORMATS, "MPO", "DIB"}
    known = {e for e, format in Image.registered_extensions().items() if format in kinds}
    assert (known | beside) - {".pfm"} == READ_ENDINGS
    picture, grey = Image.new("RGB", (16, 16), "red"), Image.new("L", (16, 16))
    kinds = {".jpx": "JPEG2000", ".mpo": "MPO", ".apng": "PNG", ".dib": "BMP", ".pnm": "PPM"}
    for ending, format in kinds.items():
        (tmp_path / f"a{ending}").write_bytes(saved(picture, format))
    for ending in (".pgm", ".pbm"):
        (tmp_path / f"a{ending}").write_bytes(saved(grey.convert("1"), "PPM"))
    (tmp_path / "a.j2k").write_bytes(saved(picture, "JPEG2000", no_jp2=True))
    found = find([tmp_path])
    assert len(found) == 8
    for path in found:
        assert photo.read(path).width == 16


SYSTEM = [
    *(".hidden/a.jpg", ".Trash-1000/files/a.jpg", ".thumbnails/a.png", "._a.jpg", ".a.jpg"),
    *("@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", "#recycle/a.jpg", "$RECYCLE.BIN/S-1/$R1.jpg"),
    *("System Volume Information/a.jpg", "__MACOSX/a.jpg", "lost+found/a.jpg", "Found.000/a.jpg"),
    *(".@__thumb/a.jpg", ".picasaoriginals/a.jpg", ".AppleDouble/a.jpg", "@Recycle/a.jpg"),
    *("SYNOFILE_THUMB_M.jpg", "LOST.DIR/1.jpg", "AlbumArtSmall.jpg", "deep/er/@eaDir/a.jpg"),
]
NEARLY = ["lost and found/a.jpg", "found.000 Kinder/a.jpg", "trash/a.jpg", "a.b/a.jpg"]


class TestWhatSystemsLeaveInFolders:
    def fill(self, folder):
        for name in ("town/a.jpg", *SYSTEM, *NEARLY):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(JPEG)
        return sorted(["town/a.jpg", *NEARLY])

    def test_is_no_photo_in_a_folder(self, tmp_path):
        photos = self.fill(tmp_path)
        assert sorted(str(p.relative_to(tmp_path)) for p in find([tmp_path])) == photos
        assert sorted(name for name, _ in read_all([tmp_path])) == photos

    def test_is_no_photo_in_an_archive(self, tmp_path):
        photos = self.fill(tmp_path / "set")
        with tarfile.open(tmp_path / "set.tar", "w") as tar:
            tar.add(tmp_path / "set", ".")
        assert (
            sorted(name.removeprefix("./") for name, _ in read_all([tmp_path / "set.tar"]))
            == photos
        )

    def test_is_taken_when_it_is_named(self, tmp_path):
        self.fill(tmp_path)
        for name in (".hidden", ".hidden/a.jpg", "._a.jpg", "#recycle"):
            assert len(find([tmp_path / name])) == 1


class TestResultsOfOurs:
    """Colours that a model guessed teach nobody."""

    def test_are_passed_over_in_folders_and_archives(self, tmp_path):
        red = photo.read(JPEG)
        (tmp_path / "set").mkdir()
        (tmp_path / "set" / "a.jpg").write_bytes(JPEG)
        photo.write(red, tmp_path / "set" / "coloured" / "a.jpg", NOTE)
        photo.write(red, tmp_path / "set" / "restored" / "a.jpg", notes.restored("restore", "1"))
        with tarfile.open(tmp_path / "set.tar", "w") as tar:
            tar.add(tmp_path / "set", "")
        for source in ("set", "set.tar"):
            names = {name.strip("/") for name, _ in read_all([tmp_path / source])}
            assert names == {"a.jpg", "restored/a.jpg"}
        named = tmp_path / "set" / "coloured" / "a.jpg"
        assert len(list(read_all([named]))) == 1

    def test_alone_are_no_photos(self, tmp_path):
        photo.write(photo.read(JPEG), tmp_path / "set" / "a.jpg", NOTE)
        with pytest.raises(PhotoError, match="only photos that colorgan has coloured"):
            list(read_all([tmp_path / "set"]))


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Feier 1-2.5-3", "Feier 1"),
        ("faces-utk-12.webp", "faces"),
        ("ships/1.jpg", "ships"),
        ("IMG_1.jpg", ""),
    ],
)
def test_the_group_is_the_folder_or_the_prefix(name, group):
    assert group_of(name) == group


@pytest.mark.parametrize(
    ("count", "picked"),
    [(5, [0, 2, 4, 6, 8]), (6, [0, 1, 3, 5, 6, 8]), (12, list(range(10))), (0, [])],
)
def test_photos_are_picked_evenly_and_never_more_than_asked_for(count, picked):
    """Also where they are not a multiple: then neither the last ones nor too many come."""
    assert evenly(range(10), count) == picked


def test_what_cannot_be_read_is_named(tmp_path):
    (tmp_path / "broken.tar").write_bytes(b"no archive")
    for source, words in (("absent", "no file or folder"), ("broken.tar", "cannot be read")):
        with pytest.raises(PhotoError, match=words):
            list(read_all([tmp_path / source]))
    (tmp_path / "empty").mkdir()
    with pytest.raises(PhotoError, match="holds no photos"):
        list(read_all([tmp_path / "empty"]))


def test_as_many_are_picked_as_asked_evenly_over_all(training_folder):
    found = list(read_all([training_folder]))
    for count in (1, 5, len(found), 99):
        assert pick([training_folder], count) == evenly(found, count)
    assert pick([], 5) == []


class TestDataSetsOfTheHub:
    """Real photos in both shapes that the Hub knows: folders of files, and Parquet."""

    def test_are_read_by_name_and_split(self, town, run):
        code = (
            "from colorgan.photoset.sources import read_all\n"
            "for name, data in read_all(['me/town', 'me/table:test']): print(name, len(data))"
        )
        done = run("-c", code)
        assert done.returncode == 0, done.stderr
        names = ["harbour/00000000.jpg", "harbour/00000001.jpg", "street/00000002.jpg"]
        names += [f"{row:08}" for row in range(8)]
        lines = [line.split() for line in done.stdout.splitlines()]
        assert [name for name, _ in lines] == names
        assert {int(size) for _, size in lines} == {len(town)}

    def test_are_coloured_for_a_survey(self, town, small_model, run, tmp_path):
        models = [tmp_path / "amber", tmp_path / "birch"]
        for model in models:
            shutil.copytree(small_model, model)
        study = tmp_path / "study"
        options = ("--model", *models, "-o", study)
        done = run(*COLORGAN, "survey", "prepare", "me/town", *options)
        assert done.returncode == 0, done.stderr
        photos = json.loads((study / "study.json").read_text())["photos"]
        assert [photo["group"] for photo in photos] == ["harbour", "harbour", "street"]

    def test_that_are_not_there_are_one_sentence(self, server, run):
        done = run(*COLORGAN, "evaluate", "--model", "custom", "--data", "me/nowhere")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "the Hub has no such data set" in done.stderr
