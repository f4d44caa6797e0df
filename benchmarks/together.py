"""What colouring an album together costs beside photo by photo: python benchmarks/together.py DATA

The photos, made grey and large, are coloured both ways by `colorgan colorize` in processes of their
own; what counts is the ratio of CPU time and of the largest memory, start and model left out
by a run over two photos.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from colorgan.photoset.sources import evenly, read_all

BOTH = 2  # photos of the run that shows what starting costs


def album(data: Sequence[str], count: int, width: int, folder: Path) -> None:
    """Write grey photos; where the data has too few, they come again mirrored and turned."""
    photos = evenly(list(read_all(data)), count)
    for number in range(count):
        image = Image.open(BytesIO(photos[number % len(photos)][1])).convert("L")
        for turn in range(number // len(photos)):
            image = image.transpose(Image.Transpose(turn % 2))
        height = max(round(image.height * width / image.width), 1)
        image.resize((width, height)).save(folder / f"{number:04}.jpg", quality=90)


def coloured(folder: Path, output: Path, model: str, *more: str) -> tuple[float, float]:
    """Return the seconds of CPU time and the MB of memory at most that colouring takes."""
    command = [sys.executable, "-m", "colorgan", "colorize", str(folder), "-o", str(output)]
    child = subprocess.Popen(
        [*command, "--model", model, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("The command failed.")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print seconds a photo, memory and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", metavar="DATA", help="photos")
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--model", default="custom")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = {}
        for count in (BOTH, options.photos):
            photos = Path(name) / f"{count}"
            photos.mkdir()
            album(options.data, count, options.width, photos)
            for way in ((), ("--together",)):
                out = Path(name) / f"{count} {way or 'alone'}"
                found[count, way] = coloured(photos, out, options.model, *way)
        more = options.photos - BOTH
        each = {
            way: (found[options.photos, way][0] - found[BOTH, way][0]) / more
            for way in ((), ("--together",))
        }
        for way, seconds in each.items():
            memory = [found[count, way][1] for count in (BOTH, options.photos)]
            print(
                f"{''.join(way) or 'alone':12} {seconds:.3f} s a photo, "
                f"{memory[0]:.0f} MB for {BOTH}, {memory[1]:.0f} MB for {options.photos}"
            )
        print(f"together / alone: {each['--together',] / each[()]:.2f}")


if __name__ == "__main__":
    main()
