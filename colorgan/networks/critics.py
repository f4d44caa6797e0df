"""Critics: `critic(lightness, ab) -> logits`, a map (N, 1, h, w) or one number (N, 1) a photo.

    NoGanCritic       spectral norm and self-attention, one logit per patch    (`nogan`)
    PatchCritic       PatchGAN (Isola 2017), one logit per patch    (`guler`, `pix2pix-rgb`, `-lab`)
    DcganCritic       strided convolutions to a single logit    (`flickr-lab`)
    ComplexityCritic  the narrow U-Net and a linear layer, bound to one side    (`landscape`)
    ClassifierCritic  a timm classifier with one answer    (an option of all)

None has a sigmoid inside: it belongs to the loss. All see Lab scaled to -1..1, but NoGanCritic,
which sees ab larger, and a PatchGAN of pairs, which sees grey and colour as two RGB pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from .. import color
from ..errors import ModelError
from .blocks import SelfAttention, centred, normed
from .complexity import complexity_down, complexity_up
from .contract import Config
from .trunk import import_timm


class Critic(nn.Module):
    """Scores a coloured picture. A subclass takes its settings alone.

    Attributes:
        settings_type: of its settings.
        settings: the frozen dataclass that it was built from.
    """

    settings_type: ClassVar[type[Config]]
    settings: Config

    def __init__(self, settings: Config) -> None:
        super().__init__()
        self.settings = settings

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return logits for L* (N, 1, H, W) and ab (N, 2, H, W) in CIE units."""
        raise NotImplementedError


def scaled_lab(lightness: Tensor, ab: Tensor) -> Tensor:
    """Bring lightness and ab to -1..1 as one picture (N, 3, H, W)."""
    return torch.cat((centred(lightness), ab / color.AB_MAX), dim=1)


def rgb_pair(lightness: Tensor, ab: Tensor) -> Tensor:
    """Return the grey and the coloured picture as RGB in -1..1, one after the other: (N, 6, H,
    W)."""
    grey = color.lightness_to_grey(lightness).expand(-1, 3, -1, -1)
    coloured = color.lab_to_rgb(torch.cat((lightness, ab), dim=1))
    return torch.cat((grey, coloured), dim=1) * 2 - 1


@dataclass(frozen=True)
class NoGanConfig(Config):
    """What rebuilds a NoGAN critic.

    Attributes:
        width: channels of its first layer.
        dropout: share of the channels that drops out while training.
    """

    width: int = 64
    dropout: float = 0.15


USUAL_AB = 30.0  # brings usual colours to the range of lightness, so that both are seen


class NoGanCritic(Critic):
    """Strided convolutions with spectral norm, self-attention once, one logit per patch of 16."""

    settings_type: ClassVar[type[Config]] = NoGanConfig
    settings: NoGanConfig

    def __init__(self, settings: NoGanConfig) -> None:
        super().__init__(settings)
        widths = [settings.width * 2**level for level in range(4)]
        layers: list[nn.Module] = []
        for level, (inputs, outputs) in enumerate(zip([3, *widths[:-1]], widths, strict=True)):
            layers += [
                normed(nn.Conv2d(inputs, outputs, 4, 2, 1), spectral=True),
                nn.LeakyReLU(0.2),
                nn.Dropout2d(settings.dropout),
            ]
            if level == 1:
                layers.append(SelfAttention(outputs, spectral=True))
        # Not normed: layers of spectral norm one shrink what they see, and logits of a hundredth
        # teach a critic nothing for its first hundreds of steps.
        layers.append(nn.Conv2d(widths[-1], 1, 3, padding=1))
        self.body = nn.Sequential(*layers)

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return one logit per patch: (N, 1, H / 16, W / 16)."""
        logits: Tensor = self.body(torch.cat((centred(lightness), ab / USUAL_AB), dim=1))
        return logits


@dataclass(frozen=True)
class PatchConfig(Config):
    """What rebuilds a PatchGAN.

    Attributes:
        pair: sees grey and colour as RGB (6 channels) instead of Lab (3).
        strides: of the four convolutions to 64, 128, 256, 512; (2, 2, 2, 1) sees 70 pixels.
        norm: "instance" (without parameters, biases on) or "batch" (biases off).
        last_bias: the last convolution has one; it is then padded evenly and stride 1.
    """

    pair: bool = False
    strides: tuple[int, ...] = (2, 2, 2, 2)
    norm: Literal["instance", "batch"] = "instance"
    last_bias: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "strides", tuple(self.strides))


class PatchCritic(Critic):
    """PatchGAN: 2,767,808 parameters for pairs at the default strides, without last bias."""

    settings_type: ClassVar[type[Config]] = PatchConfig
    settings: PatchConfig

    def __init__(self, settings: PatchConfig) -> None:
        super().__init__(settings)
        batch = settings.norm == "batch"
        layers: list[nn.Module] = []
        inputs = 6 if settings.pair else 3
        for level, stride in enumerate(settings.strides):
            outputs = 64 * 2**level
            bias = level == 0 or not batch
            layers.append(nn.Conv2d(inputs, outputs, 4, stride, 1, bias=bias))
            if level:
                layers.append(nn.BatchNorm2d(outputs) if batch else nn.InstanceNorm2d(outputs))
            layers.append(nn.LeakyReLU(0.2))
            inputs = outputs
        if not settings.last_bias:
            layers.append(nn.ZeroPad2d((1, 0, 1, 0)))
        layers.append(nn.Conv2d(inputs, 1, 4, padding=1, bias=settings.last_bias))
        self.body = nn.Sequential(*layers)

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return one logit per patch: (N, 1, H / 16, W / 16) at the default strides."""
        see = rgb_pair if self.settings.pair else scaled_lab
        logits: Tensor = self.body(see(lightness, ab))
        return logits


@dataclass(frozen=True)
class DcganConfig(Config):
    """What rebuilds a DCGAN critic.

    Attributes:
        side: of the pictures that it sees, in pixels.
        width: channels of its first layer.
    """

    side: int = 256
    width: int = 64

    def __post_init__(self) -> None:
        if self.side < 8 or self.side & (self.side - 1):
            raise ModelError(f"A DCGAN critic's side must be a power of 2 from 8, not {self.side}.")


class DcganCritic(Critic):
    """Convolutions 4x4 stride 2 down to 4x4, then one number: 44,739,457 parameters at 256."""

    settings_type: ClassVar[type[Config]] = DcganConfig
    settings: DcganConfig

    def __init__(self, settings: DcganConfig) -> None:
        super().__init__(settings)
        levels = int(math.log2(settings.side)) - 2
        layers: list[nn.Module] = []
        inputs = 3
        for level in range(levels):
            outputs = settings.width * 2**level
            layers += [
                nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.LeakyReLU(0.2),
            ]
            inputs = outputs
        self.body = nn.Sequential(*layers, nn.Conv2d(inputs, 1, 4))

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return one logit a photo of its side (N, 1, 1, 1); a map for larger photos."""
        logits: Tensor = self.body(scaled_lab(lightness, ab))
        return logits


@dataclass(frozen=True)
class ComplexityCriticConfig(Config):
    """What rebuilds a complexity critic.

    Attributes:
        width: channels throughout.
        side: of the pictures that its linear layer binds it to, in pixels.
    """

    width: int = 16
    side: int = 256


class ComplexityCritic(Critic):
    """Three steps down, three up, a linear layer: 264,341 parameters at width 4 and side 256."""

    settings_type: ClassVar[type[Config]] = ComplexityCriticConfig
    settings: ComplexityCriticConfig

    def __init__(self, settings: ComplexityCriticConfig) -> None:
        super().__init__(settings)
        c = settings.width
        self.inc = nn.Sequential(nn.Conv2d(3, c, 3, padding=1, bias=False), nn.LeakyReLU(0.2))
        self.downs = nn.ModuleList(complexity_down(c) for _ in range(3))
        self.ups = nn.ModuleList(
            (complexity_up(c, c), complexity_up(2 * c, c), complexity_up(2 * c, c, last=True))
        )
        self.linear = nn.Linear(c * settings.side**2, 1)

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return one logit a photo (N, 1); H and W must be its side."""
        side = self.settings.side
        if lightness.shape[-2:] != (side, side):
            raise ModelError(
                f"This critic judges pictures of {side} x {side} pixels only, not "
                f"{lightness.shape[-1]} x {lightness.shape[-2]}."
            )
        x, maps = self.inc(scaled_lab(lightness, ab)), []
        for down in self.downs:
            x = down(x)
            maps.append(x)
        x = self.ups[0](maps.pop())
        for up in self.ups[1:]:
            x = up(torch.cat((x, maps.pop()), dim=1))
        logits: Tensor = self.linear(x.flatten(1)) / self.settings.width
        return logits


@dataclass(frozen=True)
class ClassifierConfig(Config):
    """What rebuilds a classifier as a critic.

    Attributes:
        network: timm's name of it.
    """

    network: str = "resnet18"


class ClassifierCritic(Critic):
    """A timm classifier with a single answer."""

    settings_type: ClassVar[type[Config]] = ClassifierConfig
    settings: ClassifierConfig

    def __init__(self, settings: ClassifierConfig) -> None:
        super().__init__(settings)
        self.body: nn.Module = import_timm().create_model(settings.network, num_classes=1)

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return one logit a photo: (N, 1)."""
        logits: Tensor = self.body(scaled_lab(lightness, ab))
        return logits


CRITICS: dict[type[Config], type[Critic]] = {
    critic.settings_type: critic
    for critic in (NoGanCritic, PatchCritic, DcganCritic, ComplexityCritic, ClassifierCritic)
}


def critic_of(settings: Config) -> type[Critic]:
    """Return the critic that has such settings."""
    return CRITICS[type(settings)]
