"""Models as ONNX files: the same colours as torch's, at any size, by another engine."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
import torch
from conftest import ROOT
from PIL import Image

from colorgan import Colorizer, ModelError, hub, photo
from colorgan.color.pixels import full_lightness
from colorgan.engines import export
from colorgan.engines.onnx_generator import OnnxGenerator
from colorgan.evaluation.metrics import Picture, ciede2000
from colorgan.output.whole_file import whole_file

SIZES = [(1, 1), (1, 37), (37, 1), (33, 17), (64, 64), (97, 150), (101, 203), (256, 171)]
SIZES += [(150, 256), (255, 257)]


def run(*arguments, before=""):
    """Run the command in a new process, after some lines of Python."""
    script = f"{before}\nimport sys\nfrom colorgan.cli import main\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def pictures(photos):
    """Lightness (1, 1, H, W) of ten real photos, each of another size (H, W)."""
    own = [np.asarray(Image.open(p)) for p in sorted((ROOT / "examples" / "photos").glob("*.jpg"))]
    found = [*own, *photos.values()][: len(SIZES)]
    return [
        full_lightness(np.asarray(Image.fromarray(pixels).convert("RGB").resize(size[::-1])))
        for pixels, size in zip(found, SIZES, strict=True)
    ]


@pytest.fixture(scope="module")
def small_file(small_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "small.onnx"
    done = run("export", small_model, "--onnx", path)
    assert done.returncode == 0, done.stderr
    assert "written to" in done.stdout and len(done.stdout.splitlines()) == 1
    return path


def largest_difference(generator, path, pictures) -> float:
    engine = OnnxGenerator(path)
    with torch.inference_mode():
        apart = [(engine(picture) - generator(picture)).abs().max() for picture in pictures]
    return float(max(apart))


def test_ten_photos_of_ten_sizes_get_the_colours_of_torch(small_file, small_model, pictures):
    assert len(pictures) == 10
    assert largest_difference(hub.load(small_model), small_file, pictures) < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pretrained", "custom"])
def test_the_embedded_models_too(name, pictures, photos, tmp_path):
    """Same-padding, antialiased zoom and gain are inside."""
    path = tmp_path / "model.onnx"
    assert export.export(hub.resolve(name), path) < 1e-3
    assert largest_difference(hub.load(hub.embedded()[name]), path, pictures[:3]) < 1e-3
    photo = Image.fromarray(photos["coffee"])
    by_torch = Picture(np.asarray(Colorizer.from_pretrained(name)(photo)))
    colorizer = Colorizer.from_pretrained(path, engine="onnxruntime")
    assert colorizer.name == name and colorizer.revision == hub.resolve(name).revision
    assert ciede2000(Picture(np.asarray(colorizer(photo))), by_torch) < 1.0  # torch's is bfloat16


def test_a_distribution_over_classes_is_exported_as_its_colour(guessing_model, tmp_path, pictures):
    export.export(hub.resolve(guessing_model), tmp_path / "classes.onnx")
    generator = hub.load(guessing_model)
    assert largest_difference(generator, tmp_path / "classes.onnx", pictures) < 1e-3


def test_the_file_says_what_it_is_and_nothing_of_where_it_was_made(small_file, small_model):
    model = onnx.load(small_file)
    facts = {prop.key: prop.value for prop in model.metadata_props}
    assert facts["name"] == "small"
    assert facts["revision"] == hub.resolve(small_model).revision
    assert "guess" in facts["note"] and facts["licence"] and "small" in facts["card"]
    shapes = [
        [d.dim_param or d.dim_value for d in part.type.tensor_type.shape.dim]
        for part in (*model.graph.input, *model.graph.output)
    ]
    assert shapes == [["photos", 1, "height", "width"], ["photos", 2, "height", "width"]]
    assert str(ROOT).encode() not in small_file.read_bytes()


def test_a_file_that_answers_otherwise_is_not_kept(small_file, small_model, tmp_path):
    other = hub.load(small_model)
    torch.nn.init.constant_(other.head.bias, 0.1)
    with (
        pytest.raises(ModelError, match="was not kept"),
        whole_file(tmp_path / "x") as path,
    ):
        path.write_bytes(small_file.read_bytes())
        export.approve(other, path, "small")
    assert list(tmp_path.iterdir()) == []


class TestTheEngine:
    def test_colours_a_photo_as_torch_does(self, small_file, small_model, portrait, tmp_path):
        for engine, model in (("torch", small_model), ("onnxruntime", small_file)):
            done = run(
                *("colorize", portrait, "-o", tmp_path / engine),
                *("--model", model, "--engine", engine),
            )
            assert done.returncode == 0, done.stderr
        pictures = [
            Picture(np.asarray(Image.open(tmp_path / engine / "portrait.jpg")))
            for engine in ("torch", "onnxruntime")
        ]
        assert ciede2000(*pictures) < 0.5

    def test_a_model_by_name_is_exported_once(self, small_model, tmp_path, monkeypatch):
        monkeypatch.setattr("huggingface_hub.utils._cache_assets.HF_ASSETS_CACHE", str(tmp_path))
        first = Colorizer.from_pretrained(small_model, engine="onnxruntime")
        (kept,) = tmp_path.rglob("*.onnx")
        written = kept.stat().st_mtime_ns
        again = Colorizer.from_pretrained(small_model, engine="onnxruntime")
        assert kept.stat().st_mtime_ns == written
        assert again.name == first.name == "small" and len(again.revision) == 12

    def test_an_onnx_file_has_no_doubts(self, small_file, portrait):
        colorizer = Colorizer.from_pretrained(small_file, engine="onnxruntime")
        assert not colorizer.knows_doubt
        with pytest.raises(ModelError, match="not with a distribution"):
            colorizer.doubt(photo.read(portrait))

    def test_what_cannot_be_is_said_in_one_line(self, small_file, portrait, tmp_path):
        broken = tmp_path / "broken.onnx"
        broken.write_bytes(b"no model")
        for arguments, words in (
            (["--engine", "tensorflow"], "Known engines: torch, onnxruntime"),
            (["--engine", "onnxruntime", "--model", broken], "cannot be opened"),
            (["--engine", "onnxruntime", "--model", "absent.onnx"], "There is no file"),
            (["--model", small_file], "needs the engine onnxruntime"),
        ):
            done = run("colorize", portrait, "-o", tmp_path / "out", *arguments)
            assert done.returncode == 1 and words in done.stderr
            assert "Traceback" not in done.stderr


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "onnxscript"])
def test_a_missing_package_is_said_in_one_sentence(package, small_model, tmp_path):
    blocked = f"import sys; sys.modules[{package!r}] = None"
    done = run("export", small_model, "--onnx", tmp_path / "x.onnx", before=blocked)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"colorgan: ONNX needs the package {package}, which is not installed: "
        'run `pip install -e ".[onnx]"` in the project\'s folder.'
    ]
    assert list(tmp_path.iterdir()) == []


def test_onnx_is_not_imported_unless_asked_for():
    script = """
import sys
from colorgan import Colorizer
import colorgan.cli
sys.exit(any(name.split(".")[0].startswith("onnx") for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
