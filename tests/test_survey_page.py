"""The survey as a participant meets it: the real page, a real browser, a real database."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from page_app import overflows, serving, watched
from PIL import Image
from playwright.sync_api import expect
from voters import fields_of

from colorgan.survey.analysis import TIED, winner
from colorgan.survey.prepare import prepare
from colorgan.survey.store import Store, default_url
from colorgan.survey.votes import Vote
from colorgan.ui.texts import ENGLISH

WORDS = ENGLISH.survey
SHOTS = os.environ.get("COLORGAN_SCREENSHOTS")
MODELS = ("amber", "birch")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def study(small_model, photos, tmp_path_factory):
    """A study of four colour photos by two models with names of their own."""
    folder = tmp_path_factory.mktemp("survey")
    (folder / "photos").mkdir()
    for name, pixels in photos.items():
        image = Image.fromarray(pixels)
        image.thumbnail((360, 360))
        image.save(folder / "photos" / f"{name}.png")
    for name in MODELS:
        shutil.copytree(small_model, folder / name)
    models = [str(folder / name) for name in MODELS]
    return prepare([str(folder / "photos")], models, folder / "study", pairs=2, originals=1)


@pytest.fixture(scope="module")
def url(study, tmp_path_factory):
    settings = {"HF_HUB_OFFLINE": "1", "COLORGAN_STUDY": str(study.folder)}
    with serving(tmp_path_factory.mktemp("app"), settings) as address:
        yield address


@pytest.fixture(scope="module", autouse=True)
def earlier_votes(study, url):
    """What others chose before."""
    shown = {"left": "amber", "right": "birch", "left_revision": "", "right_revision": ""}
    store = Store(default_url(study.folder))
    for person in range(12):
        answer = "left" if person < 9 else "right"
        for step, question in enumerate(("real", "prefer")):
            store.add(
                Vote(
                    f"p{person}-{step}", study.fingerprint, f"p{person}", step, "pair", question,
                    "coffee.png", **shown, answer=answer, milliseconds=900, at="2026-01-01",
                )
            )  # fmt: skip
    store.close()


@pytest.fixture
def store(study):
    store = Store(default_url(study.folder))
    yield store
    store.close()


@pytest.fixture
def visit(browser, url):
    """Open the survey in a browser of its own, recording what the server sends."""
    with watched(browser, url) as open_page:

        def visit(*how, **more):
            page = open_page(*how, **more)
            open_tab(page, WORDS.survey_tab)
            return page

        yield visit


def open_tab(page, name: str) -> None:
    """Choose a tab; on a narrow screen it may be in the menu."""
    page.get_by_role("tab").first.wait_for()
    page.wait_for_timeout(500)  # Gradio measures which tabs have room
    tab = page.get_by_role("tab", name=name, exact=True)
    if tab.count():
        return tab.click()
    page.get_by_role("button", name="More tabs").click()
    return page.locator(".overflow-dropdown").get_by_text(name, exact=True).click()


def begin(page) -> None:
    page.get_by_role("button", name=WORDS.survey_begin).click()
    asked(page).wait_for()


def asked(page):
    return page.locator("#survey .question:visible")


def moment(page) -> tuple[str, str, str]:
    """What the page asks now: place, question and first picture."""
    return tuple(
        page.evaluate(
            """() => [document.querySelector("#survey .place").textContent,
                      document.querySelector("#survey .question").textContent,
                      document.querySelector("#survey .pair img").src]"""
        )
    )


def answer(page, act) -> None:
    """Answer the question that is shown and wait for the next, or the end."""
    before = moment(page)
    page.wait_for_timeout(270)  # nobody is quicker, says the page
    act(page)
    page.wait_for_function(
        """([place, question, source]) =>
            document.querySelector("#survey .thanks:not([hidden])") ||
            document.querySelector("#survey .place").textContent !== place ||
            document.querySelector("#survey .question").textContent !== question ||
            document.querySelector("#survey .pair img").src !== source""",
        arg=list(before),
    )


def press(key):
    return lambda page: page.keyboard.press(key)


def click(choice):
    return lambda page: page.locator(f"#survey [data-answer={choice}]").click()


def ended(page) -> bool:
    return page.locator("#survey .thanks").is_visible()


def practise(page) -> None:
    while WORDS.survey_practice.split(" {")[0] in moment(page)[0]:
        answer(page, press("ArrowLeft"))


def participant_of(page) -> str:
    return fields_of(page.evaluate("localStorage.getItem('colorgan-survey')"))[1]


class TestParticipant:
    def test_by_keyboard_with_a_reload_in_the_middle(self, visit, study, store):
        page = visit()
        begin(page)
        assert "Practice 1" in moment(page)[0]
        practise(page)
        assert moment(page)[0] == "Pair 1 of 4"
        for key in ("ArrowLeft", "ArrowRight", "ArrowDown"):
            answer(page, press(key))
        person = participant_of(page)
        kept = {vote.step: vote.answer for vote in store.votes(participant=person)}
        assert list(kept.values()) == ["left", "right", "none"]

        before = moment(page)
        page.reload()
        open_tab(page, WORDS.survey_tab)
        asked(page).wait_for()
        assert moment(page) == before  # the same question, pictures and sides
        while not ended(page):
            answer(page, press("ArrowRight"))
        votes = store.votes(participant=person)
        steps = list(range(min(kept), min(kept) + len(votes)))
        assert sorted(vote.step for vote in votes) == steps
        assert {vote.kind for vote in votes} == {"pair", "catch", "fool"}
        assert all(0 < vote.milliseconds < 60_000 for vote in votes)

    def test_it_is_said_when_answers_begin_to_count(self, visit):
        page = visit()
        begin(page)
        said = page.locator("#survey .said")
        expect(said).to_be_empty()
        practise(page)
        expect(said).to_have_text(WORDS.survey_practised)
        answer(page, press("ArrowLeft"))
        expect(said).to_be_empty()

    def test_by_mouse_and_names_come_at_the_end_only(self, visit, study, store):
        page = visit()
        begin(page)
        practise(page)
        choices = ["left", "right", "none"]
        while not ended(page):
            answer(page, click(choices[0]))
            choices = choices[1:] + choices[:1]
        before_the_end = [one for one in page.traffic if not one.url.endswith("/survey/results")]
        told = sent(before_the_end)
        hidden = [*MODELS, "decoy", *(system.revision for system in study.systems)]
        hidden += [photo.name for photo in study.photos] + [".webp"]
        assert [word for word in hidden if word.encode() in told] == []

        own = page.locator("#survey .own")
        own.locator("dt").first.wait_for()
        for name in MODELS:
            expect(own).to_contain_text(name)
        votes = store.votes(participant=participant_of(page))
        liked = [winner(v) for v in votes if v.kind == "pair" and v.question == "prefer"]
        text = own.inner_text().split(WORDS.survey_prefer)[1].split("?")[0]
        for name, words in {"amber": "amber", "birch": "birch", TIED: "Can't say"}.items():
            assert (f"{words}: {liked.count(name)}" in text) == (name in liked)

        open_tab(page, WORDS.results_tab)
        page.locator("#standing table").first.wait_for()
        results = page.locator("#standing").inner_text()
        assert "amber" in results and "birch" in results and "%" in results

        first = participant_of(page)  # now somebody else takes part on the same device
        open_tab(page, WORDS.survey_tab)
        page.get_by_role("button", name=WORDS.survey_again).click()
        begin(page)
        assert participant_of(page) != first

    def test_a_question_tells_its_trial_and_side_and_nothing_of_models(self, visit):
        page = visit()
        begin(page)
        (session,) = [one for one in page.traffic if one.url.endswith("/survey/session")]
        steps = session.json()["steps"]
        assert set(steps[0]) == {"trial", "question", "width", "height", "left", "right", "token"}
        tokens = [step[side] for step in steps for side in ("left", "right")]
        fields = ["|".join(fields_of(token)) for token in tokens]
        assert all(
            re.fullmatch(r"[0-9a-f]{16}-\d+\|\d+\|\d+\|(left|right)", text) for text in fields
        )

    def test_a_key_that_the_server_does_not_know_is_kept_until_there_is_another(self, browser, url):
        page = browser.new_page()  # not watched: the refusal is logged as an error
        page.goto(url)
        page.evaluate("localStorage.setItem('colorgan-survey', 'of another study')")
        open_tab(page, WORDS.survey_tab)
        expect(page.locator("#survey .said")).to_have_text(WORDS.survey_expired)
        assert page.evaluate("localStorage.getItem('colorgan-survey')") == "of another study"
        begin(page)
        assert len(participant_of(page)) == 32
        page.close()

    def test_results_are_not_shown_before(self, visit):
        page = visit()
        begin(page)
        open_tab(page, WORDS.results_tab)
        page.get_by_text(WORDS.results_later).wait_for()
        assert page.locator("#standing table").count() == 0
        assert not [one for one in page.traffic if one.url.endswith("/results") and one.ok]


def sent(answers) -> bytes:
    """What the server sent for the survey: addresses, headers, bodies, and every token's inside."""
    told = []
    for one in answers:
        if "/survey/" not in one.url:
            continue
        told += [one.url.encode(), json.dumps(one.all_headers()).encode(), one.body()]
    everything = b"\n".join(told)
    tokens = re.findall(rb"[\w-]{20,}", everything)
    inside = [base64.urlsafe_b64decode(t + b"=" * (-len(t) % 4)) for t in tokens if len(t) % 4 != 1]
    return b"\n".join([everything, *inside])


class TestLook:
    @pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
    def test_everything_is_seen_at_once_and_nothing_jumps(self, visit, width, height):
        page = visit(width, height)
        assert not overflows(page)
        shot(page, f"survey-welcome-{width}")
        begin(page)
        practise(page)
        places = set()
        for number in range(3):
            page.wait_for_timeout(300)
            if number in (0, 2):
                shot(page, f"survey-pair-{width}-{number}")
            box = page.locator("#survey .neither").bounding_box()
            places.add(json.dumps(box))
            assert box["y"] + box["height"] <= height  # with both pictures, in view
            assert not overflows(page)
            images = page.locator("#survey .pair img")
            sizes = images.evaluate_all("all => all.map(e => `${e.width} x ${e.height}`)")
            assert len(set(sizes)) == 1
            answer(page, press("ArrowLeft"))
        assert len(places) == 1
        while not ended(page):
            answer(page, press("ArrowRight"))
        page.locator("#survey .own dt").first.wait_for()
        shot(page, f"survey-thanks-{width}")
        open_tab(page, WORDS.results_tab)
        page.locator("#standing table").first.wait_for()
        assert not overflows(page)
        shot(page, f"survey-results-{width}")

    def test_screen_readers_and_keyboards_are_served(self, visit):
        from axe_playwright_python.sync_playwright import Axe

        page = visit(theme="dark")
        begin(page)
        shot(page, "survey-practice-dark")
        found = Axe().run(page, context="#survey")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
        practise(page)
        page.locator("#survey [data-answer=right]").focus()
        answer(page, press("Enter"))
        while not ended(page):
            answer(page, press("ArrowDown"))
        open_tab(page, WORDS.results_tab)
        page.locator("#standing table").first.wait_for()
        shot(page, "survey-results-dark")
        found = Axe().run(page, context="#standing")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


def shot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


class TestRoutes:
    """What somebody gets who speaks to the server without the page."""

    def ask(self, url, path, body, kind="application/json") -> tuple[int, dict]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}/survey/{path}", data, {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def test_votes_cannot_be_forged_changed_or_doubled(self, url, store):
        key = self.ask(url, "start", {})[1]["key"]
        step = self.ask(url, "session", {"key": key})[1]["steps"][0]
        vote = {"token": step["token"], "answer": "left", "milliseconds": 700}
        before = len(store.votes())
        assert self.ask(url, "vote", vote) == (200, {"stored": True})
        assert self.ask(url, "vote", vote) == (200, {"stored": True})
        assert self.ask(url, "vote", {**vote, "answer": "right"})[0] == 409
        assert self.ask(url, "vote", {**vote, "token": step["left"]})[0] == 400
        assert self.ask(url, "vote", {**vote, "token": step["token"][:-1]})[0] == 400
        assert len(store.votes()) == before + 1

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b'{"token": 3}', b"x" * 5000, b"[" * 4096, b'{"a":' * 800]
    )
    def test_nonsense_is_answered_with_a_sentence(self, url, body):
        status, answer = self.ask(url, "vote", body)
        assert status in (400, 413)
        assert answer["error"].endswith(".")

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_what_a_form_of_another_site_could_send_is_refused(self, url, kind):
        status, answer = self.ask(url, "start", {}, kind)
        assert status == 415 and "application/json" in answer["error"]

    def test_results_need_every_answer(self, url):
        key = self.ask(url, "start", {})[1]["key"]
        status, answer = self.ask(url, "results", {"key": key})
        assert status == 403
        assert set(answer) == {"error"}

    def test_a_picture_is_a_picture_and_nothing_else(self, url, study):
        key = self.ask(url, "start", {})[1]["key"]
        step = self.ask(url, "session", {"key": key})[1]["steps"][0]
        with urllib.request.urlopen(f"{url}/survey/picture/{step['left']}") as answer:
            headers, data = dict(answer.headers), answer.read()
        assert not {"etag", "last-modified", "content-disposition"} & {h.lower() for h in headers}
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (step["width"], step["height"])
            assert not image.getexif() and not {"exif", "xmp", "icc_profile"} & set(image.info)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{url}/survey/picture/{step['token']}")
        assert caught.value.code == 400


def test_a_page_without_a_study_has_no_survey(tmp_path):
    from colorgan.ui import page
    from colorgan.ui.models import Models

    labels = [c["props"].get("label") for c in page.build(Models({})).config["components"]]
    assert WORDS.survey_tab not in labels
