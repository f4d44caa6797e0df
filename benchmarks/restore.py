"""Measure a restorer: `python benchmarks/restore.py MODEL --data PHOTOS [--embed] [--sheet FILE]`.

Photos go through the old-film simulator with seeds that no training uses: each kind of damage
alone, then whole prints. Printed are PSNR and SSIM of lightness before and after restoring, beside
the best of scikit-image's filters for each kind, the change of undamaged photos, and how well
whole prints are coloured with and without restoring first. With --embed MODEL, a run, becomes
weights/restore with these figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from embed import DATA, LICENCE
from numpy.typing import NDArray
from skimage.exposure import rescale_intensity
from skimage.filters import median
from skimage.restoration import denoise_nl_means, estimate_sigma
from tqdm import tqdm

from colorgan import Colorizer, Restorer, film, hub
from colorgan.damage.drawing import Lightness
from colorgan.evaluation import protocol
from colorgan.evaluation.metrics import Picture, ciede2000, colourfulness
from colorgan.evaluation.protocol import to_pixels
from colorgan.evaluation.restoration import SEEDS, change, psnr, ssim, to_grey
from colorgan.evaluation.sheet import sheet
from colorgan.evaluation.statistics import difference, estimate
from colorgan.hub import cards
from colorgan.photoset.sources import evenly, pick

ROOT = Path(__file__).parent.parent
PRINTED, UNDAMAGED, MISTY = "printed", "undamaged", "misty"
KINDS = (*film.DAMAGES, PRINTED, UNDAMAGED, MISTY)
WHOLE = (UNDAMAGED, MISTY)
"""Nothing befell these, and nothing is to become of them."""
STRENGTHS = (0.2, 1.0)
SAID = {
    "blur": "a Gaussian of 0.5 to 2.2 px",
    "exposure": "corners up to 0.72 darker, a side up to 0.3",
    "grain": "2.6 to 9 L* in the middle tones, in clumps of up to 1.1 px",
    "fading": "blacks up to L* 40, whites down to 70",
    "uneven_fading": "as fading, from the edges or in patches",
    "silver_mirroring": "blacks at the edges up to 44 L* paler",
    "stains": "patches 4 to 28 L* darker or paler, rims up to 20 darker",
    "halftone": "dots 2.9 to 5.5 px apart, 0.16 to 0.75 of full contrast",
    "tape": "a strip 0.1 to 0.24 of the short side wide, 2 to 18 L* darker or paler",
    "pen_marks": "1 to some 8 strokes of 0.8 to 2.6 px",
    "dust": "6 to 24 specks of about 2 px on 128 x 128 px, hairs of 8 to 40 px",
    "scratches": "2 to some 12 lines of about 1 px",
    "folds": "one or two cracks of 0.9 to 4.2 px across",
    "moire": "waves of 1.4 to 8 L* and 5 to 30 px",
    "low_resolution": "made 1.5 to 4 times smaller and enlarged",
    "jpeg": "twice, at quality 55 to 20, with the grid of blocks shifted",
    PRINTED: "whole prints as training has them",
    UNDAMAGED: "nothing",
    MISTY: "nothing; mist lies over the picture itself",
}
"""What the strengths of each test set come to."""
ABOUT = (
    "Mends folds, halftone dots, silver mirroring, scratches, grain, dust, faded tones, blur and "
    "stains of old black-and-white photos before they are coloured; uneven light, tape and moire "
    "where it is sure of them; pen marks, uneven fading, JPEG blocks and low resolution a little. "
    "Tells what it found."
)
OLDER, CHANGE = "older", "change of L*"
Pixels = NDArray[np.uint8]
Ways = dict[str, Callable[[Lightness], Lightness]]
Rows = dict[str, dict[str, list[float]]]
"""For each way of restoring and each `psnr[kind]` or `ssim[kind]` a value a photo."""


def non_local_means(damaged: Lightness) -> Lightness:
    """Denoise by scikit-image's non-local means, at the strength that its own estimate asks for."""
    sigma = float(estimate_sigma(damaged))
    found = denoise_nl_means(
        damaged, patch_size=5, patch_distance=6, h=0.8 * sigma, sigma=sigma, fast_mode=True
    )
    return np.asarray(found, np.float32)


def stretched(damaged: Lightness) -> Lightness:
    """Stretch the tones to 0..100, but for a hundredth at each end."""
    low, high = np.quantile(damaged, (0.01, 0.99))
    found = rescale_intensity(damaged, (float(low), float(high)), (0.0, 100.0))
    return np.asarray(found, np.float32)


CLASSICAL: Ways = {
    "non-local means": non_local_means,
    "median": lambda damaged: np.asarray(median(damaged, np.ones((3, 3))), np.float32),
    "stretched": stretched,
}


def squares(sources: list[str], count: int, size: int) -> list[Pixels]:
    """Return evenly picked photos as centre squares."""
    left_out: dict[str, str] = {}
    found = [square for _, square in protocol.squares(pick(sources, count), size, left_out)]
    for name, reason in left_out.items():
        print(f"left out: {name}: {reason}")
    return found


def damaged_pair(square: Pixels, kind: str, place: int) -> tuple[Lightness, Lightness]:
    """Return a photo's lightness with damage of a kind, and without it."""
    rng = np.random.default_rng((SEEDS, KINDS.index(kind), place))
    if kind == PRINTED:
        old = film.old_print(square, rng)
        return old.now, old.new
    new = film.emulsion(square, rng)
    if kind == MISTY:
        new = film.mist(new, rng)
    if kind in WHOLE:
        return new, new
    return film.DAMAGES[kind](new, float(rng.uniform(*STRENGTHS)), rng), new


def mended(restorer: Restorer, damaged: Lightness) -> Lightness:
    """Restore a lightness (H, W)."""
    return restorer.mend(torch.from_numpy(np.array(damaged))[None, None])[0, 0].numpy()


def measure(
    restorer: Restorer,
    photos: list[Pixels],
    older: Restorer | None = None,
    filters: Ways | None = None,
    kinds: Sequence[str] = KINDS,
) -> Rows:
    """Measure every way of restoring on every kind of damage."""
    ways: Ways = {"restore": lambda x: mended(restorer, x), "damaged": lambda x: x}
    ways |= filters or {}
    if older is not None:
        ways[OLDER] = lambda x: mended(older, x)
    rows: Rows = {way: {} for way in ways}
    for kind in tqdm(kinds, desc="kinds of damage"):
        for index, square in enumerate(tqdm(photos, desc=kind, leave=False)):
            damaged, new = damaged_pair(square, kind, index)
            for way, work in ways.items():
                found = work(damaged)
                rows[way].setdefault(f"psnr[{kind}]", []).append(psnr(found, new))
                rows[way].setdefault(f"ssim[{kind}]", []).append(ssim(found, new))
                if kind in WHOLE:
                    key = CHANGE if kind == UNDAMAGED else f"{CHANGE}, {kind}"
                    rows[way].setdefault(key, []).append(change(found, new))
    return rows


def summary_of(rows: Rows, photos: int, size: int) -> dict[str, Any]:
    """Return means with intervals, in the form of `colorgan evaluate --json`."""
    measured = {
        "photos": photos,
        "size": size,
        "crop": "centre square",
        "strengths": f"{STRENGTHS[0]} to {STRENGTHS[1]}",
    }
    models = {
        way: {name: _figure(estimate(values)) for name, values in row.items()}
        for way, row in rows.items()
        if way != OLDER
    }
    return {"protocol": measured, "models": models}


def _figure(found: Any) -> dict[str, Any]:
    return {key: value for key, value in asdict(found).items() if value != ""}


def table(rows: Rows) -> Iterator[str]:
    """Yield the lines of the table: each kind before, after, by the best classical filter."""
    filters = [way for way in CLASSICAL if way in rows]
    yield "| kind | | damaged | restored | restored - damaged | best filter | restored - filter |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for kind in _kinds(rows):
        for name, digits in (("psnr", 2), ("ssim", 3)):
            key = f"{name}[{kind}]"
            own, before = rows["restore"][key], rows["damaged"][key]
            cells = [f"{np.mean(before):.{digits}f}", f"{np.mean(own):.{digits}f}"]
            cells.append(_gain(own, before, digits))
            if filters:
                best = max(filters, key=lambda way: float(np.mean(rows[way][key])))
                cells.append(f"{np.mean(rows[best][key]):.{digits}f} {best}")
                cells.append(_gain(own, rows[best][key], digits))
            else:
                cells += ["", ""]
            yield f"| {kind} | {name} | {' | '.join(cells)} |"


def _kinds(rows: Rows) -> list[str]:
    return [kind for kind in KINDS if f"psnr[{kind}]" in rows["damaged"]]


def _gain(own: list[float], other: list[float], digits: int) -> str:
    """Return the mean difference with its interval, as text."""
    gain = difference(own, other)
    ends = "..".join(f"{end:+.{digits}f}" for end in gain.interval or ())
    return f"{gain.mean:+.{digits}f} ({ends})"


def beside(rows: Rows) -> Iterator[str]:
    """Yield the lines of the table that holds the gain of another restorer beside this one's."""
    yield "| kind | | gain of the other | gain | difference |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for kind in _kinds(rows):
        for name, digits in (("psnr", 2), ("ssim", 3)):
            key = f"{name}[{kind}]"
            own, before, older = (rows[way][key] for way in ("restore", "damaged", OLDER))
            gains = (_gain(older, before, digits), _gain(own, before, digits))
            yield f"| {kind} | {name} | {' | '.join(gains)} | {_gain(own, older, digits)} |"


def coloured(colorizer: Colorizer, lightness: Lightness) -> Pixels:
    """Colour a lightness (H, W); return sRGB (H, W, 3)."""
    seen = torch.from_numpy(np.array(lightness))[None, None]
    return np.asarray(to_pixels(seen, colorizer.see(seen).ab)[0])


def colouring(restorer: Restorer, photos: list[Pixels], model: str) -> Iterator[str]:
    """Yield the lines that say how whole prints are coloured, as they are and restored first."""
    colorizer = Colorizer.from_pretrained(model)
    figures: dict[str, dict[str, list[float]]] = {}
    for index, square in enumerate(tqdm(photos, desc="colouring", leave=False)):
        damaged, new = damaged_pair(square, PRINTED, index)
        seen = {"as it is": damaged, "restored first": mended(restorer, damaged), "new": new}
        for name, lightness in seen.items():
            picture = Picture(coloured(colorizer, lightness))
            row = figures.setdefault(name, {"ciede2000": [], "colourfulness": []})
            row["ciede2000"].append(ciede2000(picture, Picture(square)))
            row["colourfulness"].append(colourfulness(picture))
    for name, row in figures.items():
        for measure_name, values in row.items():
            found = estimate(values)
            yield f"{name:15} {measure_name:14} {found.mean:.2f} {found.interval}"
    for measure_name in ("ciede2000", "colourfulness"):
        gain = difference(
            figures["restored first"][measure_name], figures["as it is"][measure_name]
        )
        yield f"restored first - as it is: {measure_name} {gain.mean:+.2f} {gain.interval}"


def draw(restorer: Restorer, photos: list[Pixels], model: str, path: Path) -> None:
    """Draw whole prints: damaged, restored, both coloured, new."""
    colorizer = Colorizer.from_pretrained(model)
    columns: dict[str, list[Pixels]] = {}
    for index, square in enumerate(photos):
        damaged, new = damaged_pair(square, PRINTED, index)
        restored = mended(restorer, damaged)
        for name, picture in {
            "damaged": to_grey(damaged),
            "restored": to_grey(restored),
            "damaged, coloured": coloured(colorizer, damaged),
            "restored, coloured": coloured(colorizer, restored),
            "new": to_grey(new),
        }.items():
            columns.setdefault(name, []).append(picture)
    sheet(columns).save(path)


def embed(run: Path, summary: dict[str, Any]) -> None:
    """Write weights/restore from a run and its figures."""
    folder = ROOT / "weights" / "restore"
    network = hub.load_restorer(run)
    hub.save(network, folder, card="", provenance={"history": hub.history(run)})
    (folder / hub.EVALUATION).write_text(json.dumps(summary, indent=2) + "\n")
    (folder / hub.CARD).write_text(
        cards.render(folder, "restore", about=ABOUT, data=DATA, licence=LICENCE)
    )


def main() -> None:
    """Measure, print, and do what else was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="restore, a run, a model folder, org/name")
    parser.add_argument("--data", nargs="+", required=True, help="photos to measure on")
    parser.add_argument("--against", metavar="MODEL", help="another restorer, to compare with")
    parser.add_argument(
        "--no-filters", action="store_true", help="leave out scikit-image's filters: far quicker"
    )
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND")
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--colorizer", default="pretrained")
    parser.add_argument("--sheet", type=Path, help="draw 12 prints here")
    parser.add_argument("--embed", action="store_true", help="make the run weights/restore")
    options = parser.parse_args()
    photos = squares(options.data, options.photos, options.size)
    restorer = Restorer.from_pretrained(options.model)
    if options.sheet:
        draw(restorer, evenly(photos, 12), options.colorizer, options.sheet)
    older = Restorer.from_pretrained(options.against) if options.against else None
    rows = measure(
        restorer, photos, older, None if options.no_filters else CLASSICAL, options.kinds
    )
    print(f"What strengths {STRENGTHS[0]} to {STRENGTHS[1]} are:")
    print(*(f"  {kind}: {words}" for kind, words in SAID.items()), sep="\n")
    print(*table(rows), sep="\n")
    if older is not None:
        print(*beside(rows), sep="\n")
    for way in ("restore", OLDER) if older is not None else ("restore",):
        for kind, key in ((UNDAMAGED, CHANGE), (MISTY, f"{CHANGE}, {MISTY}")):
            if kind not in options.kinds:
                continue
            found = estimate(rows[way][key])
            print(f"{way}: {kind} photos change by {found.mean:.2f} L* {found.interval}")
    if PRINTED in options.kinds:
        print(*colouring(restorer, photos, options.colorizer), sep="\n")
    if options.embed:
        embed(Path(options.model), summary_of(rows, len(photos), options.size))


if __name__ == "__main__":
    main()
