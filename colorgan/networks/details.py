"""What mends the details of a lightness: a residual U-Net at strides 2, 4 and 8.

    lightness = details(lightness)

    lightness   float (N, 1, H, W), L* in 0..100; the same H and W, any from 1 upwards

It sees `reach` pixels around and no more, so that a large picture may be mended in tiles that
agree to the last bit. Its answer is added: grain, scratches, dust, blur, blocks. What its maps hold
on the whole bends them at each place (FiLM, Perez 2018): a speck on a dusty print is dust.

Strided from the first layer on, since the time goes into the full size: half of it is enough
where the picture itself is added at the end (FFDNet, Zhang 2018). No norms: what was learned on
small crops must hold for large pictures (EDSR, Lim 2017).

An `Expert` is such a network for one damage alone, which most prints do not have: who learns it
beside all others learns to leave it. A gate decides whether it mends, by what its maps hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import centred
from .sizes import pad_to_multiple

STRIDE = 8
NEAR_REACH, BLOCK_REACH = 32, 16
"""Pixels around a field of 8 x 8, rounded up to 8, that its details depend on: without the blocks
at that stride, and for each of them."""
Bend = tuple[Tensor, Tensor] | None
"""Factor, less 1, and what is added (N, C, 1, 1) to maps; None leaves them."""
GATE = 96
"""Channels of a gate's layers."""


class Block(nn.Module):
    """Two 3x3 convolutions beside the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of x (N, C, H, W)."""
        # In place: of a large tile each map takes some 20 MB.
        return self.second(F.relu(self.first(x), inplace=True)).add_(x)  # type: ignore[no-any-return]


def begin(layers: nn.Module) -> None:
    """Set the convolutions of a network, and its blocks so that the sum of them does not grow."""
    for layer in layers.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    for block in layers.modules():
        if isinstance(block, Block):
            block.second.weight.data *= 0.1  # EDSR


class Details(nn.Module):
    """The residual U-Net; a subclass calls `build` once."""

    def build(self, width: int, blocks: int, context: int) -> None:
        """Make the layers, which change nothing before they are trained.

        Args:
            width: channels at stride 2; twice and four times as many deeper.
            blocks: residual blocks at stride 8.
            context: channels through which what the maps hold on the whole speaks; 0: none.
        """
        a, b, c = (width * factor for factor in (1, 2, 4))
        self.widths, self.deep_blocks = (a, b, c), blocks
        self.enter = nn.Conv2d(4, a, 3, padding=1)
        self.down = nn.ModuleList((Block(a), Block(b)))
        self.shrink = nn.ModuleList((nn.Conv2d(a, b, 2, 2), nn.Conv2d(b, c, 2, 2)))
        self.deep = nn.Sequential(*(Block(c) for _ in range(blocks)))
        self.grow = nn.ModuleList((nn.ConvTranspose2d(b, a, 2, 2), nn.ConvTranspose2d(c, b, 2, 2)))
        self.up = nn.ModuleList((Block(a), Block(b)))
        self.leave = nn.Conv2d(a, 4, 3, padding=1)
        begin(self)
        nn.init.zeros_(self.leave.weight)
        self.whole = Whole(self.widths, context) if context else None

    def reach(self, *, near: bool = False) -> int:
        """Return how many pixels around a field of 8 x 8 its details depend on, at most."""
        return NEAR_REACH + (0 if near else BLOCK_REACH * self.deep_blocks)

    def known(self, lightness: Tensor) -> Tensor | None:
        """Return what the details of pictures (N, 1, H, W) are on the whole: (N, K).

        Without context it is None.
        """
        return None if self.whole is None else pooled(self._maps(lightness))

    def details(
        self, lightness: Tensor, known: Tensor | None = None, *, near: bool = False
    ) -> Tensor:
        """Mend the details of pictures (N, 1, H, W) in L*, or of tiles of them.

        Args:
            lightness: what is seen.
            known: of the whole pictures; None: what is seen is all there is.
            near: leaves out the blocks at stride 8, a third of the work and most of the reach: for
                what was mended at half its size before. Only if the settings say `near`.
        """
        skips, x, bends = self._seen(lightness, known)
        return self._added(skips, x if near else self.deep(x), bends, lightness)

    def _seen(
        self, lightness: Tensor, known: Tensor | None = None
    ) -> tuple[list[Tensor], Tensor, list[Bend]]:
        """Return maps at strides 2 and 4, the bent one at stride 8, and how to bend the first."""
        *skips, x = self._maps(lightness)
        bends: list[Bend] = [None] * 3
        if self.whole is not None:
            bends = self.whole(pooled([*skips, x]) if known is None else known)
        return skips, _bent(x, bends[2]), bends[:2]

    def _maps(self, lightness: Tensor) -> list[Tensor]:
        """Return what it sees of pictures (N, 1, H, W) at strides 2, 4 and 8, before `deep`."""
        x = F.pixel_unshuffle(pad_to_multiple(centred(lightness), STRIDE), 2)
        x, maps = self.enter(x), []
        for block, shrink in zip(self.down, self.shrink, strict=True):
            x = block(x)
            maps.append(x)
            x = shrink(x)
        return [*maps, x]

    def _added(
        self, skips: list[Tensor], x: Tensor, bends: list[Bend], lightness: Tensor
    ) -> Tensor:
        """Add what maps at strides 2, 4 and 8 say to the lightness (N, 1, H, W) that they saw.

        The first ones are taken out of their list, so that they take no memory longer than needed.
        """
        height, width = lightness.shape[-2:]
        for block, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            x = block(_bent(grow(x).add_(skips.pop()), bends.pop()))
        added = F.pixel_shuffle(self.leave(x), 2).float()[..., :height, :width]
        return lightness + 50 * added


class Expert(Details):
    """Details of one damage, and a gate that tells whether a picture has it.

    Args:
        width, blocks, context: as `Details.build` takes them.
    """

    def __init__(self, width: int, blocks: int, context: int) -> None:
        super().__init__()
        self.build(width, blocks, context)
        seen = 2 * sum(self.widths)
        self.gate = nn.Sequential(
            *(nn.Linear(seen, GATE), nn.ReLU(), nn.Linear(GATE, GATE), nn.ReLU()),
            nn.Linear(GATE, 1),
        )

    def forward(self, lightness: Tensor) -> Tensor:
        """Mend those of whole pictures (N, 1, H, W) that are surely damaged so."""
        known = self.known(lightness)
        sure = self.sure(known) > 0
        if not sure.any():
            return lightness
        return torch.where(sure[:, None, None, None], self.details(lightness, known), lightness)

    def known(self, lightness: Tensor) -> Tensor:
        """Return what pictures (N, 1, H, W) are on the whole: (N, K), with context or without."""
        return pooled(self._maps(lightness))

    def sure(self, known: Tensor) -> Tensor:
        """Return the logits (N,) of whether to mend pictures of which (N, K) is known."""
        return self.gate(known)[:, 0]  # type: ignore[no-any-return]


class Whole(nn.Module):
    """What maps hold on the whole to how they are bent.

    Args:
        widths: channels of the maps.
        channels: of what is between.
    """

    def __init__(self, widths: Sequence[int], channels: int) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.first = nn.Linear(2 * sum(widths), channels)
        self.second = nn.Linear(channels, channels)
        self.third = nn.Linear(channels, 2 * sum(widths))
        # What begins as nothing may be added to a network that is trained already.
        nn.init.zeros_(self.third.weight)
        nn.init.zeros_(self.third.bias)

    def forward(self, known: Tensor) -> list[Bend]:
        """Turn what `pooled` says of maps (N, K) into the bend of each."""
        x = F.relu(self.second(F.relu(self.first(known))))
        parts = self.third(x)[:, :, None, None].split([w for w in self.widths for _ in range(2)], 1)
        return list(zip(parts[::2], parts[1::2], strict=True))


def pooled(maps: Sequence[Tensor]) -> Tensor:
    """Return the means and the strengths of maps (N, C, H, W), each of another size: (N, K)."""
    maps = [x.float() for x in maps]
    parts = [x.mean((2, 3)) for x in maps]
    parts += [(x.square().mean((2, 3)) + 1e-6).sqrt() for x in maps]
    return torch.cat(parts, dim=1)


def _bent(x: Tensor, bend: Bend) -> Tensor:
    """Bend maps (N, C, H, W)."""
    if bend is None:
        return x
    factor, shift = (part.to(x.dtype) for part in bend)
    # In place where nothing learns: of a large tile each map takes some 20 MB.
    return torch.addcmul(shift, x, 1 + factor, out=None if x.requires_grad else x)
