"""The page: its tabs, its look, and what is common to all of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ..photo.formats import READ_ENDINGS
from ..photoset.system_files import SYSTEM
from ..video.limits import FilmLimits
from . import about, album, colour, compare, film, survey
from .limits import PHOTOS, Limits
from .looks import Looks
from .models import Models
from .previews import KEPT_SECONDS
from .texts import ENGLISH, Texts
from .theme import theme
from .turkish import TURKISH

LANGUAGES = {"en": ENGLISH, "tr": TURKISH}

_HERE = Path(__file__).parent
MOST_WAITING = 60  # who comes later is told so at once, rather than to wait for minutes
_DELETE_CACHE = (600, KEPT_SECONDS)  # every ten minutes what is older than this


def build(
    models: Models,
    examples: Sequence[Path] = (),
    texts: Texts = ENGLISH,
    *,
    looks: Looks | None = None,
    visitor_photos: int = PHOTOS,
    photo_bytes: int | None = None,
    film_limits: FilmLimits | None = None,
    with_survey: bool = False,
) -> gr.Blocks:
    """Build the page.

    Args:
        models: who colours.
        examples: photos that visitors may try.
        texts: the words of the page.
        looks: of the visitors, whose routes (`corrections.routes`) are served beside the page.
        visitor_photos: how many one visitor may have coloured in a row.
        photo_bytes: of a photo's file at most, where larger files are taken in for films.
        film_limits: of the films that visitors bring; None leaves the tab Film out.
        with_survey: whether there are the tabs Survey and Results, for a study that is open.
    """
    limits = Limits(texts, visitor_photos, photo_bytes)
    looks = looks or Looks(models, texts)
    tabs: dict[str, Callable[[], gr.Image | None]] = {
        texts.colour_tab: partial(colour.build, looks, limits, examples, texts),
        texts.compare_tab: partial(compare.build, models, limits, examples, texts),
        texts.album_tab: partial(album.build, models, limits, texts),
    }
    if film_limits is not None:
        tabs[texts.film.film_tab] = partial(film.build, looks, limits, film_limits, texts)
    if with_survey:
        tabs[texts.survey.survey_tab] = partial(survey.build_survey, texts)
        tabs[texts.survey.results_tab] = partial(survey.build_results, texts)
    tabs[texts.about_tab] = partial(about.build, models, texts)
    page = gr.Blocks(title="colorgan", delete_cache=_DELETE_CACHE, analytics_enabled=False)
    with page:
        gr.Markdown(f"# {texts.title}\n\n{texts.lead}", elem_id="intro")
        photos: dict[gr.Tab, gr.Image] = {}
        with gr.Tabs():
            for name, build_tab in tabs.items():
                with gr.Tab(name) as tab:
                    photo = build_tab()
                if photo is not None:
                    photos[tab] = photo
        _share_photos(photos)
    page.queue(max_size=MOST_WAITING, api_open=False, status_update_rate=2)
    return page


def find_examples(folder: Path) -> list[Path]:
    """List the example photos in a folder; none if there is no such folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".jpg", ".png"))


def _script() -> str:
    code = (_HERE / "page.js").read_text()
    for name, value in {"READ_ENDINGS": sorted(READ_ENDINGS), "SYSTEM_FILES": SYSTEM}.items():
        code = code.replace(name, json.dumps(value))
    return code


def look() -> dict[str, Any]:
    """Return what `launch` is to know of the page's look."""
    return {
        "theme": theme(),
        "css_paths": [
            _HERE / f"{name}.css"
            for name in (
                "style",
                "canvas",
                "filling",
                "panel",
                "references",
                "restored",
                "film",
                "survey",
            )
        ],
        "js": _script(),
        "favicon_path": _HERE / "favicon.svg",
        # Unasked, browsers look for it at the root of the host, where a proxy may have other pages.
        "head": '<link rel="icon" href="favicon.ico">',
        "footer_links": [],
        # Gradio has no word of its own for the button that adds files.
        "i18n": gr.I18n(**{lang: {"common.upload": t.add_files} for lang, t in LANGUAGES.items()}),
    }


def _share_photos(photos: dict[gr.Tab, gr.Image]) -> None:
    """Bring a photo along to a tab that has none yet; the browser has it already."""
    for tab, own in photos.items():
        others = [photo for photo in photos.values() if photo is not own]
        tab.select(
            None,
            [own, *others],
            own,
            js="(...photos) => photos.find(Boolean) ?? null",
            api_visibility="private",
        )
