"""Films through pipes: raw frames of yuv4mpeg go in, and come out in colour."""

from __future__ import annotations

import io
import subprocess
import sys

import av
import films
import numpy as np
import pytest
from commands import colorgan
from conftest import ROOT

from colorgan.colorizer import Colorizer
from colorgan.errors import FilmError
from colorgan.video import Filmer
from colorgan.video.pipes import color_stream
from colorgan.video.source import Span

HEADER = "YUV4MPEG2 W{} H{} F30000:1001 I{} A4:3 C{}\n"


class Pipe(io.RawIOBase):
    """What can be read once, from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = len(self._left) if size < 0 else size
        data, self._left = self._left[:size], self._left[size:]
        return data


class Shut(io.BytesIO):
    """What nobody reads."""

    def write(self, data: object) -> int:
        raise BrokenPipeError(32, "Broken pipe")


@pytest.fixture(scope="module")
def filmer(small_model) -> Filmer:
    return Filmer(Colorizer.from_pretrained(small_model), size=64)


def stream(chroma: str = "420jpeg", size=(96, 64), count: int = 5, order: str = "p") -> bytes:
    """Grey frames as another program sends them."""
    width, height = size
    bits = 10 if "p10" in chroma else 8
    across, down = {"420": (2, 2), "422": (2, 1), "444": (1, 1)}[chroma[:3]]
    planes = 2 * -(-width // across) * -(-height // down)
    kind = np.uint8 if bits == 8 else np.dtype("<u2")
    out = HEADER.format(width, height, order, chroma).encode()
    for number in range(count):
        luma = (films.luma(number, width, height).round() * (1 << (bits - 8))).astype(kind)
        out += b"FRAME\n" + luma.tobytes() + np.full(planes, 1 << (bits - 1), kind).tobytes()
    return out


def read(data: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(data), format="yuv4mpegpipe") as file:
        return list(file.decode(video=0))


@pytest.mark.parametrize(
    ("chroma", "size", "order"),
    [
        ("420jpeg", (96, 64), "p"),
        ("420jpeg", (97, 65), "p"),
        ("422", (90, 64), "p"),
        ("444", (90, 65), "p"),
        ("420p10", (96, 64), "p"),
        ("444p10", (90, 64), "p"),
        ("420mpeg2", (96, 64), "t"),
        ("420mpeg2", (96, 64), "b"),
    ],
)
def test_luma_rate_and_shape_go_through_a_pipe(chroma, size, order, filmer):
    given, out = stream(chroma, size, order=order), io.BytesIO()
    made = color_stream(Pipe(given), out, filmer)
    assert made.frames == 5 and made.whole and made.notices == ()
    before, after = read(given), read(out.getvalue())
    assert len(after) == 5
    for old, new in zip(before, after, strict=True):
        assert new.format.name == old.format.name
        assert np.array_equal(films.plane(old, 0), films.plane(new, 0))
        assert np.ptp(films.plane(new, 1)) > 0
        assert new.interlaced_frame == old.interlaced_frame == (order != "p")
    line = out.getvalue().split(b"\n")[0].decode()
    assert f" I{order} " in line and " F30000:1001 " in line and " A4:3 " in line


def test_a_film_in_a_file_goes_into_a_pipe_and_a_part_of_it(filmer, tmp_path):
    path, out = films.write(tmp_path / "a.mkv", count=10), io.BytesIO()
    assert color_stream(path, out, filmer, span=Span(0.16, 0.32)).frames == 4
    frames = films.frames(path)
    assert np.array_equal(films.plane(read(out.getvalue())[0], 0), films.plane(frames[4], 0))


@pytest.mark.parametrize("chroma", ["420jpeg", "444p10"])
@pytest.mark.parametrize("lost", [1, 2000])
def test_a_stream_that_ends_within_a_frame_keeps_what_came_before_and_says_so(lost, chroma, filmer):
    given, out = stream(chroma), io.BytesIO()
    with pytest.raises(FilmError, match="ended within a frame, after 4 whole ones"):
        color_stream(Pipe(given[:-lost]), out, filmer)
    assert len(read(out.getvalue())) == 4
    assert color_stream(Pipe(given[:-lost]), io.BytesIO(), filmer, span=Span(0, 0.1)).whole


def test_words_about_single_frames_do_not_make_a_stream_look_cut(filmer):
    given = stream().replace(b"FRAME\n", b"FRAME Ip\n")
    assert color_stream(Pipe(given), io.BytesIO(), filmer).frames == 5


def test_what_is_wrong_with_a_pipe_is_a_sentence(filmer):
    with pytest.raises(FilmError, match="nobody reads it any longer"):
        color_stream(Pipe(stream()), Shut(), filmer)
    with pytest.raises(FilmError, match="the stream is no film"):
        color_stream(Pipe(b"no film at all"), io.BytesIO(), filmer)
    said = colorgan("video", "-", "-o", "b.mp4", "--model", "x")
    assert said.returncode == 1 and "add -o -" in said.stderr


@pytest.mark.slow
def test_the_command_stands_between_two_pipes(small_model):
    given = stream(count=12)
    words = ("video", "-", "-o", "-", "--model", small_model, "--size", "64", "--every", "2")
    command = [sys.executable, "-m", "colorgan", *map(str, words)]
    done = subprocess.run(command, input=given, capture_output=True, cwd=ROOT, timeout=240)
    assert done.returncode == 0 and len(read(done.stdout)) == 12
