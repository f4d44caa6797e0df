"""The recipes that there are. The loop knows stages and terms, not systems.

A seventh system is one more recipe here, and at most one more network file.
"""

from __future__ import annotations

from dataclasses import replace

from .. import film
from ..networks import (
    ComplexityConfig,
    Pix2PixConfig,
    ResidualConfig,
    RestorationConfig,
    UNetConfig,
)
from ..networks.critics import (
    ComplexityCriticConfig,
    DcganConfig,
    NoGanConfig,
    PatchConfig,
)
from ..networks.unet import LIKENESS
from .recipe import Adversarial, LossWeights, Recipe, Stage

_NOGAN = Recipe(
    name="nogan",
    generator=UNetConfig(attention=True, spectral=True),
    critic=NoGanConfig(),
    stages=(
        Stage(64, 64, 300_000),
        Stage(128, 32, 150_000),
        Stage(192, 16, 50_000),
        Stage(192, 16, 30_000, kind="critic"),
        Stage(192, 16, 15_000, kind="adversarial", rate=0.1),
    ),
    losses=LossWeights(huber=1.0, perceptual=4.0),
    adversarial=Adversarial("hinge", factor=0.1, critic_rate=5.0, threshold=0.95),
    trunk_weights="timm",
    trunk_rate=0.2,
    teacher="vgg16",
    degrade=0.4,
)

_PIX2PIX = Recipe(
    name="pix2pix-lab",
    generator=Pix2PixConfig("ab"),
    critic=PatchConfig(),
    stages=(Stage(256, 16, epochs=50, kind="adversarial"),),
    losses=LossWeights(l1=100.0),
    optimizer="adam",
    learning_rate=2e-4,
    betas=(0.5, 0.999),
    schedule="constant",
    clip=None,
    ema_halflife=0,
)

_LITE = UNetConfig("tf_efficientnet_lite2", 0.5, 0.5, widths=(128, 96, 96))

_LIGHT = Recipe(
    name="light",
    generator=_LITE,
    losses=LossWeights(huber=1.0),
    trunk_weights="timm",
    trunk_rate=0.0,
    stages=(Stage(96, 64, 150_000), Stage(128, 64, 250_000)),
    degrade=0.4,
)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _NOGAN,
        replace(
            _PIX2PIX,
            name="guler",
            generator=Pix2PixConfig(norm="batch", down_dropout=False, up_dropout=3, upsample=False),
            critic=PatchConfig(strides=(2, 2, 2, 1), norm="batch", last_bias=True),
            stages=(Stage(256, 16, epochs=950, kind="adversarial"),),
        ),
        replace(
            _PIX2PIX,
            name="landscape",
            generator=ComplexityConfig(72),
            critic=ComplexityCriticConfig(16, side=256),
            stages=(Stage(256, 16, epochs=14, kind="adversarial"),),
            losses=LossWeights(l1=1.0),
            adversarial=Adversarial("bce", factor=0.1, convex=True, critic_every=4),
            learning_rate=7e-5,
            betas=(0.9, 0.999),
            schedule="step",
        ),
        replace(
            _PIX2PIX,
            name="flickr-lab",
            generator=ResidualConfig(),
            critic=DcganConfig(side=256),
            stages=(Stage(256, 16, epochs=200, kind="adversarial"),),
            losses=LossWeights(mse=100.0),
            adversarial=Adversarial("bce", soft_labels=True),
            learning_rate=1e-4,
        ),
        replace(
            _PIX2PIX,
            name="pix2pix-rgb",
            generator=Pix2PixConfig("rgb"),
            critic=PatchConfig(pair=True),
            stages=(Stage(256, 16, epochs=100, kind="adversarial"),),
            losses=LossWeights(rgb=100.0),
            adversarial=Adversarial("least-squares"),
            learning_rate=5e-4,
        ),
        _PIX2PIX,
        replace(
            _NOGAN,
            name="nogan-offline",
            generator=UNetConfig(),
            trunk_weights=None,
            trunk_rate=1.0,
            teacher="tf_efficientnet_lite2",
            losses=LossWeights(huber=1.0, perceptual=4.0, distil=3.0),
        ),
        _LIGHT,
        replace(
            _LIGHT,
            name="classes",
            generator=replace(_LITE, head="classes"),
            losses=LossWeights(classes=1.0),
            rebalancing=0.1,
        ),
        replace(
            _LIGHT,
            name="grey-trunk",
            stages=(
                Stage(96, 32, 50_000),
                Stage(128, 32, 100_000),
                Stage(160, 32, 30_000),
                Stage(192, 32, 20_000),
            ),
            losses=LossWeights(trunk=1.0),
            trunk_rate=1.0,
            teacher="tf_efficientnet_lite2",
            learning_rate=2e-4,
            balance=0.5,
            degrade=0.3,
            precision="fp32",  # its convolutions by channel are slow in bfloat16 on CPUs
        ),
        replace(
            _LIGHT,
            name="likeness",
            generator=replace(_LITE, head="classes", zooms=(1.0, 0.5), likeness=LIKENESS),
            losses=LossWeights(hints=1.0),
            stages=(Stage(160, 8, 8_000),),
            learning_rate=2e-3,
            balance=0.5,
            crop_scale=(0.7, 1.0),
            degrade=0.0,
            ema_halflife=400,
            precision="fp32",  # one wrong bit in what is near moves a colour far
        ),
        Recipe(
            name="restore",
            generator=RestorationConfig(
                tone_blocks=2, context=128, gated=True, near=True, tells=tuple(film.DAMAGES)
            ),
            critic=PatchConfig(),
            stages=(
                Stage(96, 8, 400_000),
                Stage(96, 8, 4_000, kind="critic"),
                Stage(96, 8, 8_000, kind="adversarial", rate=0.05),
            ),
            # From scratch a restorer learns nothing near zero: most of what it sees needs no
            # mending. So weights are finished by --init RUN --slight 0.5.
            losses=LossWeights(huber=1.0, tones=1.0, tell=0.1),
            huber_delta=5.0,
            adversarial=Adversarial("hinge", factor=0.002),
            weight_decay=0.0,
            crop_scale=(0.6, 1.0),
            degrade=0.85,
            ema_halflife=4_000,
        ),
    )
}
"""The six systems: nogan (ResNet34 with timm's ImageNet weights), guler, landscape, flickr-lab,
pix2pix-rgb, pix2pix-lab. Ours besides: nogan-offline, whose trunk starts from random weights and is
taught by a teacher; light, a small decoder on a frozen EfficientNet-Lite2; classes, the same with a
distribution over colours instead of one colour; grey-trunk, which teaches the trunk of the two to
see in grey photos what it sees in coloured ones; likeness, which teaches a trained model how far a
hint should go; restore, which mends the lightness of damaged photos and colours nothing."""
