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
from . import build
from .contract import Generator, Network
from .restoration import RestorationNet

CONFIG, WEIGHTS, GOLDEN, CARD = (
    "config.json",
    "model.safetensors",
    "golden.safetensors",
    "README.md",
)
GOLDEN_SIZE = (40, 56)
GOLDEN_TOLERANCE = 0.1  # CIE units; machines differ by thousandths, another network by far more


def load(folder: Path) -> Generator:
    """Rebuild a generator from its model folder, in float32 and eval mode.

    Raises:
        ModelError: it is no generator, a file is missing or broken, or the tensors do not fit.
    """
    network = load_network(folder)
    if not isinstance(network, Generator):
        raise ModelError(
            f"The model in {folder} restores photos and does not colour them: use it by "
            "`colorgan restore`, or choose a model that colours."
        )
    return network


def load_restorer(folder: Path) -> RestorationNet:
    """Rebuild a restorer from its model folder, in float32 and eval mode.

    Raises:
        ModelError: it is no restorer, a file is missing or broken, or the tensors do not fit.
    """
    network = load_network(folder)
    if not isinstance(network, RestorationNet):
        raise ModelError(
            f"The model in {folder} colours photos and does not restore them: choose a restorer, "
            "such as restore."
        )
    return network


def load_network(folder: Path) -> Network:
    """Rebuild a network of any kind from its model folder, in float32 and eval mode.

    Raises:
        ModelError: a file is missing or broken, or the tensors do not fit the config.
    """
    config = read_config(folder)
    try:
        tensors = load_file(folder / WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(f"The model folder {folder} has no {WEIGHTS}.") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{folder / WEIGHTS} is not a safetensors file or is broken: {error}."
        ) from error
    network = build(config)
    fill(network, tensors, source=str(folder / WEIGHTS))
    check_golden(network, folder)
    return network.eval()


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


def half(network: nn.Module) -> dict[str, Tensor]:
    """Give a network's tensors for keeping: kernels in half precision, vectors in single.

    Vectors (norms, biases) are small, and running variances can leave the range of half.
    """
    return {
        key: (tensor.half() if tensor.ndim > 1 else tensor).detach().cpu().contiguous()
        for key, tensor in network.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


def write(network: Network, folder: Path) -> None:
    """Write weights, with the provenance in their metadata, and golden tensors."""
    metadata = {"format": "pt"}
    metadata |= {key: json.dumps(value) for key, value in network.provenance.items()}
    tensors = half(network)
    _save(tensors, folder / WEIGHTS, metadata)
    again = build(network.config)  # what will be loaded: kernels are rounded to half precision
    fill(again, tensors, source=str(folder / WEIGHTS))
    _save(golden_of(again), folder / GOLDEN, {"format": "pt"})


def _save(tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    with whole_file(path) as part:
        save_file(tensors, part, metadata=metadata)
        part.chmod(0o644)  # safetensors makes it readable to its owner alone


@torch.inference_mode()
def golden_of(network: Network) -> dict[str, Tensor]:
    """Give a small lightness (1, 1, 40, 56), and what a network answers it with."""
    height, width = GOLDEN_SIZE
    chance = torch.Generator().manual_seed(0)
    slope = torch.linspace(0, 80, width).expand(height, -1)
    lightness = (slope + 20 * torch.rand(height, width, generator=chance))[None, None]
    answer = network.float().eval()(lightness).float()
    return {"lightness": lightness.contiguous(), _answer_of(network): answer.contiguous()}


def _answer_of(network: Network) -> str:
    return "ab" if isinstance(network, Generator) else "restored"


@torch.inference_mode()
def check_golden(network: Network, folder: Path) -> None:
    """Compare a loaded network's answer with the golden one, if the folder has any.

    Raises:
        ModelError: they disagree, or the file is broken.
    """
    path = folder / GOLDEN
    if not path.is_file():
        return
    try:
        golden = load_file(path)
        answer = network.eval()(golden["lightness"].float())
        difference = float((answer - golden[_answer_of(network)]).abs().max())
    except (SafetensorError, OSError, KeyError, RuntimeError) as error:
        raise ModelError(f"The golden tensors in {path} cannot be used: {error}.") from error
    if not difference <= GOLDEN_TOLERANCE:
        raise ModelError(
            f"The model in {folder} does not answer as its golden tensors promise "
            f"(they differ by up to {difference:.1f}): config, weights and {GOLDEN} are not of "
            "one piece. Fetch the model again."
        )
