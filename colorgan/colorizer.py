"""The class users meet: a photo in, the same photo in colour out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from . import engines, hub
from . import photo as files
from .color.pixels import full_lightness, strips, to_lab, to_pixels
from .color.upsampling import apply_lines
from .device import autocast, memory_told
from .errors import HintError, ModelError
from .hints import Hints, from_json, reference, to_json
from .hints.reference import Reference
from .look import Look
from .networks import Generator
from .networks.contract import Seen
from .networks.sizes import resize, working_size
from .photo import Photo, notes
from .photo_model import PhotoModel
from .photoset.curate import is_grey, is_one_tint
from .settings import AUTO_SIZES, DEFAULT_SIZE, Size, check, check_references

NO_HINTS = Hints()
UNLIKE = "Nothing in it is like the reference, so it was coloured without."
FLAT = 3.0  # deviation of L* under which a photo is one patch of colour, and no toned print


class Colorizer(PhotoModel):
    """Colours photos with a generator.

    Lightness stays as it was, at full size and depth; the network sees the photo at its working
    size and says what colours it might have had; these are brought up along the photo's edges.

        >>> from colorgan import Colorizer
        >>> colorizer = Colorizer.from_pretrained()
        >>> colorizer.colorize_file("grandmother.jpg", "grandmother in colour.jpg")

    Attributes:
        name, revision, device: as `PhotoModel` has them.
        generator: the network.
    """

    def __init__(
        self,
        generator: Generator | engines.OnnxGenerator,
        *,
        name: str = "model",
        revision: str = "",
        device: torch.device | None = None,
    ) -> None:
        super().__init__(generator, name, revision, device)
        self.generator = generator

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path = hub.BEST,
        *,
        engine: str = "torch",
        device: torch.device | None = None,
    ) -> Colorizer:
        """Load a model by name: `custom`, `pretrained`, a folder, or `org/name[@revision]`.

        Args:
            name: of the model; for onnxruntime also an ONNX file that `colorgan export` wrote.
            engine: what computes, "torch" or "onnxruntime" (float32, on the CPU; the first
                time it exports the model and keeps that, see `engines.open_onnx`).
            device: where torch computes; by default the fastest.

        Raises:
            ModelError: there is no such model or engine, or it does not load.
            PackageError: the engine's package is not installed.
        """
        engines.check(engine)
        if engine == "onnxruntime":
            generator = engines.open_onnx(name)
            return cls(
                generator,
                name=generator.name,
                revision=generator.revision,
                device=torch.device("cpu"),
            )
        if Path(name).suffix == engines.SUFFIX:
            raise ModelError(f"{name} is an ONNX file: it needs the engine onnxruntime.")
        folder = hub.resolve(name)
        return cls(hub.load(folder.path), name=folder.name, revision=folder.revision, device=device)

    def __call__(
        self,
        photo: files.Source,
        *,
        strength: float = 1.0,
        size: Size = DEFAULT_SIZE,
        hints: Hints | None = None,
        references: Sequence[Reference] = (),
        reference_strength: float = 1.0,
        max_pixels: int = files.MAX_PIXELS,
    ) -> Image.Image:
        """Colour a photo; return an 8-bit picture of the same size.

        Of a file with several pages or frames it is the first, and a `PhotoWarning` says so.

        Args:
            photo: a path, the bytes of a file, or a PIL image.
            strength: scales the chroma, 0 (grey) to 1.5; what hints say is not changed by it.
            size: short side in pixels at which the network sees the photo; "auto" finds one.
            hints: which colours things had (see `colorgan.hints`); those that the file carries, if
                None.
            references: colour photos (see `reference`) whose colours go to what is alike.
            reference_strength: how far the colours go over to theirs, 0 to 1.
            max_pixels: a photo with more is refused before it is decoded.

        Raises:
            PhotoError: the photo cannot be read.
            ColorganError: strength or size is out of range, or the hints are another photo's.
        """
        work = partial(
            self.colorize,
            strength=strength,
            size=size,
            hints=hints,
            references=references,
            reference_strength=reference_strength,
        )
        return self._picture(photo, work, max_pixels)

    def colorize_file(
        self,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        *,
        strength: float = 1.0,
        size: Size = DEFAULT_SIZE,
        hints: Hints | None = None,
        references: Sequence[Reference] = (),
        reference_strength: float = 1.0,
        max_pixels: int = files.MAX_PIXELS,
        overwrite: bool = False,
    ) -> Path:
        """Colour a picture file into another, with its depth, alpha and metadata; return its path.

        All pages of a TIFF become one TIFF; all frames of an animation an animated PNG or WebP.
        What reading left out or changed, such as a damaged text, is a `PhotoWarning`. Hints are
        for the first page, or for all frames.

        Args:
            source: the photo, which always stays as it is.
            target: a file in the format of its ending; without an ending in the photo's own.
            strength, size, hints, max_pixels: as a call takes them.
            overwrite: replaces a file there even if this program did not write it.

        Raises:
            PhotoError: the photo cannot be read, or the result not be written.
            ColorganError: strength or size is out of range, or the hints are another photo's.
        """
        check(strength, size)
        work = partial(
            self.colorize,
            strength=strength,
            size=size,
            references=references,
            reference_strength=reference_strength,
        )
        first, others = partial(work, hints=hints), partial(work, hints=NO_HINTS)
        return self._file(source, target, first, others, max_pixels=max_pixels, overwrite=overwrite)

    @property
    def note(self) -> str:
        """What the metadata of a coloured photo says."""
        return notes.coloured(self.name, self.revision)

    def colorize(
        self,
        photo: Photo,
        *,
        strength: float = 1.0,
        size: Size = DEFAULT_SIZE,
        hints: Hints | None = None,
        references: Sequence[Reference] = (),
        reference_strength: float = 1.0,
    ) -> Photo:
        """Colour a photo; return it with the same size, depth, alpha and metadata.

        Hints are kept in the metadata; without any, those are used that it carries already. They
        go on top of what references say. If nothing is like the references, a notice says so.

        Raises:
            PhotoError: the photo needs more memory than is free.
            ColorganError: strength or size is out of range, the hints are another photo's, or the
                references another model's.
        """
        check(strength, size)
        check_references(len(references), reference_strength)
        hints = carried_hints(photo) if hints is None else hints
        hints.check_shape(photo.width, photo.height, photo.name)
        with memory_told(photo.name):
            lightness = full_lightness(photo.pixels)
            look = self._look(lightness, size)
            borrowed = look.borrowed(references, reference_strength) if references else None
            if borrowed is not None and not borrowed.reached and reference_strength > 0:
                photo = replace(photo, notices=(*photo.notices, UNLIKE))
            lines = look.lines(hints.hints, strength, borrowed)
            return paint(photo, lines, hints, lightness)

    def reference(self, photo: files.Source | Photo, *, size: Size = DEFAULT_SIZE) -> Reference:
        """Look at a colour photo, to give its colours to others; it is small and can be kept.

            >>> aunt = colorizer.reference("aunt in colour.jpg")
            >>> colorizer.colorize_file("uncle.jpg", "uncle in colour.jpg", references=[aunt])

        Args:
            photo: a path, the bytes of a file, a PIL image, or a photo that was read.
            size: as for the photos that are to be coloured.

        Raises:
            PhotoError: the photo cannot be read.
            HintError: it has no colours, or one tint over all.
            ColorganError: size is out of range.
        """
        check(1.0, size)
        own = photo if isinstance(photo, Photo) else files.read(photo)
        with memory_told(own.name):
            look = self._look(full_lightness(own.pixels), size)
            view = _resized(own, min(look.lightness.shape[-2:]))
            if is_grey(view.pixels):
                raise HintError(
                    f"{own.name} is grey: it has no colours to give. Take a photo in colour."
                )
            lab = to_lab(view.pixels)
            if float(lab[:, 0].std(correction=0)) > FLAT and is_one_tint(lab):
                raise HintError(
                    f"{own.name} is a toned grey photo, such as sepia: one tint lies over all of "
                    "it, and things have no colours of their own. Take a photo in colour."
                )
            return reference.reference(look.scene, lab[:, 1:], own.name)

    def look(
        self, photo: Photo, *, size: Size = DEFAULT_SIZE, lightness: Tensor | None = None
    ) -> Look:
        """Show the network a photo, once; return all that it saw.

        `paint` makes the photo in colour of it, with any strength and hints:

            >>> look = colorizer.look(photo)
            >>> paint(photo, look.lines(hints.hints, strength=1.2))

        Args:
            photo: at any size.
            size: short side in pixels at which the network sees it; "auto" finds one.
            lightness: of the photo (1, 1, H, W), where it is known already.

        Raises:
            ColorganError: size is out of range.
        """
        check(1.0, size)
        with memory_told(photo.name):
            if lightness is None:
                lightness = full_lightness(photo.pixels)
            return self._look(lightness, size)

    def guess(self, photo: Photo, *, size: Size = DEFAULT_SIZE) -> Reference:
        """Look at a photo and return what the model guesses, as a reference for photos like it.

        Hints that the photo carries are part of it, and it then counts for more.

        Raises:
            ColorganError: size is out of range.
        """
        return self.look(photo, size=size).guess(carried_hints(photo).hints, photo.name)

    def choose_size(self, photo: Photo) -> int:
        """Choose a working size for a photo: of `AUTO_SIZES` the one whose colours agree best.

        What a network sees of a photo at one size alone is likelier a mistake, such as patches, so
        the size is taken whose ab is on average nearest to that at the other sizes.
        """
        with memory_told(photo.name):
            return self._chosen(full_lightness(photo.pixels)).size

    @property
    def knows_doubt(self) -> bool:
        """Whether the model answers with a distribution of colours, as `doubt` needs."""
        return self.generator.has_distribution

    def doubt(self, photo: Photo, *, size: int = DEFAULT_SIZE) -> NDArray[np.float32]:
        """Return how undecided the model is at each place, as `Look.doubt` does: (h, w).

        Raises:
            ModelError: the model gives colours, but no distribution.
            ColorganError: size is out of range.
        """
        doubt = self.look(photo, size=size).doubt
        if doubt is None:
            raise ModelError("This model answers with a colour, not with a distribution.")
        return np.asarray(doubt[0, 0])

    def _look(self, lightness: Tensor, size: Size) -> Look:
        """Show the network lightness (1, 1, H, W) at its working size."""
        if size == "auto":
            return self._chosen(lightness)
        height, width = lightness.shape[-2:]
        small = resize(lightness, working_size(height, width, size))
        return Look.of(small, self.see(small), size)

    def _chosen(self, lightness: Tensor) -> Look:
        """Return the look at the size of `AUTO_SIZES` whose colours agree best with the others'."""
        looks = [self._look(lightness, size) for size in AUTO_SIZES]
        guesses = torch.cat([F.interpolate(look.ab, (48, 48), mode="area") for look in looks])
        apart = (guesses[:, None] - guesses[None]).norm(dim=2).mean((2, 3))
        return looks[int(apart.sum(0).argmin())]

    @torch.inference_mode()
    def see(self, lightness: Tensor) -> Seen:
        """Return what one pass of the network gives for lightness (N, 1, H, W) at its own size.

        The door for tensors: no resize, no file; bfloat16 inside where the device is fast at it.
        The only work that a GPU does: what goes in and comes out is on the CPU and small, so
        that it can be done in another process.
        """
        shown = lightness.to(self.device).contiguous(memory_format=torch.channels_last)
        with autocast(self.device):
            seen = self.generator.see(shown)
        return replace(seen.each(lambda part: part.half().cpu()), ab=seen.ab.float().cpu())


def paint(
    photo: Photo, lines: Tensor, hints: Hints = NO_HINTS, lightness: Tensor | None = None
) -> Photo:
    """Give a photo the colours of a look; lightness, size, depth, alpha and metadata stay.

    Args:
        photo: at any size.
        lines: (1, 4, h, w) of `Look.lines`.
        hints: that the lines were made with, to be kept in the metadata.
        lightness: of the photo (1, 1, H, W), where it is known already.
    """
    if lightness is None:
        lightness = full_lightness(photo.pixels)
    pixels = np.empty_like(photo.pixels)
    for top, bottom in strips(*photo.pixels.shape[:2]):
        strip = lightness[:, :, top:bottom]
        ab = apply_lines(lines, strip, top, photo.height)
        pixels[top:bottom] = to_pixels(strip, ab, pixels.dtype)
    made_for = replace(hints, shape=(photo.width, photo.height))
    text = to_json(made_for) if hints.hints else ""
    return replace(photo, pixels=pixels, xmp=notes.with_hints(photo.xmp, text))


def carried_hints(photo: Photo) -> Hints:
    """Return the hints that a photo carries from an earlier colouring; none if it has none."""
    text = notes.hints(photo.xmp)
    try:
        return from_json(text) if text else NO_HINTS
    except HintError:  # another program has changed them, or a newer colorgan wrote them
        return NO_HINTS


def _resized(photo: Photo, short_side: int) -> Photo:
    """Return a photo at the size at which the network sees it: 8 bits, and only the picture."""
    shape = working_size(photo.height, photo.width, short_side)
    image = files.to_rgb(photo).resize(shape[::-1], Image.Resampling.LANCZOS, reducing_gap=2)
    return Photo(np.asarray(image), None, "PNG", photo.name)
