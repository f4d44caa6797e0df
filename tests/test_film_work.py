"""The work on visitors' films, without a page."""

from __future__ import annotations

import threading
import time

import films
import pytest

from colorgan.colorizer import Colorizer
from colorgan.errors import ColorganError, FilmError
from colorgan.ui import film_work
from colorgan.ui.film_work import Coloured, Opened, colour, filmer_of, look
from colorgan.ui.limits import Limits, file_size
from colorgan.ui.texts import ENGLISH
from colorgan.video.limits import FilmLimits


@pytest.fixture
def opened(tmp_path, photos) -> Opened:
    """A film of 60 frames that was looked at."""
    path = films.of_photos(tmp_path / "a.avi", photos, ((0, "coffee"),), 60)
    *steps, found = look(path, FilmLimits())
    assert [step.done for step in steps] == list(range(61))
    return found


@pytest.fixture
def filmer(small_model):
    return filmer_of(Colorizer.from_pretrained(small_model))


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if "all_of_it" in each.name]


def ended(within: float = 60) -> bool:
    until = time.monotonic() + within
    while threads() and time.monotonic() < until:
        time.sleep(0.1)
    return not threads()


def test_a_film_in_another_container_comes_back_as_mkv(opened, filmer):
    *_, done = colour(opened, filmer, "in colour", threading.Event())
    assert isinstance(done, Coloured) and done.made.whole
    assert done.file.name == "a in colour.mkv"
    assert films.times(done.file) == films.times(done.played) == films.times(opened.path)
    assert {path.name for path in done.file.parent.iterdir()} == {done.file.name, "played.mp4"}


def test_only_so_many_scenes_are_shown(tmp_path, photos, monkeypatch):
    monkeypatch.setattr(film_work, "MOST_SCENES", 1)
    shots = ((0, "coffee"), (4, "chelsea"))
    *_, found = look(films.of_photos(tmp_path / "a.mp4", photos, shots, 8), FilmLimits())
    assert (len(found.scenes), found.count, found.frames) == (1, 2, 8)


def test_work_ends_when_whoever_waited_has_left(opened, filmer):
    stop = threading.Event()
    work = colour(opened, filmer, "in colour", stop)
    next(work)
    assert threads()
    work.close()
    assert stop.is_set() and ended()


def test_work_ends_when_nobody_asks_any_more(opened, filmer, monkeypatch):
    monkeypatch.setattr(film_work, "_UNHEARD", 0.2)
    work = colour(opened, filmer, "in colour", threading.Event())
    shown = [next(work)]  # where all is slow, it may be the end already
    assert ended()
    shown += list(work)
    assert not shown[-1].made.whole


def test_work_ends_after_half_an_hour_and_what_is_done_is_kept(opened, filmer, monkeypatch):
    monkeypatch.setattr(film_work, "MOST_SECONDS", 0.0)
    *_, done = colour(opened, filmer, "in colour", threading.Event())
    assert len(films.frames(done.file)) == done.made.frames == 1


def test_a_film_that_is_gone_is_told(opened, filmer):
    opened.path.unlink()
    with pytest.raises(FilmError, match="does not exist"):
        list(colour(opened, filmer, "in colour", threading.Event()))


@pytest.mark.parametrize(("words", "size"), [("50mb", 50 * 1024**2), ("9 KB", 9 * 1024), ("7", 7)])
def test_a_size_of_files_is_read(words, size):
    assert file_size(words) == size


@pytest.mark.parametrize("words", ["", "large", "50 mbit", "-1mb"])
def test_what_is_no_size_is_refused(words):
    with pytest.raises(ColorganError, match="is no size of a file"):
        file_size(words)


def test_photos_may_be_smaller_than_films(tmp_path):
    path = tmp_path / "large.tif"
    path.write_bytes(bytes(2 * 1024**2 + 1))
    limits = Limits(ENGLISH, photo_bytes=2 * 1024**2)
    with pytest.raises(ColorganError, match=r"large\.tif is too large; photos of at most 2 MB"):
        limits.check_file(str(path))
    Limits(ENGLISH, photo_bytes=3 * 1024**2).check_file(str(path))
