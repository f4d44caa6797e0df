"""Networks behind their contracts, and the registry that rebuilds them from their config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ModelError
from .complexity import ComplexityConfig, ComplexityUNet
from .contract import Config, Generator, Network
from .ddcolor import DDColor
from .pix2pix import Pix2Pix, Pix2PixConfig
from .residual import ResidualConfig, ResidualNet
from .restoration import RestorationConfig, RestorationNet
from .unet import UNet, UNetConfig
from .zhang import Eccv16, Siggraph17

__all__ = [
    "GENERATORS",
    "RESTORERS",
    "ComplexityConfig",
    "ComplexityUNet",
    "Config",
    "Generator",
    "Network",
    "Pix2Pix",
    "Pix2PixConfig",
    "ResidualConfig",
    "ResidualNet",
    "RestorationConfig",
    "RestorationNet",
    "UNet",
    "UNetConfig",
    "build",
    "network_of",
    "settings_of",
]

GENERATORS: dict[str, type[Generator]] = {
    network.name: network
    for network in (UNet, Pix2Pix, ComplexityUNet, ResidualNet, Eccv16, Siggraph17, DDColor)
}
RESTORERS: dict[str, type[Network]] = {RestorationNet.name: RestorationNet}
_KINDS: dict[str, Mapping[str, type[Network]]] = {"generator": GENERATORS, "restorer": RESTORERS}
_BY_SETTINGS = {
    network.settings_type: network for registry in _KINDS.values() for network in registry.values()
}


def network_of(settings: Config) -> type[Network]:
    """Return the network that has such settings."""
    return _BY_SETTINGS[type(settings)]


def build(config: Mapping[str, Any]) -> Network:
    """Make the network that `config` (a network's `.config`) describes, untrained.

    Raises:
        ModelError: the network is unknown, or a setting is unknown or impossible.
    """
    settings = settings_of(config)
    return network_of(settings).from_settings(settings)


def settings_of(config: Mapping[str, Any]) -> Config:
    """Read a network's config back into its settings.

    Raises:
        ModelError: the network is unknown, or a setting is unknown or impossible.
    """
    kind = next((kind for kind in _KINDS if kind in config), None)
    if kind is None:
        raise ModelError(
            "This is no model of colorgan: its config names neither a generator nor a restorer."
        )
    name: Any = config.get(kind)
    registry = _KINDS[kind]
    if name not in registry:
        raise ModelError(
            f"This model's {kind} is {name!r}, which this version of colorgan does not know "
            f"(it knows {', '.join(registry)}). Try a newer version."
        )
    return registry[name].read_settings(config)
