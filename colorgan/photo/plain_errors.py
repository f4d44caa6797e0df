"""Whatever is raised while a photo is read or written becomes one sentence."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ..errors import ColorganError, PhotoError, out_of_memory
from .samples import UnsupportedFile, UnsupportedPixels

_NOT_READ = {
    errno.ENOENT: "{name} does not exist. Check the path.",
    errno.EISDIR: "{name} is a folder. Choose a photo in it.",
    errno.EACCES: "You have no permission to read {name}. Change its permissions.",
    errno.EPERM: "You have no permission to read {name}. Change its permissions.",
}
_NOT_WRITTEN = {
    errno.EEXIST: "{place} cannot be the folder for {name}: it is a file. Choose another folder.",
    errno.ENOTDIR: "{place} cannot be made for {name}: a file is in the way. Try another folder.",
    errno.EISDIR: "{name} is a folder. Choose another name.",
    errno.EACCES: "You have no permission to write {name} there. Choose another folder.",
    errno.EPERM: "You have no permission to write {name} there. Choose another folder.",
    errno.EROFS: "The disk is read-only: {name} cannot be written there. Choose another folder.",
    errno.ENOSPC: "There is no space left for {name}. Make room or choose another disk.",
    errno.EDQUOT: "There is no space left for {name}. Make room or choose another disk.",
}


@contextmanager
def plain_errors(label: str, verb: Literal["read", "written"]) -> Iterator[None]:
    """Make a PhotoError of all else: between them the decoders raise nearly every exception.

    Args:
        label: the photo's name, as it can be printed.
        verb: what was tried.
    """
    try:
        yield
    except ColorganError:  # a page may be worked on while the one before is written
        raise
    except UnsupportedFile as error:
        raise PhotoError(f"{label} is {error}.") from error
    except UnsupportedPixels as error:
        raise PhotoError(
            f"{label} has {error}, which are not supported. "
            "Save it as RGB with 8 or 16 bits a channel."
        ) from error
    except MemoryError as error:
        raise out_of_memory(label) from error
    except Exception as error:
        code, place = (error.errno, error.filename) if isinstance(error, OSError) else (None, None)
        known = (_NOT_READ if verb == "read" else _NOT_WRITTEN).get(code or 0)
        if known:
            message = known.format(name=label, place=printable(Path(str(place)).name))
        elif code:
            message = f"{label} could not be {verb}: {os.strerror(code)}. Try another place."
        elif verb == "read":
            message = f"{label} is damaged or incomplete. Copy or download it again."
        else:
            message = f"{label} could not be written: {printable(str(error))}. Try PNG or TIFF."
        raise PhotoError(message) from error


def printable(name: str) -> str:
    """Return a name as text that can be printed: old archives hold names that are no Unicode."""
    return " ".join(name.encode("utf-8", "replace").decode().split())
