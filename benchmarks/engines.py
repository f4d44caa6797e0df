"""Every switch that makes colouring faster, and what it does to the colours.

    python benchmarks/engines.py [--data PHOTOS] [--photos N] [--sides 256 512] [--turns N]

Each switch takes turns with torch's eager float32 in one run; printed are the median of the ratios
of their times, and beside it CIEDE2000 of the coloured photos against those of float32: the mean
over photos, and that of the worst photo. 8 bits are calibrated on photos of the same source that
are not judged, and left out where there are too few.
"""

from __future__ import annotations

import argparse
import copy
import platform
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from speed import Work, compare
from torch import Tensor, nn

from colorgan import hub
from colorgan.color.pixels import to_pixels
from colorgan.device import has_fast_bfloat16
from colorgan.engines.export import export
from colorgan.engines.onnx_generator import OnnxGenerator
from colorgan.evaluation import protocol
from colorgan.evaluation.metrics import Picture, ciede2000
from colorgan.extras import require
from colorgan.photoset.curate import is_grey
from colorgan.photoset.sources import pick

PHOTOS = Path(__file__).parent.parent / "examples" / "photos"
MODELS = ("pretrained", "custom")
BYTES = np.dtype(np.uint8)
Network = Callable[[Tensor], Tensor]
LEAST_CALIBRATION = 10
QUANTIZED = ("Conv", "Add", "Concat", "Relu", "Clip", "MaxPool")


def squares(sources: list[str], side: int, count: int) -> list[Tensor]:
    """Give L* (1, 1, side, side) of colour photos, spread over the sources."""
    return [
        protocol.to_lightness(square[None].copy())
        for _, square in protocol.squares(pick(sources, count), side)
        if not is_grey(square)
    ]


def switches(name: str, folder: Path, calibration: list[Tensor]) -> dict[str, Network]:
    """Give a model's network under each switch, float32 first."""
    plain = hub.load(hub.resolve(name).path)
    last: nn.Module = copy.deepcopy(plain)
    last.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def autocast(x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return last(x).float()  # type: ignore[no-any-return]

    exact, small = folder / f"{name}.onnx", folder / f"{name}-int8.onnx"
    export(hub.resolve(name), exact)
    found: dict[str, Network] = {"torch float32": plain, "torch channels_last": last}
    found |= {"torch bfloat16 (shipped)": autocast, "onnxruntime float32": OnnxGenerator(exact)}
    if len(calibration) >= LEAST_CALIBRATION:
        quantize(exact, small, calibration)
        found["onnxruntime int8"] = OnnxGenerator(small)
    return found


def quantize(source: Path, target: Path, calibration: Sequence[Tensor]) -> None:
    """Write an ONNX file in 8 bits.

    Args:
        source: the file in float32.
        target: the file to write.
        calibration: lightness (1, 1, H, W) of photos, all of one size.
    """
    tool = require("onnxruntime.quantization", "onnx", "ONNX")
    pieces = require("onnxruntime.quantization.shape_inference", "onnx", "ONNX")
    shown = iter(calibration)

    class Photos(tool.CalibrationDataReader):  # type: ignore[misc,name-defined]
        def get_next(self) -> dict[str, Any] | None:
            lightness = next(shown, None)
            return None if lightness is None else {"lightness": lightness.numpy()}

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        pieces.quant_pre_process(source, prepared, skip_symbolic_shape=True)
        tool.quantize_static(
            prepared,
            target,
            Photos(),
            quant_format=tool.QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTIZED),
            per_channel=True,
            activation_type=tool.QuantType.QUInt8,
            weight_type=tool.QuantType.QInt8,
            # Ranges that photos reach on average: one odd photo must not stretch them for all.
            extra_options={"CalibMovingAverage": True},
        )


def quality(network: Network, plain: Network, photos: list[Tensor]) -> tuple[float, float]:
    """Give mean and worst CIEDE2000 of photos coloured by a network, against another's."""
    apart = [
        ciede2000(*(Picture(protocol.to_pixels(x, answer(x))[0]) for answer in (network, plain)))
        for x in photos
    ]
    return float(np.mean(apart)), float(np.max(apart))


def row(what: str, ratio: float, found: tuple[float, float]) -> None:
    """Print a line of the table."""
    print(f"| {what} | {ratio:.2f} | {found[0]:.3f} | {found[1]:.3f} |", flush=True)


@torch.inference_mode()
def judge_networks(sources: list[str], count: int, sides: list[int], turns: int) -> None:
    """Print what each switch does to the embedded models."""
    calibration = squares(sources, 256, 2 * count)[1::2]
    with tempfile.TemporaryDirectory() as folder:
        for name in MODELS:
            networks = switches(name, Path(folder), calibration)
            plain = networks["torch float32"]
            for side in sides:
                photos = squares(sources, side, 2 * count)[::2]
                works: dict[str, Work] = {
                    what: partial(network, photos[0])
                    for what, network in networks.items()
                    if network is not plain
                }
                times = compare(works, partial(plain, photos[0]), turns)
                for what in works:
                    found = quality(networks[what], plain, photos)
                    row(f"{name} at {side}: {what}", times[what]["ratio"], found)


@torch.inference_mode()
def judge_pixels(sources: list[str], count: int, side: int, turns: int) -> None:
    """Print what the table of 8-bit values does, beside the judge's way, floats throughout."""
    plain = hub.load(hub.resolve("pretrained").path)
    chroma = [(x, plain(x)) for x in squares(sources, side, count)]
    works: dict[str, Work] = {"fast": lambda: [to_pixels(x, ab, BYTES) for x, ab in chroma]}
    times = compare(works, lambda: [protocol.to_pixels(x, ab) for x, ab in chroma], turns)
    apart = [
        ciede2000(
            Picture(np.asarray(to_pixels(x, ab, BYTES))), Picture(protocol.to_pixels(x, ab)[0])
        )
        for x, ab in chroma
    ]
    found = (float(np.mean(apart)), float(np.max(apart)))
    row(f"8-bit pixels by a table, at {side}", times["fast"]["ratio"], found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=[str(PHOTOS)], metavar="PHOTOS")
    parser.add_argument("--photos", type=int, default=40, help="how many judge; default 40")
    parser.add_argument("--sides", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--turns", type=int, default=9)
    options = parser.parse_args()
    runtime = require("onnxruntime", "onnx", "ONNX")
    print(
        f"| switch | time to torch float32 | mean CIEDE2000 | worst |\n{'| --- ' + '| ---: ' * 3}|"
    )
    judge_networks(options.data, options.photos, options.sides, options.turns)
    judge_pixels(options.data, options.photos, max(options.sides), options.turns)
    native = "native" if has_fast_bfloat16("cpu") else "emulated"
    print(f"\n{torch.get_num_threads()} threads, torch {torch.__version__}, onnxruntime "
          f"{runtime.__version__}, bfloat16 {native}, {platform.machine()}")  # fmt: skip


if __name__ == "__main__":
    main()
