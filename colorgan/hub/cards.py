"""Model cards: a template filled with a model's config, provenance and measured figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from ..errors import ModelError
from ..networks.files import EVALUATION, read_config
from .folders import history, load_network

_RUN = "A run of colorgan;"
SHOWN = (
    "psnr",
    "ssim",
    "ciede2000",
    "colourfulness",
    "glaring",
    "glaring_photos",
    "chroma_histogram",
    "bleeding",
)


ABOUT = {False: "Gives black-and-white photos colour.", True: "Mends damaged photos."}
"""What a model is for, by whether it restores."""


def template(name: str = "model_card.md") -> Path:
    """Return the path of a template: in a wheel inside the package, in a checkout at its top."""
    package = Path(__file__).parents[1]
    packed = package / name
    return packed if packed.is_file() else package.parent / name


def of_a_run(recipe: str, seen: int) -> str:
    """Return the card that a run's folder has until the model is published.

    Args:
        recipe: name of the recipe.
        seen: how many photos it has learned from.
    """
    return f"# {recipe}\n\n{_RUN} {seen} photos seen.\n"


def is_of_a_run(card: str) -> bool:
    """Return whether a card is no more than `of_a_run` gives."""
    return _RUN in card


def render(
    folder: Path,
    name: str,
    *,
    about: str = "",
    data: str = "",
    limits: str = "",
    licence: str = "",
) -> str:
    """Return the text of a model's card; every figure comes from its folder.

    Args:
        folder: the model folder; figures are in its evaluation.json, if it has one.
        name: of the model, as people will ask for it.
        about: a sentence on what it is for.
        data: what it was trained on, in words; else what its provenance names.
        limits: what it does badly, as a list in Markdown; else what holds for every model.
        licence: of its weights, in words; else that its photographs decide.

    Raises:
        ModelError: the folder's figures cannot be read.
    """
    figures = read_figures(folder)
    own = own_row(figures)
    trainings = [{"seen": 0, **run} for run in history(folder)]
    measures = [m for m in SHOWN if m in own] + [m for m in own if "[" in m or " " in m]
    rows = [
        {
            "name": name if row == own else model,
            "cells": [cell(row.get(measure)) for measure in measures],
        }
        for model, row in figures.get("models", {}).items()
    ]
    sources = [str(source) for run in trainings for source in run.get("data", [])]
    trained_on = data or ", ".join(dict.fromkeys(sources)) or "Not recorded."
    network = load_network(folder)
    config = read_config(folder)
    restores = "restorer" in config
    card = ModelCard.from_template(
        card_data(name, figures, restores=restores),
        template_path=str(template("restorer_card.md" if restores else "model_card.md")),
        name=name,
        about=about or ABOUT[restores],
        config=config,
        recipe=trainings[-1].get("recipe") if trainings else None,
        history=trainings,
        seen=sum(int(run["seen"]) for run in trainings),
        parameters=f"{sum(p.numel() for p in network.parameters()) / 1e6:.1f}",
        data=trained_on,
        limits=limits,
        licence=licence,
        figures=figures,
        metrics=measures,
        rows=rows,
        columns=[row["name"] for row in rows],
        skin=skin_rows(figures),
        by_measure=[
            {"name": measure, "cells": [row["cells"][index] for row in rows]}
            for index, measure in enumerate(measures)
        ],
    )
    return str(card).rstrip() + "\n"


def card_data(name: str, figures: Mapping[str, Any], *, restores: bool) -> ModelCardData:
    """Return the metadata of a card, with its figures as the Hub's evaluation results."""
    task = "image-restoration" if restores else "colorization"
    results = [
        EvalResult(
            task_type="image-to-image",
            task_name=task.replace("-", " "),
            dataset_type="photos",
            dataset_name="{photos} photos at {size} px".format(**figures["protocol"]),
            metric_type=measure,
            metric_value=figure["mean"],
        )
        for measure, figure in own_row(figures).items()
        if figure["mean"] is not None
    ]
    return ModelCardData(
        license="other",
        license_name="see-model-card",
        library_name="colorgan",
        pipeline_tag="image-to-image",
        tags=[task, "image-to-image", "old-photos"],
        model_name=name,
        eval_results=results or None,
    )


def read_figures(folder: Path) -> dict[str, Any]:
    """Read a model folder's figures without the names of any photos; empty if it has none.

    Raises:
        ModelError: the file is there but cannot be read as such.
    """
    path = folder / EVALUATION
    if not path.is_file():
        return {}
    try:
        figures = json.loads(path.read_text())
        protocol = {k: v for k, v in figures["protocol"].items() if k != "left_out"}
        skin = figures.get("skin", {})
        return {"protocol": protocol, "models": figures["models"], "skin": skin}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is not what `colorgan evaluate --json` writes: {error!r}. Judge the model "
            "again, or remove the file."
        ) from error


def own_row(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the first model that is neither grey nor the originals."""
    for model, row in figures.get("models", {}).items():
        if model not in ("grey", "original"):
            return dict(row)
    return {}


def skin_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each measured tone of skin the errors of the models: `tone` and `cells`."""
    return [
        {"tone": tone, "cells": [cell(row["error"]) for row in models.values()]}
        for tone, models in figures.get("skin", {}).items()
        if any(row["error"]["mean"] is not None for row in models.values())
    ]


def cell(figure: Mapping[str, Any] | None) -> str:
    """Return a figure as a cell of a table; a dash where there is none."""
    if figure is None or figure["mean"] is None:
        return "-"
    value = float(figure["mean"])
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
