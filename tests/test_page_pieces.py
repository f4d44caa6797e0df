"""The parts of the page, without a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import gradio as gr
import pytest
from PIL import Image

from colorgan import hub
from colorgan.cli import parser
from colorgan.colorizer import Colorizer
from colorgan.errors import ColorganError, ModelError
from colorgan.ui import about, frames, reference_box
from colorgan.ui import page as page_module
from colorgan.ui.album_files import Row, count, incoming, photos_of_folder, write_table
from colorgan.ui.events import Arrivals, in_order, inputs_of
from colorgan.ui.limits import REFILL_SECONDS, Limits
from colorgan.ui.messages import errors_as_toasts, toast_text
from colorgan.ui.models import Models
from colorgan.ui.photo_input import receive
from colorgan.ui.previews import (
    KEPT_SECONDS,
    PREVIEW_SIDE,
    fresh_folder,
    save_doubt,
    save_preview,
)
from colorgan.ui.texts import ENGLISH
from colorgan.ui.turkish import TURKISH

VISITOR = SimpleNamespace(client=SimpleNamespace(host="10.0.0.1"))


class TestPieces:
    def test_a_photo_that_browsers_show_is_not_put_into_its_box_again(self, tmp_path):
        """By then a newer one may be there."""
        Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
        Image.new("RGB", (40, 30)).save(tmp_path / "a.tif")
        assert receive(str(tmp_path / "a.png")) == gr.skip()
        assert receive(str(tmp_path / "a.tif")).endswith(".webp")

    def test_page_is_built_without_examples(self, tmp_path):
        assert page_module.find_examples(tmp_path / "missing") == []
        page = page_module.build(Models({}), page_module.find_examples(tmp_path))
        public = [e["api_name"] for e in page.config["dependencies"] if is_public(e)]
        assert public == ["colorize", "restore", "compare", "album"]

    def test_every_sentence_is_turkish_too_and_says_the_same_figures(self):
        def sentences(texts) -> dict[str, str]:
            parts = {"": texts, "survey ": texts.survey, "hints ": texts.hints}
            parts["film "] = texts.film
            parts |= {"references ": texts.references, "mending ": texts.mending}
            parts |= {f"{name} ": getattr(texts.hints, name) for name in ("groups", "swatches")}
            parts |= {"damages ": texts.mending.damages}
            return {
                start + name: str(text)
                for start, part in parts.items()
                for name, text in (part if isinstance(part, dict) else vars(part)).items()
                if isinstance(text, str | tuple)
            }

        english, turkish = sentences(ENGLISH), sentences(TURKISH)
        assert [name for name, text in english.items() if turkish[name] == text] == []
        for name, text in english.items():
            assert sorted(set(re.findall(r"{\w+}", text))) == sorted(
                set(re.findall(r"{\w+}", turkish[name]))
            ), name

    def test_settings_and_results_go_by_their_names_in_whatever_order(self):
        def work(photo, strength, request):
            return SimpleNamespace(line=f"{photo} at {strength}", frame=request)

        with gr.Blocks():
            parts = {"strength": gr.Slider(), "photo": gr.Image()}
        assert inputs_of(work, parts) == [parts["photo"], parts["strength"]]
        assert in_order(work, {"line": None})("a", 1, None) == ("a at 1",)
        assert in_order(work, {"frame": None, "line": None})("a", 1, 7) == (7, "a at 1")
        with pytest.raises(TypeError, match=r"work takes .*strength"):
            inputs_of(work, {"photo": parts["photo"]})

    def test_nothing_is_loaded_before_it_is_asked_for(self):
        page_module.build(Models({"custom": "no/such/model", "pretrained": "no/such/model"}))

    def test_a_model_is_loaded_once(self, small_model):
        models = Models({"custom": str(small_model)})
        with ThreadPoolExecutor(4) as visitors:
            found = list(visitors.map(models.get, ["custom"] * 4))
        assert len(set(map(id, found))) == 1

    def test_a_lent_gpu_gets_the_network_s_call_and_nothing_else(self, small_model, portrait):
        """spaces.GPU runs what it wraps in another process: tensors of the processor in and out."""
        calls = []

        def lend(function):
            def call(lightness):
                calls.append(lightness.device.type)
                return function(lightness)

            return call

        models = Models({"custom": str(small_model)}, on_gpu=lend)
        models.load_all()
        assert models.get("custom")(portrait).size == (512, 512)
        assert calls == ["cpu"]

    def test_where_a_model_is_guessing_is_found_on_a_lent_gpu_too(self, guessing_model, portrait):
        from colorgan import photo

        on_gpu = []

        def lend(function):
            def call(lightness):
                on_gpu.append(True)
                try:
                    return function(lightness)
                finally:
                    on_gpu.pop()

            return call

        colorizer = Models({"custom": str(guessing_model)}, on_gpu=lend).get("custom")
        used = []
        colorizer.generator.trunk.register_forward_pre_hook(lambda *_: used.append(bool(on_gpu)))
        assert colorizer.look(photo.read(portrait), size=128).doubt is not None
        assert used == [True]

    def test_a_restored_photo_is_looked_at_once_for_colours_and_doubt(
        self, guessing_model, portrait, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
        Image.open(portrait).convert("L").resize((96, 96)).save(tmp_path / "old.png")
        models = Models({"custom": str(guessing_model)})
        seen = []
        trunk = models.get("custom").generator.trunk
        trunk.register_forward_pre_hook(lambda _, given: seen.append(given[0].clone()))
        page = page_module.build(models, [])
        colorize = next(f for f in page.fns.values() if f.api_name == "colorize").fn
        settings = ("custom", 1.0, 64, False, True, 1.0, "", None, 1.0, False)
        colorize(str(tmp_path / "old.png"), *settings, VISITOR)
        assert len(seen) == 1

    def test_a_photo_on_the_page_is_looked_at_once_however_often_it_is_asked_for(
        self, guessing_model, portrait, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
        models = Models({"custom": str(guessing_model)})
        seen = []
        trunk = models.get("custom").generator.trunk
        trunk.register_forward_pre_hook(lambda *_: seen.append(1))
        page = page_module.build(models, [])
        show = next(f for f in page.fns.values() if f.name == "show").fn
        visitors = [SimpleNamespace(client=VISITOR.client, session_hash=name) for name in "ab"]
        asked = (str(portrait), "custom", 1.0, 64, False, False, 1.0, False, None, None)
        first, again, other = (show(visitors[place], *asked) for place in (0, 0, 1))
        assert first == again and first[0]["look"] != other[0]["look"]
        assert len(seen) == 2  # one for each visitor, the doubt with it
        assert first[2] is not None

    def test_the_result_of_a_photo_that_was_replaced_meanwhile_is_dropped(self):
        arrivals, visitor = Arrivals(), SimpleNamespace(session_hash="a")
        new_ones = []

        def colour(photo, request):
            for new in new_ones:
                arrivals.came("a", new)
            return f"{photo} in colour"

        work = arrivals.unless_late(colour)
        assert work("old", visitor) == "old in colour"  # came along from another tab
        arrivals.came("a", "old")
        assert work("old", visitor) == "old in colour"
        new_ones = ["new"]
        assert work("old", visitor) == gr.skip()
        new_ones = []
        assert work("old", visitor) == gr.skip()
        assert work("new", visitor) == "new in colour"
        arrivals.came("b", "other")  # another visitor's
        assert work("new", visitor) == "new in colour"

    def test_where_a_model_is_guessing_is_shown_if_it_knows(
        self, guessing_model, small_model, portrait, tmp_path
    ):
        from colorgan import Colorizer, photo

        source = photo.read(portrait)
        guessing = Colorizer.from_pretrained(guessing_model)
        doubt = guessing.look(source, size=128).doubt
        path = save_doubt(source, doubt, tmp_path / "doubt.webp")
        with Image.open(path) as picture:
            assert picture.size == (512, 512)
            red, _, blue = picture.resize((1, 1)).getpixel((0, 0))
            assert red > blue + 50, "an untrained model guesses everywhere"
        plain = Colorizer.from_pretrained(small_model)
        assert plain.look(source, size=128).doubt is None

    def test_previews_are_small_and_have_no_metadata(self, large_photo, tmp_path):
        from colorgan import photo

        path = save_preview(photo.read(large_photo), tmp_path / "preview.webp")
        with Image.open(path) as preview:
            assert max(preview.size) <= PREVIEW_SIDE
            assert not preview.getexif()
            assert not {"exif", "xmp"} & set(preview.info)

    def test_results_are_not_kept(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
        old, young = fresh_folder(), fresh_folder()
        (old / "preview.webp").write_bytes(b"")
        long_ago = time.time() - KEPT_SECONDS - 1
        os.utime(old, (long_ago, long_ago))
        assert fresh_folder().is_relative_to(tmp_path)
        assert young.exists()
        assert not old.exists()

    def test_toasts_show_file_names_as_text(self):
        assert toast_text(ColorganError("<b>.jpg is empty.")) == "&lt;b&gt;.jpg is empty."

    def test_folders_of_the_server_are_not_told(self):
        with pytest.raises(gr.Error) as caught, errors_as_toasts(ENGLISH):
            raise ModelError("The model's config.json in /secret/folder cannot be read.")
        assert caught.value.message == ENGLISH.model_missing
        assert not caught.value.print_exception


def is_public(event: dict) -> bool:
    return event["api_visibility"] == "public"


class TestAlbumFiles:
    def test_photos_of_one_name_get_numbers(self, tmp_path):
        for folder in ("a", "b", "c"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "scan.jpg").write_bytes(b"")
        names = [name for name, _ in incoming([str(p) for p in tmp_path.glob("*/scan.jpg")])]
        assert names == ["scan.jpg", "scan (2).jpg", "scan (3).jpg"]

    def test_photos_that_differ_in_the_ending_alone_get_numbers_too(self, tmp_path):
        """Their results may have one ending: a.bmp and A.png both come back as PNG."""
        paths = [tmp_path / name for name in ("a.bmp", "A.png", "a (2).jpg")]
        names = [name for name, _ in incoming([str(path) for path in paths])]
        assert names == ["a.bmp", "A (2).png", "a (2) (2).jpg"]

    def test_a_date_is_no_ending(self, tmp_path):
        paths = [tmp_path / f"Hochzeit 12.05.{year}" for year in (1931, 1932)]
        names = [name for name, _ in incoming([str(path) for path in paths])]
        assert names == ["Hochzeit 12.05.1931", "Hochzeit 12.05.1932"]

    def test_letters_put_together_in_two_ways_are_one(self, tmp_path):
        paths = [tmp_path / unicodedata.normalize(form, "Ü.jpg") for form in ("NFC", "NFD")]
        assert [len(name) for name, _ in incoming([str(path) for path in paths])] == [5, 10]

    def test_what_a_system_puts_into_folders_does_not_count(self, tmp_path):
        names = ["a.jpg", "Thumbs.db", ".DS_Store", "._a.jpg", "desktop.ini", "letter.txt"]
        files = [str(tmp_path / name) for name in names]
        assert count(files) == 2 and [name for name, _ in incoming(files)] == [
            "a.jpg",
            "letter.txt",
        ]
        assert photos_of_folder([*files, "more.zip", "._more.zip"]) == [files[0], "more.zip"]

    def test_names_in_the_list_are_no_formulas(self, tmp_path):
        path = write_table([Row("=HYPERLINK(1).jpg", error="broken")], tmp_path / "list.csv")
        assert "'=HYPERLINK" in path.read_text("utf-8-sig")


def test_a_visitor_who_asks_for_too_much_is_told_when_to_come_back():
    now = [0.0]
    limits = Limits(ENGLISH, photos=3, clock=lambda: now[0])
    one, other = VISITOR, SimpleNamespace(client=SimpleNamespace(host="10.0.0.2"))
    limits.take(one, 3)
    with pytest.raises(ColorganError, match=r"at most 3 photos.*in 3 minutes"):
        limits.take(one)
    limits.take(other)
    with pytest.raises(ColorganError, match="this would be more"):
        limits.take(other, 4)
    now[0] = REFILL_SECONDS
    limits.take(one, 3)


class TestBoxOfReferences:
    @pytest.fixture
    def upload(self, portrait, tmp_path, monkeypatch):
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
        (tmp_path / "gradio").mkdir()
        return str(shutil.copy(portrait, tmp_path / "gradio" / "aunt.jpg"))

    def test_shows_what_has_come(self, upload):
        value = reference_box.receive(ENGLISH, {"photos": [{"path": upload}], "strength": 0.5})
        (photo,) = value["photos"]
        assert photo["name"] == "aunt.jpg" and value["strength"] == 0.5
        assert Image.open(photo["thumb"]["path"]).size == (512, 512)
        assert reference_box.asked(value) == ((upload,), 0.5)
        assert reference_box.thumbs([upload])[0]["thumb"] == photo["thumb"]

    @pytest.mark.parametrize(
        "value",
        [None, "x", {}, {"photos": 7}, {"photos": ["x", {}, {"path": 7}, {"path": "/etc/passwd"}]}],
    )
    def test_believes_nothing_but_uploads(self, upload, value):
        assert reference_box.asked(value) == ((), 1.0)
        assert reference_box.receive(ENGLISH, value)["photos"] == []

    @pytest.mark.parametrize(
        ("strength", "taken"), [(9, 1.0), (-1, 0.0), ("much", 1.0), (float("nan"), 1.0)]
    )
    def test_a_strength_is_a_share(self, upload, strength, taken):
        assert reference_box.asked({"photos": [], "strength": strength})[1] == taken


class TestFigures:
    """The table that visitors read under About."""

    def test_are_those_of_the_evaluations_that_came_with_the_models(self):
        names = {"custom": "custom", "pretrained": "pretrained"}
        lines = about.figures(Models(names), ENGLISH).splitlines()
        assert lines[0] == "| | Colour error | PSNR, dB | Colourfulness |"
        kept = {n: json.loads((hub.embedded()[n] / hub.EVALUATION).read_text()) for n in names}
        shown = {ENGLISH.grey: kept["custom"]["models"]["grey"]}
        shown |= {ENGLISH.model_name(n): kept[n]["models"][n] for n in names}
        shown |= {ENGLISH.original: kept["custom"]["models"]["original"]}
        for line, (name, row) in zip(lines[2:6], shown.items(), strict=True):
            means = [row[m]["mean"] for m in ("ciede2000", "psnr", "colourfulness")]
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert cells == [name, *("" if mean is None else f"{mean:.1f}" for mean in means)]
        assert f"{kept['custom']['protocol']['photos']} colour photos" in lines[-1]

    def test_of_models_of_the_hub_are_on_their_pages(self):
        assert about.figures(Models({"custom": "org/name"}), ENGLISH) == ENGLISH.no_figures


class TestOrderOfModels:
    def test_page_command_and_python_take_the_nearest_of_the_embedded_models(self):
        names = Models({name: name for name in hub.embedded("generator")}).keys
        command = parser().parse_args(["colorize", "a.jpg", "-o", "b.jpg"]).model
        film = parser().parse_args(["video", "a.mkv", "-o", "b.mkv"]).model
        assert names[0] == hub.BEST == command == film == Colorizer.from_pretrained().name

    def test_the_model_nearest_to_the_originals_is_first(self, tmp_path):
        def judged(name: str, error: float, photos: int = 10) -> str:
            folder = tmp_path / name
            folder.mkdir()
            figures = {
                "protocol": {"photos": photos},
                "models": {
                    "grey": {"ciede2000": {"mean": 12.0}},
                    name: {"ciede2000": {"mean": error}},
                },
            }
            (folder / hub.EVALUATION).write_text(json.dumps(figures))
            return str(folder)

        names = {
            "worse": judged("worse", 10.7),
            "unknown": "no/figures",
            "better": judged("better", 9.1),
        }
        assert Models(names).keys == ["better", "worse", "unknown"]
        other = {"one": names["worse"], "other": judged("other photos", 1.0, photos=11)}
        assert Models(other).keys == ["one", "other"]  # judged on other photos: nobody can tell


class TestFrames:
    def test_names_are_no_code_in_a_template(self):
        safe = frames.template_safe('<b>"`${1 + 1}`\\')
        assert not set('<>"`${}\\') & set(safe)

    def test_a_pair_knows_its_files_names_and_size(self, tmp_path):
        for name in ("before.webp", "after.webp"):
            Image.new("RGB", (40, 30)).save(tmp_path / name)
        value = frames.shown_pair(tmp_path / "before.webp", tmp_path / "after.webp", "A", "<B>")
        assert (value["width"], value["height"]) == (40, 30)
        assert value["names"] == ("A", "&lt;B&gt;")
        assert value["before"]["path"] == str(tmp_path / "before.webp")
