"""Draw the picture of the tab About: what the network sees and what it adds.

python benchmarks/how_picture.py [--photo examples/photos/flower.jpg] writes colorgan/ui/how.webp
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image
from torch.nn import functional as F

from colorgan import Colorizer, color
from colorgan.color.pixels import full_lightness
from colorgan.photo import read, to_image

ROOT = Path(__file__).parent.parent
SIDE, GAP = 220, 20


def main() -> None:
    """Colour the photo and lay out: grey, as the network sees it, the colours alone, the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", type=Path, default=ROOT / "examples" / "photos" / "flower.jpg")
    photo = read(parser.parse_args().photo)
    colorizer = Colorizer.from_pretrained("pretrained")
    coloured = to_image(colorizer.colorize(photo))
    lightness = full_lightness(photo.pixels)
    small = F.interpolate(lightness, size=(48, 48 * photo.width // photo.height), mode="area")
    seen = F.interpolate(lightness, scale_factor=256 / photo.height, mode="bilinear")
    ab = colorizer.see(seen).ab
    flat = color.lab_to_rgb(torch.cat((torch.full_like(ab[:, :1], 65), ab), 1)).clamp(0, 1)
    pictures = [
        to_image(colorizer.colorize(photo, strength=0)),
        _image(color.lightness_to_grey(small).expand(-1, 3, -1, -1)),
        _image(flat),
        coloured,
    ]
    sheet = Image.new("RGBA", (4 * SIDE + 3 * GAP, SIDE))
    for place, picture in enumerate(pictures):
        edge = min(picture.size)
        left, top = ((side - edge) // 2 for side in picture.size)
        square = picture.crop((left, top, left + edge, top + edge))
        sampling = Image.Resampling.NEAREST if place == 1 else Image.Resampling.LANCZOS
        sheet.paste(square.resize((SIDE, SIDE), sampling), (place * (SIDE + GAP), 0))
    sheet.save(ROOT / "colorgan" / "ui" / "how.webp", quality=85)


def _image(rgb: torch.Tensor) -> Image.Image:
    return Image.fromarray((rgb[0].permute(1, 2, 0) * 255).round().byte().numpy())


if __name__ == "__main__":
    main()
