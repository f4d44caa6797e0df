"""How fast and light colouring and restoring are: python benchmarks/speed.py [--keep].

All is counted in passes of a plain reference, the eager float32 ResNet34 U-Net that DeOldify and
DDColor were compared with (see README): trunk, five steps up with two convolutions each, 24.5 M
parameters, 10.3 GMAC at 256. All that is timed takes turns with it in one run, so that what else
the machine does falls on all; what counts is the median of the ratios. Memory and start-up are
those of fresh processes. --keep adds a line to benchmarks/speed.jsonl, so that one sees when
something became slower; --kept measures nothing: it prints README's table from the last line.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from colorgan import Colorizer, Restorer, __version__, photo
from colorgan.color import upsampling
from colorgan.color.pixels import full_lightness, strips, to_pixels
from colorgan.device import has_fast_bfloat16
from colorgan.networks.trunk import build_trunk
from colorgan.photo import Photo

HISTORY = Path(__file__).parent / "speed.jsonl"
MODELS = ("pretrained", "custom")
SIDES = {1: (1152, 864), 12: (4000, 3000), 48: (8000, 6000)}  # megapixels: width, height
Work = Callable[[], object]


class Reference(nn.Module):
    """The plain U-Net that speed is counted in."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = build_trunk("resnet34", channels=3)
        steps, channels = [], 512
        for skip, width in zip((256, 128, 64, 64, 0), (256, 128, 64, 64, 32), strict=True):
            layers: list[nn.Module] = []
            for inputs in (channels + skip, width):
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            steps.append(nn.Sequential(*layers))
            channels = width
        self.steps = nn.ModuleList(steps)
        self.head = nn.Conv2d(channels, 2, 3, padding=1)

    def forward(self, rgb: Tensor) -> Tensor:
        """Return ab (N, 2, H, W) of a picture (N, 3, H, W) whose sides are multiples of 32."""
        maps: list[Tensor] = self.trunk(rgb)
        x = maps[-1]
        for step, skip in zip(self.steps, [*reversed(maps[:-1]), None], strict=True):
            x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = step(x if skip is None else torch.cat((x, skip), 1))
        return self.head(x)  # type: ignore[no-any-return]


def compare(works: Mapping[str, Work], reference: Work, turns: int) -> dict[str, dict[str, float]]:
    """Time works in turns with the reference; return the median ratio and the median seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in ("reference", *works)}
    for turn in range(turns + 1):
        for name, work in {"reference": reference, **works}.items():
            start = time.perf_counter()
            work()
            if turn:  # the first warms up
                seconds[name].append(time.perf_counter() - start)
    return {
        name: {
            "ratio": median(a / b for a, b in zip(own, seconds["reference"], strict=True)),
            "seconds": median(own),
        }
        for name, own in seconds.items()
    }


def networks(turns: int) -> dict[str, dict[str, float]]:
    """Time the embedded models' networks at 256 and 512."""
    works: dict[str, Work] = {}
    for name in MODELS:
        colorizer = Colorizer.from_pretrained(name)
        for side in (256, 512):
            lightness = torch.rand(1, 1, side, side) * 100
            works[f"network, {name} at {side}"] = lambda c=colorizer, x=lightness: c.see(x)  # type: ignore[misc]
    return compare(works, reference_work(), turns)


def reference_work() -> Work:
    """Return the reference's pass at 512."""
    network = Reference().eval()
    rgb = torch.rand(1, 3, 512, 512)

    def work() -> Tensor:
        with torch.inference_mode():
            return network(rgb)  # type: ignore[no-any-return]

    return work


def noise_photo(size: tuple[int, int]) -> Image.Image:
    """Make a grey photo with edges and grain, of a size in pixels, the same every time."""
    rng = np.random.default_rng(0)
    small = rng.integers(40, 215, (size[1] // 60, size[0] // 60), dtype=np.uint8)
    grain = rng.integers(-12, 12, (size[1], size[0]), dtype=np.int16)
    large = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    return Image.fromarray((np.asarray(large) + grain).clip(0, 255).astype(np.uint8))


def grey_photos(size: tuple[int, int]) -> dict[str, Photo]:
    """Make an ordinary photo, and those whose colours may all lie outside sRGB."""
    shape = size[::-1]
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    tones = {
        "ordinary": np.asarray(noise_photo(size)),
        "noise": noise,
        "one grey": np.full(shape, 128, np.uint8),
        "white": np.full(shape, 255, np.uint8),
    }
    return {
        name: Photo(np.repeat(tone[..., None], 3, axis=2), None, "PNG")
        for name, tone in tones.items()
    }


def worst_cases(turns: int) -> dict[str, float]:
    """Time photos outside sRGB in turns with an ordinary one; return the ratios to it."""
    colorizer = Colorizer.from_pretrained("pretrained")
    works: dict[str, Work] = {
        name: lambda p=source: colorizer.colorize(p, size=512)  # type: ignore[misc]
        for name, source in grey_photos(SIDES[12]).items()
    }
    found = compare(works, works.pop("ordinary"), turns)
    return {name: found[name]["ratio"] for name in works}


def photo_path(megapixels: int, turns: int) -> dict[str, dict[str, float]]:
    """Time a whole photo, in memory and by its parts."""
    colorizer = Colorizer.from_pretrained("pretrained")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        noise_photo(SIDES[megapixels]).save(path, quality=90)
        source = photo.read(path)
        coloured = colorizer.colorize(source)
        lightness = full_lightness(source.pixels)
        lines = colorizer.look(source, size=512).lines()
        pieces = list(strips(source.height, source.width))

        def up() -> list[Tensor]:
            return [
                upsampling.apply_lines(lines, lightness[:, :, a:b], a, source.height)
                for a, b in pieces
            ]

        chroma = up()

        def pixels() -> None:
            for (a, b), piece in zip(pieces, chroma, strict=True):
                to_pixels(lightness[:, :, a:b], piece, np.dtype(np.uint8))

        works: dict[str, Work] = {
            "whole, in memory": lambda: colorizer.colorize(source, size=512),
            "decode": lambda: photo.read(path),
            "lightness": lambda: full_lightness(source.pixels),
            "look: reduce, network": lambda: colorizer._look(lightness, 512),
            "chroma up": up,
            "gamut, to pixels": pixels,
            "encode": lambda: photo.encode(coloured, colorizer.note),
        }
        found = compare(works, reference_work(), turns)
    return {f"{name}, {megapixels} MP": value for name, value in found.items()}


def restoring(turns: int) -> dict[str, dict[str, float]]:
    """Time the restorer on a photo of 12 megapixels."""
    restorer, source = Restorer.from_pretrained(), grey_photos(SIDES[12])["ordinary"]
    works: dict[str, Work] = {"restoring, 12 MP": lambda: restorer.restore(source)}
    return compare(works, reference_work(), turns)


_PEAK_OF = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from speed import SIDES, grey_photos
from colorgan import Colorizer, Restorer
photo = grey_photos(SIDES[12])[sys.argv[2]]
if sys.argv[3] == "restore":
    Restorer.from_pretrained().restore(photo)
else:
    Colorizer.from_pretrained("pretrained").colorize(photo, size=512)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(int(peak[1]) / 1024)
"""


def peak_of(photo_name: str, work: str = "colorize") -> float:
    """Return the peak MiB of a new process that colours or restores one of `grey_photos`."""
    command = [sys.executable, "-c", _PEAK_OF, str(Path(__file__).parent), photo_name, work]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


_PEAK = """
import re, sys, time
from pathlib import Path
start = time.perf_counter()
from colorgan import Colorizer
colorizer = Colorizer.from_pretrained("pretrained")
loaded = time.perf_counter() - start
start = time.perf_counter()
colorizer.colorize_file(sys.argv[1], sys.argv[2], max_pixels=10**9, size=512)
first = time.perf_counter() - start
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())  # since its start
print(loaded, first, int(peak[1]) / 1024)
"""


def fresh_process(size: tuple[int, int]) -> tuple[float, float, float]:
    """Colour a photo in a new process; return seconds to load, seconds for it, and peak MiB."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "photo.jpg", Path(folder) / "out.jpg"
        noise_photo(size).save(path, quality=90)
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, path, out], capture_output=True, text=True, check=True
        )
    loaded, first, peak = map(float, done.stdout.split())
    return loaded, first, peak


def startup(command: list[str]) -> float:
    """Return the least seconds of five starts."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def kept() -> dict[str, float]:
    """Return the figures that were kept last."""
    last: dict[str, dict[str, float]] = json.loads(HISTORY.read_text().splitlines()[-1])
    return last["figures"]


def table(figures: Mapping[str, float]) -> list[str]:
    """Return the lines of README's table."""
    passes = {
        "network at 256 pixels, the default: `pretrained`, `custom`": _of_both(figures, 256),
        "network at 512 pixels: `pretrained`, `custom`": _of_both(figures, 512),
        "a photo of 12 megapixels at 512, in memory, by `pretrained`": (
            f"{figures['whole, in memory, 12 MP']:.2f}"
        ),
        "its decoding and encoding as JPEG": (
            f"{figures['decode, 12 MP'] + figures['encode, 12 MP']:.2f}"
        ),
        "restoring a photo of 12 megapixels": f"{figures['restoring, 12 MP']:.2f}",
    }
    rows = [f"| {what} | {found} |" for what, found in passes.items()]
    return ["| | passes |", "| --- | ---: |", *rows]


def _of_both(figures: Mapping[str, float], side: int) -> str:
    return ", ".join(f"{figures[f'network, {name} at {side}']:.2f}" for name in MODELS)


def main() -> None:
    """Measure, print, and keep if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--megapixels", type=int, nargs="+", default=[1, 12, 48], choices=SIDES)
    parser.add_argument("--keep", action="store_true", help="add the figures to speed.jsonl")
    parser.add_argument("--kept", action="store_true", help="print README's table instead")
    options = parser.parse_args()
    if options.kept:
        print(*table(kept()), sep="\n")
        return
    figures: dict[str, float] = {}

    def show(found: dict[str, dict[str, float]]) -> None:
        for name, value in found.items():
            print(f"{name:34} {value['ratio']:6.2f}   {value['seconds']:7.3f} s", flush=True)
            figures[name] = round(value["ratio"], 3)

    print(f"{'':34} ratio to the reference at 512, median seconds")
    show(networks(options.turns))
    for megapixels in options.megapixels:
        show(photo_path(megapixels, max(options.turns // (1 if megapixels < 12 else 2), 3)))
        loaded, first, peak = fresh_process(SIDES[megapixels])
        print(f"fresh process, {megapixels} MP: loads {loaded:.1f} s, first photo {first:.1f} s, "
              f"peak {peak:.0f} MiB")  # fmt: skip
        figures[f"peak MiB, {megapixels} MP"] = round(peak)
    show(restoring(max(options.turns // 2, 3)))
    figures["peak MiB, restoring, 12 MP"] = round(peak_of("ordinary", "restore"))
    print(f"restoring, 12 MP: peak {figures['peak MiB, restoring, 12 MP']} MiB")
    ordinary = peak_of("ordinary")
    for name, ratio in worst_cases(max(options.turns // 2, 3)).items():
        peak = peak_of(name) / ordinary
        print(f"{name}, 12 MP: {ratio:.2f} of the time and {peak:.2f} of the memory of an ordinary "
              "photo")  # fmt: skip
        figures |= {f"{name}, to ordinary": round(ratio, 2), f"{name}, peak": round(peak, 2)}
    for name, command in {
        "import colorgan": ["-c", "import colorgan"],
        "colorgan --help": ["-m", "colorgan", "--help"],
    }.items():
        figures[name] = round(startup(command), 3)
        print(f"{name}: {figures[name]:.2f} s")
    fast = "bfloat16" if has_fast_bfloat16("cpu") else "float32"
    machine = f"{torch.get_num_threads()} threads, torch {torch.__version__}, {fast}, "
    machine += platform.machine()
    print(machine)
    if options.keep:
        with HISTORY.open("a") as file:
            line = {"version": __version__, "machine": machine, "figures": figures}
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
