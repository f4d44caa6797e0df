"""Generators as ONNX files, for other engines: any height and width, checked against torch.

    input   lightness   float32 (photos, 1, height, width), L* in 0..100
    output  ab          float32 (photos, 2, height, width), CIE units

The file says in its metadata which model it is, what its licence is, and that colours are a guess.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import metadata_load
from tqdm import tqdm

from .. import hub
from ..errors import ModelError
from ..extras import require
from ..networks import Generator
from ..output.whole_file import whole_file
from ..version import __version__

TOLERANCE = 1e-3  # CIE units, by which an engine may differ from torch in float32
CHECKED = ((1, 1, 1), (1, 1, 37), (1, 37, 1), (1, 33, 17), (2, 130, 65), (1, 192, 256))
"""Photos, height and width at which a file is compared with torch."""
_EXAMPLE = (2, 1, 72, 104)  # no side is 1 or a round number, so that none is taken for fixed
GUESS = "Colours are a guess, never a record."


def export(folder: hub.ModelFolder, target: Path) -> float:
    """Write a model as an ONNX file; return by how much its ab differs from torch's at most.

    Args:
        folder: of the model, as `hub.resolve` gives it.
        target: the file; never half done.

    Raises:
        PackageError: onnx is not installed.
        ModelError: the model cannot be said in
            ONNX, the file's answers differ from torch's by more than `TOLERANCE`, or it cannot be
            written.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):
        require(package, "onnx", "ONNX")
    generator = hub.load(folder.path)
    bar = tqdm(total=2, desc="exporting", unit=" steps", disable=None, leave=False)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with bar, whole_file(target) as path:
            save(_translate(generator, folder.name), path, facts(folder))
            bar.update()
            difference = approve(generator, path, folder.name)
            bar.update()
    except OSError as error:
        raise ModelError(f"{target} cannot be written: {error.strerror or error}.") from error
    return difference


def facts(folder: hub.ModelFolder) -> dict[str, str]:
    """Return what the metadata of a model's file say."""
    try:
        card = (folder.path / hub.CARD).read_text()
        head = metadata_load(folder.path / hub.CARD) or {}
    except (OSError, ValueError):
        card, head = "", {}
    licence = head.get("license_name") or head.get("license")
    return {
        "name": folder.name,
        "revision": folder.revision,
        "licence": f"{licence}; see the card" if licence else "not recorded",
        "note": GUESS,
        "colorgan": __version__,
        "card": card,
    }


def _translate(generator: Generator, name: str) -> Any:
    """Say a generator in ONNX: a ModelProto."""
    from . import export_ops

    sizes = {0: "photos", 2: "height", 3: "width"}
    try:
        with export_ops.exportable(generator), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                generator,
                (100 * torch.rand(_EXAMPLE),),
                dynamo=True,
                verbose=False,
                opset_version=export_ops.OPSET,
                input_names=["lightness"],
                output_names=["ab"],
                dynamic_shapes=(sizes,),
                custom_translation_table=export_ops.TRANSLATIONS,
            )
        assert program is not None
        return program.model_proto
    except (torch.onnx.errors.OnnxExporterError, RuntimeError, ValueError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise ModelError(
            f"The model {name} cannot be written as ONNX for all sizes ({reason}). Use it with "
            "torch."
        ) from error


def save(model: Any, path: Path, facts: Mapping[str, str]) -> None:
    """Write a ModelProto with its metadata, and without the exporter's notes on its own code."""
    onnx = require("onnx", "onnx", "ONNX")
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    del model.graph.value_info[:], model.graph.metadata_props[:]
    model.doc_string = GUESS
    onnx.helper.set_model_props(model, dict(facts))
    onnx.save(model, path)


def open_session(path: Path) -> Any:
    """Open an ONNX file with onnxruntime on the CPU, with as many threads as torch has.

    Raises:
        PackageError: onnxruntime is not installed.
        ModelError: the file is no generator.
    """
    runtime = require("onnxruntime", "onnx", "ONNX")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    try:
        session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no other parent
        reason = str(error).strip().splitlines()[0]
        raise ModelError(f"{path} cannot be opened by onnxruntime: {reason}") from error
    names = [
        [part.name for part in parts] for parts in (session.get_inputs(), session.get_outputs())
    ]
    if names != [["lightness"], ["ab"]]:
        raise ModelError(
            f"{path} is no generator: it must answer lightness with ab. "
            "`colorgan export` writes such files."
        )
    return session


def approve(generator: Generator, path: Path, name: str) -> float:
    """Compare a file with the generator it was made from; return the largest difference.

    Raises:
        ModelError: it is more than `TOLERANCE`.
    """
    difference = compare(generator, path)
    if not difference <= TOLERANCE:
        raise ModelError(
            f"The ONNX file of {name} was not kept: its colours differ from torch's by up to "
            f"{difference:.4f}, and {TOLERANCE:g} is allowed."
        )
    return difference


@torch.inference_mode()
def compare(generator: Generator, path: Path) -> float:
    """Return the largest difference between a file's ab and torch's in float32, in CIE units.

    Compared on smooth and noisy pictures of the sizes of `CHECKED`.
    """
    session, rng = open_session(path), torch.Generator().manual_seed(0)
    difference = 0.0
    for photos, height, width in CHECKED:
        noise = 30 * torch.rand(photos, 1, height, width, generator=rng)
        lightness = noise + torch.linspace(0, 70, width)
        expected = generator(lightness).numpy()
        try:
            (found,) = session.run(["ab"], {"lightness": lightness.numpy()})
        except Exception:  # as above; the sizes are what it can stumble over
            return float("inf")
        if found.shape != expected.shape:
            return float("inf")
        difference = max(difference, float(np.abs(found - expected).max(initial=0)))
    return difference
