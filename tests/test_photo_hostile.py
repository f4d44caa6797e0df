"""Picture files that are damaged: a photo or a sentence, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COUNT = 300


@pytest.mark.slow
@pytest.mark.parametrize("family", ["pillow", "deep", "tiff"])
def test_damaged_files_give_a_photo_or_a_sentence_and_print_nothing(
    family: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    done = subprocess.run(
        [sys.executable, str(HERE / "damaged_files.py"), family, str(COUNT), str(report)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    told = json.loads(report.read_text())
    assert told["faults"] == []
    assert told["photos"] > 0 and told["refused"] > 0
    kibibyte = 1 if sys.platform == "darwin" else 1024  # in which memory is counted
    assert told["grown"] * kibibyte < 250_000_000
