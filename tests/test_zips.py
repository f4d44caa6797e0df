"""Zips of strangers: nothing that they say of themselves is trusted."""

import struct
import sys
import zipfile
import zlib

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
    entries |= {"town/@eaDir/a.jpg/SMALL.jpg": b"7", "$RECYCLE.BIN/S-1-5/$R1.jpg": b"8"}
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
    assert plain_path("x" * 300 + " 12.05.1931.jpg") == "x" * 96 + ".jpg"
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


def pack_as(path, page, names):
    """A zip as programs write it that do not tell the code page of its names."""
    stand_in = {
        name: f"{index}".rjust(len(name.encode(page)), "x") for index, name in enumerate(names)
    }
    pack(path, {stand_in[name]: name.encode() for name in names}, 0)
    data = path.read_bytes()
    for name, other in stand_in.items():
        data = data.replace(other.encode(), name.encode(page))
    path.write_bytes(data)
    return path


class TestNames:
    @pytest.mark.parametrize(
        ("page", "names"),
        [
            ("cp857", ["Şükrü'nün düğünü.jpg", "İzmir/çarşı ışık.jpg", "ağaç.jpg"]),
            ("cp857", ["kız.jpg"]),
            ("cp857", ["FOTOĞRAF.JPG", "Dede.jpg"]),
            ("cp850", ["Hochzeit Müller.jpg", "Straße.jpg"]),
            ("cp850", ["João.jpg"]),
            ("cp437", ["España/niño.jpg", "Noël.jpg"]),
            ("cp437", ["lunedì.jpg", "città.jpg"]),
            ("cp852", ["Łódź 1931.jpg", "święta/żółw.jpg"]),
            ("cp852", ["Příbram.jpg", "babička.jpg"]),
            ("cp866", ["Москва/Бабушка.jpg"]),
            ("cp737", ["Γιαγιά.jpg", "γάμος.jpg"]),
            ("cp775", ["Rīga.jpg", "vecmāmiņa.jpg"]),
            ("cp932", ["写真/祖母の家.jpg"]),
            ("cp936", ["照片/北京天安门.jpg"]),
            ("cp949", ["사진/할머니.jpg"]),
            ("cp1254", ["Şükrü.jpg", "ışık.jpg"]),
            ("cp1252", ["Großmutter.jpg"]),
            ("cp1251", ["Бабушка.jpg"]),
            ("utf-8", ["Şükrü.jpg", "写真.jpg"]),
        ],
    )
    def test_are_read_by_the_page_of_whoever_packed(self, page, names, tmp_path):
        path = pack_as(tmp_path / "album.zip", page, names)
        assert [(p.name, p.data) for p in photos_in(path)] == [(n, n.encode()) for n in names]
        assert count_photos(path) == len(names)

    def test_that_are_told_twice_are_taken_in_unicode(self, tmp_path):
        """Info-ZIP says a name in UTF-8 beside the one of the code page, with its checksum."""
        raw, told = b"???.jpg", "写真.jpg".encode()
        for checksum, name in ((zlib.crc32(raw), "写真.jpg"), (1, "???.jpg")):
            said = struct.pack("<BL", 1, checksum) + told
            entry = zipfile.ZipInfo(raw.decode())
            entry.extra = struct.pack("<HH", 0x7075, len(said)) + said
            with zipfile.ZipFile(tmp_path / "album.zip", "w") as archive:
                archive.writestr(entry, b"1")
            if checksum != 1 or sys.version_info < (3, 12):
                assert [p.name for p in photos_in(tmp_path / "album.zip")] == [name]

    def test_that_are_no_text_in_any_page_still_come(self, tmp_path):
        path = pack(tmp_path / "album.zip", {"xxx.jpg": b"1"}, 0)
        path.write_bytes(path.read_bytes().replace(b"xxx", b"\xff\x81\xfe"))
        (photo,) = photos_in(path)
        assert photo.data == b"1" and photo.name.endswith(".jpg")
