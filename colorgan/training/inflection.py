"""The inflection point: where adversarial training stops paying off, found without eyes.

NoGAN's makers looked through many checkpoints by eye: for a while the critic makes colours
livelier, then skin turns red and patches appear. Here every N steps the photos of a fixed
validation set are coloured and measured; the lowest score is the point, its weights are kept, and
the stage ends when the score has not fallen for a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accelerate.utils import broadcast_object_list
from tqdm import tqdm

from ..evaluation.features import FeatureNetwork
from ..networks import Generator
from .checkpoint import Progress
from .gauge import Gauge
from .recipe import Stage
from .start import Start
from .steps import Stepper
from .watching import INFLECTION, Watch

MARGIN = 0.005  # a score must be this much lower to be a new best


def scores(curve: Sequence[Mapping[str, float]]) -> list[float]:
    """Give one number for each measurement; lower is better, the first is the start of the stage.

    The sum of: kernel distance as a share of the grey photos'; how far the colourfulness is from
    the originals'; the share of skin-like pixels that are too red.
    """
    return [
        point.get("kernel", 0.0) + abs(point["colourfulness"] - 1) + point["over red"]
        for point in curve
    ]


def best(scores: Sequence[float]) -> int:
    """Give the place of the lowest score; of nearly equal ones the first."""
    lowest = 0
    for place, score in enumerate(scores):
        if score < scores[lowest] - MARGIN:
            lowest = place
    return lowest


def is_over(scores: Sequence[float], patience: int) -> bool:
    """Say whether `patience` measurements have come since the best."""
    return bool(scores) and len(scores) - 1 - best(scores) >= patience


class Search:
    """Looks for the inflection point of each adversarial stage, and remembers its weights.

    Args:
        start: the run, its recipe with an `inflection`, and the photos to measure on: without any
            there is no search.
        stepper: holds the networks.

    Attributes:
        best: the weights of the best point of the stage so far.
    """

    def __init__(self, start: Start, stepper: Stepper) -> None:
        assert start.recipe.inflection is not None
        self.settings = start.recipe.inflection
        self.start, self.stepper = start, stepper
        self.best: dict[str, Any] | None = None
        self._gauge: Gauge | None = None

    def say_what_it_lacks(self) -> None:
        """Tell if there will be adversarial stages but no photos to measure on."""
        playing = any(stage.kind == "adversarial" for stage in self.start.recipe.unrolled)
        if playing and not self.start.validation:
            tqdm.write(
                "The adversarial stages run to their end: an inflection point is looked for only "
                "with photos of --val."
            )

    def is_over(self, watch: Watch, progress: Progress, stage: Stage, *, last: bool) -> bool:
        """Say whether the stage under way ends here; measure if it is time to.

        Args:
            watch: writes the curve.
            progress: where the run stands; its `curve` is that of the stage.
            stage: the stage.
            last: it has seen all its photos. That point is measured too: else what a short game
                brought would be undone.
        """
        if not self.start.validation:
            return last
        curve, step = progress.curve, progress.seen_in_stage // stage.batch
        due = last or step % self.settings.every == 0
        if due and (not curve or curve[-1]["step"] < step):
            curve.append(self._measure(step, watch, progress.stage))
            if best(scores(curve)) == len(curve) - 1:
                self.best = self.stepper.networks()
        return last or is_over(scores(curve), self.settings.patience)

    def take_best(self) -> None:
        """Put the weights of the best point back, and forget them."""
        if self.best is not None:
            self.stepper.restore(self.best)
        self.best = None

    def _measure(self, step: int, watch: Watch, stage: int) -> dict[str, float]:
        """Measure how the game goes; the answer is the same in all processes."""
        point: dict[str, float] = {}
        accelerator = self.stepper.accelerator
        if accelerator.is_main_process:
            self._gauge = self._gauge or self._make_gauge()
            assert isinstance(self.stepper.model, Generator)  # the recipe was checked
            measured = self._gauge.measure(self.stepper.model, self.stepper.critic)
            point = {"step": step, **measured}
            watch.write(INFLECTION, {"stage": stage, **point})
        if accelerator.num_processes > 1:
            box = [point]
            broadcast_object_list(box)
            point = box[0]
        return point

    def _make_gauge(self) -> Gauge:
        name, weights = self.settings.network, self.settings.weights
        if name is None:
            name, weights = self.start.recipe.teacher, self.start.recipe.teacher_weights
        network = None if name is None else FeatureNetwork(name, weights)
        return Gauge(self.start.squares(self.settings.photos), network)
