"""The examples run as they stand, and every example photo names its source."""

import pytest
import torch
from commands import script
from conftest import ROOT
from PIL import Image

EXAMPLES = ROOT / "examples"


def test_three_lines_colour_a_photo(portrait, tmp_path):
    path, result = EXAMPLES / "colorize_a_photo.py", tmp_path / "coloured.jpg"
    done = script(path, portrait, result)
    assert done.returncode == 0, done.stderr
    assert Image.open(result).size == (512, 512)
    code = [line for line in path.read_text().splitlines() if "olorize" in line and line[0] != '"']
    assert len(code) == 3


def test_every_example_photo_names_its_source_and_licence():
    listed = (EXAMPLES / "photos" / "SOURCES.md").read_text()
    names = [p.name for p in (EXAMPLES / "photos").iterdir() if p.suffix == ".jpg"]
    assert names
    assert [name for name in names if f"| {name} |" not in listed] == []


def test_the_networks_people_know_are_converted_strictly(tmp_path):
    """With made-up weights under the published names; theirs cannot be had here."""
    from colorgan import hub
    from colorgan.networks import build

    torch.manual_seed(0)
    network = build({"generator": "siggraph17"})
    torch.save(network.state_dict(), tmp_path / "published.pth")
    done = convert("siggraph17", tmp_path / "published.pth", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    again = hub.load(tmp_path / "model").state_dict()
    for key, tensor in network.state_dict().items():
        torch.testing.assert_close(again[key], tensor, atol=1e-3, rtol=1e-3)
    wrong = convert("eccv16", tmp_path / "published.pth", tmp_path / "model")
    assert wrong.returncode == 1 and "does not hold the weights of eccv16" in wrong.stderr


@pytest.mark.slow
def test_ddcolor_is_converted_without_its_classifier(tmp_path):
    from colorgan import hub
    from colorgan.networks import build

    torch.manual_seed(0)
    tensors = build({"generator": "ddcolor", "encoder": "t"}).network.state_dict()
    published = {"params": {**tensors, "encoder.arch.head_cls.weight": torch.zeros(1000, 768)}}
    torch.save(published, tmp_path / "ddcolor.pth")
    done = convert("ddcolor-tiny", tmp_path / "ddcolor.pth", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    again = hub.load(tmp_path / "model").network.state_dict()
    torch.testing.assert_close(again["mean"], tensors["mean"], atol=1e-3, rtol=1e-3)
    assert again.keys() == tensors.keys()


def convert(*arguments):
    return script(EXAMPLES / "convert_others.py", *arguments)


def test_sweep_shows_the_ratio_of_the_two_networks(training_folder, tmp_path):
    options = ["--trials", "2", "--photos", "64", "--size", "32", "--widths", "16", "24"]
    done = script(EXAMPLES / "sweep.py", training_folder, "--out", tmp_path, *options)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()[-3:]
    assert "critic:generator" in head and len(rows) == 2
