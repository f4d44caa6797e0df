"""Zips of strangers: nothing that they say of themselves is trusted."""

import struct
import zipfile

import pytest

from colorgan.errors import PhotoError
from colorgan.photoset.zips import count_photos, photos_in, plain_path


def pack(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_photos_come_with_their_folders_and_all_else_is_passed_over(tmp_path):
    inner = pack(tmp_path / "inner.zip", {"deep.jpg": b"0"}).read_bytes()
    entries = {"town/a.jpg": b"1", "b.PNG": b"2", "letter.txt": b"3", "more.zip": inner}
    entries |= {"__MACOSX/a.jpg": b"4", ".hidden/c.jpg": b"5", "town/.a.jpg": b"6"}
    path = pack(tmp_path / "album.zip", entries)
    assert [(p.name, p.data) for p in photos_in(path)] == [("town/a.jpg", b"1"), ("b.PNG", b"2")]
    assert count_photos(path) == 2


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd.jpg", "etc/passwd.jpg"),
        ("/root/a.jpg", "root/a.jpg"),
        ("C:\\Users\\me\\a.jpg", "Users/me/a.jpg"),
        ("a\0.jpg", "a.jpg"),
        ("..", None),
        (".ssh/a.jpg", None),
    ],
)
def test_paths_lead_nowhere_else(name, plain):
    assert plain_path(name) == plain


def test_long_names_are_cut_but_keep_their_ending():
    assert plain_path("x" * 300 + ".jpeg") == "x" * 95 + ".jpeg"
    assert len(plain_path("/".join(["d" * 300] * 50) + "/a.jpg").split("/")) == 8


def test_a_bomb_is_told_and_not_unpacked(tmp_path):
    path = pack(tmp_path / "bomb.zip", {"bomb.jpg": b"\0" * 5_000_000, "good.jpg": b"1"})
    bomb, good = photos_in(path, largest=1_000_000)
    assert bomb.data is None and "larger than 1 MB" in bomb.error
    assert good.data == b"1"


def test_a_bomb_that_lies_about_its_size_is_found_while_unpacking(tmp_path):
    path = pack(tmp_path / "bomb.zip", {"bomb.jpg": b"\0" * 5_000_000})
    data, size = path.read_bytes(), struct.pack("<I", 5_000_000)
    path.write_bytes(data.replace(size, struct.pack("<I", 10)))
    (bomb,) = photos_in(path, largest=1_000_000)
    assert bomb.data is None and bomb.error.startswith("bomb.jpg is damaged inside the zip")


def test_too_much_in_all_ends_it(tmp_path, monkeypatch):
    monkeypatch.setattr("colorgan.photoset.zips.LARGEST_TOTAL", 10)
    path = pack(tmp_path / "album.zip", {f"{i}.jpg": b"12345" for i in range(3)})
    with pytest.raises(PhotoError, match="in parts"):
        list(photos_in(path))


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("colorgan.photoset.zips.MOST_ENTRIES", 2)
    path = pack(tmp_path / "album.zip", {f"{i}.txt": b"" for i in range(3)})
    with pytest.raises(PhotoError, match="more than 2 files"):
        list(photos_in(path))


def test_a_damaged_photo_is_told_and_the_others_come(tmp_path):
    path = pack(tmp_path / "album.zip", {"a.jpg": b"A" * 999, "b.jpg": b"B" * 999}, 0)
    path.write_bytes(path.read_bytes().replace(b"A" * 999, b"C" * 999))
    damaged, good = photos_in(path)
    assert damaged.data is None and "a.jpg is damaged" in damaged.error
    assert good.data == b"B" * 999


def test_what_is_no_zip_is_said(tmp_path):
    (tmp_path / "album.zip").write_bytes(b"PK no zip")
    for read in (lambda path: list(photos_in(path)), count_photos):
        with pytest.raises(PhotoError, match=r"^album\.zip is not a zip that can be read"):
            read(tmp_path / "album.zip")
