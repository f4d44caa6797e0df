"""The U-Net on a pretrained trunk: the flagship of the house (system `nogan`).

    lightness (H, W)                      e.g. resnet34 at 256 x 256
      trunk   maps of strides 4 to 32      64 x 64² · 128 x 32² · 256 x 16² · 512 x 8²
      decoder up to the next skip's size, concatenate, two 3x3 convolutions; down to chroma_stride
      head    3x3 convolution to a*, b*, or to colour classes, at a quarter (or half) of the size
      up      bilinear to (H, W): colour is smooth, and the colorizer sharpens it by the lightness

Each step goes to the size of its skip, whatever that is, so any H and W will do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color
from ..color import ab_grid
from ..errors import ModelError
from .blocks import ConvBlock, SelfAttention, normed
from .contract import AB_CHANNELS, Answer, Config, Generator, Seen
from .likeness import Likeness
from .sizes import resize
from .trunk import build_trunk, maps_of

PIVOT = 15.0
"""Chroma that contrast leaves alone."""

FAR = 40.0
"""Distance from the truth in ab from which on a strong colour is glaringly wrong."""
CALM = 25.0
"""Chroma that no mistake makes glaring."""
LIKENESS = 24
"""Channels of learned points, where a recipe asks for some."""


@dataclass(frozen=True)
class UNetConfig(Config):
    """What rebuilds a U-Net.

    Attributes:
        trunk: timm's name of the encoder.
        mean: what the trunk's input was normalised with, for a grey value in 0..1.
        std: the same.
        widths: channels of the decoder at each stride, from the deepest skip upwards; the last
            ones are left out when the head sits deeper.
        chroma_stride: the head's share of the input size: 4 for a quarter, 2 for a half.
        attention: self-attention at stride 16.
        spectral: spectral normalisation in the decoder.
        head: "regression" answers with a colour, "classes" with a distribution over the classes
            of `ab_grid`, whose annealed mean is the colour.
        temperature: of the annealed mean: 0 is the likeliest class, 1 the plain mean.
        gain: factor on ab in use, not in training: a regression answers with the mean of what
            could be, which is duller than any photo.
        contrast: how much more gain strong colours get than weak ones, also in use alone: chroma
            C becomes gain * C * (C / 15) ** contrast. A regression that is unsure answers with a
            weak brown, so where its colours are strong it is mostly right: at equal colourfulness
            this is nearer to the originals than gain alone. 0 treats all alike.
        caution: of a head of classes, in use alone: what a colour's chroma has above 25 is
            multiplied by the chance that the colour is not far from the truth, by the network's
            own distribution, to this power. So what is sure stays strong, what may be glaringly
            wrong becomes calm, and weak colours stay as they are; 0 calms nothing.
        zooms: shares of its size at which the trunk sees the picture in use, not in training,
            sorted from the largest on; what the head answers at each is averaged. A trunk that
            learned from small crops knows things at that size, and where two looks disagree the
            mean is calmer.
        likeness: channels of the points by which hints spread, learned from what the decoder sees
            at these very zooms (`likeness.Likeness`); 0: none.
        context: channels through which the mean of the deepest map, what the picture is on the
            whole, speaks to the decoder; 0: none.
    """

    trunk: str = "resnet34"
    mean: float = 0.449
    std: float = 0.226
    widths: tuple[int, ...] = (192, 128, 96, 64)
    chroma_stride: int = 4
    attention: bool = False
    spectral: bool = False
    head: Literal["regression", "classes"] = "regression"
    temperature: float = ab_grid.TEMPERATURE
    gain: float = 1.0
    contrast: float = 0.0
    caution: float = 0.0
    zooms: tuple[float, ...] = (1.0,)
    likeness: int = 0
    context: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))  # JSON has only lists
        object.__setattr__(self, "zooms", tuple(sorted(self.zooms, reverse=True)))
        if self.chroma_stride not in (2, 4, 8, 16):
            raise ModelError(f"chroma_stride must be 2, 4, 8 or 16, not {self.chroma_stride}.")
        if self.head not in ("regression", "classes"):
            raise ModelError(f'head must be "regression" or "classes", not {self.head!r}.')
        if not self.zooms or min(self.zooms) <= 0:
            raise ModelError(f"zooms must be one or more shares above 0, not {self.zooms}.")
        if not 0 <= self.contrast <= 2:
            raise ModelError(f"contrast must be from 0 to 2, not {self.contrast}.")
        if not 0 <= self.caution <= 10:
            raise ModelError(f"caution must be from 0 to 10, not {self.caution}.")
        if self.caution and self.head != "classes":
            raise ModelError('caution needs a distribution over colours: head "classes".')
        if not 0 < self.temperature <= 1:
            raise ModelError(f"temperature must be above 0 and at most 1, not {self.temperature}.")
        if not 0 <= self.likeness <= 256:
            raise ModelError(f"likeness must be from 0 to 256 channels, not {self.likeness}.")
        if not 0 <= self.context <= 1024:
            raise ModelError(f"context must be from 0 to 1024 channels, not {self.context}.")

    @property
    def has_trunk(self) -> bool:
        """It has."""
        return True

    @property
    def has_distribution(self) -> bool:
        """Whether the head answers with classes."""
        return self.head == "classes"

    def with_likeness(self) -> UNetConfig:
        """Return the settings with points to spread hints by."""
        return self if self.likeness else replace(self, likeness=LIKENESS)

    def with_distribution(self) -> UNetConfig:
        """Return the settings with a head of classes; gain and contrast were made for the other."""
        return (
            self if self.has_distribution else replace(self, head="classes", gain=1.0, contrast=0.0)
        )


class UNet(Generator):
    """Lightness to ab by a timm trunk and a light decoder."""

    name: ClassVar[str] = "unet"
    settings_type: ClassVar[type[Config]] = UNetConfig
    settings: UNetConfig
    classes: Tensor

    def __init__(self, settings: UNetConfig, trunk_weights: str | Path | None = None) -> None:
        super().__init__(settings)
        self.trunk = build_trunk(settings.trunk, weights=trunk_weights)
        maps = list(zip(*maps_of(self.trunk), strict=True))
        *skips, (channels, _) = [m for m in maps if m[1] >= settings.chroma_stride]
        if not skips or skips[0][1] != settings.chroma_stride:
            raise ModelError(
                f"The trunk {settings.trunk} has no map at stride {settings.chroma_stride}; "
                f"it has {', '.join(str(m[1]) for m in maps)}."
            )
        self.decoder = nn.ModuleList()
        for (skip, stride), width in zip(reversed(skips), settings.widths, strict=False):
            attention = settings.attention and stride == 16
            self.decoder.append(Up(channels + skip, width, attention, settings.spectral))
            channels = width
        if settings.context:
            self.context = Context(maps[-1][0], settings.context, settings.widths[0])
        answers = AB_CHANNELS
        if settings.head == "classes":
            self.register_buffer("classes", ab_grid.centres(), persistent=False)
            answers = len(self.classes)
        self.head = normed(nn.Conv2d(channels, answers, 3, padding=1), settings.spectral)
        if settings.likeness:
            self.likeness = Likeness(channels * len(settings.zooms), settings.likeness)

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        return self._in_use(self._seen(lightness)[0], lightness)

    def see(self, lightness: Tensor) -> Seen:
        """Answer with ab, the decoder's last maps at all zooms, and what the model has besides."""
        head, decoded = self._seen(lightness)
        features = torch.cat([self._resized(x.float(), head) for x in decoded], dim=1)
        chances = torch.softmax(head, dim=1) if self.has_distribution else None
        ab = self._in_use(head, lightness)
        points = self.points(features, lightness, ab) if self.settings.likeness else None
        return Seen(ab, features, chances, points)

    def points(self, features: Tensor, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return the points (N, D, h, w) by which hints spread, of features of that size."""
        small = (
            F.interpolate(x.float(), features.shape[-2:], mode="area") for x in (lightness, ab)
        )
        with torch.autocast(features.device.type, enabled=False):
            points: Tensor = self.likeness(features.float(), *small)
        return points

    def answer(self, lightness: Tensor) -> Answer:
        """Answer in training: as seen once, without gain and contrast; with logits and maps."""
        decoded, maps = self._decoded(lightness)
        head = self.head(decoded).float()
        ab = self._resized(self._ab(head), lightness)
        return Answer(ab, logits=head if self.has_distribution else None, maps=maps)

    @property
    def encoder(self) -> nn.Module:
        """The trunk."""
        return self.trunk

    def maps(self, lightness: Tensor) -> list[Tensor]:
        """Return the trunk's maps of lightness (N, 1, H, W), shallow to deep."""
        grey = color.lightness_to_grey(lightness.clamp(0.0, color.LIGHTNESS_MAX))
        maps: list[Tensor] = self.trunk((grey - self.settings.mean) / self.settings.std)
        return maps

    def distribution(self, lightness: Tensor) -> Tensor:
        """Return how likely each class of `ab_grid.centres` is, in use: (N, K, h, w).

        Raises:
            ModelError: the head is a regression, which has no distribution.
        """
        if not self.has_distribution:
            return super().distribution(lightness)
        return torch.softmax(self._seen(lightness)[0], dim=1)

    def _seen(self, lightness: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the mean over the zooms of the head's answers (N, 2 or K, h, w), and what it saw.

        Of logits it is the logarithmic mean of the distributions: what one look excludes is out,
        where their plain mean would be as unsure as both together.
        """
        decoded = [self._decoded(lightness, zoom)[0] for zoom in self.settings.zooms]
        whole = self.head(decoded[0]).float()
        for x in decoded[1:]:  # one by one: hundreds of channels would be held beside each other
            whole = whole + self._resized(self.head(x).float(), whole)
        return whole / len(decoded), decoded

    def _decoded(self, lightness: Tensor, zoom: float = 1.0) -> tuple[Tensor, list[Tensor]]:
        """Return the decoder's last map (N, C, h, w), and the trunk's maps."""
        if zoom != 1:
            view = [max(round(side * zoom), 1) for side in lightness.shape[-2:]]
            lightness = resize(lightness, view)
        maps = self.maps(lightness)
        x = maps[-1]
        for index, (step, skip) in enumerate(zip(self.decoder, reversed(maps[:-1]), strict=False)):
            x = step(x, skip)
            if self.settings.context and index == 0:
                x = x + self.context(maps[-1])
        return x, maps

    def _in_use(self, head: Tensor, lightness: Tensor) -> Tensor:
        """Return the ab that the head's answer is in use, at the size of the lightness."""
        ab = self._strengthened(self._ab(head))
        if self.settings.caution:
            ab = self._calmed(ab, head)
        return self._resized(ab, lightness).clamp(-color.AB_MAX, color.AB_MAX)

    def _ab(self, head: Tensor) -> Tensor:
        if self.has_distribution:
            return ab_grid.annealed_mean(head, self.classes, self.settings.temperature)
        return color.AB_MAX * torch.tanh(head)

    def _strengthened(self, ab: Tensor) -> Tensor:
        if self.settings.contrast:
            chroma = color.chroma(ab)
            ab = ab * (chroma / PIVOT) ** self.settings.contrast
        return self.settings.gain * ab

    def _calmed(self, ab: Tensor, head: Tensor) -> Tensor:
        """Lower strong colours (N, 2, h, w) where the distribution says they may be far off."""
        near = 1 - ab_grid.chance_of_far(ab, head, self.classes, FAR)
        chroma = color.chroma(ab)
        excess = (chroma - CALM).clamp(min=0)
        kept = near.clamp(min=0) ** self.settings.caution  # rounding may bring it under 0
        return ab * (1 - (1 - kept) * excess / chroma.clamp(min=CALM))

    @staticmethod
    def _resized(x: Tensor, like: Tensor) -> Tensor:
        return F.interpolate(x, like.shape[-2:], mode="bilinear", align_corners=False)


class Context(nn.Module):
    """What a picture is on the whole, for each place of it: of the mean of a map."""

    def __init__(self, inputs: int, width: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, width)
        self.drop = nn.Dropout(0.3)
        self.second = nn.Linear(width, outputs)
        # What begins as nothing may be added to a network that is trained already.
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, outputs, 1, 1), to be added, of a map (N, inputs, h, w)."""
        x = self.drop(F.relu(self.first(x.mean((2, 3)))))
        return self.second(x)[:, :, None, None]  # type: ignore[no-any-return]


class Up(nn.Module):
    """One step of the decoder: up to the skip's size, beside it, two convolutions."""

    def __init__(self, inputs: int, outputs: int, attention: bool, spectral: bool) -> None:
        super().__init__()
        self.first = ConvBlock(inputs, outputs, spectral=spectral)
        self.attention = SelfAttention(outputs, spectral=spectral) if attention else nn.Identity()
        self.second = ConvBlock(outputs, outputs, spectral=spectral)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Join x (N, C, h, w) with skip (N, D, H, W) into (N, outputs, H, W)."""
        x = F.interpolate(x, skip.shape[-2:], mode="bilinear", align_corners=False)
        x = self.first(torch.cat((x, skip), dim=1))
        return self.second(self.attention(x))  # type: ignore[no-any-return]
