"""What a recipe is: a frozen description of a training. Which there are stands in `recipes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..errors import TrainingError
from ..film import ALONE, DAMAGES, LAID, Ageing
from ..networks import (
    ComplexityConfig,
    Pix2PixConfig,
    ResidualConfig,
    RestorationConfig,
    UNetConfig,
    network_of,
)
from ..networks.critics import (
    ClassifierConfig,
    ComplexityCriticConfig,
    DcganConfig,
    NoGanConfig,
    PatchConfig,
)

GeneratorConfig = UNetConfig | Pix2PixConfig | ComplexityConfig | ResidualConfig | RestorationConfig
CriticConfig = NoGanConfig | PatchConfig | DcganConfig | ComplexityCriticConfig | ClassifierConfig
Kind = Literal["generator", "critic", "adversarial"]


RESTORING = ("huber", "tones", "sure", "tell", "lies", "experts")
"""The losses of a restorer, beside the adversarial one."""


@dataclass(frozen=True)
class Stage:
    """A part of a training: who learns, at one crop size, for how long."""

    size: int
    """Side of the square crops in pixels."""
    batch: int
    """Photos in a step, over all processes."""
    photos: int = 0
    """Photos seen before the next stage begins."""
    epochs: float = 0.0
    """The same as a multiple of the photos that there are. A stage with neither is left out."""
    kind: Kind = "generator"
    """The generator alone, the critic alone, or one against the other."""
    rate: float = 1.0
    """Share of the learning rates in this stage."""

    def __post_init__(self) -> None:
        if self.photos < 0 or self.epochs < 0:
            raise TrainingError("A stage cannot last for fewer than 0 photos or epochs.")
        if self.photos and self.epochs:
            raise TrainingError("A stage lasts for photos or for epochs, not for both.")
        if self.size < 8 or self.batch < 1:
            raise TrainingError("A stage needs crops of at least 8 pixels and a batch of 1.")


@dataclass(frozen=True)
class LossWeights:
    """How much each term of the generator counts; a term with weight 0 is not computed."""

    l1: float = 0.0
    """Mean absolute error of ab in -1..1, as the reports count it."""
    mse: float = 0.0
    """Mean squared error of ab in -1..1."""
    huber: float = 0.0
    """Huber loss on ab in CIE units, divided by its delta; of a restorer on the L* of details."""
    tones: float = 0.0
    """The same on a restorer's tones. Without `huber` they are trained alone, which is quick."""
    sure: float = 0.0
    """Of a restorer with a gate: whether mending its tones is nearer, as yes or no. 0: what `tones`
    counts. Without `tones` the gate alone is trained, which is quicker still."""
    rgb: float = 0.0
    """Mean absolute error of sRGB in -1..1."""
    classes: float = 0.0
    """Cross-entropy over colour classes, for a generator with head="classes"."""
    perceptual: float = 0.0
    """Distance of the teacher's features between the coloured and the true photo."""
    colourfulness: float = 0.0
    """Distance of each photo's colourfulness from its original's, as a share of 100."""
    tutor: float = 0.0
    """Huber loss to the colours of another model: they are the mean of what could be, and far
    less noisy than one photo's truth, so a network without pretrained weights learns sooner. Where
    both have colour classes, cross-entropy to the other's distribution instead."""
    hints: float = 0.0
    """What is still wrong, in dB, after some true colours were given as hints and spread; it trains
    by what they spread, and nothing else."""
    tell: float = 0.0
    """Cross-entropy of what a restorer says befell a picture."""
    lies: float = 0.0
    """Of a restorer: where damages lie over a print, and how to undo them (`losses.laid`)."""
    experts: float = 0.0
    """Of a restorer: whether what each of its experts mends is nearer, as yes or no. It trains
    their gates and nothing else of them."""
    trunk: float = 0.0
    """Squared error, over each channel's variance, between the maps that the trunk gives for the
    grey photo and those that the teacher gives for the coloured one. Of a training of the trunk
    alone: it goes with no other term, and its teacher is the trunk's own network."""
    distil: float = 0.0
    """Cosine distance between the trunk's deepest maps and the teacher's, for a trunk that starts
    without pretrained weights."""


@dataclass(frozen=True)
class Adversarial:
    """How generator and critic play against each other."""

    objective: Literal["bce", "least-squares", "hinge"] = "bce"
    """Loss on the critic's logits."""
    factor: float = 1.0
    """Weight of the adversarial term beside the other terms."""
    convex: bool = False
    """The other terms count 1 - factor, instead of 1."""
    soft_labels: bool = False
    """Labels are drawn anew each step: real from 0.9 to 1, generated from 0 to 0.1."""
    critic_every: int = 1
    """The critic learns every so many steps only."""
    generator_every: int = 1
    """The generator learns every so many steps only."""
    threshold: float | None = None
    """The generator learns only while the critic's loss is under this."""
    critic_rate: float = 1.0
    """The critic's learning rate as a multiple of the generator's (two time-scale rule)."""
    ema_halflife: int = 1000
    """Photos after which a weight counts half in the moving average, in adversarial stages: they
    are short, and what they bring must show. Used where the recipe has an average."""


@dataclass(frozen=True)
class Recipe:
    """A named, frozen description of a training."""

    name: str
    """Name of the recipe."""
    stages: tuple[Stage, ...]
    """What happens, one after another."""
    losses: LossWeights
    """The generator's loss."""
    generator: GeneratorConfig = field(default_factory=UNetConfig)
    """The network, as it stands in its config.json."""
    critic: CriticConfig | None = None
    """The critic, for recipes with critic and adversarial stages."""
    cycles: int = 1
    """How often the critic and adversarial stages are gone through."""
    huber_delta: float = 15.0
    """Distance from which the Huber loss grows linearly: in ab, of a restorer in L*."""
    rebalancing: float = 0.0
    """From 0 to 1: how strongly pixels of rare colours count more, in the class loss and in l1,
    mse and huber alike (Zhang 2016 takes 0.5)."""
    adversarial: Adversarial = field(default_factory=Adversarial)
    """What happens in the adversarial stages."""
    trunk_weights: str | None = None
    """Start of a U-Net's trunk: "timm" (from the Hub), a safetensors file, or None for random.
    With --init only a file counts: it replaces that model's trunk."""
    trunk_rate: float = 1.0
    """The trunk's learning rate as a share of the decoder's; 0 freezes it. Below 1 it is taken to
    be pretrained, and the statistics of its batch norm stand still."""
    teacher: str | None = None
    """timm's name of the network whose features the perceptual and distil losses use."""
    teacher_weights: str = "timm"
    """The teacher's weights: "timm" or a safetensors file."""
    tutor: str | None = None
    """The model of the tutor loss: pretrained, custom, a folder, org/name."""
    optimizer: Literal["adam", "adamw"] = "adamw"
    """Of both networks."""
    learning_rate: float = 1e-3
    """Of the generator, at its highest."""
    betas: tuple[float, float] = (0.9, 0.999)
    """Adam's, for both networks."""
    schedule: Literal["cosine", "constant", "step"] = "cosine"
    """Of the learning rates, over all stages of a kind: a short warm-up and a cosine to 0,
    nothing, or a tenth after two thirds."""
    weight_decay: float = 1e-2
    """Share of each weight that AdamW takes away, times the learning rate."""
    clip: float | None = 1.0
    """Largest norm of a gradient."""
    accumulate: int = 1
    """Parts in which a batch goes through the networks, where memory is short."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """auto: bfloat16 where the CPU is fast at it, else float32."""
    ema_halflife: int = 20_000
    """Photos after which a weight counts half in the moving average that is kept; 0: none."""
    crop_scale: tuple[float, float] = (0.5, 1.0)
    """Side of a crop as a share of the photo's short side; above 1 it goes on as in a mirror."""
    balance: float = 0.0
    """From 0 to 1: how far photos of large groups and large sources come less often than others
    (`data.evenness`): 0 takes every photo once an epoch. Not of streams."""
    slight: float | None = None
    """Of a restorer: the logarithm of a picture's squared error of details counts, as in PSNR, and
    an error of so many L* hardly. So a little dust teaches as much as heavy grain. It is for
    weights that mend already: the untrained network, which changes nothing, would stay as it is.
    None: every error counts alike, by Huber loss."""
    degrade: float = 0.0
    """Share of photos whose lightness goes through the old-film simulator (`colorgan.film`)."""
    alone: float = ALONE
    """Share of the damaged prints that one damage alone befell."""
    kinds: tuple[str, ...] = ()
    """What that damage may be; who is named twice comes twice as often. None: any, as often."""
    seed: int = 0
    """Of everything random: first weights, orders, crops, old prints, soft labels, dropout."""

    def __post_init__(self) -> None:
        for condition, sentence in self._contradictions():
            if condition:
                raise TrainingError(f"The recipe {self.name} {sentence}")

    def _contradictions(self) -> list[tuple[bool, str]]:
        weights, restoring = self.losses, network_of(self.generator).kind == "restorer"
        playing = any(stage.kind != "generator" for stage in self.unrolled)
        side = getattr(self.critic, "side", None)
        return [
            (not self.unrolled, "has no stage that lasts for any photos."),
            (
                bool(weights.perceptual or weights.distil) and self.teacher is None,
                "has a perceptual or distil loss but no teacher: name a timm network, such as "
                "--teacher vgg16.",
            ),
            (
                bool(weights.tutor) and self.tutor is None,
                "has a tutor loss but no tutor: name a model, such as --tutor pretrained.",
            ),
            (
                bool(weights.distil) and not self.generator.has_trunk,
                "has a distil loss but no trunk to distil into.",
            ),
            (
                bool(weights.classes) and not self.generator.has_distribution,
                'has a loss on colour classes but its generator has none: set head to "classes".',
            ),
            (playing and self.critic is None, "has a stage with a critic but no critic."),
            (
                not any(vars(weights).values()) and not playing,
                "has no loss: give one of --losses a weight.",
            ),
            (
                any(stage.batch % self.accumulate for stage in self.stages),
                f"cannot cut its batches into {self.accumulate} equal parts (--accumulate).",
            ),
            (
                restoring
                and any(weight for name, weight in vars(weights).items() if name not in RESTORING),
                f"trains a restorer, whose losses are {', '.join(RESTORING)} and the adversarial "
                "one.",
            ),
            (
                bool(weights.sure) and not getattr(self.generator, "gated", False),
                "has a loss on when to mend tones but its generator has no gate: set "
                "--generator.gated.",
            ),
            (
                bool(weights.hints)
                and (playing or any(v for name, v in vars(weights).items() if name != "hints")),
                "trains what hints spread by alone, without other losses and without a critic.",
            ),
            (
                bool(weights.hints) and not getattr(self.generator, "likeness", 0),
                "has a loss on hints but its generator learns nothing to spread them by: set "
                "likeness to a number of channels.",
            ),
            (
                bool(weights.trunk)
                and (playing or any(v for name, v in vars(weights).items() if name != "trunk")),
                "trains a trunk alone, without other losses and without a critic.",
            ),
            (
                bool(weights.trunk) and self.teacher != getattr(self.generator, "trunk", None),
                "trains a trunk to see as its own network sees colour: set --teacher to "
                f"{getattr(self.generator, 'trunk', 'a trunk, which this network has not')}.",
            ),
            (
                bool(weights.tell) and not getattr(self.generator, "tells", ()),
                "has a loss on what is told but its generator tells of no damage: set "
                "--generator.tells.",
            ),
            (
                not set(getattr(self.generator, "lies", ())) <= set(LAID),
                f"looks for what does not lie over prints; what may is {', '.join(LAID)}.",
            ),
            (
                bool(weights.lies) and not getattr(self.generator, "lies", ()),
                "has a loss on what lies over prints but its generator looks for nothing: set "
                "--generator.lies.",
            ),
            (
                self.slight is not None and not (restoring and self.slight > 0),
                "has a slight error; only a restorer has one, and it is more than 0.",
            ),
            (not 0 <= self.balance <= 1, "has a balance that is not from 0 to 1."),
            (not 0 <= self.degrade <= 1, "has a share degrade that is not from 0 to 1."),
            (not 0 <= self.alone <= 1, "has a share alone that is not from 0 to 1."),
            (
                not set(self.kinds) <= DAMAGES.keys(),
                f"ages prints by damages that nobody knows; there are {', '.join(DAMAGES)}.",
            ),
            (not 0 <= self.rebalancing <= 1, "has a rebalancing that is not from 0 to 1."),
            (
                restoring and bool(self.rebalancing),
                "trains a restorer, which has no colours to rebalance.",
            ),
            (
                side is not None
                and any(s.kind != "generator" and s.size != side for s in self.unrolled),
                f"has a critic that judges pictures of {side} pixels and a stage of another size: "
                "set --critic.side to the size of its stages.",
            ),
        ]

    @property
    def ageing(self) -> Ageing:
        """How photos become old prints."""
        return Ageing(self.degrade, self.alone, self.kinds or tuple(DAMAGES))

    @property
    def unrolled(self) -> tuple[Stage, ...]:
        """The stages in order, those with a critic as often as `cycles` says."""
        lasting = [stage for stage in self.stages if stage.photos or stage.epochs]
        alone = tuple(stage for stage in lasting if stage.kind == "generator")
        game = tuple(stage for stage in lasting if stage.kind != "generator")
        return alone + game * self.cycles

    @property
    def largest(self) -> int:
        """Side of the largest crops of all stages in pixels."""
        return max(stage.size for stage in self.unrolled)

    @property
    def short_side(self) -> int:
        """Short side in pixels at which photos are kept: a little more than the largest crops."""
        return self.largest + self.largest // 4
