"""Lab and sRGB: against scikit-image, at the corners, and there and back."""

import numpy as np
import pytest
import skimage.color
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from colorgan import color
from colorgan.color import cie, gamut
from colorgan.color.pixels import STRIP_PIXELS, to_pixels

COLOURS = {
    "random": np.random.default_rng(0).random((400, 3)),
    "grey": np.linspace(0, 1, 256)[:, None].repeat(3, axis=1),
    "saturated": np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T.astype(float),
    "near black": np.random.default_rng(1).random((400, 3)) * 0.02,
}


def as_batch(colours: np.ndarray) -> torch.Tensor:
    """(K, 3) colours as a picture (1, 3, K, 1)."""
    return torch.tensor(colours, dtype=torch.float32).T[None, :, :, None]


def as_rows(batch: torch.Tensor) -> np.ndarray:
    return batch[0, :, :, 0].T.numpy()


@pytest.mark.parametrize("kind", COLOURS)
def test_lab_agrees_with_scikit_image(kind):
    rgb = COLOURS[kind]
    lab = as_rows(color.rgb_to_lab(as_batch(rgb)))
    np.testing.assert_allclose(lab, skimage.color.rgb2lab(rgb), atol=1e-3)


@pytest.mark.parametrize("kind", COLOURS)
def test_srgb_agrees_with_scikit_image(kind):
    lab = skimage.color.rgb2lab(COLOURS[kind])
    rgb = as_rows(color.lab_to_rgb(as_batch(lab)))
    np.testing.assert_allclose(rgb, skimage.color.lab2rgb(lab), atol=1e-3)


def test_lightness_is_the_first_channel_of_lab():
    rgb = as_batch(COLOURS["random"])
    assert torch.allclose(color.rgb_to_lightness(rgb), color.rgb_to_lab(rgb)[:, :1], atol=1e-4)


def test_lightness_and_grey_are_inverse():
    grey = torch.linspace(0, 1, 256).view(1, 1, 16, 16)
    assert torch.allclose(color.lightness_to_grey(color.grey_to_lightness(grey)), grey, atol=1e-5)


@given(arrays(np.float32, (1, 3, 2, 5), elements=st.floats(0, 1, width=32)))
@settings(deadline=None)
def test_every_srgb_colour_survives_the_way_through_lab(rgb):
    back = color.lab_to_rgb(color.rgb_to_lab(torch.from_numpy(rgb))).numpy()
    np.testing.assert_allclose(back, rgb, atol=2e-4)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_gradients_are_finite_at_black_and_white(value):
    rgb = torch.full((1, 3, 2, 2), value, requires_grad=True)
    color.lab_to_rgb(color.rgb_to_lab(rgb)).sum().backward()
    assert torch.isfinite(rgb.grad).all()
    assert (rgb.grad != 0).all()


def test_gradients_agree_with_finite_differences():
    lab = torch.tensor([[60.0, 20.0, -30.0], [5.0, 1.0, 2.0]], dtype=torch.float64)
    lab = lab.T[None, :, :, None].requires_grad_()
    assert torch.autograd.gradcheck(color.lab_to_rgb, (lab,))


@given(
    st.floats(0, 100),
    st.floats(-128, 128),
    st.floats(-128, 128),
)
@settings(deadline=None, max_examples=300)
def test_gamut_fit_keeps_lightness_and_hue_and_lowers_chroma(lightness, a, b):
    lab = torch.tensor([lightness, a, b]).view(1, 3, 1, 1)
    fitted = color.fit_gamut(lab)
    rgb = color.lab_to_rgb(fitted)
    assert rgb.min() > -0.005 and rgb.max() < 1.005, "shown by sRGB"
    assert fitted[0, 0] == lab[0, 0], "lightness as it was"
    share = color.chroma(fitted[:, 1:]) / color.chroma(lab[:, 1:]).clamp(min=1e-6)
    assert share <= 1 + 1e-6
    torch.testing.assert_close(fitted[:, 1:], lab[:, 1:] * share, atol=1e-3, rtol=1e-4)


def test_gamut_fit_leaves_what_fits_alone():
    lab = color.rgb_to_lab(as_batch(COLOURS["random"]))
    assert torch.equal(color.fit_gamut(lab), lab)


def test_gamut_fit_takes_as_little_as_it_must():
    """Pure blue at twice its chroma comes back as pure blue."""
    blue = color.rgb_to_lab(torch.tensor([0.0, 0.0, 1.0]).view(1, 3, 1, 1))
    doubled = blue * torch.tensor([1.0, 2.0, 2.0]).view(1, 3, 1, 1)
    torch.testing.assert_close(color.fit_gamut(doubled), blue, atol=0.5, rtol=0)


def share_digit_by_digit(lightness: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """The plain way: (K,) and (K, 2) to the share (K,) at which each colour first leaves sRGB."""
    own, wanted = (torch.from_numpy(x).float() for x in (lightness, ab))
    share = torch.zeros(len(own))
    for digit in (0.1, 0.01, 0.001):
        going_on = torch.ones(len(own), dtype=torch.bool)
        start = share.clone()
        for step in range(1, 10):
            tried = (start + digit * step)[:, None] * wanted
            linear = cie.lab_to_linear(own[None, None, :, None], tried.T[None, :, :, None])
            going_on &= gamut.is_shown(linear)[0, :, 0]
            share[going_on] += digit
    return share.numpy()


@pytest.mark.parametrize(("darkest", "brightest"), [(2, 100), (88, 100)])
def test_the_share_that_fits_is_what_a_search_digit_by_digit_finds(darkest, brightest):
    rng = np.random.default_rng(2)
    lightness = rng.uniform(darkest, brightest, 30_000).astype(np.float32)
    ab = rng.uniform(-128, 128, (30_000, 2)).astype(np.float32)
    lab = as_batch(np.column_stack((lightness, ab)))
    outside = ~gamut.in_gamut(lab)[0, :, 0].numpy()
    lightness, ab = lightness[outside], ab[outside]
    plain = share_digit_by_digit(lightness, ab)[:, None] * ab
    fitted = as_rows(gamut.fit_gamut(lab))[outside]
    np.testing.assert_array_equal(fitted[:, 0], lightness)
    apart = skimage.color.deltaE_ciede2000(
        np.column_stack((lightness, plain)).astype(np.float64), fitted.astype(np.float64)
    )
    assert apart.max() < 0.2
    assert apart.mean() < 0.05


def test_yellows_that_leave_srgb_and_come_back_stay_where_they_first_left():
    """Half way to a bright yellow is outside sRGB, though the yellow itself is inside."""
    lightness, ab = np.full(1, 97.0, np.float32), np.array([[-21.7, 93.9]], np.float32)
    assert gamut.in_gamut(as_batch(np.column_stack((lightness, ab)))), "a colour on the way"
    ab *= 1.2
    lab = as_batch(np.column_stack((lightness, ab)))
    share = color.chroma(gamut.fit_gamut(lab)[:, 1:]) / color.chroma(lab[:, 1:])
    assert share.item() == pytest.approx(share_digit_by_digit(lightness, ab)[0], abs=1e-3)
    assert share < 0.5


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_is_the_same_in_all_channels_and_what_it_is_among_colours(dtype):
    depth, steps = np.dtype(dtype), np.iinfo(dtype).max
    lightness = torch.linspace(-5, 105, 3000)[None, None, None]
    ab = torch.zeros(1, 2, 1, 3000)
    grey = to_pixels(lightness, ab, depth)
    assert grey.dtype == dtype and grey.shape == (1, 3000, 3)
    assert np.ptp(grey, axis=2).max() == 0 and grey.min() == 0 and grey.max() == steps
    ab[..., 0] = 1  # one colour, and the others are made as colours are
    among = to_pixels(lightness, ab, depth)[:, 1:].astype(int)
    assert np.abs(among - grey[:, 1:]).max() <= max(steps // 10_000, 1)


@pytest.mark.parametrize("lightness", ["one grey", "noise", "white"])
def test_a_photo_outside_srgb_costs_little_more_than_one_inside(monkeypatch, lightness):
    """Counted in pixels that are turned into linear light, for times vary on a busy machine."""
    shape = (1, 1, 256, STRIP_PIXELS // 256)
    noise = 100 * torch.rand(shape, generator=torch.Generator().manual_seed(0))
    tone = {"one grey": torch.full(shape, 50.0), "noise": noise, "white": torch.full(shape, 99.9)}
    ab = torch.tensor([-60.0, -90.0]).view(1, 2, 1, 1).expand(-1, -1, *shape[2:])
    gamut._largest_chroma(ab.device)  # is made once
    counted, convert = [], cie.lab_to_linear

    def counting(lightness, ab):
        counted.append(ab[:, 0].numel())
        return convert(lightness, ab)

    monkeypatch.setattr(cie, "lab_to_linear", counting)
    pixels = to_pixels(tone[lightness], ab, np.dtype(np.uint8))
    assert sum(counted) <= 2 * STRIP_PIXELS
    assert np.ptp(pixels, axis=2).max() > 0, "in colour"
