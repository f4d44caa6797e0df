"""The tab Film as a visitor meets it, and `/video` as a script does: real films, the real app."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import av
import films
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from page_app import WAIT, connect, download, overflows, serving, tab_to, toast, watched
from PIL import Image
from playwright.sync_api import expect
from test_page import serious

from colorgan.ui.texts import ENGLISH
from colorgan.ui.turkish import TURKISH

TEXTS = ENGLISH.film
SHOTS = ((0, "coffee"), (30, "astronaut"), (55, "chelsea"))
BLUE = {"version": 1, "hints": [{"points": [[0.7, 0.65]], "want": {"ab": [10, -40]}, "spread": 4}]}


@pytest.fixture(scope="session")
def wedding(photos, tmp_path_factory) -> Path:
    """A film of three seconds, with three scenes and sound."""
    path = tmp_path_factory.mktemp("films") / "wedding.mp4"
    return films.of_photos(path, photos, SHOTS, 75, size=(192, 144), sound=True)


@pytest.fixture(scope="session")
def short(photos, tmp_path_factory) -> Path:
    """A film of ten frames."""
    path = tmp_path_factory.mktemp("films") / "short.mkv"
    return films.of_photos(path, photos, ((0, "coffee"), (5, "chelsea")), 10, sound=True)


@pytest.fixture(scope="session")
def long(photos, tmp_path_factory) -> Path:
    """A film of twenty seconds in one scene."""
    path = tmp_path_factory.mktemp("films") / "long.mp4"
    return films.of_photos(path, photos, ((0, "coffee"),), 500, sound=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory, small_model):
    """The address of the app, with a small and quick model."""
    small = {name: str(small_model) for name in ("COLORGAN_CUSTOM", "COLORGAN_PRETRAINED")}
    settings = {"HF_HUB_OFFLINE": "1", **small}
    with serving(tmp_path_factory.mktemp("app"), settings) as address:
        yield address


@pytest.fixture
def visit(browser, url):
    with watched(browser, url) as open_page:

        def visit(*how, **more):
            page = open_page(*how, **more)
            open_tab(page)
            page.locator("#film-file input[type=file]").wait_for(state="attached")
            return page

        yield visit


def open_tab(page) -> None:
    """Open the tab, which on a narrow screen is behind a button with others."""
    tab = page.get_by_role("tab", name=TEXTS.film_tab)
    more = page.locator(".overflow-menu > button")
    tab.or_(more).first.wait_for()
    if not tab.is_visible():
        more.click()
        page.locator(".overflow-dropdown").get_by_text(TEXTS.film_tab).click()
    else:
        tab.click()


def bring(page, film: Path) -> None:
    """Bring a film in and wait until its scenes are shown, which takes no click."""
    page.locator("#film-file input[type=file]").set_input_files(film)
    page.locator("#film-scenes .scene").first.wait_for(timeout=WAIT)
    page.locator("#film-frame img.after[src]").wait_for(timeout=WAIT)


def choose(page, place: int) -> None:
    """Choose a scene, and wait until the frame shows it."""
    source = page.locator("#film-frame img.before").get_attribute("src")
    page.locator("#film-scenes .scene").nth(place).click()
    expect(page.locator("#film-frame img.before")).not_to_have_attribute("src", source)


def correct(page, swatch: str) -> None:
    """Say of a place in the frame which colour it has."""
    field = page.locator("#film-frame .field")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.65 * box["height"])
    page.locator("#film-frame .panel .likely button").first.wait_for()
    source = page.locator("#film-frame img.after").get_attribute("src")
    page.locator(f"#film-frame .panel [data-swatch='{swatch}']").first.click()
    expect(page.locator("#film-frame img.after")).not_to_have_attribute("src", source)
    page.locator("#film-frame .panel .spread input").fill("1")
    page.keyboard.press("Escape")


def status(page, words: str):
    return page.locator("#film-status [role=status]", has_text=words)


def saved(page, folder: Path) -> Path:
    name, data = download(page, "#film-download")
    (folder / name).write_bytes(data)
    return folder / name


def blue(path: Path) -> list[float]:
    """Mean of Cb over the middle of each frame, 0 for none."""
    planes = (films.plane(frame, 1).astype(float) for frame in films.frames(path))
    return [float(plane[20:60, 30:80].mean()) - 128 for plane in planes]


class TestOnThePage:
    @pytest.mark.slow
    def test_a_film_is_looked_at_corrected_coloured_played_and_downloaded(
        self, visit, wedding, tmp_path
    ):
        page = visit()
        bring(page, wedding)
        expect(page.locator("#film-scenes .name")).to_have_text(
            [f"Scene {n}, from 0:0{s}" for n, s in ((1, 0), (2, 1), (3, 2))]
        )
        choose(page, 1)
        correct(page, "navy")
        counts = page.locator("#film-scenes .count")
        expect(counts).to_have_text(["", "1 corrected", ""])
        choose(page, 2)
        expect(page.locator("#film-frame .corrections .name")).to_have_count(0)
        choose(page, 1)
        expect(page.locator("#film-frame .corrections .name")).to_have_text(["Navy"])

        page.locator("#film-button").click()
        status(page, "a second, about").wait_for(timeout=WAIT)
        status(page, "Done: 75 frames are in colour.").wait_for(timeout=WAIT)
        expect(page.locator("#film-caption")).to_contain_text("75 frames in")
        video = page.locator("#film-player video")
        shown = video.evaluate(
            """async (video) => {
                video.muted = true;
                await video.play();
                await new Promise((go) => video.addEventListener("ended", go));
                const { currentTime, duration, videoWidth, videoHeight, error } = video;
                return [currentTime, duration, videoWidth, videoHeight, error];
            }"""
        )
        assert shown[:2] == pytest.approx([3, 3], abs=0.1) and shown[2:] == [192, 144, None]

        made = saved(page, tmp_path)
        assert made.name == "wedding in colour.mp4"
        assert films.times(made) == films.times(wedding)
        assert films.heard(made) == films.heard(wedding)
        colours = blue(made)
        assert min(colours[31:55]) > max(colours[:30] + colours[55:])  # navy in its scene alone

    @pytest.mark.slow
    def test_the_border_shows_grey_beside_colour(self, visit, short):
        page = visit()
        bring(page, short)
        page.locator("#film-button").click()
        page.locator("#film-player video").wait_for(timeout=WAIT)
        page.wait_for_function("document.querySelector('#film-player video').readyState >= 2")
        border = page.get_by_label(TEXTS.film_border)
        border.focus()
        for _ in range(50):
            border.press("ArrowRight")
        assert border.get_attribute("aria-valuetext") == "50 % in colour"
        page.locator("#film-player").scroll_into_view_if_needed()
        page.mouse.move(0, 0)
        picture = np.asarray(
            Image.open(io.BytesIO(page.locator("#film-player video").screenshot())).convert("RGB")
        ).astype(int)
        height, width = picture.shape[:2]
        chroma = np.ptp(picture[height // 4 : height // 2], axis=2)
        assert chroma[:, 10 : width // 2 - 10].mean() < 1 < chroma[:, width // 2 + 10 :].mean()

    @pytest.mark.slow
    def test_stopped_it_keeps_what_is_done_as_a_film(self, visit, long, tmp_path):
        page = visit()
        bring(page, long)
        page.locator("#film-button").click()
        status(page, "a second, about").wait_for(timeout=WAIT)
        page.locator("#film-stop").click()
        status(page, "Stopped").wait_for(timeout=WAIT)
        made = saved(page, tmp_path)
        done = len(films.frames(made))
        assert 1 <= done < 500
        sound = films.heard(made)
        assert sound == films.heard(long)[: len(sound)]
        assert sound[-1][0] == pytest.approx(done / 25, abs=0.1)

    def test_another_film_takes_the_place_of_the_first(self, visit, short, wedding):
        page = visit()
        bring(page, short)
        page.locator("#film-file button[aria-label='Clear']").click()
        page.locator("#film-scenes .scene").first.wait_for(state="detached")
        expect(page.locator("#film-button")).to_be_disabled()
        bring(page, wedding)
        expect(page.locator("#film-scenes .scene")).to_have_count(3)
        expect(page.locator("#film-button")).to_be_enabled()

    def test_another_model_colours_the_scenes_anew(self, visit, short):
        page = visit()
        bring(page, short)
        source = page.locator("#film-frame img.after").get_attribute("src")
        page.locator("#film-model input[value=custom]").check()
        expect(page.locator("#film-frame img.after")).not_to_have_attribute(
            "src", source, timeout=WAIT
        )

    def test_corrections_outlive_a_reload(self, visit, short):
        page = visit()
        bring(page, short)
        correct(page, "navy")
        page.reload()
        open_tab(page)
        bring(page, short)
        expect(page.locator("#film-scenes .count").first).to_have_text("1 corrected")
        expect(page.locator("#film-frame .corrections .name")).to_have_text(["Navy"])

    def test_what_is_no_film_is_told_and_the_next_one_is_taken(self, visit, short, tmp_path):
        page = visit()
        letter = tmp_path / "letter.mp4"
        letter.write_text("Dear grandmother, ...")
        page.locator("#film-file input[type=file]").set_input_files(letter)
        assert "letter.mp4 is no film" in toast(page)
        page.locator("#film-file button[aria-label='Clear']").click()
        bring(page, short)

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, visit, short, theme):
        page = visit(theme=theme)
        assert serious(Axe().run(page)) == []
        bring(page, short)
        page.locator("#film-button").click()
        page.locator("#film-player video").wait_for(timeout=WAIT)
        assert serious(Axe().run(page)) == []

    def test_it_works_by_keyboard_alone(self, visit, short):
        page = visit()
        page.locator("#film-file input[type=file]").set_input_files(short)
        page.locator("#film-scenes .scene").first.wait_for(timeout=WAIT)
        scene = page.locator("#film-scenes .scene").nth(1)
        tab_to(page, scene)
        source = page.locator("#film-frame img.before").get_attribute("src")
        page.keyboard.press("Enter")
        expect(scene).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#film-frame img.before")).not_to_have_attribute("src", source)
        tab_to(page, page.locator("#film-button"))
        page.keyboard.press("Enter")
        page.locator("#film-player video").wait_for(timeout=WAIT)

    def test_it_fits_a_phone(self, visit, wedding):
        page = visit(390, 844)
        bring(page, wedding)
        assert not overflows(page)
        page.locator("#film-button").click()
        page.locator("#film-player video").wait_for(timeout=WAIT)
        assert not overflows(page)

    def test_nothing_jumps_when_the_scenes_come(self, visit, short):
        page = visit()
        before = page.locator("#film-button").bounding_box()
        bring(page, short)
        assert page.locator("#film-button").bounding_box() == before


class TestByAScript:
    def test_a_film_is_coloured(self, url, short, tmp_path):
        file, caption = connect(url, tmp_path).predict(
            film(short), "custom", 1.0, "", api_name="/video"
        )
        assert Path(file).name == "short in colour.mkv"
        assert films.times(Path(file)) == films.times(short)
        assert films.heard(Path(file)) == films.heard(short)
        assert "10 frames in" in caption

    @pytest.mark.parametrize(
        ("hints", "is_blue"),
        [
            (BLUE, (True, False)),
            ([BLUE], (True, False)),
            ([None, BLUE], (False, True)),
            ([BLUE, BLUE], (True, True)),
        ],
    )
    def test_colours_of_scenes_are_corrected(self, url, short, tmp_path, hints, is_blue):
        asked = {"model": "custom", "hints": json.dumps(hints), "api_name": "/video"}
        file, _ = connect(url, tmp_path).predict(film(short), **asked)
        colours = blue(Path(file))
        assert (min(colours[:5]) > 8, min(colours[5:]) > 8) == is_blue

    @pytest.mark.parametrize(
        ("hints", "words"),
        [
            ("blue", "hints is no JSON"),
            ("[1, 2, 3]", "for 3 scenes, and the film has 2"),
            ('{"version": 1, "shape": [9, 99], "hints": []}', "made for a photo of 9 x 99"),
        ],
    )
    def test_hints_that_make_no_sense_are_told_in_a_sentence(
        self, url, short, tmp_path, hints, words
    ):
        from gradio_client.exceptions import AppError

        with pytest.raises(AppError, match=words):
            connect(url, tmp_path).predict(film(short), hints=hints, api_name="/video")

    def test_what_is_no_film_is_told_in_a_sentence(self, url, tmp_path, small_photo):
        from gradio_client.exceptions import AppError

        song = tmp_path / "song.mp4"
        with av.open(str(song), "w") as file:
            films._sing(file, file.add_stream("aac", rate=44100, layout="mono"), 1)
        for path, words in ((song, "song.mp4 has no moving pictures"), (small_photo, "is no film")):
            with pytest.raises(AppError, match=words):
                connect(url, tmp_path).predict(film(path), api_name="/video")

    def test_a_film_that_is_broken_is_coloured_as_far_as_it_goes(self, url, wedding, tmp_path):
        broken = tmp_path / "broken.mkv"
        films.write(broken, codec="libx264", count=40)
        data = broken.read_bytes()
        broken.write_bytes(data[: len(data) * 2 // 3])
        file, _ = connect(url, tmp_path).predict(film(broken), api_name="/video")
        assert 5 < len(films.frames(Path(file))) < 40

    def test_photos_take_turns_with_the_frames_of_a_film(self, url, long, small_photo, tmp_path):
        client = connect(url, tmp_path)
        job = client.submit(film(long), api_name="/video")
        while job.status().code.name != "ITERATING":
            time.sleep(0.2)
        photo, *_ = connect(url, tmp_path).predict(film(small_photo), api_name="/colorize")
        assert Path(photo).exists() and not job.done()
        job.cancel()


@pytest.fixture(scope="module")
def narrow_url(tmp_path_factory, small_model):
    """The address of another app, in Turkish, which takes little."""
    settings = {
        "HF_HUB_OFFLINE": "1", "COLORGAN_CUSTOM": str(small_model), "COLORGAN_LANGUAGE": "tr",
        "COLORGAN_FILM_SECONDS": "2", "COLORGAN_FILM_LINES": "130", "COLORGAN_FILM_UPLOAD": "2mb",
        "COLORGAN_MAX_UPLOAD": "20kb", "COLORGAN_VISITOR_PHOTOS": "5",
    }  # fmt: skip
    with serving(tmp_path_factory.mktemp("narrow app"), settings) as address:
        yield address


@pytest.fixture
def large(tmp_path) -> Path:
    path = tmp_path / "large.mp4"
    path.write_bytes(bytes(3_000_000))
    return path


class TestLimits:
    def test_the_tab_says_them_in_turkish(self, narrow_url, browser, large):
        with watched(browser, narrow_url) as open_page:
            page = open_page()
            page.get_by_role("tab", name=TURKISH.film.film_tab).click()
            page.get_by_text("2 saniye ve 130 satır").wait_for()
            page.locator("#film-file input[type=file]").set_input_files(large)
            assert "large.mp4" in toast(page)

    def test_what_passes_them_is_told_in_a_sentence(
        self, narrow_url, wedding, long, large_photo, tmp_path
    ):
        from gradio_client.exceptions import AppError

        client = connect(narrow_url, tmp_path)
        for path, name, words in (
            (wedding, "/video", "has 192 x 144 pixels; films of at most 130 lines"),
            (long, "/video", "lasts 20 seconds; films of at most 2 seconds"),
            (large_photo, "/colorize", "en çok 20 KB boyutunda"),
        ):
            with pytest.raises(AppError, match=words):
                client.predict(film(path), api_name=name)

    def test_a_file_that_is_too_large_is_not_taken_in(self, narrow_url, tmp_path, large):
        with pytest.raises(ValueError, match="exceeds the maximum file size"):
            connect(narrow_url, tmp_path).predict(film(large), api_name="/video")

    def test_a_visitor_who_asks_for_too_much_is_told(self, narrow_url, short, tmp_path):
        from gradio_client.exceptions import AppError

        client = connect(narrow_url, tmp_path)
        with pytest.raises(AppError, match="5 fotoğraf"):
            for _ in range(4):
                client.predict(film(short), model="custom", api_name="/video")


def film(path: Path):
    from gradio_client import handle_file

    return handle_file(path)
