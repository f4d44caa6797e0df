"""Files that appear whole or not at all, and their folders."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ColorganError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Return a path beside a file to write to; at the end it is renamed to the file.

    If anything fails in between, what was written is deleted, and an older file stays as it is.
    """
    # Not made of the file's own name, which may be as long as names can be.
    part = path.with_name(f".colorgan-{secrets.token_hex(8)}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write a file of JSON for people and programs to read.

    Raises:
        ColorganError: the file cannot be written.
    """
    try:
        with whole_file(path) as part:
            part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ColorganError(f"The file {path} cannot be written: {error}.") from error


def make_folders(*files: Path | None) -> None:
    """Make the folders of files that are to be written, before the work that fills them.

    Args:
        files: None for what is not wanted.

    Raises:
        ColorganError: a folder cannot be made or written to, or a file's name is a folder's.
    """
    for file in filter(None, files):
        if file.is_dir():
            raise ColorganError(f"{file} is a folder. Name a file in it.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ColorganError(
                f"The folder {file.parent} cannot be made: {error.strerror}. Choose another."
            ) from error
        if not os.access(file.parent, os.W_OK):
            raise ColorganError(
                f"You have no permission to write to the folder {file.parent}. Choose another."
            )
