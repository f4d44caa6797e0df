"""Generators behind one contract, and the registry that rebuilds them from their config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from ..errors import ModelError
from .complexity import ComplexityConfig, ComplexityUNet
from .contract import Config, Generator
from .ddcolor import DDColor, DDColorConfig
from .pix2pix import Pix2Pix, Pix2PixConfig
from .residual import ResidualConfig, ResidualNet
from .unet import UNet, UNetConfig
from .zhang import Eccv16, Eccv16Config, Siggraph17, Siggraph17Config

__all__ = [
    "GENERATORS",
    "ComplexityConfig",
    "ComplexityUNet",
    "Config",
    "Generator",
    "Pix2Pix",
    "Pix2PixConfig",
    "ResidualConfig",
    "ResidualNet",
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


def config_of(settings: Config) -> dict[str, Any]:
    """Give the plain JSON from which `build` makes the generator that has these settings."""
    names = {kind: name for name, (_, kind) in GENERATORS.items()}
    return {"generator": names[type(settings)], **asdict(settings)}  # type: ignore[call-overload]


def build(config: Mapping[str, Any]) -> Generator:
    """Make the generator that `config` (a generator's `.config`) describes, untrained.

    Raises:
        ModelError: the generator is unknown, or a setting is unknown or impossible.
    """
    network, settings = settings_of(config)
    try:
        return network(settings)  # type: ignore[call-arg]
    except (TypeError, ValueError, IndexError) as error:
        raise ModelError(f"The model's config does not fit {network.name}: {error}") from error


def settings_of(config: Mapping[str, Any]) -> tuple[type[Generator], Config]:
    """Read a generator's config back into its kind and its settings; inverse of `config_of`.

    Raises:
        ModelError: the generator is unknown, or a setting is unknown or impossible.
    """
    name = config.get("generator")
    if name not in GENERATORS:
        raise ModelError(
            f"This model's generator is {name!r}, which this version of colorgan does not know "
            f"(it knows {', '.join(GENERATORS)}). A newer colorgan may."
        )
    network, settings = GENERATORS[name]
    given = {key: value for key, value in config.items() if key != "generator"}
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
