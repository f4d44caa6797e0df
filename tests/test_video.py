"""Moving pictures: colours that do not flicker, and films with all that is theirs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction

import av
import films
import numpy as np
import pytest
import torch
from commands import colorgan
from conftest import ROOT
from disk import room_for
from torch.nn import functional as F

from colorgan.color import cie
from colorgan.color.upsampling import fit_lines
from colorgan.colorizer import Colorizer
from colorgan.errors import ColorganError, FilmError, HintError
from colorgan.hints import Hint, Hints, to_json
from colorgan.networks.contract import Seen
from colorgan.video import Filmer, film, planes, steady
from colorgan.video.encoding import Encoding
from colorgan.video.film import color_film
from colorgan.video.filmer import Memory
from colorgan.video.source import Span

SIZE = 64
FINE = Encoding(quality="lossless")


@pytest.fixture(scope="module")
def colorizer(small_model) -> Colorizer:
    return Colorizer.from_pretrained(small_model)


@pytest.fixture(scope="module")
def filmer(colorizer) -> Filmer:
    return Filmer(colorizer, size=SIZE)


class Guesser:
    """Says other colours of every frame, as an unsure network does."""

    name, revision = "guesser", "1"

    def __init__(self) -> None:
        self.dice = torch.Generator().manual_seed(0)
        self.asked = 0

    def see(self, lightness: torch.Tensor) -> Seen:
        self.asked += 1
        noise = torch.randn(1, 2, 6, 8, generator=self.dice)
        ab = F.interpolate(8 * noise, lightness.shape[-2:], mode="bilinear") + 20
        return Seen(ab, None, None)


@pytest.fixture(scope="module")
def light(photos) -> dict[str, torch.Tensor]:
    """L* (1, 1, H, W) of photos."""
    pixels = {name: torch.from_numpy(each).permute(2, 0, 1)[None] for name, each in photos.items()}
    return {name: cie.rgb_to_lightness(each / 255) for name, each in pixels.items()}


def scene(light, left: float, name: str = "astronaut", side: int = 96) -> torch.Tensor:
    """L* (1, 1, side, side * 4 / 3) of a part of a photo."""
    rows = light[name][:, :, 100 : 100 + side]
    width, whole = side * 4 // 3, int(left)
    first, second = (rows[..., whole + more : whole + more + width] for more in (0, 1))
    return torch.lerp(first, second, left - whole)


# Steadiness


@pytest.mark.parametrize("shift", [0.0, 0.8, 3.0, 6.0])
def test_motion_is_found(light, shift):
    first, second = scene(light, 100), scene(light, 100 + shift)
    over, back = steady.motions(first, second)
    inner = over.flow[..., 12:-12, 16:-16]
    assert (inner[:, 0] - shift).abs().median() < 0.25 and inner[:, 1].abs().median() < 0.25
    assert (back.flow[..., 12:-12, 16:-16][:, 0] + shift).abs().median() < 0.25
    assert over.trust[..., 12:-12, 16:-16].mean() > 0.6
    assert not over.is_cut


def test_another_scene_is_a_cut_and_a_lamp_that_flickers_is_none(light):
    first, second = scene(light, 100), scene(light, 101)
    assert steady.motions(first, scene(light, 50, "coffee"))[0].is_cut
    assert steady.motions(first, torch.full_like(first, 5.0))[0].is_cut
    assert not steady.motions(first, (second * 1.1).clamp(0, 100))[0].is_cut


def test_what_comes_out_from_behind_something_is_not_trusted(light):
    first, second = scene(light, 100), scene(light, 100)
    first[..., 30:60, 40:70] = 3.0
    second[..., 30:60, 52:82] = 3.0
    trust = steady.motions(first, second)[0].trust
    assert trust[..., 36:54, 42:50].mean() < 0.4 * trust[..., 70:, :].mean()


def test_colours_flicker_less_and_stay_as_vivid(light):
    guesser = Guesser()
    lightness = [scene(light, 100 + 0.7 * t) for t in range(14)]
    plain = torch.cat([guesser.see(each).ab for each in lightness])
    filmer = Filmer(Guesser(), size=96)
    calm = torch.cat([done.memory.ab for done in filmer.steady(enumerate(lightness))])
    flicker = [float((each[1:] - each[:-1]).norm(dim=1).mean()) for each in (plain, calm)]
    assert flicker[1] < 0.4 * flicker[0]
    vivid = [float(each.norm(dim=1).mean()) for each in (plain, calm)]
    assert vivid[1] == pytest.approx(vivid[0], rel=0.05)


def test_nothing_is_carried_over_a_cut(light):
    guesser, filmer = Guesser(), Filmer(Guesser(), size=96)
    shots = [scene(light, 100 + t) for t in range(4)]
    shots += [scene(light, 50 + t, "coffee") for t in range(3)]
    done = list(filmer.steady(enumerate(shots)))
    plain = [guesser.see(each).ab for each in shots]
    assert torch.equal(done[4].memory.ab, plain[4])
    assert [each.memory.scene for each in done] == [0] * 4 + [1] * 3


@pytest.mark.parametrize(("every", "asked"), [(1, 10), (3, 5), (12, 3)])
def test_the_network_is_asked_at_every_few_frames_and_where_a_scene_begins(light, every, asked):
    guesser = Guesser()
    shots = [scene(light, 100 + t) for t in range(5)]
    shots.append(scene(light, 300, "chelsea"))
    shots += [scene(light, 50 + t, "coffee") for t in range(4)]
    done = list(Filmer(guesser, size=96, every=every).steady(enumerate(shots)))
    assert [each.frame for each in done] == list(range(len(shots)))
    assert guesser.asked == asked
    assert all(each.lines.isfinite().all() for each in done)


@pytest.mark.parametrize("every", [1, 3])
def test_going_on_from_a_memory_gives_the_same_as_without_a_stop(light, colorizer, every):
    filmer = Filmer(colorizer, size=96, every=every)
    lightness = [scene(light, 100 + t) for t in range(8)]
    whole = list(filmer.steady(enumerate(lightness)))
    for stop in (2, 4, 5):
        kept = Memory.of(whole[stop].memory.tensors())
        rest = list(filmer.steady(enumerate(lightness[stop + 1 :], stop + 1), kept))
        assert [each.frame for each in rest] == list(range(stop + 1, 8))
        torch.testing.assert_close(rest[-1].lines, whole[-1].lines, atol=0.01, rtol=0.01)


def test_frames_go_in_and_frames_come_out(colorizer, photos):
    pixels = [photos["coffee"][50:146, 40 + t : 168 + t] for t in range(3)]
    for dtype in (np.uint8, np.uint16):
        given = [each.astype(dtype) * (257 if dtype == np.uint16 else 1) for each in pixels]
        done = list(Filmer(colorizer, size=64, every=2)(given))
        assert [each.shape for each in done] == [(96, 128, 3)] * 3
        assert {each.dtype for each in done} == {np.dtype(dtype)}
    grey = list(Filmer(colorizer, size=64)([pixels[0][..., 1]]))
    assert grey[0].shape == (96, 128, 3) and np.ptp(grey[0].astype(int), axis=2).mean() > 3


@pytest.mark.parametrize("settings", [{"every": 0}, {"every": 13}, {"size": 8}, {"strength": 2}])
def test_settings_out_of_range_are_refused(colorizer, settings):
    with pytest.raises(ColorganError, match=r"every|size|Strength"):
        Filmer(colorizer, **settings)


# Hints


def test_a_hint_goes_with_what_it_lies_on_until_the_scene_ends(light):
    hints = Hints((Hint(((0.7, 0.4),), (-40.0, 30.0), 0.5),))
    filmer = Filmer(Guesser(), size=96, hints=hints)
    shots = [scene(light, 100 + 3 * t) for t in range(8)]
    shots.append(scene(light, 50, "coffee"))
    done = list(filmer.steady(enumerate(shots)))
    for t in range(8):
        place = done[t].memory.points[0]
        assert float(place[0]) == pytest.approx(0.7 - 3 * t / 128, abs=0.02)
        column, row = int(place[0] * 128), int(place[1] * 96)
        a, b = done[t].memory.ab[0, :, row, column].tolist()
        assert a < -20 and b > 15
    assert len(done[8].memory.points) == 0
    assert (done[8].memory.ab[:, 0] > -10).all()


def test_hints_of_a_later_frame_hold_from_there_until_the_scene_ends(light):
    green = Hints((Hint(((0.5, 0.5),), (-40.0, 30.0), 4.0),))
    red = Hints((Hint(((0.5, 0.5),), (50.0, 30.0), 4.0),))
    shots = [scene(light, 100 + t) for t in range(3)]
    shots += [scene(light, 50 + t, "coffee") for t in range(4)]
    shots.append(scene(light, 300, "chelsea"))
    done = list(Filmer(Guesser(), size=96, later_hints={1: red, 3: green}).steady(enumerate(shots)))
    a = [float(each.memory.ab[0, 0].median()) for each in done]
    assert a[0] < 23 < a[1] < a[2]  # not a cut, so it comes by and by
    assert max(a[3:7]) < -30
    assert a[7] > 15 and len(done[7].memory.points) == 0


def test_a_hint_sleeps_while_something_else_is_there(light):
    hints = Hints((Hint(((0.5, 0.5),), (-40.0, 30.0), 0.5),))
    filmer = Filmer(Guesser(), size=96, hints=hints)
    shots = [scene(light, 100) for _ in range(3)]
    is_dark = float(shots[0][0, 0, 48, 64]) < 50
    shots[1][..., 40:56, 56:72] = 100.0 if is_dark else 0.0
    done = list(filmer.steady(enumerate(shots)))
    followed = filmer._followed[0]
    awake = [len(followed.hints(d.memory.points, s)) for d, s in zip(done, shots, strict=True)]
    assert awake == [1, 0, 1]


# Planes


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("matrix", [1, 5, 9])
def test_chroma_gives_the_wanted_colour_at_the_luma_that_is_there(matrix, bits, full):
    red, blue = planes.weights(matrix, 480)
    meaning = planes.Luma(bits, full, (red, blue))
    unit = 1 << (bits - 8)
    luma = torch.tensor([60, 100, 140, 180]).mul(unit)[None].expand(2, 4)
    lines = torch.zeros(1, 4, 2, 4)
    lines[:, 2], lines[:, 3] = 18.0, 22.0
    chroma = planes.painted(luma, (2, 4), lines, meaning).float()
    middle, span = 128 * unit, ((1 << bits) - 1 if full else 224 * unit)
    cb, cr = (chroma - middle) / span
    y = meaning.grey(luma)
    r, b = y + cr * (2 - 2 * red), y + cb * (2 - 2 * blue)
    g = (y - red * r - blue * b) / (1 - red - blue)
    lab = cie.rgb_to_lab(torch.stack((r, g, b))[None])
    assert (lab[:, 1] - 18).abs().max() < 2.5 and (lab[:, 2] - 22).abs().max() < 2.5
    assert (lab[:, :1] - cie.grey_to_lightness(y)).abs().max() < 5  # luma is not lightness


def test_no_colour_is_the_middle_and_light_and_dark_stay_without(colorizer):
    meaning = planes.Luma(8, False, planes.BT601)
    luma = torch.tensor([[16, 235], [120, 120]])
    lines = torch.zeros(1, 4, 1, 1)
    assert (planes.painted(luma, (2, 2), lines, meaning) == 128).all()
    lines[:, 2:] = 60.0
    vivid = planes.painted(luma, (2, 2), lines, meaning)
    assert (vivid[:, 0] - 128).abs().max() <= 2 and (vivid[:, 1] - 128).abs().min() > 5


# Films


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("yuv420p", (160, 120)),
        ("yuv420p", (161, 121)),
        ("yuv422p", (121, 90)),
        ("yuv444p", (120, 91)),
        ("yuv420p10le", (162, 122)),
        ("yuv422p10le", (120, 90)),
        ("gray", (120, 91)),
    ],
)
def test_luma_goes_through_bit_for_bit(kind, size, filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", kind=kind, size=size, count=6)
    made = color_film(given, tmp_path / "b.mkv", filmer, encoding=Encoding("ffv1"))
    before, after = films.frames(given), films.frames(made.path)
    assert made.frames == len(after) == len(before) == 6 and made.notices == ()
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(films.plane(old, 0), films.plane(new, 0))
        assert np.ptp(films.plane(new, 1)) > 0 or films.plane(new, 1).flat[0] != 128
    wanted = "yuv420p" if kind == "gray" else kind
    assert after[0].format.name == wanted
    assert films.times(given) == films.times(made.path)
    assert not (tmp_path / "b.mkv.parts").exists()


def test_sound_times_rotation_aspect_and_tags_stay(filmer, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PART_SECONDS", 0.3)
    given = films.write(
        tmp_path / "a.mp4",
        codec="libx264",
        count=20,
        sound=True,
        rotation=90,
        aspect=Fraction(4, 3),
        tags={"colorspace": 1, "color_primaries": 1, "color_trc": 1},
    )
    made = color_film(given, tmp_path / "b.mp4", filmer, encoding=FINE)
    before, after = films.frames(given), films.frames(made.path)
    assert films.heard(given) == films.heard(made.path) and len(films.heard(given)) > 10
    assert films.times(given) == films.times(made.path)
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(films.plane(old, 0), films.plane(new, 0))
    assert after[0].rotation == before[0].rotation != 0
    assert int(after[0].colorspace) == 1
    with av.open(str(given)) as old, av.open(str(made.path)) as new:
        for name in ("duration", "frames", "average_rate"):
            assert getattr(old.streams.video[0], name) == getattr(new.streams.video[0], name)
        assert new.streams.video[0].codec_context.sample_aspect_ratio == Fraction(4, 3)
        assert "model small" in new.metadata["comment"] and "guess" in new.metadata["comment"]


@pytest.mark.parametrize("ending", [".mkv", ".mp4"])
def test_frames_of_uneven_times_keep_them(ending, filmer, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PART_SECONDS", 0.1)
    times = [0, 40, 45, 130, 200, 201, 350, 400]
    given = films.write(tmp_path / "a.mkv", count=8, times=times)
    made = color_film(given, tmp_path / ("b" + ending), filmer)
    assert films.times(made.path) == [each / 1000 for each in times]


def test_interlaced_film_stays_interlaced_and_colours_follow_its_fields(filmer, tmp_path):
    given = films.write(tmp_path / "a.mp4", codec="libx264", interlaced=True, size=(160, 128))
    assert films.frames(given)[0].interlaced_frame
    made = color_film(given, tmp_path / "b.mp4", filmer)
    assert all(frame.interlaced_frame for frame in films.frames(made.path))
    assert len(films.frames(made.path)) == 12


@pytest.mark.parametrize("ending", [".mov", ".MKV", ".webm", ".ts", ".m4v"])
def test_other_kinds_of_files_are_written(ending, filmer, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=5)
    made = color_film(given, tmp_path / ("b" + ending), filmer)
    assert len(films.frames(made.path)) == 5


def test_a_part_of_a_film(filmer, tmp_path):
    given = films.write(tmp_path / "a.mp4", codec="libx264", count=50, sound=True)
    made = color_film(given, tmp_path / "b.mp4", filmer, encoding=FINE, span=Span(0.4, 1.2))
    before, after = films.frames(given), films.frames(made.path)
    assert len(after) == 20 and films.times(made.path)[0] == 0
    assert np.array_equal(films.plane(before[10], 0), films.plane(after[0], 0))
    hashes = [each for _, each in films.heard(given)]
    kept = [each for _, each in films.heard(made.path)]
    begin = hashes.index(kept[0])
    assert hashes[begin : begin + len(kept)] == kept and 30 < len(kept) < 40


def test_a_film_that_was_stopped_goes_on_and_has_every_frame_once(filmer, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PART_SECONDS", 0.2)
    given = films.write(tmp_path / "a.mp4", codec="libx264", count=24)
    whole = color_film(given, tmp_path / "whole.mp4", filmer, encoding=FINE)
    target = tmp_path / "b.mp4"
    stopped = color_film(given, target, filmer, encoding=FINE, told=lambda p: p.done == 9)
    assert stopped.path is None and stopped.frames == 9 and not target.exists()
    with pytest.raises(FilmError, match="Add --resume to go on with it, or --overwrite"):
        color_film(given, target, filmer, encoding=FINE)
    with pytest.raises(FilmError, match="begun with another film, model or other settings"):
        color_film(given, target, Filmer(filmer.colorizer, size=96), encoding=FINE, resume=True)
    seen = []
    made = color_film(
        given, target, filmer, encoding=FINE, resume=True, told=lambda p: seen.append(p)
    )
    assert [each.done for each in seen] == list(range(10, 25)) and seen[0].before == 9
    assert made.frames == 24 and films.times(target) == films.times(whole.path)
    for old, new in zip(films.frames(whole.path), films.frames(target), strict=True):
        assert np.array_equal(films.plane(old, 0), films.plane(new, 0))
        difference = films.plane(old, 1).astype(int) - films.plane(new, 1)
        assert np.abs(difference).max() <= 1


def test_a_film_that_was_stopped_can_be_kept_as_far_as_it_is(filmer, tmp_path):
    given = films.write(tmp_path / "a.mp4", codec="libx264", count=50, sound=True)
    target = tmp_path / "b.mp4"
    made = color_film(given, target, filmer, encoding=FINE, keep=True, told=lambda p: p.done == 25)
    assert (made.path, made.frames, made.whole) == (target, 25, False)
    assert films.times(target) == films.times(given)[:25]
    sound, whole = films.heard(target), films.heard(given)
    assert sound == whole[: len(sound)] and sound[-1][0] == pytest.approx(1, abs=0.05)
    assert not (tmp_path / "b.mp4.parts").exists()


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_ended_goes_on(sign, small_model, tmp_path):
    given = films.write(tmp_path / "a.mkv", count=90, size=(96, 64), rate=5)
    target = tmp_path / "b.mkv"
    words = ["video", given, "-o", target, "--model", small_model, "--size", 64]
    command = [sys.executable, "-m", "colorgan", *map(str, words)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    until = time.time() + 120
    while time.time() < until and not list(tmp_path.glob("b.mkv.parts/*.safetensors")):
        time.sleep(0.05)
    os.kill(process.pid, sign)
    said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said and not target.exists()
    if sign == signal.SIGINT:
        assert process.returncode == 130 and "--resume to go on" in said
    again = colorgan(*words, "--resume")
    assert again.returncode == 0 and "90 frames coloured into" in again.stdout
    assert films.times(target) == films.times(given)


# What a person can do wrong


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
    ],
)
def test_what_is_no_film_is_refused_by_a_sentence(name, content, sentence, small_model, tmp_path):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content == "gif":
        from PIL import Image

        Image.new("L", (60, 60)).save(path, save_all=True, append_images=[Image.new("L", (60, 60))])
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
        (["-o", "b.mp4", "--every", "40"], "not at every 40th"),
    ],
)
def test_wishes_that_cannot_be_fulfilled(words, sentence, small_model, tmp_path, monkeypatch):
    films.write(tmp_path / "a.mkv", count=3)
    monkeypatch.chdir(tmp_path)
    said = colorgan("video", "a.mkv", "--model", small_model, "--size", 64, *words)
    assert said.returncode == 1 and sentence in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.mkv"]


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


def test_what_a_file_cannot_hold_is_said(filmer, tmp_path):
    given = tmp_path / "a.mkv"
    films.write(tmp_path / "pictures.mkv", count=5)
    texts = tmp_path / "texts.srt"
    texts.write_text("1\n00:00:00,000 --> 00:00:00,150\nOnce upon a time\n\n")
    with (
        av.open(str(tmp_path / "pictures.mkv")) as pictures,
        av.open(str(texts)) as words,
        av.open(str(given), "w") as out,
    ):
        pairs = [
            (source, out.add_stream_from_template(source.streams[0], opaque=True))
            for source in (pictures, words)
        ]
        for source, stream in pairs:
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
    made = color_film(given, tmp_path / "b.mkv", filmer)
    assert made.notices == () and films.heard(made.path, "subtitle") == films.heard(
        given, "subtitle"
    )
    made = color_film(given, tmp_path / "c.mp4", filmer)
    assert "texts (srt), cannot be kept" in made.notices[0]


def test_lines_of_a_frame_are_those_of_its_steady_colours(filmer, light):
    done = next(filmer.steady([(0, scene(light, 100))]))
    assert torch.equal(done.lines, fit_lines(done.memory.lightness, done.memory.ab))
    assert replace(done.memory, scene=3).scene == 3
