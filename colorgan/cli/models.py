"""The commands about models themselves: list, export, publish."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the command's parser."""
    _add_models(commands)
    _add_export(commands)
    _add_push(commands)
    _add_push_space(commands)


def _add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "models", help="list embedded and downloaded models", description=models.__doc__
    )
    command.add_argument(
        "--check", action="store_true", help="load each and compare with its golden tensors"
    )
    command.set_defaults(run=models)


def models(options: argparse.Namespace) -> int:
    """List embedded and downloaded models: name, size, revision, figures."""
    from .. import hub
    from ..hub import cards

    for found in [*map(hub.resolve, hub.embedded()), *hub.cached()]:
        size = (found.path / hub.WEIGHTS).stat().st_size / 1e6
        own = cards.own_row(cards.read_figures(found.path))
        measures = [name for name in ("ciede2000", "psnr") if name in own]
        figures = ", ".join(f"{name} {cards.cell(own[name])}" for name in measures)
        state = ""
        if options.check:
            hub.load_network(found.path)
            state = "  checked"
        print(f"{found.name:24} {size:6.1f} MB  {found.revision:12}  {figures}{state}")
    return 0


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "export", help="write a model for other engines", description=export.__doc__
    )
    command.add_argument(
        "model", metavar="MODEL", help="pretrained, custom, a folder, or org/name[@revision]"
    )
    command.add_argument("--onnx", type=Path, required=True, metavar="FILE", help="write this file")
    command.set_defaults(run=export)


def export(options: argparse.Namespace) -> int:
    """Write a model as ONNX, for any height and width; the file is compared with torch first."""
    from .. import hub
    from ..engines.export import export as export_onnx
    from ..photo.keeping import spare

    spare([options.onnx])
    difference = export_onnx(hub.resolve(options.model), options.onnx)
    size = options.onnx.stat().st_size / 1e6
    print(
        f"{options.model} written to {options.onnx} ({size:.1f} MB); "
        f"ab differs from torch's by up to {difference:.6f}"
    )
    return 0


def _add_push(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "push", help="publish a model on the Hugging Face Hub", description=push.__doc__
    )
    command.add_argument("folder", type=Path, metavar="FOLDER", help="a run or a model folder")
    command.add_argument("repo", metavar="ORG/NAME", help="the repository, made if need be")
    command.add_argument("--private", action="store_true", help="make it a private repository")
    command.add_argument("--revision", metavar="TAG", help="put this tag on what is sent")
    command.add_argument("--about", default="", metavar="TEXT", help="a sentence for the card")
    command.add_argument("--dry-run", action="store_true", help="only say what would be sent")
    command.set_defaults(run=push)


def push(options: argparse.Namespace) -> int:
    """Publish a model: config, weights, golden tensors, card and figures; nothing else is sent."""
    from .. import hub
    from ..hub import publishing

    print(f"{'Would send' if options.dry_run else 'Sending'} to {options.repo}:")
    for path in publishing.files_of(options.folder):
        print(f"  {path.name:20} {path.stat().st_size / 1e6:8.2f} MB")
    if options.dry_run:
        return 0
    sent = publishing.push(
        options.folder,
        options.repo,
        private=options.private,
        tag=options.revision,
        about=options.about,
    )
    name = options.repo + (f"@{options.revision}" if options.revision else "")
    print(f"Sent: {sent}")
    user = "Restorer" if "restorer" in hub.read_config(options.folder) else "Colorizer"
    print(f'It comes back by {user}.from_pretrained("{name}")')
    return 0


def _add_push_space(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "push-space", help="publish the page as a Space", description=push_space.__doc__
    )
    command.add_argument("repo", metavar="ORG/NAME", help="the Space, made if need be")
    command.add_argument("--private", action="store_true", help="make it a private Space")
    command.add_argument(
        "--checkout", type=Path, default=Path(), metavar="FOLDER", help="default: where you are"
    )
    command.add_argument("--dry-run", action="store_true", help="only say what would be sent")
    command.set_defaults(run=push_space)


def push_space(options: argparse.Namespace) -> int:
    """Publish the page of a checkout as a Gradio Space, with what it needs and nothing else."""
    from ..hub import publishing

    files = publishing.space_files(options.checkout)
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(files)} files, {size:.1f} MB")
    if options.dry_run:
        for path in files:
            print(f"  {path.relative_to(options.checkout)}")
        return 0
    sent = publishing.push_space(options.checkout, files, options.repo, private=options.private)
    print(f"Sent: {sent}")
    return 0
