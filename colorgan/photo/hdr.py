"""HDR signals, PQ and HLG (ITU-R BT.2100), to what a screen of ordinary brightness shows.

Reference white, 203 cd/m2 by ITU-R BT.2408, becomes white. A picture that has nothing brighter
keeps its lightness exactly; else its highlights are rolled off by the curve of ITU-R BT.2390 (its
EETF) from the picture's own brightest value, which leaves what is dark alone. The curve is taken
of the largest of R, G and B, so that hues stay.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .samples import Pixels

Floats = NDArray[np.float32]

_WHITE = 203.0  # cd/m2
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2  # the screen for which BT.2100 defines HLG
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_ROWS = 1 << 20  # pixels at a time

# XYZ with D65 to linear sRGB, IEC 61966-2-1.
_TO_SRGB = np.array(
    [
        (3.2404542, -1.5371385, -0.4985314),
        (-0.9692660, 1.8760108, 0.0415560),
        (0.0556434, -0.2040259, 1.0572252),
    ]
)


class Signal(NamedTuple):
    """How HDR pixels are to be understood."""

    transfer: Literal["PQ", "HLG"]
    to_xyz: tuple[tuple[float, ...], ...]
    """The matrix from their linear RGB to XYZ, in rows."""


def to_srgb(colour: Pixels, signal: Signal) -> Pixels:
    """(H, W, 3) sRGB pixels of the same depth, of (H, W, 1 or 3) HDR ones."""
    top = int(np.iinfo(colour.dtype).max)
    matrix = np.array(signal.to_xyz)
    weights = matrix[1].astype(np.float32)  # of luminance
    to_srgb = (_TO_SRGB @ matrix).astype(np.float32)
    to_srgb /= to_srgb.sum(axis=1, keepdims=True)  # white stays white
    codes = np.arange(top + 1) / top
    light = (_pq_to_nits(codes) if signal.transfer == "PQ" else _hlg_to_scene(codes)).astype(
        np.float32
    )
    brightest = float(light[int(colour.max())])
    peak = brightest if signal.transfer == "PQ" else _HLG_PEAK * brightest**_HLG_GAMMA
    out = np.empty((*colour.shape[:2], 3), colour.dtype)
    rows = max(1, _ROWS // max(1, colour.shape[1]))
    for start in range(0, colour.shape[0], rows):
        nits = np.broadcast_to(light[colour[start : start + rows]], out[start : start + rows].shape)
        if signal.transfer == "HLG":
            scene = nits @ weights
            nits = _HLG_PEAK * (scene ** (_HLG_GAMMA - 1))[..., None] * nits
        linear = _rolled_off(nits, peak) / np.float32(_WHITE) @ to_srgb.T
        out[start : start + rows] = np.rint(_encoded(np.clip(linear, 0, 1)) * top)
    if colour.shape[2] == 1:  # grey stays grey to the last bit
        out[:] = out[..., 1:2]
    return out


def _rolled_off(nits: Floats, peak: float) -> Floats:
    """Light of up to `peak` cd/m2 brought down to that of white."""
    if peak <= _WHITE:
        return nits
    source = float(_nits_to_pq(np.float64(peak)))
    goal = float(_nits_to_pq(np.float64(_WHITE))) / source
    knee = 1.5 * goal - 0.5
    most = nits.max(axis=2)
    bright = most > _pq_to_nits(np.float64(knee * source))
    value = np.minimum(_nits_to_pq(most[bright]) / source, 1)
    t = (value - knee) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * goal
    )
    ratio = np.ones_like(most)
    ratio[bright] = _pq_to_nits(spline * source) / most[bright]
    return np.asarray(nits * ratio[..., None])


def _pq_to_nits(code: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    power = np.power(code, 1 / _M2)
    return np.asarray(10_000 * np.power(np.maximum(power - _C1, 0) / (_C2 - _C3 * power), 1 / _M1))


def _nits_to_pq(nits: Floats | np.float64) -> NDArray[np.float64]:
    power = np.power(np.maximum(nits, 0) / 10_000, _M1)
    return np.asarray(np.power((_C1 + _C2 * power) / (1 + _C3 * power), _M2))


def _hlg_to_scene(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of HLG's curve: light of the scene, 0 to 1."""
    return np.where(code <= 0.5, code**2 / 3, (np.exp((code - _C) / _A) + _B) / 12)


def _encoded(linear: Floats) -> Floats:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
