"""Scenes of films, films of strangers, and copies that browsers play."""

from __future__ import annotations

from fractions import Fraction

import av
import films
import numpy as np
import pytest

from colorgan.errors import FilmError
from colorgan.hints import Hint, Hints
from colorgan.video.limits import FilmLimits
from colorgan.video.playing import write_playable
from colorgan.video.scenes import Scene, scan, turned_back
from colorgan.video.source import Source

SIZE = 96
SHOTS = ((0, "astronaut"), (7, "coffee"), (20, "chelsea"))


@pytest.fixture(scope="module")
def film(photos, tmp_path_factory):
    """A film of three scenes that begin at the frames of `SHOTS`, each a slow pan."""
    path = tmp_path_factory.mktemp("film") / "three.mp4"
    return films.of_photos(path, photos, SHOTS, 30)


def scenes(path, limits=None) -> list[Scene]:
    return [found for found in scan(Source(path, limits=limits), SIZE) if found]


def test_scenes_are_found_with_their_first_frames(film):
    found = scenes(film)
    assert [each.number for each in found] == [number for number, _ in SHOTS]
    assert [each.seconds for each in found] == pytest.approx([n / 25 for n, _ in SHOTS])
    for each in found:
        luma = films.plane(films.frames(film)[each.number], 0).astype(float)
        grey = (luma - 16) / 219 * 255
        assert np.abs(each.grey - grey.clip(0, 255)).max() <= 1


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_frame_that_lies_on_its_side_is_shown_upright_and_its_hints_find_it(rotation, tmp_path):
    path = films.write(tmp_path / "a.mp4", codec="libx264", rotation=rotation, count=3)
    (found,) = scenes(path)
    stored = films.plane(films.frames(path)[0], 0)
    x, y = 0.3, 0.1
    (hint,) = turned_back(Hints((Hint(((x, y),), "none"),)), found.turns).hints
    height, width = found.grey.shape
    shown = float(found.grey[int(y * height), int(x * width)])
    ((across, down),) = hint.points
    at = stored[int(down * stored.shape[0]), int(across * stored.shape[1])]
    assert shown == pytest.approx((float(at) - 16) / 219 * 255, abs=8)
    (again,) = turned_back(Hints((hint,)), 4 - found.turns).hints
    assert again.points[0] == pytest.approx((x, y))


def test_a_frame_is_shown_in_the_shape_of_its_pixels(tmp_path):
    path = films.write(tmp_path / "a.mp4", codec="libx264", aspect=Fraction(4, 3), count=2)
    (found,) = scenes(path)
    assert found.grey.shape == (120, 213)


# Films of strangers


def test_a_film_within_the_limits_is_read(film):
    assert len(scenes(film, FilmLimits(seconds=1, lines=96))) == 3


def test_a_film_that_is_too_long_or_too_large_is_refused(tmp_path):
    path = films.write(tmp_path / "a.mp4", codec="libx264", count=60, size=(160, 120))
    with pytest.raises(FilmError, match=r"a\.mp4 lasts 2 seconds; films of at most 0 seconds"):
        scenes(path, FilmLimits(seconds=0))
    with pytest.raises(FilmError, match="has 160 x 120 pixels; films of at most 100 lines"):
        scenes(path, FilmLimits(lines=100))
    with pytest.raises(FilmError, match="has 160 x 120 pixels; films of at most 70 lines"):
        scenes(path, FilmLimits(lines=70))


def test_thousands_of_frames_a_second_are_counted(tmp_path):
    path = films.write(tmp_path / "a.mp4", codec="libx264", count=200, rate=2000, size=(32, 32))
    with pytest.raises(FilmError, match="has more than 60 frames; films of at most 1 seconds"):
        scenes(path, FilmLimits(seconds=1))


def test_a_film_that_says_nothing_of_its_length_is_measured(tmp_path):
    path = films.write(tmp_path / "a.ts", codec="libx264", count=9, times=[0, *range(5000, 5008)])
    with pytest.raises(FilmError, match="lasts"):
        scenes(path, FilmLimits(seconds=2))


def test_frames_that_become_larger_than_the_film_says_are_not_decoded(tmp_path):
    small, large = (
        films.write(tmp_path / f"{side}.h264", codec="libx264", count=count, size=(2 * side, side))
        for side, count in ((64, 300), (1024, 3))
    )
    path = tmp_path / "growing.h264"
    path.write_bytes(small.read_bytes() + large.read_bytes())
    assert max(frame.width for frame in Source(path).frames()) == 2048
    limited = Source(path, limits=FilmLimits(lines=100))
    assert {frame.width for frame in limited.frames()} == {128}


@pytest.mark.parametrize("ending", ["m3u8", "mp4", "txt", "ffconcat"])
def test_a_list_of_other_files_is_no_film(film, tmp_path, ending):
    lists = {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{film}\n#EXT-X-ENDLIST\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{film.name}'\n",
    }
    path = film.with_name(f"list.{ending}")
    path.write_text(lists["ffconcat" if ending in ("ffconcat", "txt") else "m3u8"])
    with pytest.raises(FilmError, match="is no film, or damaged"):
        scenes(path, FilmLimits())


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("letter.mp4", b"Dear grandmother, ...", "is no film"),
        ("empty.mp4", b"", "is no film"),
    ],
)
def test_what_is_no_film_is_told(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FilmError, match=words):
        scenes(tmp_path / name, FilmLimits())


def test_sound_without_pictures_is_told(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as file:
        films._sing(file, file.add_stream("aac", rate=44100, layout="mono"), 1)
    with pytest.raises(FilmError, match="has no moving pictures"):
        scenes(path, FilmLimits())


# Copies to be played


@pytest.mark.parametrize(
    ("name", "codec", "kind", "kept"),
    [
        ("a.mp4", "libx264", "yuv420p", True),
        ("a.mkv", "libx264", "yuv420p", True),
        ("a.mkv", "ffv1", "yuv422p10le", False),
        ("a.mp4", "libx264", "yuv444p", False),
    ],
)
def test_a_copy_is_played_by_browsers_and_costs_nothing_where_they_know_the_film(
    tmp_path, name, codec, kind, kept
):
    path = films.write(
        tmp_path / name, codec=codec, kind=kind, size=(161, 121) if not kept else (160, 120),
        rotation=90 if name == "a.mp4" else 0, sound=True,
    )  # fmt: skip
    target = tmp_path / "copy.mp4"
    write_playable(path, target)
    with av.open(str(target)) as film:
        video = film.streams.video[0].codec_context
        assert (video.name, video.pix_fmt) == ("h264", "yuv420p")
    assert films.times(target) == films.times(path)
    assert films.heard(target) == films.heard(path)
    before, after = films.frames(path)[0], films.frames(target)[0]
    assert before.rotation == after.rotation
    difference = films.plane(before.reformat(160, 120, "yuv420p"), 0).astype(int)
    difference -= films.plane(after, 0)
    assert np.abs(difference).mean() < (0.01 if kept else 3)


def test_sound_that_browsers_do_not_know_becomes_such(tmp_path):
    path = films.write(tmp_path / "a.mkv", codec="libx264", sound=True, heard_as="pcm_s16le")
    write_playable(path, tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as film:
        assert film.streams.audio[0].codec_context.name == "aac"
        assert float(film.duration / 1e6) == pytest.approx(0.48, abs=0.1)
