"""Studies for tests: prepared from photos, drawn without pictures; votes and sheets on them."""

from __future__ import annotations

import csv
import shutil

import pytest
from PIL import Image
from sqlalchemy import create_engine, text

from colorgan.survey.prepare import prepare
from colorgan.survey.study import Study, StudyPhoto, System
from colorgan.survey.votes import Vote


@pytest.fixture(scope="session")
def sources(small_model, photos, tmp_path_factory):
    """Photos of two groups, one of them grey, and two models."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "photos").mkdir()
    for name, pixels in photos.items():
        image = Image.fromarray(pixels)
        image.thumbnail((160, 160))
        group = "people" if name == "astronaut" else "things"
        image.save(folder / "photos" / f"{group}-{name}.png")
    image.convert("L").save(folder / "photos" / "old-train.png")
    for name in ("custom-2", "pretrained-2"):
        shutil.copytree(small_model, folder / name)
    return folder


@pytest.fixture(scope="session")
def study(sources):
    models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
    return prepare([str(sources / "photos")], models, sources / "study", name="Old city")


def drawn(photos: int, systems: int, **lengths) -> Study:
    """A study without pictures, to draw trials from."""
    names = [f"model{i}" for i in range(systems)]
    return Study(
        name="drawn",
        systems=tuple(System(name, f"r-{name}", "") for name in names),
        photos=tuple(StudyPhoto(f"{i}.jpg", "", "", 9, 9, True, {}) for i in range(photos)),
        sha256={},
        **lengths,
    )


def votes_on(study, pairs, kind, question):
    """Eight people who answer alike: left, but for every third step."""
    return [
        Vote(
            f"{person}-{kind}-{step}", study.fingerprint, f"p{person}", step, kind, question,
            f"{step % 6}.jpg", left, right, "", "",
            "left" if step % 3 else "right", 900, "now",
        )
        for person in range(8)
        for step, (left, right) in enumerate(pairs)
    ]  # fmt: skip


def sheet(path, rows, heads=("participant", "question", "answer")):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def thirty(question="real"):
    return [(f"person {i}", question, "custom-2" if i < 24 else "pretrained-2") for i in range(30)]


def change(url, statement):
    """Change a database of votes behind its back."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def make_older(url):
    """Bring a database of votes back to what the first version made."""
    change(url, "ALTER TABLE votes DROP COLUMN source")
    change(url, "UPDATE alembic_version SET version_num = '0001'")
