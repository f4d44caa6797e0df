"""The contract every generator keeps, so that whoever colours or trains needs no cases.

    ab = generator(lightness)

    lightness   float (N, 1, H, W), L* in 0..100
    ab          float (N, 2, H, W), a* and b* in CIE units; the same H and W

Any H and W from 1 upwards: padding, scaling to what the layers like, chroma at a quarter of the
size, a detour by RGB are the generator's own affair. Finite output for every finite input. In
eval mode a photo's colours do not depend on its neighbours in the batch.

A worked example: a photo of 1200 x 800 pixels at working size 256 arrives as (1, 1, 256, 384) and
leaves as (1, 2, 256, 384), although the U-Net decides its colours on a map of 64 x 96.

In use a generator has one door more, `see`: one pass gives ab with all else the network knows, the
features by which it tells things apart and its distribution over colours, where it has them.

A restorer is the other kind of network: lightness = restorer(lightness), of the same H and W.

Critics: `critic(lightness, ab) -> logits`, a map or one number a photo, without a sigmoid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from ..errors import ModelError
from . import files, folders

if TYPE_CHECKING:
    from typing_extensions import Self

AB_CHANNELS = 2


@dataclass(frozen=True)
class Config:
    """The settings that rebuild a network: a subclass adds fields of plain JSON values."""

    @property
    def has_trunk(self) -> bool:
        """Whether the network has a trunk of timm; it then takes `trunk_weights` too."""
        return False

    @property
    def has_distribution(self) -> bool:
        """Whether a generator answers with a distribution over colour classes too."""
        return False

    def with_distribution(self) -> Config:
        """Return the same network's settings with a distribution; its own where it can have
        none."""
        return self


@contextmanager
def in_use(network: nn.Module) -> Iterator[torch.device]:
    """Let a network answer as in use, though it may be in training: eval mode, no gradients.

    Gives its device.
    """
    device = next((p.device for p in network.parameters()), torch.device("cpu"))
    training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            yield device
    finally:
        network.train(training)


@dataclass
class Answer:
    """A generator's answer in training: ab, and what it knows besides that losses may ask for.

    Attributes:
        ab: (N, 2, H, W) in CIE units.
        rgb: (N, 3, H, W) in 0..1, of a generator that paints in RGB.
        logits: (N, K, h, w) over the colour classes, of a generator that has them.
        maps: of its trunk, shallow to deep, if it has one.
    """

    ab: Tensor
    rgb: Tensor | None = None
    logits: Tensor | None = None
    maps: list[Tensor] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Seen:
    """All that one pass over a photo gives, in use.

    Attributes:
        ab: (N, 2, H, W) in CIE units: what `forward` answers.
        features: (N, C, h, w), alike where the network sees alike, at whatever size it has them;
            None if it offers none. Hints spread along them.
        chances: (N, K, h, w) of `Generator.distribution`, or None.
        points: (N, D, h, w) in which a distance of 1 counts as near, learned from the features;
            None if it learned none: then hints spread by the features as they are.
    """

    ab: Tensor
    features: Tensor | None = None
    chances: Tensor | None = None
    points: Tensor | None = None

    def each(self, change: Callable[[Tensor], Tensor]) -> Seen:
        """Return the same with every part changed that there is."""
        parts = (self.ab, self.features, self.chances, self.points)
        return Seen(*(None if part is None else change(part) for part in parts))  # type: ignore[arg-type]


class Network(
    nn.Module,
    PyTorchModelHubMixin,
    library_name="colorgan",
    pipeline_tag="image-to-image",
    license="other",
    tags=["image-to-image", "old-photos"],
):
    """A network that is kept in a model folder. A subclass takes its settings and sets two names.

    `save_pretrained` and `push_to_hub` are huggingface_hub's; the files are those of `files`.

    Attributes:
        kind: what it is for, a key of config.json.
        answers: what its answer is called among the golden tensors.
        name: the key in the registry, the value of `kind` in config.json.
        settings_type: of its settings.
        settings: the frozen dataclass that it was built from.
        provenance: what made it, plain JSON by name; kept in the weights' metadata.
    """

    kind: ClassVar[str]
    answers: ClassVar[str]
    name: ClassVar[str]
    settings_type: ClassVar[type[Config]]
    settings: Config

    def __init__(self, settings: Config) -> None:
        super().__init__()
        self.settings = settings
        self.provenance: Mapping[str, Any] = {}
        self._hub_mixin_config = dict(self.config)

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L*."""
        raise NotImplementedError

    @property
    def config(self) -> Mapping[str, Any]:
        """Plain JSON from which `build` makes the same network again."""
        return {self.kind: self.name, **asdict(self.settings)}

    @classmethod
    def read_settings(cls, config: Mapping[str, Any]) -> Config:
        """Read the settings of this network from a config.

        Raises:
            ModelError: it is another network's, or a setting is unknown or impossible.
        """
        if config.get(cls.kind) != cls.name:
            found = config.get("generator") or config.get("restorer")
            raise ModelError(f"The model is of the network {found!r}, not of {cls.name!r}.")
        given = {key: value for key, value in config.items() if key != cls.kind}
        unknown = given.keys() - {field.name for field in fields(cls.settings_type)}
        if unknown:
            raise ModelError(
                f"The model's config has settings that {cls.name} does not know: "
                f"{', '.join(sorted(unknown))}. Try a newer version of colorgan."
            )
        try:
            return cls.settings_type(**given)
        except (TypeError, ValueError) as error:
            raise ModelError(f"The model's config does not fit {cls.name}: {error}") from error

    @classmethod
    def from_settings(cls, settings: Config) -> Self:
        """Make the network, untrained.

        Raises:
            ModelError: the settings are impossible.
        """
        try:
            return cls(settings)
        except (TypeError, ValueError, IndexError) as error:
            raise ModelError(f"The model's config does not fit {cls.name}: {error}") from error

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Rebuild a network of this class from its model folder, in float32 and eval mode.

        Raises:
            ModelError: the model is another network's, a file is missing or broken, or the
                tensors do not fit the config.
        """
        network = cls.from_settings(cls.read_settings(files.read_config(folder)))
        files.read_weights(network, folder)
        files.check_golden(network, folder, cls.answers)
        return network.eval()

    def _save_pretrained(self, save_directory: Path) -> None:
        """Write weights and golden tensors into a folder; the mixin writes config and card."""
        files.write_weights(self, save_directory, self.provenance)
        again = type(self)(self.settings)  # what will be loaded: kernels are rounded to half
        files.read_weights(again, save_directory)
        files.write_golden(again, save_directory, self.answers)

    @classmethod
    def from_pretrained(  # type: ignore[override]  # the mixin's own has other errors
        cls, name: str | Path, *, revision: str | None = None
    ) -> Self:
        """Load a model of this class by name, as `folders.resolve` finds it.

        Raises:
            ModelError: it cannot be had, or as `load` says.
        """
        return cls.load(folders.resolve(f"{name}@{revision}" if revision else name).path)


class Generator(Network, tags=["colorization"]):
    """A network from lightness to ab."""

    kind: ClassVar[str] = "generator"
    answers: ClassVar[str] = "ab"

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        raise NotImplementedError

    def answer(self, lightness: Tensor) -> Answer:
        """Answer in training: ab without the settings of use, with all that losses may ask for."""
        return Answer(self(lightness))

    def see(self, lightness: Tensor) -> Seen:
        """Answer in use with all that one pass gives; `ab` is that of `forward`."""
        return Seen(self(lightness))

    @property
    def encoder(self) -> nn.Module | None:
        """The trunk of timm that it starts with, or None."""
        return None

    @property
    def has_distribution(self) -> bool:
        """Whether it offers `distribution`."""
        return self.settings.has_distribution

    def distribution(self, lightness: Tensor) -> Tensor:
        """Return how likely each class of `ab_grid.centres` is at each place.

        Returns:
            float (N, K, h, w) that adds up to 1 over the K classes, at the size of the network's
            head: hundreds of channels are kept as small as they come, and who needs another size
            brings them to it.

        Raises:
            ModelError: it answers with a colour alone.
        """
        raise ModelError("This model answers with a colour, not with a distribution.")
