"""The class that mends damaged photos: a photo in, the same photo with its lightness restored."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from . import hub
from . import photo as files
from .color import LIGHTNESS_MAX
from .color.pixels import full_lightness, strips, to_ab, to_pixels
from .device import autocast, memory_told
from .film import WIDE
from .networks import RestorationNet
from .networks.details import STRIDE, Details, Expert
from .networks.restoration import apply_curves
from .photo import Photo, notes
from .photo_model import PhotoModel
from .settings import check_restoring

TILE = 1224
"""Tiles have about as many pixels as a square of this side, without what is seen around them."""
FOUND_AT, PART = 512, 128
"""Short side in pixels at which damages are looked for, and about that of each part."""
KNOWN = 256
"""Side in pixels of the middle of a tile, by which what a picture is on the whole is known."""
MIDDLES = 4
"""At how many of them is looked, at most: the cost of more is felt."""
SURE = 0.6
"""How likely a damage must be to be told."""
LIES = 0.005
"""Share of a picture on which a damage must lie to be told."""
COARSE = 640
"""Short side in pixels from which a photo is first mended at half its size."""


class Restorer(PhotoModel):
    """Mends photos with a restoration network; what is not damaged hardly changes.

    The lightness is mended at full size: scratches, dust, grain, blur and blocks in tiles, then
    its tones over the whole photo. Each tile sees as far around as the network does, so there are
    no seams. Damage of a large photo is large too: it is mended at half the size first, and so on.
    The photo's own colours, the brown of a print say, are not touched.

        >>> from colorgan import Restorer
        >>> restorer = Restorer.from_pretrained("restore")
        >>> restorer.restore_file("grandmother.jpg", "grandmother restored.jpg")

    Attributes:
        name, revision, device: as `PhotoModel` has them.
        network: that restores.
    """

    def __init__(
        self,
        network: RestorationNet,
        *,
        name: str = "model",
        revision: str = "",
        device: torch.device | None = None,
    ) -> None:
        super().__init__(network, name, revision, device)
        self.network = network

    @classmethod
    def from_pretrained(
        cls, name: str | Path = "restore", *, device: torch.device | None = None
    ) -> Restorer:
        """Load a model by name: `restore`, a folder, or `org/name[@revision]`.

        Raises:
            ModelError: there is no such model, it does not load, or it does not restore.
        """
        folder = hub.resolve(name)
        network = hub.load_restorer(folder.path)
        return cls(network, name=folder.name, revision=folder.revision, device=device)

    def __call__(
        self, photo: files.Source, *, strength: float = 1.0, max_pixels: int = files.MAX_PIXELS
    ) -> Image.Image:
        """Restore a photo; return an 8-bit picture of the same size.

        Of a file with several pages or frames it is the first, and a `PhotoWarning` says so.

        Args:
            photo: a path, the bytes of a file, or a PIL image.
            strength: 0 (as it was) to 1.
            max_pixels: a photo with more is refused before it is decoded.

        Raises:
            PhotoError: the photo cannot be read.
            ColorganError: strength is out of range.
        """
        return self._picture(photo, partial(self.restore, strength=strength), max_pixels)

    def restore_file(
        self,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        *,
        strength: float = 1.0,
        max_pixels: int = files.MAX_PIXELS,
        overwrite: bool = False,
    ) -> Path:
        """Restore a picture file into another, with its depth, alpha and metadata; return its path.

        All pages of a TIFF become one TIFF; all frames of an animation an animated PNG or WebP.
        What reading left out or changed, such as a damaged text, is a `PhotoWarning`.

        Args:
            source: the photo, which always stays as it is.
            target: a file in the format of its ending; without an ending in the photo's own.
            strength, max_pixels: as a call takes them.
            overwrite: replaces a file there even if this program did not write it.

        Raises:
            PhotoError: the photo cannot be read, or the result not be written.
            ColorganError: strength is out of range.
        """
        check_restoring(strength)
        work = partial(self.restore, strength=strength)
        return self._file(source, target, work, max_pixels=max_pixels, overwrite=overwrite)

    @property
    def note(self) -> str:
        """What the metadata of a restored photo says."""
        return notes.restored(self.name, self.revision)

    def found(self, photo: Photo) -> tuple[str, ...]:
        """Name the damages of a photo that are likely, as `folds`; none if the model tells none.

        It is looked for on parts of the size that the network learned from, and told is what some
        of them have for sure; what lies wide, as faded tones do, only where it is mended. What an
        expert would mend, or is undone where it lies, is told too.
        """
        lightness = full_lightness(photo.pixels)
        likely = self.likely(lightness)
        names = [name for name, sure in likely.items() if sure >= SURE]
        if any(name in WIDE for name in names) and not self._mends_tones(lightness):
            names = [name for name in names if name not in WIDE]
        others = [n for n, expert in self._experts().items() if self._is_sure(expert, lightness)]
        others += [*self._lying(lightness), *self._lit(lightness)]
        names += [name for name in others if name not in names]
        return tuple(name.replace("_", " ") for name in names)

    @torch.inference_mode()
    def _mends_tones(self, lightness: Tensor) -> bool:
        """Whether the network is sure enough that the tones of L* (1, 1, H, W) changed."""
        with autocast(self.device):
            _, sure = self.network.tones(lightness.to(self.device))
        return sure is None or float(sure) > 0

    @torch.inference_mode()
    def _lying(self, lightness: Tensor) -> list[str]:
        """Name what is undone where it lies over L* (1, 1, H, W)."""
        with autocast(self.device):
            laid = self.network.laid(lightness.to(self.device))
        if laid is None or laid.sure <= 0:
            return []
        shares = (laid.where[0] > 0).float().mean((1, 2))
        names = zip(self.network.settings.lies, shares.tolist(), strict=True)
        return [name for name, share in names if share > LIES]

    @torch.inference_mode()
    def _lit(self, lightness: Tensor) -> list[str]:
        """Name what experts of tones undo in L* (1, 1, H, W)."""
        with autocast(self.device):
            return self.network.sure_of_tones(lightness.to(self.device))

    @torch.inference_mode()
    def likely(self, lightness: Tensor) -> dict[str, float]:
        """Return how likely each damage that the model tells befell L* (1, 1, H, W): 0 to 1."""
        tells = self.network.settings.tells
        if not tells:
            return {}
        height, width = lightness.shape[-2:]
        scale = min(FOUND_AT / min(height, width), 1.0)
        size = (max(round(height * scale), 1), max(round(width * scale), 1))
        small = F.interpolate(lightness, size, mode="bilinear", antialias=True)
        with autocast(self.device):
            parts = torch.cat(
                [self.network.findings(part.to(self.device)).cpu() for part in _parts(small)]
            )
        top = parts.topk(max(len(parts) // 4, 1), dim=0).values.mean(0)
        return dict(zip(tells, top.tolist(), strict=True))

    def restore(self, photo: Photo, *, strength: float = 1.0) -> Photo:
        """Restore a photo; return it with the same size, depth, colours, alpha and metadata.

        Raises:
            PhotoError: the photo needs more memory than is free.
            ColorganError: strength is out of range.
        """
        check_restoring(strength)
        if strength == 0:
            return photo
        with memory_told(photo.name):
            return self._restore(photo, strength)

    def _restore(self, photo: Photo, strength: float) -> Photo:
        mended = self.mend(full_lightness(photo.pixels), strength)
        pixels = np.empty_like(photo.pixels)
        for top, bottom in strips(*photo.pixels.shape[:2]):
            ab = to_ab(photo.pixels[top:bottom])
            pixels[top:bottom] = to_pixels(mended[:, :, top:bottom], ab, pixels.dtype)
        return replace(photo, pixels=pixels)

    @torch.inference_mode()
    def mend(self, lightness: Tensor, strength: float = 1.0) -> Tensor:
        """Return the restored lightness for lightness (1, 1, H, W), L* in 0..100, of any size.

        The door for tensors, and the only work that a GPU does: both tensors are on the CPU.
        """
        with autocast(self.device):
            seen = lightness
            for expert in self._experts().values():
                seen = self._mended(expert, seen)
            mended = self._mended(self.network, seen)
            bends = [curves.cpu() for curves in self.network.all_curves(seen.to(self.device))]
            for top, bottom in strips(*lightness.shape[-2:]):
                strip = mended[:, :, top:bottom]
                for curves in bends:
                    strip = apply_curves(curves, strip, top, lightness.shape[-2])
                mended[:, :, top:bottom] = strip
        return mended.clamp_(0, LIGHTNESS_MAX).lerp_(lightness, 1 - strength)

    def _experts(self) -> dict[str, Expert]:
        """Return the experts of the network by the damage that each mends."""
        return dict(self.network.experts.items())  # type: ignore[arg-type]

    def _mended(self, layers: Details, lightness: Tensor) -> Tensor:
        """Mend the details of L* (1, 1, H, W), coarse ones first.

        What an expert leaves alone comes back as it is, and not as a copy.
        """
        (height, width), near = lightness.shape[-2:], False
        if min(height, width) >= COARSE:
            coarse = _halved(lightness)
            mended = self._mended(layers, coarse)
            near = layers is self.network and self.network.settings.near
            if mended is not coarse:
                wide = F.interpolate(mended - coarse, (height, width), mode="bilinear")
                lightness = wide.add_(lightness)
        grid = list(tiles(height, width, layers.reach(near=near)))
        known = None
        if len(grid) > 1 or isinstance(layers, Expert):
            known = self._known(layers, lightness, [own for own, _ in grid])
        if isinstance(layers, Expert) and known is not None and layers.sure(known) <= 0:
            return lightness
        mended = torch.empty_like(lightness)
        for (rows, columns), (seen_rows, seen_columns) in grid:
            tile = lightness[:, :, seen_rows, seen_columns].to(self.device)
            answer = layers.details(tile, known, near=near).cpu()
            below, right = rows.start - seen_rows.start, columns.start - seen_columns.start
            own = answer[:, :, below:, right:]
            mended[:, :, rows, columns] = own[
                ..., : rows.stop - rows.start, : columns.stop - columns.start
            ]
        return mended

    def _known(self, layers: Details, lightness: Tensor, grid: Sequence[Window]) -> Tensor | None:
        """Return what L* (1, 1, H, W) is on the whole, by the middles of some of its tiles."""
        some = np.linspace(0, len(grid) - 1, min(len(grid), MIDDLES)).round().astype(int)
        parts = [_middle(lightness[(..., *grid[place])]) for place in some]
        known = [layers.known(part.to(self.device)) for part in parts]
        found = [k for k in known if k is not None]
        return torch.stack(found).mean(0) if found else None

    @torch.inference_mode()
    def _is_sure(self, expert: Expert, lightness: Tensor) -> bool:
        """Whether an expert would mend L* (1, 1, H, W), at its own size or at a smaller one."""
        with autocast(self.device):
            while True:
                height, width = lightness.shape[-2:]
                grid = [own for own, _ in tiles(height, width, expert.reach())]
                known = self._known(expert, lightness, grid)
                if known is not None and expert.sure(known) > 0:
                    return True
                if min(height, width) < COARSE:
                    return False
                lightness = _halved(lightness)


def _halved(lightness: Tensor) -> Tensor:
    """Return L* (1, 1, H, W) at half its size."""
    return F.interpolate(lightness, scale_factor=0.5, mode="bilinear", antialias=True)


def _middle(lightness: Tensor) -> Tensor:
    """Cut a square of side `KNOWN` out of the middle of L* (1, 1, H, W), as far as it goes."""
    top, left = (max(side - KNOWN, 0) // 2 for side in lightness.shape[-2:])
    return lightness[..., top : top + KNOWN, left : left + KNOWN]


def _parts(lightness: Tensor) -> Iterator[Tensor]:
    """Cut L* (1, 1, H, W) into parts of about `PART` pixels."""
    for rows in lightness.tensor_split(max(round(lightness.shape[-2] / PART), 1), dim=-2):
        yield from rows.tensor_split(max(round(lightness.shape[-1] / PART), 1), dim=-1)


Window = tuple[slice, slice]
"""Rows and columns of a part of a picture."""


def tiles(height: int, width: int, reach: int) -> Iterator[tuple[Window, Window]]:
    """Cut a picture into tiles: the part that each fills, and the part around it that it sees.

    Args:
        height, width: of the picture.
        reach: pixels that a tile sees around its own, a multiple of the network's stride.
    """
    down, across = _grid(height, width, reach)
    for top, bottom in _cuts(height, down):
        for left, right in _cuts(width, across):
            rows = slice(max(top - reach, 0), min(bottom + reach, height))
            columns = slice(max(left - reach, 0), min(right + reach, width))
            yield (slice(top, bottom), slice(left, right)), (rows, columns)


def _grid(height: int, width: int, reach: int) -> tuple[int, int]:
    """Return into how many tiles to cut either way, so that the least is seen twice."""
    grids = []
    for down in range(1, math.ceil(height / STRIDE) + 1):
        across = math.ceil(height * width / (down * TILE**2))
        seen = (height + 2 * reach * (down - 1)) * (width + 2 * reach * (across - 1))
        grids.append((seen, down, across))
    return min(grids)[1:]


def _cuts(side: int, count: int) -> Iterator[tuple[int, int]]:
    """Cut a side into about so many equal parts, at multiples of the network's stride."""
    step = math.ceil(side / count / STRIDE) * STRIDE
    for first in range(0, side, step):
        yield first, min(first + step, side)
