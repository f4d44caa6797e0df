"""Mending on the page, without a browser: what is filled, what was found, and the photos at 1:1."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
import torch
from pictures import lightness
from PIL import Image
from test_corrections import Bench

from colorgan import Restorer
from colorgan import photo as files
from colorgan.film import DAMAGES
from colorgan.missing import Stroke
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.photo import Pages, Photo
from colorgan.ui import captions, filling, mending
from colorgan.ui.orders import Order
from colorgan.ui.restored import changed_places
from colorgan.ui.texts import ENGLISH
from colorgan.ui.turkish import TURKISH


@pytest.fixture
def bench(guessing_model, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    return Bench(guessing_model, tmp_path)


@pytest.fixture
def photo(photos, tmp_path):
    path = tmp_path / "street.png"
    Image.fromarray(photos["coffee"]).convert("L").resize((300, 200)).save(path)
    return path


class TestFilled:
    """A photo with a hole that is filled before it is coloured."""

    @pytest.fixture
    def torn(self, photo, tmp_path):
        picture = Image.open(photo).point(lambda tone: 40 + tone * 0.6)
        picture.paste(252, (120, 80, 160, 110))
        picture.save(tmp_path / "torn.png")
        return tmp_path / "torn.png"

    def token(self, bench, torn, *strokes, visitor="one"):
        return bench.looks.token(visitor, Order(str(torn), "custom", 64, None, fill=strokes))

    def test_is_what_is_seen_and_what_the_file_holds(self, bench, torn):
        token = self.token(bench, torn)
        mended = bench.looks.make(token).mended
        assert mended.filled.found[90, 140] and mended.restored is None
        seen = lightness(bench.picture(token))
        made = Image.open(io.BytesIO(bench.file(token).content))
        assert np.abs(lightness(made) - seen).mean() < 1
        assert seen[90, 140] < 85 < lightness(Image.open(torn))[90, 140]
        assert "What was missing is filled." in made.getexif()[0x000B]

    def test_what_was_unmarked_stays_and_is_another_look(self, bench, torn):
        tokens = [
            self.token(bench, torn, *strokes)
            for strokes in ((), (Stroke(((0.467, 0.475),), 0.3, missing=False),))
        ]
        seen = [bench.looks.make(token) for token in tokens]
        assert tokens[0] != tokens[1]
        assert not seen[1].mended.filled.mask.any()
        made = Image.open(io.BytesIO(bench.file(tokens[1]).content))
        assert lightness(made)[90, 140] > 95
        assert "filled" not in made.getexif()[0x000B]

    def test_every_page_of_a_file_is_filled_and_restored(self, bench, torn, tmp_path):
        page = Image.open(torn)
        page.save(tmp_path / "two.tif", save_all=True, append_images=[page])
        order = Order(str(tmp_path / "two.tif"), "custom", 64, 1.0, fill=())
        token = bench.looks.token("one", order)
        bench.looks.make(token)
        made = Image.open(io.BytesIO(bench.file(token).content))
        for number in (0, 1):
            made.seek(number)
            assert lightness(made.convert("RGB"))[90, 140] < 85


class TestFullSize:
    """The lightness of a restored photo, before and after, in tiles."""

    def tile(self, bench, token, where):
        answer = bench.client.get(f"/hints/full/{token}/{where}.png")
        return answer.status_code, answer.content

    def picture(self, bench, token, where):
        status, content = self.tile(bench, token, where)
        assert status == 200
        return np.asarray(Image.open(io.BytesIO(content)))

    @pytest.fixture
    def large(self, photo, tmp_path):
        Image.open(photo).resize((1100, 733)).save(tmp_path / "large.png")
        return tmp_path / "large.png"

    @pytest.fixture
    def token(self, bench, large):
        token = bench.looks.token("one", Order(str(large), "custom", 64, 1.0))
        bench.looks.make(token)
        return token

    def test_tiles_are_the_photo_itself_as_it_came_and_as_the_file_holds_it(
        self, bench, token, large
    ):
        came = np.asarray(Image.open(large))
        assert np.array_equal(self.picture(bench, token, "before/1-1"), came[512:, 512:1024])
        assert np.array_equal(self.picture(bench, token, "before/2-0"), came[:512, 1024:])
        made = lightness(Image.open(io.BytesIO(bench.file(token).content)))
        mended = self.picture(bench, token, "after/0-0")
        assert np.abs(lightness(Image.fromarray(mended)) - made[:512, :512]).mean() < 1
        assert not np.array_equal(mended, came[:512, :512])

    @pytest.mark.parametrize("where", ["before/3-0", "after/0-2", "beside/0-0"])
    def test_there_are_no_others(self, bench, token, where):
        assert self.tile(bench, token, where)[0] == 404

    def test_of_what_is_gone_it_is_said(self, bench, token, photo):
        assert self.tile(bench, "x" * 32, "before/0-0")[0] == 410
        plain = bench.colour(photo)  # was not mended: there is nothing to compare
        assert self.tile(bench, plain, "after/0-0")[0] == 410

    def test_the_place_that_changed_most_is_the_first(self, photo):
        before = files.read(photo)
        pixels = before.pixels.copy()
        pixels[50:60, 200:215] += 60
        pixels[150:160, 40:55] += 30
        pixels[:] = pixels // 2 + 60  # and all of it is paler
        places = changed_places(before, replace(before, pixels=pixels))
        assert places[0] == pytest.approx((207 / 300, 55 / 200), abs=0.08)
        same = changed_places(before, before)
        assert same == []


class TestMarks:
    """What a visitor drew over what is missing, as it comes from the browser."""

    STROKE: ClassVar = {"points": [[0.25, 0.5], [0.5, 0.5]], "width": 0.04, "missing": True}

    def test_are_strokes_of_the_photo_that_they_were_drawn_over(self):
        value = {"photo": "a", "strokes": [self.STROKE]}
        (stroke,) = filling.read_marks(value, "a")
        assert stroke == Stroke(((0.25, 0.5), (0.5, 0.5)), 0.04)
        assert filling.read_marks(value, "b") == ()

    @pytest.mark.parametrize(
        "stroke",
        [
            None,
            {},
            STROKE | {"points": []},
            STROKE | {"points": [[0.5]]},
            STROKE | {"points": [[0.5, 2]]},
            STROKE | {"points": [[0.5, float("nan")]]},
            STROKE | {"width": "wide"},
            STROKE | {"missing": 1},
        ],
    )
    def test_that_make_no_sense_are_left_out(self, stroke):
        value = {"photo": "a", "strokes": [stroke, self.STROKE]}
        assert len(filling.read_marks(value, "a")) == 1

    @pytest.mark.parametrize("value", [None, "x", {}, {"photo": "a"}, {"photo": "a", "strokes": 1}])
    def test_nothing_is_no_marks(self, value):
        assert filling.read_marks(value, "a") == ()

    def test_are_as_thick_and_as_many_as_the_page_allows(self):
        thick = self.STROKE | {"width": 1.0}
        strokes = filling.read_marks({"photo": "a", "strokes": [thick] * 999}, "a")
        assert len(strokes) == filling.MOST_STROKES
        assert strokes[0].width == filling.WIDTHS[1]


class TestFindings:
    """What a restorer tells of a photo, in words."""

    def restored(self, tells, likely, photo):
        network = RestorationNet(RestorationConfig(width=8, blocks=1, tells=tells))
        if tells:
            with torch.no_grad():
                network.find.second.weight.zero_()
                network.find.second.bias.copy_(torch.tensor(likely))
        return mending.restore(Restorer(network), Pages(photo), 1.0)

    @pytest.mark.parametrize(
        ("tells", "likely", "words"),
        [
            (("dust", "uneven_fading"), [9.0, 9.0], ["Found: dust, uneven fading."]),
            (("dust", "folds"), [-9.0, 9.0], ["Found: folds."]),
            (("dust", "folds"), [-9.0, -9.0], [ENGLISH.mending.nothing_found]),
            ((), [], []),
        ],
    )
    def test_are_named_or_said_to_be_none_and_not_told_of_by_who_does_not_tell(
        self, tells, likely, words, photos
    ):
        photo = Photo(photos["coffee"][:90, :120], None, "PNG")
        restored = self.restored(tells, likely, photo)
        assert captions.finding(ENGLISH, restored.found) == words

    @pytest.mark.parametrize(("sure", "found"), [(9.0, ("dust", "fading")), (-9.0, ("dust",))])
    def test_faded_tones_are_told_only_where_they_are_mended(self, sure, found, photos):
        settings = RestorationConfig(width=8, blocks=1, gated=True, tells=("dust", "fading"))
        network = RestorationNet(settings)
        with torch.no_grad():
            network.find.second.weight.zero_()
            network.find.second.bias.fill_(9.0)
            network.sure.layers[-1].weight.zero_()
            network.sure.layers[-1].bias.fill_(sure)
        photo = Photo(photos["coffee"][:90, :120], None, "PNG")
        assert Restorer(network).found(photo) == found

    def test_every_damage_has_a_name_on_every_page(self):
        for texts in (ENGLISH, TURKISH):
            assert {name.replace(" ", "_") for name in texts.mending.damages} == set(DAMAGES)
