"""A generator in an ONNX file, answered by onnxruntime."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from huggingface_hub import cached_assets_path
from torch import Tensor, nn

from .. import hub
from ..errors import ModelError
from ..extras import require
from ..networks.contract import Seen
from ..version import __version__
from . import export

SUFFIX = ".onnx"


class OnnxGenerator(nn.Module):
    """A generator in an ONNX file, answered by onnxruntime on the CPU, in float32.

    Attributes:
        name, revision: of the model, as the file's metadata say.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._session = export.open_session(path)
        known = self._session.get_modelmeta().custom_metadata_map
        self.name = str(known.get("name", path.stem))
        self.revision = str(known.get("revision", ""))

    has_distribution = False

    def distribution(self, lightness: Tensor) -> Tensor:
        """Refuse: a file holds colours alone.

        Raises:
            ModelError: always.
        """
        raise ModelError("An ONNX file answers with colours, not with a distribution.")

    def see(self, lightness: Tensor) -> Seen:
        """Answer with the colours, which are all that a file gives."""
        return Seen(self(lightness))

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        seen = np.ascontiguousarray(lightness.float().cpu().numpy())
        return torch.from_numpy(self._session.run(["ab"], {"lightness": seen})[0])


def open_onnx(name: str | Path) -> OnnxGenerator:
    """Open a model for onnxruntime.

    Args:
        name: an ONNX file of `colorgan export`; or a model as `hub.resolve` takes it, which is
            exported the first time (some tens of seconds) and kept in the assets of the Hugging
            Face cache, so that it opens at once from then on.

    Raises:
        PackageError: onnxruntime is not installed.
        ModelError: there is no such model or file, or the model cannot be exported.
    """
    path = Path(name)
    if path.suffix == SUFFIX:
        if not path.is_file():
            raise ModelError(f"There is no file {path}.")
        return OnnxGenerator(path)
    require("onnxruntime", "onnx", "ONNX")
    folder = hub.resolve(name)
    path = _kept(folder)
    if not path.is_file():
        export.export(folder, path)
    return OnnxGenerator(path)


def _kept(folder: hub.ModelFolder) -> Path:
    """Return where the ONNX file of a model is kept: of these weights, config and version."""
    config = (folder.path / hub.CONFIG).read_bytes()
    facts = f"{folder.name} {folder.revision} {__version__} "  # the revision tells the weights
    key = hashlib.sha256(facts.encode() + config).hexdigest()[:16]
    try:
        assets = cached_assets_path("colorgan", namespace="onnx")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The exported model cannot be kept ({error}): write it by `colorgan export`, and give "
            "that file as the model."
        ) from error
    return assets / f"{key}{SUFFIX}"
