"""Many photos at once: shared among processes, taken up again, and never twice in one place."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from commands import COLORGAN, colorgan, run
from photo_files import NOTE, scene
from PIL import Image

from colorgan import album, photo
from colorgan.album import Job, finished, share
from colorgan.colorizer import Colorizer
from colorgan.photo import Photo

PHOTOS = 24


@pytest.fixture(scope="module")
def attic(photos, tmp_path_factory) -> Path:
    """Two dozen small grey photos in two folders."""
    folder = tmp_path_factory.mktemp("attic")
    image = Image.fromarray(photos["astronaut"]).convert("L").resize((48, 40))
    for number in range(PHOTOS):
        path = folder / f"box {number % 2}" / f"{number:02}.png"
        path.parent.mkdir(exist_ok=True)
        image.rotate(number).save(path)
    return folder


def results(folder: Path) -> dict[str, int]:
    """When each result was written."""
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*.png")}


def jobs_of(*names: str) -> list[Job]:
    return [Job(Path("in") / name, Path("out") / name) for name in names]


class TestShare:
    @pytest.mark.parametrize("processes", [1, 2, 3, 7])
    def test_every_photo_is_one_process_s(self, processes):
        jobs = jobs_of(*(f"{i}.jpg" for i in range(20)))
        parts = [share(jobs, process, processes) for process in range(processes)]
        assert sorted((job for part in parts for job in part), key=jobs.index) == jobs
        assert max(map(len, parts)) - min(map(len, parts)) <= 1

    def test_photos_of_one_name_stay_together(self):
        jobs = jobs_of("a.jpg", "b.jpg", "a.bmp", "c.jpg", "a.png")
        parts = [share(jobs, process, 2) for process in range(2)]
        assert [job.source.name for job in parts[0]] == ["a.jpg", "a.bmp", "c.jpg", "a.png"]


def unfinished(jobs: list[Job]) -> list[Job]:
    done = finished(jobs)
    return [job for job in jobs if job not in done]


class TestUnfinished:
    def plan(self, tmp_path: Path, *names: str) -> list[Job]:
        return [Job(Path(name), tmp_path / name) for name in names]

    def write(self, path: Path) -> None:
        photo.write(Photo(scene(), None, "PNG"), path, NOTE)

    def test_what_has_a_result_is_left_out_whatever_its_ending(self, tmp_path):
        jobs = self.plan(tmp_path, "a.jpg", "b.bmp", "c.tif")
        for name in ("a.jpg", "b.png"):
            self.write(tmp_path / name)
        (tmp_path / "c.txt").touch()
        assert [job.source.name for job in unfinished(jobs)] == ["c.tif"]

    def test_of_two_photos_of_one_name_only_the_one_with_a_result_is_done(self, tmp_path):
        jobs = self.plan(tmp_path, "a.jpg", "a.png")
        self.write(tmp_path / "a.png")
        assert [job.source.name for job in unfinished(jobs)] == ["a.jpg"]

    def test_what_others_wrote_is_no_result(self, tmp_path):
        jobs = self.plan(tmp_path, "a.jpg", "b.jpg", "b.png")
        for name in ("a.jpg", "b.png"):
            Image.new("RGB", (9, 9)).save(tmp_path / name)
        assert unfinished(jobs) == jobs

    def test_nothing_is_done_where_there_is_no_folder_yet(self, tmp_path):
        jobs = self.plan(tmp_path / "new", "a.jpg")
        assert unfinished(jobs) == jobs


@pytest.mark.parametrize("idle", [True, False])
def test_rows_come_in_order_with_and_without_a_core_for_files(
    attic, small_model, tmp_path, monkeypatch, idle
):
    monkeypatch.setattr(album, "has_idle_core", lambda: idle)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"?")
    photos = sorted(attic.rglob("*.png"))
    jobs = album.plan([*photos[:5], broken, *photos[5:]], tmp_path / "out")
    rows = list(album.colorize_all(Colorizer.from_pretrained(small_model), jobs, size=32))
    assert [row.source for row in rows] == [job.source for job in jobs]
    assert [row.source.name for row in rows if row.error] == ["broken.png"]
    assert len(results(tmp_path / "out")) == PHOTOS


KILLED = """
import os, pathlib, signal, sys
from colorgan.cli import main

appear, left = pathlib.Path.replace, [3]
def replace(part, path):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return appear(part, path)
pathlib.Path.replace = replace
main(sys.argv[1:])
"""
"""Colours an album, and is killed when the fourth result is written but has not appeared."""


@pytest.mark.slow
def test_killed_and_resumed_no_photo_is_lost_or_done_twice(attic, small_model, tmp_path):
    options = ("colorize", attic, "-o", tmp_path, "--model", small_model, "--size", "32")
    killed = run(sys.executable, "-c", KILLED, *options, "--resume")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before = results(tmp_path)
    assert len(before) == 3
    done = colorgan(*options, "--resume")
    assert done.returncode == 0, done.stderr
    assert f"3 of {PHOTOS} photos are done already" in done.stdout
    after = results(tmp_path)
    assert set(after) == set(results(attic))
    assert {name: after[name] for name in before} == before
    for path in tmp_path.rglob("*.png"):
        Image.open(path).load()


@pytest.mark.slow
def test_processes_of_a_launcher_share_a_folder(attic, small_model, tmp_path):
    launcher = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2")
    options = ("colorize", attic, "-o", tmp_path, "--model", small_model, "--size", "32")
    done = run(*launcher, *COLORGAN, *options, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"{PHOTOS // 2} of {PHOTOS // 2} photos coloured") == 2
    assert set(results(tmp_path)) == set(results(attic))
