"""Draws the design's picture from the contract in pyproject.toml: `python docs/floors.py`.

A test compares the picture with the contract, so neither changes without the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

DOCS = Path(__file__).parent
PICTURE = DOCS / "images" / "floors.svg"
DOORS = ("app.py", "train.py")

WORDS = {
    DOORS: "the doors",
    ("training", "ui", "cli"): "trainer, page, command",
    ("api", "album", "video", "evaluation", "survey"): "photos, films; judging; asking people",
    ("together",): "photos that share their colours",
    ("colorizer", "restorer", "missing"): "photo in, photo out",
    ("engines", "look", "photo_model"): "torch or onnxruntime; what a pass gave",
    ("photoset", "hub"): "photos by name; models by name",
    ("photo", "networks", "hints"): "files; lightness to ab; a person's word",
    ("output", "film"): "files that appear whole; old film",
    ("damage",): "what befalls prints",
    ("color", "device", "rates", "extras", "settings"): "single subjects, each by itself",
    ("errors", "version"): "what all may use",
}
"""What stands above the rooms of each floor."""

WIDTH, HEIGHT, GAP, LETTER = 360, 54, 12, 7  # of the picture, a floor, between two; of a character

_STYLE = """
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1d1d1f;
  text-anchor: middle }
.word { font: 11px system-ui, sans-serif; fill: #5f5f66 }
.floor { fill: #ececf1 } .room { fill: #fff; stroke: #8a8a93 }
.down { fill: none; stroke: #8a8a93; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #f2f2f5 } .word { fill: #b5b5bd } .floor { fill: #33343a } .room { fill: #1e1f24 }
}
"""


def floors(contract: Path = DOCS.parent / "pyproject.toml") -> list[tuple[str, ...]]:
    """List the rooms of each floor, from the top, as the contract of the imports names them."""
    layers = contract.read_text().partition("\nlayers = [")[2].partition("]")[0]
    return [tuple(re.findall(r"colorgan\.(\w+)", line)) for line in layers.strip().splitlines()]


def draw(houses: Sequence[tuple[str, ...]]) -> str:
    """Return the picture, an SVG file, of floors from the top to the ground."""
    height = len(houses) * (HEIGHT + GAP) - GAP + 4
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}">',
        f"<style>{_STYLE}</style>",
    ]
    for place, rooms in enumerate(houses):
        top = 2 + place * (HEIGHT + GAP)
        if place:
            parts.append(f'<path class="down" d="M180 {top - 11}v9m-4 -4l4 4l4 -4"/>')
        parts += _floor(rooms, top)
    return "\n".join([*parts, "</svg>", ""])


def _floor(rooms: tuple[str, ...], top: int) -> list[str]:
    parts = [
        f'<rect class="floor" x="1" y="{top}" width="{WIDTH - 2}" height="{HEIGHT}" rx="6"/>',
        f'<text class="word" x="{WIDTH // 2}" y="{top + 15}">{escape(WORDS[rooms])}</text>',
    ]
    widths = [len(room) * LETTER + 14 for room in rooms]
    left = (WIDTH - sum(widths) - 6 * (len(rooms) - 1)) / 2
    for room, width in zip(rooms, widths, strict=True):
        parts.append(
            f'<rect class="room" x="{left:g}" y="{top + 22}" width="{width}" height="25" rx="4"/>'
            f'<text x="{left + width / 2:g}" y="{top + 39}">{room}</text>'
        )
        left += width + 6
    return parts


if __name__ == "__main__":
    PICTURE.write_text(draw([DOORS, *floors()]))
