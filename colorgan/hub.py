"""Model folders: config.json, model.safetensors, README.md; found by name, loaded, saved.

A name is `pretrained` or `custom` (embedded in the package), a folder, or `org/name[@revision]`
on the Hugging Face Hub. Only JSON and safetensors are read; nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from . import networks
from .errors import ModelError
from .networks import Generator

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
_HUB_NAME = re.compile(r"^(?P<repo>[\w.-]+/[\w.-]+?)(?:@(?P<revision>[\w./-]+))?$")


@dataclass(frozen=True)
class ModelFolder:
    """Where a model lies and which it is."""

    path: Path
    name: str
    revision: str


def embedded() -> dict[str, Path]:
    """Give the folders of the models that come with the package, by name."""
    here = Path(__file__).parent
    for weights in (here / "weights", here.parent / "weights"):  # in a wheel, in a checkout
        if weights.is_dir():
            return {p.name: p for p in sorted(weights.iterdir()) if (p / CONFIG).is_file()}
    return {}


def resolve(name: str | Path) -> ModelFolder:
    """Find the folder of a model by its name; downloads it from the Hub if it must.

    Raises:
        ModelError: there is no such model, or it cannot be had now.
    """
    own = embedded()
    if str(name) in own:
        path = own[str(name)]
        return ModelFolder(path, str(name), fingerprint(path))
    path = Path(name)
    if path.is_dir():
        if not (path / CONFIG).is_file():
            raise ModelError(f"The folder {path} is no model folder: it has no {CONFIG}.")
        return ModelFolder(path, path.resolve().name, fingerprint(path))
    match = _HUB_NAME.match(str(name))
    if match is None or path.suffix or str(name).startswith((".", "/")):
        raise ModelError(
            f"There is no model {str(name)!r}. Known names: {', '.join(own) or 'none embedded'}; "
            "or give a folder, or org/name[@revision] on the Hugging Face Hub."
        )
    return _download(match["repo"], match["revision"])


def _download(repo: str, revision: str | None) -> ModelFolder:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        path = Path(
            snapshot_download(repo, revision=revision, allow_patterns=[CONFIG, WEIGHTS, CARD])
        )
    except RevisionNotFoundError as error:
        raise ModelError(f"The model {repo} has no revision {revision!r} on the Hub.") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"The Hub has no model {repo}, or it is private: check the name, or log in with "
            "`hf auth login`."
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"The model {repo} is not on this machine and the Hub cannot be reached now. "
            "Check the connection, or use an embedded model."
        ) from error
    if not (path / CONFIG).is_file():
        raise ModelError(f"The repository {repo} is no colorgan model: it has no {CONFIG}.")
    return ModelFolder(path, repo, path.name[:12])


def fingerprint(folder: Path) -> str:
    """Give the first 12 hex digits of the SHA-256 of a model folder's weights."""
    try:
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise ModelError(f"The model folder {folder} has no readable {WEIGHTS}.") from error


def load(folder: Path) -> Generator:
    """Rebuild a generator from its model folder, in float32 and eval mode.

    Raises:
        ModelError: a file is missing or broken, or the tensors do not fit the config.
    """
    config = read_config(folder)
    try:
        tensors = load_file(folder / WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(f"The model folder {folder} has no {WEIGHTS}.") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{folder / WEIGHTS} is not a safetensors file or is broken: {error}."
        ) from error
    generator = networks.build(config)
    fill(generator, tensors, source=str(folder / WEIGHTS))
    return generator.eval()


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model folder's config.json.

    Raises:
        ModelError: it is missing or broken.
    """
    try:
        config = json.loads((folder / CONFIG).read_text())
    except (OSError, ValueError) as error:
        raise ModelError(f"The model's {CONFIG} in {folder} cannot be read: {error}.") from error
    if not isinstance(config, dict):
        raise ModelError(f"The model's {CONFIG} in {folder} is not a JSON object.")
    return config


def fill(network: nn.Module, tensors: Mapping[str, Tensor], *, source: str) -> None:
    """Put tensors into a network, strictly; counters of batch norm may be missing.

    Raises:
        ModelError: names the tensors that are missing, unknown or of another shape.
    """
    own = network.state_dict()
    missing = [key for key in own if key not in tensors and not key.endswith("num_batches_tracked")]
    unknown = [key for key in tensors if key not in own]
    misshapen = [
        f"{key} {tuple(tensor.shape)} instead of {tuple(own[key].shape)}"
        for key, tensor in tensors.items()
        if key in own and tensor.shape != own[key].shape
    ]
    problems = [
        f"{what} {len(keys)} ({', '.join(keys[:3])}{', ...' if len(keys) > 3 else ''})"
        for what, keys in (("missing", missing), ("unknown", unknown), ("misshapen", misshapen))
        if keys
    ]
    if problems:
        raise ModelError(
            f"The weights in {source} do not fit the network of their config: tensors "
            f"{'; '.join(problems)}."
        )
    network.load_state_dict({**own, **tensors})


def history(folder: Path) -> list[Any]:
    """Give the trainings that a model went through, oldest first, as its weights' metadata say."""
    try:
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
    except (SafetensorError, OSError):
        return []
    if "history" in metadata:
        return list(json.loads(metadata["history"]))
    known = {key: json.loads(text) for key, text in metadata.items() if key != "format"}
    return [known] if known else []


def half(network: nn.Module) -> dict[str, Tensor]:
    """Give a network's tensors for keeping: kernels in half precision, vectors in single.

    Vectors (norms, biases) are small, and running variances can leave the range of half.
    """
    return {
        key: (tensor.half() if tensor.ndim > 1 else tensor).detach().cpu().contiguous()
        for key, tensor in network.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


def save(generator: Generator, folder: Path, *, card: str, provenance: Mapping[str, Any]) -> None:
    """Write a model folder; each file is written beside and renamed, never left half done.

    Args:
        generator: what to keep.
        folder: made if it does not exist.
        card: the text of README.md.
        provenance: what made it (recipe, data, seed); goes into the weights' metadata.
    """
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"format": "pt"} | {key: json.dumps(value) for key, value in provenance.items()}
    temporary = folder / f".{WEIGHTS}.part"
    save_file(half(generator), temporary, metadata=metadata)
    temporary.chmod(0o644)  # safetensors makes it readable to its owner alone
    temporary.replace(folder / WEIGHTS)
    for name, text in (
        (CONFIG, json.dumps(generator.config, indent=2) + "\n"),
        (CARD, card),
    ):
        temporary = folder / f".{name}.part"
        temporary.write_text(text)
        temporary.replace(folder / name)
