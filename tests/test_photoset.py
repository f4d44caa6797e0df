"""Photos in folders, lists and archives."""

import io
import tarfile

import pytest
from PIL import Image

from colorgan.errors import PhotoError
from colorgan.photoset.sources import evenly, find, group_of, pick, read_all


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "JPEG")
    return stream.getvalue()


def test_a_folder_is_searched_to_the_bottom_in_a_fixed_order(tmp_path):
    for name in ("b.jpg", "a/z.PNG", "a/.hidden.jpg", "a/readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(jpeg())
    assert [str(p.relative_to(tmp_path)) for p in find([tmp_path])] == ["a/z.PNG", "b.jpg"]


def test_a_file_that_is_named_is_taken_whatever_its_ending(tmp_path):
    (tmp_path / "scan").write_bytes(jpeg())
    assert find([tmp_path / "scan"]) == [tmp_path / "scan"]


def test_a_tar_gives_name_and_bytes(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as tar:
        for name in ("faces-x-1.webp", "notes.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(jpeg())
            tar.addfile(member, io.BytesIO(jpeg()))
    assert list(read_all([tmp_path / "set.tar"])) == [("faces-x-1.webp", jpeg())]


def test_no_two_photos_have_one_name(tmp_path):
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "001.jpg").write_bytes(jpeg())
    days = [tmp_path / "monday", tmp_path / "tuesday"]
    names = [name for name, _ in read_all([*days, days[1]])]
    assert names == ["001.jpg", "tuesday/001.jpg", "tuesday (2)/001.jpg"]


def test_every_ending_that_is_written_is_found(tmp_path):
    for ending in (".jpg", ".jpe", ".jfif", ".hif", ".AVIF"):
        (tmp_path / f"photo{ending}").write_bytes(jpeg())
    assert len(find([tmp_path])) == 5


@pytest.mark.parametrize(
    ("name", "group"),
    [("faces-utk-12.webp", "faces"), ("ships/1.jpg", "ships"), ("IMG_1.jpg", "")],
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
