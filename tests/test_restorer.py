"""A damaged photo in, the same photo restored out; what is not damaged stays."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from colorgan import ColorganError, Colorizer, ModelError, Restorer, film, hub
from colorgan.cli import main
from colorgan.color.pixels import full_lightness
from colorgan.device import autocast, has_fast_bfloat16
from colorgan.evaluation.restoration import change, psnr, ssim
from colorgan.networks import RestorationConfig, RestorationNet
from colorgan.networks.restoration import apply_curves
from colorgan.photo import Photo
from colorgan.restorer import tiles

PROCESSING_SOFTWARE = 0x000B


def lightness(pixels: np.ndarray) -> np.ndarray:
    return full_lightness(pixels)[0, 0].numpy()


@pytest.fixture(scope="module")
def busy_network() -> RestorationNet:
    """A small network with random weights, which changes every pixel by what is around it."""
    torch.manual_seed(0)
    network = RestorationNet(RestorationConfig(width=8, blocks=4)).eval()
    with torch.no_grad():
        for layer in (network.leave, network.tone.leave):
            layer.weight.normal_(std=0.1)
    return network


@pytest.fixture(scope="module")
def near_network(busy_network) -> RestorationNet:
    """The same, as if it had learned to mend without its blocks at stride 8."""
    network = RestorationNet(replace(busy_network.settings, near=True)).eval()
    network.load_state_dict(busy_network.state_dict())
    return network


@pytest.fixture(scope="module")
def aware_network(busy_network) -> RestorationNet:
    """The same, but what a picture is on the whole bends what it makes of each place."""
    network = RestorationNet(replace(busy_network.settings, context=8)).eval()
    network.load_state_dict(busy_network.state_dict(), strict=False)
    torch.manual_seed(1)
    torch.nn.init.normal_(network.whole.third.weight, std=0.3)
    return network


@pytest.fixture(autouse=True)
def seeded():
    """Random pictures are the same every time."""
    torch.manual_seed(0)


class TestNetwork:
    def test_untrained_it_gives_back_what_it_sees(self):
        network = RestorationNet(RestorationConfig(width=8, blocks=1))
        seen = torch.rand(2, 1, 37, 51) * 100
        assert torch.equal(network(seen), seen)

    @pytest.mark.parametrize("size", [(1, 1), (1, 40), (37, 3), (64, 96)])
    def test_any_size_goes(self, busy_network, size):
        seen = torch.rand(2, 1, *size) * 100
        restored = busy_network(seen)
        assert restored.shape == seen.shape
        assert restored.isfinite().all()

    def test_a_picture_does_not_depend_on_its_neighbours(self, busy_network):
        seen = torch.rand(3, 1, 40, 40) * 100
        assert torch.allclose(busy_network(seen)[1:2], busy_network(seen[1:2]), atol=1e-3)

    def test_it_tells_how_likely_each_damage_befell_each_picture(self):
        settings = RestorationConfig(width=8, blocks=1, tells=("dust", "folds"))
        network, seen = RestorationNet(settings), torch.rand(3, 1, 40, 50) * 100
        likely = network.findings(seen)
        assert likely.shape == (3, 2) and ((likely > 0) & (likely < 1)).all()
        assert torch.allclose(network.findings(seen[1:2]), likely[1:2], atol=1e-4)
        with pytest.raises(ModelError, match="does not tell what it found"):
            RestorationNet(RestorationConfig(width=8, blocks=1)).findings(seen)

    def test_what_it_tells_does_not_change_what_it_mends(self):
        network = RestorationNet(RestorationConfig(width=8, blocks=1, tells=("dust",)))
        network.answer(torch.rand(1, 1, 32, 32) * 100)[-1].sum().backward()
        learns = {
            name.split(".")[0] for name, p in network.named_parameters() if p.grad is not None
        }
        assert learns == {"find"}

    def test_what_a_picture_is_on_the_whole_decides_what_becomes_of_each_place(
        self, busy_network, aware_network
    ):
        place = torch.rand(1, 1, 64, 64) * 100
        grainy, flat = (
            torch.rand(2, 1, 1, 64, 64) * torch.tensor([100.0, 1])[:, None, None, None, None]
        )
        known = [aware_network.known(other) for other in (grainy, flat)]
        mended = [aware_network.details(place, k) for k in known]
        assert (mended[0] - mended[1]).abs().mean() > 0.1
        own = aware_network.known(place)
        torch.testing.assert_close(aware_network.details(place), aware_network.details(place, own))
        assert busy_network.known(place) is None

    def test_untrained_context_changes_nothing(self, busy_network):
        network = RestorationNet(replace(busy_network.settings, context=8)).eval()
        network.load_state_dict(busy_network.state_dict(), strict=False)
        seen = torch.rand(1, 1, 40, 50) * 100
        torch.testing.assert_close(network(seen), busy_network(seen))

    @pytest.mark.parametrize(("blocks", "near"), [(4, False), (4, True), (6, False), (1, False)])
    def test_details_see_no_farther_than_they_say(self, blocks, near):
        network = RestorationNet(RestorationConfig(width=8, blocks=blocks)).eval()
        torch.nn.init.normal_(network.leave.weight, std=0.1)
        reach = network.reach(near=near)
        seen = torch.rand(1, 1, 8, 3 * reach + 8) * 100
        seen.requires_grad_()
        network.details(seen, near=near)[..., reach : reach + 8].sum().backward()
        edges = seen.grad[..., :8], seen.grad[..., 2 * reach : 2 * reach + 8]
        assert any(edge.any() for edge in edges), "no tile sees more around it than it needs"
        assert not seen.grad[..., 2 * reach + 8 :].any()

    def test_it_comes_back_from_a_model_folder(self, busy_network, tmp_path):
        hub.save(busy_network, tmp_path, card="", provenance={})
        seen = torch.rand(1, 1, 24, 24) * 100
        again = hub.load_restorer(tmp_path)
        assert (again(seen) - busy_network(seen)).abs().max() < 0.5  # kernels kept in half

    def test_a_restorer_is_no_colorizer_nor_the_other_way_round(self, busy_network, tmp_path):
        hub.save(busy_network, tmp_path, card="", provenance={})
        with pytest.raises(ModelError, match="restores photos and does not colour"):
            Colorizer.from_pretrained(tmp_path)
        with pytest.raises(ModelError, match="colours photos and does not restore"):
            Restorer.from_pretrained("pretrained")


class TestTiles:
    @pytest.mark.parametrize("shape", [(1100, 700), (10, 3000), (2001, 5)])
    def test_they_cover_the_picture_once(self, shape, monkeypatch):
        monkeypatch.setattr("colorgan.restorer.TILE", 100)
        covered = np.zeros(shape, int)
        assert len(list(tiles(*shape, 96))) >= covered.size // 100**2
        for inner, outer in tiles(*shape, 96):
            covered[inner] += 1
            assert all(
                o.start <= i.start < i.stop <= o.stop for i, o in zip(inner, outer, strict=True)
            )
            assert all(o.start % 8 == 0 for o in outer)
        assert (covered == 1).all()

    def test_they_leave_no_seam(self, busy_network, monkeypatch):
        restorer = Restorer(busy_network)
        seen = torch.rand(1, 1, 210, 330) * 100
        whole = restorer.mend(seen)
        monkeypatch.setattr("colorgan.restorer.TILE", 64)
        monkeypatch.setattr("colorgan.color.pixels.STRIP_PIXELS", 5000)
        assert (whole - seen).abs().mean() > 1
        tolerance = 1.5 if has_fast_bfloat16("cpu") else 1e-3
        assert (restorer.mend(seen) - whole).abs().max() < tolerance

    def test_all_tiles_know_the_same_of_the_whole(self, aware_network, monkeypatch):
        """Of a picture that is alike all over they know what one look at all of it knows."""
        restorer, seen = Restorer(aware_network), (torch.rand(1, 1, 64, 64) * 100).tile(1, 1, 3, 5)
        whole = restorer.mend(seen)
        monkeypatch.setattr("colorgan.restorer.TILE", 64)
        tiled = restorer.mend(seen)
        assert (whole - seen).abs().mean() > 1
        assert (tiled - whole).abs().mean() < 1
        known = []
        monkeypatch.setattr(
            aware_network, "details", lambda x, whole, near: known.append(whole) or x
        )
        restorer.mend(torch.rand(1, 1, 190, 330) * 100)
        assert len(known) > 4 and all(torch.equal(k, known[0]) for k in known)

    def test_a_large_photo_is_mended_at_several_sizes(self, busy_network, monkeypatch):
        restorer = Restorer(busy_network)
        seen = torch.rand(1, 1, 120, 131) * 100
        once = restorer.mend(seen)
        monkeypatch.setattr("colorgan.restorer.COARSE", 64)
        assert restorer.mend(seen).shape == seen.shape
        assert not torch.equal(restorer.mend(seen), once)

    @torch.inference_mode()
    @pytest.mark.parametrize("tile", [1024, 64])
    def test_at_full_size_a_large_photo_is_mended_by_what_is_near(
        self, near_network, monkeypatch, tile
    ):
        monkeypatch.setattr("colorgan.restorer.COARSE", 200)
        monkeypatch.setattr("colorgan.restorer.TILE", tile)
        seen, wide = torch.rand(1, 1, 210, 330) * 100, {"mode": "bilinear"}
        coarse = F.interpolate(seen, scale_factor=0.5, antialias=True, **wide)
        with autocast(torch.device("cpu")):
            change = near_network.details(coarse) - coarse
            before = seen + F.interpolate(change, (210, 330), **wide)
            details = near_network.details(before, near=True)
            expected = apply_curves(near_network.curves(seen), details).clamp(0, 100)
        assert (details - near_network.details(before)).abs().mean() > 0.1
        tolerance = 1.5 if has_fast_bfloat16("cpu") else 1e-3
        assert (Restorer(near_network).mend(seen) - expected).abs().max() < tolerance


@pytest.fixture(scope="module")
def busy_model(busy_network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("restorers") / "busy"
    hub.save(busy_network, folder, card="# busy\n", provenance={})
    return folder


class TestPhotos:
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_size_depth_and_colours_stay(self, busy_network, photos, dtype):
        pixels = photos["chelsea"][:90, :120].astype(dtype)
        pixels = pixels * 257 if dtype == np.uint16 else pixels
        restored = Restorer(busy_network).restore(Photo(pixels, None, "PNG")).pixels
        assert restored.dtype == dtype and restored.shape == pixels.shape
        assert change(lightness(restored), lightness(pixels)) > 0.3
        hue = [p[..., 0].astype(float) - p[..., 2] for p in (pixels, restored)]
        assert np.corrcoef(hue[0].ravel(), hue[1].ravel())[0, 1] > 0.7

    def test_strength_goes_from_nothing_to_all(self, busy_network, photos):
        restorer, original = Restorer(busy_network), Photo(photos["coffee"][:80, :80], None, "PNG")
        pictures = [restorer.restore(original, strength=s).pixels for s in (0, 0.5, 1)]
        assert np.array_equal(pictures[0], original.pixels)
        none, half, all_of_it = map(lightness, pictures)
        assert np.abs(half - (none + all_of_it) / 2).mean() < 0.5

    @pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
    def test_a_strength_out_of_range_is_refused(self, busy_network, photos, strength):
        with pytest.raises(ColorganError, match="must be between 0 and 1"):
            Restorer(busy_network).restore(Photo(photos["coffee"], None, "PNG"), strength=strength)

    def test_a_file_says_that_it_was_restored(self, busy_model, portrait, tmp_path):
        written = Restorer.from_pretrained(busy_model).restore_file(portrait, tmp_path / "out.jpg")
        note = Image.open(written).getexif()[PROCESSING_SOFTWARE]
        assert note.startswith("Restored by colorgan") and "model busy (revision" in note


class TestCommand:
    @pytest.fixture
    def small_photo(self, portrait, tmp_path):
        Image.open(portrait).resize((90, 70)).save(tmp_path / "a.jpg")
        return str(tmp_path / "a.jpg")

    def test_restore_writes_restored_photos(self, busy_model, small_photo, tmp_path, capsys):
        (tmp_path / "broken.jpg").write_bytes(b"none")
        arguments = [small_photo, str(tmp_path / "broken.jpg"), "-o", str(tmp_path / "out")]
        assert main(["restore", *arguments, "--model", str(busy_model)]) == 1
        output = capsys.readouterr()
        assert "1 of 2 photos restored" in output.out and "broken.jpg" in output.err
        assert Image.open(tmp_path / "out" / "a.jpg").size == (90, 70)

    def test_colorize_restores_first_and_says_so(
        self, busy_model, small_model, small_photo, tmp_path
    ):
        def run(name, *more):
            folder = tmp_path / name
            given = ["colorize", small_photo, "-o", str(folder), "--model", str(small_model)]
            assert main([*given, *more]) == 0
            return Image.open(folder / "a.jpg")

        plain = run("plain")
        restored = run("restored", "--restore", "--restorer", str(busy_model))
        note = restored.getexif()[PROCESSING_SOFTWARE]
        assert note.index("Restored by") < note.index("Coloured by") and "busy" in note
        assert "Restored" not in plain.getexif()[PROCESSING_SOFTWARE]
        assert change(*(lightness(np.asarray(p)) for p in (plain, restored))) > 0.3

    def test_nothing_is_read_before_the_strength_is_known_to_be_good(self, tmp_path, capsys):
        given = ["colorize", "none.jpg", "-o", str(tmp_path), "--restore-strength"]
        assert main([*given, "2", "--restore"]) == 1
        assert "must be between 0 and 1" in capsys.readouterr().err
        for option in (["--restore-strength", "0.5"], ["--restorer", "restore"]):
            assert main([*given[:-1], *option]) == 1
            assert "need --restore" in capsys.readouterr().err


@pytest.fixture(scope="module")
def restorer():
    return Restorer.from_pretrained()


@pytest.fixture(scope="module")
def pictures(photos):
    small = [Image.fromarray(p).resize((240, 180)) for p in photos.values()]
    return [film.lightness_of(np.asarray(p)) for p in small]


class TestTrained:
    """What the embedded weights can do, on photos that they have not seen."""

    def mend(self, restorer, picture):
        return restorer.mend(torch.tensor(picture)[None, None])[0, 0].numpy()

    def test_what_is_not_damaged_stays(self, restorer, pictures):
        """On average; a picture that is all fine texture may lose some of it."""
        mended = [self.mend(restorer, picture) for picture in pictures]
        pairs = list(zip(mended, pictures, strict=True))
        assert np.mean([change(*pair) for pair in pairs]) <= 1
        assert np.mean([ssim(*pair) for pair in pairs]) >= 0.98

    @pytest.mark.parametrize("kind", ["grain", "scratches", "folds", "fading", "blur"])
    def test_damage_is_mended(self, restorer, pictures, kind):
        gains = []
        for seed, picture in enumerate(pictures * 3):
            damaged = film.DAMAGES[kind](picture, 0.7, np.random.default_rng(seed))
            gains.append(psnr(self.mend(restorer, damaged), picture) - psnr(damaged, picture))
        assert np.mean(gains) > 0.2

    def test_a_large_photo_stays_as_sharp_as_it_is(self, restorer, photos):
        picture = film.lightness_of(photos["astronaut"])
        large = np.kron(picture, np.ones((2, 2), np.float32))[:1000, :1020]
        assert change(self.mend(restorer, large), large) < 1.5


def test_a_gate_decides_whether_tones_are_mended():
    network = RestorationNet(RestorationConfig(width=8, blocks=1, gated=True)).eval()
    with torch.no_grad():
        network.tone.leave.bias.copy_(torch.tensor([0.2, 0, 0, 0]))
    seen = torch.rand(1, 1, 40, 30) * 50 + 20
    for bias, added in ((20.0, 10.0), (-20.0, 0.0)):
        with torch.no_grad():
            network.sure.layers[-1].bias.fill_(bias)
            torch.testing.assert_close(network(seen), seen + added, atol=1e-3, rtol=0)
    assert RestorationNet(RestorationConfig(width=8, blocks=1)).tones(seen)[1] is None


class TestCurves:
    @pytest.mark.parametrize("shape", [(40, 60), (7, 300), (300, 1)])
    def test_are_spread_bicubically_over_the_whole_picture(self, shape):
        generator = torch.Generator().manual_seed(3)
        curves = torch.randn(2, 4, 3, 5, generator=generator) * 0.1
        lightness = torch.rand(2, 1, *shape, generator=generator) * 100
        y, x = (torch.arange(-1 + 1 / side, 1, 2 / side)[:side] for side in shape)
        places = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)[None]
        a, b, c, d = F.grid_sample(
            curves,
            places.expand(2, -1, -1, -1),
            mode="bicubic",
            padding_mode="border",
            align_corners=False,
        ).split(1, dim=1)
        t = lightness / 50 - 1
        wanted = lightness + 50 * (a + b * t + c * t**2 + d * t**3)
        torch.testing.assert_close(
            apply_curves(curves, lightness), wanted.clamp(-20, 120), atol=1e-3, rtol=0
        )

    def test_of_some_rows_are_those_of_the_whole(self):
        curves, lightness = torch.randn(1, 4, 3, 5) * 0.1, torch.rand(1, 1, 40, 60) * 100
        whole = apply_curves(curves, lightness)
        part = apply_curves(curves, lightness[:, :, 10:25], top=10, rows=40)
        torch.testing.assert_close(part, whole[:, :, 10:25])
