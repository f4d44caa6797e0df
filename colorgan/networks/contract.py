"""The contract every generator keeps, so that whoever colours or trains needs no cases.

    ab = generator(lightness)

    lightness   float (N, 1, H, W), L* in 0..100
    ab          float (N, 2, H, W), a* and b* in CIE units; the same H and W

Any H and W from 1 upwards: padding, scaling to what the layers like, chroma at a quarter of the
size, a detour by RGB are the generator's own affair. Finite output for every finite input. In
eval mode a photo's colours do not depend on its neighbours in the batch.

A worked example: a photo of 1200 x 800 pixels at working size 256 arrives as (1, 1, 256, 384) and
leaves as (1, 2, 256, 384), although the U-Net decides its colours on a map of 64 x 96.

Critics: `critic(lightness, ab) -> logits`, a map or one number a photo, without a sigmoid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol

from torch import Tensor, nn

AB_CHANNELS = 2


class Config(Protocol):
    """A frozen dataclass of plain JSON values that rebuilds a network."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass
class Answer:
    """A generator's answer in training: ab, and what it knows besides that losses may ask for.

    Attributes:
        ab: (N, 2, H, W) in CIE units.
        rgb: (N, 3, H, W) in 0..1, of a generator that paints in RGB.
        logits: (N, K, h, w) over the colour classes, of a generator that has them.
        maps: of its trunk, shallow to deep, if it has one.
    """

    ab: Tensor
    rgb: Tensor | None = None
    logits: Tensor | None = None
    maps: list[Tensor] = field(default_factory=list)


class Generator(nn.Module):
    """A network from lightness to ab. A subclass sets `name` and takes its config alone.

    Attributes:
        name: the key in the registry, written to config.json.
        settings: the frozen dataclass that it was built from.
    """

    name: ClassVar[str]
    settings: Config

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        raise NotImplementedError

    def answer(self, lightness: Tensor) -> Answer:
        """Answer as `forward` does, with all that a loss may ask for (settings of use left out)."""
        return Answer(self(lightness))

    @property
    def config(self) -> Mapping[str, Any]:
        """Plain JSON from which `build` makes the same network again."""
        return {"generator": self.name, **asdict(self.settings)}
