"""The class users meet: a photo in, the same photo in colour out."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from . import engines, hub
from . import photo as files
from .color import upsampling
from .color.pixels import full_lightness, strips, to_pixels
from .device import autocast, choose_device, memory_told
from .errors import ColorganError, ModelError
from .networks import Generator
from .photo import Photo, notes

DEFAULT_SIZE = 256
SIZES = (32, 1024)
AUTO_SIZES = (192, 256, 384)
Size = int | Literal["auto"]
STRENGTHS = (0.0, 1.5)
NETWORK_PIXELS = 1 << 22  # a very long photo is shown smaller rather than to exhaust memory


class Colorizer:
    """Colours photos with a generator.

    Lightness stays as it was, at full size and depth; the network sees the photo at its working
    size and says what colours it might have had; these are brought up along the photo's edges.

        >>> from colorgan import Colorizer
        >>> colorizer = Colorizer.from_pretrained("pretrained")
        >>> colorizer.colorize_file("grandmother.jpg", "grandmother in colour.jpg")

    Attributes:
        name: of the model.
        revision: of the model; for a folder the fingerprint of its weights.
    """

    def __init__(
        self,
        generator: Generator | engines.OnnxGenerator,
        *,
        name: str = "model",
        revision: str = "",
        device: torch.device | None = None,
    ) -> None:
        self.name = name
        self.revision = revision
        self.device = device or choose_device()
        self.generator = generator.eval().to(self.device)
        self.generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path = "pretrained",
        *,
        engine: str = "torch",
        device: torch.device | None = None,
    ) -> Colorizer:
        """Load a model by name: `pretrained`, `custom`, a folder, or `org/name[@revision]`.

        Args:
            name: of the model; for onnxruntime also an ONNX file that `colorgan export` wrote.
            engine: what computes, "torch" or "onnxruntime" (float32, on the processor; the first
                time it exports the model and keeps that, see `engines.open_onnx`).
            device: where torch computes; by default the fastest.

        Raises:
            ModelError: there is no such model or engine, or it does not load.
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
        max_pixels: int = files.MAX_PIXELS,
    ) -> Image.Image:
        """Colour a photo; give an 8-bit picture of the same size.

        Of a file with several pages or frames it is the first, and a `PhotoWarning` says so.

        Args:
            photo: a path, the bytes of a file, or a PIL image.
            strength: scales the chroma, 0 (grey) to 1.5.
            size: short side in pixels at which the network sees the photo; "auto" finds one.
            max_pixels: a photo with more is refused before it is decoded.

        Raises:
            PhotoError: the photo cannot be read.
            ColorganError: strength or size is out of range.
        """
        original = files.read(photo, max_pixels=max_pixels)
        files.warn_of(original.name, original.notices)
        return files.to_image(self.colorize(original, strength=strength, size=size))

    def colorize_file(
        self,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        *,
        strength: float = 1.0,
        size: Size = DEFAULT_SIZE,
        max_pixels: int = files.MAX_PIXELS,
        overwrite: bool = False,
    ) -> Path:
        """Colour a picture file into another, with its depth, alpha and metadata; give its path.

        All pages of a TIFF become one TIFF; all frames of an animation an animated PNG or WebP.
        What reading left out or changed, such as a damaged text, is a `PhotoWarning`.

        Args:
            source: the photo, which always stays as it is.
            target: a file in the format of its ending; without an ending in the photo's own.
            strength, size, max_pixels: as a call takes them.
            overwrite: replaces a file there even if this program did not write it.

        Raises:
            PhotoError: the photo cannot be read, or the result not be written.
            ColorganError: strength or size is out of range.
        """
        check(strength, size)
        allowed = files.may_write(source, target, overwrite=overwrite)
        pages = files.read_pages(source, max_pixels=max_pixels)
        coloured = pages.map(lambda photo: self.colorize(photo, strength=strength, size=size))
        return files.write_pages(coloured, target, self.note, allowed=allowed).warn()

    @property
    def note(self) -> str:
        """What the metadata of a coloured photo says."""
        return notes.coloured(self.name, self.revision)

    def colorize(self, photo: Photo, *, strength: float = 1.0, size: Size = DEFAULT_SIZE) -> Photo:
        """Colour a photo; give it with the same size, depth, alpha and metadata.

        Raises:
            ColorganError: strength or size is out of range.
        """
        check(strength, size)
        with memory_told(photo.name):
            return self._colorize(photo, strength, size)

    def _colorize(self, photo: Photo, strength: float, size: Size) -> Photo:
        seen_at = self.choose_size(photo) if size == "auto" else size
        lightness = full_lightness(photo.pixels)
        lines = upsampling.fit_lines(*self._look(lightness, seen_at))
        lines = lines * strength  # slopes and offsets alike: chroma is linear in them
        pixels = np.empty_like(photo.pixels)
        for top, bottom in strips(*photo.pixels.shape[:2]):
            strip = lightness[:, :, top:bottom]
            ab = upsampling.apply_lines(lines, strip, top, photo.height)
            pixels[top:bottom] = to_pixels(strip, ab, pixels.dtype)
        return replace(photo, pixels=pixels)

    def choose_size(self, photo: Photo) -> int:
        """Choose a working size for a photo: of `AUTO_SIZES` the one whose colours agree best.

        What a network sees of a photo at one size alone is likelier a mistake, such as patches, so
        the size is taken whose ab is on average nearest to that at the other sizes.
        """
        lightness = full_lightness(shrunk(photo, max(AUTO_SIZES)).pixels)
        guesses = torch.cat(
            [F.interpolate(self._look(lightness, s)[1], (48, 48), mode="area") for s in AUTO_SIZES]
        )
        apart = (guesses[:, None] - guesses[None]).norm(dim=2).mean((2, 3))
        return AUTO_SIZES[int(apart.sum(0).argmin())]

    @property
    def knows_doubt(self) -> bool:
        """Whether the model answers with a distribution of colours, as `doubt` needs."""
        return self.generator.has_distribution

    def doubt(self, photo: Photo, *, size: int = DEFAULT_SIZE) -> NDArray[np.float32]:
        """Say how undecided the model is at each place: (h, w) from 0, sure, to 1, anything goes.

        It is the entropy of the colours it holds possible, as a share of the highest there is.

        Raises:
            ModelError: the model gives colours, but no distribution.
        """
        return np.asarray(self.entropy(_at_working_size(full_lightness(photo.pixels), size))[0, 0])

    def _look(self, lightness: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Show the network the photo at its working size; give lightness and ab there."""
        small = _at_working_size(lightness, size)
        return small, self.ab(small)

    @torch.inference_mode()
    def ab(self, lightness: Tensor) -> Tensor:
        """Give ab (N, 2, H, W) for lightness (N, 1, H, W) at the network's own size.

        The door for tensors: no resize, no file; bfloat16 inside where the device is fast at it.
        Beside `entropy` the only work that a GPU does: both tensors are on the processor, so that
        it can be done in another process.
        """
        shown = lightness.to(self.device).contiguous(memory_format=torch.channels_last)
        with autocast(self.device):
            return self.generator(shown).float().cpu()  # type: ignore[no-any-return]

    @torch.inference_mode()
    def entropy(self, lightness: Tensor) -> Tensor:
        """Give the entropy of the colours (N, 1, H, W), 0 to 1, for lightness (N, 1, H, W).

        A door as `ab` is. What comes out is small; the distribution would be hundreds of channels.

        Raises:
            ModelError: the model gives colours, but no distribution.
        """
        shown = lightness.to(self.device).contiguous(memory_format=torch.channels_last)
        with autocast(self.device):
            chances = self.generator.distribution(shown).float()
        entropy: Tensor = torch.special.entr(chances).sum(1, keepdim=True)
        entropy = F.interpolate(entropy, lightness.shape[-2:], mode="bilinear")
        return (entropy / math.log(chances.shape[1])).clamp(0, 1).cpu()


def check(strength: float, size: Size) -> None:
    """Refuse a strength or working size out of range.

    Raises:
        ColorganError: says the range.
    """
    if not STRENGTHS[0] <= strength <= STRENGTHS[1]:
        raise ColorganError(
            f"Strength is {strength:g}; it must be between {STRENGTHS[0]:g} and {STRENGTHS[1]:g}."
        )
    if size != "auto" and not SIZES[0] <= size <= SIZES[1]:
        raise ColorganError(
            f"The working size is {size}; it must be between {SIZES[0]} and {SIZES[1]} pixels."
        )


def shrunk(photo: Photo, short_side: int) -> Photo:
    """Give a photo small, or larger where it is smaller: 8 bits, and nothing but the picture."""
    shape = working_size(photo.height, photo.width, short_side)
    image = files.to_rgb(photo).resize(shape[::-1], Image.Resampling.LANCZOS, reducing_gap=2)
    return Photo(np.asarray(image), None, "PNG", photo.name)


def _at_working_size(lightness: Tensor, size: int) -> Tensor:
    """Give lightness (1, 1, h, w) of lightness (1, 1, H, W)."""
    shape = working_size(lightness.shape[-2], lightness.shape[-1], size)
    return F.interpolate(lightness, shape, mode="bilinear", align_corners=False, antialias=True)


def working_size(height: int, width: int, short_side: int) -> tuple[int, int]:
    """Give the height and width at which the network sees a photo: same shape, never squashed.

    The short side becomes `short_side`, unless the photo is so long that the whole would pass
    `NETWORK_PIXELS`; then the whole is brought to that.
    """
    scale = short_side / min(height, width)
    scale = min(scale, math.sqrt(NETWORK_PIXELS / (height * width)))
    return max(round(height * scale), 1), max(round(width * scale), 1)
