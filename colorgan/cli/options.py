"""Options that several commands take."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import ColorganError
from ..settings import (
    DEFAULT_SIZE,
    MAX_PIXELS,
    MAX_REFERENCES,
    REFERENCE_STRENGTHS,
    SIZES,
    STRENGTHS,
    Size,
    check_references,
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
        action="append",
        default=[],
        metavar="PATH",
        help="a photo in colour, or a folder of them, whose colours go to what looks alike; may be "
        f"repeated; at most {MAX_REFERENCES} photos",
    )
    command.add_argument(
        "--reference-strength",
        type=float,
        default=1.0,
        metavar="S",
        help=f"how far the colours follow the references: {least:g} to {most:g}; default 1",
    )


def references(options: argparse.Namespace) -> list[Path]:
    """Return the photos that --reference names.

    Raises:
        ColorganError: there are too many, a strength is out of range, or there is one and no photo.
        PhotoError: there is no such file or folder, or a folder holds no photo.
    """
    from ..photoset.sources import find

    found = find(options.reference)
    check_references(len(found), options.reference_strength)
    if not found and options.reference_strength != 1:
        raise ColorganError("--reference-strength needs --reference.")
    return found


def add_max_pixels(command: argparse.ArgumentParser) -> None:
    """Add --max-megapixels."""
    command.add_argument(
        "--max-megapixels",
        type=_pixels,
        default=MAX_PIXELS,
        dest="max_pixels",
        metavar="M",
        help="refuse photos with more than M million pixels before decoding them; default "
        f"{MAX_PIXELS / 1e6:g}",
    )


def _pixels(megapixels: str) -> int:
    try:
        return int(float(megapixels) * 1e6)
    except OverflowError as error:  # "inf"; argparse tells of a ValueError
        raise argparse.ArgumentTypeError(f"{megapixels} is no number of pixels") from error
