"""The class for moving pictures: frames in, the same frames in steady colour out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..color.pixels import full_lightness
from ..color.upsampling import fit_lines
from ..colorizer import DEFAULT_SIZE, NO_HINTS, Colorizer, check, paint, working_size
from ..errors import ColorganError
from ..hints import Hints
from ..look import Look
from ..photo import Photo
from . import steady
from .following import Followed
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
        """Give all of it as tensors by name, to be kept in a file."""
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
        return cls(kept["lightness"], kept["ab"], *kept["numbers"].tolist(), kept["points"])


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
class _Seen(Generic[Any_]):
    """A frame that was read, and how it lies over the one before and that over it."""

    frame: Any_
    lightness: Tensor
    scene: int
    since: int
    number: int
    hinted: int
    points: Tensor
    back: Motion | None  # None where a scene begins
    forth: Motion | None  # of the frame before over this one


class Filmer:
    """Colours moving pictures so that their colours do not flicker.

        >>> filmer = Filmer(Colorizer.from_pretrained("pretrained"))
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
    ) -> None:
        """Say how to colour.

        Args:
            colorizer: with the model.
            strength: scales the chroma, 0 to 1.5.
            size: short side in pixels at which the network sees a frame.
            every: the network is asked at every so many-th frame and where a scene begins; frames
                between get the colours of those before and after, along the motion. 1 to 12.
            hints: for the first frame; they hold for its scene.
            later_hints: for other frames, by their numbers from 0; each takes the place of those
                before, and holds until the scene ends.

        Raises:
            ColorganError: something is out of range.
        """
        check(strength, size)
        if not EVERY[0] <= every <= EVERY[1]:
            raise ColorganError(
                f"The network can be asked at every 1st to {EVERY[1]}th frame, not at every "
                f"{every}th."
            )
        self.colorizer = colorizer
        self.strength = strength
        self.size = size
        self.every = every
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
        """Give lightness (1, 1, H, W), or another plane, at the network's size."""
        shape = working_size(lightness.shape[-2], lightness.shape[-1], self.size)
        return F.interpolate(lightness, shape, mode="bilinear", align_corners=False, antialias=True)

    @torch.inference_mode()
    def steady(
        self, frames: Iterable[tuple[Any_, Tensor]], after: Memory | None = None
    ) -> Iterator[Steady[Any_]]:
        """Give steady colours for frames, in their order, each once.

        Args:
            frames: anything, which comes back, with its L* (1, 1, h, w) at the network's size.
            after: of the frame before the first, if there is one.
        """
        waiting: list[_Seen[Any_]] = []  # those of a scene for which the network is not asked
        last: Memory | _Seen[Any_] | None = after
        memory = after
        for frame, lightness in frames:
            seen = self._seen(last, frame, lightness)
            last = seen
            if seen.since and seen.back is not None:
                waiting.append(seen)
                continue
            ab = self._asked(seen)
            following = (seen, ab) if seen.back is not None else None
            for steadied in self._between(memory, waiting, following):
                memory = steadied.memory
                yield steadied
            waiting = []
            if seen.back is not None and memory is not None:
                ab = steady.carried(memory.ab, ab, seen.back)
            memory = _memory(seen, ab)
            yield Steady(frame, fit_lines(lightness, ab), memory)
        yield from self._between(memory, waiting, None)

    def _seen(
        self, last: Memory | _Seen[Any_] | None, frame: Any_, lightness: Tensor
    ) -> _Seen[Any_]:
        number = 0 if last is None else last.number + 1
        begun = self._followed.get(number)
        points = torch.empty(0, 3) if begun is None else begun.begin(lightness)
        if last is None:
            return _Seen(frame, lightness, 0, 0, 0, 0, points, None, None)
        back, forth = steady.motions(last.lightness, lightness)
        if back.is_cut:
            return _Seen(frame, lightness, last.scene + 1, 0, number, number, points, None, None)
        if begun is not None:
            return _Seen(frame, lightness, last.scene, 0, number, number, points, back, forth)
        if last.hinted in self._followed:
            points = self._followed[last.hinted].move(last.points, forth)
        since = (last.since + 1) % self.every
        return _Seen(frame, lightness, last.scene, since, number, last.hinted, points, back, forth)

    def _asked(self, seen: _Seen[Any_]) -> Tensor:
        """Give the network's colours (1, 2, h, w), with what was said of them."""
        answer = self.colorizer.see(seen.lightness)
        followed = self._followed.get(seen.hinted)
        hints = () if followed is None else followed.hints(seen.points, seen.lightness)
        if not hints:
            return answer.ab * self.strength
        lines = Look.of(seen.lightness, answer, self.size).lines(hints, self.strength)
        slope, offset = lines.chunk(2, dim=1)
        return torch.addcmul(offset, slope, seen.lightness)

    def _between(
        self,
        memory: Memory | None,
        waiting: list[_Seen[Any_]],
        following: tuple[_Seen[Any_], Tensor] | None,
    ) -> Iterator[Steady[Any_]]:
        """Give frames between two that the network saw the colours of both, along the motion."""
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


def _memory(seen: _Seen[Any_], ab: Tensor) -> Memory:
    return Memory(seen.lightness, ab, seen.scene, seen.since, seen.number, seen.hinted, seen.points)
