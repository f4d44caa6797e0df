"""Pictures of the page to look at: `python benchmarks/screenshots.py FOLDER`.

It starts the app, does a visitor's work in Chromium in light and dark, wide and narrow, and keeps a
picture of each step. `--readme` makes README's picture of the page anew instead.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from itertools import product
from pathlib import Path

import av
from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright
from serving import app
from skimage import data

from colorgan.ui.page import find_examples
from colorgan.ui.texts import ENGLISH

ROOT = Path(__file__).parent.parent
THEMES = ("light", "dark")
SIZES = ((1280, 900), (390, 844))
README_CORRECTION = (0.62, 0.66, "orange")
CORRECTIONS = ((0.3, 0.3, "wood"), (0.8, 0.15, "sky"), (0.7, 0.85, "leaves"))
WAIT = 120_000  # milliseconds for a photo to be coloured
RATE = 12  # frames a second of the film
SETTLED = "document.fonts.ready.then(() => [...document.images].every(image => image.complete))"


def correct(page: Page, shoot: Callable[[str], None]) -> None:
    """Correct three places, and shoot the panel before and with all it has to offer."""
    for number, (x, y, name) in enumerate(CORRECTIONS):
        page.keyboard.press("Escape")
        field = page.locator("#colour-frame .field")
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.locator(".panel .likely button").first.wait_for()
        if number == 0:
            shoot("panel")
            page.locator(".panel .more").click()
            shoot("panel-more")
            page.locator(".panel .more").click()
        source = page.locator("#colour-frame img.after").get_attribute("src")
        page.locator(f".panel [data-swatch='{name}']").first.click()
        page.wait_for_function(
            "source => document.querySelector('#colour-frame img.after').src !== source",
            arg=source,
        )
    shoot("panel-chosen")
    page.keyboard.press("Escape")
    shoot("corrections")


def mend(page: Page, shoot: Callable[[str], None], photo: Path) -> None:
    """Bring in a torn copy of a photo, fill and restore it, and shoot brush, outline and 1:1."""
    page.locator("#colour-fill input").check()
    page.locator("#colour-restore input").check()
    page.locator("#colour-photo input[type=file]").set_input_files(torn(photo))
    page.locator("#colour-restored img.after[src]").wait_for(timeout=WAIT)
    page.locator("#colour-frame .veil").wait_for()
    shoot("filled")
    page.locator(".tool.brush").click()
    field = page.locator("#colour-frame .field")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"])
    shoot("brush")
    page.locator(".tool.undo").click()
    page.locator(".tool.brush").click()
    page.get_by_role("button", name=ENGLISH.mending.at_one).click()
    page.locator("#colour-restored .sheet img").first.wait_for()
    shoot("at-one-to-one")


@cache
def torn(photo: Path) -> Path:
    """Write a copy of a photo that lacks a corner and has a hole."""
    path = Path(tempfile.mkdtemp()) / "torn.png"
    picture = Image.open(photo).convert("L").point(lambda tone: 40 + tone * 0.6)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    pen.polygon([(0, 0), (width // 4, 0), (0, height // 4)], fill=252)
    pen.ellipse([width // 2, height // 2, width * 0.58, height * 0.58], fill=252)
    picture.save(path)
    return path


def open_tab(page: Page, name: str) -> None:
    """Open a tab, which on a narrow screen may be behind a button with others."""
    tab = page.get_by_role("tab", name=name)
    if tab.is_visible():
        tab.click()
        return
    page.locator(".overflow-menu > button").click()
    page.locator(".overflow-dropdown").get_by_text(name).click()


@cache
def colour_photo() -> Path:
    """Write a photo in colour: the examples are grey."""
    path = Path(tempfile.mkdtemp()) / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@cache
def clip_of(photos: tuple[Path, ...]) -> Path:
    """Make a film of two seconds, a scene of each of two photos that moves a little."""
    path = Path(tempfile.mkdtemp()) / "film.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(2 * RATE):
            photo = Image.open(photos[number // RATE]).convert("L").resize((360, 270))
            part = photo.crop((number % RATE, 0, number % RATE + 320, 240)).convert("RGB")
            file.mux(stream.encode(av.VideoFrame.from_image(part)))
        file.mux(stream.encode(None))
    return path


def walk(
    page: Page, shoot: Callable[[str], None], photos: tuple[Path, ...], *, only_colour: bool
) -> None:
    """Do what a visitor does, from tab to tab, and shoot each step."""
    page.locator("#colour-photo input[type=file]").wait_for(state="attached")
    shoot("empty")
    page.locator("#colour-photo input[type=file]").set_input_files(photos[-1])
    page.locator("#colour-frame img.after").wait_for(timeout=WAIT)
    page.locator("#colour-frame .ring").first.wait_for(state="attached")
    shoot("colour")
    correct(page, shoot)
    page.locator(".ask-versions").click()
    page.locator(".versions .choice img").nth(3).wait_for(timeout=WAIT)
    shoot("versions")
    page.locator(".versions .close").click()
    page.get_by_text(ENGLISH.advanced).first.click()
    shoot("settings")
    page.locator("#colour-references input[type=file]").set_input_files(colour_photo())
    page.locator("#colour-references li img").wait_for(timeout=WAIT)
    shoot("reference")
    mend(page, shoot, photos[-1])
    if only_colour:
        return
    open_tab(page, ENGLISH.film.film_tab)
    shoot("film-empty")
    page.locator("#film-file input[type=file]").set_input_files(clip_of(photos))
    page.locator("#film-scenes .scene").first.wait_for(timeout=WAIT)
    page.locator("#film-frame img.after[src]").wait_for(timeout=WAIT)
    shoot("film-scenes")
    page.locator("#film-button").click()
    page.locator("#film-player video").wait_for(timeout=WAIT)
    shoot("film")
    open_tab(page, ENGLISH.compare_tab)
    page.locator("#compare-button").click()
    page.locator("#compare-right img").wait_for(timeout=WAIT)
    shoot("compare")
    open_tab(page, ENGLISH.album_tab)
    shoot("album-empty")
    page.locator("#album-files input[type=file]").set_input_files([*photos[:5], Path(__file__)])
    page.locator("#album-button").click()
    page.locator("#album-status [role=status]", has_text="of 6 photos").wait_for(timeout=WAIT)
    shoot("album")
    open_tab(page, ENGLISH.about_tab)
    shoot("about")


def picture_of_readme(page: Page, photos: tuple[Path, ...]) -> None:
    """Make README's picture: a portrait half in colour, one place of it corrected."""
    portrait = next(photo for photo in photos if photo.stem == "portrait")
    page.locator("#colour-photo input[type=file]").set_input_files(portrait)
    page.locator("#colour-frame img.after").wait_for(timeout=WAIT)
    page.locator("#colour-frame .ring").first.wait_for(state="attached")
    box = page.locator("#colour-frame .field").bounding_box()
    assert box is not None
    source = page.locator("#colour-frame img.after").get_attribute("src")
    x, y, name = README_CORRECTION
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.locator(".panel .more").click()
    page.locator(f".panel .all [data-swatch='{name}']").click()
    page.wait_for_function(
        "source => document.querySelector('#colour-frame img.after').src !== source", arg=source
    )
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(500)  # what fades has faded
    picture = page.screenshot(animations="disabled")
    Image.open(BytesIO(picture)).save(ROOT / "examples" / "page.webp", quality=80, method=6)


def main() -> None:
    """Start the app and the browser, and take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="gets the pictures")
    parser.add_argument("--readme", action="store_true", help="make examples/page.webp instead")
    parser.add_argument("--only-colour", action="store_true", help="the tab Colour alone")
    arguments = parser.parse_args()
    folder = arguments.folder
    if not arguments.readme:
        if folder is None:
            parser.error("name a FOLDER for the pictures, or take --readme")
        folder.mkdir(parents=True, exist_ok=True)
    photos = tuple(find_examples(ROOT / "examples" / "photos"))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory() as place,
        app(Path(place)) as (url, _, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if arguments.readme:
            page = browser.new_page(
                locale="en-US", viewport={"width": 1200, "height": 1010}, reduced_motion="reduce"
            )
            page.goto(f"{url}/?__theme=light")
            picture_of_readme(page, photos)
            return
        for theme, (width, height) in product(THEMES, SIZES):
            page = browser.new_page(
                locale="en-US", viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            page.goto(f"{url}/?__theme={theme}")

            def shoot(
                name: str,
                page: Page = page,
                width: int = width,
                end: str = f"{theme}-{width}.png",
            ) -> None:
                page.wait_for_function(SETTLED)
                # A sheet at the lower edge of a phone is where the window ends, not the page.
                whole = width > 600 or not name.startswith(("panel", "versions"))
                path = folder / f"{name}-{end}"
                page.screenshot(path=path, full_page=whole, animations="disabled")
                print(path)

            walk(page, shoot, photos, only_colour=arguments.only_colour)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
