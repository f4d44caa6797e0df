"""Films in, films out: luma, sound, times and shape stay, and a stop loses nothing."""

from __future__ import annotations

from fractions import Fraction

import av
import films
import numpy as np
import pytest

from colorgan.colorizer import Colorizer
from colorgan.errors import FilmError
from colorgan.video import Filmer, film
from colorgan.video.encoding import Encoding
from colorgan.video.film import color_film
from colorgan.video.source import Span

SIZE = 64
FINE = Encoding(quality="lossless")


@pytest.fixture(scope="module")
def colorizer(small_model) -> Colorizer:
    return Colorizer.from_pretrained(small_model)


@pytest.fixture(scope="module")
def filmer(colorizer) -> Filmer:
    return Filmer(colorizer, size=SIZE)


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
