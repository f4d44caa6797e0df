"""The command that finds photos that teach no colour."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command's parser."""
    command = commands.add_parser(
        "curate", help="find photos that teach no colour", description=curate.__doc__
    )
    command.add_argument("folder", type=Path, metavar="FOLDER", help="photos to train on")
    command.add_argument(
        "--move", type=Path, metavar="FOLDER", help="move what was found there, by kind"
    )
    command.set_defaults(run=curate)


def curate(options: argparse.Namespace) -> int:
    """List grey, sepia, tiny, corrupt and near-duplicate photos; nothing is moved unless asked."""
    from tqdm import tqdm

    from ..photoset.curate import examine, set_aside
    from ..photoset.sources import find, read_all

    aside = options.move
    total = len(find([options.folder], without=aside))
    photos = tqdm(
        read_all([options.folder], without=aside),
        total=total,
        desc="looking",
        unit=" photos",
        disable=None,
    )
    seen = list(examine(photos))
    findings = [finding for finding in seen if finding is not None]
    for finding in findings:
        print(f"{finding.kind:15} {finding.name}  ({finding.detail})")
    print(f"{len(seen) - len(findings)} of {len(seen)} photos can be trained on")
    if aside:
        print(f"{len(set_aside(options.folder, findings, aside))} moved to {aside}")
    return 0
