"""The judge: measures against independent references, and a protocol that does not waver."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image

from colorgan import color
from colorgan.errors import PhotoError
from colorgan.evaluation import metrics
from colorgan.evaluation.protocol import GREY, ORIGINAL, centre_square, judge
from colorgan.networks import Generator


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def album(photos):
    return [(name, png(pixels)) for name, pixels in photos.items()]


class Constant(Generator):
    """Answers with one colour."""

    name = "constant"

    def forward(self, lightness):
        return torch.full_like(lightness, 20.0).expand(-1, 2, -1, -1)


class Oracle(Generator):
    """Knows the true colours of the photos it was shown before."""

    name = "oracle"

    def __init__(self, album, size):
        super().__init__()
        squares = np.stack([centre_square(data, size) for _, data in album])
        self.lab = color.rgb_to_lab(torch.from_numpy(squares).permute(0, 3, 1, 2) / 255)

    def forward(self, lightness):
        distances = (self.lab[None, :, :1] - lightness[:, None]).abs().mean(dim=(2, 3, 4))
        return self.lab[distances.argmin(dim=1), 1:]


class TestMetrics:
    def test_colourfulness_by_hand(self):
        """Half red (255, 0, 0), half blue (0, 0, 255): worked out on paper."""
        pixels = np.zeros((2, 2, 3), np.uint8)
        pixels[0, :, 0] = pixels[1, :, 2] = 255
        rg, yb = np.array([255, 0]), np.array([127.5, -255])
        expected = math.hypot(127.5, 191.25) + 0.3 * math.hypot(rg.mean(), yb.mean())
        assert metrics.colourfulness(pixels) == pytest.approx(expected)

    def test_grey_has_no_colourfulness(self):
        assert metrics.colourfulness(np.full((4, 4, 3), 90, np.uint8)) == 0

    def test_psnr_by_hand(self):
        black, dark = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 5, np.uint8)
        assert metrics.psnr(dark, black) == pytest.approx(20 * math.log10(255 / 5))
        assert metrics.psnr(dark, dark) == math.inf

    def test_ciede2000_of_a_grey_step_by_hand(self):
        """For two greys the formula is dL' / S_L alone."""
        a, b = np.full((2, 2, 3), 119, np.uint8), np.full((2, 2, 3), 130, np.uint8)
        l1, l2 = (
            float(color.grey_to_lightness(torch.tensor(v / 255.0).view(1, 1, 1, 1)))
            for v in (119, 130)
        )
        middle = ((l1 + l2) / 2 - 50) ** 2
        expected = (l2 - l1) / (1 + 0.015 * middle / math.sqrt(20 + middle))
        assert metrics.ciede2000(b, a) == pytest.approx(expected, rel=1e-3)


class TestProtocol:
    def test_a_model_that_knows_the_colours_has_no_distance(self, album):
        result = judge({"oracle": Oracle(album, 64)}, album, size=64, progress=False)
        assert result.mean("oracle", "ciede2000") < 0.05
        assert result.mean(ORIGINAL, "ciede2000") == 0
        assert result.mean("oracle", "colourfulness") == pytest.approx(
            result.mean(ORIGINAL, "colourfulness"), rel=0.01
        )

    def test_grey_has_the_same_figures_whatever_stands_beside_it(self, album):
        alone = judge({}, album, size=64, progress=False)
        beside = judge({"constant": Constant()}, album, size=64, progress=False)
        assert alone.rows[GREY] == beside.rows[GREY]

    def test_batch_size_and_order_change_nothing(self, album, monkeypatch):
        models = {"oracle": Oracle(album, 64)}
        first = judge(models, album, size=64, progress=False)
        monkeypatch.setattr("colorgan.evaluation.protocol.BATCH", 3)
        second = judge(models, album[::-1], size=64, progress=False)
        for model in first.rows:
            for metric, values in first.rows[model].items():
                assert second.rows[model][metric][::-1] == pytest.approx(values, rel=1e-6)

    def test_what_cannot_be_read_is_left_out_and_listed(self, album):
        result = judge({}, [("bad.jpg", b"?"), *album], size=64, progress=False)
        assert result.left_out == ["bad.jpg"] and len(result.names) == len(album)

    def test_nothing_to_judge_by_is_said(self):
        with pytest.raises(PhotoError, match="no photo to judge by"):
            judge({}, [("bad.jpg", b"?")], size=64, progress=False)

    def test_the_square_is_cut_from_the_centre(self):
        wide = np.zeros((50, 150, 3), np.uint8)
        wide[:, 50:100] = 255
        assert centre_square(png(wide), 50).min() == 255
