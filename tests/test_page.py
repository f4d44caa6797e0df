"""The page as a visitor meets it: the real app, driven in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from page_app import (
    DESCRIPTION,
    GPS,
    GPS_IFD,
    PROCESSING_SOFTWARE,
    WAIT,
    border,
    colour,
    download,
    overflows,
    shown,
    tab_to,
    toast,
    upload,
    wait_for_another,
)
from pictures import lightness, mean_chroma
from PIL import Image, ImageChops
from playwright.sync_api import expect

from colorgan.ui import page as page_module
from colorgan.ui.texts import ENGLISH

EXAMPLES = page_module.find_examples(ROOT / "examples" / "photos")
SLOW_CANCELLING = """() => {
    const now = window.fetch;
    window.fetch = async (address, ...rest) => {
        if (String(address).endsWith("/cancel")) await new Promise(done => setTimeout(done, 500));
        return now(address, ...rest);
    };
}"""


class TestColour:
    @pytest.mark.parametrize("model", ["pretrained", "custom"])
    def test_a_photo_gets_colour_by_each_model(self, visit, large_photo, model):
        page = visit()
        page.locator(f"#colour-model input[value={model}]").check()
        colour(page, large_photo)
        before, after = shown(page, "#colour-frame img"), shown(page, "#colour-frame img.after")
        assert before.size == after.size == (1600, 1200)
        assert mean_chroma(before) < 1
        assert mean_chroma(after) > 3
        assert not after.getexif()
        caption = page.locator("#colour-caption")
        for words in (f"by {model}", "1600 × 1200", "guess"):
            expect(caption).to_contain_text(words)

    def test_it_finds_the_size_by_itself(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        page.get_by_text(ENGLISH.advanced).first.click()
        source = page.locator("#colour-frame img.after").get_attribute("src")
        page.get_by_label(ENGLISH.auto_size).first.check()
        wait_for_another(page, "#colour-frame img.after", source)
        expect(page.locator("#colour-size input[type=range]")).to_be_disabled()

    def test_the_border_moves_by_mouse_and_keys(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        assert border(page) == 50
        box = page.locator("#colour-frame figure").bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.5, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.2, middle, steps=5)
        page.mouse.up()
        assert border(page) == pytest.approx(20, abs=3)

        handle = page.get_by_role("slider", name=ENGLISH.handle)
        handle.focus()
        place = border(page)
        page.keyboard.press("ArrowRight")
        assert border(page) == place + 1
        page.keyboard.press("Home")
        assert border(page) == 0
        expect(handle).to_have_attribute("aria-valuetext", "100 % in colour")

    def test_strength_is_applied_when_the_slider_is_left(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        page.get_by_role("slider", name=ENGLISH.handle).press("End")
        source = page.locator("#colour-frame img.after").get_attribute("src")
        page.locator("#colour-strength input[type=range]").press("Home")
        wait_for_another(page, "#colour-frame img.after", source)
        assert mean_chroma(shown(page, "#colour-frame img.after")) < 1
        assert border(page) == 100  # where the visitor left it

    def test_the_download_is_the_photo_itself_in_colour(self, visit, large_photo):
        page = visit()
        colour(page, large_photo)
        name, data = download(page)
        assert name == "harbour day in colour.jpg"
        before, after = Image.open(large_photo), Image.open(io.BytesIO(data))
        assert after.format == "JPEG"
        assert after.size == before.size
        assert mean_chroma(after) > 3
        assert np.abs(lightness(before) - lightness(after)).mean() < 1
        exif = after.getexif()
        assert exif[DESCRIPTION] == "A day at the harbour"
        assert {key: exif.get_ifd(GPS_IFD)[key] for key in GPS} == GPS
        assert "Coloured by colorgan" in exif[PROCESSING_SOFTWARE]

    def test_a_photo_is_restored_first_if_asked_for(self, visit, small_photo):
        page = visit()
        strength = page.locator("#colour-restore-strength")
        pair = page.locator("#colour-restored")
        expect(strength).to_be_hidden()
        expect(pair).to_be_hidden()
        page.locator("#colour-restore input").check()
        strength.wait_for()
        colour(page, small_photo)
        page.locator("#colour-restored img.after").wait_for()
        damaged, restored = (
            shown(page, f"#colour-restored img{which}") for which in ("", ".after")
        )
        assert damaged.size == restored.size == (400, 300)
        assert mean_chroma(damaged) < 1 and mean_chroma(restored) < 1
        assert mean_chroma(shown(page, "#colour-frame img.after")) > 3
        caption = page.locator("#colour-caption")
        expect(caption).to_contain_text("Restored by restore")
        _, data = download(page)
        note = Image.open(io.BytesIO(data)).getexif()[PROCESSING_SOFTWARE]
        assert note.index("Restored by colorgan") < note.index("Coloured by colorgan")
        page.locator("#colour-restore input").uncheck()  # works again at once, without restoring
        pair.wait_for(state="hidden", timeout=WAIT)
        expect(caption).not_to_contain_text("Restored")

    def test_sixteen_bits_stay(self, visit, deep_photo):
        page = visit()
        colour(page, deep_photo)
        name, data = download(page)
        pixels = imagecodecs.png_decode(data)
        assert name == "scan in colour.png"
        assert pixels.dtype == np.uint16
        assert pixels.shape == (512, 512, 3)
        assert np.any(pixels % 257)  # more than 8 bits blown up

    @pytest.mark.parametrize("name", ["scan.tif", "phone.heic"])
    def test_formats_that_no_browser_shows_are_shown(self, visit, small_photo, tmp_path, name):
        page = visit()
        Image.open(small_photo).convert("RGB").save(tmp_path / name)
        upload(page, tmp_path / name)
        page.wait_for_function("document.querySelector('#colour-photo img')?.naturalWidth === 400")
        page.locator("#colour-frame img.after").wait_for(timeout=WAIT)
        assert download(page)[0] == name.replace(".", " in colour.")

    def test_an_example_is_coloured_by_one_click(self, visit):
        page = visit()
        name = EXAMPLES[0].stem.capitalize()
        page.locator(".example", has_text=name).first.click()
        page.locator("#colour-frame img.after").wait_for(timeout=WAIT)
        expect(page.locator("#colour-photo img")).to_be_visible()
        assert mean_chroma(shown(page, "#colour-frame img.after")) > 2

    def test_a_pasted_photo_is_taken(self, visit):
        page = visit()
        page.evaluate(
            """async () => {
                const canvas = new OffscreenCanvas(64, 48);
                canvas.getContext("2d").fillRect(8, 8, 32, 32);
                const bytes = await canvas.convertToBlob({type: "image/png"});
                const clipboard = new DataTransfer();
                clipboard.items.add(new File([bytes], "pasted.png", {type: "image/png"}));
                document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard}));
            }"""
        )
        page.locator("#colour-photo img").wait_for()
        assert shown(page, "#colour-photo img").size == (64, 48)

    def test_another_photo_clears_the_result(self, visit, small_photo, deep_photo):
        page = visit()
        colour(page, small_photo)
        page.locator("#colour-photo input[type=file]").set_input_files(deep_photo)
        page.get_by_text(ENGLISH.empty).wait_for()
        page.locator("#colour-download").wait_for(state="hidden")

    @pytest.mark.parametrize("way", ["fast", "slow"])
    def test_a_result_that_comes_too_late_is_not_shown(self, visit, huge_photo, small_photo, way):
        page = visit()
        if way == "slow":  # and work that begins before the server knows that the old is over
            page.evaluate(SLOW_CANCELLING)
        upload(page, huge_photo)
        page.locator("#colour-frame [data-testid=status-tracker]:not(.hide)").wait_for()
        page.locator("#colour-photo input[type=file]").set_input_files(small_photo)
        page.wait_for_function("document.querySelector('#colour-photo img')?.naturalWidth === 400")
        in_colour = page.locator("#colour-frame img.after")
        expect(in_colour).to_have_js_property("naturalWidth", 400, timeout=WAIT)
        expect(page.locator("#colour-caption")).to_contain_text("400")


def compare(visit, photo: Path):
    """Open the tab Compare and ask for a photo by both models."""
    page = visit()
    page.get_by_role("tab", name=ENGLISH.compare_tab).click()
    upload(page, photo, "compare")
    page.locator("#compare-button").click()
    return page


class TestCompare:
    def test_a_photo_in_grey_and_by_each_model(self, visit, small_photo):
        page = visit()
        upload(page, small_photo)
        page.get_by_role("tab", name=ENGLISH.compare_tab).click()
        page.locator("#compare-photo img").wait_for()  # the photo has come along
        page.locator("#compare-button").click()
        page.locator("#compare-right img").wait_for(timeout=WAIT)
        assert mean_chroma(shown(page, "#compare-grey img")) < 1
        for side, model in (("left", "Custom"), ("right", "Pretrained")):
            assert mean_chroma(shown(page, f"#compare-{side} img")) > 3
            alt = ENGLISH.compared_alt.format(name=model)
            expect(page.locator(f"#compare-{side} img")).to_have_attribute("alt", alt)
            expect(page.locator(f"#compare-{side} figcaption")).to_have_text(model)
            name, data = download(page, f"#compare-{side}-download")
            assert name == f"harbour day in colour, {model}.jpg"
            assert Image.open(io.BytesIO(data)).size == (400, 300)

    def test_both_models_lie_under_one_border_that_keys_move(self, visit, small_photo):
        page = compare(visit, small_photo)
        page.locator("#compare-frame img.after").wait_for(timeout=WAIT)
        left, right = (shown(page, f"#compare-frame img{end}") for end in ("", ".after"))
        assert ImageChops.difference(left.convert("RGB"), right.convert("RGB")).getbbox()
        handle = page.get_by_role("slider", name=ENGLISH.compared_handle)
        handle.press("Home")
        expect(handle).to_have_attribute("aria-valuetext", "100 % of the right picture")

    def test_the_comparison_can_be_shared_as_one_picture_without_metadata(self, visit, large_photo):
        page = compare(visit, large_photo)
        page.locator("#compare-right img").wait_for(timeout=WAIT)
        name, data = download(page, "#compare-share")
        assert name == "harbour day compared.jpg"
        sheet = Image.open(io.BytesIO(data))
        assert sheet.width > 2.5 * 640 and not sheet.getexif()


class TestErrors:
    def test_asked_without_a_photo_it_says_that_one_is_needed(self, visit):
        page = visit()
        page.locator("#colour-button").click()
        assert ENGLISH.no_photo in toast(page)

    def test_a_file_that_is_no_picture_is_named_without_its_folder_and_work_goes_on(
        self, visit, small_photo, tmp_path
    ):
        page = visit()
        bad = tmp_path / "letter.jpg"
        bad.write_text("Dear grandmother, ...")
        page.locator("#colour-photo input[type=file]").set_input_files(bad)
        message = toast(page)
        assert "letter.jpg is not a photo that can be read" in message
        assert "/" not in message
        page.locator("#colour-photo img").wait_for(state="detached")
        colour(page, small_photo)  # the page still works


class TestForEveryone:
    def test_it_fits_a_phone(self, visit, small_photo):
        page = visit(390, 844)
        assert not overflows(page)
        colour(page, small_photo)
        assert not overflows(page)
        page.get_by_role("tab", name=ENGLISH.compare_tab).click()
        page.locator("#compare-button").click()
        page.locator("#compare-right img").wait_for(timeout=WAIT)
        assert not overflows(page)
        lefts = {
            page.locator(f"#compare-{name} img").bounding_box()["x"]
            for name in ("grey", "left", "right")
        }
        assert len(lefts) == 1  # one under the other

    def test_it_works_by_keyboard_alone(self, visit):
        page = visit()
        tab_to(page, page.locator("#colour-photo button").first)
        tab_to(page, page.locator(".example").first)
        assert page.locator(".example").first.evaluate("e => getComputedStyle(e).outlineStyle") == (
            "solid"
        )
        page.keyboard.press("Enter")
        after = page.locator("#colour-frame img.after")
        after.wait_for(timeout=WAIT)
        tab_to(page, page.get_by_role("slider", name=ENGLISH.handle))
        page.keyboard.press("End")
        assert border(page) == 100
        tab_to(page, page.locator("#colour-download"))
        with page.expect_download():
            page.keyboard.press("Enter")
        tab_to(page, page.locator("#colour-model input[value=pretrained]"))
        source = after.get_attribute("src")
        page.keyboard.press("Space")
        wait_for_another(page, "#colour-frame img.after", source)
        expect(page.locator("#colour-caption")).to_contain_text("by pretrained")

    def test_every_tab_works_by_keyboard_alone(self, visit, small_photo):
        page = visit()
        upload(page, small_photo)  # the system's window for files is no part of the page
        open_by_keys(page, ENGLISH.compare_tab)
        tab_to(page, page.locator("#compare-button"))
        page.keyboard.press("Enter")
        page.locator("#compare-right img").wait_for(timeout=WAIT)
        tab_to(page, page.get_by_role("slider", name=ENGLISH.compared_handle))
        tab_to(page, page.locator("#compare-share"))
        with page.expect_download():
            page.keyboard.press("Enter")

        open_by_keys(page, ENGLISH.album_tab)
        page.locator("#album-files input[type=file]").set_input_files(small_photo)
        tab_to(page, page.locator("#album-button"))
        page.keyboard.press("Enter")
        tab_to(page, page.locator("#album-download"))
        with page.expect_download():
            page.keyboard.press("Enter")

        open_by_keys(page, ENGLISH.about_tab)
        tab_to(page, page.locator(".card button").first)
        page.keyboard.press("Enter")
        page.get_by_text("Recipe").first.wait_for()

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, visit, small_photo, theme):
        axe = Axe()
        page = visit(theme=theme)
        expect(page.locator("h1")).to_have_count(1)
        assert serious(axe.run(page)) == []
        colour(page, small_photo)
        assert serious(axe.run(page)) == []
        page.get_by_role("tab", name=ENGLISH.compare_tab).click()
        page.locator("#compare-button").click()
        page.locator("#compare-right img").wait_for(timeout=WAIT)
        assert serious(axe.run(page)) == []
        page.get_by_role("tab", name=ENGLISH.album_tab).click()
        page.locator("#album-files input[type=file]").set_input_files([small_photo, __file__])
        page.locator("#album-button").click()
        page.locator("#album-download").wait_for(timeout=WAIT)
        assert serious(axe.run(page)) == []
        page.get_by_role("tab", name=ENGLISH.about_tab).click()
        page.get_by_text(ENGLISH.card_title.format(model="Custom")).click()
        page.get_by_text("Recipe").first.wait_for()
        assert serious(axe.run(page)) == []


def open_by_keys(page, tab: str) -> None:
    page.locator("#intro").click()  # the focus begins at the top
    tab_to(page, page.get_by_role("tab", name=tab))
    page.keyboard.press("Enter")


# What Gradio's own parts break, by axe's rule and the elements: nothing else may. File inputs
# stand inside the buttons of an empty box and of a box that takes more files.
GRADIO_BREAKS = {"nested-interactive": ("upload-container", "icon-button")}


def serious(results) -> list[str]:
    found = []
    for violation in results.response["violations"]:
        if violation["impact"] not in ("serious", "critical"):
            continue
        for node in violation["nodes"]:
            known = GRADIO_BREAKS.get(violation["id"], ())
            if not any(name in node["html"] for name in known):
                found.append(f"{violation['id']}: {node['html'][:200]}")
    return found
