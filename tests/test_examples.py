"""The examples run as they stand, and every example photo names its source."""

import subprocess
import sys

from conftest import ROOT
from PIL import Image

EXAMPLES = ROOT / "examples"


def test_colorize_a_photo(portrait, tmp_path):
    script = EXAMPLES / "colorize_a_photo.py"
    result = tmp_path / "coloured.jpg"
    done = subprocess.run([sys.executable, script, portrait, result], capture_output=True)
    assert done.returncode == 0, done.stderr
    assert Image.open(result).size == (512, 512)
    code = script.read_text().split("import Colorizer\n")[1].split()
    assert len(script.read_text().split("import Colorizer\n")[1].strip().splitlines()) <= 3, code


def test_every_example_photo_names_its_source_and_licence():
    listed = (EXAMPLES / "photos" / "SOURCES.md").read_text()
    names = [p.name for p in (EXAMPLES / "photos").iterdir() if p.suffix == ".jpg"]
    assert names
    assert [name for name in names if f"| {name} |" not in listed] == []
