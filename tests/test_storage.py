"""Networks in files: golden tensors tell weights that are not what was saved."""

import shutil

import pytest
from safetensors.torch import load_file, save_file

from colorgan import hub
from colorgan.errors import ModelError


class TestGoldenTensors:
    def test_hold_for_every_embedded_model(self):
        for name, folder in hub.embedded().items():
            assert (folder / hub.GOLDEN).is_file(), name
            hub.load_network(folder)

    def test_that_disagree_are_refused(self, small_model, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(small_model, folder)
        golden = load_file(folder / hub.GOLDEN)
        save_file(golden | {"ab": golden["ab"] + 3}, folder / hub.GOLDEN)
        with pytest.raises(ModelError, match=r"differ by up to 3\.0"):
            hub.load(folder)

    def test_tell_weights_of_another_training(self, small_model, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(small_model, folder)
        weights = load_file(folder / hub.WEIGHTS)
        weights["head.bias"] = weights["head.bias"] + 0.5
        save_file(weights, folder / hub.WEIGHTS)
        with pytest.raises(ModelError, match="do not belong together"):
            hub.load(folder)

    def test_that_are_broken_are_said(self, small_model, tmp_path):
        folder = tmp_path / "model"
        shutil.copytree(small_model, folder)
        (folder / hub.GOLDEN).write_bytes(b"?")
        with pytest.raises(ModelError, match="cannot be used"):
            hub.load(folder)
