"""Disks: one that fills up, and some that do not tell capitals apart."""

from __future__ import annotations

import builtins
import io
import os
import resource
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_ONE_PATH = ("stat", "lstat", "unlink", "mkdir", "rmdir", "listdir", "scandir", "access", "open")


@contextmanager
def room_for(bytes_a_file: int) -> Iterator[None]:
    """A system that refuses to write larger files, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def ignore_capitals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play, at the system's own doors, that names in a folder are one but for capitals.

    As on exFAT, NTFS and APFS a name stays as it was first written, and Unicode's two ways to
    put a letter together are one too.
    """
    list_names = os.listdir

    def real(path: Any) -> Any:
        if not isinstance(path, str | os.PathLike) or not Path(path).is_relative_to(folder):
            return path
        here = folder
        for part in Path(path).relative_to(folder).parts:
            try:
                there = {_folded(name): name for name in list_names(here)}
            except OSError:
                there = {}
            here = here / there.get(_folded(part), part)
        return str(here)

    def through(door: Callable[..., Any]) -> Callable[..., Any]:
        return lambda path, *rest, **options: door(real(path), *rest, **options)

    def through_two(door: Callable[..., Any]) -> Callable[..., Any]:
        return lambda one, other, **options: door(real(one), real(other), **options)

    for name in _ONE_PATH:
        monkeypatch.setattr(os, name, through(getattr(os, name)))
    for name in ("replace", "rename", "link"):
        monkeypatch.setattr(os, name, through_two(getattr(os, name)))
    opened = through(io.open)
    monkeypatch.setattr(io, "open", opened)
    monkeypatch.setattr(builtins, "open", opened)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()


@contextmanager
def mounted_exfat(folder: Path) -> Iterator[Path]:
    """A real disk that ignores capitals, where one may be mounted (exfatprogs, exfat-fuse)."""
    image, disk = folder / "exfat.img", folder / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    try:
        _run("mkfs.exfat", image)
        device = _run("losetup", "--find", "--show", image)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("cannot make an exFAT disk here")
    try:
        try:
            _run("mount.exfat-fuse", device, disk)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("cannot mount an exFAT disk here")
        yield disk
        _run("umount", disk)
    finally:
        _run("losetup", "--detach", device)


def _run(*command: object) -> str:
    done = subprocess.run([*map(str, command)], check=True, capture_output=True, text=True)
    return done.stdout.strip()
