"""Whether two paths are one file, as the disk sees it.

Many disks do not tell capitals apart, some not how Unicode puts a letter together, and links lead
anywhere: the text of a path does not say. Nor do the numbers of files alone: some drivers of exFAT
number a file by the name that it was asked for, so what the disk lists is asked too.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePath


def folded(name: str | PurePath) -> str:
    """Return what is one for all names that some disk takes for one.

    Names that fold alike may be one file: whether they are, `Places.same` says.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", str(name)).casefold())


class Places:
    """Compares paths; remembers how the disk spells the folders on the way."""

    def __init__(self) -> None:
        self._spelt: dict[Path, Path] = {}

    def same(self, one: Path, other: Path) -> bool:
        """Return whether two paths are one file or folder; one that is not there is none."""
        try:
            if one.samefile(other):
                return True
        except (OSError, ValueError):
            return False
        if folded(one.name) != folded(other.name):
            return False
        if self._folder(one) != self._folder(other):
            return False
        return one.name == other.name or not {one.name, other.name} <= _listed(one.parent)

    def _folder(self, path: Path) -> Path:
        return self._as_listed(Path(os.path.realpath(path.parent)))

    def _as_listed(self, folder: Path) -> Path:
        """Return a path without links as the disk spells it."""
        if folder not in self._spelt:
            above = folder.parent
            if above == folder:
                return folder
            names = _listed(above)
            alike = (name for name in names if folded(name) == folded(folder.name))
            name = folder.name if folder.name in names else next(alike, folder.name)
            self._spelt[folder] = self._as_listed(above) / name
        return self._spelt[folder]


def _listed(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except OSError:
        return set()
