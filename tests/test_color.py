"""Lab and sRGB: against scikit-image, at the corners, and there and back."""

import numpy as np
import pytest
import skimage.color
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from colorgan import color

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
