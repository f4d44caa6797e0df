"""Give a restorer experts: `python benchmarks/experts.py BASE moire=RUN ... --out FOLDER`.

Each RUN is a restorer whose details, or tones, learned one damage alone:

    python train.py restore --init BASE --losses.tones 0 --losses.tell 0 --degrade 1 --alone 1 \\
        --kinds moire --out RUN

They become the expert of that damage in a copy of BASE, with a closed gate, which is then
trained, beside all damages:

    python train.py restore --init FOLDER --losses.huber 0 --losses.tones 0 --losses.tell 0 \\
        --losses.experts 1 --out ANOTHER
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from colorgan import hub
from colorgan.film import TONES
from colorgan.networks import RestorationNet

CLOSED = -1.0
"""What a gate says before it is trained."""


def with_experts(base: RestorationNet, experts: dict[str, RestorationNet]) -> RestorationNet:
    """Return a copy of a restorer with experts that have the weights of others of the same size."""
    details = [name for name in experts if name not in TONES]
    tones = [name for name in experts if name in TONES]
    settings = replace(
        base.settings,
        experts=tuple(dict.fromkeys((*base.settings.experts, *details))),
        tone_experts=tuple(dict.fromkeys((*base.settings.tone_experts, *tones))),
    )
    made = RestorationNet(settings)
    weights = made.state_dict() | base.state_dict()
    for name, network in experts.items():
        own = f"{'tone_experts' if name in TONES else 'experts'}.{name}."
        given = network.state_dict()
        weights |= {
            key: given[key.removeprefix(own)]
            for key in weights
            if key.startswith(own) and not key.startswith(f"{own}gate.")
        }
        weights[f"{own}gate.4.weight"] = torch.zeros_like(weights[f"{own}gate.4.weight"])
        weights[f"{own}gate.4.bias"] = torch.full_like(weights[f"{own}gate.4.bias"], CLOSED)
    made.load_state_dict(weights)
    return made.eval()


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("base", help="the restorer that is given experts")
    parser.add_argument("experts", nargs="+", metavar="DAMAGE=RUN")
    parser.add_argument("--out", type=Path, required=True, help="a new model folder")
    args = parser.parse_args()
    if any("=" not in pair for pair in args.experts):
        parser.error("name each expert as DAMAGE=RUN")
    base = hub.resolve(args.base).path
    runs = dict(pair.split("=", 1) for pair in args.experts)
    experts = {name: hub.load_restorer(hub.resolve(run).path) for name, run in runs.items()}
    network = with_experts(hub.load_restorer(base), experts)
    history = hub.history(base)
    for run in runs.values():
        history += hub.history(hub.resolve(run).path)[-1:]
    args.out.mkdir(parents=True, exist_ok=True)
    hub.save(network, args.out, card="", provenance={"history": history})
    print(f"{args.out}: {', '.join((*network.settings.experts, *network.settings.tone_experts))}")


if __name__ == "__main__":
    main()
