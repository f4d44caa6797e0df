"""Filling what is missing on the page: found, outlined, marked by a brush; in a real browser."""

from __future__ import annotations

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_app import PROCESSING_SOFTWARE, WAIT, colour, download, overflows, tab_to
from pictures import lightness
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from test_correcting_page import AFTER, PLACES, WATCH_JUMPS, correct, names, on_a_phone, point
from test_page import serious

from colorgan.ui.texts import ENGLISH

TEXTS = ENGLISH.mending
HOLE = (0.3, 0.6)  # found by the machine
TORN = (0.75, 0.3)  # too near to the paper's tone to be found
FILLED_AGAIN = "document.querySelector('.filling .fill').ariaDisabled === 'true'"


@pytest.fixture(scope="module")
def torn_photo(small_photo, tmp_path_factory):
    """A photo with a white hole, and with a grey one that is not so easy to see."""
    path = tmp_path_factory.mktemp("torn") / "torn.png"
    with Image.open(small_photo) as photo:
        torn = photo.convert("L").point(lambda tone: 40 + tone * 0.6)
    pen = ImageDraw.Draw(torn)
    for (x, y), tone in ((HOLE, 252), (TORN, 215)):
        pen.ellipse([x * 400 - 22, y * 300 - 18, x * 400 + 22, y * 300 + 18], fill=tone)
    torn.save(path)
    return path


def tone(picture: Image.Image, place) -> float:
    """L* at a place."""
    pixels = lightness(picture)
    height, width = pixels.shape
    return float(pixels[int(place[1] * height), int(place[0] * width)])


def outlined(page, place) -> bool:
    """Whether the outline goes around a place: it is met both left and right of it."""
    return page.evaluate(
        """([x, y]) => {
            const sheet = document.querySelector("#colour-frame .veil");
            const row = Math.round(y * sheet.height);
            const data = sheet.getContext("2d").getImageData(0, row, sheet.width, 1).data;
            const seen = (from, to) => {
                for (let at = Math.round(from * sheet.width); at < to * sheet.width; at += 1)
                    if (data[4 * at + 3] > 200) return true;
                return false;
            };
            return seen(x - 0.12, x) && seen(x, x + 0.12);
        }""",
        list(place),
    )


def filled(page, photo) -> None:
    """Bring in a photo whose missing parts are filled, and wait for the outline."""
    page.locator("#colour-fill input").check()
    colour(page, photo)
    page.wait_for_function("!document.querySelector('#colour-frame .veil').hidden")


def fill(page) -> None:
    """Press the button that fills, and wait until it is done."""
    source = page.locator(AFTER).get_attribute("src")
    page.locator(".filling .fill").click()
    page.wait_for_function(FILLED_AGAIN, timeout=WAIT)
    page.wait_for_function(
        "([s, source]) => document.querySelector(s).src !== source", arg=[AFTER, source]
    )


class TestFound:
    def test_is_filled_outlined_and_told_in_words_and_the_file_is_so(self, visit, torn_photo):
        page = visit()
        expect(page.locator("#colour-fill input")).not_to_be_checked()
        filled(page, torn_photo)
        page.wait_for_timeout(500)
        assert outlined(page, HOLE) and not outlined(page, TORN)
        expect(page.locator("#colour-caption")).to_contain_text("1 part was missing, 1.")
        _, data = download(page)
        made, torn = Image.open(io.BytesIO(data)), Image.open(torn_photo)
        assert tone(made, HOLE) < tone(torn, HOLE) - 15
        assert tone(made, TORN) == pytest.approx(tone(torn, TORN), abs=1.5)
        note = made.getexif()[PROCESSING_SOFTWARE]
        assert note.startswith("Coloured by colorgan") and "What was missing is filled." in note

    def test_goes_with_restoring(self, visit, torn_photo):
        page = visit()
        page.locator("#colour-restore input").check()
        filled(page, torn_photo)
        expect(page.locator("#colour-caption")).to_contain_text("Restored by restore")
        _, data = download(page)
        made = Image.open(io.BytesIO(data))
        assert tone(made, HOLE) < 85
        note = made.getexif()[PROCESSING_SOFTWARE]
        assert note.startswith("Restored by colorgan") and "What was missing is filled." in note

    def test_of_a_whole_photo_nothing_is_and_the_switch_takes_it_back(
        self, visit, small_photo, torn_photo
    ):
        page = visit()
        filled(page, torn_photo)
        page.evaluate(WATCH_JUMPS)
        page.locator("#colour-fill input").uncheck()
        page.locator("#colour-frame .veil").wait_for(state="hidden", timeout=WAIT)
        expect(page.locator("#colour-caption")).not_to_contain_text("missing")
        page.locator("#colour-fill input").check()
        expect(page.locator("#colour-caption")).to_contain_text("missing", timeout=WAIT)
        assert page.evaluate("jumps") < 0.01
        page.locator("#colour-photo input[type=file]").set_input_files(small_photo)
        expect(page.locator("#colour-caption")).to_contain_text(TEXTS.none_missing, timeout=WAIT)


class TestTheBrush:
    def test_marks_what_was_missed_and_unmarks_what_was_not_missing(self, visit, torn_photo):
        page = visit()
        filled(page, torn_photo)
        correct(page, PLACES[0], "[data-swatch=red]")
        page.evaluate(WATCH_JUMPS)
        page.locator(".tool.brush").click()
        page.locator(".filling input").fill("0.15")
        page.mouse.click(*point(page, TORN))
        page.get_by_role("button", name=TEXTS.sound).click()
        page.mouse.click(*point(page, HOLE))
        assert outlined(page, TORN) and not outlined(page, HOLE)
        page.locator(".tool.undo").click()
        assert outlined(page, HOLE)
        page.keyboard.press("Control+y")
        assert not outlined(page, HOLE)
        assert page.evaluate("jumps") < 0.01
        page.locator("#colour-download").click()
        expect(page.locator(".canvas-toast")).to_have_text(TEXTS.fill_first)
        fill(page)
        _, data = download(page)
        made, torn = Image.open(io.BytesIO(data)), Image.open(torn_photo)
        assert tone(made, TORN) < tone(torn, TORN) - 10
        assert tone(made, HOLE) == pytest.approx(tone(torn, HOLE), abs=1.5)
        page.locator(".tool.brush").click()
        assert names(page) == ["Red"], "colours that were corrected stay"

    def test_is_applied_when_it_is_laid_aside(self, visit, torn_photo):
        page = visit()
        filled(page, torn_photo)
        page.locator(".tool.brush").click()
        expect(page.locator(".tool.clear")).to_have_attribute("aria-disabled", "true")
        page.mouse.move(*point(page, (TORN[0] - 0.05, TORN[1])))
        page.mouse.down()
        page.mouse.move(*point(page, (TORN[0] + 0.05, TORN[1])), steps=5)
        page.mouse.up()
        assert not page.locator(".panel").is_visible()
        expect(page.locator(".tool.clear")).to_have_attribute("aria-disabled", "false")
        page.locator(".tool.brush").click()
        expect(page.locator("#colour-caption")).to_contain_text("2 parts", timeout=WAIT)

    def test_works_by_keys(self, visit, torn_photo):
        page = visit()
        filled(page, torn_photo)
        tab_to(page, page.locator(".tool.brush"))
        page.keyboard.press("Enter")
        expect(page.locator(".said")).to_have_text(TEXTS.brush_on)
        page.locator("#intro").click()
        tab_to(page, page.locator("#colour-frame .field"))
        for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp", "Enter"):
            page.keyboard.press(key)
        assert outlined(page, (0.6, 0.45))
        expect(page.locator(".said")).to_have_text(TEXTS.marked)
        tab_to(page, page.locator(".filling .fill"))
        page.keyboard.press("Enter")
        expect(page.locator("#colour-caption")).to_contain_text("2 parts", timeout=WAIT)

    def test_works_by_touch_on_a_phone(self, browser, url, torn_photo):
        page = on_a_phone(browser, url, torn_photo)
        page.locator("#colour-fill input").check()
        brush = page.locator(".tool.brush")
        brush.wait_for(timeout=WAIT)
        brush.tap()
        page.locator("#colour-frame .field").scroll_into_view_if_needed()
        session = page.context.new_cdp_session(page)
        for kind, y in (("Start", 0.2), ("Move", 0.3), ("Move", 0.4), ("End", None)):
            page.evaluate("() => new Promise(requestAnimationFrame)")
            x, top = point(page, (TORN[0], y or 0))
            points = [] if y is None else [{"x": x, "y": top}]
            session.send(
                "Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points}
            )
        assert outlined(page, TORN), "a finger draws downwards too"
        assert not overflows(page)
        button = page.locator(".filling .fill")
        box = button.bounding_box()
        assert box["height"] >= 40 and box["x"] + box["width"] <= 390
        button.tap()
        expect(page.locator("#colour-caption")).to_contain_text("2 parts", timeout=WAIT)
        page.context.close()

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, visit, torn_photo, theme):
        page = visit(theme=theme)
        filled(page, torn_photo)
        page.locator(".tool.brush").click()
        page.mouse.click(*point(page, TORN))
        assert serious(Axe().run(page)) == []


def test_the_marks_of_another_photo_are_not_this_one_s(visit, torn_photo, small_photo):
    page = visit()
    filled(page, torn_photo)
    page.locator(".tool.brush").click()
    page.mouse.click(*point(page, TORN))
    fill(page)
    page.locator("#colour-photo input[type=file]").set_input_files(small_photo)
    expect(page.locator("#colour-caption")).to_contain_text(TEXTS.none_missing, timeout=WAIT)
    assert not page.evaluate(
        """() => {
            const sheet = document.querySelector("#colour-frame .veil");
            const pen = sheet.getContext("2d");
            return pen.getImageData(0, 0, sheet.width, sheet.height).data.some(Boolean);
        }"""
    )
