"""What the loop trains by: tasks turn a batch of pictures into named loss terms.

Each is one module with one forward a step, so that it can be wrapped for several processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import color, film, hub
from ..color import ab_grid
from ..evaluation import protocol
from ..networks import Generator, Network, RestorationNet, UNet
from ..networks.contract import Answer, in_use
from ..networks.critics import Critic
from ..networks.details import Expert
from ..networks.restoration import VIEW, apply_curves
from ..networks.surface import SIDE
from ..networks.trunk import maps_of
from ..networks.views import view_of
from . import losses
from .adversarial import critic_loss
from .pictures import Pictures, pictures
from .recipe import Adversarial, Recipe
from .spreading import HintsTask
from .task import Seen, Task, grey

JUDGED_AT_ONCE = 16  # photos
NEAR = 0.35  # share of crops of which a restorer learns to mend without its blocks at stride 8
SURE = 1.0  # L*: an error that hardly counts where a restorer learns when to mend tones


class GeneratorTask(Task):
    """The generator's terms but the adversarial one.

    Attributes:
        generator: what is trained.
        teacher: a frozen network, or None where no loss needs one.
        tutor: another model whose colours are learned too, or None.
        distillation: projections that are trained along and thrown away.
    """

    class_weights: Tensor | None
    centres: Tensor

    def __init__(
        self, recipe: Recipe, generator: Generator, class_weights: Tensor | None = None
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.generator = generator
        self.frozen = recipe.trunk_rate == 0
        if self.frozen:
            _trunk(generator).requires_grad_(False)
        self.teacher: losses.Teacher | None = None
        self.distillation: losses.Distillation | None = None
        self.tutor: Generator | None = None
        weights = recipe.losses
        if recipe.tutor and weights.tutor:
            self.tutor = hub.load(recipe.tutor).requires_grad_(False)
        if recipe.teacher and (weights.perceptual or weights.distil):
            self.teacher = losses.Teacher(recipe.teacher, recipe.teacher_weights)
            if weights.distil:
                own = maps_of(_trunk(generator))[0]
                self.distillation = losses.Distillation(own, self.teacher.channels)
        self.register_buffer("class_weights", class_weights, persistent=False)
        self.register_buffer("centres", ab_grid.centres(), persistent=False)

    def train(self, mode: bool = True) -> GeneratorTask:
        """Set the mode; teacher, tutor and a pretrained trunk keep their statistics."""
        super().train(mode)
        for frozen in (self.teacher, self.tutor):
            if frozen is not None:
                frozen.eval()
        if self.recipe.trunk_rate < 1:
            _trunk(self.generator).eval()
        return self

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return decoder and trunk, each with its share of the learning rate."""
        trunk = list(_trunk(self.generator).parameters())
        known = {id(parameter) for parameter in trunk}
        rest = [p for p in self.parameters() if p.requires_grad and id(p) not in known]
        groups: list[dict[str, Any]] = [{"params": rest, "rate": 1.0}]
        if trunk and not self.frozen:
            groups.append({"params": trunk, "rate": self.recipe.trunk_rate})
        return groups

    def forward(self, seen: Pictures) -> tuple[dict[str, Tensor], Seen]:
        """Return each term, weighted, and the photos in their generated colours."""
        weights = self.recipe.losses
        answer = self.generator.answer(seen.lightness)
        ab = answer.ab.float()
        terms: dict[str, Tensor] = {}
        pixel_weight = self._pixel_weight(seen.ab)
        if weights.l1:
            terms["l1"] = weights.l1 * losses.l1(ab, seen.ab, pixel_weight)
        if weights.mse:
            terms["mse"] = weights.mse * losses.mse(ab, seen.ab, pixel_weight)
        if weights.huber:
            loss = losses.huber(ab, seen.ab, pixel_weight, delta=self.recipe.huber_delta)
            terms["huber"] = weights.huber * loss
        if weights.classes:
            assert answer.logits is not None  # the recipe was checked
            loss = losses.class_loss(answer.logits, seen.ab, self.centres, self.class_weights)
            terms["classes"] = weights.classes * loss
        if self.tutor is not None:
            terms["tutor"] = weights.tutor * self._tutor_loss(self.tutor, seen.lightness, answer)
        true_maps: list[Tensor] = []
        if self.teacher is not None:
            with torch.no_grad():
                true_maps = self.teacher(seen.rgb)
        if self.distillation is not None:
            terms["distil"] = weights.distil * self.distillation(answer.maps, true_maps)
        if weights.rgb or weights.perceptual or weights.colourfulness:
            painted = answer.rgb
            if painted is None:
                painted = color.lab_to_rgb(torch.cat((seen.lab[:, :1], ab), dim=1))
            terms |= self._picture_terms(painted.float(), seen.rgb, true_maps)
        return terms, (seen.lightness, ab)

    def played(self, seen: Pictures) -> tuple[Seen, Seen]:
        """Return the photos in their true and in their generated colours."""
        ab = self.generator.answer(seen.lightness).ab.float()
        return (seen.lightness, seen.ab), (seen.lightness, ab)

    def _picture_terms(
        self, painted: Tensor, truth: Tensor, true_maps: list[Tensor]
    ) -> dict[str, Tensor]:
        """Return the terms that look at the coloured picture as sRGB (N, 3, H, W)."""
        weights, terms = self.recipe.losses, {}
        if weights.rgb:
            terms["rgb"] = weights.rgb * losses.rgb_l1(painted, truth)
        if weights.colourfulness:
            gap = losses.colourfulness(painted.clamp(0, 1)) - losses.colourfulness(truth)
            terms["colourfulness"] = weights.colourfulness * gap.abs().mean()
        if weights.perceptual and self.teacher is not None:
            seen = painted.clamp(0, 1).contiguous(memory_format=torch.channels_last)
            loss = losses.perceptual(self.teacher(seen), true_maps)
            terms["perceptual"] = weights.perceptual * loss
        return terms

    def _tutor_loss(self, tutor: Generator, lightness: Tensor, answer: Answer) -> Tensor:
        """Compare distributions where both have one, else colours."""
        logits = answer.logits if tutor.has_distribution else None
        with torch.no_grad():
            advice = (tutor(lightness) if logits is None else tutor.distribution(lightness)).float()
        if logits is not None:
            return losses.distribution_loss(logits, advice)
        return losses.huber(answer.ab.float(), advice, delta=self.recipe.huber_delta)

    def _pixel_weight(self, truth: Tensor) -> Tensor | None:
        """Return how much each pixel of ab (N, 2, H, W) counts in a regression, or None."""
        weights = self.recipe.losses
        if self.class_weights is None or not (weights.l1 or weights.mse or weights.huber):
            return None
        return self.class_weights[ab_grid.nearest(truth, self.centres)][:, None]


class TrunkTask(Task):
    """Teaches a generator's trunk to see in a grey photo what it sees in the coloured one.

    Its batch norm keeps its statistics, so that what it gives stays what it gave; the decoder is
    left alone.

    Attributes:
        generator: whose trunk is trained.
        teacher: the same network as timm has it, for colour.
    """

    def __init__(self, recipe: Recipe, generator: UNet) -> None:
        super().__init__()
        assert recipe.teacher is not None  # the recipe was checked
        self.recipe = recipe
        self.generator = generator.requires_grad_(False)
        generator.trunk.requires_grad_(True)
        self.teacher = losses.Teacher(recipe.teacher, recipe.teacher_weights)
        strides = maps_of(generator.trunk)[1]
        self.strides = {
            index: stride
            for index, stride in enumerate(strides)
            if stride >= generator.settings.chroma_stride
        }

    def train(self, mode: bool = True) -> TrunkTask:
        """Set the mode; all statistics stay."""
        super().train(mode)
        self.generator.eval()
        self.teacher.eval()
        return self

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the trunk at the full learning rate."""
        return [{"params": list(self.generator.trunk.parameters()), "rate": 1.0}]

    def forward(self, seen: Pictures) -> tuple[dict[str, Tensor], Seen]:
        """Return the error of each map that a decoder takes, and the photos, grey."""
        weight, errors = self.recipe.losses.trunk, self._errors(self.generator, seen)
        return {name: weight * error for name, error in errors.items()}, grey(seen.lightness)

    def figures(self, network: Network, photos: Sequence[tuple[str, bytes]]) -> dict[str, float]:
        """Return each map's error on photos at the size of the largest crops."""
        found = [square for _, square in protocol.squares(photos, self.recipe.largest)]
        parts = []
        with in_use(network) as device:
            for first in range(0, len(found), JUDGED_AT_ONCE):
                crops = torch.from_numpy(np.stack(found[first : first + JUDGED_AT_ONCE]))
                parts.append(self._errors(network, pictures(crops.permute(0, 3, 1, 2).to(device))))
        return {name: float(torch.stack([p[name] for p in parts]).mean()) for name in parts[0]}

    def _errors(self, network: Network, seen: Pictures) -> dict[str, Tensor]:
        """Return the error of each map that a decoder takes, as a share of its variance."""
        assert isinstance(network, UNet)
        with torch.no_grad():
            truth = self.teacher(seen.rgb)
        maps = network.maps(seen.lightness)
        return {
            f"stride {stride}": losses.map_error(maps[place].float(), truth[place].float())
            for place, stride in self.strides.items()
        }


class RestorationTask(Task):
    """A restorer's terms but the adversarial one."""

    def __init__(self, recipe: Recipe, network: RestorationNet) -> None:
        super().__init__()
        self.recipe = recipe
        self.network = network

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return all of it at the full learning rate."""
        return [{"params": list(self.parameters()), "rate": 1.0}]

    def forward(self, seen: Pictures) -> tuple[dict[str, Tensor], Seen]:
        """Return each term, weighted, and the restored prints, grey.

        Tones and details are asked for apart, each where the other is right: together the tones,
        which nobody can know for sure, would drown what the details are to learn.
        """
        weights = self.recipe.losses
        terms: dict[str, Tensor] = {}
        if weights.huber or weights.tell:
            near = None
            if self.network.settings.near and self.training:
                near = torch.rand(len(seen.lightness), device=seen.lightness.device) < NEAR
            details, curves, sure, told = self.network.answer(seen.lightness, near)
        else:
            details, told = seen.faded, None
            curves, sure = self.network.tones(seen.lightness)
        if weights.huber:
            terms["details"] = weights.huber * self._details(details, seen)
        if weights.tones:
            terms["tones"] = weights.tones * self._tones(curves, seen)
        if (gate := weights.sure or weights.tones) and sure is not None:
            terms["sure"] = gate * self._sure(sure.float(), curves.detach(), seen)
        if weights.lies and self.network.surface is not None:
            terms["lies"] = weights.lies * self._lies(seen)
        if weights.experts and (self.network.experts or self.network.tone_experts):
            terms["experts"] = weights.experts * self._experts(seen)
        if told is not None and weights.tell:
            terms["tell"] = weights.tell * losses.told(told.float(), self._strengths(seen, told))
        return terms, grey(apply_curves(curves, details))

    def _details(self, found: Tensor, seen: Pictures) -> Tensor:
        """Return the loss of details, as the recipe lets errors of pictures count."""
        slight = self.recipe.slight
        if slight is None:
            return losses.huber(found, seen.faded, delta=self.recipe.huber_delta)
        after, before = (losses.log_errors(x, seen.faded, slight) for x in (found, seen.lightness))
        return (after - before).mean()

    def _tones(self, curves: Tensor, seen: Pictures) -> Tensor:
        """Return the loss of tones; with a gate only of those that did change."""
        faded, new = seen.faded, seen.new
        if self.network.sure is not None:
            changed = (faded != new).flatten(1).any(1)
            if not changed.any():
                return curves.sum() * 0
            curves, faded, new = curves[changed], faded[changed], new[changed]
        return losses.huber(apply_curves(curves, faded), new, delta=self.recipe.huber_delta)

    def _sure(self, logits: Tensor, curves: Tensor, seen: Pictures) -> Tensor:
        """Return the loss of being sure that tones are to be mended."""
        mended = apply_curves(curves, seen.faded)
        return losses.sure(logits[:, 0], seen.faded, mended, seen.new, SURE)

    def _lies(self, seen: Pictures) -> Tensor:
        """Return the loss of what is said of damages that lie over the prints."""
        view, found = view_of(seen.lightness, SIDE), self.network.laid(seen.lightness)
        assert found is not None
        changes = torch.zeros_like(found.where)
        if seen.laid is not None:
            places = [film.LAID.index(name) for name in self.network.settings.lies]
            size = view.shape[-2:]
            changes = F.interpolate(seen.laid[:, places], size, mode="bilinear", antialias=True)
        return losses.laid(found, 50 + 50 * view, changes, SURE)

    def _experts(self, seen: Pictures) -> Tensor:
        """Return the mean loss of the gates of experts.

        An expert that happens to mend what is not its own damage leaves that to all others, who do
        it better.
        """
        found = []
        for name, expert in self.network.experts.items():
            assert isinstance(expert, Expert)
            with torch.no_grad():
                known = expert.known(seen.lightness)
                mended = expert.details(seen.lightness, known)
            logits = expert.sure(known).float()
            own = self._befell(seen, name)
            found.append(losses.sure(logits, seen.lightness, mended, seen.faded, SURE, own))
        for name, tones in self.network.tone_experts.items():
            curves, logits = tones(view_of(seen.lightness, VIEW))
            mended = apply_curves(curves.detach(), seen.faded)
            own = self._befell(seen, name)
            found.append(losses.sure(logits, seen.faded, mended, seen.new, SURE, own))
        return torch.stack(found).mean()

    def _befell(self, seen: Pictures, name: str) -> Tensor:
        """Return which pictures (N,) a damage befell."""
        if seen.befell is None:
            return torch.zeros(len(seen.lightness), dtype=torch.bool, device=seen.lightness.device)
        return seen.befell[:, list(film.DAMAGES).index(name)] > 0

    def _strengths(self, seen: Pictures, told: Tensor) -> Tensor:
        """Return the strengths (N, K) of the damages that the network tells, 0 of what is whole."""
        if seen.befell is None:
            return torch.zeros_like(told, dtype=torch.float32)
        places = [list(film.DAMAGES).index(name) for name in self.network.settings.tells]
        return seen.befell[:, places]

    def played(self, seen: Pictures) -> tuple[Seen, Seen]:
        """Return the prints as they were when they were new and as restored, both grey."""
        return grey(seen.new), grey(self.network(seen.lightness))


def task_of(recipe: Recipe, network: Network, class_weights: Tensor | None) -> Task:
    """Return the task that trains this kind of network."""
    if recipe.losses.hints:
        assert isinstance(network, UNet)  # the recipe was checked
        return HintsTask(recipe, network)
    if recipe.losses.trunk:
        assert isinstance(network, UNet)  # the recipe was checked
        return TrunkTask(recipe, network)
    if isinstance(network, Generator):
        return GeneratorTask(recipe, network, class_weights)
    assert isinstance(network, RestorationNet)
    return RestorationTask(recipe, network)


class CriticTask(nn.Module):
    """The critic's loss on real and generated pictures, each in a forward of its own."""

    def __init__(self, game: Adversarial, critic: Critic) -> None:
        super().__init__()
        self.game = game
        self.critic = critic

    def forward(self, truth: Seen, generated: Seen, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return the loss and, as the share of right answers, how well it tells them apart."""
        real = self.critic(*truth).float()
        fake = self.critic(*generated).float()
        middle = 0.5 if self.game.objective == "least-squares" else 0.0
        right = ((real > middle).float().mean() + (fake < middle).float().mean()) / 2
        return critic_loss(self.game, real, fake, rng), right.detach()


def _trunk(generator: Generator) -> nn.Module:
    return nn.Identity() if generator.encoder is None else generator.encoder
