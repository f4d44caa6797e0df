"""The documentation speaks of what there is: commands parse, options, links and names exist."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest
import tyro
from conftest import ROOT

import colorgan
from colorgan import cli
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
TEXT = "\n".join(page.read_text() for page in PAGES)
COMMANDS = sorted(set(re.findall(r"^\$ (?:.* -m )?colorgan (.*)", TEXT, re.M)))
TRAININGS = sorted(set(re.findall(r"^\$ .*\btrain\.py (.*)", TEXT, re.M)))
OPTIONS = sorted(set(re.findall(r"`(--[a-z][\w.-]*)", TEXT)))


@pytest.fixture(scope="module")
def train():
    """The trainer's door."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        import train

        yield train


def read_training(train, recipe: str, arguments: list[str]):
    options = train.Options(Run(folder=tyro.MISSING, data=tyro.MISSING), RECIPES[recipe])
    config = (tyro.conf.AvoidSubcommands,)
    return tyro.cli(train.Options, default=options, args=arguments, config=config)


def test_there_are_pages_with_commands():
    assert len(PAGES) >= 9
    assert len(COMMANDS) >= 15
    assert len(TRAININGS) >= 5
    assert len(OPTIONS) >= 20


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_parses(command):
    cli.parser().parse_args(shlex.split(command, comments=True))


@pytest.mark.parametrize("command", TRAININGS)
def test_a_training_parses(train, command):
    name, *arguments = shlex.split(command, comments=True)
    if name == "report":
        tyro.cli(train.Report, args=arguments)
    elif "--help" in arguments:
        with pytest.raises(SystemExit, match="0"):
            read_training(train, name, arguments)
    else:
        assert read_training(train, name, arguments).recipe.name == name


def test_options_in_the_text_exist(train, capsys):
    with pytest.raises(SystemExit, match="0"):
        read_training(train, "nogan", ["--help"])
    known = {*re.findall(r"--[a-z][\w.-]*", capsys.readouterr().out), *options_of(cli.parser())}
    assert [option for option in OPTIONS if option not in known] == []


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """List the options of a command and of all commands below it."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from options_of(below)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_a_page_exist(page):
    links = re.findall(r"\]\(([^)\s]+)", page.read_text())
    files = [link.split("#")[0] for link in links if "://" not in link]
    assert [file for file in files if file and not (page.parent / file).exists()] == []


def test_every_public_name_is_described():
    described = re.findall(r"^::: colorgan\.(\w+)$", TEXT, re.M)
    assert sorted(described) == sorted(colorgan.__all__)


def test_files_that_the_text_names_exist():
    names = re.findall(r"`((?:colorgan|benchmarks|examples)/[a-z_/0-9]+\.py)`", TEXT)
    assert names
    assert [name for name in names if not (ROOT / name).is_file()] == []


def test_the_design_names_every_room():
    table = (DOCS / "design.md").read_text().split("## The rooms")[1].split("\n## ")[0]
    named = re.findall(r"`(\w+\.py|\w+/)`", table.split("On top stand")[0].split("---")[-1])
    house = ROOT / "colorgan"
    folders = [f"{init.parent.name}/" for init in house.glob("*/__init__.py")]
    assert sorted(named) == sorted([*folders, *(path.name for path in house.glob("*.py"))])


def test_the_citation_names_the_version():
    assert f"\nversion: {colorgan.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_every_setting_of_the_page_is_described():
    settings = set(re.findall(r"COLORGAN_\w+", (ROOT / "app.py").read_text()))
    assert settings == set(re.findall(r"^\| `(COLORGAN_\w+)`", TEXT, re.M))


def test_the_picture_of_the_design_has_the_floors_of_the_contract(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import floors

    assert len(floors.floors()) >= 5
    assert floors.PICTURE.read_text() == floors.draw([floors.DOORS, *floors.floors()])
