"""The network that mends a damaged lightness: details in place, tones from a small view.

    lightness = network(lightness)

    lightness   float (N, 1, H, W), L* in 0..100; the same H and W, any from 1 upwards

    experts   each knows one damage alone and undoes it first, where its gate is sure (`details`).
    details   a residual U-Net at strides 2, 4 and 8 (24, 48 and 96 channels, `details`). What is
              mended already at half the size may go without the blocks at stride 8.
    surface   what lies over the print, found and undone on a small view of it (`surface`).
    tones     the picture at a short side of 64 -> five strided convolutions -> for each of some
              fields the four coefficients of a tone curve; brought up smoothly to (H, W). Undoes
              fading, silver mirroring and uneven light, and sees the whole picture to do so.
    findings  what befell the picture, told from what the two saw of it.

Details and tones add to what they see and start at nothing, so that the untrained network gives
back its input.

Parameters: 904,648; with two more blocks of tones, context of 128 channels, a gate and 16 findings
1,344,713; with one expert of each kind and a surface of three damages 3,791,904. Work without
experts: 22,000 multiplications a pixel at 512 x 512.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from ..errors import ModelError
from .blocks import centred
from .contract import Config, Network
from .details import Block, Details, Expert, pooled
from .surface import CURVE, SIDE, Laid, Surface
from .views import FINE, FINELY, QUANTILES, SPREAD, finely, quantiles, spread, view_of

VIEW = 64
"""Short side of that view in pixels."""
TONES = 64
"""Channels of what is seen of the tones."""
SHARP = 4.0
"""What the logit of being sure is multiplied by in use: half a mending helps nobody."""


@dataclass(frozen=True)
class RestorationConfig(Config):
    """What rebuilds a restoration network.

    Attributes:
        width: channels at stride 2; twice and four times as many deeper.
        blocks: residual blocks at stride 8.
        tone_blocks: residual blocks at each of the strides 4, 8 and 16 of the view for the tones.
        near: whether it learned to mend details without its blocks at stride 8, too.
        context: channels through which what the details are on the whole speaks to each place; 0:
            none.
        gated: whether it mends the tones only where it is sure that they changed.
        fine: whether that gate sees the darkest and the brightest spots, too.
        tells: the damages that it names where it finds them; none: it does not tell.
        experts: the damages that have an expert of their own, in the order in which they mend.
        lies: the damages that it looks for where they lie over a print.
        tone_experts: the damages of tones that have an expert of their own, in that order.
    """

    width: int = 24
    blocks: int = 4
    tone_blocks: int = 0
    context: int = 0
    gated: bool = False
    fine: bool = False
    near: bool = False
    tells: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()
    lies: tuple[str, ...] = ()
    tone_experts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("tells", "experts", "lies", "tone_experts"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # JSON knows lists alone


class RestorationNet(Network, Details, tags=["image-restoration"]):
    """Damaged lightness to lightness."""

    kind: ClassVar[str] = "restorer"
    answers: ClassVar[str] = "restored"
    name: ClassVar[str] = "restoration"
    settings_type: ClassVar[type[Config]] = RestorationConfig
    settings: RestorationConfig

    def __init__(self, settings: RestorationConfig) -> None:
        super().__init__(settings)
        self.tone = Tone(settings.tone_blocks)
        self.build(settings.width, settings.blocks, settings.context)
        # What begins as nothing may be added to a network that is trained already.
        added = [block.second for block in self.tone.blocks.modules() if isinstance(block, Block)]
        for last in (self.tone.leave, *added):
            nn.init.zeros_(last.weight)
        self.sure = Sure(settings.fine) if settings.gated else None
        self.find = Findings(sum(self.widths), len(settings.tells)) if settings.tells else None
        size = (settings.width, settings.blocks, settings.context)
        self.experts = nn.ModuleDict({name: Expert(*size) for name in settings.experts})
        self.surface = Surface(len(settings.lies)) if settings.lies else None
        self.tone_experts = nn.ModuleDict(
            {name: ToneExpert(settings.tone_blocks) for name in settings.tone_experts}
        )

    def forward(self, lightness: Tensor) -> Tensor:
        """Mend lightness (N, 1, H, W) in L*."""
        for expert in self.experts.values():
            lightness = expert(lightness)
        details = self.details(lightness)
        for curves in self.all_curves(lightness):
            details = apply_curves(curves, details)
        return details

    def all_curves(self, lightness: Tensor) -> list[Tensor]:
        """Return the curves to bend whole pictures (N, 1, H, W) by, one after the other.

        First those that undo what lies over them, if any does, then those of their tones, and last
        those of the experts of tones. Each sees what those before it made.
        """
        return [curves for _, curves in self._steps(lightness)]

    def sure_of_tones(self, lightness: Tensor) -> list[str]:
        """Return which experts of tones bend a picture (1, 1, H, W)."""
        return [name for name, _ in self._steps(lightness) if name in self.tone_experts]

    def _steps(self, lightness: Tensor) -> list[tuple[str, Tensor]]:
        """Return `all_curves` with the names of their experts, or "" for those of all."""
        steps: list[tuple[str, Tensor]] = []
        side = FINE if self.settings.fine else SIDE if self.settings.lies else VIEW
        seen = 50 + 50 * view_of(lightness, side)
        laid = self.laid(seen)
        if laid is not None and (sure := laid.sure > 0).any():
            steps.append(("", laid.curves * sure[:, None, None, None]))
            seen = apply_curves(steps[-1][1], seen)
        steps.append(("", self.curves(seen)))
        if self.tone_experts:
            seen = apply_curves(steps[-1][1], 50 + 50 * view_of(seen, VIEW))
        for name, expert in self.tone_experts.items():
            curves, logits = expert(view_of(seen, VIEW))
            if (sure := logits > 0).any():
                steps.append((name, curves * sure[:, None, None, None]))
                seen = apply_curves(steps[-1][1], seen)
        return steps

    def laid(self, lightness: Tensor) -> Laid | None:
        """Return what lies over whole pictures (N, 1, H, W); None if it does not look for it."""
        return None if self.surface is None else self.surface(view_of(lightness, SIDE))

    def curves(self, lightness: Tensor) -> Tensor:
        """Return the tone curves of whole pictures (N, 1, H, W): coefficients (N, 4, h, w)."""
        curves, sure = self.tones(lightness)
        return curves if sure is None else curves * (SHARP * sure).sigmoid()[:, :, None, None]

    def tones(self, lightness: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return tone curves, and the logits (N, 1) of how sure it is that the tones changed.

        The curves are what to do if one is sure. Without a gate the logits are None.
        """
        view = view_of(lightness, VIEW)
        return self._tones(lightness, view, self.tone.seen(view))

    def _tones(self, lightness: Tensor, view: Tensor, seen: Tensor) -> tuple[Tensor, Tensor | None]:
        fine = finely(view_of(lightness, FINE)) if self.settings.fine else None
        sure = None if self.sure is None else self.sure(view, fine)
        return self.tone.curves(seen).float(), sure

    def findings(self, lightness: Tensor) -> Tensor:
        """Return how likely each of the damages that it tells befell pictures (N, 1, H, W): (N, K).

        Raises:
            ModelError: it does not tell.
        """
        if self.find is None:
            raise ModelError("This restorer mends what it finds but does not tell what it found.")
        skips, x, _ = self._seen(lightness)
        tones = self.tone.seen(view_of(lightness, VIEW))
        return self.find([*skips, self.deep(x)], tones).float().sigmoid()  # type: ignore[no-any-return]

    def answer(
        self, lightness: Tensor, near: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        """Return details, what `tones` returns, and the logits of `findings`, if it tells.

        Only `find` learns by the logits: what is told does not change what is mended.

        Args:
            lightness: of pictures (N, 1, H, W).
            near: of which pictures (N,) the details are mended as `near` has it; None: of none.
        """
        (skips, x, bends), view = self._seen(lightness), view_of(lightness, VIEW)
        seen, told, deep = self.tone.seen(view), None, self.deep(x)
        if self.find is not None:
            told = self.find([x.detach() for x in (*skips, deep)], seen.detach())
        if near is not None:
            deep = torch.where(near[:, None, None, None], x, deep)
        details = self._added(skips, deep, bends, lightness)
        return details, *self._tones(lightness, view, seen), told


class Findings(nn.Module):
    """What maps hold on the whole, their means and their strengths, to what befell the picture."""

    def __init__(self, channels: int, damages: int) -> None:
        super().__init__()
        self.first = nn.Linear(2 * channels + 2 * TONES, 96)
        self.second = nn.Linear(96, damages)

    def forward(self, maps: Sequence[Tensor], tones: Tensor) -> Tensor:
        """Turn maps (N, C, H, W), each of another size, into logits (N, K)."""
        return self.second(F.relu(self.first(pooled((*maps, tones)))))  # type: ignore[no-any-return]


class Tone(nn.Module):
    """A small view of a picture to tone curves.

    Args:
        blocks: residual blocks after each of the last three convolutions.
    """

    def __init__(self, blocks: int) -> None:
        super().__init__()
        widths = (1, 16, 32, 48, TONES)
        self.body = nn.Sequential(
            *(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), nn.ReLU()) for a, b in pairwise(widths))
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(blocks))) for width in widths[2:]
        )
        self.whole = nn.Linear(TONES + len(QUANTILES), TONES)
        self.join = nn.Conv2d(TONES, TONES, 3, padding=1)
        self.leave = nn.Conv2d(TONES, CURVE, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Turn a view (N, 1, h, w) in -1..1 into coefficients (N, 4, h / 16, w / 16)."""
        return self.curves(self.seen(x))

    def seen(self, x: Tensor) -> Tensor:
        """Return what is seen of a view (N, 1, h, w) in -1..1: (N, TONES, h / 16, w / 16)."""
        levels = quantiles(x, QUANTILES)
        enter, *rest = self.body
        x = enter(x)
        for layer, blocks in zip(rest, self.blocks, strict=True):
            x = blocks(layer(x))
        return x + self.whole(torch.cat((x.mean((2, 3)), levels), dim=1))[:, :, None, None]  # type: ignore[no-any-return]

    def curves(self, seen: Tensor) -> Tensor:
        """Return the coefficients of what was seen."""
        return self.leave(F.relu(self.join(F.relu(seen))))  # type: ignore[no-any-return]


class ToneExpert(nn.Module):
    """Tone curves that undo one damage, and a gate that tells whether a picture has it.

    Args:
        blocks: as `Tone` takes them.
    """

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.tone = Tone(blocks)
        nn.init.zeros_(self.tone.leave.weight)
        self.gate = nn.Sequential(
            *(nn.Linear(SPREAD + 2 * TONES + 2 * CURVE, 96), nn.ReLU()),
            *(nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 1)),
        )

    def forward(self, view: Tensor) -> tuple[Tensor, Tensor]:
        """Turn views (N, 1, h, w) in -1..1 into coefficients (N, 4, h / 16, w / 16) and logits.

        Logits (N,) tell how sure it is; what they learn does not change the curves.
        """
        seen = self.tone.seen(view)
        curves = self.tone.curves(seen).float()
        told = torch.cat((spread(view), pooled([seen.detach(), curves.detach()])), dim=1)
        return curves, self.gate(told)[:, 0].float()


class Sure(nn.Module):
    """What a view is like on the whole and in bands to how sure it is that tones changed.

    Args:
        fine: whether it takes what `finely` says, too.
    """

    def __init__(self, fine: bool) -> None:
        super().__init__()
        seen = SPREAD + (FINELY if fine else 0)
        self.layers = nn.Sequential(
            *(nn.Linear(seen, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 1))
        )

    def forward(self, view: Tensor, fine: Tensor | None) -> Tensor:
        """Turn views (N, 1, h, w) in -1..1, and what `finely` says, into logits (N, 1)."""
        told = [spread(view)] if fine is None else [spread(view), fine]
        return self.layers(torch.cat(told, dim=1))  # type: ignore[no-any-return]


def apply_curves(
    curves: Tensor, lightness: Tensor, top: int = 0, rows: int | None = None
) -> Tensor:
    """Mend the tones of lightness (N, 1, H, W) by curves (N, 4, h, w): a cubic at each place.

    Args:
        curves: coefficients, spread smoothly over the whole picture.
        lightness: L* of the whole picture, or of the rows of it from `top` on.
        top: the first row.
        rows: of the whole picture; None: these are all.
    """
    t = centred(lightness)
    constant, *rest = _spread(curves, lightness.shape, top, rows).split(1, dim=1)  # type: ignore[no-untyped-call]
    bent = rest.pop()
    while rest:
        bent = torch.addcmul(rest.pop(), t, bent)
    bent = torch.addcmul(constant, t, bent)
    return lightness.add(bent, alpha=50).clamp(-20, color.LIGHTNESS_MAX + 20)


def _spread(curves: Tensor, shape: torch.Size, top: int, rows: int | None) -> Tensor:
    """Bring curves (N, 4, h, w) up to (N, 4, H, W) by bicubic interpolation, from row `top` on."""
    height, width = shape[-2:]
    cells = torch.eye(curves.shape[-2], device=curves.device)[None, :, :, None]
    with torch.autocast(curves.device.type, enabled=False):  # tones are not rounded
        down = F.interpolate(cells, (rows or height, 1), mode="bicubic")[0, :, :, 0]
        across = F.interpolate(curves, (curves.shape[-2], width), mode="bicubic")
        return torch.einsum("nkhw,hy->nkyw", across, down[:, top : top + height])
