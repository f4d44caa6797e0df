"""The app as a person starts it, photos of visitors, and what a visitor does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image
from serving import free_port, wait_until_answering

GPS = {1: "N", 2: (41.0, 0.0, 30.0), 3: "E", 4: (28.0, 58.0, 12.0)}
GPS_IFD, DESCRIPTION, PROCESSING_SOFTWARE = 0x8825, 0x010E, 0x000B
WAIT = 120_000  # milliseconds for a photo to be coloured: some machines are slow or busy


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, str], start: Sequence[str] = ("app.py",)
) -> Iterator[str]:
    """Serve the app on a free port; return its address. Afterwards its log holds no traceback."""
    port = free_port()
    own = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(folder / "gradio")}
    log = folder / "log.txt"
    with log.open("w") as output:
        app = subprocess.Popen(
            [sys.executable, *start],
            cwd=ROOT,
            env={**os.environ, **own, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            wait_until_answering(app, port)
        except RuntimeError as error:
            pytest.fail(f"{error}\n{log.read_text()}")
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(60)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def large_photo(photos, tmp_path_factory) -> Path:
    """A grey JPEG of 1600 x 1200 pixels that says where it was taken."""
    path = tmp_path_factory.mktemp("upload") / "harbour day.jpg"
    exif = Image.Exif()
    exif[DESCRIPTION] = "A day at the harbour"
    exif.get_ifd(GPS_IFD).update(GPS)
    image = Image.fromarray(photos["coffee"]).convert("L")
    image.resize((1600, 1200), Image.Resampling.LANCZOS).save(path, quality=92, exif=exif)
    return path


@pytest.fixture(scope="session")
def huge_photo(large_photo, tmp_path_factory) -> Path:
    """The same with 24 megapixels: it is still being coloured while other things happen."""
    path = tmp_path_factory.mktemp("huge") / "harbour day.jpg"
    Image.open(large_photo).resize((6000, 4000)).save(path, quality=80)
    return path


@pytest.fixture(scope="session")
def small_photo(large_photo, tmp_path_factory) -> Path:
    """The same at a quarter of the size, to be quick."""
    path = tmp_path_factory.mktemp("small") / large_photo.name
    with Image.open(large_photo) as image:
        image.reduce(4).save(path)
    return path


@pytest.fixture(scope="session")
def deep_photo(photos, tmp_path_factory) -> Path:
    """A grey PNG of 16 bits."""
    import imagecodecs

    path = tmp_path_factory.mktemp("deep") / "scan.png"
    grey = photos["astronaut"].astype(np.float64) @ (0.299, 0.587, 0.114)
    path.write_bytes(imagecodecs.png_encode((grey * 257).round().astype(np.uint16)))
    return path


@pytest.fixture(scope="session")
def url(tmp_path_factory):
    """The address of the app, started as a person starts it."""
    with serving(tmp_path_factory.mktemp("app"), {"HF_HUB_OFFLINE": "1"}) as address:
        yield address


@contextmanager
def watched(browser, url):
    """Open pages; afterwards no error was logged and no other host was asked for anything."""
    contexts, errors, foreign = [], [], []
    own = (url, "data:", "blob:")

    def open_page(width: int = 1280, height: int = 900, theme: str = "light"):
        context = browser.new_context(locale="en-US", viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(own) else foreign.append(r.url))
        page.traffic = []
        page.on("response", lambda answer: page.traffic.append(answer))
        page.goto(f"{url}/?__theme={theme}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
    assert foreign == []


@pytest.fixture
def visit(browser, url):
    """Open the page as a visitor who wants a photo coloured."""
    with watched(browser, url) as open_page:

        def visit(*how, **more):
            page = open_page(*how, **more)
            page.locator("#colour-photo input[type=file]").wait_for(state="attached")
            wait_until_ready(page)
            return page

        yield visit


def connect(url: str, folder: Path):
    """The page as a script in Python meets it; what it answers is kept in a folder."""
    from gradio_client import Client

    return Client(url, verbose=False, download_files=folder)


def wait_until_ready(page) -> None:
    """Wait for the page's own script, which runs a little after Gradio has shown its boxes."""
    page.locator("html[data-ready]").wait_for(state="attached")


def upload(page, photo, tab: str = "colour") -> None:
    wait_until_ready(page)
    page.locator(f"#{tab}-photo input[type=file]").set_input_files(photo)
    page.locator(f"#{tab}-photo img").wait_for()


CLEAR = """(selector) => {
    let part = document.querySelector(selector);
    while (part && getComputedStyle(part).opacity === "1") part = part.parentElement;
    return !part;
}"""
"""Whether an element and all around it is opaque."""


def colour(page, photo: Path) -> None:
    """Bring a photo in and wait until it is in colour, which takes no click.

    Gradio makes the frame pale while it works and clears it up again after the picture has come.
    """
    upload(page, photo)
    page.locator("#colour-frame img.after").wait_for(timeout=WAIT)
    page.wait_for_function(CLEAR, arg="#colour-frame img.after")


def shown(page, selector: str) -> Image.Image:
    """The picture in an element, as the browser got it."""
    source = page.locator(selector).first.get_attribute("src")
    if source.startswith("blob:"):  # made in the browser: nobody else can get it
        data = page.evaluate(
            """async (source) => {
                const bytes = new Uint8Array(await (await fetch(source)).arrayBuffer());
                return Array.from(bytes);
            }""",
            source,
        )
        return Image.open(io.BytesIO(bytes(data)))
    return Image.open(io.BytesIO(page.request.get(source).body()))


def wait_for_another(page, selector: str, source: str) -> None:
    """Wait until an element shows another picture than before."""
    page.wait_for_function(
        "([selector, source]) => document.querySelector(selector)?.src !== source",
        arg=[selector, source],
        timeout=WAIT,
    )


def download(page, selector: str = "#colour-download") -> tuple[str, bytes]:
    with page.expect_download() as event:
        page.locator(selector).click()
    return event.value.suggested_filename, Path(event.value.path()).read_bytes()


def tab_to(page, locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{locator} cannot be reached by Tab.")


def border(page) -> float:
    """Where the coloured picture begins, in percent from the left."""
    inset = page.locator("#colour-frame img.after").evaluate("e => getComputedStyle(e).clipPath")
    return float(inset.rsplit(" ", 1)[1].removesuffix("%)"))


def toast(page) -> str:
    body = page.locator(".toast-body")
    body.first.wait_for()
    text = body.first.inner_text()
    page.locator(".toast-close").first.click()
    return text


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
