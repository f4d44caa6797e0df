"""Compare models on old film and on clean photos: python benchmarks/old_film.py MODEL MODEL ...

Every photo is seen three times: as the judge sees it, as a new print on old film, and as a print
that has aged, by the simulator with seeds that no training uses. Printed are each model's CIEDE2000
to the photo's own colours and its colourfulness, and by how much it differs from the first model,
photo by photo, with intervals of 95 %.
"""

from __future__ import annotations

import argparse

import numpy as np
from restore import PRINTED, coloured, damaged_pair, squares
from tqdm import tqdm

from colorgan import Colorizer
from colorgan.evaluation.metrics import Picture, ciede2000, colourfulness
from colorgan.evaluation.statistics import difference, estimate

MEASURES = ("ciede2000", "colourfulness")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="runs or model folders; the first is compared to")
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--size", type=int, default=256)
    options = parser.parse_args()
    models = {name: Colorizer.from_pretrained(name) for name in options.models}
    found: dict[tuple[str, str, str], list[float]] = {}
    for place, square in enumerate(tqdm(squares(options.data, options.photos, options.size))):
        now, new = damaged_pair(square, PRINTED, place)
        original = Picture(square)
        clean = np.asarray(original.lab[..., 0], np.float32)
        for name, model in models.items():
            for look, seen in {"clean": clean, "new print": new, "aged print": now}.items():
                picture = Picture(coloured(model, seen))
                figures = (ciede2000(picture, original), colourfulness(picture))
                for measure, figure in zip(MEASURES, figures, strict=True):
                    found.setdefault((look, measure, name), []).append(figure)
    for (look, measure, name), values in sorted(found.items()):
        line = f"{look:12}{measure:15}{name:40}{estimate(values).mean:8.2f}"
        if name != options.models[0]:
            gain = difference(values, found[look, measure, options.models[0]])
            low, high = gain.interval or (float("nan"),) * 2
            line += f"{gain.mean:+8.2f} ({low:+.2f} to {high:+.2f})"
        print(line)


if __name__ == "__main__":
    main()
