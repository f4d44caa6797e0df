"""The command `colorgan`: arguments in, lines out; the work is done in the other rooms."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from . import __version__, model_commands
from .errors import ColorganError
from .survey import commands as survey

if TYPE_CHECKING:
    import torch

    from .album import Done, Job
    from .evaluation.features import FeatureNetwork


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give the exit status: 0 done, 1 something failed, 2 wrong arguments."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ColorganError as error:
        print(f"colorgan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("colorgan: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Build the command's arguments."""
    top = argparse.ArgumentParser(
        prog="colorgan", description="Give black-and-white photos colour. Colours are a guess."
    )
    top.add_argument("--version", action="version", version=f"colorgan {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_colorize(commands)
    _add_restore(commands)
    _add_evaluate(commands)
    _add_curate(commands)
    model_commands.add(commands)
    survey.add(commands)
    return top


def _add_colorize(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("colorize", help="colour photos", description=colorize.__doc__)
    _add_photos(command)
    _add_model(command)
    command.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="0 (grey) to 1.5; default 1"
    )
    command.add_argument(
        "--size",
        type=_size,
        default=256,
        metavar="N",
        help="short side in pixels at which the network sees a photo, or auto; default 256",
    )
    command.add_argument(
        "--engine",
        default="torch",
        metavar="NAME",
        help="what computes: torch (default) or onnxruntime; the latter takes ONNX files too",
    )
    command.add_argument(
        "--restore",
        nargs="?",
        type=float,
        const=1.0,
        metavar="S",
        help="restore damaged photos first, by a strength up to 1; without a number 1",
    )
    _add_restorer(command, "--restorer")
    command.set_defaults(run=colorize)


def _add_restore(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "restore", help="restore damaged photos", description=restore.__doc__
    )
    _add_photos(command)
    _add_restorer(command, "--model")
    command.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="0 (as it was) to 1; default 1"
    )
    command.set_defaults(run=restore)


def _add_photos(command: argparse.ArgumentParser) -> None:
    command.add_argument("photos", nargs="+", metavar="PHOTO", help="photo files or folders")
    command.add_argument(
        "-o", "--output", required=True, metavar="FOLDER", help="where the results go"
    )
    command.add_argument(
        "--resume", action="store_true", help="leave out photos whose results are there already"
    )
    command.add_argument(
        "--max-megapixels",
        type=float,
        default=150.0,
        metavar="M",
        help="refuse photos with more million pixels before decoding them; default 150",
    )


def _add_restorer(command: argparse.ArgumentParser, option: str) -> None:
    command.add_argument(
        option,
        default="restore",
        metavar="NAME",
        help="who restores: restore (default), a folder, or org/name[@revision]",
    )


def _add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model",
        default="pretrained",
        metavar="NAME",
        help="pretrained (default), custom, a folder, or org/name[@revision]",
    )


def _size(word: str) -> int | Literal["auto"]:
    return "auto" if word == "auto" else int(word)


def colorize(options: argparse.Namespace) -> int:
    """Colour photos and folders of photos; names are kept, a photo that fails is named."""
    from . import restorer
    from .album import colorize_all
    from .colorizer import Colorizer, check

    check(options.strength, options.size)
    restoring = options.restore is not None
    if restoring:
        restorer.check(options.restore)
    jobs, device = _own_jobs(options)
    rows = colorize_all(
        Colorizer.from_pretrained(options.model, engine=options.engine, device=device),
        jobs,
        strength=options.strength,
        size=options.size,
        restorer=restorer.Restorer.from_pretrained(options.restorer, device=device)
        if restoring
        else None,
        restore_strength=options.restore if restoring else 1.0,
        max_pixels=int(options.max_megapixels * 1e6),
    )
    words = ("restoring and colouring", "restored and coloured")
    return _work_off(
        rows, len(jobs), options.output, words if restoring else ("colouring", "coloured")
    )


def restore(options: argparse.Namespace) -> int:
    """Restore damaged photos without colouring them; names are kept, a photo that fails is named.

    Grain, blur, folds and faded tones are mended; what is not damaged stays as it was.
    """
    from .album import restore_all
    from .restorer import Restorer, check

    check(options.strength)
    jobs, device = _own_jobs(options)
    rows = restore_all(
        Restorer.from_pretrained(options.model, device=device),
        jobs,
        strength=options.strength,
        max_pixels=int(options.max_megapixels * 1e6),
    )
    return _work_off(rows, len(jobs), options.output, ("restoring", "restored"))


def _own_jobs(options: argparse.Namespace) -> tuple[list[Job], torch.device]:
    """Give the photos that this process is to work on, and its device.

    `accelerate launch` and `torchrun` tell each process its place by the environment.
    """
    from .album import plan, share, unfinished
    from .device import choose_device

    jobs = plan(options.photos, options.output)
    place = {name: int(os.environ.get(name, 0)) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    own = share(jobs, place["RANK"], max(place["WORLD_SIZE"], 1))
    left = unfinished(own) if options.resume else own
    if len(left) < len(own):
        print(f"{len(own) - len(left)} of {len(own)} photos are done already")
    return left, choose_device(place["LOCAL_RANK"])


def _work_off(rows: Iterable[Done], count: int, output: str, words: tuple[str, str]) -> int:
    """Show a bar while photos are worked on, name those that fail, say how many were done."""
    from tqdm import tqdm

    doing, done = words
    failures = 0
    with tqdm(total=count, desc=doing, unit=" photos", disable=None) as bar:
        for row in rows:
            if row.result is None:
                failures += 1
                bar.clear()
                print(f"colorgan: {row.error}", file=sys.stderr)
            bar.update()
    print(f"{count - failures} of {count} photos {done} into {output}")
    return 1 if failures else 0


def _add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "evaluate", help="judge models on colour photos", description=evaluate.__doc__
    )
    command.add_argument(
        "--model", nargs="+", required=True, metavar="NAME", help="models to judge"
    )
    command.add_argument(
        "--data", nargs="+", required=True, metavar="SOURCE", help="folders or tar archives"
    )
    command.add_argument(
        "--size", type=int, default=256, metavar="N", help="side of the square; default 256"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    command.add_argument(
        "--photos", type=Path, metavar="FILE", help="write a line a photo: .csv or .parquet"
    )
    command.add_argument("--report", type=Path, metavar="FILE", help="write an HTML page here")
    command.add_argument("--sheet", type=Path, metavar="FILE", help="write a picture of results")
    command.add_argument(
        "--sheet-photos", type=int, default=16, metavar="N", help="photos on it; default 16"
    )
    add_features(command)
    command.add_argument(
        "--lpips", metavar="NAME", help="measure LPIPS by this backbone: alex, vgg or squeeze"
    )
    command.add_argument(
        "--labels", type=Path, metavar="FILE", help="table of name and class, for recognition"
    )
    command.set_defaults(run=evaluate)


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
    from .evaluation.features import FeatureNetwork

    if not options.features:
        return None
    settings = parse_settings(options.features_settings)
    return FeatureNetwork(options.features, options.features_weights, settings)


def evaluate(options: argparse.Namespace) -> int:
    """Judge models beside the grey baseline: centre square, grey by L*, one forward, 8 bits."""
    from . import hub
    from .evaluation.lpips import Lpips
    from .evaluation.protocol import judge
    from .evaluation.report import write_report
    from .evaluation.sheet import sheet_of
    from .evaluation.summary import read_labels, reasons, summarize, table, write_rows
    from .photoset import read_all
    from .tables import check_ending
    from .whole_file import make_folders

    if options.photos:
        check_ending(options.photos)
    make_folders(options.json, options.photos, options.sheet, options.report)
    labels = read_labels(options.labels) if options.labels else None
    network = feature_network(options)
    models = {name: hub.load(hub.resolve(name).path) for name in options.model}
    lpips = Lpips(options.lpips) if options.lpips else None
    photos = read_all(options.data)
    result = judge(models, photos, size=options.size, network=network, lpips=lpips)
    summary = summarize(result, labels)
    left_out = f", {len(result.left_out)} left out" if result.left_out else ""
    print(f"{len(result.names)} photos at {options.size} px{left_out}")
    print(table(summary))
    for reason in reasons(summary):
        print(f"no figure for {reason}")
    for name, reason in list(result.left_out.items())[:20]:
        print(f"left out: {name}: {reason}")
    if network is None:
        print("Frechet and kernel distance need a feature network: see --features.")
    if options.json:
        options.json.write_text(json.dumps(summary, indent=2) + "\n")
    if options.photos:
        write_rows(result, options.photos)
    if options.sheet:
        photos = read_all(options.data)
        sheet_of(models, photos, result.names, options.sheet_photos, options.size).save(
            options.sheet, quality=92
        )
    if options.report:
        write_report(options.report, result, summary, models, options.data)
    return 0


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
        except ValueError:
            settings[key] = value
    return settings


def _add_curate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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

    from .curate import examine, set_aside
    from .photoset import find, read_all

    total = len(find([options.folder]))
    photos = tqdm(
        read_all([options.folder]), total=total, desc="looking", unit=" photos", disable=None
    )
    findings = [finding for finding in examine(photos) if finding is not None]
    for finding in findings:
        print(f"{finding.kind:15} {finding.name}  ({finding.detail})")
    print(f"{total - len(findings)} of {total} photos can be trained on")
    if options.move:
        print(f"{len(set_aside(options.folder, findings, options.move))} moved to {options.move}")
    return 0
