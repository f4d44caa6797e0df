"""What the numbers in a file mean where it tells so by numbers instead of an ICC profile.

PNG has gAMA, cHRM, sRGB and cICP; AVIF and HEIF have nclx, JPEG XL its header, JPEGs of cameras a
mark in EXIF. cICP and nclx hold code points of ITU-T H.273 for primaries and transfer. What is
certain becomes an ICC profile, and is then converted as any other; brightness for HDR screens
becomes an `hdr.Signal`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from . import exif, hdr, png_parts
from .boxes import item_properties

SRGB_GAMMA = 0.45455
"""What PNGs call the gamma of sRGB."""

_D65 = (0.3127, 0.3290)
_SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_ADOBE_PRIMARIES = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
_NOT_SRGB = b"\xff\xff"
_PRIMARIES: dict[int, tuple[tuple[float, ...], tuple[float, float]]] = {
    1: (_SRGB_PRIMARIES, _D65),  # BT.709
    2: (_SRGB_PRIMARIES, _D65),  # unspecified
    4: ((0.67, 0.33, 0.21, 0.71, 0.14, 0.08), (0.310, 0.316)),  # BT.470 M
    5: ((0.64, 0.33, 0.29, 0.60, 0.15, 0.06), _D65),  # BT.601 of 625 lines
    6: ((0.63, 0.34, 0.31, 0.595, 0.155, 0.07), _D65),  # BT.601 of 525 lines
    7: ((0.63, 0.34, 0.31, 0.595, 0.155, 0.07), _D65),  # SMPTE 240M
    9: ((0.708, 0.292, 0.170, 0.797, 0.131, 0.046), _D65),  # BT.2020
    11: ((0.68, 0.32, 0.265, 0.69, 0.15, 0.06), (0.314, 0.351)),  # P3 of cinemas
    12: ((0.68, 0.32, 0.265, 0.69, 0.15, 0.06), _D65),  # Display P3
    22: ((0.63, 0.34, 0.295, 0.605, 0.155, 0.077), _D65),  # EBU 3213
}
_EXPONENTS = {4: 2.2, 5: 2.8, 8: 1.0}  # BT.470 M and BG, linear
# BT.709, BT.601, 240M, xvYCC, BT.1361 and BT.2020 name a camera's curve; screens answer it by
# another one, and browsers and phones show such stills as sRGB. So are they taken here, and what
# is unspecified too: the picture keeps the lightness that its maker saw.
_AS_SRGB = {1, 2, 6, 7, 11, 12, 13, 14, 15}
_UNSPECIFIED, _PQ, _CINEMA, _HLG = 2, 16, 17, 18


class Meaning(NamedTuple):
    """A profile, or a signal for HDR screens, or neither where the numbers are plain sRGB."""

    icc: bytes = b""
    hdr: hdr.Signal | None = None


def of_code_points(primaries: int, transfer: int) -> Meaning | None:
    """What code points of ITU-T H.273 mean; None where nothing certain is known of them."""
    if primaries not in _PRIMARIES:
        return None
    points, white = _PRIMARIES[primaries]
    if transfer in (_PQ, _HLG):
        matrix = tuple(map(tuple, _to_xyz(points, white).tolist()))
        return Meaning(hdr=hdr.Signal("PQ" if transfer == _PQ else "HLG", matrix))
    if transfer == _CINEMA:  # SMPTE ST 428-1, whose white is not the top of the range
        return Meaning(_profile(points, white, 2.6, 52.37 / 48))
    if transfer in _EXPONENTS:
        return Meaning(_profile(points, white, _EXPONENTS[transfer]))
    if transfer not in _AS_SRGB:
        return None
    return Meaning() if points == _SRGB_PRIMARIES else Meaning(_profile(points, white, None))


def of_png(data: bytes, info: Mapping[Any, Any], icc: bytes) -> Meaning:
    """What the chunks of a PNG mean, the strongest first: cICP, iCCP, sRGB, gAMA with cHRM.

    `data` is the file, b"" where it is not at hand: only there stands cICP. `info` is Pillow's,
    `icc` the profile or b"".
    """
    points = _code_points_of_png(data)
    if points and points[1] != _UNSPECIFIED and (meaning := of_code_points(*points)):
        return meaning
    if icc:
        return Meaning(icc)
    gamma = info.get("gamma")
    if "srgb" in info or not isinstance(gamma, float) or not 0.1 <= gamma <= 10:
        return Meaning()
    chromaticities = info.get("chromaticity") or ()
    points, white = tuple(chromaticities[2:]), tuple(chromaticities[:2])
    usual = np.allclose(points, _SRGB_PRIMARIES, atol=0.01) if len(points) == 6 else True
    # 1/2.2 is what programs write that mean sRGB; libpng too takes 5 % more or less for the same.
    if usual and abs(gamma / SRGB_GAMMA - 1) < 0.05:
        return Meaning()
    try:
        if not usual:
            return Meaning(_profile(points, white, 1 / gamma))
    except (imagecodecs.CmsError, ValueError, ArithmeticError):
        pass  # impossible primaries; the gamma may still be right
    return Meaning(_profile(_SRGB_PRIMARIES, _D65, 1 / gamma))


def of_exif(block: bytes) -> Meaning:
    """What EXIF means that names a camera's Adobe RGB as DCF 2.0 does: not sRGB, and R03."""
    space = exif.fields(block, exif.EXIF).get(exif.COLOUR_SPACE)
    index = exif.fields(block, exif.EXIF, exif.INTEROPERABILITY).get(exif.INTEROPERABILITY_INDEX)
    if space is None or space.raw != _NOT_SRGB or index is None or index.raw[:3] != b"R03":
        return Meaning()
    return Meaning(_profile(_ADOBE_PRIMARIES, _D65, 563 / 256))


def of_boxes(data: bytes, icc: bytes) -> Meaning:
    """What an AVIF or HEIF file with this profile (or b"") means."""
    if icc:
        return Meaning(icc)
    for name, body in item_properties(data):
        if name == b"colr" and bytes(body[:4]) == b"nclx" and len(body) >= 8:
            return of_code_points(*struct.unpack_from(">2H", body, 4)) or Meaning()
    return Meaning()


def _code_points_of_png(data: bytes) -> tuple[int, int] | None:
    for chunk in png_parts.chunks(data):
        if chunk.name == b"IDAT":
            return None
        if chunk.name == b"cICP":
            # Only full range: RGB of narrow range is for video, and nobody knows it in stills.
            is_usual = len(chunk.body) == 4 and chunk.body[3] == 1
            return (chunk.body[0], chunk.body[1]) if is_usual else None
    return None


@lru_cache(maxsize=32)
def _profile(
    points: tuple[float, ...],
    white: tuple[float, ...],
    exponent: float | None,
    gain: float = 1.0,
) -> bytes:
    """An ICC profile of these primaries and white (x, y); no exponent means sRGB's curve."""
    steps = np.linspace(0, 1, 4096)
    if exponent is None:
        light = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    else:
        light = np.minimum(gain * steps**exponent, 1)
    table = np.rint(light * 65_535).astype(np.uint16)
    # A pure power as a table would be coarse where it is dark.
    curve: dict[str, Any] = {"transferfunction": table}
    if exponent is not None and gain == 1:
        curve = {"gamma": exponent}
    made = imagecodecs.cms_profile("rgb", whitepoint=list(white), primaries=list(points), **curve)
    return bytes(made)


def _to_xyz(points: tuple[float, ...], white: tuple[float, float]) -> NDArray[np.float64]:
    """The matrix from linear RGB of these primaries to XYZ, with white at Y = 1."""
    columns = [_xyz(*points[i : i + 2]) for i in (0, 2, 4)]
    matrix = np.stack(columns, axis=1)
    return np.asarray(matrix * np.linalg.solve(matrix, _xyz(*white)))


def _xyz(x: float, y: float) -> NDArray[np.float64]:
    return np.array([x / y, 1.0, (1 - x - y) / y])
