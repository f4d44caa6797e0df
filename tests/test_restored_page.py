"""What restoring did, on the page: at 1:1, and what was found; the real app in a real browser."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from page_app import WAIT, colour, overflows, serving, tab_to, watched
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from test_correcting_page import WATCH_JUMPS
from test_page import serious

from colorgan import hub
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.ui.texts import ENGLISH

TEXTS = ENGLISH.mending
FRAME = "#colour-restored"
FOLD = (0.7, 0.3)  # the middle of what is damaged most
SETTLED = """() => {
    const tiles = [...document.querySelectorAll("#colour-restored .sheet img")];
    return tiles.length > 0 && tiles.every(tile => tile.complete && tile.naturalWidth > 0);
}"""


@pytest.fixture(scope="module")
def folded_photo(small_photo, tmp_path_factory):
    """A soft photo of 1400 x 1050 pixels with white cracks at one place, and one at another."""
    path = tmp_path_factory.mktemp("folded") / "folded.png"
    with Image.open(small_photo) as photo:
        folded = photo.convert("L").resize((1400, 1050), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(folded)
    for (across, down), lines in ((FOLD, (-40, -15, 15, 40)), ((0.2, 0.8), (0,))):
        x, y = across * 1400, down * 1050
        for far in lines:
            pen.line([x + far, y - 60, x + far + 10, y + 60], fill=255, width=3)
    folded.save(path)
    return path


@pytest.fixture(scope="module")
def telling_app(tmp_path_factory):
    """The address of an app whose restorer darkens a little, and finds folds and pen marks."""
    settings = RestorationConfig(width=8, blocks=1, tells=("dust", "folds", "pen_marks"))
    network = RestorationNet(settings)
    torch.nn.init.constant_(network.leave.bias, -2.0)
    with torch.no_grad():
        network.find.second.weight.zero_()
        network.find.second.bias.copy_(torch.tensor([-9.0, 9.0, 9.0]))
    folder = tmp_path_factory.mktemp("telling")
    hub.save(network, folder / "restorer", card="# telling\n", provenance={})
    own = {"COLORGAN_RESTORER": str(folder / "restorer"), "HF_HUB_OFFLINE": "1"}
    with serving(folder, own) as address:
        yield address


def restored(page, photo) -> None:
    """Bring in a photo that is restored first, and wait for what restoring did."""
    page.locator("#colour-restore input").check()
    colour(page, photo)
    page.locator(f"{FRAME} img.after[src]").wait_for(timeout=WAIT)


def at_one(page) -> None:
    """Look at it at 1:1, and wait for the tiles."""
    page.get_by_role("button", name=TEXTS.at_one).click()
    page.wait_for_function(SETTLED)


def in_sight(page) -> tuple[float, float, float, float]:
    """The part of the photo that is in sight, in its pixels: left, top, width, height."""
    return tuple(
        page.evaluate(
            """() => {
                const ground = document.querySelector("#colour-restored .ground");
                return [ground.scrollLeft, ground.scrollTop, ground.clientWidth,
                    ground.clientHeight].map(value => value * devicePixelRatio);
            }"""
        )
    )


def screen(page) -> np.ndarray:
    """What is on the screen of the ground, in grey."""
    picture = Image.open(io.BytesIO(page.locator(f"{FRAME} .ground").screenshot()))
    return np.asarray(picture.convert("L")).astype(float)


class TestAtOneToOne:
    def test_it_opens_where_most_changed_and_each_pixel_of_the_photo_is_one_of_the_screen(
        self, visit, folded_photo
    ):
        page = visit()
        restored(page, folded_photo)
        page.evaluate(WATCH_JUMPS)
        at_one(page)
        left, top, width, height = in_sight(page)
        x, y = FOLD[0] * 1400 - left, FOLD[1] * 1050 - top
        assert 0 < x < width and 0 < y < height, "the damage is in sight"
        page.get_by_role("slider", name=ENGLISH.restored_handle).press("End")
        page.wait_for_timeout(300)
        seen = screen(page)
        photo = np.asarray(Image.open(folded_photo)).astype(float)
        rows, columns = slice(60, int(height) - 30), slice(10, int(width) - 30)
        wanted = photo[int(top) :, int(left) :][: int(height), : int(width)]
        assert np.abs(seen[rows, columns] - wanted[rows, columns]).mean() < 1.5
        page.get_by_role("slider", name=ENGLISH.restored_handle).press("Home")
        page.wait_for_timeout(300)
        part = (slice(int(y) - 40, int(y) + 40), slice(int(x) - 30, int(x) + 30))
        assert np.abs(screen(page) - seen)[part].mean() > 2, "the other side is the mended one"
        assert page.evaluate("jumps") < 0.01

    def test_it_is_dragged_elsewhere_and_goes_to_the_next_change_and_back(
        self, visit, folded_photo
    ):
        page = visit()
        restored(page, folded_photo)
        at_one(page)
        before = in_sight(page)
        page.locator(FRAME).scroll_into_view_if_needed()
        box = page.locator(f"{FRAME} .ground").bounding_box()
        x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 100, y - 50, steps=5)
        page.mouse.up()
        assert in_sight(page)[:2] == pytest.approx((before[0] - 100, before[1] + 50), abs=3)
        page.wait_for_function(SETTLED)
        said = page.locator(f"{FRAME} .told")
        expect(said).to_have_text(re.compile("^Change 1 of"))
        page.get_by_role("button", name=TEXTS.next_change).click()
        expect(said).to_have_text(re.compile("^Change 2 of"))
        page.get_by_role("button", name=TEXTS.whole).click()
        expect(page.locator(f"{FRAME} .fitting")).to_be_visible()
        assert page.locator(f"{FRAME} .sheet img").count() == 0

    def test_keys_move_the_picture_and_the_border(self, visit, folded_photo):
        page = visit()
        restored(page, folded_photo)
        tab_to(page, page.get_by_role("button", name=TEXTS.at_one))
        page.keyboard.press("Enter")
        page.wait_for_function(SETTLED)
        before = in_sight(page)
        tab_to(page, page.locator(f"{FRAME} .ground"))
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.wait_for_function(
            "left => document.querySelector('#colour-restored .ground').scrollLeft < left - 20",
            arg=before[0],
        )
        handle = page.get_by_role("slider", name=ENGLISH.restored_handle)
        tab_to(page, handle)
        page.keyboard.press("Home")
        expect(handle).to_have_attribute("aria-valuetext", f"100 % {ENGLISH.restored_share}")
        assert serious(Axe().run(page)) == []

    def test_it_fits_a_phone_whose_screen_is_finer(self, browser, url, folded_photo):
        context = browser.new_context(
            locale="en-US",
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
        )
        page = context.new_page()
        page.goto(url)
        page.locator("#colour-photo input[type=file]").wait_for(state="attached")
        restored(page, folded_photo)
        page.get_by_role("button", name=TEXTS.at_one).tap()
        page.wait_for_function(SETTLED)
        assert not overflows(page)
        width = page.evaluate("document.querySelector('#colour-restored .sheet').offsetWidth")
        assert width == 700, "two pixels of the photo on each of the page's"
        context.close()


class TestFound:
    def test_what_the_restorer_tells_is_in_the_caption(self, browser, telling_app, small_photo):
        with watched(browser, telling_app) as open_page:
            page = open_page()
            page.locator("#colour-photo input[type=file]").wait_for(state="attached")
            restored(page, small_photo)
            expect(page.locator("#colour-caption")).to_contain_text("Found: folds, pen marks.")
