"""Colours of other photos: what is alike takes them, what is not stays as it was."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from commands import colorgan
from photo_files import noise
from PIL import Image
from skimage.color import deltaE_ciede2000

from colorgan import Colorizer, PhotoWarning
from colorgan.album import Job, colorize_all
from colorgan.color.pixels import to_lab
from colorgan.color.upsampling import apply_lines
from colorgan.colorizer import NO_HINTS
from colorgan.errors import ColorganError, HintError
from colorgan.hints import Hint, reference
from colorgan.hints.reference import borrow, gate, likeness, paired
from colorgan.photo import Photo
from colorgan.together import Series, Shelf, gather


@pytest.fixture(scope="module")
def colorizer():
    return Colorizer.from_pretrained("custom")


@pytest.fixture(scope="module")
def pictures(photos):
    """Colour photos of some 192 pixels."""
    return {name: Image.fromarray(pixels).resize((256, 192)) for name, pixels in photos.items()}


def as_photo(image: Image.Image) -> Photo:
    return Photo(np.asarray(image.convert("RGB")), None, "PNG", "photo")


def ab_of(image: Image.Image) -> torch.Tensor:
    return to_lab(np.asarray(image.convert("RGB")))[:, 1:]


def apart(image: Image.Image, truth: Image.Image) -> float:
    """Mean distance in ab."""
    return float((ab_of(image) - ab_of(truth)).norm(dim=1).mean())


def scene_of(colours: torch.Tensor) -> reference.Scene:
    """A scene in which the network tells things apart by what `colours` (1, C, h, w) says."""
    height, width = colours.shape[-2:]
    lightness = torch.full((1, 1, height * 4, width * 4), 50.0)
    return reference.scene(lightness, torch.zeros(1, 2, height * 4, width * 4), colours)


def things(seed: int = 0) -> torch.Tensor:
    """Features (1, 8, 24, 24) of two things, left and right, somewhat grainy."""
    kind = torch.zeros(1, 8, 24, 24)
    kind[:, 0, :, :12], kind[:, 1, :, 12:] = 4, 4
    return kind + 0.3 * torch.randn(kind.shape, generator=torch.Generator().manual_seed(seed))


class TestLikeness:
    def test_other_grain_of_the_same_things_is_alike(self):
        first, second = (reference.sample(scene_of(things(seed))) for seed in (0, 1))
        assert gate(likeness(first, second)) == 1

    def test_other_things_are_not_alike(self):
        first = reference.sample(scene_of(things()))
        second = reference.sample(scene_of(things().roll(4, dims=1)))
        assert gate(likeness(first, second)) == 0

    def test_it_is_the_same_from_both_sides(self):
        first, second = (reference.sample(scene_of(things(seed))) for seed in (0, 1))
        assert likeness(first, second) == pytest.approx(likeness(second, first), abs=1e-5)


class TestBorrowing:
    def taught(self, seed: int, *colours: tuple[float, float]) -> reference.Reference:
        ab = torch.zeros(1, 2, 24, 24)
        for half, colour in zip((slice(0, 12), slice(12, 24)), colours, strict=True):
            ab[0, :, :, half] = torch.tensor(colour)[:, None, None]
        return reference.reference(scene_of(things(seed)), ab)

    def test_each_thing_takes_its_colour(self):
        given = borrow(scene_of(things(1).flip(3)), [self.taught(0, (40, 0), (0, -40))])
        assert given.share > 0.9
        left, right = given.offset[0, :, :, :12], given.offset[0, :, :, 12:]
        assert torch.allclose(left.mean((1, 2)), torch.tensor([0.0, -40.0]), atol=4)
        assert torch.allclose(right.mean((1, 2)), torch.tensor([40.0, 0.0]), atol=4)

    def test_the_order_of_references_makes_no_difference(self):
        both = [self.taught(0, (40, 0), (0, -40)), self.taught(1, (20, 9), (0, -10))]
        first, second = (borrow(scene_of(things(2)), order) for order in (both, both[::-1]))
        assert torch.allclose(first.offset, second.offset, atol=1e-2)

    def test_half_the_strength_goes_half_the_way(self):
        one = [self.taught(0, (40, 0), (0, -40))]
        whole, half = (borrow(scene_of(things(1)), one, strength) for strength in (1, 0.5))
        assert torch.allclose(half.offset, whole.offset / 2)
        assert half.gain.unique().tolist() == [0.5]

    def test_what_is_not_alike_changes_nothing(self):
        given = borrow(scene_of(things().roll(4, dims=1)), [self.taught(0, (40, 0), (0, -40))])
        assert not given.reached and given.share == 0
        assert given.gain.unique().tolist() == [1] and not given.offset.any()

    def test_another_model_s_reference_is_refused(self):
        with pytest.raises(HintError, match="made with another model"):
            borrow(scene_of(things()[:, :4]), [self.taught(0, (40, 0), (0, -40))])

    def test_a_pair_of_places_is_a_hint(self):
        lab = torch.zeros(1, 3, 30, 60)
        lab[:, 1, :, 30:] = 33
        hint = paired(lab, there=(0.9, 0.5), here=(0.1, 0.2))
        assert hint.points == ((0.1, 0.2),) and hint.want == (33, 0)


class TestColorizer:
    def test_the_photo_itself_in_colour_gives_its_colours_back(self, colorizer, pictures):
        cat = pictures["chelsea"]
        with_it = colorizer(cat, references=[colorizer.reference(cat)])
        assert apart(with_it, cat) < 0.7 * apart(colorizer(cat), cat)

    def test_a_photo_that_is_not_alike_changes_nothing_and_is_told(self, colorizer, pictures):
        rocket = colorizer.reference(pictures["rocket"])
        plain = colorizer(pictures["chelsea"])
        with pytest.warns(PhotoWarning, match="Nothing in it is like the reference"):
            target = colorizer(pictures["chelsea"], references=[rocket])
        assert np.array_equal(plain, target)

    def test_a_grey_reference_is_refused(self, colorizer, pictures):
        with pytest.raises(HintError, match="is grey: it has no colours to give"):
            colorizer.reference(pictures["coffee"].convert("L"))

    def test_a_toned_print_is_refused_as_a_reference(self, colorizer, pictures):
        grey = np.asarray(pictures["coffee"].convert("L"), dtype=float)[..., None]
        sepia = Image.fromarray((grey * [1.0, 0.85, 0.65]).astype(np.uint8))
        with pytest.raises(HintError, match="is a toned grey photo, such as sepia"):
            colorizer.reference(sepia)

    def test_one_pixel_in_colour_harms_nothing(self, colorizer, pictures):
        dot = colorizer.reference(Image.new("RGB", (1, 1), "red"))
        with pytest.warns(PhotoWarning, match="Nothing in it is like"):
            made = colorizer(pictures["chelsea"], references=[dot])
        assert np.array_equal(made, colorizer(pictures["chelsea"]))

    def test_forty_are_taken_and_no_more(self, colorizer, pictures):
        one = colorizer.reference(pictures["chelsea"])
        assert colorizer(pictures["chelsea"], references=[one] * 40).size == (256, 192)
        with pytest.raises(ColorganError, match="at most 40"):
            colorizer(pictures["chelsea"], references=[one] * 41)

    def test_a_reference_is_small(self, colorizer, pictures):
        scene = colorizer.reference(pictures["chelsea"]).scene
        assert scene.features.numel() * scene.features.element_size() < 400_000


class TestTogether:
    def frames(self, picture: Image.Image, folder: Path) -> list[Path]:
        paths = []
        for number in range(4):
            path = folder / f"{number}.png"
            picture.crop((number * 16, 0, number * 16 + 192, 192)).convert("L").save(path)
            paths.append(path)
        return paths

    def test_the_same_thing_gets_one_colour(self, colorizer, pictures, tmp_path):
        paths = self.frames(pictures["coffee"], tmp_path)
        series = Series(list(gather(colorizer, paths)))
        shared = [self.coloured(colorizer, path, series) for path in paths]
        alone = [self.coloured(colorizer, path) for path in paths]
        assert self.inconsistency(shared) < 0.6 * self.inconsistency(alone)

    def coloured(self, colorizer, path, series=None):
        from colorgan import photo
        from colorgan.colorizer import NO_HINTS, paint

        own = photo.read(path)
        look = colorizer.look(own)
        lines = series.lines(look, NO_HINTS) if series else look.lines()
        return to_lab(paint(own, lines).pixels)[0, 1:]

    def inconsistency(self, frames):
        """Distance in ab of what neighbours both show."""
        pairs = pairwise(frames)
        return np.mean([float((a[..., 16:] - b[..., :-16]).norm(dim=0).mean()) for a, b in pairs])

    def test_a_photo_that_is_alone_stays_as_it_was(self, colorizer, pictures, tmp_path):
        path = self.frames(pictures["coffee"], tmp_path)[0]
        alone = Series(list(gather(colorizer, [path])))
        assert torch.equal(self.coloured(colorizer, path, alone), self.coloured(colorizer, path))

    def test_each_photo_is_shown_to_the_network_once(self, colorizer, pictures, tmp_path):
        paths = self.frames(pictures["coffee"], tmp_path)
        with shown_to(colorizer) as shown:
            shelf = Shelf()
            series = Series(list(gather(colorizer, paths, shelf=shelf)), shelf)
            rows = list(colorize_all(colorizer, self.jobs(paths, tmp_path), series=series))
        zooms = len(colorizer.generator.settings.zooms)
        assert all(row.result for row in rows) and len(shown) == zooms * len(paths)

    def test_kept_looks_give_the_same_colours_as_new_ones(self, colorizer, pictures, tmp_path):
        paths = self.frames(pictures["coffee"], tmp_path)
        shelf = Shelf()
        references = list(gather(colorizer, paths, shelf=shelf))
        results = []
        for name, series in ("kept", Series(references, shelf)), ("new", Series(references)):
            rows = colorize_all(colorizer, self.jobs(paths, tmp_path / name), series=series)
            results.append([Image.open(row.result) for row in rows])
        for kept, new in zip(*results, strict=True):
            assert np.array_equal(kept, new)

    def test_what_was_restored_since_is_looked_at_anew(self, colorizer, pictures, tmp_path):
        shelf = Shelf()
        own = as_photo(pictures["coffee"])
        shelf.put(own, colorizer.look(own))
        assert shelf.take(as_photo(pictures["coffee"].rotate(180))) is None
        assert shelf.take(own) is not None
        assert shelf.take(own) is None  # and it takes no more room

    def jobs(self, paths: list[Path], folder: Path) -> list[Job]:
        return [Job(path, folder / "out" / path.name) for path in paths]

    def test_a_look_is_kept_with_what_hints_spread_by(self, colorizer, pictures):
        photo = as_photo(pictures["coffee"].convert("L"))
        look = colorizer.look(photo)
        learned = replace(look, points=torch.randn(1, 8, *look.features.shape[-2:]))
        hints = [Hint(((0.5, 0.5),), (-50.0, 40.0))]
        shelf = Shelf()
        for one in (look, learned):
            shelf.put(photo, one)
            assert torch.equal(shelf.take(photo).lines(hints), one.lines(hints))
        assert shelf.take(photo) is None

    def test_what_cannot_be_read_is_passed_over(self, colorizer, tmp_path):
        broken = tmp_path / "broken.jpg"
        broken.write_bytes(noise(20, dtype=np.uint8).tobytes())
        assert list(gather(colorizer, [broken])) == []


@contextmanager
def shown_to(colorizer):
    """Collect what the network is shown, while it works as always."""
    shown = []
    network = colorizer.generator
    hook = network.trunk.register_forward_hook(lambda *_: shown.append(1))
    try:
        yield shown
    finally:
        hook.remove()


class TestCorrectingOneOfASeries:
    @pytest.fixture(scope="class")
    @classmethod
    def looks(cls, colorizer, pictures):
        """Three frames of one cup, and a photo like none."""
        cup = [pictures["coffee"].crop((x, 0, x + 192, 192)) for x in (0, 16, 32)]
        shown = {f"cup {n}": frame for n, frame in enumerate(cup)} | {"cat": pictures["chelsea"]}
        return {name: colorizer.look(as_photo(image.convert("L"))) for name, image in shown.items()}

    @pytest.fixture
    def series(self, looks):
        return Series([look.guess(name=name).small() for name, look in looks.items()])

    def test_the_photos_that_would_change_are_told_before_they_do(self, looks, series):
        green = looks["cup 1"].guess([Hint(((0.5, 0.5),), (-50.0, 40.0), 3.0)], "cup 1")
        cups = series.changes(green)[:2]
        assert sorted(change.name for change in cups) == ["cup 0", "cup 2"]
        assert all(change.apart > 1 for change in cups)

    def test_what_is_told_is_what_happens(self, looks, series):
        green = looks["cup 1"].guess([Hint(((0.5, 0.5),), (-50.0, 40.0), 3.0)], "cup 1")
        told = {change.name: change.apart for change in series.changes(green)}
        after = series.corrected(green)
        for name in ("cup 0", "cup 2", "cat"):
            before, later = (each.lines(looks[name], NO_HINTS) for each in (series, after))
            happens = difference(looks[name], before, later)
            assert happens == pytest.approx(told.get(name, 0), rel=0.25, abs=0.1)

    def test_what_was_no_correction_changes_nothing(self, looks, series):
        same = looks["cup 1"].guess(name="cup 1").small()
        assert all(change.apart < 0.01 for change in series.changes(same))


def difference(look, before: torch.Tensor, after: torch.Tensor) -> float:
    """Mean CIEDE2000 between two colourings of what a look saw."""
    height = look.lightness.shape[-2]
    labs = [
        torch.cat((look.lightness, apply_lines(lines, look.lightness, 0, height)), dim=1)[0]
        for lines in (before, after)
    ]
    return float(deltaE_ciede2000(*(lab.permute(1, 2, 0).numpy() for lab in labs)).mean())


class TestCommand:
    def test_a_grey_reference_ends_it_before_the_work(self, pictures, tmp_path):
        pictures["coffee"].convert("L").save(tmp_path / "grey.png")
        done = colorgan(
            "colorize", tmp_path / "grey.png", "-o", tmp_path / "out",
            "--reference", tmp_path / "grey.png",
        )  # fmt: skip
        assert done.returncode == 1 and "no colours to give" in done.stderr
        assert not (tmp_path / "out").exists()

    def test_each_reference_is_named_by_itself_and_photos_may_follow(self, pictures, tmp_path):
        """A folder stands for all photos in it."""
        folder, grey = tmp_path / "in colour", tmp_path / "grey.png"
        folder.mkdir()
        for name in ("coffee", "chelsea"):
            pictures[name].save(folder / f"{name}.png")
        pictures["coffee"].convert("L").save(grey)
        one = ("--reference", folder / "coffee.png")
        looks = set()
        for number, options in enumerate([(), one, (*one, "--reference", folder)]):
            done = colorgan("colorize", *options, grey, "-o", tmp_path / f"{number}")
            assert done.stdout.startswith("1 of 1 photos coloured"), done.stderr
            looks.add(np.asarray(Image.open(tmp_path / f"{number}" / "grey.png")).tobytes())
        assert len(looks) == 3

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--reference-strength", 0.5), "--reference-strength needs --reference."),
            (("--reference", "absent"), "There is no file or folder absent"),
            (("--reference", "."), "The folder . holds no photos"),
        ],
    )
    def test_a_reference_that_cannot_be_is_said(self, options, words, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        done = colorgan("colorize", "old.jpg", "-o", "out", *options)
        assert done.returncode == 1 and words in done.stderr

    def test_an_album_together(self, pictures, tmp_path):
        (tmp_path / "in").mkdir()
        for number in range(2):
            pictures["coffee"].convert("L").save(tmp_path / "in" / f"{number}.png")
        done = colorgan("colorize", tmp_path / "in", "-o", tmp_path / "out", "--together")
        assert done.returncode == 0, done.stderr
        assert len(list((tmp_path / "out").iterdir())) == 2

    @pytest.mark.slow
    def test_an_album_restored_and_coloured_together(self, pictures, tmp_path):
        (tmp_path / "in").mkdir()
        for number in range(2):
            pictures["coffee"].convert("L").save(tmp_path / "in" / f"{number}.png")
        done = colorgan(
            "colorize", tmp_path / "in", "-o", tmp_path / "out", "--together", "--restore"
        )
        assert done.returncode == 0, done.stderr
        assert "2 of 2 photos restored and coloured" in done.stdout

    def test_a_reference_is_an_input_and_no_result_takes_its_place(self, pictures, tmp_path):
        (tmp_path / "in").mkdir()
        pictures["coffee"].convert("L").save(tmp_path / "in" / "cup.png")
        assert colorgan("colorize", tmp_path / "in", "-o", tmp_path / "out").returncode == 0
        mine = tmp_path / "out" / "cup.png"  # was corrected, say: it shall guide the others
        before = mine.read_bytes()
        again = colorgan(
            "colorize", tmp_path / "in", "-o", tmp_path / "out", "--reference", mine, "--overwrite"
        )
        assert again.returncode == 1 and "it would overwrite the photo" in again.stderr
        assert mine.read_bytes() == before
