"""What the loop trains by: a task turns a batch of crops into named loss terms."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .. import color, hub
from ..device import autocast
from ..networks import Generator, UNet
from ..networks.trunk import maps_of
from . import losses
from .data import old_look
from .recipes import Recipe


class GeneratorTask(nn.Module):
    """The generator alone: Huber loss on ab, and what a teacher's features add.

    Attributes:
        generator: what is trained.
        teacher: a frozen network, or None where no loss needs one.
        tutor: another model whose colours are learned too, or None.
        distillation: projections that are trained along and thrown away.
    """

    def __init__(self, recipe: Recipe, generator: UNet) -> None:
        super().__init__()
        self.recipe = recipe
        self.generator = generator
        self.frozen = recipe.trunk_rate == 0
        if self.frozen:
            generator.trunk.requires_grad_(False)
        self.teacher: losses.Teacher | None = None
        self.distillation: losses.Distillation | None = None
        self.tutor: Generator | None = None
        if recipe.tutor and recipe.losses.tutor:
            self.tutor = hub.load(hub.resolve(recipe.tutor).path).requires_grad_(False)
        weights = recipe.losses
        if recipe.teacher and (weights.perceptual or weights.distil):
            self.teacher = losses.Teacher(recipe.teacher, recipe.teacher_weights)
            if weights.distil:
                own = maps_of(generator.trunk)[0]
                self.distillation = losses.Distillation(own, self.teacher.channels)

    def train(self, mode: bool = True) -> GeneratorTask:
        """Set the mode; the teacher and a frozen trunk keep their statistics."""
        super().train(mode)
        for frozen in (self.teacher, self.tutor):
            if frozen is not None:
                frozen.eval()
        if self.frozen:
            self.generator.trunk.eval()
        return self

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Give what is trained, each group with its share of the learning rate."""
        trunk = list(self.generator.trunk.parameters())
        known = {id(parameter) for parameter in trunk}
        rest = [p for p in self.parameters() if p.requires_grad and id(p) not in known]
        groups: list[dict[str, Any]] = [{"params": rest, "rate": 1.0}]
        if not self.frozen:
            groups.append({"params": trunk, "rate": self.recipe.trunk_rate})
        return groups

    def forward(self, crops: Tensor, random: torch.Generator) -> dict[str, Tensor]:
        """Give each loss term, weighted.

        Args:
            crops: sRGB (N, 3, S, S) uint8 on the task's device.
            random: source of the old look's chance.
        """
        weights = self.recipe.losses
        rgb = (crops / 255).contiguous(memory_format=torch.channels_last)
        lab = color.rgb_to_lab(rgb)
        truth = lab[:, 1:]
        lightness = old_look(lab[:, :1], self.recipe.old_look, random)
        terms = {}
        with autocast(crops.device):
            with torch.set_grad_enabled(not self.frozen):
                maps = self.generator.features(lightness)
            ab = self.generator.decode(maps, (crops.shape[-2], crops.shape[-1])).float()
            terms["huber"] = weights.huber * losses.huber(
                ab, truth, delta=weights.huber_delta, chroma_bonus=weights.chroma_bonus
            )
            if self.tutor is not None:
                with torch.no_grad():
                    advice = self.tutor(lightness).float()
                terms["tutor"] = weights.tutor * losses.huber(
                    ab, advice, delta=weights.huber_delta, chroma_bonus=0.0
                )
            if self.teacher is not None:
                terms |= self._teacher_terms(maps, lab, ab, rgb)
        return terms

    def _teacher_terms(
        self, maps: list[Tensor], lab: Tensor, ab: Tensor, rgb: Tensor
    ) -> dict[str, Tensor]:
        assert self.teacher is not None
        weights, terms = self.recipe.losses, {}
        with torch.no_grad():
            true_maps = self.teacher(rgb)
        if self.distillation is not None:
            terms["distil"] = weights.distil * self.distillation(maps, true_maps)
        if weights.perceptual:
            seen = color.lab_to_rgb(torch.cat((lab[:, :1], ab), dim=1)).clamp(0, 1)
            seen = seen.contiguous(memory_format=torch.channels_last)
            terms["perceptual"] = weights.perceptual * losses.perceptual(
                self.teacher(seen), true_maps
            )
        return terms
