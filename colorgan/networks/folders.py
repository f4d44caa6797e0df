"""Model folders by name: config.json, model.safetensors, README.md.

A name is `custom`, `pretrained` or `restore` (embedded in the package), a folder, or
`org/name[@revision]` on the Hugging Face Hub. Whoever loads a model comes through `resolve`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import ModelError
from .files import CONFIG, FILES, WEIGHTS, read_config

_HUB_NAME = re.compile(r"^(?P<repo>[\w.-]+/[\w.-]+?)(?:@(?P<revision>[\w./-]+))?$")


@dataclass(frozen=True)
class ModelFolder:
    """Where a model lies and which it is.

    Attributes:
        path: of the folder.
        name: as a person calls it.
        commit: the first digits of its commit on the Hub, if it is from there.
    """

    path: Path
    name: str
    commit: str = ""

    @cached_property
    def revision(self) -> str:
        """The commit, or the fingerprint of the weights."""
        return self.commit or fingerprint(self.path)


def embedded(kind: str | None = None) -> dict[str, Path]:
    """Return the folders of the models that come with the package, by name.

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
        return ModelFolder(path, str(name))
    path = Path(name)
    if path.is_dir():
        if not (path / CONFIG).is_file():
            raise ModelError(f"The folder {path} is no model folder: it has no {CONFIG}.")
        return ModelFolder(path, path.resolve().name)
    match = _HUB_NAME.match(str(name))
    if match is None or str(name).startswith((".", "/")):
        raise ModelError(
            f"There is no model {str(name)!r}. Known names: {', '.join(own) or 'none embedded'}; "
            "or name a folder, or org/name[@revision] on the Hugging Face Hub."
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


def fingerprint(folder: Path) -> str:
    """Return the first 12 hex digits of the SHA-256 of a model folder's weights."""
    try:
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise ModelError(f"The model folder {folder} has no readable {WEIGHTS}.") from error
