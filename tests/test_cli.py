"""The command: what it says and writes, and with which status it ends.

It is called in this process, but for the two doors through which people come to it.
"""

import json
import os
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from commands import COLORGAN, colorgan, run
from pictures import lab, mean_chroma
from PIL import Image

INSTALLED = Path(sys.executable).with_name("colorgan")


@pytest.fixture(scope="module")
def album(photos, tmp_path_factory):
    """A folder with photos at two depths, one of them broken, and a file that is no photo."""
    folder = tmp_path_factory.mktemp("album")
    (folder / "1962").mkdir()
    Image.fromarray(photos["chelsea"]).convert("L").save(folder / "cat.jpg")
    Image.fromarray(photos["coffee"]).save(folder / "1962" / "coffee.png")
    (folder / "1962" / "broken.jpg").write_bytes((folder / "cat.jpg").read_bytes()[:2000])
    (folder / "notes.txt").write_text("not a photo, not looked at")
    return folder


def test_colorize_colours_a_photo_and_keeps_its_name(portrait, tmp_path):
    done = run(INSTALLED, "colorize", portrait, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    result = Image.open(tmp_path / "out" / "portrait.jpg")
    assert result.size == (512, 512)
    assert mean_chroma(result) > 4


def test_a_complaint_is_one_line_and_the_process_s_status_is_1():
    done = run(sys.executable, *COLORGAN, "colorize", "absent.jpg", "-o", "out")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("colorgan: There is no file or folder absent.jpg")
    assert len(done.stderr.splitlines()) == 1


def test_help_and_version_load_nothing_large():
    """Nor does importing the package and its command, on which all else waits."""
    large = {"torch", "numpy", "PIL", "gradio"}
    code = (
        "import sys, colorgan\nfrom colorgan.cli import main, parser\n"
        "parser().format_help()\n"
        "try: main(['--version'])\nexcept SystemExit: pass\n"
        f"print(sorted({large} & set(sys.modules)))"
    )
    done = run(sys.executable, "-c", code)
    assert done.stdout.splitlines()[1:] == ["[]"], done.stderr


def test_a_large_phone_photo_keeps_its_orientation_exif_and_lightness(
    photos, small_model, tmp_path
):
    """4000 x 3000 pixels, EXIF orientation 6 (turned right), as a phone writes it."""
    from colorgan import photo

    Image.fromarray(photos["coffee"]).resize((4000, 3000)).save(tmp_path / "base.jpg")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kamera & Co", 6
    exif.get_ifd(0x8769)[0x9003] = "1962:05:01 12:00:00"
    source = tmp_path / "phone.jpg"
    Image.open(tmp_path / "base.jpg").save(source, exif=exif, quality=95, dpi=(300, 300))

    done = colorgan("colorize", source, "-o", tmp_path / "out", "--model", small_model)
    assert done.returncode == 0, done.stderr
    result = Image.open(tmp_path / "out" / "phone.jpg")
    assert result.size == (3000, 4000), "upright"
    kept = result.getexif()
    assert kept.get(0x0112, 1) == 1, "not to be turned again"
    assert kept[0x010F] == "Kamera & Co"
    assert kept.get_ifd(0x8769)[0x9003] == "1962:05:01 12:00:00"
    assert result.info["dpi"] == pytest.approx((300, 300))

    before = lab(photo.read(source).pixels[::8, ::8])
    after = lab(photo.read(tmp_path / "out" / "phone.jpg").pixels[::8, ::8])
    assert np.abs(before[..., 0] - after[..., 0]).mean() < 1.0
    assert np.hypot(after[..., 1], after[..., 2]).mean() > 4


def test_a_folder_is_coloured_whole_and_a_broken_photo_is_named(album, tmp_path):
    done = colorgan("colorize", album, "-o", tmp_path, "--model", "custom", "--strength", "1.2")
    assert done.returncode == 1
    assert "broken.jpg" in done.stderr
    assert "2 of 3 photos coloured" in done.stdout
    written = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*"))
    assert written == ["1962/coffee.png", "cat.jpg"]


def test_an_original_is_never_overwritten(album, small_model):
    before = (album / "cat.jpg").read_bytes()
    done = colorgan("colorize", album / "cat.jpg", "-o", album, "--model", small_model)
    assert done.returncode == 1 and "overwrite" in done.stderr
    assert (album / "cat.jpg").read_bytes() == before


def test_two_photos_of_one_name_do_not_share_a_result(album, portrait, small_model, tmp_path):
    (tmp_path / "a").mkdir()
    twin = tmp_path / "a" / "portrait.jpg"
    twin.write_bytes(portrait.read_bytes())
    done = colorgan("colorize", portrait, twin, "-o", tmp_path / "out", "--model", small_model)
    assert done.returncode == 1 and "already holds the result" in done.stderr


@pytest.fixture
def attic(photos, small_model, tmp_path):
    """A folder with two photos, and the command that colours or restores with small models."""
    image = Image.fromarray(photos["chelsea"]).convert("L").resize((60, 40))
    for name in ("a.jpg", "1931/b.png"):
        (tmp_path / "attic" / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(tmp_path / "attic" / name)

    def colour(*words):
        return colorgan("colorize", *words, "--model", small_model, "--size", 32)

    return tmp_path / "attic", colour


def names_in(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


class TestResultsInsideTheFolder:
    @pytest.mark.parametrize("option", [(), ("--resume",)])
    def test_are_not_coloured_again(self, attic, option):
        folder, colour = attic
        for again in range(3):
            done = colour(folder, "-o", folder / "coloured", *option)
            assert done.returncode == 0, done.stderr
            assert ("2 files left out: colorgan has made them" in done.stdout) == bool(again)
        assert names_in(folder / "coloured") == {"a.jpg", "1931/b.png"}

    def test_are_left_out_also_when_others_go_elsewhere(self, attic, tmp_path):
        folder, colour = attic
        colour(folder, "-o", folder / "coloured")
        done = colour(folder, "-o", tmp_path / "out")
        assert "2 of 2 photos coloured" in done.stdout
        assert names_in(tmp_path / "out") == {"a.jpg", "1931/b.png"}

    def test_do_not_hide_photos_that_lie_in_the_output_folder(self, attic):
        """Here -o names a folder of photos, whose own ones are still to be coloured."""
        folder, colour = attic
        done = colour(folder, "-o", folder / "1931")
        assert "2 of 2 photos coloured" in done.stdout
        assert names_in(folder / "1931") == {"a.jpg", "b.png", "1931/b.png"}

    def test_are_taken_when_they_are_named(self, attic, tmp_path):
        folder, colour = attic
        colour(folder, "-o", folder / "coloured")
        done = colour(folder / "coloured" / "a.jpg", "-o", tmp_path / "again")
        assert "1 of 1 photos coloured" in done.stdout

    def test_alone_are_said_to_be_results(self, attic, tmp_path):
        folder, colour = attic
        colour(folder, "-o", tmp_path / "out")
        done = colour(tmp_path / "out", "-o", tmp_path / "again")
        assert done.returncode == 1
        assert "All 2 photos" in done.stderr and "Name the files themselves" in done.stderr

    def test_of_restoring_are_coloured_and_not_restored_again(self, attic, tmp_path):
        folder, colour = attic
        for _ in range(2):
            done = colorgan("restore", folder, "-o", folder / "restored")
            assert "2 of 2 photos restored" in done.stdout
        assert names_in(folder / "restored") == {"a.jpg", "1931/b.png"}
        done = colour(folder / "restored", "-o", tmp_path / "out")
        assert "2 of 2 photos coloured" in done.stdout


class TestNames:
    def test_a_date_is_no_ending(self, attic, tmp_path):
        folder, colour = attic
        photos = []
        for name in ("Hochzeit 12.05.1931", "Hochzeit 12.05.1932", "1931.05.12.jpg", "v1.5.jpg"):
            photos.append(tmp_path / "in" / name)
            photos[-1].parent.mkdir(exist_ok=True)
            photos[-1].write_bytes((folder / "a.jpg").read_bytes())
        out = tmp_path / "Album 12.05.1931"
        done = colour(*photos, "-o", out)
        assert done.returncode == 0, done.stderr
        dated = {"Hochzeit 12.05.1931.jpg", "Hochzeit 12.05.1932.jpg"}
        assert names_in(out) == dated | {"1931.05.12.jpg", "v1.5.jpg"}
        done = colour(*photos, "-o", out, "--resume")
        assert "4 of 4 photos are done already" in done.stdout

    @pytest.mark.parametrize("name", ["new.jpg", "new.TIF", "deep/er/new.png"])
    def test_one_photo_may_be_given_a_file(self, attic, tmp_path, name):
        folder, colour = attic
        done = colour(folder / "a.jpg", "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
        assert f"1 of 1 photos coloured into {tmp_path / name}" in done.stdout
        kind = {"jpg": "JPEG", "TIF": "TIFF", "png": "PNG"}[name[-3:]]
        assert Image.open(tmp_path / name).format == kind

    def test_one_photo_of_a_folder_may_be_given_a_file_too(self, attic, tmp_path):
        folder, colour = attic
        assert colour(folder / "1931", "-o", tmp_path / "new.jpg").returncode == 0
        done = colour(folder / "1931", "-o", tmp_path / "new.jpg", "--resume")
        assert "1 of 1 photos are done already" in done.stdout

    def test_a_folder_named_like_a_file_stays_a_folder(self, attic, tmp_path):
        folder, colour = attic
        (tmp_path / "new.jpg").mkdir()
        assert colour(folder / "a.jpg", "-o", tmp_path / "new.jpg").returncode == 0
        assert colour(folder, "-o", f"{tmp_path}/other.jpg/").returncode == 0
        assert names_in(tmp_path / "new.jpg") == {"a.jpg"}
        assert names_in(tmp_path / "other.jpg") == {"a.jpg", "1931/b.png"}

    @pytest.mark.parametrize(
        ("photo", "name", "words"),
        [
            (".", "new.jpg", "is one file, and there are 2 photos"),
            ("a.jpg", "new.jxl", "new.jxl cannot be written: .jxl is not among the formats"),
            ("a.jpg", "new.gif", ".jpg, .png, .tif, .webp, .heic or .avif"),
        ],
    )
    def test_an_output_that_cannot_be_is_said(self, attic, tmp_path, photo, name, words):
        folder, colour = attic
        done = colour(folder / photo, "-o", tmp_path / name)
        assert done.returncode == 1 and words in done.stderr
        assert not (tmp_path / name).exists()

    @pytest.mark.parametrize("letters", ["cp1252", "ascii"])
    def test_a_terminal_that_cannot_show_them_stops_nothing(
        self, attic, small_model, tmp_path, letters
    ):
        folder, _ = attic
        for name in (
            "çıktı ışık.jpg",
            os.fsdecode(b"caf\xe9.jpg"),
            os.fsdecode(b"no photo \xff.jpg"),
        ):
            (folder / name).write_bytes(
                (folder / "a.jpg").read_bytes() * (not name.startswith("no"))
            )
        words = ("colorize", folder, "-o", tmp_path / "çıktı ışık", "--model", small_model)
        done = run(sys.executable, *COLORGAN, *words, PYTHONIOENCODING=letters)
        assert "Traceback" not in done.stderr and "4 of 5 photos coloured" in done.stdout
        assert "is empty" in done.stderr
        assert len(names_in(tmp_path / "çıktı ışık")) == 4


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["colorize", "absent.jpg", "-o", "out"], 1, "no file or folder absent.jpg"),
        (["colorize", "{album}/notes.txt", "-o", "{tmp}/out"], 1, "not a photo"),
        (["colorize", "{album}/1962", "-o", "{album}/cat.jpg"], 1, "cat.jpg"),
        (["colorize", "{tmp}", "-o", "out"], 1, "holds no photos"),
        (["colorize", "{photo}", "-o", "out", "--model", "pretrianed"], 1, "no model"),
        (["colorize", "{photo}", "-o", "out", "--strength", "9"], 1, "between 0 and 1.5"),
        (["colorize", "{photo}", "-o", "out", "--size", "1"], 1, "between 32 and 1024"),
        (["colorize", "{photo}", "-o", "{tmp}/out", "--max-megapixels", "0.2"], 1, "pixels"),
        (["colorize", "{photo}"], 2, "--output"),
        (["paint"], 2, "invalid choice"),
        ([], 2, "COMMAND"),
    ],
)
def test_bad_input_is_said_in_plain_lines(arguments, status, words, album, portrait, tmp_path):
    places = {"album": album, "tmp": tmp_path, "photo": portrait}
    done = colorgan(*(argument.format(**places) for argument in arguments))
    assert done.returncode == status
    assert words in done.stderr
    if status == 1:
        assert all(line.startswith("colorgan: ") for line in done.stderr.splitlines())


def test_evaluate_judges_models_beside_grey_and_writes_json(photos, small_model, tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as tar:
        for name in ("chelsea", "coffee"):
            Image.fromarray(photos[name]).save(tmp_path / f"{name}.png")
            tar.add(tmp_path / f"{name}.png", f"objects-{name}-1.png")
    done = colorgan(
        *("evaluate", "--model", "pretrained", small_model),
        *("--data", tmp_path / "set.tar", "--json", tmp_path / "new" / "figures.json"),
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "new" / "figures.json").read_text())
    assert figures["protocol"]["size"] == 256 and figures["protocol"]["photos"] == 2
    models = figures["models"]
    assert set(models) == {"original", "grey", "pretrained", str(small_model)}
    assert models["original"]["ciede2000"]["mean"] == 0
    assert models["grey"]["colourfulness"]["mean"] < 0.5
    for name in models:
        assert name in done.stdout


@pytest.fixture(scope="module")
def judged(photos, small_model, teacher_weights, tmp_path_factory):
    """Everything that evaluate writes, about 24 crops of three kinds and a grey photo."""
    folder = tmp_path_factory.mktemp("judged")
    with tarfile.open(folder / "set.tar", "w") as tar:
        for kind, name in (("animals", "chelsea"), ("food", "coffee"), ("faces", "astronaut")):
            for i in range(8):
                cut = Image.fromarray(photos[name][i * 20 : i * 20 + 150, 100:260])
                cut.save(folder / "photo.png")
                tar.add(folder / "photo.png", f"{kind}-{i}.png")
        Image.new("L", (90, 90), 120).save(folder / "photo.png")
        tar.add(folder / "photo.png", "food-grey.png")
    done = colorgan(
        *("evaluate", "--model", "custom", small_model, "--data", folder / "set.tar"),
        *("--size", 64, "--json", folder / "all.json", "--photos", folder / "all.parquet"),
        *("--report", folder / "report.html", "--sheet", folder / "sheet.png"),
        *("--features", "resnet10t", "--features-weights", teacher_weights),
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_evaluate_writes_figures_with_intervals_and_groups(judged, small_model):
    folder, words = judged
    figures = json.loads((folder / "all.json").read_text())
    custom = figures["models"]["custom"]
    assert custom["ciede2000"]["interval"][0] < custom["ciede2000"]["mean"]
    assert set(figures["groups"]) == {"animals", "food", "faces"}
    assert f"custom - {small_model}" in figures["differences"]
    assert figures["skin"], "the astronaut's face has a tone"
    assert "kernel[resnet10t]: needs 50 photos, there are 24" in words
    assert "left out: food-grey.png: grey" in words


def test_evaluate_writes_a_line_a_photo_and_model(judged):
    import pandas as pd

    table = pd.read_parquet(judged[0] / "all.parquet")
    assert len(table) == 24 * 4 and set(table["group"]) == {"animals", "food", "faces"}
    assert table[table["model"] == "original"]["ciede2000"].max() == 0


def test_evaluate_lays_out_a_sheet_of_original_grey_and_each_model(judged):
    sheet = Image.open(judged[0] / "sheet.png")
    assert sheet.width > 4 * 64 and sheet.height > 16 * 64
    columns = [
        sheet.crop((round(sheet.width * i / 4), 0, round(sheet.width * (i + 1) / 4), sheet.height))
        for i in range(4)
    ]
    chromas = [mean_chroma(column) for column in columns]
    assert min(chromas) < 1, "the grey one"
    assert sum(chroma > 2 for chroma in chromas) == 3, "the original and two models"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_opens_in_a_browser_without_network(judged, browser, width):
    from page_app import overflows

    asked, wrong = [], []
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto((judged[0] / "report.html").as_uri())
    page.locator(".js-plotly-plot .bars").first.wait_for()
    for heading in ("Figures", "Differences", "Groups", "Skin", "Best and worst"):
        assert page.get_by_role("heading", name=heading, exact=True).is_visible()
    assert not overflows(page)
    page.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--features", "resnet10t", "--features-weights", "none.safetensors"], "no file"),
        (["--features", "resnet10t", "--features-settings", "pad"], "write KEY=VALUE"),
        (["--lpips", "inception"], "alex, vgg, squeeze"),
        (["--json", f"{__file__}/figures.json"], "cannot be made"),
        (["--sheet", str(Path(__file__).parent)], "is a folder"),
        (["--sheet", "a.xyz"], "such as sheet.jpg or sheet.png, not as a.xyz"),
        (["--sheet-photos", "0"], "--sheet-photos must be at least 1"),
        (["--size", "0"], "--size must be at least 8"),
    ],
)
def test_evaluate_says_what_is_wrong_in_one_line(portrait, arguments, words):
    done = colorgan("evaluate", "--model", "custom", "--data", portrait, *arguments)
    assert done.returncode == 1
    assert words in done.stderr and done.stderr.startswith("colorgan: ")
    assert done.stdout == "", "told before the photos are judged"


def test_models_lists_the_embedded_ones():
    done = colorgan("models")
    assert done.returncode == 0
    assert "pretrained" in done.stdout and "custom" in done.stdout


def test_colouring_needs_nothing_that_trains_or_serves(portrait):
    """Whoever only colours needs none of these packages."""
    blocked = ("accelerate", "datasets", "torchmetrics", "tensorboard", "tyro", "gradio")
    blocked += ("onnx", "onnxruntime", "onnxscript")
    code = (
        f"import sys\nfor name in {blocked}: sys.modules[name] = None\n"
        "from colorgan.colorizer import Colorizer\n"
        f"print(Colorizer.from_pretrained('custom')({str(portrait)!r}).size)"
    )
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(512, 512)"
