"""The command that judges models."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import ColorganError
from ..evaluation.options import add_features, feature_network

LEAST_SIZE = 8  # pixels; of the square that is judged


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command's parser."""
    command = commands.add_parser(
        "evaluate", help="judge models on colour photos", description=evaluate.__doc__
    )
    command.add_argument(
        "--model", nargs="+", required=True, metavar="NAME", help="models to judge"
    )
    command.add_argument(
        "--data",
        nargs="+",
        required=True,
        metavar="SOURCE",
        help="folders, tar archives, or data sets of the Hub as org/name[:split]",
    )
    command.add_argument(
        "--size", type=int, default=256, metavar="N", help="side of the square; default 256"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    command.add_argument(
        "--photos", type=Path, metavar="FILE", help="write one row per photo: .csv or .parquet"
    )
    command.add_argument("--report", type=Path, metavar="FILE", help="write an HTML page here")
    command.add_argument("--sheet", type=Path, metavar="FILE", help="write a picture of results")
    command.add_argument(
        "--sheet-photos", type=int, default=16, metavar="N", help="photos on it; default 16"
    )
    command.add_argument(
        "--hints",
        nargs="+",
        type=int,
        default=[],
        metavar="N",
        help="measure with so many hints of true colours too, such as 0 1 3 10",
    )
    add_features(command)
    command.add_argument(
        "--lpips", metavar="NAME", help="measure LPIPS by this backbone: alex, vgg or squeeze"
    )
    command.set_defaults(run=evaluate)


def check(options: argparse.Namespace) -> None:
    """Refuse what cannot be, before the work.

    Raises:
        ColorganError: says which option.
    """
    from PIL import Image

    from ..hints import MAX_HINTS
    from ..output.tables import check_ending

    for number in options.hints:
        if not 0 <= number <= MAX_HINTS:
            raise ColorganError(f"--hints takes numbers from 0 to {MAX_HINTS}, not {number}.")
    if options.size < LEAST_SIZE:
        raise ColorganError(f"--size must be at least {LEAST_SIZE} pixels, not {options.size}.")
    if options.sheet_photos < 1:
        raise ColorganError(f"--sheet-photos must be at least 1, not {options.sheet_photos}.")
    if options.photos:
        check_ending(options.photos, "judge")
    if options.sheet and not options.sheet.is_dir():  # which make_folders refuses
        kind = Image.registered_extensions().get(options.sheet.suffix.lower())
        if kind not in Image.SAVE:
            raise ColorganError(
                "A sheet is written as a picture, such as sheet.jpg or sheet.png, not as "
                f"{options.sheet.name}."
            )


def evaluate(options: argparse.Namespace) -> int:
    """Judge models beside the grey baseline: centre square, grey by L*, one pass, 8 bits."""
    from .. import hub
    from ..evaluation import hinted
    from ..evaluation.lpips import Lpips
    from ..evaluation.protocol import judge
    from ..evaluation.report import write_report
    from ..evaluation.sheet import save_sheet, sheet_of
    from ..evaluation.summary import reasons, summarize, table, write_rows
    from ..output.whole_file import make_folders, write_json
    from ..photo.keeping import spare
    from ..photoset.sources import read_all

    check(options)
    outputs = (options.json, options.photos, options.sheet, options.report)
    make_folders(*outputs)
    spare(outputs, [*options.data, *options.model, options.features_weights])
    network = feature_network(options)
    # On the CPU in float32, whatever else there is: figures that can be compared anywhere.
    models = {name: hub.load(name) for name in options.model}
    lpips = Lpips(options.lpips) if options.lpips else None
    photos = read_all(options.data)
    result = judge(models, photos, size=options.size, network=network, lpips=lpips)
    summary = summarize(result)
    if options.hints:
        told = hinted.judge_hints(models, read_all(options.data), options.hints, size=options.size)
        for name, figures in told.figures().items():
            summary["models"][name]["hints"] = figures
    left_out = f", {len(result.left_out)} left out" if result.left_out else ""
    print(f"{len(result.names)} photos at {options.size} px{left_out}")
    print(table(summary))
    if options.hints:
        print(hinted.table(summary["models"]))
    for reason in reasons(summary):
        print(f"no figure for {reason}")
    for name, reason in list(result.left_out.items())[:20]:
        print(f"left out: {name}: {reason}")
    if network is None:
        print("Frechet and kernel distance need a feature network: see --features.")
    if options.json:
        write_json(options.json, summary)
    if options.photos:
        write_rows(result, options.photos)
    if options.sheet:
        photos = read_all(options.data)
        picture = sheet_of(models, photos, result.names, options.sheet_photos, options.size)
        save_sheet(picture, options.sheet)
    if options.report:
        write_report(options.report, result, summary, models, options.data)
    return 0
