"""Files that appear whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path beside a file to write to; at the end it is renamed to the file.

    If anything fails in between, what was written is deleted, and an older file stays as it is.
    """
    # Not made of the file's own name, which may be as long as names can be.
    part = path.with_name(f".colorgan-{secrets.token_hex(8)}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
