"""Make a model folder of the published weights of what people know, to compare with.

python examples/convert_others.py eccv16 colorization_release_v2-9b330a0b.pth models/eccv16

eccv16 and siggraph17 are from richzhang/colorization, ddcolor and ddcolor-tiny from piddnad/DDColor
on GitHub. The weights are their authors'. The file is opened as data only.
"""

import sys
from pathlib import Path

import torch

from colorgan import ModelError, hub
from colorgan.networks import build

NETWORKS = {
    "eccv16": {"generator": "eccv16"},
    "siggraph17": {"generator": "siggraph17"},
    "ddcolor": {"generator": "ddcolor", "encoder": "l"},
    "ddcolor-tiny": {"generator": "ddcolor", "encoder": "t"},
}

if len(sys.argv) != 4 or sys.argv[1] not in NETWORKS:
    sys.exit(f"usage: convert_others.py {'|'.join(NETWORKS)} FILE FOLDER")
name, source, target = sys.argv[1:]
try:
    tensors = torch.load(source, weights_only=True, map_location="cpu")
    network = build(NETWORKS[name])
    if name.startswith("ddcolor"):  # trained with a classifier that colouring does not use
        tensors = {
            f"network.{key}": tensor for key, tensor in tensors.get("params", tensors).items()
        }
        tensors = {key: tensor for key, tensor in tensors.items() if ".head_cls." not in key}
    hub.fill(network, tensors, source=source)
except (OSError, RuntimeError, ModelError) as error:
    sys.exit(f"{source} does not hold the weights of {name}: {error}")
card = f"# {name}\n\nConverted from {Path(source).name}; the weights are their authors'.\n"
hub.save(network, Path(target), card=card, provenance={"converted from": Path(source).name})
print(f"colorgan evaluate --model {target} custom --data PHOTOS")
