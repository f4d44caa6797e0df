"""The trainer and the Hub: photos of data sets, and the weights that a recipe starts from."""

import pytest
import torch
from conftest import ROOT
from loopback_hub import Repo
from safetensors.torch import load_file, save_file

from colorgan import hub
from colorgan.networks.trunk import import_timm

TRAIN = ROOT / "train.py"


@pytest.mark.slow
def test_data_sets_of_both_shapes_are_trained_on_as_a_stream(town, run, tmp_path):
    """In one process, since the trainer's own packages take seconds to be imported."""
    options = ["pix2pix-lab", "--stream", "--max-steps", 1]
    options += ["--generator.levels", 4, "--generator.width", 8, "--stages.0.size", 32]
    options += ["--stages.0.batch", 2, "--stages.0.epochs", 0, "--stages.0.photos", 4]
    code = (
        "import sys, train\n"
        "for name in ('me/town', 'me/table:test'):\n"
        "    folder = sys.argv[1] + '/' + name[-4:]\n"
        "    assert train.main([*sys.argv[2:], '--data', name, '--out', folder]) == 0"
    )
    done = run("-c", code, tmp_path, *options)
    assert done.returncode == 0, done.stderr
    for name in ("town", "test"):
        hub.load(tmp_path / name)


@pytest.mark.slow
def test_the_flagship_starts_from_timm_s_resnet34(server, run, training_folder, tmp_path):
    """By its own default; here the Hub has other numbers under that name."""
    torch.manual_seed(7)
    state = import_timm().create_model("resnet34").state_dict()
    weights = {key: value.contiguous() for key, value in state.items()}
    save_file(weights, tmp_path / "model.safetensors")
    name = "timm/resnet34.a1_in1k"
    server.repos[name] = Repo()
    server.commit(name, {"model.safetensors": (tmp_path / "model.safetensors").read_bytes()})
    options = ["nogan", "--data", training_folder, "--out", tmp_path / "run", "--max-steps", 1]
    options += ["--trunk-rate", 0, "--teacher", "None", "--losses.perceptual", 0]
    options += ["--stages.0.size", 32, "--stages.0.batch", 4, "--precision", "fp32"]
    options += ["--generator.widths", 16, 16, 16, 16]
    done = run(TRAIN, *options)
    assert done.returncode == 0, done.stderr
    trained = load_file(tmp_path / "run" / "model.safetensors")
    deep = "layer4.2.conv2.weight"
    torch.testing.assert_close(
        trained[f"trunk.{deep}"].float(), weights[deep], atol=1e-3, rtol=1e-2
    )
    first = weights["conv1.weight"].sum(1, keepdim=True)  # of red, green and blue for one grey
    torch.testing.assert_close(trained["trunk.conv1.weight"].float(), first, atol=1e-3, rtol=1e-2)
