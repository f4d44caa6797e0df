"""Model cards: every figure and name on them comes from the model's folder."""

import json
import shutil

import pytest
from embed import ABOUT, DATA, LICENCE, LIMITS
from restore import ABOUT as ABOUT_RESTORING

from colorgan import hub
from colorgan.errors import ModelError
from colorgan.hub import cards


@pytest.mark.parametrize("name", ["custom", "pretrained", "restore"])
def test_the_embedded_models_cards_are_rendered_from_their_folders(name):
    about = {**ABOUT, "restore": ABOUT_RESTORING}[name]
    limits = "" if name == "restore" else LIMITS
    folder = hub.embedded()[name]
    card = cards.render(folder, name, about=about, data=DATA, limits=limits, licence=LICENCE)
    assert card == (folder / hub.CARD).read_text()


def test_limits_and_licence_of_the_embedded_models_are_not_everybody_s():
    folder = hub.embedded()["custom"]
    assert "research-only" in (folder / hub.CARD).read_text()
    card = cards.render(folder, "me/mine", limits="- Too blue.")
    assert "- Too blue." in card and "research-only" not in card
    assert "portraits" not in cards.render(folder, "me/mine")


def test_a_restorer_s_says_that_it_restores():
    card = cards.render(hub.embedded()["restore"], "me/mender")
    assert "Mends damaged photos." in card and "colorization" not in card


def test_a_model_that_was_not_judged_says_so_and_where_it_comes_from(small_model):
    card = cards.render(small_model, "me/model", about="Of harbours.")
    for words in ("# colorgan / me/model", "Of harbours.", "Not measured yet.", "Not recorded."):
        assert words in card
    assert 'hf_hub_download("me/model"' in card, "it lies on the Hub"


def test_the_figures_are_the_first_model_s_and_name_no_photos(small_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(small_model, folder)
    models = {"original": {"psnr": {"mean": None}}, "grey": {"psnr": {"mean": 22.0}}}
    models["mine"] = {"psnr": {"mean": 23.4}}
    figures = {"protocol": {"photos": 3, "left_out": {"aunt.jpg": "grey"}}, "models": models}
    (folder / hub.EVALUATION).write_text(json.dumps(figures))
    read = cards.read_figures(folder)
    assert cards.own_row(read) == {"psnr": {"mean": 23.4}}
    assert read["protocol"] == {"photos": 3}


def test_a_measure_without_a_number_is_a_dash():
    assert cards.cell(None) == cards.cell({"mean": None}) == "-"
    assert cards.cell({"mean": 9.87}) == "9.87" and cards.cell({"mean": 0.5678}) == "0.568"


def test_figures_that_cannot_be_read_are_said(small_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(small_model, folder)
    (folder / hub.EVALUATION).write_text('{"models": 3}')
    with pytest.raises(ModelError, match="colorgan evaluate --json"):
        cards.render(folder, "me/model")


def test_a_card_tells_how_near_skin_is_by_its_tone(small_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(small_model, folder)
    figure = {"mean": 12.345, "interval": None}
    nothing = {"mean": None, "reason": "too few"}
    skin = {
        "tan": {"grey": {"error": figure}, "mine": {"error": figure}},
        "dark": {"grey": {"error": nothing}, "mine": {"error": nothing}},
    }
    protocol = {"photos": 4, "size": 256, "crop": "square", "resize": "", "lightness": ""}
    figures = {"protocol": protocol | {"rounding": ""}, "models": {}, "skin": skin}
    (folder / hub.EVALUATION).write_text(json.dumps(figures))
    card = cards.render(folder, "me/model")
    assert "| tan | 12.35 | 12.35 |" in card and "| dark |" not in card
