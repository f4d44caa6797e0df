"""Chroma follows the edges of the lightness, and strips join without a seam."""

import torch
from torch.nn import functional as F

from colorgan import color
from colorgan.color.upsampling import apply_lines, fit_lines


def halves(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A bright orange half beside a dark blue one: lightness and ab."""
    left = torch.arange(width) < width // 2
    lightness = torch.where(left, 70.0, 30.0).expand(1, 1, height, width)
    orange, blue = torch.tensor([30.0, 60.0]), torch.tensor([10.0, -50.0])
    ab = torch.where(left[None], orange[:, None], blue[:, None])
    return lightness.contiguous(), ab[None, :, None].expand(1, 2, height, width).contiguous()


def test_chroma_keeps_to_its_side_of_an_edge_better_than_a_bilinear_resize():
    lightness, ab = halves(512, 512)
    shrink = {"mode": "bilinear", "antialias": True}
    small_l = F.interpolate(lightness, (128, 128), **shrink)
    small_ab = F.interpolate(F.interpolate(ab, (32, 32), **shrink), (128, 128), mode="bilinear")

    guided = apply_lines(fit_lines(small_l, small_ab), lightness, 0, 512)
    bilinear = F.interpolate(small_ab, (512, 512), mode="bilinear")
    assert color.chroma(guided - ab).mean() < 0.6 * color.chroma(bilinear - ab).mean()


def test_even_colour_stays_even_on_a_textured_ground():
    lightness = torch.rand(1, 1, 200, 300, generator=torch.Generator().manual_seed(0)) * 100
    ab = torch.tensor([12.0, -7.0]).view(1, 2, 1, 1).expand(1, 2, 50, 75)
    small = F.interpolate(lightness, (50, 75), mode="bilinear", antialias=True)
    guided = apply_lines(fit_lines(small, ab), lightness, 0, 200)
    torch.testing.assert_close(guided[0, :, ::7, ::7], ab[0, :, :29, :43], atol=0.05, rtol=0)


def test_strips_join_without_a_seam():
    generator = torch.Generator().manual_seed(1)
    lightness = torch.rand(1, 1, 97, 61, generator=generator) * 100
    small = F.interpolate(lightness, (24, 15), mode="bilinear", antialias=True)
    lines = fit_lines(small, torch.randn(1, 2, 24, 15, generator=generator) * 20)
    whole = apply_lines(lines, lightness, 0, 97)
    parts = [
        apply_lines(lines, lightness[:, :, top : top + 10], top, 97) for top in range(0, 97, 10)
    ]
    torch.testing.assert_close(torch.cat(parts, dim=2), whole, atol=1e-4, rtol=1e-5)


def test_one_pixel_works():
    lightness, ab = torch.full((1, 1, 1, 1), 50.0), torch.full((1, 2, 1, 1), 9.0)
    torch.testing.assert_close(apply_lines(fit_lines(lightness, ab), lightness, 0, 1), ab)
