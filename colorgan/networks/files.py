"""The files of a model: config.json, model.safetensors, golden.safetensors; only data, no code.

Golden tensors are a small lightness and what the model must answer it with (ab, or the restored
lightness), so that whoever loads it knows that network, weights and machine agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ..errors import ModelError
from ..output.whole_file import whole_file

CONFIG, WEIGHTS, GOLDEN, CARD = (
    "config.json",
    "model.safetensors",
    "golden.safetensors",
    "README.md",
)
EVALUATION = "evaluation.json"
"""Figures of `colorgan evaluate --json`."""
FILES = (CONFIG, WEIGHTS, GOLDEN, CARD, EVALUATION)
"""What a model folder may hold; nothing else is fetched or sent."""
GOLDEN_SIZE = (40, 56)
GOLDEN_TOLERANCE = 0.1  # CIE units; machines differ by thousandths, another network by far more


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model folder's config.json.

    Raises:
        ModelError: it is missing or broken.
    """
    try:
        config = json.loads((folder / CONFIG).read_text())
    except (OSError, ValueError) as error:
        raise ModelError(f"The model's {CONFIG} in {folder} cannot be read: {error}.") from error
    if not isinstance(config, dict):
        raise ModelError(f"The model's {CONFIG} in {folder} is not a JSON object.")
    return config


def read_weights(network: nn.Module, folder: Path) -> None:
    """Put a model folder's weights into a network, strictly.

    Raises:
        ModelError: the file is missing or broken, or the tensors do not fit.
    """
    try:
        tensors = load_file(folder / WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(f"The model folder {folder} has no {WEIGHTS}.") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{folder / WEIGHTS} is not a safetensors file or is broken: {error}."
        ) from error
    fill(network, tensors, source=str(folder / WEIGHTS))


def fill(network: nn.Module, tensors: Mapping[str, Tensor], *, source: str) -> None:
    """Put tensors into a network, strictly; counters of batch norm may be missing.

    Raises:
        ModelError: names the tensors that are missing, unknown or of another shape.
    """
    own = network.state_dict()
    missing = [key for key in own if key not in tensors and not key.endswith("num_batches_tracked")]
    unknown = [key for key in tensors if key not in own]
    misshapen = [
        f"{key} {tuple(tensor.shape)} instead of {tuple(own[key].shape)}"
        for key, tensor in tensors.items()
        if key in own and tensor.shape != own[key].shape
    ]
    problems = [
        f"{what} {len(keys)} ({', '.join(keys[:3])}{', ...' if len(keys) > 3 else ''})"
        for what, keys in (("missing", missing), ("unknown", unknown), ("misshapen", misshapen))
        if keys
    ]
    if problems:
        raise ModelError(
            f"The weights in {source} do not fit the network of their config: tensors "
            f"{'; '.join(problems)}."
        )
    network.load_state_dict({**own, **tensors})


def write_weights(network: nn.Module, folder: Path, provenance: Mapping[str, Any]) -> None:
    """Write a network's weights, with what made them in their metadata."""
    metadata = {"format": "pt"} | {key: json.dumps(value) for key, value in provenance.items()}
    _save(half(network), folder / WEIGHTS, metadata)


def half(network: nn.Module) -> dict[str, Tensor]:
    """Return a network's tensors for keeping: kernels in half precision, vectors in single.

    Vectors (norms, biases) are small, and running variances can leave the range of half.
    """
    return {
        key: (tensor.half() if tensor.ndim > 1 else tensor).detach().cpu().contiguous()
        for key, tensor in network.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


def _save(tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    with whole_file(path) as part:
        save_file(tensors, part, metadata=metadata)
        part.chmod(0o644)  # safetensors makes it readable to its owner alone


@torch.inference_mode()
def write_golden(network: nn.Module, folder: Path, answer: str) -> None:
    """Write a small lightness (1, 1, 40, 56), and what a network answers it with.

    Args:
        network: as it will be loaded.
        folder: the model folder.
        answer: what the answer is called, "ab" or "restored".
    """
    height, width = GOLDEN_SIZE
    rng = torch.Generator().manual_seed(0)
    slope = torch.linspace(0, 80, width).expand(height, -1)
    lightness = (slope + 20 * torch.rand(height, width, generator=rng))[None, None]
    given = network.float().eval()(lightness).float()
    golden = {"lightness": lightness.contiguous(), answer: given.contiguous()}
    _save(golden, folder / GOLDEN, {"format": "pt"})


@torch.inference_mode()
def check_golden(network: nn.Module, folder: Path, answer: str) -> None:
    """Compare a loaded network's answer with the golden one, if the folder has any.

    Args:
        network, folder, answer: as in `write_golden`.

    Raises:
        ModelError: they disagree, or the file is broken.
    """
    path = folder / GOLDEN
    if not path.is_file():
        return
    try:
        golden = load_file(path)
        given = network.eval()(golden["lightness"].float())
        difference = float((given - golden[answer]).abs().max())
    except (SafetensorError, OSError, KeyError, RuntimeError) as error:
        raise ModelError(f"The golden tensors in {path} cannot be used: {error}.") from error
    if not difference <= GOLDEN_TOLERANCE:
        raise ModelError(
            f"The model in {folder} does not answer as its golden tensors promise "
            f"(they differ by up to {difference:.1f}): config, weights and {GOLDEN} do not belong "
            "together. Download the model again."
        )
