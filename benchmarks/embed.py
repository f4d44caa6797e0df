"""Make a finished run an embedded model: `python benchmarks/embed.py RUN NAME --data PHOTOS`.

Writes weights/NAME with the run's weights, judges them on the photos, and renders the model card
from the figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from colorgan import cards, hub
from colorgan.cli import add_features, feature_network
from colorgan.evaluation.protocol import judge
from colorgan.evaluation.summary import summarize
from colorgan.networks import build
from colorgan.photoset import read_all

ROOT = Path(__file__).parent.parent
ABOUT = {
    "pretrained": "Colours any photo: trained on landscapes, people, animals, streets, buildings, "
    "plants, sports, food and objects.",
    "custom": "For an old city's album: a broad model fine-tuned on people, faces, streets, "
    "buildings, ships, horses, vehicles, trains, rooms and landscapes.",
}
DATA = (
    "Photographs of public data sets with mixed, partly research-only licences, listed in "
    "[SOURCES.md](../SOURCES.md)."
)


def main() -> None:
    """Copy, judge, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", choices=sorted(ABOUT))
    parser.add_argument("--data", nargs="+", required=True, help="validation photos")
    parser.add_argument("--gain", type=float, help="factor on ab in use; default: the run's")
    parser.add_argument("--contrast", type=float, help="more gain for strong colours than for weak")
    parser.add_argument(
        "--zooms", type=float, nargs="+", help="shares of the size that the trunk sees"
    )
    add_features(parser)
    options = parser.parse_args()
    network = feature_network(options)
    changed = {name: vars(options)[name] for name in ("gain", "contrast", "zooms")}
    config = hub.read_config(options.run) | {k: v for k, v in changed.items() if v is not None}
    generator = build(config)
    generator.load_state_dict(hub.load(options.run).state_dict())
    folder = ROOT / "weights" / options.name
    hub.save(generator, folder, card="", provenance={"history": hub.history(options.run)})
    result = judge({options.name: hub.load(folder)}, read_all(options.data), network=network)
    summary = summarize(result)
    kept = {"protocol": summary["protocol"], "models": summary["models"]}
    (folder / hub.EVALUATION).write_text(json.dumps(kept, indent=2) + "\n")
    card = cards.render(folder, options.name, about=ABOUT[options.name], data=DATA)
    (folder / hub.CARD).write_text(card)
    print(card)


if __name__ == "__main__":
    main()
