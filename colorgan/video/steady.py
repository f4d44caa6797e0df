"""Steadiness of colours in time: cuts, motion, and the filter that carries colours along.

All on small pictures, those that the network sees. Motion is dense Lucas-Kanade from coarse to fine
(Bouguet 2001; Le Besnerais, Champagnat 2005): at every pixel the shift that explains a window
around it best, by the gradients of the picture and some repetitions. It is enough, since colours
are soft, and needs nothing but a few means over windows.

A colour is carried from the frame before as far as it can be trusted:

    c    = KEEP exp(-(d / APART)^2) exp(-(e / LIGHT)^2)
    ab_t = c ab_(t-1)(x + f) + (1 - c) ab_t

where d says how far going there and back misses the start, in pixels, and e how much the lightness
differs there once the frames' mean difference, a lamp's flicker, is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ..color.upsampling import box

KEEP = 0.85
"""Share of the colour before, where it can be trusted."""
APART = 1.0
"""Pixels."""
LIGHT = 6.0
"""In L*."""
CUT = 0.3
"""Share of trusted colours under which a frame belongs to another scene."""

_SCALE = 2  # motion is sought in pictures of half the size
_SMALLEST = 24  # pixels of the short side at the coarsest level: windows stay small things
_STEPS = 3  # repetitions at a level
_WINDOW = 3  # radius
_LOCAL = 8  # radius of the mean that is taken away, so that a change of light is no motion
_NOISE = 6.0  # squared L* of gradients from which they are believed
_LARGEST_STEP = 2.0  # pixels, of one repetition


@dataclass(frozen=True, eq=False)
class Motion:
    """How a frame lies over another.

    Attributes:
        flow: (1, 2, h, w), across and down in pixels: x of the frame is x + flow of the other.
        trust: (1, 1, h, w), 0 to 1.
    """

    flow: Tensor
    trust: Tensor

    @property
    def is_cut(self) -> bool:
        """Whether the two belong to different scenes."""
        return float(self.trust.mean()) < CUT


def motions(first: Tensor, second: Tensor) -> tuple[Motion, Motion]:
    """Find how two frames lie over each other.

    Args:
        first, second: L* (1, 1, h, w).

    Returns:
        of the second frame over the first, and of the first over the second.
    """
    pair = torch.cat((second, first))
    flow = _flow(pair, pair.flip(0))
    calm = box(box(pair, 1), 1)
    calm = calm - calm.mean((2, 3), keepdim=True)
    apart = (flow + warp(flow.flip(0), flow)).square().sum(1, keepdim=True)
    light = (calm - warp(calm.flip(0), flow)).square()
    trust = torch.exp(-apart / APART**2 - light / LIGHT**2) * _inside(flow)
    return Motion(flow[:1], trust[:1]), Motion(flow[1:], trust[1:])


def warp(picture: Tensor, flow: Tensor) -> Tensor:
    """Return the picture (N, C, h, w) at x + flow (N, 2, h, w); beyond the rim that of the rim."""
    return F.grid_sample(
        picture, _grid(flow), mode="bilinear", padding_mode="border", align_corners=False
    )


def carried(before: Tensor, ab: Tensor, motion: Motion, own: Tensor | float = 1.0) -> Tensor:
    """Return a frame's colours, steadied by those of the frame before.

    Args:
        before: steady ab (1, 2, h, w) of the frame before.
        ab: (1, 2, h, w) that is known of this frame.
        motion: of this frame over the one before.
        own: (1, 1, h, w), 0 to 1, how far `ab` can be trusted; all, where a network gave it.

    Returns:
        (1, 2, h, w). Where neither is trusted, the colours around.
    """
    old = KEEP * motion.trust
    new = (1 - old) * own
    moved = warp(before, motion.flow)
    if not isinstance(own, Tensor):
        return torch.lerp(ab, moved, old)
    both, weight = old * moved + new * ab, old + new
    around, near = both, weight
    for radius in (2, 4, 8):  # a wider look where there is nothing yet
        around, near = box(around, radius), box(near, radius)
        fill = 1e-2 * torch.exp(-weight / 0.02)
        both, weight = both + fill * around, weight + fill * near
    return both / weight.clamp(min=1e-6)


def _flow(first: Tensor, second: Tensor) -> Tensor:
    """Return the flow (N, 2, h, w) of frames L* (N, 1, h, w) over others."""
    height, width = first.shape[-2:]
    shapes = [(max(height // _SCALE, 1), max(width // _SCALE, 1))]
    while min(shapes[-1]) >= 2 * _SMALLEST:
        shapes.append((shapes[-1][0] // 2, shapes[-1][1] // 2))
    flow = first.new_zeros(len(first), 2, *shapes[-1])
    for shape in reversed(shapes):
        flow = _resized(flow, shape)
        flow = _refined(_local(first, shape), _local(second, shape), flow)
    return _resized(flow, (height, width))


def _refined(first: Tensor, second: Tensor, flow: Tensor) -> Tensor:
    across, down = _gradients(first)
    xx, xy, yy = box(torch.cat((across**2, across * down, down**2), 1), _WINDOW).chunk(3, 1)
    xx, yy = xx + _NOISE / 4, yy + _NOISE / 4
    scale = 1 / (xx * yy - xy * xy)
    for _ in range(_STEPS):
        missing = warp(second, flow) - first
        x, y = box(torch.cat((across * missing, down * missing), 1), _WINDOW).chunk(2, 1)
        step = torch.cat((yy * x - xy * y, xx * y - xy * x), 1) * scale
        flow = flow - step.clamp(-_LARGEST_STEP, _LARGEST_STEP)
        flow = box(flow, 1)
    return flow


def _local(lightness: Tensor, shape: tuple[int, int]) -> Tensor:
    small = F.interpolate(lightness, shape, mode="area")
    return box(small, 1) - box(small, _LOCAL)


def _gradients(picture: Tensor) -> tuple[Tensor, Tensor]:
    wide = F.pad(picture, (1, 1, 1, 1), mode="replicate")
    across = (wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2]) / 2
    down = (wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1]) / 2
    return across, down


def _resized(flow: Tensor, shape: tuple[int, int]) -> Tensor:
    height, width = flow.shape[-2:]
    larger = F.interpolate(flow, shape, mode="bilinear", align_corners=False)
    return larger * larger.new_tensor([shape[1] / width, shape[0] / height]).view(1, 2, 1, 1)


def _grid(flow: Tensor) -> Tensor:
    """Return where x + flow lies as `grid_sample` counts: -1 to 1."""
    height, width = flow.shape[-2:]
    x = (torch.arange(width) + 0.5 + flow[:, 0]) * (2 / width) - 1
    y = (torch.arange(height)[:, None] + 0.5 + flow[:, 1]) * (2 / height) - 1
    return torch.stack((x, y), dim=-1)


def _inside(flow: Tensor) -> Tensor:
    """Return where x + flow lies inside the picture: (N, 1, h, w) of 0 and 1."""
    height, width = flow.shape[-2:]
    limit = 1 + flow.new_tensor([1 / width, 1 / height])
    return (_grid(flow).abs() <= limit).all(-1)[:, None].float()
