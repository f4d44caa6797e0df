"""Model folders to networks: whichever network a folder's config names is rebuilt."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelError
from . import files, network_of, settings_of
from .contract import Generator, Network
from .restoration import RestorationNet


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
    return network_of(settings_of(files.read_config(folder))).load(folder)
