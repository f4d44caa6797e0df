"""The command `colorgan survey`: arguments in, lines out."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..survey.study import ORIGINALS, PAIRS


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `survey` with its own commands."""
    survey = commands.add_parser("survey", help="ask people, blind, which colours they prefer")
    own = survey.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = own.add_parser(
        "prepare", help="colour photos by two or more models", description=prepare.__doc__
    )
    command.add_argument("photos", nargs="+", metavar="SOURCE", help="folders, or Hub data sets")
    command.add_argument("--model", nargs="+", required=True, metavar="NAME", help="two or more")
    command.add_argument(
        "-o", "--output", type=Path, required=True, metavar="STUDY", help="a new folder"
    )
    command.add_argument("--name", default="", metavar="TEXT", help="default: the folder's name")
    command.add_argument(
        "--pairs",
        type=int,
        default=PAIRS,
        metavar="N",
        help=f"pairs for each participant; default {PAIRS}",
    )
    command.add_argument(
        "--originals", type=int, default=ORIGINALS, metavar="N",
        help=f"trials with the original beside a coloured picture; default {ORIGINALS}",
    )  # fmt: skip
    command.set_defaults(run=prepare)

    command = own.add_parser("report", help="figures of a study", description=report.__doc__)
    _add_study(command)
    command.add_argument("--html", type=Path, metavar="FILE", help="write an HTML page here")
    command.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    command.add_argument("--votes", type=Path, metavar="FILE", help="raw votes: .csv or .parquet")
    command.set_defaults(run=report)

    command = own.add_parser(
        "import", help="enter answers from paper or a form", description=import_.__doc__
    )
    _add_study(command)
    command.add_argument("sheet", type=Path, metavar="SHEET", help="answers as .csv or .xlsx")
    command.set_defaults(run=import_)

    command = own.add_parser(
        "migrate", help="bring an older vote database up to date", description=migrate.__doc__
    )
    _add_study(command)
    command.set_defaults(run=migrate)


def _add_study(command: argparse.ArgumentParser) -> None:
    command.add_argument("study", type=Path, metavar="STUDY", help="its folder")
    command.add_argument(
        "--database", default=os.environ.get("COLORGAN_VOTES_URL", ""), metavar="URL",
        help="of the votes; default: COLORGAN_VOTES_URL, or votes.sqlite in the study's folder",
    )  # fmt: skip


def prepare(options: argparse.Namespace) -> int:
    """Colour photos once by each model and freeze them as a study, with hashes of all."""
    from ..survey.prepare import prepare

    study = prepare(
        options.photos,
        options.model,
        options.output,
        name=options.name,
        pairs=options.pairs,
        originals=options.originals,
    )
    originals = len(study.colour_photos)
    print(f"{len(study.photos)} photos by {', '.join(study.names)}; {originals} have true colours")
    print(f"Study {study.fingerprint} in {options.output}")
    print(f"Open it to people by: COLORGAN_STUDY={options.output} python app.py")
    return 0


def report(options: argparse.Namespace) -> int:
    """Analyse the votes of a study: rates, intervals, tests, who counts; see the HTML page."""
    from ..output.tables import check_ending
    from ..output.whole_file import make_folders, write_json
    from ..photo.keeping import spare
    from ..survey import study as studies
    from ..survey.opening import open_store
    from ..survey.report import lines, write_report
    from ..survey.summary import summarize, write_votes

    if options.votes:
        check_ending(options.votes, "survey")
    study = studies.load(options.study)
    store = open_store(options.study, options.database, create=False)
    make_folders(options.html, options.json, options.votes)
    spare((options.html, options.json, options.votes), [options.study / studies.STUDY])
    votes = store.votes(study.fingerprint)
    store.close()
    summary = summarize(study, votes)
    print("\n".join(lines(summary)))
    if options.html:
        write_report(options.html, summary)
    if options.json:
        write_json(options.json, summary)
    if options.votes:
        write_votes(votes, options.votes)
    return 0


def import_(options: argparse.Namespace) -> int:
    """Enter answers from a spreadsheet with the columns participant, question, answer, and if
    needed left, right and photo; all rows or none.
    """
    from ..survey import study as studies
    from ..survey.imports import read_votes
    from ..survey.opening import kept_signer, open_store

    study = studies.load(options.study)
    store = open_store(options.study, options.database)
    votes = read_votes(options.sheet, study, kept_signer(options.study, store))
    new = store.add_all(votes)
    store.close()
    print(f"{len(votes)} answers read, {new} of them new")
    return 0


def migrate(options: argparse.Namespace) -> int:
    """Bring the votes' database up to this version, completely or not at all; make a copy first."""
    from ..survey.opening import open_store

    store = open_store(options.study, options.database, create=False, migrate=True)
    print(f"{store.place} is up to date")
    store.close()
    return 0
