"""The command: what it says and writes, and with which status it ends.

It is called in this process, but for the two doors through which people come to it.
"""

import json
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
    with tarfile.open(folder / "set.tar", "w") as tar, (folder / "labels.csv").open("w") as labels:
        labels.write("name,class\n")
        for kind, name in (("animals", "chelsea"), ("food", "coffee"), ("faces", "astronaut")):
            for i in range(8):
                cut = Image.fromarray(photos[name][i * 20 : i * 20 + 150, 100:260])
                cut.save(folder / "photo.png")
                tar.add(folder / "photo.png", f"{kind}-{i}.png")
                labels.write(f"{kind}-{i}.png,{i}\n")
        Image.new("L", (90, 90), 120).save(folder / "photo.png")
        tar.add(folder / "photo.png", "food-grey.png")
    done = colorgan(
        *("evaluate", "--model", "custom", small_model, "--data", folder / "set.tar"),
        *("--size", 64, "--json", folder / "all.json", "--photos", folder / "all.parquet"),
        *("--report", folder / "report.html", "--sheet", folder / "sheet.png"),
        *("--features", "resnet10t", "--features-weights", teacher_weights),
        *("--labels", folder / "labels.csv"),
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_evaluate_writes_figures_with_intervals_groups_and_recognition(judged, small_model):
    folder, words = judged
    figures = json.loads((folder / "all.json").read_text())
    custom = figures["models"]["custom"]
    assert custom["ciede2000"]["interval"][0] < custom["ciede2000"]["mean"]
    assert set(figures["groups"]) == {"animals", "food", "faces"}
    assert f"custom - {small_model}" in figures["differences"]
    assert figures["recognition"]["photos"] == 24
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
        (["--labels", "none.csv"], "labels in none.csv cannot be read"),
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
