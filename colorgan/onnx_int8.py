"""Models in 8 bits: smaller and several times as fast, if their colours stay nearly the same.

Static quantization by onnxruntime: weights for each channel, activations in ranges that real photos
fill. Of the photos every second one fills the ranges and the others judge, so that no photo is
judged that was calibrated with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import hub
from .curate import is_grey
from .engines import OnnxGenerator
from .errors import ModelError, PhotoError
from .evaluation.metrics import Picture, ciede2000
from .evaluation.protocol import centre_square, to_lightness, to_pixels
from .onnx_export import beside, export, facts, require
from .photoset import read_all

ALLOWED = 1.0  # mean CIEDE2000 against float32: just not visible
LEAST_PHOTOS, MOST_PHOTOS = 20, 120
SIZE = 256
QUANTIZED = ("Conv", "Add", "Concat", "Relu", "Clip", "MaxPool")


@dataclass(frozen=True)
class Quality:
    """How far a model in 8 bits is from float32: CIEDE2000 of coloured photos.

    Attributes:
        mean: over the photos that judged.
        worst: of them.
        photos: how many they were.
    """

    mean: float
    worst: float
    photos: int

    @property
    def sentence(self) -> str:
        """The figures in words."""
        return (
            f"CIEDE2000 against float32 {self.mean:.2f} on average, {self.worst:.2f} at worst, "
            f"over {self.photos} photos"
        )


def export_int8(name: str | Path, target: Path, photos: Sequence[str | Path]) -> Quality:
    """Write a model as an ONNX file in 8 bits; give how near its colours are to float32.

    Args:
        name: of the model, as `hub.resolve` takes it.
        target: the file; written beside and renamed.
        photos: sources of colour photos, as `photoset.read_all` takes them; at most
            `MOST_PHOTOS` of them are used.

    Raises:
        ModelError: as `onnx_export.export`; or the mean CIEDE2000 is not under `ALLOWED`.
        PhotoError: a source cannot be read, or holds too few colour photos.
    """
    onnx = require("onnx")
    lightness = _lightness(photos)
    with TemporaryDirectory() as folder, beside(target) as path:
        exact = Path(folder) / "float32.onnx"
        export(name, exact)
        quantize(exact, path, lightness[::2])
        model = onnx.load(path)
        onnx.helper.set_model_props(model, {**facts(hub.resolve(name)), "precision": "int8"})
        onnx.save(model, path)
        return approve(exact, path, lightness[1::2], str(name))


def approve(exact: Path, path: Path, photos: Sequence[Tensor], name: str) -> Quality:
    """Compare a file in 8 bits with that in float32 on photos, lightness (1, 1, H, W).

    Raises:
        ModelError: the mean CIEDE2000 is not under `ALLOWED`.
    """
    quality = compare(OnnxGenerator(exact), OnnxGenerator(path), photos)
    if not quality.mean < ALLOWED:
        raise ModelError(
            f"{name} was not written in 8 bits, since its colours do not stay: "
            f"{quality.sentence}; the mean must be under {ALLOWED:g}."
        )
    return quality


def _lightness(sources: Sequence[str | Path]) -> list[Tensor]:
    """Give L* (1, 1, SIZE, SIZE) of the centre squares of colour photos."""

    def squares() -> Iterator[Tensor]:
        for _, data in read_all(sources):
            try:
                square = centre_square(data, SIZE)
            except PhotoError:
                continue
            if not is_grey(square):
                yield to_lightness(square[None])

    found = list(islice(squares(), MOST_PHOTOS))
    if len(found) < LEAST_PHOTOS:
        raise PhotoError(
            f"8 bits need {LEAST_PHOTOS} colour photos or more to be set and judged by; "
            f"{len(found)} were found."
        )
    return found


def quantize(source: Path, target: Path, calibration: Sequence[Tensor]) -> None:
    """Write an ONNX file in 8 bits.

    Args:
        source: the file in float32.
        target: the file to write.
        calibration: lightness (1, 1, H, W) of photos, all of one size.
    """
    tool = require("onnxruntime.quantization")
    pieces = require("onnxruntime.quantization.shape_inference")
    shown = iter(calibration)

    class Photos(tool.CalibrationDataReader):  # type: ignore[misc,name-defined]
        def get_next(self) -> dict[str, Any] | None:
            lightness = next(shown, None)
            return None if lightness is None else {"lightness": lightness.numpy()}

    with TemporaryDirectory() as folder:
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


@torch.inference_mode()
def compare(exact: torch.nn.Module, other: torch.nn.Module, photos: Sequence[Tensor]) -> Quality:
    """Colour photos, lightness (1, 1, H, W), by two generators; give how far these are apart."""
    found = []
    for lightness in photos:
        pictures = (
            Picture(to_pixels(lightness, generator(lightness).float())[0])
            for generator in (exact, other)
        )
        found.append(ciede2000(*pictures))
    return Quality(float(np.mean(found)), float(np.max(found)), len(found))
