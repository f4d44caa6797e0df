"""A damaged photo in, the same photo restored out; what is not damaged stays."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from colorgan import ColorganError, Colorizer, ModelError, Restorer, film, hub, photo
from colorgan.evaluation.restoration import change, psnr, ssim
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.networks.restoration import REACH
from colorgan.photo import Photo
from colorgan.pixels import full_lightness
from colorgan.restorer import tiles


def lightness(pixels: np.ndarray) -> np.ndarray:
    return full_lightness(pixels)[0, 0].numpy()


@pytest.fixture(scope="module")
def busy_network() -> RestorationNet:
    """A small network with random weights, which changes every pixel by what is around it."""
    torch.manual_seed(0)
    network = RestorationNet(RestorationConfig(width=8, blocks=4)).eval()
    with torch.no_grad():
        for layer in (network.leave, network.tone.leave):
            layer.weight.normal_(std=0.1)
    return network


class TestNetwork:
    def test_untrained_it_gives_back_what_it_sees(self):
        network = RestorationNet(RestorationConfig(width=8, blocks=1))
        seen = torch.rand(2, 1, 37, 51) * 100
        assert torch.equal(network(seen), seen)

    @pytest.mark.parametrize("size", [(1, 1), (1, 40), (37, 3), (64, 96)])
    def test_any_size_goes(self, busy_network, size):
        seen = torch.rand(2, 1, *size) * 100
        restored = busy_network(seen)
        assert restored.shape == seen.shape
        assert restored.isfinite().all()

    def test_a_picture_does_not_depend_on_its_neighbours(self, busy_network):
        seen = torch.rand(3, 1, 40, 40) * 100
        assert torch.allclose(busy_network(seen)[1:2], busy_network(seen[1:2]), atol=1e-3)

    def test_details_see_no_farther_than_they_say(self, busy_network):
        seen = torch.rand(1, 1, 8, 3 * REACH) * 100
        seen.requires_grad_()
        busy_network.details(seen)[..., REACH : REACH + 8].sum().backward()
        assert seen.grad[..., : REACH + 8].any()
        assert not seen.grad[..., 2 * REACH + 8 :].any()

    def test_it_comes_back_from_a_model_folder(self, busy_network, tmp_path):
        hub.save(busy_network, tmp_path, card="", provenance={})
        seen = torch.rand(1, 1, 24, 24) * 100
        again = hub.load_restorer(tmp_path)
        assert (again(seen) - busy_network(seen)).abs().max() < 0.5  # kernels kept in half

    def test_a_restorer_is_no_colorizer_nor_the_other_way_round(self, busy_network, tmp_path):
        hub.save(busy_network, tmp_path, card="", provenance={})
        with pytest.raises(ModelError, match="restores photos and does not colour"):
            Colorizer.from_pretrained(tmp_path)
        with pytest.raises(ModelError, match="colours photos and does not restore"):
            Restorer.from_pretrained("pretrained")


class TestTiles:
    def test_they_cover_the_picture_once(self):
        covered = np.zeros((1100, 700), int)
        for inner, outer in tiles(*covered.shape):
            covered[inner] += 1
            assert all(
                o.start <= i.start < i.stop <= o.stop for i, o in zip(inner, outer, strict=True)
            )
            assert all(o.start % 8 == 0 for o in outer)
        assert (covered == 1).all()

    def test_they_leave_no_seam(self, busy_network, monkeypatch):
        restorer = Restorer(busy_network)
        seen = torch.rand(1, 1, 210, 330) * 100
        whole = restorer.mend(seen)
        monkeypatch.setattr("colorgan.restorer.TILE", 64)
        monkeypatch.setattr("colorgan.pixels.STRIP_PIXELS", 5000)
        assert (whole - seen).abs().mean() > 1
        tolerance = 1.5 if torch.cpu.get_capabilities().get("avx512_bf16") else 1e-3
        assert (restorer.mend(seen) - whole).abs().max() < tolerance

    def test_a_large_photo_is_mended_at_several_sizes(self, busy_network, monkeypatch):
        restorer = Restorer(busy_network)
        seen = torch.rand(1, 1, 120, 131) * 100
        once = restorer.mend(seen)
        monkeypatch.setattr("colorgan.restorer.COARSE", 64)
        assert restorer.mend(seen).shape == seen.shape
        assert not torch.equal(restorer.mend(seen), once)
