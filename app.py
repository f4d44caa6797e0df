"""The page of colorgan: reads the settings, builds the page, serves it.

COLORGAN_CUSTOM, COLORGAN_PRETRAINED: names of the two models.
COLORGAN_MODELS: names of more, to compare with, with spaces between.
COLORGAN_RESTORER: name of the model that restores.
COLORGAN_LANGUAGE: en or tr.
COLORGAN_MAX_UPLOAD: largest photo file.
COLORGAN_FILM_SECONDS, COLORGAN_FILM_LINES: longest film, and how high in pixels; 0 seconds leaves
films out, which need colorgan[video].
COLORGAN_FILM_UPLOAD: largest film file.
COLORGAN_VISITOR_PHOTOS: how many photos a visitor may have coloured in a row.
COLORGAN_MCP: 1 offers the page's work to assistants as MCP tools (needs colorgan[mcp]).
COLORGAN_STUDY: folder of a prepared study, which adds the survey; its votes go to
COLORGAN_VOTES_URL (default: SQLite in that folder); COLORGAN_SURVEY_SECRET signs its tokens, and
COLORGAN_VOTES_REPO names a private data set of the Hub that keeps the votes of a Space.
Gradio's own variables (GRADIO_SERVER_PORT, GRADIO_SERVER_NAME, ...) work too.
"""

import os
import signal
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

try:  # a Space on ZeroGPU lends a GPU call by call; this must come before torch
    import spaces
except ImportError:
    spaces = None

from functools import partial
from importlib.util import find_spec
from pathlib import Path

from colorgan.errors import ColorganError
from colorgan.output.terminal import allow_every_letter
from colorgan.ui import corrections, full_size, page
from colorgan.ui.limits import PHOTOS, file_size
from colorgan.ui.looks import Looks
from colorgan.ui.models import Models
from colorgan.video.limits import FilmLimits

EXAMPLES = Path(__file__).parent / "examples" / "photos"

GPU_SECONDS = 10  # the most that a call may take; less is served sooner

allow_every_letter()
language = os.environ.get("COLORGAN_LANGUAGE", "en")
if language not in page.LANGUAGES:
    sys.exit(f"COLORGAN_LANGUAGE is {language!r}; it must be {' or '.join(page.LANGUAGES)}.")


def number(name: str, default: int, least: int = 1) -> int:
    """Read a setting that is a whole number."""
    said = os.environ.get(name, str(default))
    if not (said.isdecimal() and int(said) >= least):
        sys.exit(f"{name} is {said!r}; it must be a whole number from {least} on.")
    return int(said)


visitor_photos = number("COLORGAN_VISITOR_PHOTOS", PHOTOS)
film_limits = FilmLimits(
    number("COLORGAN_FILM_SECONDS", FilmLimits.seconds, 0),
    number("COLORGAN_FILM_LINES", FilmLimits.lines, 16),
)
with_films = film_limits.seconds > 0 and find_spec("av") is not None
try:
    photo_bytes = file_size(os.environ.get("COLORGAN_MAX_UPLOAD", "50mb"))
    film_bytes = file_size(os.environ.get("COLORGAN_FILM_UPLOAD", "200mb"))
except ColorganError as error:
    sys.exit(str(error))

models = Models(
    {
        "pretrained": os.environ.get("COLORGAN_PRETRAINED", "pretrained"),
        "custom": os.environ.get("COLORGAN_CUSTOM", "custom"),
        **{name: name for name in os.environ.get("COLORGAN_MODELS", "").split()},
    },
    on_gpu=None if spaces is None else partial(spaces.GPU, duration=GPU_SECONDS),
    restorer=os.environ.get("COLORGAN_RESTORER", "restore"),
)
if os.environ.get("SPACES_ZERO_GPU"):
    models.load_all()
texts = page.LANGUAGES[language]
looks = Looks(models, texts)
routes = corrections.routes(looks, texts) + full_size.routes(looks, texts)
if study := os.environ.get("COLORGAN_STUDY"):
    try:
        # Only here, so that the page needs nothing of the survey's where no study is named.
        from colorgan.survey import web
        from colorgan.survey.opening import open_survey

        survey = open_survey(
            study,
            votes_url=os.environ.get("COLORGAN_VOTES_URL", ""),
            secret=os.environ.get("COLORGAN_SURVEY_SECRET", ""),
            votes_repo=os.environ.get("COLORGAN_VOTES_REPO", ""),
        )
        if survey.promise:
            print(survey.promise, flush=True)
        routes += web.routes(survey)
    except ColorganError as error:
        sys.exit(str(error))
demo = page.build(
    models,
    page.find_examples(EXAMPLES),
    texts,
    looks=looks,
    visitor_photos=visitor_photos,
    photo_bytes=photo_bytes,
    film_limits=film_limits if with_films else None,
    with_survey=bool(study),
)

if __name__ == "__main__":
    # Stopped by a service manager, Gradio too shall end in order: it deletes visitors' photos then.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    demo.launch(
        **page.look(),
        # Gradio knows one limit for all; `Limits` refuses photos that are too large.
        max_file_size=max(photo_bytes, film_bytes) if with_films else photo_bytes,
        allowed_paths=[str(EXAMPLES)],
        run_history=False,
        enable_monitoring=False,
        strict_cors=True,
        state_session_capacity=100,  # Gradio keeps a copy of the page for each; none holds anything
        mcp_server=os.environ.get("COLORGAN_MCP") == "1",
        app_kwargs={"routes": routes},
    )
