"""What a person says of the colours in a film: for moments, for scenes, and for those alike."""

from __future__ import annotations

import json

import films
import moving
import numpy as np
import pytest
from commands import colorgan
from PIL import Image

from colorgan.colorizer import Colorizer
from colorgan.errors import FilmError, HintError
from colorgan.hints import Hint, Hints
from colorgan.video import Filmer, said
from colorgan.video.encoding import Encoding
from colorgan.video.film import color_film
from colorgan.video.source import Source, Span

FINE = Encoding("ffv1")
GREEN = Hint(((0.5, 0.5),), (-60.0, 40.0), 4.0)
SHOTS = ((0, "astronaut"), (6, "coffee"), (12, "astronaut"))


@pytest.fixture(scope="module")
def colorizer() -> Colorizer:
    """The embedded model: to one of random numbers everything is alike."""
    return Colorizer.from_pretrained("pretrained")


@pytest.fixture(scope="module")
def three(photos, tmp_path_factory):
    """A film of three scenes, of which the first and the last show the same."""
    path = tmp_path_factory.mktemp("film") / "three.mkv"
    return films.of_photos(path, photos, SHOTS, 18, size=(160, 120))


def reddish(path) -> list[float]:
    """The mean of Cr of every frame; 128 is no colour."""
    return [float(films.plane(frame, 2).mean()) for frame in films.frames(path)]


@pytest.mark.parametrize("hinted", [0, 12])
def test_hints_hold_for_scenes_that_look_alike_before_and_after(hinted, three, colorizer, tmp_path):
    plain = reddish(
        color_film(three, tmp_path / "a.mkv", Filmer(colorizer, size=96), encoding=FINE).path
    )
    filmer = Filmer(colorizer, size=96, later_hints={hinted: Hints((GREEN,))})
    made = reddish(color_film(three, tmp_path / "b.mkv", filmer, encoding=FINE).path)
    change = [after - before for before, after in zip(plain, made, strict=True)]
    assert max(change[3:6]) < -5 and max(change[15:18]) < -5
    assert np.abs(change[6:12]).max() < 1


def test_a_reference_gives_its_colours_to_scenes_that_are_alike(three, colorizer, photos, tmp_path):
    photo = tmp_path / "green.png"
    green = photos["astronaut"].mean(2, keepdims=True) * (0.7, 1.0, 0.6)
    green[:, 256:, 2] *= 1.5  # a single tint would be a toned print
    Image.fromarray(green.clip(0, 255).astype(np.uint8)).resize((180, 180)).save(photo)
    plain = reddish(
        color_film(three, tmp_path / "a.mkv", Filmer(colorizer, size=96), encoding=FINE).path
    )
    reference = colorizer.reference(photo, size=96)
    filmer = Filmer(colorizer, size=96, references=[reference])
    made = reddish(color_film(three, tmp_path / "b.mkv", filmer, encoding=FINE).path)
    change = np.subtract(made, plain)
    assert change[3:6].max() < -3 and change[15:18].max() < -3


def test_a_hint_holds_for_the_scene_of_its_moment(three, tmp_path):
    hints = tmp_path / "hints.json"
    one = {"at": 0.28, "points": [[0.5, 0.5]], "want": {"ab": [-60, 40]}, "spread": 4}
    hints.write_text(json.dumps({"version": 1, "hints": [one]}))
    words = ("video", three, "--size", 96, "--codec", "ffv1")
    assert colorgan(*words, "-o", tmp_path / "a.mkv").returncode == 0
    assert colorgan(*words, "-o", tmp_path / "b.mkv", "--hints", hints).returncode == 0
    change = np.subtract(reddish(tmp_path / "b.mkv"), reddish(tmp_path / "a.mkv"))
    assert np.abs(change[:6]).max() < 1 and change[6:12].max() < -5
    assert np.abs(change[12:]).max() < 1
    late = colorgan(*words, "-o", tmp_path / "c.mkv", "--hints", hints, "--from", 0.4)
    assert late.returncode == 1 and "A hint is for 0.28 seconds, which is not in" in late.stderr
    assert not (tmp_path / "c.mkv").exists()


def test_moments_are_read_and_become_numbers_of_frames(tmp_path):
    path = tmp_path / "hints.json"
    point = {"points": [[0.5, 0.5]], "want": "none"}
    moments = [{**point, "at": at} for at in (0.1, 0.5, 0.51)]
    path.write_text(json.dumps({"version": 1, "shape": [4, 3], "hints": [point, *moments]}))
    found = said.read(path)
    assert list(found) == [said.FIRST, 0.1, 0.5, 0.51]
    assert {hints.shape for hints in found.values()} == {(4, 3)}
    given = films.write(tmp_path / "a.mkv", count=20)
    numbers = said.numbered(found, Source(given))
    assert {number: len(hints) for number, hints in numbers.items()} == {0: 1, 2: 1, 12: 2}
    later = said.numbered({0.5: found[0.5]}, Source(given, Span(0.2)))
    assert list(later) == [7]
    with pytest.raises(FilmError, match=r"0\.1 seconds, which is not in this part"):
        said.numbered(found, Source(given, Span(0.2)))


@pytest.mark.parametrize("at", [-2, "soon", True, None])
def test_what_is_no_moment_is_refused(at, tmp_path):
    path = tmp_path / "h.json"
    one = {"points": [[0.5, 0.5]], "want": "none", "at": at}
    path.write_text(json.dumps({"version": 1, "hints": [one]}))
    with pytest.raises(HintError, match=r"h.json: hints\[0\].at: .* is no moment; write seconds"):
        said.read(path)


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"hints": 3}', '{"version": 1, "hints": [3]}'])
def test_what_is_no_file_of_hints_is_refused_as_it_is_for_photos(text, tmp_path):
    path = tmp_path / "h.json"
    path.write_text(text)
    with pytest.raises(HintError, match=r"^h\.json"):
        said.read(path)


def test_hints_are_kept_when_their_points_have_left_the_picture(photos, colorizer):
    light = moving.lightness_of(photos)
    frames = [moving.scene(light, 100 + 5 * t) for t in range(12)]
    hints = Hints((Hint(((0.05, 0.5),), (-60.0, 40.0), 4.0),))
    filmer = Filmer(colorizer, size=96, hints=hints)
    reference = filmer.corrected(frames[0], hints)
    looked = list(filmer.look(enumerate(frames)))
    alone, kept = (
        [done.memory.ab[0, 0].mean() for done in filmer.colour(looked, None, each)]
        for each in ((), (reference,))
    )
    assert float(kept[-1]) < float(alone[-1]) - 5
