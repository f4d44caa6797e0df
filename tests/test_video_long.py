"""Long films: a stop loses nothing, several processes share one, memory does not grow."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import films
import numpy as np
import pytest
from commands import colorgan
from conftest import ROOT

from colorgan.colorizer import Colorizer
from colorgan.errors import FilmError
from colorgan.hints import Hint, Hints
from colorgan.video import Filmer, film
from colorgan.video.encoding import Encoding
from colorgan.video.film import color_film
from colorgan.video.sharing import Share
from colorgan.video.source import Source, Span

FINE = Encoding("ffv1")


@pytest.fixture(scope="module")
def colorizer(small_model) -> Colorizer:
    return Colorizer.from_pretrained(small_model)


@pytest.fixture(scope="module")
def filmer(colorizer) -> Filmer:
    return Filmer(colorizer, size=64)


def lumas(path: Path) -> list[tuple[float, str]]:
    """Time and hash of the luma of every frame."""
    return [
        (round(float(frame.time), 4), hashlib.sha256(films.plane(frame, 0)).hexdigest())
        for frame in films.each_frame(path)
    ]


@contextmanager
def started(*words: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, which does not outlive a test that fails."""
    command = [sys.executable, "-m", "colorgan", "video", *map(str, words)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(done, seconds: float) -> None:
    end = time.time() + seconds
    while not done():
        assert time.time() < end
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_ended_goes_on(sign, small_model, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=90, size=(96, 64), rate=5)
    target = tmp_path / "b.mkv"
    words = [given, "-o", target, "--model", small_model, "--size", 64]
    with started(*words) as process:
        until(lambda: list(tmp_path.glob("b.mkv.parts/*.safetensors")), 120)
        os.kill(process.pid, sign)
        said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said and not target.exists()
    if sign == signal.SIGINT:
        assert process.returncode == 130 and "--resume to go on" in said
    again = colorgan("video", *words, "--resume")
    assert again.returncode == 0 and "90 frames coloured into" in again.stdout
    assert films.times(target) == films.times(given)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_of_ten_thousand_frames_each_is_there_once_after_a_kill_in_the_middle(
    small_model, tmp_path
):
    given = films.write(tmp_path / "a.mkv", count=10_000, size=(48, 32))
    target = tmp_path / "b.mkv"
    words = [given, "-o", target, "--model", small_model, "--size", 32, "--every", 12]
    words += ["--codec", "ffv1"]
    with started(*words) as process:
        until(lambda: len(list(tmp_path.glob("b.mkv.parts/*.safetensors"))) >= 18, 1200)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL and not target.exists()
    kept = len(list(tmp_path.glob("b.mkv.parts/*.safetensors")))
    again = colorgan("video", *words, "--resume")
    assert again.returncode == 0 and "10000 frames coloured into" in again.stdout
    assert 18 <= kept < 40
    assert lumas(target) == lumas(given)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_memory_does_not_grow_with_the_length(small_model, tmp_path):
    peaks = []
    for count in (300, 1800):
        given = films.write(tmp_path / f"{count}.mkv", count=count, size=(64, 48))
        words = [given, "-o", tmp_path / f"{count}.mp4", "--model", small_model, "--size", 48]
        with started(*words, "--every", 12) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = status
        assert status == 0
        peaks.append(used.ru_maxrss / 1024)
    assert peaks[1] < peaks[0] + 40


def test_shares_make_one_film_in_which_nothing_jumps_where_they_meet(filmer, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PART_SECONDS", 0.5)
    given = films.write(tmp_path / "a.mkv", count=110, size=(96, 64), sound=True)
    alone = color_film(given, tmp_path / "alone.mkv", filmer, encoding=FINE)
    target = tmp_path / "b.mkv"
    others = [
        color_film(given, target, filmer, encoding=FINE, share=Share(number, 3))
        for number in (2, 1)
    ]
    assert [each.path for each in others] == [None, None] and all(each.whole for each in others)
    made = color_film(given, target, filmer, encoding=FINE, share=Share(0, 3))
    assert made.frames == 110 and lumas(target) == lumas(given)
    assert films.heard(target) == films.heard(given)
    for one, other in zip(films.frames(alone.path), films.frames(target), strict=True):
        apart = films.plane(one, 1).astype(int) - films.plane(other, 1)
        assert np.abs(apart).mean() < 1
    assert not list(tmp_path.glob("*.parts"))


def test_hints_reach_the_shares_of_other_processes(colorizer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=150, size=(96, 64))
    hints = Hints((Hint(((0.8, 0.5),), (-50.0, 40.0), 2.0),))
    filmer = Filmer(colorizer, size=64, hints=hints)
    alone = color_film(given, tmp_path / "alone.mkv", filmer, encoding=FINE)
    target = tmp_path / "b.mkv"
    for number in (1, 0):
        color_film(given, target, filmer, encoding=FINE, share=Share(number, 2))
    last = [films.plane(films.frames(path)[-1], 2).astype(int) for path in (alone.path, target)]
    assert np.abs(last[0] - last[1]).mean() < 1


def test_a_share_may_be_empty(filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=2, size=(96, 64))
    target = tmp_path / "b.mkv"
    shares = [Share(number, 4) for number in (3, 2, 1, 0)]
    made = [color_film(given, target, filmer, encoding=FINE, share=each) for each in shares]
    assert 0 in [each.frames for each in made]
    assert made[-1].frames == 2 and lumas(target) == lumas(given)
    assert not list(tmp_path.glob("*.parts"))


def test_a_share_that_was_stopped_goes_on(filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=30, size=(96, 64))
    target = tmp_path / "b.mkv"
    share = Share(1, 2)
    stopped = color_film(
        given, target, filmer, encoding=FINE, share=share, told=lambda p: p.done == 4
    )
    assert not stopped.whole and stopped.frames == 4
    seen = []
    color_film(
        given, target, filmer, encoding=FINE, share=share, resume=True,
        told=lambda p: seen.append(p.done),
    )  # fmt: skip
    assert seen[0] == 5
    assert color_film(given, target, filmer, encoding=FINE, share=Share(0, 2)).frames == 30
    assert lumas(target) == lumas(given)


def test_who_waits_for_others_can_be_stopped_and_goes_on(filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=20, size=(96, 64))
    target = tmp_path / "b.mkv"
    made = color_film(
        given, target, filmer, encoding=FINE, share=Share(0, 2), told=lambda p: p.before == p.done
    )
    assert made.path is None and not made.whole and not target.exists()
    color_film(given, target, filmer, encoding=FINE, share=Share(1, 2))
    made = color_film(given, target, filmer, encoding=FINE, share=Share(0, 2), resume=True)
    assert made.frames == 20 and lumas(target) == lumas(given)


def test_shares_follow_one_another_without_a_gap(tmp_path):
    source = Source(films.write(tmp_path / "a.mkv", count=50), Span(0.1, 1.7))
    spans = [Share(number, 3).span(source) for number in range(3)]
    assert spans[0].start == 0.1 and spans[2].end == 1.7
    assert [each.end for each in spans[:2]] == [each.start for each in spans[1:]]


def test_a_film_that_does_not_say_how_long_it_is_is_not_shared(filmer, tmp_path):
    given = tmp_path / "a.h264"
    films.write(tmp_path / "a.ts", count=5, codec="libx264")
    films.bare(tmp_path / "a.ts", given)
    with pytest.raises(FilmError, match="does not say how long it is"):
        color_film(given, tmp_path / "b.mkv", filmer, share=Share(0, 2))
    assert color_film(given, tmp_path / "b.mkv", filmer).frames == 5


@pytest.mark.slow
def test_processes_share_a_film(small_model, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=60, size=(96, 64), sound=True)
    target = tmp_path / "b.mkv"
    words = [given, "-o", target, "--model", small_model, "--size", 64, "--codec", "ffv1"]
    places = [{"RANK": n, "LOCAL_RANK": n, "WORLD_SIZE": "2"} for n in "01"]
    with started(*words, **places[0]) as one, started(*words, **places[1]) as other:
        said = [process.communicate(timeout=240)[0] for process in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0]
    assert said[0] == f"60 frames coloured into {target}\n"
    assert re.fullmatch(r"(29|30) frames coloured, the share of this process\n", said[1])
    assert lumas(target) == lumas(given) and not list(tmp_path.glob("*.parts"))
