"""What finds the damages that lie over a print, and says how to take them off.

    laid = surface(view)

    view    float (N, 1, h, w) in -1..1: whole pictures at a short side of `SIDE`

A U-Net at strides 2 to 32 with batch norm. For each damage it says where it lies, pixel by pixel as
yes or no, and by which tone curve what it did is undone there. To be asked where, and not alone for
the lightness, is what it learns by: whoever is asked for lightness alone is safest to leave it.
A gate tells whether to believe it for a picture at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .sizes import pad_to_multiple
from .views import SPREAD, spread

SIDE = 96
"""Short side in pixels at which it sees a picture."""
WIDTHS = (16, 32, 64, 96, 128)
"""Channels at strides 2 to 32."""
SEEN = 192
"""Channels of what is seen of the whole picture."""
CURVE = 4
"""Coefficients of a tone curve."""
MIRRORS = ((), (-1,), (-2,), (-2, -1))
"""Sides along which the four looks at a view mirror it."""
PATCH = 8
"""Side in pixels of patches of a view: one of which it is sure is enough."""


@dataclass(frozen=True)
class Laid:
    """What lies over pictures.

    Attributes:
        where: logits (N, K, h, w) of each damage.
        how: the tone curve that undoes it, coefficients (N, K, 4, h, w).
        sure: logits (N,) of whether undoing them is nearer.
    """

    where: Tensor
    how: Tensor
    sure: Tensor

    @property
    def curves(self) -> Tensor:
        """The tone curves that undo all of it where it lies: coefficients (N, 4, h, w)."""
        return (self.how * self.where.sigmoid()[:, :, None]).sum(1)


class Surface(nn.Module):
    """A view of a picture to what lies over it.

    Args:
        damages: how many it tells apart.
    """

    def __init__(self, damages: int) -> None:
        super().__init__()
        self.damages = damages
        self.enter = _convolution(4, WIDTHS[0])
        self.down = nn.ModuleList(_Residual(width) for width in WIDTHS)
        self.shrink = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 2, 2, bias=False), nn.BatchNorm2d(b))
            for a, b in pairwise(WIDTHS)
        )
        self.grow = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(WIDTHS))
        self.up = nn.ModuleList(_Residual(width) for width in WIDTHS[:-1])
        self.whole = nn.Sequential(
            *(nn.Linear(WIDTHS[-1] + SPREAD, SEEN), nn.ReLU(), nn.Linear(SEEN, SEEN), nn.ReLU())
        )
        self.add = nn.ModuleList(nn.Linear(SEEN, width) for width in WIDTHS)
        self.leave = nn.Conv2d(WIDTHS[0], 4 * (CURVE + 1) * damages, 3, padding=1)
        self.gate = nn.Sequential(
            *(nn.Linear(SEEN + 4 * damages, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU()),
            nn.Linear(96, 1),
        )
        # Before it is trained it changes nothing.
        nn.init.zeros_(self.leave.weight)
        assert self.leave.bias is not None
        nn.init.zeros_(self.leave.bias)

    def forward(self, view: Tensor) -> Laid:
        """Say what lies over pictures, by views (N, 1, h, w) in -1..1.

        In use it looks at the mirror images too and believes the mean: it errs differently in each.
        """
        mirrors = MIRRORS[:1] if self.training else MIRRORS
        looks = [
            (seen, where.flip(dims), how.flip(dims))
            for dims in mirrors
            for seen, where, how in [self._look(view.flip(dims))]
        ]
        seen, where, how = (torch.stack(parts).mean(0) for parts in zip(*looks, strict=True))
        return Laid(where, how, self._sure(seen.detach(), where.detach(), how.detach()))

    def _look(self, view: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what it sees of the whole picture (N, SEEN), and the `where` and `how` of it."""
        height, width = view.shape[-2:]
        x = F.relu(self.enter(F.pixel_unshuffle(pad_to_multiple(view, 2 ** len(WIDTHS)), 2)))
        maps: list[Tensor] = []
        for down, shrink in zip(self.down, self.shrink, strict=False):
            x = down(x)
            maps.append(x)
            x = F.relu(shrink(x))
        x = self.down[-1](x)
        seen = self.whole(torch.cat((x.mean((2, 3)).float(), spread(view)), dim=1))
        *add, last = (layer(seen)[:, :, None, None] for layer in self.add)
        x = F.relu(x + last)
        for up, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            wide = F.interpolate(grow(x), scale_factor=2.0, mode="nearest")
            x = up(wide + maps.pop() + add.pop())
        said = F.pixel_shuffle(self.leave(x), 2).float()[..., :height, :width]
        how = said[:, : CURVE * self.damages].reshape(-1, self.damages, CURVE, height, width)
        return seen, said[:, CURVE * self.damages :], how

    def _sure(self, seen: Tensor, where: Tensor, how: Tensor) -> Tensor:
        """Return the logits (N,) of the gate, which does not change what is said of places."""
        place = where.sigmoid()
        least = min(PATCH, *place.shape[-2:])
        patches = F.avg_pool2d(place, least)
        change = (how * place[:, :, None]).flatten(2).square().mean(2).add(1e-8).sqrt()
        parts = [seen.float(), place.mean((2, 3)), place.square().mean((2, 3))]
        parts += [patches.amax((2, 3)), change]
        return self.gate(torch.cat(parts, dim=1))[:, 0].float()  # type: ignore[no-any-return]


def _convolution(inputs: int, outputs: int) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


class _Residual(nn.Module):
    """Two 3x3 convolutions with batch norm beside the input, and a ReLU after them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = _convolution(channels, channels)
        norm = self.second[1]
        assert isinstance(norm, nn.BatchNorm2d)
        nn.init.constant_(norm.weight, 0.3)  # at first most of it is the input

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of x (N, C, H, W)."""
        return F.relu(x + self.second(F.relu(self.first(x))))
