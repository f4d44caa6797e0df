"""What `Colorizer` and `Restorer` have in common: a network with a name, photos in and out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from . import photo as files
from .device import choose_device
from .photo import Photo

Work = Callable[[Photo], Photo]


class PhotoModel:
    """A loaded model that makes photos into photos.

    Attributes:
        name: of the model.
        revision: of the model; for a folder the fingerprint of its weights.
        device: where it computes.
    """

    def __init__(
        self, network: nn.Module, name: str, revision: str, device: torch.device | None
    ) -> None:
        self.name = name
        self.revision = revision
        self.device = device or choose_device()
        network.eval().to(self.device)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __repr__(self) -> str:
        """Name the model and where it computes."""
        kind = type(self).__name__
        return f"{kind}({self.name!r}, revision={self.revision!r}, device={str(self.device)!r})"

    @property
    def note(self) -> str:
        """What the metadata of its results say."""
        raise NotImplementedError

    def _picture(self, photo: files.Source, work: Work, max_pixels: int) -> Image.Image:
        """Work on a photo; return an 8-bit picture, and warn of what reading changed."""
        done = work(files.read(photo, max_pixels=max_pixels))
        files.warn_of(done.name, done.notices, depth=4)  # in the name of who called the caller
        return files.to_image(done)

    def _file(
        self,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        first: Work,
        others: Work | None = None,
        *,
        max_pixels: int,
        overwrite: bool,
    ) -> Path:
        """Work on all pages of a file; return the path of the new file.

        Args:
            source, target: the two files.
            first, others: what is done, and what to pages after the first, if not the same.
            max_pixels: a photo with more is refused before it is decoded.
            overwrite: replaces a file that this program did not write.

        Raises:
            PhotoError: the photo cannot be read, or the result not be written.
        """
        allowed = files.may_write(source, target, overwrite=overwrite)
        pages = files.read_pages(source, max_pixels=max_pixels).map(first, others)
        return files.write_pages(pages, target, self.note, allowed=allowed).warn()
