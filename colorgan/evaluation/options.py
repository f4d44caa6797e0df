"""The options by which a command is told of a feature network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import ColorganError

if TYPE_CHECKING:
    from .features import FeatureNetwork


def add_features(command: argparse.ArgumentParser) -> None:
    """Let a command be told of a feature network; `feature_network` makes it."""
    command.add_argument(
        "--features", metavar="NAME", help="timm network for Frechet and kernel distance"
    )
    command.add_argument(
        "--features-weights",
        default="timm",
        metavar="FILE",
        help="its weights as safetensors; default: timm's own from the Hub",
    )
    command.add_argument(
        "--features-settings",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="for timm, such as pad_type=same; mean=, std= of its input",
    )


def feature_network(options: argparse.Namespace) -> FeatureNetwork | None:
    """Make the network that the options of `add_features` name; None if they name none."""
    from .features import FeatureNetwork  # late: it brings torch, which --help need not wait for

    if not options.features:
        return None
    settings = parse_settings(options.features_settings)
    return FeatureNetwork(options.features, options.features_weights, settings)


def parse_settings(pairs: Sequence[str]) -> dict[str, str | float]:
    """Read KEY=VALUE pairs; values that look like numbers are numbers.

    Raises:
        ColorganError: one is no such pair.
    """
    settings: dict[str, str | float] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ColorganError(f"{pair!r} is no setting: write KEY=VALUE.")
        try:
            number = float(value)
            settings[key] = int(number) if number == int(number) and "." not in value else number
        except (ValueError, OverflowError):  # words, and what is infinite
            settings[key] = value
    return settings
