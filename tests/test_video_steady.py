"""Colours that do not flicker, hints that follow, and chroma for a luma that stays."""

from __future__ import annotations

import re
from dataclasses import replace

import moving
import numpy as np
import pytest
import torch
from conftest import ROOT

from colorgan.color import cie
from colorgan.color.upsampling import fit_lines
from colorgan.colorizer import Colorizer
from colorgan.errors import ColorganError
from colorgan.hints import Hint, Hints
from colorgan.video import Filmer, planes, steady
from colorgan.video.filmer import Memory

SIZE = 64


@pytest.fixture(scope="module")
def colorizer(small_model) -> Colorizer:
    return Colorizer.from_pretrained(small_model)


@pytest.fixture(scope="module")
def filmer(colorizer) -> Filmer:
    return Filmer(colorizer, size=SIZE)


@pytest.fixture(scope="module")
def light(photos):
    return moving.lightness_of(photos)


# Steadiness


@pytest.mark.parametrize("shift", [0.0, 0.8, 3.0, 6.0])
def test_motion_is_found(light, shift):
    first, second = moving.scene(light, 100), moving.scene(light, 100 + shift)
    over, back = steady.motions(first, second)
    inner = over.flow[..., 12:-12, 16:-16]
    assert (inner[:, 0] - shift).abs().median() < 0.25 and inner[:, 1].abs().median() < 0.25
    assert (back.flow[..., 12:-12, 16:-16][:, 0] + shift).abs().median() < 0.25
    assert over.trust[..., 12:-12, 16:-16].mean() > 0.6
    assert not over.is_cut


def test_another_scene_is_a_cut_and_a_lamp_that_flickers_is_none(light):
    first, second = moving.scene(light, 100), moving.scene(light, 101)
    assert steady.motions(first, moving.scene(light, 50, "coffee"))[0].is_cut
    assert steady.motions(first, torch.full_like(first, 5.0))[0].is_cut
    assert not steady.motions(first, (second * 1.1).clamp(0, 100))[0].is_cut


def test_what_comes_out_from_behind_something_is_not_trusted(light):
    first, second = moving.scene(light, 100), moving.scene(light, 100)
    first[..., 30:60, 40:70] = 3.0
    second[..., 30:60, 52:82] = 3.0
    trust = steady.motions(first, second)[0].trust
    assert trust[..., 36:54, 42:50].mean() < 0.4 * trust[..., 70:, :].mean()


def test_colours_flicker_less_and_stay_as_vivid(light):
    guesser = moving.Guesser()
    lightness = [moving.scene(light, 100 + 0.7 * t) for t in range(14)]
    plain = torch.cat([guesser.see(each).ab for each in lightness])
    filmer = Filmer(moving.Guesser(), size=96)
    calm = torch.cat([done.memory.ab for done in filmer.steady(enumerate(lightness))])
    flicker = [float((each[1:] - each[:-1]).norm(dim=1).mean()) for each in (plain, calm)]
    assert flicker[1] < 0.4 * flicker[0]
    vivid = [float(each.norm(dim=1).mean()) for each in (plain, calm)]
    assert vivid[1] == pytest.approx(vivid[0], rel=0.05)


def test_nothing_is_carried_over_a_cut(light):
    guesser, filmer = moving.Guesser(), Filmer(moving.Guesser(), size=96)
    shots = [moving.scene(light, 100 + t) for t in range(4)]
    shots += [moving.scene(light, 50 + t, "coffee") for t in range(3)]
    done = list(filmer.steady(enumerate(shots)))
    plain = [guesser.see(each).ab for each in shots]
    assert torch.equal(done[4].memory.ab, plain[4])
    assert [each.memory.scene for each in done] == [0] * 4 + [1] * 3


@pytest.mark.parametrize(("every", "asked"), [(1, 10), (3, 5), (12, 3)])
def test_the_network_is_asked_at_every_few_frames_and_where_a_scene_begins(light, every, asked):
    guesser = moving.Guesser()
    shots = [moving.scene(light, 100 + t) for t in range(5)]
    shots.append(moving.scene(light, 300, "chelsea"))
    shots += [moving.scene(light, 50 + t, "coffee") for t in range(4)]
    done = list(Filmer(guesser, size=96, every=every).steady(enumerate(shots)))
    assert [each.frame for each in done] == list(range(len(shots)))
    assert guesser.asked == asked
    assert all(each.lines.isfinite().all() for each in done)


@pytest.mark.parametrize("every", [1, 3])
def test_going_on_from_a_memory_gives_the_same_as_without_a_stop(light, colorizer, every):
    filmer = Filmer(colorizer, size=96, every=every)
    lightness = [moving.scene(light, 100 + t) for t in range(8)]
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


def test_the_example_in_the_documentation_runs(photos):
    example = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "film.md").read_text(), re.S)
    frames = [photos["coffee"][50:146, 40 + t : 168 + t].mean(2).astype(np.uint8) for t in range(3)]
    shown = []
    exec(example[1], {"frames": iter(frames), "show": shown.append})
    assert [each.shape for each in shown] == [(96, 128, 3)] * 3
    assert all(np.ptp(each.astype(int), axis=2).mean() > 3 for each in shown)


@pytest.mark.parametrize("settings", [{"every": 0}, {"every": 13}, {"size": 8}, {"strength": 2}])
def test_settings_out_of_range_are_refused(colorizer, settings):
    with pytest.raises(ColorganError, match=r"every|size|Strength"):
        Filmer(colorizer, **settings)


# Hints


def test_a_hint_goes_with_what_it_lies_on_until_the_scene_ends(light):
    hints = Hints((Hint(((0.7, 0.4),), (-40.0, 30.0), 0.5),))
    filmer = Filmer(moving.Guesser(), size=96, hints=hints)
    shots = [moving.scene(light, 100 + 3 * t) for t in range(8)]
    shots.append(moving.scene(light, 50, "coffee"))
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
    shots = [moving.scene(light, 100 + t) for t in range(3)]
    shots += [moving.scene(light, 50 + t, "coffee") for t in range(4)]
    shots.append(moving.scene(light, 300, "chelsea"))
    done = list(
        Filmer(moving.Guesser(), size=96, later_hints={1: red, 3: green}).steady(enumerate(shots))
    )
    a = [float(each.memory.ab[0, 0].median()) for each in done]
    assert a[0] < 23 < a[1] < a[2]  # not a cut, so it comes by and by
    assert max(a[3:7]) < -30
    assert a[7] > 15 and len(done[7].memory.points) == 0


def test_a_hint_sleeps_while_something_else_is_there(light):
    hints = Hints((Hint(((0.5, 0.5),), (-40.0, 30.0), 0.5),))
    filmer = Filmer(moving.Guesser(), size=96, hints=hints)
    shots = [moving.scene(light, 100) for _ in range(3)]
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


def test_lines_of_a_frame_are_those_of_its_steady_colours(filmer, light):
    done = next(filmer.steady([(0, moving.scene(light, 100))]))
    assert torch.equal(done.lines, fit_lines(done.memory.lightness, done.memory.ab))
    assert replace(done.memory, scene=3).scene == 3
