"""The tab Compare: a photo in grey and by two models, side by side and under one border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from PIL import Image, ImageDraw, ImageFont

from ..photo import Pages, stem_of
from ..settings import Size
from .captions import caption, caption_box, download_button
from .events import Bench, Parts, bind
from .frames import before_after, picture, shown, shown_pair
from .limits import Limits
from .messages import errors_as_toasts
from .models import Models
from .photo_input import open_pages, photo_input
from .previews import PREVIEW_QUALITY, fresh_folder, save_lightness
from .settings import size_settings, strength_slider
from .texts import Texts
from .work import colour

SIDES = ("left", "right")
_SHARED_SIDE = 640  # long side of each picture on the sheet that can be shared


@dataclass(frozen=True)
class Compared:
    """What the tab shows of a photo by two models.

    Attributes:
        left_file, right_file: both results in full size.
        share: both on one sheet.
        grey, left, right: previews.
        frame: both under one border.
        line: a caption.
    """

    left_file: str
    right_file: str
    share: str
    grey: dict[str, Any]
    left: dict[str, Any]
    right: dict[str, Any]
    frame: dict[str, Any]
    line: str


def build(models: Models, limits: Limits, examples: Sequence[Path], texts: Texts) -> gr.Image:
    """Lay out the tab and bind its events; return the box of its photo."""
    with gr.Row(elem_classes="workbench even"):
        with gr.Column():
            source = photo_input("compare", texts.compare_button, examples, texts)
        with gr.Column(elem_classes="settings"):
            gr.Markdown(f"{texts.compare_lead}\n\n- {texts.custom_hint}\n- {texts.pretrained_hint}")
            with gr.Row(visible=len(models.keys) > len(SIDES)):
                choices = [(texts.model_name(key), key) for key in models.keys]
                sides = {
                    side: gr.Dropdown(
                        choices, value=key, label=label, elem_id=f"compare-choose-{side}"
                    )
                    for side, key, label in zip(
                        SIDES, ("custom", "pretrained"), (texts.left, texts.right), strict=True
                    )
                }
            strength = strength_slider(texts, "compare-strength")
            size, auto = size_settings(texts, "compare-size")
    with gr.Column(elem_classes="result"):
        frame = before_after(
            "compare-frame",
            name=texts.compared_frame,
            handle=texts.compared_handle,
            share=texts.compared_share,
            empty=texts.compared_empty,
        )
        with gr.Row(elem_classes="sheet"):
            with gr.Column(min_width=240):
                grey = picture(texts.grey, "compare-grey")
                share = download_button(texts.compared_sheet, "compare-share")
            pictures: dict[str, Component] = {}
            downloads: dict[str, Component] = {}
            for side, key in zip(SIDES, ("custom", "pretrained"), strict=True):
                with gr.Column(min_width=240):
                    pictures[side] = picture(texts.model_name(key), f"compare-{side}")
                    downloads[f"{side}_file"] = download_button(
                        texts.download, f"compare-{side}-download"
                    )
        line = caption_box("compare-caption")

    def compare(
        photo: str | None,
        strength: float,
        size: float,
        left: str,
        right: str,
        auto: bool,
        request: gr.Request,
    ) -> Compared:
        """Return a black-and-white photo colour by two models, to compare them.

        Args:
            photo: the photo.
            strength: of the colours, 0 (grey) to 1.5.
            size: short side in pixels at which the models see the photo.
            left: one model.
            right: the other model.
            auto: find a size instead.
        """
        with errors_as_toasts(texts):
            limits.check_file(photo)
            limits.take(request, len(SIDES))
            seen_at: Size = "auto" if auto else int(size)
            pages = open_pages(texts, photo)
            limits.take(request, len(SIDES) * (pages.count - 1))
            return _compare(models, texts, pages, strength, seen_at, (left, right))

    settings: Parts = {"strength": strength, "size": size, **sides, "auto": auto}
    outcome: Parts = {
        **downloads,
        "share": share,
        "grey": grey,
        **pictures,
        "frame": frame,
        "line": line,
    }
    bind(Bench(source, settings, outcome, compare))
    return source.photo


def _compare(
    models: Models,
    texts: Texts,
    pages: Pages,
    strength: float,
    size: Size,
    keys: tuple[str, str],
) -> Compared:
    """Colour a photo by two models; return files, previews, and a caption."""
    source = pages.first
    colorizers = [models.get(key) for key in keys]
    names = [texts.model_name(key) for key in keys]
    folder = fresh_folder()
    results = []
    for side, colorizer, name in zip(SIDES, colorizers, names, strict=True):
        (folder / side).mkdir()  # both sides may be the same model
        addition = f"{texts.file_addition}, {Path(name).name}"
        results.append(
            colour(colorizer, pages, folder / side, strength=strength, size=size, addition=addition)
        )
    grey = save_lightness(source, folder / "grey.webp")
    previews = [result.preview for result in results]
    shared = save_sheet([grey, *previews], [texts.grey, *names], texts.guess, folder, source.name)
    left, right = results
    views = [
        shown(path, name, texts.compared_alt.format(name=name))
        for path, name in zip(previews, names, strict=True)
    ]
    return Compared(
        left_file=str(left.written.path),
        right_file=str(right.written.path),
        share=str(shared),
        grey=shown(grey, texts.grey, texts.grey_alt),
        left=views[0],
        right=views[1],
        frame=shown_pair(previews[0], previews[1], names[0], names[1]),
        line=caption(texts, source, left.written, *results),
    )


def save_sheet(
    pictures: Sequence[Path], names: Sequence[str], note: str, folder: Path, photo: str
) -> Path:
    """Write one picture to share: the pictures, their names, a note, and no metadata."""
    images = [Image.open(path).convert("RGB") for path in pictures]
    for image in images:
        image.thumbnail((_SHARED_SIDE, _SHARED_SIDE))
    width, height = images[0].size
    gap, line = 16, 36
    sheet = Image.new(
        "RGB", (gap + len(images) * (width + gap), height + gap + 2 * line), (250, 250, 250)
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    for index, (image, name) in enumerate(zip(images, names, strict=True)):
        left = gap + index * (width + gap)
        sheet.paste(image, (left, gap))
        draw.text((left, gap + height + 8), name, fill=(28, 28, 28), font=font)
    bottom = gap + height + line + 2
    draw.text((gap, bottom), f"{note} colorgan", fill=(89, 89, 89), font=font)
    path = folder / f"{stem_of(photo)} compared.jpg"
    sheet.save(path, quality=PREVIEW_QUALITY)
    return path
