"""The contract every generator keeps, so that whoever colours or trains needs no cases.

    ab = generator(lightness)

    lightness   float (N, 1, H, W), L* in 0..100
    ab          float (N, 2, H, W), a* and b* in CIE units; the same H and W

Any H and W from 1 upwards: padding, scaling to what the layers like, chroma at a quarter of the
size, a detour by RGB are the generator's own affair. Finite output for every finite input. In
eval mode a photo's colours do not depend on its neighbours in the batch.

A worked example: a photo of 1200 x 800 pixels at working size 256 arrives as (1, 1, 256, 384) and
leaves as (1, 2, 256, 384), although the U-Net decides its colours on a map of 64 x 96.

A restorer is the other kind of network: lightness = restorer(lightness), of the same H and W.

Critics: `critic(lightness, ab) -> logits`, a map or one number a photo, without a sigmoid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

import torch
from huggingface_hub import PyTorchModelHubMixin, snapshot_download
from torch import Tensor, nn

from ..errors import ModelError

AB_CHANNELS = 2


class Config(Protocol):
    """A frozen dataclass of plain JSON values that rebuilds a network."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


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


class Network(
    nn.Module,
    PyTorchModelHubMixin,
    library_name="colorgan",
    pipeline_tag="image-to-image",
    license="other",
    tags=["colorization", "image-to-image", "old-photos"],
):
    """A network that is kept in a model folder. A subclass sets `name` and takes its settings.

    `save_pretrained`, `push_to_hub` and `from_pretrained` are huggingface_hub's; the files are
    those of `storage`.

    Attributes:
        kind: what it is for, a key of config.json.
        name: the key in the registry, the value of that key in config.json.
        settings: the frozen dataclass that it was built from.
        provenance: what made it, plain JSON by name; kept in the weights' metadata.
    """

    kind: ClassVar[str]
    name: ClassVar[str]
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
        return {self.kind: self.name, **asdict(self.settings)}  # type: ignore[call-overload]

    def _save_pretrained(self, save_directory: Path) -> None:
        """Write weights and golden tensors into a folder; the mixin writes config and card."""
        from .storage import write

        write(self, save_directory)

    @classmethod
    def _from_pretrained(cls, *, model_id: str, **how: Any) -> Network:
        """Load what `from_pretrained` named: a folder, or a repository that is fetched first."""
        from .storage import CONFIG, GOLDEN, WEIGHTS, load

        path = Path(model_id)
        if not path.is_dir():
            known = ("revision", "cache_dir", "force_download", "local_files_only", "token")
            asked = {key: how[key] for key in known if key in how}
            path = Path(
                snapshot_download(model_id, allow_patterns=[CONFIG, WEIGHTS, GOLDEN], **asked)
            )
        return load(path)


class Generator(Network):
    """A network from lightness to ab."""

    kind: ClassVar[str] = "generator"

    def forward(self, lightness: Tensor) -> Tensor:
        """Answer lightness (N, 1, H, W) in L* with ab (N, 2, H, W) in CIE units."""
        raise NotImplementedError

    def answer(self, lightness: Tensor) -> Answer:
        """Answer as `forward` does, with all that a loss may ask for (settings of use left out)."""
        return Answer(self(lightness))

    @property
    def has_distribution(self) -> bool:
        """Whether it answers with a distribution over colour classes too."""
        return False

    def distribution(self, lightness: Tensor) -> Tensor:
        """Give how likely each class of `ab_grid.centres` is at each place: (N, K, h, w).

        h and w are at most the picture's: hundreds of channels are kept as small as they come.

        Raises:
            ModelError: it answers with a colour alone.
        """
        raise ModelError("This model answers with a colour, not with a distribution.")
