"""Colours of another photo on the page: the real app in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from page_app import WAIT, colour, download, overflows, shown, tab_to, upload, wait_for_another
from pictures import lab
from PIL import Image
from playwright.sync_api import expect
from skimage.color import deltaE_ciede2000
from test_correcting_page import WATCH_JUMPS, ask_at, names, stored
from test_page import serious

from colorgan.ui.texts import ENGLISH

TEXTS = ENGLISH.references
AFTER = "#colour-frame img.after"
BOX = "#colour-references"
THUMBS = f"{BOX} li img"


@pytest.fixture(scope="session")
def like(photos, tmp_path_factory) -> Path:
    """The same cup in blue: the other way round, smaller, in another format."""
    path = tmp_path_factory.mktemp("like") / "blue cup.png"
    image = Image.fromarray(photos["coffee"][:, ::-1, ::-1].copy())
    image.resize((600, 450), Image.Resampling.LANCZOS).save(path)
    return path


@pytest.fixture(scope="session")
def unlike(photos, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("unlike") / "rocket.tif"  # no browser shows it
    Image.fromarray(photos["rocket"]).save(path)
    return path


def bring(page, *references: Path) -> None:
    page.locator(f"{BOX} input[type=file]").set_input_files(references)


def caption(page):
    return page.locator("#colour-caption")


def blueness(picture: Image.Image) -> float:
    return -float(lab(picture.convert("RGB"))[..., 2].mean())


class TestColoursOfAnotherPhoto:
    def test_after_colouring_corrected_and_downloaded(self, visit, small_photo, like):
        page = visit()
        colour(page, small_photo)
        plain = shown(page, AFTER)
        source = page.locator(AFTER).get_attribute("src")
        page.evaluate(WATCH_JUMPS)
        bring(page, like)
        wait_for_another(page, AFTER, source)
        expect(caption(page)).to_contain_text("found its like in the colour photo")
        expect(page.locator(THUMBS)).to_have_attribute(
            "alt", TEXTS.photo_alt.format(name="blue cup.png")
        )
        blue = shown(page, AFTER)
        assert blueness(blue) > blueness(plain) + 5
        assert page.evaluate("jumps") < 0.01

        source = page.locator(AFTER).get_attribute("src")
        ask_at(page, (0.9, 0.6))
        page.locator(".panel [data-swatch=red]").first.click()
        wait_for_another(page, AFTER, source)
        page.keyboard.press("Escape")
        seen = shown(page, AFTER).convert("RGB")
        assert lab(seen)[180, 360][1] > 20  # the correction goes on top
        _, data = download(page)
        made = Image.open(io.BytesIO(data)).convert("RGB")
        assert deltaE_ciede2000(lab(made), lab(seen)).mean() < 1.5  # two JPEGs

        source = page.locator(AFTER).get_attribute("src")
        page.locator(f"{BOX} li button").click()
        wait_for_another(page, AFTER, source)
        expect(caption(page)).not_to_contain_text("found its like")
        assert names(page) == ["Red"]  # and stays

    def test_before_colouring_with_another_photo_and_half_of_it(self, visit, small_photo, like):
        page = visit()
        bring(page, like)
        page.locator(THUMBS).wait_for()
        colour(page, small_photo)
        expect(caption(page)).to_contain_text("found its like")
        whole = shown(page, AFTER)
        source = page.locator(AFTER).get_attribute("src")
        said = caption(page).inner_text()
        page.get_by_label(TEXTS.strength).fill("0.5")
        wait_for_another(page, AFTER, source)
        half = shown(page, AFTER)
        assert blueness(half) < blueness(whole) - 2
        assert caption(page).inner_text() == said  # what found its like is the same
        source = page.locator(AFTER).get_attribute("src")
        page.get_by_label(TEXTS.strength).fill("0")
        wait_for_another(page, AFTER, source)
        expect(caption(page)).not_to_contain_text("found its like")

    def test_another_model_takes_them_too(self, visit, small_photo, like):
        page = visit()
        bring(page, like)
        page.locator(THUMBS).wait_for()
        colour(page, small_photo)
        page.locator("#colour-model input[value=pretrained]").check()
        expect(caption(page)).to_contain_text("by pretrained", timeout=WAIT)
        expect(caption(page)).to_contain_text("colour photo")

    def test_nothing_alike_is_said_and_changes_nothing(self, visit, small_photo, unlike):
        page = visit()
        colour(page, small_photo)
        plain = shown(page, AFTER).convert("RGB")
        source = page.locator(AFTER).get_attribute("src")
        bring(page, unlike)
        wait_for_another(page, AFTER, source)
        expect(caption(page)).to_contain_text(TEXTS.unlike)
        assert page.locator(THUMBS).evaluate("image => image.naturalWidth") > 0
        after = shown(page, AFTER).convert("RGB")
        assert deltaE_ciede2000(lab(plain), lab(after)).mean() < 1

    def test_a_place_in_it_gives_its_colour(self, visit, small_photo, like):
        page = visit()
        bring(page, like)
        page.locator(THUMBS).wait_for()
        colour(page, small_photo)
        ask_at(page, (0.9, 0.6))
        source = page.locator(AFTER).get_attribute("src")
        picture = page.locator(".panel .source img").bounding_box()
        page.mouse.click(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2)
        wait_for_another(page, AFTER, source)
        assert names(page) == [TEXTS.from_there.format(name="blue cup.png")]
        wanted = lab(Image.open(like).convert("RGB"))[220:230, 295:305].mean((0, 1))
        code = stored(page)[0]["want"]
        found = lab(np.array([[[int(code[n : n + 2], 16) for n in (1, 3, 5)]]], np.uint8))[0, 0]
        assert np.hypot(*(found - wanted)[1:]) < 6


class TestWhenSomethingIsWrong:
    def test_what_is_no_use_is_named_and_nothing_is_lost(
        self, visit, small_photo, like, photos, tmp_path
    ):
        page = visit()
        bring(page, like)
        page.locator(THUMBS).wait_for()
        colour(page, small_photo)
        source = page.locator(AFTER).get_attribute("src")
        (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
        sepia = np.asarray(Image.fromarray(photos["coffee"]).convert("L"))[..., None]
        sepia = np.minimum(sepia * (1.07, 0.9, 0.7), 255).astype(np.uint8)
        Image.fromarray(sepia).save(tmp_path / "sepia.png")
        bring(page, small_photo, tmp_path / "broken.jpg", tmp_path / "sepia.png")
        grey = TEXTS.grey.format(name=small_photo.name)
        for words in (grey, "broken.jpg is damaged", "sepia.png has a single tint"):
            expect(page.locator(".toast-body").first).to_contain_text(words)
        expect(page.locator(f"{BOX} li")).to_have_count(1)
        assert page.locator(AFTER).get_attribute("src") == source
        expect(caption(page)).to_contain_text("found its like in the colour photo")

    def test_more_than_are_taken(self, visit, like, tmp_path):
        page = visit()
        several = [tmp_path / f"{number}.png" for number in range(6)]
        for number, path in enumerate(several):
            Image.open(like).resize((60 + number, 40)).save(path)
        bring(page, *several)
        words = TEXTS.too_many.format(most=4)
        expect(page.locator(".toast-body").first).to_contain_text(words)
        expect(page.locator(THUMBS)).to_have_count(4)
        expect(page.locator(f"{BOX} .choose")).to_be_hidden()
        page.locator(f"{BOX} li button").first.click()
        expect(page.locator(f"{BOX} .choose")).to_be_visible()


class TestForEveryone:
    def test_by_keys(self, visit, small_photo, like):
        page = visit()
        upload(page, small_photo)
        page.locator(AFTER).wait_for(timeout=WAIT)
        choose = page.get_by_label(TEXTS.add)
        tab_to(page, choose)
        choose.set_input_files(like)
        page.locator(THUMBS).wait_for()
        expect(page.locator(f"{BOX} [role=status]")).to_have_text(TEXTS.came.format(count=1))
        tab_to(page, page.get_by_label(TEXTS.strength))
        source = page.locator(AFTER).get_attribute("src")
        page.keyboard.press("Home")
        wait_for_another(page, AFTER, source)
        page.locator("#intro").click()
        tab_to(page, page.get_by_role("button", name=TEXTS.take_away.format(name="blue cup.png")))
        page.keyboard.press("Enter")
        expect(page.locator(f"{BOX} li")).to_have_count(0)
        expect(choose).to_be_focused()

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, visit, small_photo, like, theme):
        page = visit(theme=theme)
        bring(page, like)
        page.locator(THUMBS).wait_for()
        colour(page, small_photo)
        assert serious(Axe().run(page)) == []
        ask_at(page, (0.9, 0.6))
        assert serious(Axe().run(page)) == []

    def test_by_touch_on_a_phone(self, browser, url, small_photo, like):
        context = browser.new_context(
            locale="en-US", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )
        page = context.new_page()
        page.goto(url)
        page.locator("#colour-photo input[type=file]").wait_for(state="attached")
        colour(page, small_photo)
        with page.expect_file_chooser() as chooser:
            page.locator(f"{BOX} .choose").tap()
        page.evaluate(WATCH_JUMPS)
        chooser.value.set_files(like)
        expect(caption(page)).to_contain_text("found its like")
        assert page.evaluate("jumps") < 0.01
        assert not overflows(page)
        box = page.locator(f"{BOX} li button").bounding_box()
        assert min(box["width"], box["height"]) >= 40
        page.locator(f"{BOX} li button").tap()
        expect(page.locator(f"{BOX} li")).to_have_count(0)
        context.close()
