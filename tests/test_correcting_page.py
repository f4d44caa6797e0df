"""Correcting colours on the page: by mouse, by touch, by keys; the real app in a real browser."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from page_app import WAIT, border, colour, download, overflows, tab_to, upload, wait_for_another
from pictures import lab, lightness
from PIL import Image
from playwright.sync_api import expect
from skimage.color import deltaE_ciede2000
from test_page import serious

from colorgan.hints import swatches
from colorgan.ui.correcting import NEAR
from colorgan.ui.texts import ENGLISH

TEXTS = ENGLISH.hints
AFTER = "#colour-frame img.after"
PLACES = ((0.1, 0.55), (0.9, 0.3), (0.9, 0.6))  # neither dark nor light
WATCH_JUMPS = """() => {
    window.jumps = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) jumps += entry.value;
    }).observe({type: "layout-shift", buffered: false});
}"""


def point(page, place) -> tuple[float, float]:
    """Where a place of the picture is in the window."""
    box = page.locator("#colour-frame .field").bounding_box()
    return box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]


def ask_at(page, place) -> None:
    """Click at a place and wait for the colours that the panel offers."""
    page.mouse.click(*point(page, place))
    page.locator(".panel .likely button").first.wait_for()


def correct(page, place, choice: str) -> None:
    """Choose something in the panel for a place, and wait for the picture."""
    ask_at(page, place)
    source = page.locator(AFTER).get_attribute("src")
    page.locator(f".panel {choice}").first.click()
    wait_for_another(page, AFTER, source)
    page.keyboard.press("Escape")


def names(page) -> list[str]:
    return page.locator(".corrections .name").all_inner_texts()


def stored(page) -> list[dict]:
    """The corrections that the browser keeps for a reload."""
    kept = page.evaluate("Object.values(sessionStorage).find((text) => text.startsWith('[{'))")
    return json.loads(kept or "[]")


def patch(picture, place) -> np.ndarray:
    """The mean Lab colour of what is one pixel to the network at a place."""
    pixels = lab(picture)
    height, width = pixels.shape[:2]
    row, column, reach = int(place[1] * height), int(place[0] * width), height // 500
    rows, columns = (slice(at - reach, at + reach + 1) for at in (row, column))
    return pixels[rows, columns].mean((0, 1))


class TestByMouse:
    def test_three_corrections_are_undone_moved_deleted_and_downloaded(self, visit, large_photo):
        page = visit()
        colour(page, large_photo)
        page.evaluate(WATCH_JUMPS)
        for place, name in zip(PLACES, ("brick", "navy", "leaves"), strict=True):
            correct(page, place, f"[data-swatch='{name}']")
        assert names(page) == ["Brick", "Navy", "Leaves"]
        assert border(page) == 0  # what was clicked in grey is seen in colour

        page.keyboard.press("Control+z")
        assert names(page) == ["Brick", "Navy"]
        page.keyboard.press("Control+Shift+Z")
        assert names(page) == ["Brick", "Navy", "Leaves"]
        page.locator(".tool.undo").click()
        page.locator(".tool.redo").click()
        page.locator(".corrections .delete-one").nth(1).click()
        assert names(page) == ["Brick", "Leaves"]

        goal = (0.42, 0.42)
        page.mouse.move(*point(page, PLACES[0]))
        page.mouse.down()
        page.mouse.move(*point(page, goal), steps=4)
        page.mouse.up()
        said = stored(page)
        assert said[0]["points"][0] == pytest.approx(goal, abs=0.01)
        assert page.evaluate("jumps") < 0.01

        name, data = download(page)
        assert name == "harbour day in colour.jpg"
        made, before = Image.open(io.BytesIO(data)), Image.open(large_photo)
        assert np.abs(lightness(made) - lightness(before)).mean() < 1
        for hint in said:
            place = hint["points"][0]
            found, grey = patch(made, place), patch(before, place)[0]
            wanted = np.array([found[0], *swatches.fitted(hint["want"], grey)])
            assert deltaE_ciede2000(found, wanted) < 2

    def test_a_line_is_drawn_and_spreads_as_told(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        page.mouse.move(*point(page, (0.1, 0.9)))
        page.mouse.down()
        page.mouse.move(*point(page, (0.6, 0.85)), steps=12)
        page.mouse.up()
        page.locator(".panel .likely button").first.click()
        page.locator(".panel .spread input").press("ArrowLeft")
        (hint,) = stored(page)
        assert len(hint["points"]) > 5 and NEAR / 2 < hint["spread"] < NEAR
        page.keyboard.press("Control+z")
        assert stored(page)[0]["spread"] == NEAR

    def test_everything_in_the_panel_does_what_it_says(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        ask_at(page, (0.4, 0.5))
        wishes = [
            ("[data-want=none]", "none"),
            ("[data-want=same]", "same"),
            ("[data-step='1']", {"strength": 1.3}),
            ("[data-step='-1']", {"strength": 1.0}),
        ]
        for button, want in wishes:
            page.locator(f".panel {button}").click()
            assert stored(page)[0]["want"] == want
        page.locator(".panel .more").click()
        page.locator(".panel .all [data-swatch='wine red']").click()
        assert stored(page)[0]["want"] == "wine red"
        page.locator(".panel .any input").fill("#3366cc")
        assert stored(page)[0]["want"] == "#3366cc"
        page.locator(".panel .pick").click()
        page.mouse.click(*point(page, (0.8, 0.2)))
        assert stored(page)[0]["want"].startswith("#")
        page.locator(".panel .delete").click()
        assert stored(page) == []
        expect(page.locator(".panel")).to_be_hidden()
        page.locator(".tool.undo").click()
        page.locator(".tool.clear").click()
        expect(page.locator(".corrections .start")).to_be_visible()

    def test_versions_are_shown_and_one_is_taken(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        source = page.locator(AFTER).get_attribute("src")
        page.locator(".ask-versions").click()
        choices = page.locator(".versions .choice img")
        expect(choices).to_have_count(4)
        choices.nth(3).click()
        wait_for_another(page, AFTER, source)
        assert names(page) == [TEXTS.a_likely]

    def test_the_picture_is_zoomed_and_moved(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        figure = page.locator("#colour-frame figure").bounding_box()
        page.mouse.move(*point(page, (0.5, 0.5)))
        page.keyboard.down("Control")
        for _ in range(3):
            page.mouse.wheel(0, -100)
        page.keyboard.up("Control")
        page.wait_for_function("document.querySelector('#colour-frame .zoomed')")
        wide = page.locator("#colour-frame .field").bounding_box()
        assert wide["width"] > 1.5 * figure["width"]
        page.locator(".tool.hand").click()
        x, y = figure["x"] + figure["width"] / 4, figure["y"] + figure["height"] / 4
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 50, y, steps=3)
        page.mouse.up()
        assert page.locator("#colour-frame .field").bounding_box()["x"] == pytest.approx(
            wide["x"] + 50, abs=2
        )
        assert stored(page) == [] and not page.locator(".panel").is_visible()
        for _ in range(8):
            page.locator(".tool.further").click()
        figure = page.locator("#colour-frame figure").bounding_box()  # the window may have scrolled
        assert page.locator("#colour-frame .field").bounding_box() == pytest.approx(figure, abs=1)

    def test_it_fills_the_screen_and_is_corrected_there(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        narrow = page.locator("#colour-frame .field").bounding_box()["width"]
        page.locator(".tool.full").click()
        page.wait_for_function("document.fullscreenElement !== null")
        page.wait_for_function(
            "narrow => document.querySelector('#colour-frame .field').clientWidth > narrow",
            arg=narrow,
        )
        correct(page, PLACES[0], "[data-swatch=red]")
        assert names(page) == ["Red"]
        page.evaluate("document.exitFullscreen()")
        page.wait_for_function("document.fullscreenElement === null")
        assert names(page) == ["Red"]

    def test_corrections_outlive_another_model_and_a_reload(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        correct(page, PLACES[0], "[data-swatch=red]")
        source = page.locator(AFTER).get_attribute("src")
        page.locator("#colour-model input[value=pretrained]").check()
        expect(page.locator("#colour-caption")).to_contain_text("by pretrained", timeout=WAIT)
        wait_for_another(page, AFTER, source)
        assert names(page) == ["Red"]
        page.reload()
        page.locator("#colour-photo input[type=file]").wait_for(state="attached")
        colour(page, small_photo)
        assert names(page) == ["Red"]
        expect(page.locator(".said")).to_have_text(TEXTS.back)


class TestByKeys:
    def test_a_photo_is_corrected_without_a_mouse(self, visit, small_photo):
        page = visit()
        upload(page, small_photo)
        page.locator(AFTER).wait_for(timeout=WAIT)
        field = page.locator("#colour-frame .field")
        tab_to(page, field)
        for key in ("ArrowLeft", "Shift+ArrowUp", "+", "0"):
            page.keyboard.press(key)
        expect(page.locator(".said")).to_have_text(TEXTS.place.format(x=49, y=45))
        page.keyboard.press("Enter")
        panel = page.get_by_role("dialog", name=TEXTS.panel)
        panel.locator(".likely button").first.wait_for()
        source = page.locator(AFTER).get_attribute("src")
        tab_to(page, panel.locator("[data-swatch=red]").first)
        page.keyboard.press("Enter")
        wait_for_another(page, AFTER, source)
        expect(page.locator(".said")).to_have_text(TEXTS.added.format(name="Red"))
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(field).to_be_focused()
        tab_to(page, page.locator("#colour-frame .mark"))
        page.keyboard.press("ArrowRight")
        assert stored(page)[0]["points"] == [[0.5, 0.45]]
        page.keyboard.press("Delete")
        assert stored(page) == []
        page.keyboard.press("Control+y")
        page.keyboard.press("Control+z")
        assert len(stored(page)) == 1

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing_serious_with_the_panel_open(self, visit, small_photo, theme):
        page = visit(theme=theme)
        colour(page, small_photo)
        correct(page, PLACES[0], "[data-swatch=red]")
        ask_at(page, PLACES[1])
        page.locator(".panel .more").click()
        assert serious(Axe().run(page)) == []


def pinch(page, start: int, end: int) -> None:
    """Move two fingers on the picture, from and to so many pixels from its middle."""
    session = page.context.new_cdp_session(page)
    x, y = point(page, (0.5, 0.3))

    def touch(kind: str, far: int | None) -> None:
        points = (
            []
            if far is None
            else [{"x": x - far, "y": y, "id": 0}, {"x": x + far, "y": y, "id": 1}]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start)
    for step in (1, 2, 3):
        touch("touchMove", start + (end - start) * step // 3)
    touch("touchEnd", None)


def on_a_phone(browser, url, photo):
    """A narrow page that is touched, with a photo in colour in view."""
    context = browser.new_context(
        locale="en-US", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(url)
    page.locator("#colour-photo input[type=file]").wait_for(state="attached")
    colour(page, photo)
    page.locator("#colour-frame .field").scroll_into_view_if_needed()
    return page


class TestByTouch:
    def test_a_tap_opens_a_sheet_that_fits_a_phone(self, browser, url, small_photo):
        page = on_a_phone(browser, url, small_photo)
        pinch(page, 60, 120)
        assert page.locator("#colour-frame .zoomed").count() == 1
        pinch(page, 120, 40)
        assert page.locator("#colour-frame .zoomed").count() == 0
        assert not page.locator(".panel").is_visible()
        page.touchscreen.tap(*point(page, (0.3, 0.4)))
        page.locator(".panel .likely button").first.wait_for()
        box = page.locator(".panel").bounding_box()
        assert box["x"] == 0 and box["width"] == 390
        assert box["y"] + box["height"] == pytest.approx(844, abs=1)
        assert point(page, (0.3, 0.4))[1] < box["y"], "the place is seen above the sheet"
        assert page.locator(".panel .chip").first.bounding_box()["height"] >= 44
        source = page.locator(AFTER).get_attribute("src")
        page.locator(".panel [data-swatch=navy]").first.tap()
        wait_for_another(page, AFTER, source)
        assert not overflows(page)
        page.locator(".panel .close").tap()
        assert names(page) == ["Navy"]
        page.context.close()

    def test_a_finger_learns_a_colours_name_and_draws_a_line(self, browser, url, small_photo):
        page = on_a_phone(browser, url, small_photo)
        session = page.context.new_cdp_session(page)
        for kind, place in (("Start", 0.2), ("Move", 0.4), ("Move", 0.6), ("End", None)):
            page.evaluate("() => new Promise(requestAnimationFrame)")
            x, y = point(page, (place or 0, 0.5))
            points = [] if place is None else [{"x": x, "y": y}]
            session.send(
                "Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points}
            )
        page.locator(".panel .likely button").first.wait_for()
        page.locator(".panel [data-swatch=navy]").first.tap()
        expect(page.locator(".panel .chip-name")).to_have_text(": Navy")
        (hint,) = stored(page)
        along = [x for x, _ in hint["points"]]  # a slow browser joins moves that follow quickly
        assert along == sorted(along) and along[0] == pytest.approx(0.2, abs=0.02)
        assert along[-1] > 0.35
        page.context.close()


class TestWhenSomethingIsWrong:
    def test_a_stale_look_is_said_and_no_correction_is_lost(self, browser, url, small_photo):
        context = browser.new_context(locale="en-US")
        page = context.new_page()
        page.goto(url)
        page.locator("#colour-photo input[type=file]").wait_for(state="attached")
        colour(page, small_photo)
        correct(page, PLACES[0], "[data-swatch=red]")
        forget = {"error": TEXTS.gone}
        page.route("**/hints/*", lambda route: route.fulfill(status=410, json=forget))
        page.mouse.click(*point(page, PLACES[1]))
        page.locator(".panel [data-swatch=navy]").first.click()
        expect(page.locator(".canvas-toast")).to_have_text(TEXTS.gone)
        assert names(page) == ["Red", "Navy"]
        page.unroute("**/hints/*")
        source = page.locator(AFTER).get_attribute("src")
        page.locator("#colour-strength input[type=range]").press("ArrowLeft")
        wait_for_another(page, AFTER, source)
        context.close()
