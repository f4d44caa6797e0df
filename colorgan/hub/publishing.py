"""Models to the Hub: what is sent, by whom, under which tag; nothing but a model's own files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from huggingface_hub import HfApi, ModelCard
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

from ..errors import ModelError
from ..networks.files import CARD, CONFIG, EVALUATION, FILES
from . import cards
from .folders import load_network


def files_of(folder: Path) -> list[Path]:
    """List the files of a model folder that are sent: never photos, votes, checkpoints or curves.

    Raises:
        ModelError: it is no whole model folder, or its golden tensors disagree.
    """
    if not (folder / CONFIG).is_file():
        raise ModelError(f"The folder {folder} is no model folder: it has no {CONFIG}.")
    load_network(folder)  # strict, and compared with its golden tensors
    return [folder / name for name in FILES if (folder / name).is_file()]


def push(
    folder: Path,
    repo: str,
    *,
    private: bool = False,
    tag: str | None = None,
    about: str = "",
) -> str:
    """Send a model to a repository of the Hub, made if need be; return the address of the commit.

    The folder's own card goes along. A run has none yet: its card is made for the repository's
    name from the run's figures; so is any card for which there is a new sentence.

    Args:
        folder: of the model.
        repo: `org/name`.
        private: make it a private repository.
        tag: put on what is sent; one that is there is never moved.
        about: a sentence for a new card.

    Raises:
        ModelError: it is no whole model folder, or the Hub refuses or cannot be reached.
    """
    files = files_of(folder)
    api = HfApi()
    with explained(repo), TemporaryDirectory() as beside:
        for path in files:
            shutil.copyfile(path, Path(beside) / path.name)
        card = card_for(folder, repo, about=about)
        ModelCard(card).validate()
        (Path(beside) / CARD).write_text(card)
        if figures := cards.read_figures(folder):
            (Path(beside) / EVALUATION).write_text(json.dumps(figures, indent=2) + "\n")
        api.create_repo(repo, private=private, exist_ok=True)
        sent = api.upload_folder(
            folder_path=beside, repo_id=repo, commit_message=f"Upload {repo.split('/')[-1]}"
        )
        if tag is not None:
            api.create_tag(repo, tag=tag, revision=sent.oid, exist_ok=False)
    return str(sent.commit_url)


SPACE = (
    "README.md",
    "LICENSE",
    "app.py",
    "model_card.md",
    "restorer_card.md",
    "requirements.txt",
    "colorgan/**/*.py",
    "colorgan/ui/*.css",
    "colorgan/ui/*.js",
    "colorgan/ui/*.svg",
    "colorgan/ui/*.webp",
    "weights/*/*.json",
    "weights/*/*.safetensors",
    "weights/**/*.md",
    "examples/page.webp",
    "examples/photos/*.jpg",
    "examples/photos/*.md",
)
"""What a Space needs of a checkout; nothing else of it is sent."""


def space_files(checkout: Path) -> list[Path]:
    """List the files of a checkout that make up the Space.

    Raises:
        ModelError: it is no checkout of colorgan.
    """
    found = sorted({p for pattern in SPACE for p in checkout.glob(pattern) if p.is_file()})
    if checkout / "app.py" not in found:
        raise ModelError(f"{checkout} is no checkout of colorgan: it has no app.py.")
    return found


def push_space(checkout: Path, files: Sequence[Path], repo: str, *, private: bool = False) -> str:
    """Send files of a checkout (`space_files`) to a Space of the Hub, made if it does not exist.

    Returns:
        its address.

    Raises:
        ModelError: the Hub refuses or cannot be reached.
    """
    api = HfApi()
    with explained(repo):
        url = api.create_repo(
            repo, repo_type="space", space_sdk="gradio", private=private, exist_ok=True
        )
        api.upload_folder(
            folder_path=checkout,
            repo_id=repo,
            repo_type="space",
            allow_patterns=[str(path.relative_to(checkout)) for path in files],
            commit_message="Upload the page",
        )
    return str(url)


def card_for(folder: Path, repo: str, *, about: str = "") -> str:
    """Return the card that is sent: the folder's own, or a new one where `push` says so."""
    own = folder / CARD
    text = own.read_text() if own.is_file() else ""
    if about or not text or cards.is_of_a_run(text):
        return cards.render(folder, repo, about=about)
    return text


@contextmanager
def explained(repo: str) -> Iterator[None]:
    """Turn the Hub's refusals into sentences."""
    try:
        yield
    except LocalTokenNotFoundError as error:
        raise ModelError("You are not logged in to the Hub: run `hf auth login`.") from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise ModelError(_reason(status, repo, error)) from error
    except HFValidationError as error:
        raise ModelError(f"{repo!r} is no name of a repository: {error}") from error
    except ValueError as error:
        raise ModelError(f"The Hub does not accept the card of {repo}: {error}") from error
    except (httpx.HTTPError, ConnectionError, TimeoutError) as error:
        raise ModelError(
            f"The Hub cannot be reached now: {error}. Try again later: what has arrived is not "
            "sent twice."
        ) from error
    except OSError as error:
        raise ModelError(f"A file cannot be read or written: {error}.") from error


def _reason(status: int, repo: str, error: HfHubHTTPError) -> str:
    if status == 401:
        return (
            "The Hub does not know you: log in by `hf auth login` with a token that may write, "
            "or set HF_TOKEN."
        )
    if status == 403:
        return f"You have no right to write to {repo}: check the name and your token's rights."
    if status == 404:
        return f"The Hub has no repository {repo}, or you may not see it."
    if status == 409:
        return f"The tag is there already in {repo}: choose another --revision."
    return f"The Hub refused: {str(error).splitlines()[0]}"
