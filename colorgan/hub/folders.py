"""Model folders: config.json, model.safetensors, README.md; found by name, loaded, saved.

A name is `custom`, `pretrained` or `restore` (embedded in the package), a folder, or
`org/name[@revision]` on the Hugging Face Hub. Only JSON and safetensors are read; nothing is ever
unpickled.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from safetensors import SafetensorError, safe_open

from ..errors import ModelError
from ..networks import Network
from ..networks.files import CARD, CONFIG, GOLDEN, WEIGHTS, read_config
from ..version import __version__

EVALUATION = "evaluation.json"
"""Figures of `colorgan evaluate --json`, kept in the model folder."""
FILES = (CONFIG, WEIGHTS, GOLDEN, CARD, EVALUATION)
"""What a model folder may hold; nothing else is fetched or sent."""
BEST = "custom"
"""The embedded generator that is nearest to the originals; who names none gets it."""
_HUB_NAME = re.compile(r"^(?P<repo>[\w.-]+/[\w.-]+?)(?:@(?P<revision>[\w./-]+))?$")


@dataclass(frozen=True)
class ModelFolder:
    """Where a model lies and which it is."""

    path: Path
    name: str
    revision: str


def embedded(kind: str | None = None) -> dict[str, Path]:
    """Give the folders of the models that come with the package, by name.

    Args:
        kind: only those whose config names a "generator" or a "restorer".
    """
    package = Path(__file__).parents[1]
    for weights in (package / "weights", package.parent / "weights"):  # in a wheel, in a checkout
        if weights.is_dir():
            found = {p.name: p for p in sorted(weights.iterdir()) if (p / CONFIG).is_file()}
            return {n: p for n, p in found.items() if kind is None or kind in read_config(p)}
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
    if match is None or str(name).startswith((".", "/")):
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
        path = Path(snapshot_download(repo, revision=revision, allow_patterns=list(FILES)))
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
    """Say whether a folder holds a model of colorgan, whole."""
    try:
        config = read_config(folder)
        return (folder / WEIGHTS).is_file() and ("generator" in config or "restorer" in config)
    except ModelError:
        return False


def fingerprint(folder: Path) -> str:
    """Give the first 12 hex digits of the SHA-256 of a model folder's weights."""
    try:
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise ModelError(f"The model folder {folder} has no readable {WEIGHTS}.") from error


def history(folder: Path) -> list[Any]:
    """Give the trainings that a model went through, oldest first, as its weights' metadata say."""
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
