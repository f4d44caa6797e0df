"""Make a model folder of eccv16's or siggraph17's published weights, to compare with.

python examples/convert_zhang.py eccv16 colorization_release_v2-9b330a0b.pth models/eccv16

The weights are their authors' (richzhang/colorization on GitHub). The file is opened as data only.
"""

import sys
from pathlib import Path

import torch

from colorgan import ModelError, hub
from colorgan.networks import build

name, source, target = sys.argv[1:]
try:
    tensors = torch.load(source, weights_only=True, map_location="cpu")
    network = build({"generator": name})
    hub.fill(network, tensors, source=source)
except (OSError, RuntimeError, ModelError) as error:
    sys.exit(f"{source} does not hold the weights of {name}: {error}")
card = f"# {name}\n\nConverted from {Path(source).name}; the weights are their authors'.\n"
hub.save(network, Path(target), card=card, provenance={"converted from": Path(source).name})
print(f"colorgan evaluate --model {target} custom --data PHOTOS")
