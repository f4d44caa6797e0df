"""The class for moving pictures: frames in, the same frames in steady colour out."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..color.pixels import full_lightness
from ..color.upsampling import apply_lines, fit_lines
from ..colorizer import NO_HINTS, Colorizer, paint
from ..errors import ColorganError
from ..hints import Hints
from ..hints.reference import ACCEPTED, Reference, reference
from ..look import Look
from ..networks.sizes import working_size
from ..photo import Photo
from ..settings import DEFAULT_SIZE, check, check_references
from . import steady
from .following import Alike, Followed
from .steady import Motion

EVERY = (1, 12)
"""From and to which frame the network may be asked."""

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Any_ = TypeVar("Any_")


@dataclass(frozen=True, eq=False)
class Memory:
    """What must be known of a frame to go on after it; small.

    Attributes:
        lightness: L* (1, 1, h, w) at the network's size.
        ab: (1, 2, h, w), steady.
        scene: number of its scene, from 0.
        since: frames since the network was asked; 0 if for this one.
        number: of the frame in the film, from 0.
        hinted: number of the frame whose hints hold.
        points: (n, 3) of these hints' points: where they are now, and how light they were.
    """

    lightness: Tensor
    ab: Tensor
    scene: int
    since: int
    number: int
    hinted: int
    points: Tensor

    def tensors(self) -> dict[str, Tensor]:
        """Return all of it as tensors by name, to be kept in a file."""
        numbers = torch.tensor([self.scene, self.since, self.number, self.hinted])
        return {
            "lightness": self.lightness.contiguous(),
            "ab": self.ab.contiguous(),
            "numbers": numbers,
            "points": self.points.contiguous(),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Tensor]) -> Memory:
        """Read what `tensors` gave."""
        scene, since, number, hinted = kept["numbers"].tolist()
        return cls(kept["lightness"], kept["ab"], scene, since, number, hinted, kept["points"])


@dataclass(frozen=True, eq=False)
class Steady(Generic[Any_]):
    """A frame's colours.

    Attributes:
        frame: what came with its lightness.
        lines: (1, 4, h, w) of `color.upsampling`: colour for the frame at any size.
        memory: by which `Filmer` goes on after it.
    """

    frame: Any_
    lines: Tensor
    memory: Memory


@dataclass(frozen=True, eq=False)
class Looked(Generic[Any_]):
    """A frame that was read, and how it lies over the one before and that over it.

    Attributes:
        frame: what came with its lightness.
        lightness, scene, since, number, hinted, points: as those of a `Memory`.
        back: how it lies over the frame before, or None where a scene begins.
        forth: how the frame before lies over it, or None.
    """

    frame: Any_
    lightness: Tensor
    scene: int
    since: int
    number: int
    hinted: int
    points: Tensor
    back: Motion | None
    forth: Motion | None


class Filmer:
    """Colours moving pictures so that their colours do not flicker.

        >>> filmer = Filmer(Colorizer.from_pretrained())
        >>> for pixels in filmer(frames):  # arrays (H, W, 3), in and out
        ...     show(pixels)

    Colours are carried from frame to frame along the motion and mixed with what the network says
    of each frame; where a new scene begins, nothing is carried. It keeps one small frame, or
    `every` of them.
    """

    def __init__(
        self,
        colorizer: Colorizer,
        *,
        strength: float = 1.0,
        size: int = DEFAULT_SIZE,
        every: int = 1,
        hints: Hints = NO_HINTS,
        later_hints: Mapping[int, Hints] = MappingProxyType({}),
        references: Sequence[Reference] = (),
        reference_strength: float = 1.0,
    ) -> None:
        """Return how to colour.

        Args:
            colorizer: with the model.
            strength: scales the chroma, 0 to 1.5.
            size: short side in pixels at which the network sees a frame.
            every: the network is asked at every so many-th frame and where a scene begins; frames
                between get the colours of those before and after, along the motion. 1 to 12.
            hints: for the first frame; they hold for its scene.
            later_hints: for other frames, by their numbers from 0; each takes the place of those
                before, and holds until the scene ends.
            references: colour photos (`Colorizer.reference`) whose colours go to what is alike.
            reference_strength: how far the colours go over to theirs, 0 to 1.

        Raises:
            ColorganError: something is out of range.
        """
        check(strength, size)
        check_references(len(references), reference_strength)
        if not EVERY[0] <= every <= EVERY[1]:
            raise ColorganError(
                f"The network can see every frame, or one of up to {EVERY[1]}, not one of {every}."
            )
        self.colorizer = colorizer
        self.strength = strength
        self.size = size
        self.every = every
        self.references = tuple(references)
        self.reference_strength = reference_strength
        self.hints = {0: hints, **later_hints}
        self._followed = {number: Followed(said) for number, said in self.hints.items()}

    def __call__(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Colour frames one after another.

        Args:
            frames: sRGB pixels (H, W, 3) or grey ones (H, W), 8 or 16 bits, all of one size.

        Yields:
            sRGB pixels (H, W, 3) of the same depth; `every` frames later.
        """

        def shown() -> Iterator[tuple[tuple[Photo, Tensor], Tensor]]:
            for pixels in frames:
                rgb: Pixels = pixels
                if pixels.ndim == 2:
                    rgb = np.repeat(pixels[..., None], 3, axis=2)  # type: ignore[assignment]
                lightness = full_lightness(rgb)
                yield (Photo(rgb, None, "PNG", "the frame"), lightness), self.small(lightness)

        for done in self.steady(shown()):
            photo, lightness = done.frame
            yield paint(photo, done.lines, lightness=lightness).pixels

    def small(self, lightness: Tensor) -> Tensor:
        """Return lightness (1, 1, H, W), or another plane, at the network's size."""
        return small(lightness, self.size)

    def steady(
        self, frames: Iterable[tuple[Any_, Tensor]], after: Memory | None = None
    ) -> Generator[Steady[Any_]]:
        """Return steady colours for frames, in their order, each once.

        Args:
            frames: anything, which comes back, with its L* (1, 1, h, w) at the network's size.
            after: of the frame before the first, if there is one.
        """
        return self.colour(self.look(frames, after), after)

    @torch.inference_mode()
    def look(
        self, frames: Iterable[tuple[Any_, Tensor]], after: Memory | None = None
    ) -> Generator[Looked[Any_]]:
        """Find how frames lie over one another: the first half of `steady`.

        It needs no colours, so it can be done ahead of the other half, in another thread.
        """
        last: Memory | Looked[Any_] | None = after
        for frame, lightness in frames:
            last = self._over(last, frame, lightness)
            yield last

    @torch.inference_mode()
    def colour(
        self,
        frames: Iterable[Looked[Any_]],
        after: Memory | None = None,
        references: Sequence[Reference] = (),
    ) -> Generator[Steady[Any_]]:
        """Colour frames: the second half of `steady`.

        Args:
            frames: of `look`.
            after: of the frame before the first, if there is one.
            references: corrected frames, for scenes without hints that show the same.
        """
        alike = Alike(references)
        waiting: list[Looked[Any_]] = []  # those of a scene for which the network is not asked
        memory = after
        for seen in frames:
            if seen.since and memory is not None:
                waiting.append(seen)
                continue
            ab = self._asked(seen, alike)
            following = (seen, ab) if seen.back is not None else None
            for steadied in self._between(memory, waiting, following):
                memory = steadied.memory
                yield steadied
            waiting = []
            if seen.back is not None and memory is not None:
                ab = steady.carried(memory.ab, ab, seen.back)
            memory = _memory(seen, ab)
            yield Steady(seen.frame, fit_lines(seen.lightness, ab), memory)
        yield from self._between(memory, waiting, None)

    @torch.inference_mode()
    def corrected(self, lightness: Tensor, hints: Hints, name: str = "a frame") -> Reference:
        """Return a frame with its hints as a reference for what looks like it.

        Args:
            lightness: its L* (1, 1, h, w) at the network's size.
            hints: that were given for it.
            name: of the frame, for sentences.
        """
        look = Look.of(lightness, self.colorizer.see(lightness), self.size)
        ab = apply_lines(look.lines(hints.hints), lightness, 0, lightness.shape[-2])
        return replace(reference(look.scene, ab, name).small(), weight=ACCEPTED)

    def _over(
        self, last: Memory | Looked[Any_] | None, frame: Any_, lightness: Tensor
    ) -> Looked[Any_]:
        number = 0 if last is None else last.number + 1
        begun = self._followed.get(number)
        points = torch.empty(0, 3) if begun is None else begun.begin(lightness)
        if last is None:
            return Looked(frame, lightness, 0, 0, 0, 0, points, None, None)
        back, forth = steady.motions(last.lightness, lightness)
        if back.is_cut:
            return Looked(frame, lightness, last.scene + 1, 0, number, number, points, None, None)
        if begun is not None:
            return Looked(frame, lightness, last.scene, 0, number, number, points, back, forth)
        if last.hinted in self._followed:
            points = self._followed[last.hinted].move(last.points, forth)
        since = (last.since + 1) % self.every
        return Looked(frame, lightness, last.scene, since, number, last.hinted, points, back, forth)

    def _asked(self, seen: Looked[Any_], alike: Alike) -> Tensor:
        """Return the network's colours (1, 2, h, w), with what was said of them."""
        answer = self.colorizer.see(seen.lightness)
        look = Look.of(seen.lightness, answer, self.size)
        followed = self._followed.get(seen.hinted)
        hints = () if followed is None else followed.hints(seen.points, seen.lightness)
        references = self.references if hints else (*self.references, *alike.to(seen.scene, look))
        if not hints and not references:
            return answer.ab * self.strength
        borrowed = look.borrowed(references, self.reference_strength) if references else None
        lines = look.lines(hints, self.strength, borrowed)
        slope, offset = lines.chunk(2, dim=1)
        return torch.addcmul(offset, slope, seen.lightness)

    def _between(
        self,
        memory: Memory | None,
        waiting: list[Looked[Any_]],
        following: tuple[Looked[Any_], Tensor] | None,
    ) -> Iterator[Steady[Any_]]:
        """Yield frames between two that the network saw the colours of both, along the motion."""
        if not waiting or memory is None:
            return
        known: list[tuple[Tensor, Tensor]] = []  # by the frame that follows: ab, how trusted
        if following is None:
            nothing = torch.zeros_like(memory.ab), torch.zeros_like(memory.lightness)
            known = [nothing] * len(waiting)
        else:
            after, ab = following
            trust = torch.ones_like(after.lightness)
            for later in (after, *reversed(waiting[1:])):
                assert later.forth is not None
                ab = steady.warp(ab, later.forth.flow)
                trust = steady.warp(trust, later.forth.flow) * later.forth.trust
                known.insert(0, (ab, trust))
        for seen, (ab, trust) in zip(waiting, known, strict=True):
            assert seen.back is not None
            memory = _memory(seen, steady.carried(memory.ab, ab, seen.back, trust))
            yield Steady(seen.frame, fit_lines(seen.lightness, memory.ab), memory)


def small(plane: Tensor, size: int) -> Tensor:
    """Return a plane (1, 1, H, W) as a network sees it whose working size is `size`."""
    shape = working_size(plane.shape[-2], plane.shape[-1], size)
    return F.interpolate(plane, shape, mode="bilinear", align_corners=False, antialias=True)


def _memory(seen: Looked[Any_], ab: Tensor) -> Memory:
    return Memory(seen.lightness, ab, seen.scene, seen.since, seen.number, seen.hinted, seen.points)
