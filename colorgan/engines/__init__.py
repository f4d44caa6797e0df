"""Engines: what computes a generator's answer. torch is the default, onnxruntime an optional one.

An engine's generator keeps the contract, `ab = generator(lightness)`, so a colorizer needs no
cases. onnxruntime computes in float32 on the CPU: where that has no bfloat16 it is the faster
of the two. `export` writes the files it answers from, by the words of `export_ops`.
"""

from __future__ import annotations

from ..errors import ModelError
from .onnx_generator import SUFFIX, OnnxGenerator, open_onnx

__all__ = ["ENGINES", "SUFFIX", "OnnxGenerator", "check", "open_onnx"]

ENGINES = ("torch", "onnxruntime")


def check(engine: str) -> None:
    """Refuse an engine that is not known.

    Raises:
        ModelError: names those that are known.
    """
    if engine not in ENGINES:
        raise ModelError(f"There is no engine {engine!r}. Known engines: {', '.join(ENGINES)}.")
