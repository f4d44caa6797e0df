"""Looks held for visitors, and corrections of them over HTTP, without a browser."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from pictures import lab, lightness
from PIL import Image
from skimage.color import deltaE_ciede2000
from starlette.applications import Starlette
from starlette.testclient import TestClient

from colorgan.hints import SWATCHES
from colorgan.ui import corrections, full_size
from colorgan.ui.looks import Looks
from colorgan.ui.models import Models
from colorgan.ui.orders import Order
from colorgan.ui.texts import ENGLISH

PLACE = (0.4, 0.6)
RED = {"points": [list(PLACE)], "want": {"ab": [40.0, 25.0]}}


def said(*hints) -> dict:
    return {"version": 1, "hints": list(hints)}


def with_grain(photo):
    """Give a photo the grain of a fast film, which restoring takes away."""
    pixels = np.asarray(Image.open(photo).convert("L"), float)
    grain = np.random.default_rng(0).normal(0, 14, pixels.shape)
    Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8)).save(photo)


class Bench:
    """Looks, the routes over them, and a count of what the network did."""

    def __init__(self, model, folder, **bounds) -> None:
        self.now = 0.0
        models = Models({"custom": str(model)})
        self.passes = []
        trunk = models.get("custom").generator.trunk
        trunk.register_forward_pre_hook(lambda *_: self.passes.append(1))
        self.looks = Looks(models, ENGLISH, clock=lambda: self.now, **bounds)
        routes = [*corrections.routes(self.looks, ENGLISH), *full_size.routes(self.looks, ENGLISH)]
        self.client = TestClient(Starlette(routes=routes))
        self.folder = folder

    def colour(self, photo, visitor: str = "one") -> str:
        token = self.looks.token(visitor, Order(str(photo), "custom", 64, None))
        self.looks.make(token)
        return token

    def colour_like(self, photo, *references, strength: float = 1.0, visitor: str = "one") -> str:
        self.colour(photo, visitor)
        like = (tuple(map(str, references)), strength)
        token = self.looks.token(visitor, Order(str(photo), "custom", 64, None, *like))
        self.looks.borrow(token)
        return token

    def post(self, path: str, **asked):
        return self.client.post(f"/hints/{path}", json=asked)

    def picture(self, token: str, *hints, **more) -> np.ndarray:
        answer = self.post("preview", look=token, hints=said(*hints), **more)
        assert answer.headers["Content-Type"] == "image/jpeg", answer.text
        return np.asarray(Image.open(io.BytesIO(answer.content)))

    def file(self, token: str, *hints, **more):
        """What the lines of a download end with, and the answer with the file."""
        answer = self.post("download", look=token, hints=said(*hints), **more)
        *steps, last = [json.loads(line) for line in answer.text.splitlines()]
        assert [step["step"] for step in steps] == ["reading", "painting", "writing"]
        return self.client.get(f"/hints/file/{last['file']}")


@pytest.fixture
def make_bench(guessing_model, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    return lambda **bounds: Bench(guessing_model, tmp_path, **bounds)


@pytest.fixture
def bench(make_bench):
    return make_bench()


@pytest.fixture
def photo(photos, tmp_path):
    path = tmp_path / "street.png"
    Image.fromarray(photos["coffee"]).convert("L").resize((300, 200)).save(path)
    return path


def at(picture: np.ndarray, place=PLACE) -> np.ndarray:
    """The Lab colour at a place."""
    height, width = picture.shape[:2]
    return lab(picture)[int(place[1] * height), int(place[0] * width)]


class TestCorrections:
    def test_a_place_gets_the_colour_that_was_said_and_keeps_its_lightness(self, bench, photo):
        file = bench.file(bench.colour(photo), RED)
        picture = np.asarray(Image.open(io.BytesIO(file.content)))
        found, grey = at(picture), at(np.asarray(Image.open(photo).convert("RGB")))
        wanted = [grey[0], *RED["want"]["ab"]]
        assert deltaE_ciede2000(found, wanted) < 2
        assert abs(found[0] - grey[0]) < 1

    def test_the_network_takes_no_part(self, bench, photo):
        token = bench.colour(photo)
        assert len(bench.passes) == 1
        bench.picture(token, RED)
        bench.post("likely", look=token, x=0.5, y=0.5)
        bench.post("telling", look=token, hints=said(RED))
        bench.post("versions", look=token, hints=said(RED))
        bench.file(token, RED)
        assert len(bench.passes) == 1

    def test_the_file_is_what_was_seen(self, bench, photo):
        token = bench.colour(photo)
        seen = bench.picture(token, RED, strength=0.7)
        answer = bench.file(token, RED, strength=0.7)
        assert "street%20in%20colour.png" in answer.headers["Content-Disposition"]
        made = np.asarray(Image.open(io.BytesIO(answer.content)))
        assert made.shape == seen.shape
        assert deltaE_ciede2000(lab(made), lab(seen)).mean() < 1.5  # JPEG against PNG
        assert np.abs(lightness(made) - lightness(Image.open(photo))).max() < 1

    def test_a_restored_photo_is_restored_in_the_file_too(self, bench, photo):
        with_grain(photo)
        token = bench.looks.token("one", Order(str(photo), "custom", 64, 1.0))
        bench.looks.make(token)
        made = np.asarray(Image.open(io.BytesIO(bench.file(token, RED).content)))
        seen = bench.picture(token, RED)
        assert np.abs(lightness(made) - lightness(seen)).mean() < 1
        assert np.abs(lightness(made) - lightness(Image.open(photo))).mean() > 1

    def test_strength_is_that_of_the_model_s_colours(self, bench, photo):
        token = bench.colour(photo)
        grey = lab(bench.picture(token, strength=0.0))[..., 1:]
        assert np.abs(grey).mean() < 1
        assert np.hypot(*at(bench.picture(token, RED, strength=0.0))[1:]) > 40

    def test_colours_are_offered_as_they_look_in_the_light_of_the_place(self, bench, photo):
        token = bench.colour(photo)
        offered = bench.post("likely", look=token, x=PLACE[0], y=PLACE[1]).json()
        assert list(offered["known"]) == list(SWATCHES)
        light = max(bench.looks.get(token).look.lightness_at(*PLACE), corrections.TOLD_APART[0])
        for code, _ in [*offered["likely"], *offered["known"].values()]:
            found = lab(np.array([[[int(code[n : n + 2], 16) for n in (1, 3, 5)]]], np.uint8))
            assert abs(found[0, 0, 0] - light) < 2

    def test_places_where_a_word_tells_most_are_places_in_the_photo(self, bench, photo):
        token = bench.colour(photo)
        places = bench.post("telling", look=token).json()["places"]
        assert places and all(0 <= share <= 1 for place in places for share in place)

    def test_versions_differ_and_can_be_taken(self, bench, photo):
        token = bench.colour(photo)
        versions = bench.post("versions", look=token).json()["versions"]
        pictures = [bench.picture(token, *version["hints"]) for version in versions]
        assert len(versions) == 4
        assert all(version["picture"].startswith("data:image/jpeg") for version in versions)
        for index, one in enumerate(pictures):
            for other in pictures[:index]:
                assert deltaE_ciede2000(lab(one), lab(other)).mean() > 1


class TestReferences:
    @pytest.fixture
    def like(self, photos, tmp_path):
        """The photo itself in colour, bluish."""
        path = tmp_path / "like.png"
        Image.fromarray(photos["coffee"][..., ::-1]).resize((300, 200)).save(path)
        return path

    def test_their_colours_go_to_what_is_alike_and_corrections_on_top(self, bench, photo, like):
        plain = lab(bench.picture(bench.colour(photo)))
        token = bench.colour_like(photo, like)
        with_it, wanted = lab(bench.picture(token)), lab(np.asarray(Image.open(like)))
        assert deltaE_ciede2000(with_it, plain).mean() > 3
        before, after = (np.abs(made - wanted)[..., 1:].mean() for made in (plain, with_it))
        assert after < 0.8 * before
        corrected = bench.picture(token, RED)
        assert np.hypot(*(at(corrected)[1:] - RED["want"]["ab"])) < 4

    def test_an_edit_after_them_needs_no_network_and_the_file_is_what_was_seen(
        self, bench, photo, like
    ):
        token = bench.colour_like(photo, like, strength=0.8)
        assert len(bench.passes) == 2  # the photo and the reference
        seen = bench.picture(token, RED, strength=0.7)
        for path in ("telling", "versions"):
            assert bench.post(path, look=token, hints=said(RED)).status_code == 200
        made = np.asarray(Image.open(io.BytesIO(bench.file(token, RED, strength=0.7).content)))
        assert deltaE_ciede2000(lab(made), lab(seen)).mean() < 1.5  # JPEG against PNG
        assert len(bench.passes) == 2

    def test_another_strength_looks_at_nothing_again(self, bench, photo, like):
        tokens = [bench.colour_like(photo, like, strength=strength) for strength in (1.0, 0.0)]
        assert len(set(tokens)) == 2
        assert len(bench.passes) == 3  # the photo is only because `colour_like` asks for it
        plain = bench.picture(bench.colour(photo))
        assert np.array_equal(bench.picture(tokens[1]), plain)
        assert not np.array_equal(bench.picture(tokens[0]), plain)

    def test_what_was_seen_of_them_is_kept_no_longer_than_photos_are(self, bench, photo, like):
        bench.colour_like(photo, like)
        assert bench.looks.shelf.has(str(like), "custom", 64)
        bench.now = 3601.0
        bench.colour(photo, "other")
        assert not bench.looks.shelf.has(str(like), "custom", 64)

    def test_what_was_given_up_is_made_again_without_a_word(self, make_bench, photo, like):
        bench = make_bench(most=1)
        token = bench.colour_like(photo, like)
        before = bench.picture(token, RED)
        bench.colour(photo, "other")
        assert np.array_equal(bench.picture(token, RED), before)

    def test_if_a_reference_is_gone_it_is_said(self, make_bench, photo, like):
        bench = make_bench(most=1)
        token = bench.colour_like(photo, like)
        bench.colour(photo, "other")
        like.unlink()
        answer = bench.post("preview", look=token, hints=said())
        assert (answer.status_code, answer.json()["error"]) == (410, ENGLISH.photo_gone)

    def test_a_restored_photo_is_restored_once_for_all_of_them(self, bench, photo, like):
        with_grain(photo)
        order = Order(str(photo), "custom", 64, 1.0)
        bench.looks.make(bench.looks.token("one", order))
        token = bench.looks.token("one", replace(order, references=(str(like),)))
        bench.looks.borrow(token)
        made = np.asarray(Image.open(io.BytesIO(bench.file(token).content)))
        assert np.abs(lightness(made) - lightness(bench.picture(token))).mean() < 1
        assert np.abs(lightness(made) - lightness(Image.open(photo))).mean() > 1

    def test_every_page_of_a_file_gets_their_colours(self, bench, photo, like, tmp_path):
        page = Image.open(photo).convert("L")
        page.save(tmp_path / "two.tif", save_all=True, append_images=[page])
        token = bench.colour_like(tmp_path / "two.tif", like)
        made = Image.open(io.BytesIO(bench.file(token).content))
        first, second = (lab(made.convert("RGB")) for number in (0, 1) if not made.seek(number))
        assert deltaE_ciede2000(first, second).mean() < 0.5


class TestLooks:
    def test_the_same_order_is_looked_at_once(self, bench, photo):
        order = Order(str(photo), "custom", 64, None)
        assert bench.looks.token("one", order) == bench.looks.token("one", order)

    def test_nobody_gets_another_s_look(self, bench, photo):
        one, other = bench.colour(photo, "one"), bench.colour(photo, "other")
        assert one != other
        assert min(len(one), len(other)) >= 32
        answer = bench.post("preview", look="o" * 32, hints=said())
        assert (answer.status_code, answer.json()["error"]) == (410, ENGLISH.hints.gone)

    @pytest.mark.parametrize("bound", [{"most": 1}, {"most_bytes": 1}, {}])
    def test_a_look_that_was_given_up_is_made_again_without_a_word(self, make_bench, photo, bound):
        bench = make_bench(**bound)
        first = bench.colour(photo, "one")
        before = bench.picture(first, RED)
        if not bound:
            bench.now = 3601.0  # nobody asked for an hour
        bench.colour(photo, "other")
        passes = len(bench.passes)
        assert np.array_equal(bench.picture(first, RED), before)
        assert len(bench.passes) == passes + 1

    def test_if_the_photo_is_gone_too_it_is_said(self, make_bench, photo, tmp_path):
        bench = make_bench(most=1)
        gone = shutil.copy(photo, tmp_path / "gone.png")
        token = bench.colour(gone)
        bench.colour(photo)
        (tmp_path / "gone.png").unlink()
        answer = bench.post("preview", look=token, hints=said())
        assert (answer.status_code, answer.json()["error"]) == (410, ENGLISH.photo_gone)

    def test_a_look_is_not_made_again_and_again(self, make_bench, photo):
        bench = make_bench(most=1)
        tokens = [bench.colour(photo, visitor) for visitor in ("one", "other")]
        answers = [bench.post("telling", look=token) for token in tokens * 10]
        assert answers[0].status_code == 200
        assert answers[-2].status_code == 400 and "Please wait" in answers[-2].json()["error"]

    def test_a_look_that_is_too_large_is_not_held(self, make_bench, photo, monkeypatch):
        monkeypatch.setattr("colorgan.ui.looks.LARGEST", 1)
        bench = make_bench()
        token = bench.colour(photo)
        assert not bench.looks.holds(token)
        assert bench.post("telling", look=token).json()["error"] == ENGLISH.hints.too_large


class TestHostileRequests:
    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({}, "lacks its look"),
            ({"look": 7}, "lacks its look"),
            ({"hints": []}, 'no list "hints"'),
            ({"hints": {"version": 2, "hints": []}}, "version: 2 is not known"),
            ({"hints": said({"points": [[2, 0]], "want": "none"})}, "outside the photo"),
            ({"hints": said({"points": "all", "want": "none"})}, "must be a list of places"),
            ({"hints": said({"points": [[0, 0]], "want": "sky-blue-pink"})}, "is no colour"),
            ({"hints": said(*[RED] * 501)}, "501 are too many"),
            ({"strength": "much"}, "lacks its strength, a number"),
            ({"strength": 9}, "between 0 and 1.5"),
        ],
    )
    def test_what_makes_no_sense_is_told_in_a_sentence(self, bench, asked, words):
        answer = bench.post("preview", **asked)
        assert answer.status_code == 400
        assert words in answer.json()["error"]

    @pytest.mark.parametrize(
        ("data", "kind", "status", "words"),
        [
            (b'{"look": NaN}', "application/json", 400, "lacks its look"),
            (b'{"hints": {"version": NaN}}', "application/json", 400, "hints"),
            (b"[" * 100_000, "application/json", 400, "no JSON object"),
            (b"\xff", "application/json", 400, "no JSON object"),
            (b"7", "application/json", 400, "no JSON object"),
            (b'{"look": "' + b"x" * 2_000_000 + b'"}', "application/json", 413, "too long"),
            (b"{}", "text/plain", 415, "application/json"),
        ],
    )
    def test_what_is_no_request_is_told_in_a_sentence(self, bench, data, kind, status, words):
        headers = {"Content-Type": kind}
        answer = bench.client.post("/hints/preview", content=data, headers=headers)
        assert answer.status_code == status
        assert words in answer.json()["error"]

    def test_places_outside_the_photo_have_no_colours(self, bench):
        for x in (-1, 2, "left", None, True):
            answer = bench.post("likely", look="none", x=x, y=0.5)
            assert answer.status_code in (400, 410) and answer.json()["error"].endswith(".")

    def test_files_of_nobody_are_not_found(self, bench):
        for token in ("x", "..%2f..%2fetc%2fpasswd"):
            answer = bench.client.get(f"/hints/file/{token}")
            assert answer.status_code in (404, 410)

    def test_who_asks_too_often_is_told_to_wait(self, bench):
        answers = [bench.post("download", look="none") for _ in range(61)]
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert "Please wait" in answers[-1].json()["error"]
