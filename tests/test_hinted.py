"""The judge of hints: chosen places, true colours, figures that grow with what is said."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from commands import colorgan
from PIL import Image

from colorgan.errors import PhotoError
from colorgan.evaluation import hinted, report, summary
from colorgan.evaluation.hinted import judge_hints, random_places, true_hint, worst_place
from colorgan.evaluation.protocol import judge
from colorgan.networks import Generator


@dataclass(frozen=True)
class Nothing:
    """No settings."""


class Grey(Generator):
    """Has no colours and no features of its own: all comes from the hints."""

    name = "grey"

    def __init__(self) -> None:
        super().__init__(Nothing())  # type: ignore[arg-type]

    def forward(self, lightness: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(lightness).expand(-1, 2, -1, -1).contiguous()


@pytest.fixture(scope="module")
def album(photos) -> list[tuple[str, bytes]]:
    def png(pixels: np.ndarray) -> bytes:
        stream = io.BytesIO()
        Image.fromarray(pixels).resize((96, 80)).save(stream, "PNG")
        return stream.getvalue()

    return [(f"{name}.png", png(pixels)) for name, pixels in photos.items()]


class TestPlaces:
    def test_the_worst_place_is_the_middle_of_what_is_wrong(self):
        truth, ab = torch.zeros(1, 2, 128, 200), torch.zeros(1, 2, 128, 200)
        ab[..., 40:81, 100:141] = 30
        ab[..., 10, 10] = 120  # wrong too, but a single pixel disturbs nobody
        row, column = worst_place(ab, truth)
        assert abs(row - 60) <= 4 and abs(column - 120) <= 4

    def test_random_places_are_the_photo_s_own_and_begin_alike(self):
        ten = random_places("a.jpg", 10, (64, 96))
        assert random_places("a.jpg", 3, (64, 96)) == ten[:3]
        assert random_places("b.jpg", 10, (64, 96)) != ten
        assert all(0 <= row < 64 and 0 <= column < 96 for row, column in ten)

    @pytest.mark.parametrize("place", [(0, 0), (31, 47), (10, 20), (0, 47), (2, 45)])
    def test_a_hint_is_the_mean_of_7_by_7_pixels_as_far_as_there_are_any(self, place):
        truth = torch.rand(1, 2, 32, 48) * 50
        row, column = place
        rows = [r for r in range(row - 3, row + 4) if 0 <= r < 32]
        columns = [c for c in range(column - 3, column + 4) if 0 <= c < 48]
        expected = truth[0][:, rows][:, :, columns].mean((1, 2)).tolist()
        hint = true_hint(truth, row, column)
        assert hint.want == pytest.approx(expected, abs=1e-4)
        ((x, y),) = hint.points
        assert (int(x * 48), int(y * 32)) == (column, row)


@pytest.fixture(scope="module")
def result(album):
    return judge_hints({"grey": Grey()}, album, [12, 0, 3, 3], size=64, progress=False)


class TestJudgement:
    def test_every_number_has_a_figure_of_every_photo(self, result, album):
        assert result.counts == (0, 3, 12) and result.photos == len(album)
        for way in hinted.WAYS:
            for count in result.counts:
                figures = result.rows["grey"][way][count]
                assert list(figures) == ["psnr", "ciede2000"]
                assert all(len(values) == len(album) for values in figures.values())

    def test_without_a_hint_the_ways_are_the_same_and_the_model_s_own(self, result, album):
        none = result.rows["grey"]["worst"][0]
        assert none == result.rows["grey"]["random"][0]
        plain = judge({}, album, size=64, progress=False).rows["grey"]
        assert none["psnr"] == pytest.approx(plain["psnr"], abs=0.01)

    @pytest.mark.parametrize("way", hinted.WAYS)
    def test_what_is_said_brings_the_colours_nearer(self, result, way):
        means = [np.mean(result.rows["grey"][way][count]["ciede2000"]) for count in result.counts]
        assert means[0] > means[2] + 1

    def test_it_is_the_same_again_whatever_stands_beside_it(self, result, album):
        class Other(Grey):
            name = "other"

        beside = judge_hints(
            {"other": Other(), "grey": Grey()}, album[::-1], [3], size=64, progress=False
        )
        for way in hinted.WAYS:
            again = beside.rows["grey"][way][3]["psnr"][::-1]
            assert again == result.rows["grey"][way][3]["psnr"]

    def test_what_cannot_be_judged_by_is_passed_over(self, album):
        grey = io.BytesIO()
        Image.new("RGB", (64, 64), (80, 80, 80)).save(grey, "PNG")
        bad = [("grey.png", grey.getvalue()), ("bad.jpg", b"?")]
        assert (
            judge_hints({"m": Grey()}, [*bad, album[0]], [0], size=16, progress=False).photos == 1
        )
        with pytest.raises(PhotoError, match="no photo to judge by"):
            judge_hints({"m": Grey()}, bad, [0], size=16, progress=False)

    def test_figures_are_plain_json_with_intervals_from_ten_photos_on(self, album):
        many = [(f"{place}-{name}", data) for place in range(3) for name, data in album]
        result = judge_hints({"grey": Grey()}, many, [0, 1], size=16, progress=False)
        figures = json.loads(json.dumps(result.figures(), allow_nan=False))
        figure = figures["grey"]["random"]["1"]["psnr"]
        low, high = figure["interval"]
        assert low < figure["mean"] < high and math.isfinite(figure["mean"])


@pytest.fixture(scope="module")
def written(album, small_model, tmp_path_factory):
    pytest.importorskip("plotly")
    folder = tmp_path_factory.mktemp("judged")
    for name, data in album[:2]:
        (folder / name).write_bytes(data)
    files = ("--json", folder / "f.json", "--report", folder / "r.html")
    what = ("--model", small_model, "--data", folder, "--size", 48)
    done = colorgan("evaluate", *what, "--hints", 0, 2, *files)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


class TestCommand:
    def test_figures_stand_under_each_model_in_the_json(self, written, small_model):
        folder, _ = written
        models = json.loads((folder / "f.json").read_text())["models"]
        figures = models[str(small_model)]["hints"]
        assert set(figures) == {"worst", "random"} and set(figures["worst"]) == {"0", "2"}
        assert set(figures["random"]["2"]) == {"psnr", "ciede2000"}
        assert "hints" not in models["grey"], "nobody gave hints to it"

    def test_the_table_and_the_report_show_them(self, written):
        folder, printed = written
        rows = [line.split()[1:3] for line in printed.splitlines() if " worst " in line]
        assert rows == [["0", "worst"], ["2", "worst"]]
        page = (folder / "r.html").read_text()
        assert "By number of hints" in page and "worst: ciede2000" in page

    def test_a_number_that_cannot_be_is_refused_before_the_work(self, album, small_model, tmp_path):
        (tmp_path / "a.png").write_bytes(album[0][1])
        what = ("--model", small_model, "--data", tmp_path)
        done = colorgan("evaluate", *what, "--hints", -1)
        assert done.returncode == 1 and "from 0 to 500, not -1" in done.stderr


def test_a_report_without_hints_says_nothing_of_them(album):
    result = judge({}, album, size=16, progress=False)
    assert report._hints(summary.summarize(result)["models"]) == ""
