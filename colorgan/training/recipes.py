"""Recipes: each training as data.

Lengths are counted in photos seen, not in steps, so that they survive another batch size.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..errors import TrainingError
from ..networks.unet import UNetConfig


@dataclass(frozen=True)
class Stage:
    """A part of a training at one crop size."""

    size: int
    """Side of the square crops in pixels."""
    batch: int
    """Photos in a step."""
    photos: int
    """Photos seen before the next stage begins."""


@dataclass(frozen=True)
class LossWeights:
    """How much each term counts; a term with weight 0 is not computed."""

    huber: float = 1.0
    """Huber loss on ab in CIE units, divided by its delta."""
    huber_delta: float = 15.0
    """Distance in ab from which the Huber loss grows linearly."""
    chroma_bonus: float = 0.0
    """Pixels of this true chroma count twice in the Huber loss, of twice this chroma three times:
    a mild class rebalancing on a regression. 0 counts all alike."""
    perceptual: float = 0.0
    """Distance of the teacher's features between the coloured and the true photo."""
    tutor: float = 0.0
    """Huber loss to the colours of another model: they are the mean of what could be, and far
    less noisy than one photo's truth, so a network without pretrained weights learns sooner."""
    distil: float = 0.0
    """Cosine distance between the trunk's deepest maps and the teacher's, for a trunk that starts
    without pretrained weights."""


@dataclass(frozen=True)
class Recipe:
    """A named, frozen description of a training."""

    name: str
    """Name of the recipe."""
    generator: UNetConfig = field(default_factory=UNetConfig)
    """The network, as it stands in its config.json."""
    trunk_weights: str | None = "timm"
    """Start of the trunk: "timm" (from the Hub), a safetensors file, or None for random."""
    trunk_rate: float = 1.0
    """The trunk's learning rate as a share of the decoder's; 0 freezes it."""
    teacher: str | None = None
    """timm's name of the network whose features the perceptual and distil losses use."""
    teacher_weights: str | None = "timm"
    """The teacher's weights: "timm" or a safetensors file."""
    tutor: str | None = None
    """The model of the tutor loss: pretrained, custom, a folder, org/name."""
    stages: tuple[Stage, ...] = (Stage(64, 64, 400_000), Stage(128, 32, 200_000))
    """Progressive sizes, one after another."""
    losses: LossWeights = field(default_factory=LossWeights)
    """The generator's loss."""
    learning_rate: float = 1e-3
    """Of the decoder, at its highest; falls by a cosine after a short warm-up."""
    weight_decay: float = 1e-2
    """AdamW's."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    ema_halflife: int = 20_000
    """Photos after which a weight counts half in the moving average that is kept."""
    crop_scale: tuple[float, float] = (0.5, 1.0)
    """Side of a crop as a share of the photo's short side."""
    old_look: float = 0.4
    """Share of photos whose lightness gets the look of old prints: grain, fading, blur."""
    seed: int = 0
    """Of everything random."""

    def __post_init__(self) -> None:
        if not self.stages:
            raise TrainingError(f"The recipe {self.name} has no stages.")
        if (self.losses.perceptual or self.losses.distil) and self.teacher is None:
            raise TrainingError(
                f"The recipe {self.name} has a perceptual or distil loss but no teacher: "
                "name a timm network, such as --teacher vgg16."
            )

        if self.losses.tutor and self.tutor is None:
            raise TrainingError(
                f"The recipe {self.name} has a tutor loss but no tutor: name a model, such as "
                "--tutor pretrained."
            )

    @property
    def total_photos(self) -> int:
        """Photos seen in the whole training."""
        return sum(stage.photos for stage in self.stages)


_RESNET = Recipe(
    name="nogan",
    trunk_rate=0.2,
    teacher="vgg16",
    losses=LossWeights(perceptual=4.0),
)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _RESNET,
        replace(
            _RESNET,
            name="nogan-offline",
            trunk_weights=None,
            trunk_rate=1.0,
            teacher="tf_efficientnet_lite2",
            losses=LossWeights(perceptual=4.0, distil=3.0),
        ),
        Recipe(
            name="light",
            generator=UNetConfig("tf_efficientnet_lite2", 0.5, 0.5, widths=(128, 96, 96)),
            trunk_rate=0.0,
            stages=(Stage(96, 64, 150_000), Stage(128, 64, 250_000)),
        ),
    )
}
"""nogan: ResNet34 with timm's ImageNet weights. nogan-offline: the same network without them,
its trunk taught by a teacher. light: a small decoder on a frozen EfficientNet-Lite2."""
