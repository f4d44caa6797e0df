"""CIE Lab and sRGB on tensors: the one place where the constants of colour stand.

Everything here takes and gives float tensors of shape (N, C, H, W). sRGB values run from 0 to 1,
lightness L* from 0 to 100, a* and b* from about -128 to 127, for the D65 white point and the
2 degree observer. All of it is differentiable, with finite gradients at black and at white.

Formulas: IEC 61966-2-1 (sRGB) and CIE 15 (Lab), with the matrix and white point that
`skimage.color` uses, so that figures agree with the literature that was measured by it.
"""

from __future__ import annotations

import torch
from torch import Tensor

LIGHTNESS_MAX = 100.0
AB_MAX = 128.0  # no sRGB colour has |a*| or |b*| above 108

_XYZ_FROM_RGB = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
_WHITE = (0.95047, 1.0, 1.08883)  # D65, 2 degrees

# Where the cube root of Lab gives way to a straight line (CIE 15).
_DELTA = 6.0 / 29.0
_LINE_SLOPE = 1.0 / (3.0 * _DELTA**2)
_LINE_OFFSET = 4.0 / 29.0

# The same for the power curve of sRGB (IEC 61966-2-1).
_SRGB_KNEE = 0.04045
_LINEAR_KNEE = 0.0031308


def _mix(matrix: Tensor, image: Tensor) -> Tensor:
    """Multiply the channels of (N, 3, H, W) by a 3x3 matrix."""
    return torch.einsum("ij,njhw->nihw", matrix.to(image), image)


def _matrix() -> Tensor:
    """Linear sRGB to XYZ divided by the white point, so that white is (1, 1, 1)."""
    matrix = torch.tensor(_XYZ_FROM_RGB, dtype=torch.float64)
    return matrix / torch.tensor(_WHITE, dtype=torch.float64)[:, None]


_RELATIVE_XYZ_FROM_RGB = _matrix()
_RGB_FROM_RELATIVE_XYZ = torch.linalg.inv(_RELATIVE_XYZ_FROM_RGB)


def decode_gamma(rgb: Tensor) -> Tensor:
    """Turn sRGB values of any shape into linear light."""
    # `where` computes both sides: the clamp keeps the unused one's gradient finite.
    curve = ((rgb.clamp(min=_SRGB_KNEE) + 0.055) / 1.055) ** 2.4
    return torch.where(rgb > _SRGB_KNEE, curve, rgb / 12.92)


def encode_gamma(linear: Tensor) -> Tensor:
    """Turn linear light of any shape into sRGB values."""
    curve = 1.055 * linear.clamp(min=_LINEAR_KNEE) ** (1 / 2.4) - 0.055
    return torch.where(linear > _LINEAR_KNEE, curve, linear * 12.92)


def _compress(t: Tensor) -> Tensor:
    root = t.clamp(min=_DELTA**3) ** (1 / 3)
    return torch.where(t > _DELTA**3, root, t * _LINE_SLOPE + _LINE_OFFSET)


def _expand(f: Tensor) -> Tensor:
    above = f.clamp(min=_DELTA)  # below the knee the cube goes on as its tangent there
    slope = 1 / _LINE_SLOPE
    return torch.addcmul(slope * f, above, (above * above).sub_(slope))


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Turn sRGB (N, 3, H, W) in 0..1 into Lab (N, 3, H, W) in CIE units."""
    x, y, z = _compress(_mix(_RELATIVE_XYZ_FROM_RGB, decode_gamma(rgb))).unbind(1)
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), dim=1)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """Turn Lab (N, 3, H, W) into sRGB (N, 3, H, W).

    Colours that sRGB cannot show come out below 0 or above 1, so that gradients stay alive;
    whoever makes a picture fits the gamut first (`gamut.fit_gamut`) and clamps.
    """
    return encode_gamma(lab_to_linear(lab[:, :1], lab[:, 1:]))


def luminance_weights() -> Tensor:
    """Return how much linear red, green and blue count in the luminance of white: (3,), sum 1."""
    return _RELATIVE_XYZ_FROM_RGB[1].float()


def luminance_to_lightness(luminance: Tensor) -> Tensor:
    """Return L* of luminance relative to white, 0..1, of any shape."""
    return 116 * _compress(luminance) - 16


def rgb_to_lightness(rgb: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return L* (N, 1, H, W) of sRGB (N, 3, H, W): the first channel of `rgb_to_lab`, cheaper.

    Args:
        rgb: 0..1.
        weights: what an emulsion makes of linear red, green and blue, (3,) with sum 1; the eye's
            if None.
    """
    matrix = _RELATIVE_XYZ_FROM_RGB[1:2] if weights is None else weights[None]
    return luminance_to_lightness(_mix(matrix, decode_gamma(rgb)))


def lightness_to_grey(lightness: Tensor) -> Tensor:
    """Return the sRGB value 0..1 of the grey with this L*; same shape."""
    return encode_gamma(lightness_to_luminance(lightness))


def lightness_to_luminance(lightness: Tensor) -> Tensor:
    """Return the luminance relative to white, 0..1, of L* of any shape."""
    return _expand((lightness + 16) / 116)


def grey_to_lightness(grey: Tensor) -> Tensor:
    """Return L* of the grey with this sRGB value 0..1; same shape. Inverse of the above."""
    return luminance_to_lightness(decode_gamma(grey))


def chroma(ab: Tensor) -> Tensor:
    """Return the chroma C* (N, 1, H, W) of ab (N, 2, H, W)."""
    length: Tensor = torch.linalg.vector_norm(ab, dim=1, keepdim=True)
    return length


def lab_to_linear(lightness: Tensor, ab: Tensor) -> Tensor:
    """Turn L* (N, 1, H, W) and ab (N, 2, H, W) into linear sRGB (N, 3, H, W), unclamped."""
    y = (lightness[:, 0] + 16) / 116
    curved = (y.add(ab[:, 0], alpha=1 / 500), y, y.sub(ab[:, 1], alpha=1 / 200))
    return _mix(_RGB_FROM_RELATIVE_XYZ, _expand(torch.stack(curved, dim=1)))
