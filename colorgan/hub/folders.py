"""Models loaded, listed and saved. A name is what `resolve` takes.

Only JSON and safetensors are read; nothing is ever unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from safetensors import SafetensorError, safe_open

from ..errors import ModelError
from ..networks import Generator, Network, RestorationNet, network_of, settings_of
from ..networks.files import CARD, WEIGHTS, read_config
from ..networks.folders import ModelFolder, resolve
from ..version import __version__

BEST = "custom"
"""The embedded generator that is nearest to the originals; who names none gets it."""


def load(name: str | Path) -> Generator:
    """Load a generator by name, in float32 and eval mode.

    Raises:
        ModelError: it cannot be had or is no generator, a file is broken, or the tensors do not
            fit.
    """
    network = load_network(name)
    if not isinstance(network, Generator):
        raise ModelError(
            f"The model {name} restores photos and does not colour them. Use it with "
            "`colorgan restore`, or choose a model that colours."
        )
    return network


def load_restorer(name: str | Path) -> RestorationNet:
    """Load a restorer by name, in float32 and eval mode.

    Raises:
        ModelError: it cannot be had or is no restorer, a file is broken, or the tensors do not fit.
    """
    network = load_network(name)
    if not isinstance(network, RestorationNet):
        raise ModelError(
            f"The model {name} colours photos and does not restore them: choose a restorer, "
            "such as restore."
        )
    return network


def load_network(name: str | Path) -> Network:
    """Load a network of any kind by name, in float32 and eval mode.

    Raises:
        ModelError: it cannot be had, a file is broken, or the tensors do not fit the config.
    """
    folder = resolve(name).path
    return network_of(settings_of(read_config(folder))).load(folder)


def cached() -> list[ModelFolder]:
    """List the colorgan models of the Hub that are on this machine, by repository and commit."""
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        # Named, for without a name it is where the cache was when the scanner was imported.
        repos = sorted(scan_cache_dir(constants.HF_HUB_CACHE).repos, key=lambda repo: repo.repo_id)
    except CacheNotFound:
        return []
    return [
        ModelFolder(revision.snapshot_path, repo.repo_id, revision.commit_hash[:12])
        for repo in repos
        if repo.repo_type == "model"
        for revision in sorted(repo.revisions, key=lambda revision: revision.last_modified)
        if _is_ours(revision.snapshot_path)
    ]


def _is_ours(folder: Path) -> bool:
    """Return whether a folder holds a model of colorgan, whole."""
    try:
        config = read_config(folder)
        return (folder / WEIGHTS).is_file() and ("generator" in config or "restorer" in config)
    except ModelError:
        return False


def history(folder: Path) -> list[Any]:
    """Return the trainings that a model went through, oldest first, as its weights' metadata
    say."""
    try:
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
    except (SafetensorError, OSError):
        return []
    if "history" in metadata:
        return list(json.loads(metadata["history"]))
    known = {k: json.loads(v) for k, v in metadata.items() if k not in ("format", "colorgan")}
    return [known] if known else []


def save(network: Network, folder: Path, *, card: str, provenance: Mapping[str, Any]) -> None:
    """Write a model folder; each file is written beside and renamed, never left half done.

    Args:
        network: what to keep.
        folder: made if it does not exist.
        card: the text of README.md.
        provenance: what made it (recipe, data, seed); goes into the weights' metadata.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".part-") as beside:
        write(network, Path(beside), card=card, provenance=provenance)
        for path in Path(beside).iterdir():
            path.replace(folder / path.name)


def write(network: Network, folder: Path, *, card: str, provenance: Mapping[str, Any]) -> None:
    """Write a model folder into a folder that nobody reads yet; takes what `save` takes."""
    network.provenance = {"colorgan": __version__, **provenance}
    (folder / CARD).write_text(card)
    network.save_pretrained(folder)
