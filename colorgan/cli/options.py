"""Options that several commands take."""

from __future__ import annotations

import argparse

from ..settings import (
    DEFAULT_SIZE,
    MAX_PIXELS,
    REFERENCE_STRENGTHS,
    SIZES,
    STRENGTHS,
    Size,
)


def add_model(command: argparse.ArgumentParser) -> None:
    """Add --model."""
    command.add_argument(
        "--model",
        default="custom",
        metavar="NAME",
        help="custom (default), pretrained, a folder, or org/name[@revision]",
    )


def add_strength(command: argparse.ArgumentParser) -> None:
    """Add --strength, of colours."""
    least, most = STRENGTHS
    command.add_argument(
        "--strength",
        type=float,
        default=1.0,
        metavar="S",
        help=f"{least:g} (grey) to {most:g}; default 1",
    )


def add_size(command: argparse.ArgumentParser, what: str, *, auto: bool) -> None:
    """Add --size.

    Args:
        command: that takes it.
        what: is seen at that size, such as a photo.
        auto: whether it may be auto.
    """
    least, most = SIZES
    command.add_argument(
        "--size",
        type=_size if auto else int,
        default=DEFAULT_SIZE,
        metavar="N",
        help=f"short side in pixels at which the network sees a {what}, {least} to {most}"
        f"{', or auto' if auto else ''}; default {DEFAULT_SIZE}",
    )


def _size(word: str) -> Size:
    return "auto" if word == "auto" else int(word)


def add_references(command: argparse.ArgumentParser) -> None:
    """Add --reference and --reference-strength."""
    least, most = REFERENCE_STRENGTHS
    command.add_argument(
        "--reference",
        nargs="+",
        default=[],
        metavar="FILE",
        help="photos in colour, whose colours go to what looks alike",
    )
    command.add_argument(
        "--reference-strength",
        type=float,
        default=1.0,
        metavar="S",
        help=f"how far the colours go over to the references': {least:g} to {most:g}; default 1",
    )


def add_max_pixels(command: argparse.ArgumentParser) -> None:
    """Add --max-megapixels."""
    command.add_argument(
        "--max-megapixels",
        type=_pixels,
        default=MAX_PIXELS,
        dest="max_pixels",
        metavar="M",
        help="refuse photos with more million pixels before decoding them; default "
        f"{MAX_PIXELS / 1e6:g}",
    )


def _pixels(megapixels: str) -> int:
    try:
        return int(float(megapixels) * 1e6)
    except OverflowError as error:  # "inf"; argparse tells of a ValueError
        raise argparse.ArgumentTypeError(f"{megapixels} is no number of pixels") from error
