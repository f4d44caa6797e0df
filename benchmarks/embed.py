"""Make a finished run an embedded model: `python benchmarks/embed.py RUN NAME --data PHOTOS`.

Writes weights/NAME with the run's weights, judges them on the photos, and renders the model card
from the figures.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from torch import Tensor

from colorgan import hub
from colorgan.evaluation.options import add_features, feature_network
from colorgan.evaluation.protocol import judge
from colorgan.evaluation.summary import summarize
from colorgan.hub import cards
from colorgan.networks import build
from colorgan.photoset.sources import read_all

ROOT = Path(__file__).parent.parent
ABOUT = {
    "pretrained": "Colours any photo: trained on landscapes, people, animals, streets, buildings, "
    "plants, sports, food and objects.",
    "custom": "Colours any photo: a trunk that was taught what "
    "grey photos show, under a decoder that answers with a distribution over colours, trained on "
    "people, streets, buildings, rooms, landscapes, food, trains and more. Where the distribution "
    "says that a strong colour may be far off, it is lowered.",
}
DATA = (
    "Photographs of public data sets with mixed, partly research-only licences, listed in "
    "[SOURCES.md](../SOURCES.md)."
)
LIMITS = """\
- Browns and greys where it is unsure; sometimes patches of red, green or orange instead, on dark
  cloth and on plain backgrounds.
- Red and blue are confused on things that come in any colour: clothes, cars, painted walls.
- Skin, above all small or in shade, can stay grey; most faces it learned from are portraits, and
  brown skin is coloured worst.
- Colour can spill over faint edges, and change when the photo is scaled."""
LICENCE = """\
The code is Apache-2.0, but not the weights: they come from photographs of mixed, partly
research-only licences (above). Judge for yourself before commercial use."""


def weights_of(run: Path, other: Path | None) -> dict[str, Tensor]:
    """Return a run's weights, or their mean with another's.

    What the other has not, such as a layer that was added, is the run's own.
    Between a broad model and what was fine-tuned from it lies one that keeps more of what the first
    knew (WiSE-FT, Wortsman 2022, arXiv:2109.01903).
    """
    weights = hub.load(run).state_dict()
    if other is None:
        return weights
    before = hub.load(other).state_dict()
    return {
        name: (tensor.float() / 2 + before.get(name, tensor).float() / 2).to(tensor.dtype)
        for name, tensor in weights.items()
    }


def differences(groups: dict[str, Any]) -> dict[str, Any]:
    """Return each group's size and, if it is large enough, the CIEDE2000 of every model."""
    return {
        name: {
            "photos": group["photos"],
            "ciede2000": {
                model: figures["ciede2000"]["mean"]
                for model, figures in group.get("models", {}).items()
            },
        }
        for name, group in groups.items()
    }


def main() -> None:
    """Copy, judge, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", choices=sorted(ABOUT))
    parser.add_argument("--data", nargs="+", required=True, help="validation photos")
    parser.add_argument(
        "--mean-with",
        type=Path,
        metavar="RUN",
        help="take the mean of the weights with another run's, such as the one it was tuned from",
    )
    parser.add_argument("--gain", type=float, help="factor on ab in use; default: the run's")
    parser.add_argument("--contrast", type=float, help="more gain for strong colours than for weak")
    parser.add_argument(
        "--zooms", type=float, nargs="+", help="shares of the size that the trunk sees"
    )
    parser.add_argument("--temperature", type=float, help="of a class head's annealed mean")
    parser.add_argument("--caution", type=float, help="of a class head where it may be far off")
    add_features(parser)
    options = parser.parse_args()
    network = feature_network(options)
    of_use = ("gain", "contrast", "zooms", "temperature", "caution")
    changed = {name: vars(options)[name] for name in of_use}
    config = hub.read_config(options.run) | {k: v for k, v in changed.items() if v is not None}
    generator = build(config)
    generator.load_state_dict(weights_of(options.run, options.mean_with))
    with TemporaryDirectory() as beside:  # weights/NAME stays as it is until all is there
        folder = Path(beside)
        hub.save(generator, folder, card="", provenance={"history": hub.history(options.run)})
        result = judge({options.name: hub.load(folder)}, read_all(options.data), network=network)
        summary = summarize(result)
        kept = {"protocol": summary["protocol"], "models": summary["models"]}
        kept["groups"] = differences(summary["groups"])
        kept["skin"] = summary["skin"]
        (folder / hub.EVALUATION).write_text(json.dumps(kept, indent=2) + "\n")
        about = ABOUT[options.name]
        card = cards.render(
            folder, options.name, about=about, data=DATA, limits=LIMITS, licence=LICENCE
        )
        (folder / hub.CARD).write_text(card)
        shutil.copytree(folder, ROOT / "weights" / options.name, dirs_exist_ok=True)
    print(card)


if __name__ == "__main__":
    main()
