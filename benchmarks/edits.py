"""How quick corrections are, and what is held for them: python benchmarks/edits.py.

An edit is what the page does when a colour is chosen: a picture of 1152 x 768 pixels made from a
held look with 64 hints, as JPEG. It takes turns with the plain reference of `speed`. A photo of 12
megapixels with 20 hints takes turns with the same without. Printed too: the bytes of a held look,
and how much memory those of 20 visitors take.
"""

from __future__ import annotations

import argparse

import numpy as np
from speed import SIDES, compare, noise_photo, reference_work

from colorgan import Colorizer, Hint, Hints, photo
from colorgan.colorizer import NO_HINTS, SIZES
from colorgan.ui.corrections import jpeg
from colorgan.ui.looks import Held, edit_lightness

PREVIEW = (1152, 768)
MEBI = 1 << 20


def hints(count: int) -> Hints:
    """Make hints at places all over a photo, the same every time."""
    rng = np.random.default_rng(0)
    places = rng.random((count, 2))
    wants = ("brick", "sky", "leaves", "none", "#7a4b2c", "same")
    return Hints(
        tuple(Hint(((x, y),), wants[i % len(wants)], 0.6) for i, (x, y) in enumerate(places))
    )


def held(colorizer: Colorizer, size: int) -> Held:
    """Look at a photo as the page does, and give what it holds of it."""
    source = photo.read(noise_photo(PREVIEW))
    look = colorizer.look(source, size=size)
    look.lines(hints(1).hints)  # what is made when a first correction comes is held too
    return Held(look, edit_lightness(source))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9)
    turns = parser.parse_args().turns
    for name in ("custom", "pretrained"):
        colorizer = Colorizer.from_pretrained(name)
        own, many = held(colorizer, 256), hints(64)
        found = compare({"edit": lambda o=own, m=many: jpeg(o, m, 1.0)}, reference_work(), turns)  # type: ignore[misc]
        edit = found["edit"]
        print(f"{name}: an edit with 64 hints: {edit['ratio']:.2f} passes, {edit['seconds']:.3f} s")
        large = photo.read(noise_photo(SIDES[12]))
        few = hints(20)
        works = {"with": lambda c=colorizer, p=large, f=few: c.colorize(p, hints=f)}  # type: ignore[misc]
        ratio = compare(
            works,  # type: ignore[arg-type]
            lambda c=colorizer, p=large: c.colorize(p, hints=NO_HINTS),  # type: ignore[misc]
            max(turns // 2, 3),
        )
        print(f"{name}: 12 MP with 20 hints: {ratio['with']['ratio']:.3f} of the time without")
        for size in (256, 512, SIZES[1]):
            print(f"{name}: a held look at {size}: {held(colorizer, size).nbytes / MEBI:.1f} MiB")
        print(f"{name}: those of 20 visitors: {20 * own.nbytes / MEBI:.0f} MiB")


if __name__ == "__main__":
    main()
