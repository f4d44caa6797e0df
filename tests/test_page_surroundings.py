"""The page where it is served and opened in other ways than on this machine.

The app stands behind a proxy that takes a path off, and neither it nor the browser learns the type
of a file from the system.
"""

from __future__ import annotations

import base64
import io
import shutil

import pytest
from page_app import (
    WAIT,
    colour,
    connect,
    download,
    serving,
    toast,
    upload,
    wait_until_ready,
    watched,
)
from pictures import mean_chroma
from PIL import Image
from prefix_proxy import behind_prefix
from serving import free_port

from colorgan.survey import study as studies
from colorgan.survey.store import Store, default_url
from colorgan.ui.texts import ENGLISH

pytestmark = pytest.mark.browser

PREFIX = "/old/photos"
WITHOUT_TYPES = (
    "-c",
    "import mimetypes, runpy; mimetypes.knownfiles.clear();"
    "runpy.run_path('app.py', run_name='__main__')",
)
DROP = """([selector, name, data]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name)); // of a type that the system does not know
    const own = selector === "paste"
        ? new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true})
        : new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
    const target = selector === "paste" ? document.body : document.querySelector(selector);
    target.dispatchEvent(own);
}"""


@pytest.fixture(scope="module")
def study(study_folder, tmp_path_factory):
    """A folder of a study that nobody has answered yet."""
    return shutil.copytree(study_folder, tmp_path_factory.mktemp("survey") / "study")


@pytest.fixture(scope="module")
def url(study, tmp_path_factory):
    settings = {
        "HF_HUB_OFFLINE": "1", "GRADIO_ROOT_PATH": PREFIX, "COLORGAN_STUDY": str(study),
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("app")
    with serving(folder, settings, WITHOUT_TYPES) as app:
        port = int(app.rpartition(":")[2])
        with behind_prefix(PREFIX, free_port(), port) as address:
            yield address


@pytest.fixture
def visit(browser, url):
    """Open the page by the proxy's address; afterwards nothing outside its path was asked for."""
    with watched(browser, url) as open_page:

        def visit():
            page = open_page()
            page.locator("#colour-photo input[type=file]").wait_for(state="attached")
            wait_until_ready(page)
            return page

        yield visit


class TestBehindAProxyThatTakesAPathOff:
    def test_a_photo_is_coloured_and_saved(self, visit, small_photo):
        page = visit()
        colour(page, small_photo)
        name, data = download(page)
        assert name == "harbour day in colour.jpg"
        assert mean_chroma(Image.open(io.BytesIO(data))) > 3

    def test_an_answer_of_the_survey_is_kept(self, visit, study):
        page = visit()
        page.get_by_role("tab", name=ENGLISH.survey.survey_tab, exact=True).click()
        page.get_by_role("button", name=ENGLISH.survey.survey_begin).click()
        store = Store(default_url(study))
        fingerprint = studies.load(study).fingerprint
        for _ in range(40):  # practice first
            page.locator("#survey .question:visible").wait_for()
            page.wait_for_timeout(300)
            page.locator("#survey .choice").first.click()
            if store.votes(fingerprint):
                break
        assert [vote.answer for vote in store.votes(fingerprint)][:1] == ["left"]
        store.close()
        page.get_by_role("tab", name=ENGLISH.survey.results_tab, exact=True).click()
        page.locator("#standing .said").get_by_text(ENGLISH.survey.results_later).wait_for()

    def test_the_icon_is_the_page_s_own(self, visit, url):
        page = visit()
        icon = page.locator("link[rel=icon]").first
        icon.wait_for(state="attached")
        assert icon.evaluate("link => link.href") == f"{url}/favicon.ico"
        assert "<svg" in page.request.get(f"{url}/favicon.ico").text()

    def test_a_script_gets_a_photo_in_colour(self, url, small_photo, tmp_path):
        from gradio_client import handle_file

        photo, *_ = connect(url, tmp_path).predict(
            handle_file(small_photo), model="custom", strength=1.0, api_name="/colorize"
        )
        assert mean_chroma(Image.open(photo)) > 3


@pytest.fixture(scope="module")
def by_ending(small_photo):
    """A photo in a format of an ending."""

    def by_ending(ending: str) -> bytes:
        kept = io.BytesIO()
        kind = {".heic": "HEIF", ".jp2": "JPEG2000", ".pgm": "PPM", ".tif": "TIFF"}[ending]
        with Image.open(small_photo) as image:
            image.save(kept, kind)
        return kept.getvalue()

    return by_ending


class TestFilesWhoseTypeTheSystemDoesNotKnow:
    @pytest.mark.parametrize("ending", [".heic", ".jp2", ".pgm", ".tif"])
    def test_a_chosen_photo_is_taken_by_its_ending(self, visit, by_ending, ending):
        page = visit()
        file = {"name": f"A{ending.upper()}", "mimeType": "application/octet-stream"}
        upload(page, file | {"buffer": by_ending(ending)})
        page.wait_for_function("document.querySelector('#colour-photo img')?.naturalWidth === 400")
        page.locator("#colour-button").click()
        page.locator("#colour-frame img.after").wait_for(timeout=WAIT)

    @pytest.mark.parametrize("place", ["#colour-photo button", "#intro", "paste"])
    def test_a_dropped_or_pasted_photo_is_taken_by_its_ending(self, visit, by_ending, place):
        page = visit()
        page.locator("#colour-photo button").first.wait_for()
        page.evaluate(DROP, [place, "a.heic", base64.b64encode(by_ending(".heic")).decode()])
        page.wait_for_function("document.querySelector('#colour-photo img')?.naturalWidth === 400")

    def test_the_tab_compare_takes_it_too(self, visit, by_ending):
        page = visit()
        page.get_by_role("tab", name=ENGLISH.compare_tab).click()
        file = {"name": "a.jp2", "mimeType": "application/octet-stream"}
        upload(page, file | {"buffer": by_ending(".jp2")}, "compare")

    def test_the_album_takes_it_too(self, visit, by_ending):
        page = visit()
        page.get_by_role("tab", name=ENGLISH.album_tab).click()
        file = {"name": "a.heic", "mimeType": "application/octet-stream"}
        chosen = page.locator("#album-files input[type=file]")
        chosen.set_input_files([file | {"buffer": by_ending(".heic")}])
        page.locator("#album-files .file-preview").wait_for()
        page.locator("#album-button").click()
        page.locator("#album-gallery img").first.wait_for(timeout=WAIT)

    def test_the_file_dialogue_offers_it(self, visit):
        page = visit()
        with page.expect_file_chooser() as chooser:
            page.locator("#colour-photo button").first.click()
        accepted = chooser.value.element.get_attribute("accept").split(",")
        assert {"image/*", ".heic", ".jp2", ".pgm", ".tif"} <= set(accepted)

    def test_what_is_no_photo_is_refused_with_a_sentence(self, visit):
        page = visit()
        file = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear"}
        page.locator("#colour-photo input[type=file]").set_input_files(file)
        assert "letter.txt" in toast(page)
