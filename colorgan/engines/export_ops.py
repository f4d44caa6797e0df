"""What torch's exporter does not say in ONNX by itself, or says only after a very long time.

This file alone needs onnxscript while it is imported; `export` does so when it exports.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from onnxscript import FLOAT, INT64
from onnxscript import opset20 as op
from torch import Tensor, nn

from ..networks.trunk import import_timm

OPSET = 20
_INT64 = 7  # ONNX's number of the type


def _round(x: FLOAT, digits: Any = None) -> INT64:
    """Say Python's `round` of a size: to the nearest, halves to even, as ONNX's Round does."""
    return op.Cast(op.Round(x), to=_INT64)


TRANSLATIONS: dict[Callable[..., Any], Callable[..., Any]] = {round: _round}
"""For `torch.onnx.export`."""


@contextmanager
def exportable(network: nn.Module) -> Iterator[None]:
    """Let some layers of a network answer as operators of ONNX in this context.

    TensorFlow's padding ("same") depends on the size, and torch's symbolic sizes cannot follow it
    through a whole network; ONNX's convolution knows it by name. Bounds on values are only put
    short, as torch's own way takes most of the time of an export.
    """
    import_timm()
    same = importlib.import_module("timm.layers").Conv2dSame
    changed = []
    for module in network.modules():
        if isinstance(module, same):
            module.forward = partial(_same_convolution, module)  # type: ignore[method-assign]
        elif isinstance(module, nn.Hardtanh):  # ReLU6 is one
            module.forward = partial(_clip, module)  # type: ignore[method-assign]
        else:
            continue
        changed.append(module)
    try:
        yield
    finally:
        for module in changed:
            del module.forward


def _same_convolution(layer: nn.Conv2d, x: Tensor) -> Tensor:
    count, _, height, width = x.shape
    sides = [
        (side - 1) // step + 1 for side, step in zip((height, width), layer.stride, strict=True)
    ]
    inputs = (x, layer.weight) if layer.bias is None else (x, layer.weight, layer.bias)
    return torch.onnx.ops.symbolic(
        "Conv",
        inputs,
        {
            "auto_pad": "SAME_UPPER",
            "strides": list(layer.stride),
            "dilations": list(layer.dilation),
            "kernel_shape": list(layer.kernel_size),
            "group": layer.groups,
        },
        dtype=x.dtype,
        shape=(count, layer.out_channels, *sides),
        version=OPSET,
    )


def _clip(layer: nn.Hardtanh, x: Tensor) -> Tensor:
    bounds = (torch.tensor(float(bound)) for bound in (layer.min_val, layer.max_val))
    return torch.onnx.ops.symbolic(
        "Clip", (x, *bounds), dtype=x.dtype, shape=x.shape, version=OPSET
    )
