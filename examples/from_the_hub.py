"""A model of the Hub without Colorizer: python from_the_hub.py org/name PHOTO RESULT."""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from huggingface_hub import hf_hub_download
from PIL import Image
from safetensors.torch import load_file
from skimage.color import lab2rgb, rgb2lab

from colorgan.networks import build

repo, source, target = sys.argv[1:]
config = Path(hf_hub_download(repo, "config.json")).read_text()
network = build(json.loads(config)).eval()
tensors = load_file(hf_hub_download(repo, "model.safetensors"))
network.load_state_dict({**network.state_dict(), **tensors})

photo = Image.open(source).convert("RGB")
photo.thumbnail((512, 512))
lightness = rgb2lab(np.asarray(photo))[..., :1]
with torch.inference_mode():
    ab = network(torch.from_numpy(lightness).float().permute(2, 0, 1)[None])
lab = np.concatenate((lightness, ab[0].permute(1, 2, 0).numpy()), axis=2)
Image.fromarray((lab2rgb(lab) * 255).round().astype(np.uint8)).save(target)
