"""The texts speak of what there is: commands parse, options, links, files and figures exist."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import hints
import pytest
import quality
import speed
import tyro
from commands import script
from conftest import ROOT

import colorgan
import train
from colorgan import cli, hub, settings, together
from colorgan.hints import from_json
from colorgan.networks import sizes
from colorgan.photo import pages
from colorgan.survey import analysis
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.ui import album, film_work, limits, page

DOCS = ROOT / "docs"
SITE = sorted(DOCS.glob("*.md"))
PAGES = [*SITE, ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "benchmarks").glob("*.md")]


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the words of each command: of lines that begin with $, with what follows a backslash.

    Variables that the text sets before are filled in; ... stands for what is not told.
    """
    variables: dict[str, str] = {}
    for line in re.findall(r"^\$ (.*)$", text.replace("\\\n", " "), re.M):
        if setting := re.fullmatch(r'([A-Z])="(.*)"', line):
            variables[setting[1]] = setting[2]
            continue
        for name, value in variables.items():
            line = line.replace(f"${name}", value)
        words = [word for word in shlex.split(line, comments=True) if word != "..."]
        for is_pipe, command in groupby(words, "|".__eq__):
            if not is_pipe:
                yield list(command)


def after(words: list[str], program: str) -> list[str] | None:
    """Return the arguments of a program, which may stand after a launcher."""
    place = next((i for i, word in enumerate(words) if word == program), None)
    return None if place is None else words[place + 1 :]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


TEXT = "\n".join(page.read_text() for page in SITE)
TEXTS = {named(page): page.read_text() for page in PAGES}
WORDS = [words for text in TEXTS.values() for words in commands_in(text)]
COMMANDS = {" ".join(found): found for words in WORDS if (found := after(words, "colorgan"))}
TRAININGS = {" ".join(found): found for words in WORDS if (found := after(words, "train.py"))}
SCRIPTS = {
    " ".join(words[index:]): (ROOT / words[index], words[index + 1 :])
    for words in WORDS
    for index, word in enumerate(words)
    if re.fullmatch(r"(benchmarks|examples)/\w+\.py", word)
}
OPTIONS = {
    name: sorted(set(re.findall(r"`(--[a-z][\w.-]*)", text))) for name, text in TEXTS.items()
}


def read_training(recipe: str, arguments: list[str]):
    options = train.Options(Run(folder=tyro.MISSING, data=tyro.MISSING), RECIPES[recipe])
    config = (tyro.conf.AvoidSubcommands,)
    return tyro.cli(train.Options, default=options, args=arguments, config=config)


def test_there_are_texts_with_commands():
    assert len(SITE) >= 9 and len(PAGES) >= len(SITE) + 4
    assert len(COMMANDS) >= 25
    assert len(TRAININGS) >= 15
    assert len(SCRIPTS) >= 10
    assert sum(map(len, OPTIONS.values())) >= 30


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_parses(command):
    arguments = COMMANDS[command]
    if "--help" in arguments:
        with pytest.raises(SystemExit, match="0"):
            cli.parser().parse_args(arguments)
    else:
        assert callable(cli.parser().parse_args(arguments).run)


@pytest.mark.parametrize("command", TRAININGS)
def test_a_training_parses(command):
    name, *arguments = TRAININGS[command]
    if name == "report":
        tyro.cli(train.Report, args=arguments)
    elif "--help" in arguments:
        with pytest.raises(SystemExit, match="0"):
            read_training(name, arguments)
    else:
        assert read_training(name, arguments).recipe.name == name


@pytest.mark.parametrize("command", SCRIPTS)
def test_a_script_is_there_and_knows_its_options(command):
    path, arguments = SCRIPTS[command]
    code = path.read_text()
    shared = (ROOT / "colorgan" / "evaluation" / "options.py").read_text() * (
        "add_features" in code
    )
    options = [word.partition("=")[0] for word in arguments if word.startswith("--")]
    assert [option for option in options if f'"{option}"' not in code + shared] == []


@pytest.mark.parametrize("name", TEXTS)
def test_options_in_a_text_exist(name, capsys):
    known = set(options_of(cli.parser()))
    for recipe in ("nogan", "classes", "restore"):
        with pytest.raises(SystemExit, match="0"):
            read_training(recipe, ["--help"])
        known |= set(re.findall(r"--[a-z][\w.-]*", capsys.readouterr().out))
    for path in (ROOT / "benchmarks").glob("*.py"):
        known |= set(re.findall(r'"(--[a-z][\w-]*)"', path.read_text()))
    assert [option for option in OPTIONS[name] if option not in known] == []


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """List the options of a command and of all commands below it."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from options_of(below)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_and_pictures_of_a_text_exist(page):
    links = re.findall(r"\]\(([^)\s]+)", page.read_text())
    files = [link.split("#")[0] for link in links if "://" not in link]
    assert [file for file in files if file and not (page.parent / file).exists()] == []


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_a_text_names_exist(name):
    rooms = "colorgan|benchmarks|examples|tests|docs|weights"
    files = re.findall(rf"`((?:{rooms})/[\w/.-]+\.\w+)`", TEXTS[name])
    real = [file for file in files if "NAME" not in file]
    assert [file for file in real if not (ROOT / file).is_file()] == []


def test_every_public_name_is_described():
    described = re.findall(r"^::: colorgan\.(\w+)$", TEXT, re.M)
    assert sorted(described) == sorted(colorgan.__all__)


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


def test_the_readme_s_table_of_quality_is_what_the_command_prints():
    done = script(Path(quality.__file__))
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 4, "grey, two models, the originals"
    assert [row for row in rows if row not in TEXTS["README.md"].splitlines()] == []


def test_the_readme_s_table_of_speed_is_what_was_kept_last(capsys):
    done = script(Path(speed.__file__), "--kept")
    assert len(done.stdout.splitlines()) == 2 + 5
    assert done.stdout in TEXTS["README.md"]
    figures = speed.kept()
    own = [f"{figures[f'network, {name} at 256']:.2f}" for name in speed.MODELS]
    assert f"| {' and '.join(own)} at 256 |" in TEXTS["README.md"], "beside the others'"
    assert f"takes {figures['peak MiB, 12 MP']} MiB at most" in TEXTS["README.md"]


def test_the_readme_s_figures_of_groups_and_mistakes_are_the_measured_ones():
    figures = quality.kept()
    protocol = figures["protocol"]
    judged = f"{protocol['photos']} validation photos ({len(protocol['left_out'])} grey ones"
    assert judged in TEXTS["README.md"]
    groups = [group["ciede2000"] for group in figures["groups"].values() if group.get("ciede2000")]
    nearer = sum(group["custom"] < group["grey"] for group in groups)
    assert f"In {nearer} of {len(groups)} groups" in TEXTS["README.md"]
    for model in ("custom", "pretrained"):
        shares = [
            100 * group["ciede2000"][model] / group["ciede2000"]["grey"]
            for group in figures["groups"].values()
            if group.get("ciede2000")
        ]
        for share in shares:
            if share > 100:
                assert f"{share:.1f}" in TEXTS["README.md"], model
    glaring = figures["models"]["custom"]["glaring_photos"]["mean"]
    assert f"In {glaring:.1%}".replace("%", " %") in TEXTS["README.md"]


def test_the_readme_says_at_which_sizes_the_models_look():
    folders = hub.embedded("generator")
    zooms = {name: hub.read_config(folder)["zooms"] for name, folder in folders.items()}
    assert zooms == {"custom": [1.0, 0.5], "pretrained": [0.75]}
    words = "`custom` looks at it at that size and at half of it, `pretrained` at three quarters"
    assert words in TEXTS["README.md"]


def test_the_readme_s_example_of_a_survey_is_reckoned_as_the_report_does():
    found = analysis.share(24, 30)
    low, high = found.wilson
    said = f"{found.share:.0%} (95 % interval\n{100 * low:.1f} to {100 * high:.1f} %; p = "
    assert said.replace("%", " %", 1) + f"{found.p:.4f})" in TEXTS["README.md"]


def test_the_readme_names_the_torch_that_make_installs():
    (version,) = re.findall(r"^TORCH\s+\?= torch==(.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert f"`make` installs torch {version};" in TEXTS["README.md"]


LIMITS = {
    "docs/colouring.md": (
        f"Up to {settings.MAX_REFERENCES} photos in colour",
        f"At most {pages.MAX_PAGES} pages",
        f"At most {pages.MAX_FRAMES}, of 8 bits",
        f"At most {together.MOST}\nphotos",
        "looks at {}, {} and {} pixels".format(*settings.AUTO_SIZES),
        "{} to {}; default {}".format(*settings.SIZES, settings.DEFAULT_SIZE),
        f"A photo more than\n{sizes.LONGEST} times as long as wide",
        f"before they are decoded; default {settings.MAX_PIXELS // 10**6}",
        f"takes up to {album.MOST_PHOTOS} photos",
    ),
    "docs/space.md": (
        "further pages and frames among them; of a film 25 frames count as one; "
        f"default {limits.PHOTOS}",
        f"An album on the page has {album.MOST_PHOTOS} photos at most",
        f"A photo has {settings.MAX_PIXELS // 10**6} million pixels at most",
        f"Up to {page.MOST_WAITING} requests wait in the queue",
        f"of the first {film_work.MOST_SCENES}\nat most",
    ),
    "docs/film.md": (f"default {settings.DEFAULT_SIZE}. Smaller is faster",),
}


@pytest.mark.parametrize(("page", "words"), [(p, w) for p, told in LIMITS.items() for w in told])
def test_a_limit_that_a_text_tells_is_that_of_the_code(page, words):
    assert words in TEXTS[page]


def test_the_readme_s_example_of_hints_is_read():
    example = re.search(r"```json\n(.*?)```", TEXTS["README.md"], re.S)
    assert len(from_json(example[1], "README")) == 3


def test_the_readme_s_table_and_picture_of_hints_are_what_was_measured():
    done = script(Path(hints.__file__))
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 7, "none, and three numbers in two ways"
    assert "\n".join(rows) in TEXTS["README.md"]
    figures = json.loads(hints.KEPT.read_text())
    assert hints.PICTURE.read_text() == hints.draw(figures)
    assert f"{figures['photos']} photos of two sources" in TEXTS["README.md"]


def test_the_picture_of_the_design_has_the_floors_of_the_contract(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import floors

    assert len(floors.floors()) >= 5
    assert floors.PICTURE.read_text() == floors.draw([floors.DOORS, *floors.floors()])
