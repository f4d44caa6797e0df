"""Train a restorer's gates alone: `python benchmarks/gates.py MODEL --data PHOTOS --out FOLDER`.

What a gate sees of an old print, and by how much opening it comes nearer to the photo, are worked
out once for each print. The gate, three small layers, then sees them ten times in a minute, where
in a training beside all else it would see each once.

Trained are the gate of what lies over a print, that of the tones and those of experts of tones,
in the order in which they are asked. Each is opened as far as lets prints that nothing befell
change by `--change` L* on average; these, as all by which a gate is judged, are of photos that it
did not see.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorgan import film, hub
from colorgan.networks import RestorationNet
from colorgan.networks.restoration import VIEW, apply_curves
from colorgan.networks.surface import SIDE
from colorgan.networks.views import FINE, view_of
from colorgan.photoset.curate import decode
from colorgan.photoset.sources import read_all
from colorgan.training.data import crop
from colorgan.training.losses import log_errors
from colorgan.training.tasks import SURE

ALONE = 0.85
"""Share of damaged prints that one damage befell."""
KINDS = (*film.DAMAGES, *film.LAID, *film.TONES[:2], "stains", "tape")
"""What that damage may be: those that gates decide about come more often."""
WHOLE = 0.25
"""Share of prints that nothing befell."""
HELD_OUT = 8
"""One of so many photos is not learned from."""
EPOCHS, BATCH, RATE, DECAY, DROPOUT = 10, 512, 1e-3, 3e-2, 0.3
AT_ONCE = 64
"""Prints that the network looks at at once."""


@dataclass(frozen=True)
class Asked:
    """What gates are asked about prints.

    Attributes:
        told: what the gate sees (N, K).
        gain: by how much nearer to the photo opening it comes: logarithms of squared errors (N,).
        change: by how much it changes the print, in L* (N,).
        whole: which prints nothing befell (N,), bool.
        held: which are not learned from (N,), bool.
    """

    told: Tensor
    gain: Tensor
    change: Tensor
    whole: Tensor
    held: Tensor


def prints(
    sources: list[str], each: int, seed: int
) -> Iterator[tuple[tuple[Tensor, Tensor, Tensor], bool, bool]]:
    """Yield old prints: L* (1, FINE, FINE) now, with tones alone, and new; whether whole and held.

    Args:
        sources: photos.
        each: how many prints to make of each photo.
        seed: of what befalls them.
    """
    for place, (_, data) in enumerate(read_all(sources)):
        pixels = decode(data, 2 * FINE)
        if pixels is None:
            continue
        for number in range(each):
            rng = np.random.default_rng((seed, place, number))
            rgb = np.ascontiguousarray(crop(pixels, FINE, (0.8, 1.0), (seed, place, number)))
            ageing = film.Ageing(alone=ALONE, kinds=KINDS)
            old = film.old_print(rgb, rng, ageing)
            whole = rng.random() < WHOLE or not old.befell
            now, faded = (old.new, old.new) if whole else (old.now, old.faded)
            states = tuple(torch.from_numpy(np.array(x))[None] for x in (now, faded, old.new))
            yield states, whole, place % HELD_OUT == 0  # type: ignore[misc]


def gates_of(network: RestorationNet) -> dict[str, nn.Sequential]:
    """Return the gates by what they decide about, in the order in which they are asked."""
    gates: dict[str, Any] = {}
    if network.surface is not None:
        gates["surface"] = network.surface.gate
    if network.sure is not None:
        gates["tones"] = network.sure.layers
    return gates | {name: expert.gate for name, expert in network.tone_experts.items()}


@torch.inference_mode()
def looked(
    network: RestorationNet, gate: str, now: Tensor, faded: Tensor, new: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return told, gain and change of prints (N, 1, H, W), as `Asked` has them.

    The gate of what lies over a print and that of tones are asked about the print as it is, those
    of experts about what the tones made of it.
    """
    told: list[Tensor] = []
    hook = gates_of(network)[gate].register_forward_pre_hook(lambda _, x: told.append(x[0]))
    small = [50 + 50 * view_of(x, SIDE) for x in (now, faded, new)]
    if gate == "surface":
        laid = network.laid(now)
        assert laid is not None
        curves = laid.curves
    elif gate == "tones":
        curves, _ = network.tones(now)
    else:
        first = network.curves(now)
        small[:2] = [apply_curves(first, x).clamp(0, 100) for x in small[:2]]
        curves, _ = network.tone_experts[gate](view_of(small[0], VIEW))
    hook.remove()
    mended = [apply_curves(curves, x).clamp(0, 100) for x in small[:2]]
    gain = log_errors(small[1], small[2], SURE) - log_errors(mended[1], small[2], SURE)
    return told[0].float(), gain, (mended[0] - small[0]).abs().mean((1, 2, 3))


def ask(network: RestorationNet, gates: list[str], made: Iterator[Any]) -> dict[str, Asked]:
    """Ask gates about prints."""
    found: dict[str, list[tuple[Tensor, ...]]] = {gate: [] for gate in gates}
    batch: list[Any] = []

    def look() -> None:
        states = [torch.stack(parts) for parts in zip(*(item[0] for item in batch), strict=True)]
        marks = tuple(torch.tensor([item[k] for item in batch]) for k in (1, 2))
        for gate in gates:
            found[gate].append((*looked(network, gate, *states), *marks))
        batch.clear()

    for item in made:
        batch.append(item)
        if len(batch) == AT_ONCE:
            look()
    if batch:
        look()
    return {
        gate: Asked(*(torch.cat(part) for part in zip(*parts, strict=True)))
        for gate, parts in found.items()
    }


def cross_entropy(logits: Tensor, gain: Tensor) -> Tensor:
    """Return how wrong a gate is about prints (N,), weighed by what each may gain or lose."""
    wrong = F.binary_cross_entropy_with_logits(logits, (gain > 0).float(), reduction="none")
    return (wrong * gain.abs()).mean()


def learned(gate: nn.Sequential, asked: Asked, seed: int) -> nn.Sequential:
    """Return three layers of a gate's widths that decide, trained from nothing."""
    torch.manual_seed(seed)
    told, gain = asked.told[~asked.held], asked.gain[~asked.held]
    mean, scale = told.mean(0), told.std(0) + 1e-3
    widths = [layer.in_features for layer in gate if isinstance(layer, nn.Linear)]
    layers: list[nn.Module] = []
    for inputs, outputs in zip(widths, (*widths[1:], 1), strict=True):
        layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(DROPOUT)]
    net = nn.Sequential(*layers[:-2])
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(told) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(EPOCHS):
        for some in torch.randperm(len(told)).split(BATCH):  # type: ignore[no-untyped-call]
            loss = cross_entropy(net((told[some] - mean) / scale)[:, 0], gain[some])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    first, *others = (layer for layer in net.eval() if isinstance(layer, nn.Linear))
    with torch.no_grad():  # the first layer takes what is told as it comes
        first.weight.div_(scale)
        first.bias.sub_(first.weight @ mean)
    return nn.Sequential(first, nn.ReLU(), others[0], nn.ReLU(), others[1])


@torch.no_grad()
def open_as_far(gate: nn.Sequential, asked: Asked, change: float) -> float:
    """Open a gate as far as lets held-out whole prints change so much; return what was added."""
    judged = asked.held & asked.whole
    if not judged.any():
        raise SystemExit(
            "None of the prints held out is whole: give more photos, or more of --each."
        )
    logits, order = gate(asked.told[judged])[:, 0].sort(descending=True)
    total = asked.change[judged][order].cumsum(0) / judged.sum()
    opened = int((total <= change).sum())
    shift = -float(logits[min(opened, len(logits) - 1)])
    last = gate[-1]
    assert isinstance(last, nn.Linear)
    last.bias.add_(shift)
    return shift


def train(gate: nn.Sequential, asked: Asked, change: float, seed: int) -> str:
    """Give a gate new weights; return a line about how good it is on held-out prints."""
    made = learned(gate, asked, seed)
    with torch.no_grad():
        logits = made(asked.told[asked.held])[:, 0]
    loss = float(cross_entropy(logits, asked.gain[asked.held]))
    shift = open_as_far(made, asked, change)
    gate.load_state_dict(made.state_dict())
    opened = (logits + shift > 0).float().mean()
    return f"cross-entropy {loss:.4f}, open for {opened:.1%} of all, {shift:+.2f} to open so far"


def finer(network: RestorationNet) -> RestorationNet:
    """Return a copy whose gate of tones sees them finely; its first layer is not of use yet."""
    made = RestorationNet(replace(network.settings, fine=network.settings.gated))
    weights, own = network.state_dict(), made.state_dict()
    made.load_state_dict(
        {k: weights[k] if weights[k].shape == own[k].shape else own[k] for k in own}
    )
    return made.eval()


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", help="the restorer")
    parser.add_argument("--data", nargs="+", required=True, help="photos")
    parser.add_argument("--gates", nargs="+", help="which: surface, tones, exposure; all")
    parser.add_argument("--each", type=int, default=5, help="prints of each photo")
    parser.add_argument("--change", type=float, default=0.05, help="of whole prints in L*, by each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="a new model folder")
    args = parser.parse_args()
    base = hub.resolve(args.model).path
    network = hub.load_restorer(base)
    gates = args.gates or list(gates_of(network))
    if unknown := sorted(set(gates) - gates_of(network).keys()):
        parser.error(f"It has no gate {unknown[0]}, but {', '.join(gates_of(network))}.")
    if "tones" in gates:
        network = finer(network)
    first = [name for name in gates if name not in network.tone_experts]
    for names in (first, [name for name in gates if name not in first]):
        asked = ask(network, names, prints(args.data, args.each, args.seed)) if names else {}
        for name, about in asked.items():
            print(name, train(gates_of(network)[name], about, args.change, args.seed), flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    hub.save(network, args.out, card="", provenance={"history": hub.history(base)})


if __name__ == "__main__":
    main()
