"""Is skin of every tone coloured equally well? Error and bias by tone, on photos of faces.

Tones are those of dermatology: the individual typology angle of the original's skin (Chardon
1991), ITA = atan((L* - 50) / b*) in degrees.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .metrics import Picture
from .statistics import Estimate, estimate, too_few

TONES = (  # lowest angle, name
    (55.0, "very light"),
    (41.0, "light"),
    (28.0, "intermediate"),
    (10.0, "tan"),
    (-30.0, "brown"),
    (-90.0, "dark"),
)
FEWEST_PIXELS = 0.05  # share of a face crop's centre that must be skin-like
FEWEST_PHOTOS = 5  # of a tone, for a figure


@dataclass(frozen=True)
class Skin:
    """What was measured on one photo's skin: its tone, and a value a model and measure."""

    tone: str
    values: dict[str, dict[str, float]] = field(default_factory=dict)


def skin_mask(original: Picture) -> NDArray[np.bool_]:
    """Return which pixels of a face crop's centre look like skin: (H, W).

    The middle half of each side; hue 20 to 80 degrees, chroma 6 to 50, L* 15 to 95.
    """
    lightness, a, b = original.lab.transpose(2, 0, 1)
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a))
    mask = (lightness > 15) & (lightness < 95) & (chroma > 6) & (chroma < 50)
    mask &= (hue > 20) & (hue < 80)
    height, width = mask.shape
    centre = np.zeros_like(mask)
    centre[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return np.asarray(mask & centre)


def tone_of(original: Picture, mask: NDArray[np.bool_]) -> str:
    """Return the name of the tone of a photo's skin."""
    lightness, _, b = original.lab[mask].mean(0)
    angle = np.degrees(np.arctan2(lightness - 50, b))
    return next(name for lowest, name in TONES if angle > lowest or lowest == TONES[-1][0])


def measure_skin(coloured: dict[str, Picture], original: Picture) -> Skin | None:
    """Measure how models colour a face's skin; None where hardly any skin is found.

    For each model: `error`, the mean distance in the ab plane; `chroma` and `hue`, the mean bias
    in CIE units and degrees (above 0: more colourful, yellower).
    """
    mask = skin_mask(original)
    if mask.sum() < FEWEST_PIXELS * mask.size / 4:
        return None
    truth = original.lab[mask][:, 1:]
    found = Skin(tone_of(original, mask))
    for name, picture in coloured.items():
        ab = picture.lab[mask][:, 1:]
        chroma, true_chroma = (np.hypot(*x.T) for x in (ab, truth))
        (a, b), (true_a, true_b) = ab.mean(0), truth.mean(0)
        turn = np.degrees(np.arctan2(b, a) - np.arctan2(true_b, true_a))
        found.values[name] = {
            "error": float(np.hypot(*(ab - truth).T).mean()),
            "chroma": float((chroma - true_chroma).mean()),
            "hue": float((turn + 180) % 360 - 180),
        }
    return found


def by_tone(skins: list[Skin]) -> dict[str, dict[str, dict[str, Estimate]]]:
    """Return for each tone and model the mean of each measure, with its interval.

    Tones with fewer than 5 photos have no figures, only their reason.
    """
    table: dict[str, dict[str, dict[str, Estimate]]] = {}
    for _, tone in TONES:
        own = [skin for skin in skins if skin.tone == tone]
        if not own:
            continue
        table[tone] = {}
        for model, measures in own[0].values.items():
            table[tone][model] = {
                measure: estimate([skin.values[model][measure] for skin in own])
                if len(own) >= FEWEST_PHOTOS
                else too_few(FEWEST_PHOTOS, len(own))
                for measure in measures
            }
    return table
