"""Ten thousand small photos by one command, killed in the middle: python benchmarks/album.py.

Draws the photos, colours them by `colorgan colorize --resume`, stops it hard halfway (SIGKILL), and
starts it again. Prints the memory of the command every so many photos, photos a second, and whether
at the end every photo has one result, and those from before the kill are as they were.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from serving import memory


def draw(folder: Path, count: int, side: int) -> None:
    """Write grey photos with soft shapes and grain, a hundred to a folder."""
    rng = np.random.default_rng(0)
    for number in range(count):
        small = Image.fromarray(rng.integers(30, 225, (6, 8), dtype=np.uint8))
        soft = np.asarray(small.resize((side, side * 3 // 4), Image.Resampling.BICUBIC), np.int16)
        pixels = (soft + rng.integers(-8, 8, soft.shape)).clip(0, 255).astype(np.uint8)
        path = folder / f"box {number // 100:03}" / f"{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, quality=88)


def results(folder: Path) -> dict[str, int]:
    """Give when each result was written, by its name."""
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*.jpg")}


def work(command: list[str], out: Path, until: int, every: int) -> None:
    """Run the command until so many results are there, or its end; print its memory."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    begun, before = time.perf_counter(), len(results(out))
    seen = before
    while process.poll() is None:
        time.sleep(1)
        done = len(results(out))
        if done // every > seen // every:
            pace = (done - before) / (time.perf_counter() - begun)
            print(f"{done:6} photos, {memory(process.pid):.0f} MB, {pace:.1f} a second", flush=True)
        seen = done
        if done >= until:
            process.kill()
    process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--model", default="custom")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        attic, out = Path(folder) / "attic", Path(folder) / "in colour"
        draw(attic, options.photos, options.side)
        command = [sys.executable, "-m", "colorgan", "colorize", str(attic), "-o", str(out)]
        command += ["--model", options.model, "--resume"]
        every = max(options.photos // 10, 1)
        work(command, out, options.photos // 2, every)
        killed = results(out)
        print(f"killed after {len(killed)}")
        work(command, out, options.photos + 1, every)
        finished = results(out)
    whole = set(finished) == {f"box {n // 100:03}/{n:05}.jpg" for n in range(options.photos)}
    again = sum(finished.get(name) != when for name, when in killed.items())
    print(f"all there: {whole}, done twice: {again}; {torch.get_num_threads()} threads")
    if not whole or again:
        sys.exit("Photos were lost or done twice.")


if __name__ == "__main__":
    main()
