"""The command on films, and what a person can do wrong."""

from __future__ import annotations

import av
import films
import pytest
from commands import colorgan
from disk import room_for

from colorgan.colorizer import Colorizer
from colorgan.errors import FilmError, HintError
from colorgan.hints import Hint, Hints, to_json
from colorgan.video import Filmer, film
from colorgan.video.encoding import Encoding
from colorgan.video.film import color_film

SIZE = 64


@pytest.fixture(scope="module")
def colorizer(small_model) -> Colorizer:
    return Colorizer.from_pretrained(small_model)


@pytest.fixture(scope="module")
def filmer(colorizer) -> Filmer:
    return Filmer(colorizer, size=SIZE)


def test_the_command_colours_a_film(small_model, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=6)
    hints = tmp_path / "hints.json"
    hints.write_text(to_json(Hints((Hint(((0.5, 0.5),), (30.0, 20.0)),), (160, 120))))
    target = tmp_path / "new" / "b.mp4"
    words = ("video", given, "-o", target, "--model", small_model, "--size", 64, "--every", 2)
    said = colorgan(*words, "--hints", hints)
    assert said.returncode == 0 and said.stdout == f"6 frames coloured into {target}\n"
    with av.open(str(target)) as file:
        assert "corrected by a person" in file.metadata["comment"]
    again = colorgan(*words)
    assert again.returncode == 1 and "is there already" in again.stderr
    assert colorgan(*words, "--overwrite").returncode == 0


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("none.mp4", None, "none.mp4 does not exist. Check the path."),
        ("folder", "folder", "folder is a folder. Name a film in it."),
        ("text.mp4", b"no film at all " * 50, "text.mp4 is no film, or damaged at its beginning."),
        ("empty.mp4", b"", "empty.mp4 is no film, or damaged"),
        ("a.gif", "gif", "a.gif is a picture or an animation: `colorgan colorize` colours these."),
        ("a.m4a", "sound", "a.m4a has no moving pictures that can be read."),
        ("a.mkv", "no frames", "a.mkv is no film, or damaged at its beginning."),
        ("a.mp4", "no end", "a.mp4 has lost its end, with the index that says where its pictures"),
    ],
)
def test_what_is_no_film_is_refused_by_a_sentence(name, content, sentence, small_model, tmp_path):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content == "gif":
        from PIL import Image

        Image.new("L", (60, 60)).save(path, save_all=True, append_images=[Image.new("L", (60, 60))])
    elif content == "no frames":
        with av.open(str(path), "w") as file:
            stream = file.add_stream("ffv1", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            file.start_encoding()
    elif content == "no end":
        data = films.write(path, count=20).read_bytes()
        path.write_bytes(data[: len(data) // 2])
    elif content == "sound":
        with av.open(str(path), "w") as file:
            films._sing(file, file.add_stream("aac", rate=44100, layout="mono"), 0.2)
    elif content is not None:
        path.write_bytes(content)
    said = colorgan("video", path, "-o", tmp_path / "b.mp4", "--model", small_model)
    assert said.returncode == 1 and sentence in said.stderr and said.stderr.count("\n") == 1
    assert not (tmp_path / "b.mp4").exists() and not (tmp_path / "b.mp4.parts").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-o", "b.xyz"], "Films are written as .mp4, .m4v, .mov, .mkv, .webm, .ts, not as .xyz"),
        (["-o", "a.mkv"], "The result would overwrite the film itself."),
        (["-o", "b.mp4", "--codec", "ffv1"], ".mp4 holds no film in ffv1. Choose another ending"),
        (["-o", "b.mp4", "--codec", "x"], "There is no codec x"),
        (["-o", "b.mp4", "--quality", "70"], "The quality is 70"),
        (["-o", "b.mp4", "--from", "0:05", "--to", "3"], "must end after it begins"),
        (["-o", "b.mp4", "--from", "1:00"], "a.mkv has no frames that can be read in this part"),
        (["-o", "b.mp4", "--every", "40"], "not one of 40"),
        (["-o", "b.mp4", "--reference-strength", "0.5"], "--reference-strength needs --reference."),
        (["-o", "b.mp4", "--reference", "none"], "There is no file or folder none."),
    ],
)
def test_wishes_that_cannot_be_fulfilled(words, sentence, small_model, tmp_path, monkeypatch):
    films.write(tmp_path / "a.mkv", count=3)
    monkeypatch.chdir(tmp_path)
    said = colorgan("video", "a.mkv", "--model", small_model, "--size", 64, *words)
    assert said.returncode == 1 and sentence in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.mkv"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_others_keep_under_the_name_of_the_parts_stays(kind, small_model, tmp_path):
    given, theirs = films.write(tmp_path / "a.mkv", count=3), tmp_path / "b.mp4.parts"
    if kind == "folder":
        theirs.mkdir()
        theirs = theirs / "000001.txt"
    theirs.write_text("of others")
    for option in ((), ("--overwrite",), ("--resume",)):
        said = colorgan("video", given, "-o", tmp_path / "b.mp4", "--model", small_model, *option)
        assert said.returncode == 1 and "colorgan did not make it" in said.stderr
    assert theirs.read_text() == "of others"


def test_a_film_that_is_broken_in_the_middle_keeps_what_came_before(filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=75)
    data = given.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) // 2])
    made = color_film(cut, tmp_path / "b.mkv", filmer)
    assert 20 < made.frames < 60 and len(films.frames(made.path)) == made.frames
    assert any("ends at 0:01" in notice for notice in made.notices)
    hole = tmp_path / "hole.mkv"
    middle = len(data) // 2
    hole.write_bytes(data[:middle] + bytes(8000) + data[middle + 8000 :])
    made = color_film(hole, tmp_path / "c.mkv", filmer)
    assert made.frames > 30 and len(films.frames(made.path)) == made.frames


def test_a_film_in_colour_says_so_and_goes_on(filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=4, chroma=150)
    made = color_film(given, tmp_path / "b.mkv", filmer, encoding=Encoding("ffv1"))
    assert made.notices == ("The film has colours of its own; they are replaced.",)
    assert made.frames == 4


def test_where_the_size_of_the_picture_changes_the_film_ends_and_says_so(filmer, tmp_path):
    for name, size in (("a.ts", (96, 64)), ("b.ts", (64, 48))):
        films.write(tmp_path / name, count=10, size=size, codec="libx264")
    both = films.bare(tmp_path / "a.ts", tmp_path / "both.h264")
    films.bare(tmp_path / "b.ts", tmp_path / "b.h264")
    both.write_bytes(both.read_bytes() + (tmp_path / "b.h264").read_bytes())
    made = color_film(both, tmp_path / "c.mkv", filmer)
    assert made.frames == 10
    assert any("The size of the picture changes at 0:00" in notice for notice in made.notices)


def test_a_full_disk_is_a_sentence_and_work_goes_on_where_it_was(filmer, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PART_SECONDS", 0.3)
    given = films.write(tmp_path / "a.mkv", count=40)
    target = tmp_path / "b.mkv"
    with pytest.raises(FilmError, match=r"no space left .* add --resume"), room_for(60_000):
        color_film(given, target, filmer, encoding=Encoding("ffv1"))
    assert not target.exists()
    made = color_film(given, target, filmer, encoding=Encoding("ffv1"), resume=True)
    assert made.frames == 40 and films.times(target) == films.times(given)


def test_hints_of_another_shape_are_refused(colorizer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=3)
    hints = Hints((Hint(((0.5, 0.5),), "none"),), (100, 300))
    with pytest.raises(HintError, match="another shape"):
        color_film(given, tmp_path / "b.mkv", Filmer(colorizer, size=64, hints=hints))
