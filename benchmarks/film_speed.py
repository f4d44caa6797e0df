"""How fast and light films are: python benchmarks/film_speed.py [--frames N].

Makes a clip of 1280 x 720 in H.264 (a moving picture with grain), runs the command on all of it and
on its first quarter, and takes the difference, so that start-up does not count. Printed for the
network on every frame and on every fourth: frames a second as they came, and as two cores that do
nothing else give them, by the CPU time that a frame took; that time as a ratio to a pass of
the plain reference of benchmarks/speed.py at 512, timed in between on one core; and the peak of
memory, of the whole process, for the quarter and for all.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from speed import noise_photo, reference_work

SIZE, RATE = (1280, 720), 25


@dataclass(frozen=True)
class Run:
    """What a command took.

    Attributes:
        seconds: by the clock.
        work: seconds of CPU time.
        peak: of memory, in MiB.
    """

    seconds: float
    work: float
    peak: float


def write_clip(path: Path, frames: int) -> None:
    """Write a film that moves slowly over a picture, with grain."""
    width, height = SIZE
    still = np.asarray(noise_photo((width + 320, height + 180)), np.float32) * 0.86 + 16
    grain = np.random.default_rng(0).normal(0, 4, (8, height, width)).astype(np.float32)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            x, y = (int(160 * (1 - np.cos(number / 90))), int(90 * (1 - np.cos(number / 130))))
            luma = still[y : y + height, x : x + width] + grain[number % len(grain)]
            planes = np.full((height * 3 // 2, width), 128, np.uint8)
            planes[:height] = luma.clip(16, 235)
            frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def run(*arguments: object) -> Run:
    """Run the command to its end."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "colorgan", *map(str, arguments)])
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("The command failed.")
    work = used.ru_utime + used.ru_stime
    return Run(time.perf_counter() - start, work, used.ru_maxrss / 1024)


def reference_seconds(turns: int = 3) -> float:
    """Return the CPU time of a pass of the plain reference on one core."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    work, found = reference_work(), []
    for _ in range(turns):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    torch.set_num_threads(threads)
    return min(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=400, metavar="N", help="of the clip")
    parser.add_argument("--every", type=int, nargs="+", default=[1, 4], metavar="K")
    parser.add_argument("--model", default="pretrained")
    options = parser.parse_args()
    few = options.frames // 4
    with tempfile.TemporaryDirectory() as folder:
        clip, target = Path(folder) / "clip.mkv", Path(folder) / "colour.mp4"
        write_clip(clip, options.frames)
        for every in options.every:
            words: tuple[object, ...] = ("video", clip, "-o", target, "--overwrite")
            words += ("--every", str(every), "--model", options.model)
            short = run(*words, "--to", few / RATE)
            whole = run(*words)
            plain = reference_seconds()
            count = options.frames - few
            work = (whole.work - short.work) / count
            print(
                f"every {every}: {count / (whole.seconds - short.seconds):.1f} frames a second, "
                f"{2 / work:.1f} on two cores alone; {1000 * work:.0f} ms of a core a frame, "
                f"{work / plain:.2f} of the reference's pass ({1000 * plain:.0f} ms); peak "
                f"{short.peak:.0f} MiB for {few} frames, {whole.peak:.0f} for {options.frames}",
                flush=True,
            )


if __name__ == "__main__":
    main()
