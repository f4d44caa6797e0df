"""Models as ONNX files: the same colours as torch's, at any size, by another engine."""

import numpy as np
import onnx
import pytest
import torch
from commands import colorgan
from conftest import ROOT
from PIL import Image

from colorgan import Colorizer, ModelError, hub, photo
from colorgan.color.pixels import full_lightness
from colorgan.engines import export
from colorgan.engines.onnx_generator import OnnxGenerator
from colorgan.evaluation.metrics import Picture, ciede2000
from colorgan.networks import build
from colorgan.output.whole_file import whole_file

SIZES = [(1, 1), (1, 37), (37, 1), (33, 17), (64, 64), (97, 150), (101, 203), (256, 171)]
SIZES += [(150, 256), (255, 257)]


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
def small_model(tmp_path_factory):
    """A small untrained network with the gain of `pretrained`, which answers with some colour.

    It sees a picture at one size, since each zoom triples the time that the exporter takes.
    """
    torch.manual_seed(0)
    settings = hub.read_config(hub.embedded()["pretrained"])
    assert settings["gain"] != 1 and settings["contrast"] > 0 and settings["head"] == "regression"
    small = {"trunk": "resnet10t", "widths": [16, 16, 16], "zooms": [1.0]}
    network = build(settings | small)
    torch.nn.init.constant_(network.head.bias, 0.2)
    folder = tmp_path_factory.mktemp("models") / "small"
    hub.save(network, folder, card="# small\n", provenance={})
    return folder


@pytest.fixture(scope="module")
def assets(tmp_path_factory):
    """Where exported models are kept."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("assets")
        patch.setattr("huggingface_hub.utils._cache_assets.HF_ASSETS_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def small_file(small_model, assets):
    """The file that is made when the small model is first asked for by its name."""
    Colorizer.from_pretrained(small_model, engine="onnxruntime")
    (kept,) = assets.rglob("*.onnx")
    return kept


def largest_difference(generator, path, pictures) -> float:
    engine = OnnxGenerator(path)
    with torch.inference_mode():
        apart = [(engine(picture) - generator(picture)).abs().max() for picture in pictures]
    return float(max(apart))


def test_ten_photos_of_ten_sizes_get_the_colours_of_torch(small_file, small_model, pictures):
    assert len(pictures) == 10
    assert largest_difference(hub.load(small_model), small_file, pictures) < 1e-3


@pytest.mark.slow
def test_an_embedded_model_with_a_distribution_is_exported_as_its_colour(
    pictures, photos, tmp_path
):
    """Same-padding, two antialiased zooms and the mean of the distribution are inside."""
    path = tmp_path / "model.onnx"
    done = colorgan("export", "custom", "--onnx", path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"custom written to {path} (")
    assert len(done.stdout.splitlines()) == 1
    generator = hub.load(hub.embedded()["custom"])
    assert generator.config["head"] == "classes" and len(generator.config["zooms"]) == 2
    assert largest_difference(generator, path, pictures[:3]) < 1e-3
    photo = Image.fromarray(photos["coffee"])
    by_torch = Picture(np.asarray(Colorizer.from_pretrained("custom")(photo)))
    colorizer = Colorizer.from_pretrained(path, engine="onnxruntime")
    assert (colorizer.name, colorizer.revision) == ("custom", hub.resolve("custom").revision)
    assert ciede2000(Picture(np.asarray(colorizer(photo))), by_torch) < 1.0  # torch's is bfloat16


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
            done = colorgan(
                *("colorize", portrait, "-o", tmp_path / engine),
                *("--model", model, "--engine", engine),
            )
            assert done.returncode == 0, done.stderr
        pictures = [
            Picture(np.asarray(Image.open(tmp_path / engine / "portrait.jpg")))
            for engine in ("torch", "onnxruntime")
        ]
        assert ciede2000(*pictures) < 0.5

    def test_a_model_by_name_is_exported_once(self, small_file, small_model, assets):
        written = small_file.stat().st_mtime_ns
        again = Colorizer.from_pretrained(small_model, engine="onnxruntime")
        assert list(assets.rglob("*.onnx")) == [small_file]
        assert small_file.stat().st_mtime_ns == written
        assert again.name == "small" and again.revision == hub.resolve(small_model).revision

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
            done = colorgan("colorize", portrait, "-o", tmp_path / "out", *arguments)
            assert done.returncode == 1 and words in done.stderr
            assert len(done.stderr.splitlines()) == 1
