"""Packages that only some commands need: the extras of pyproject.toml."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import PackageError


def require(module: str, extra: str, what_for: str) -> Any:
    """Import a module of a package that may not be installed.

    Args:
        module: its dotted name.
        extra: the extra that brings it, such as "judge".
        what_for: what needs it, such as "LPIPS"; begins the sentence.

    Raises:
        PackageError: it is not installed; says how to.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = (error.name or module).partition(".")[0]
        raise PackageError(
            f"{what_for} needs the package {missing}, which is not installed: run "
            f'`pip install -e ".[{extra}]"` in the project\'s folder.'
        ) from error
