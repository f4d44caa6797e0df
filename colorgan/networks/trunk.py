"""Trunks: encoders of timm, by name. Everything that needs timm imports it through here."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ..errors import ModelError

TRUNK = "trunk."  # begins the names of a trunk's weights in a model's file
_libraries: list[torch.library.Library] = []  # operators live as long as their library


def import_timm() -> ModuleType:
    """Import timm, also where torchvision's compiled part does not fit torch.

    A torch without CUDA beside a torchvision with it (or the other way round) fails to import
    with "operator torchvision::nms does not exist". timm needs none of these operators, so the
    missing ones are declared, empty, and the import tried again. A healthy install is untouched.
    """
    for _ in range(4):
        try:
            importlib.import_module("torchvision")
            break
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if missing is None:
                raise
            library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
            schema = f"{missing[1]}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            library.define(schema)  # type: ignore[no-untyped-call]
            _libraries.append(library)
            for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
                del sys.modules[name]
    return importlib.import_module("timm")


def create(name: str, weights: str | Path | None, role: str, **settings: Any) -> nn.Module:
    """Create a network of timm.

    Args:
        name: timm's name of the network, such as "resnet34".
        weights: None for random ones, "timm" for timm's own from the Hub, else a safetensors
            file under timm's parameter names, or a model's, whose trunk is then taken.
        role: what the network serves as, for errors.
        settings: further settings of the network.

    Raises:
        ModelError: timm knows no such network, it cannot be made, or no weights can be had.
    """
    timm = import_timm()
    overlay: dict[str, Any] | None = None
    if weights is not None and weights != "timm":
        overlay = {"state_dict": _read(Path(weights), f"{role} {name}"), "hf_hub_id": None}
    try:
        network: nn.Module = timm.create_model(
            name, pretrained=weights is not None, pretrained_cfg_overlay=overlay, **settings
        )
    except FileNotFoundError as error:  # the Hub client's "offline" is one of these
        raise ModelError(
            f"The pretrained weights of the {role} {name} are not on this machine and the Hub "
            "cannot be reached. Connect once, or give a safetensors file of weights; nothing is "
            "taken in their place."
        ) from error
    except (RuntimeError, TypeError) as error:
        if "Unknown model" in str(error):
            similar = ", ".join(timm.list_models(f"*{name[:6]}*")[:6])
            hint = f"Similar names: {similar}." if similar else "See timm.list_models()."
            raise ModelError(f"timm knows no network named {name}. {hint}") from error
        reason = str(error).splitlines()[0]
        raise ModelError(f"The {role} {name} cannot be made: {reason}") from error
    return network


def _read(file: Path, wanted: str) -> dict[str, Tensor]:
    """Read a network's weights; of a model's only those of its trunk, under timm's names."""
    if not file.is_file():
        raise ModelError(f"There is no file {file} with weights for the {wanted}.")
    try:
        weights = load_file(file)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"The file {file} with weights for the {wanted} is no safetensors file: {error}"
        ) from error
    inside = {k.removeprefix(TRUNK): v for k, v in weights.items() if k.startswith(TRUNK)}
    return inside or weights


class Normalise(nn.Module):
    """Brings sRGB (N, 3, H, W) in 0..1 to what a network of timm learned from.

    Args:
        mean, std: by channel, as timm's config of the network has them.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(std)[:, None, None], persistent=False)

    def forward(self, rgb: Tensor) -> Tensor:
        """Keep the shape."""
        return (rgb - self.mean) / self.std


def build_trunk(name: str, *, channels: int = 1, weights: str | Path | None = None) -> nn.Module:
    """Build a timm network as a pyramid of feature maps, which not every network gives.

    Args:
        name: timm's name of the network.
        channels: of the input; with pretrained weights timm adapts the first layer.
        weights: as `create` takes them.

    Raises:
        ModelError: as `create` raises it.
    """
    return create(name, weights, "trunk", features_only=True, in_chans=channels)


def maps_of(trunk: nn.Module) -> tuple[list[int], list[int]]:
    """Return the channels and the strides of a trunk's maps, shallow to deep."""
    info: Any = trunk.feature_info
    return list(info.channels()), list(info.reduction())
