"""Networks behind their contracts, and the registry that rebuilds them from their config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from ..errors import ModelError
from .complexity import ComplexityConfig, ComplexityUNet
from .contract import Config, Generator, Network
from .ddcolor import DDColor, DDColorConfig
from .pix2pix import Pix2Pix, Pix2PixConfig
from .residual import ResidualConfig, ResidualNet
from .restoration import RestorationConfig, RestorationNet
from .unet import UNet, UNetConfig
from .zhang import Eccv16, Eccv16Config, Siggraph17, Siggraph17Config

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
    "config_of",
    "settings_of",
]

GENERATORS: dict[str, tuple[type[Generator], type[Config]]] = {
    UNet.name: (UNet, UNetConfig),
    Pix2Pix.name: (Pix2Pix, Pix2PixConfig),
    ComplexityUNet.name: (ComplexityUNet, ComplexityConfig),
    ResidualNet.name: (ResidualNet, ResidualConfig),
    Eccv16.name: (Eccv16, Eccv16Config),
    Siggraph17.name: (Siggraph17, Siggraph17Config),
    DDColor.name: (DDColor, DDColorConfig),
}


RESTORERS: dict[str, tuple[type[Network], type[Config]]] = {
    RestorationNet.name: (RestorationNet, RestorationConfig),
}
_KINDS: dict[str, dict[str, Any]] = {"generator": GENERATORS, "restorer": RESTORERS}


def config_of(settings: Config) -> dict[str, Any]:
    """Give the plain JSON from which `build` makes the network that has these settings."""
    for kind, registry in _KINDS.items():
        for name, (_, settings_type) in registry.items():
            if type(settings) is settings_type:
                return {kind: name, **asdict(settings)}  # type: ignore[call-overload]
    raise KeyError(type(settings))


def build(config: Mapping[str, Any]) -> Network:
    """Make the network that `config` (a network's `.config`) describes, untrained.

    Raises:
        ModelError: the network is unknown, or a setting is unknown or impossible.
    """
    network, settings = settings_of(config)
    try:
        return network(settings)
    except (TypeError, ValueError, IndexError) as error:
        raise ModelError(f"The model's config does not fit {network.name}: {error}") from error


def settings_of(config: Mapping[str, Any]) -> tuple[type[Network], Config]:
    """Read a network's config back into its class and its settings; inverse of `config_of`.

    Raises:
        ModelError: the network is unknown, or a setting is unknown or impossible.
    """
    kind = next((kind for kind in _KINDS if kind in config), "generator")
    name, registry = config.get(kind), _KINDS[kind]
    if name not in registry:
        raise ModelError(
            f"This model's {kind} is {name!r}, which this version of colorgan does not know "
            f"(it knows {', '.join(registry)}). A newer colorgan may."
        )
    network, settings = registry[name]
    given = {key: value for key, value in config.items() if key != kind}
    unknown = given.keys() - {field.name for field in fields(settings)}
    if unknown:
        raise ModelError(
            f"The model's config has settings that {name} does not know: "
            f"{', '.join(sorted(unknown))}. A newer colorgan may."
        )
    try:
        return network, settings(**given)
    except (TypeError, ValueError) as error:
        raise ModelError(f"The model's config does not fit {name}: {error}") from error
