"""A photo in, the same photo in colour out."""

import numpy as np
import pytest
import torch
from pictures import lightness, mean_chroma
from PIL import Image

from colorgan import ColorganError, Colorizer, ModelError, PhotoError, hub, photo
from colorgan.color.pixels import full_lightness, strips
from colorgan.device import has_fast_bfloat16, memory_told
from colorgan.evaluation.metrics import Picture, ciede2000
from colorgan.networks.contract import Seen
from colorgan.networks.sizes import working_size
from colorgan.photo import Photo
from colorgan.settings import AUTO_SIZES


@pytest.fixture(scope="module", params=["pretrained", "custom"])
def colorizer(request):
    return Colorizer.from_pretrained(request.param)


@pytest.fixture(scope="module")
def pretrained():
    return Colorizer.from_pretrained("pretrained")


class TestColouring:
    @pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
    def test_gives_colour_and_keeps_size_and_lightness(self, colorizer, photos, name):
        original = Image.fromarray(photos[name])
        coloured = colorizer(original)
        assert coloured.mode == "RGB" and coloured.size == original.size
        assert mean_chroma(coloured) > 4
        assert np.abs(lightness(coloured) - lightness(original)).mean() < 1.0

    def test_takes_a_path_bytes_or_an_image_alike(self, pretrained, portrait):
        by_path = np.asarray(pretrained(portrait))
        assert np.array_equal(by_path, pretrained(str(portrait)))
        assert np.array_equal(by_path, pretrained(portrait.read_bytes()))
        assert np.array_equal(by_path, pretrained(Image.open(portrait)))

    def test_a_grey_photo_and_its_colour_original_are_coloured_alike(self, pretrained, photos):
        original = Image.fromarray(photos["coffee"])
        grey = pretrained(original, strength=0)
        assert mean_chroma(grey) < 0.5
        assert ciede2000(*(Picture(np.asarray(pretrained(p))) for p in (grey, original))) < 0.5

    @pytest.mark.parametrize("size", [(1, 1), (7, 3), (3, 7), (1, 500), (500, 1)])
    def test_very_small_and_thin_pictures_come_back(self, colorizer, size):
        """Seen small: at 256 pixels the thin ones would be 128,000 long."""
        picture = Image.new("L", size, 120)
        assert colorizer(picture, size=32).size == size

    @pytest.mark.parametrize("size", [(6000, 600), (600, 6000)])
    def test_a_panorama_is_coloured_evenly(self, colorizer, photos, size):
        """One motif repeated along the panorama gets the same colours everywhere."""
        tile = Image.fromarray(photos["chelsea"]).resize((600, 600))
        panorama = Image.new("RGB", size)
        for i in range(10):
            panorama.paste(tile, (600 * i, 0) if size[0] > size[1] else (0, 600 * i))
        coloured = np.asarray(colorizer(panorama))
        assert coloured.shape == (size[1], size[0], 3)
        along = coloured if size[0] > size[1] else coloured.transpose(1, 0, 2)
        chromas = [mean_chroma(along[:, 600 * i : 600 * (i + 1)]) for i in range(10)]
        assert min(chromas) > 4
        assert max(chromas[1:-1]) / min(chromas[1:-1]) < 1.25


class TestChoosingTheSize:
    @pytest.mark.parametrize(("odd", "chosen"), [(384, 192), (192, 256), (256, 192)])
    def test_a_size_whose_colours_are_its_own_is_not_taken(self, photos, odd, chosen):
        class Odd(torch.nn.Module):
            def see(self, lightness):
                alone = lightness.shape[-2] == odd
                return Seen(torch.full_like(lightness, 60 if alone else 10).expand(-1, 2, -1, -1))

        image = photo.read(Image.fromarray(photos["coffee"]))
        assert Colorizer(Odd()).choose_size(image) == chosen

    def test_auto_colours_as_the_chosen_size_does(self, pretrained, photos):
        image = Image.fromarray(photos["coffee"])
        chosen = pretrained.choose_size(photo.read(image))
        assert chosen in AUTO_SIZES
        by_hand = np.asarray(pretrained(image, size=chosen))
        assert np.array_equal(np.asarray(pretrained(image, size="auto")), by_hand)


class TestDoubt:
    def test_a_model_that_holds_all_colours_alike_possible_is_all_doubt(
        self, guessing_model, photos
    ):
        network = hub.load(guessing_model)
        for parameter in network.head.parameters():
            torch.nn.init.zeros_(parameter)
        image = photo.read(Image.fromarray(photos["coffee"]))
        doubt = Colorizer(network).doubt(image, size=64)
        assert doubt.shape == (64, 96)
        assert np.allclose(doubt, 1, atol=1e-3)
        network.head.bias.data[100] = 50
        assert np.allclose(Colorizer(network).doubt(image, size=64), 0, atol=1e-3)

    def test_a_model_without_a_distribution_says_so(self, pretrained, photos):
        assert not pretrained.knows_doubt
        with pytest.raises(ModelError, match="not with a distribution"):
            pretrained.doubt(photo.read(Image.fromarray(photos["coffee"])))


class TestStrength:
    def test_zero_is_grey_and_more_is_more(self, pretrained, photos):
        original = Image.fromarray(photos["chelsea"])
        chromas = [mean_chroma(pretrained(original, strength=s)) for s in (0, 0.5, 1.0, 1.5)]
        assert chromas[0] < 0.5
        assert chromas == sorted(chromas)
        assert chromas[2] / chromas[1] == pytest.approx(2, rel=0.1)

    @pytest.mark.parametrize("strength", [-0.1, 1.6, float("nan")])
    def test_out_of_range_is_refused(self, pretrained, portrait, strength):
        with pytest.raises(ColorganError, match=r"between 0 and 1\.5"):
            pretrained(portrait, strength=strength)

    @pytest.mark.parametrize("size", [0, -5, 31, 5000])
    def test_a_working_size_out_of_range_is_refused(self, pretrained, portrait, size):
        with pytest.raises(ColorganError, match="between 32 and 1024"):
            pretrained(portrait, size=size)


class TestDepthAndMetadata:
    def test_16_bit_lightness_stays_16_bit(self, pretrained):
        """A ramp of 65,536 greys has far more than 256 levels after colouring."""
        ramp = np.linspace(0, 65535, 256 * 256).astype(np.uint16).reshape(256, 256)
        coloured = pretrained.colorize(
            Photo(pixels=ramp[..., None].repeat(3, axis=2), alpha=None, format="PNG")
        )
        assert coloured.pixels.dtype == np.uint16
        back = full_lightness(coloured.pixels)
        assert len(torch.unique((back * 100).round())) > 5000
        difference = back - full_lightness(ramp[..., None].repeat(3, axis=2))
        assert difference.abs().mean() < 0.05

    def test_alpha_is_kept(self, pretrained, photos):
        picture = Image.fromarray(photos["chelsea"]).convert("RGBA")
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
        coloured = pretrained(picture)
        assert coloured.mode == "RGBA"
        assert np.array_equal(coloured.getchannel("A"), picture.getchannel("A"))

    def test_the_file_says_who_coloured_it(self, pretrained, portrait, tmp_path):
        result = pretrained.colorize_file(portrait, tmp_path / "coloured.jpg")
        text = result.read_bytes()
        assert b"colorgan" in text and pretrained.revision.encode() in text
        assert "pretrained" in pretrained.note and pretrained.revision in pretrained.note


class TestWorkingSize:
    @pytest.mark.parametrize(
        ("photo_size", "short_side", "expected"),
        [
            ((1200, 800), 256, (384, 256)),
            ((800, 1200), 256, (256, 384)),
            ((3, 7), 256, (256, 597)),
            ((600, 6000), 256, (256, 2560)),
        ],
    )
    def test_keeps_the_shape(self, photo_size, short_side, expected):
        assert working_size(*photo_size, short_side) == expected

    def test_a_very_long_photo_is_bounded_as_a_whole(self):
        height, width = working_size(10, 1_000_000, 256)
        assert height >= 1 and height * width <= 1.1 * 2**22

    def test_a_photo_one_pixel_wide_is_looked_at_quickly_and_a_panorama_whole(self):
        height, width = working_size(50, 1, 256)
        assert height > 40 * width and height * width <= 10 * 256**2
        assert working_size(1000, 4000, 1024) == (1024, 4096)

    def test_strips_cover_the_photo_once(self):
        rows = [row for top, bottom in strips(4001, 3000) for row in range(top, bottom)]
        assert rows == list(range(4001))


@pytest.mark.skipif(not has_fast_bfloat16("cpu"), reason="this processor has no bfloat16")
def test_bfloat16_gives_the_colours_of_float32(colorizer, photos, monkeypatch):
    fast = [np.asarray(colorizer(Image.fromarray(p))) for p in photos.values()]
    monkeypatch.setattr("colorgan.device.has_fast_bfloat16", lambda kind: False)
    exact = [np.asarray(colorizer(Image.fromarray(p))) for p in photos.values()]
    assert any(not np.array_equal(f, e) for f, e in zip(fast, exact, strict=True))
    assert (
        np.mean([ciede2000(Picture(f), Picture(e)) for f, e in zip(fast, exact, strict=True)]) < 0.5
    )


def test_colours_do_not_depend_on_the_strips(pretrained, photos, monkeypatch):
    original = Image.fromarray(photos["rocket"])
    whole = np.asarray(pretrained(original)).astype(int)
    monkeypatch.setattr("colorgan.color.pixels.STRIP_PIXELS", 5000)
    assert np.abs(np.asarray(pretrained(original)).astype(int) - whole).max() <= 1


class TestModels:
    """What `from_pretrained` says when it cannot."""

    def test_a_folder_is_a_model(self, small_model, portrait):
        colorizer = Colorizer.from_pretrained(small_model)
        assert colorizer.name == "small" and len(colorizer.revision) == 12
        assert colorizer(portrait).size == (512, 512)

    def test_embedded_models_are_known_by_name(self):
        assert {"pretrained", "custom"} <= hub.embedded().keys()

    @pytest.mark.parametrize(
        "name", ["pretrianed", "no/such/folder/at all", "../no such folder", "model.bin"]
    )
    def test_an_unknown_name_lists_the_known_ones(self, name):
        with pytest.raises(ColorganError, match=r"There is no model .*pretrained"):
            Colorizer.from_pretrained(name)

    def test_a_folder_without_config_is_named(self, tmp_path):
        with pytest.raises(ColorganError, match=r"no model folder: it has no config.json"):
            Colorizer.from_pretrained(tmp_path)

    def test_weights_that_do_not_fit_name_the_tensors(self, small_model, tmp_path):
        from safetensors.torch import load_file, save_file

        tensors = load_file(small_model / "model.safetensors")
        tensors["head.weight"] = tensors["head.weight"][:1].contiguous()
        del tensors["head.bias"]
        tensors["surprise"] = torch.zeros(1)
        (tmp_path / "config.json").write_text((small_model / "config.json").read_text())
        save_file(tensors, tmp_path / "model.safetensors")
        with pytest.raises(ColorganError) as caught:
            Colorizer.from_pretrained(tmp_path)
        for part in ("head.weight", "(1, 16, 3, 3)", "head.bias", "surprise"):
            assert part in str(caught.value)

    @pytest.mark.parametrize("content", [b"", b"not safetensors at all", b"\x80\x04pickle"])
    def test_broken_weights_are_refused(self, small_model, tmp_path, content):
        (tmp_path / "config.json").write_text((small_model / "config.json").read_text())
        (tmp_path / "model.safetensors").write_bytes(content)
        with pytest.raises(ColorganError, match="not a safetensors file or is broken"):
            Colorizer.from_pretrained(tmp_path)

    @pytest.mark.parametrize("content", ["", "[]", "{", '"unet"'])
    def test_a_broken_config_is_refused(self, small_model, tmp_path, content):
        (tmp_path / "config.json").write_text(content)
        (tmp_path / "model.safetensors").write_bytes(
            (small_model / "model.safetensors").read_bytes()
        )
        with pytest.raises(ColorganError, match=r"config\.json"):
            Colorizer.from_pretrained(tmp_path)

    def test_a_hub_name_without_network_says_so(self, monkeypatch):
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        with pytest.raises(ModelError, match=r"nobody/nothing.*cannot be reached"):
            Colorizer.from_pretrained("nobody/nothing@v1")


@pytest.mark.parametrize("data", [b"", b"not a photo"])
def test_bytes_that_are_no_photo_are_refused(pretrained, data):
    with pytest.raises(PhotoError):
        pretrained(data)


def test_a_photo_that_needs_more_memory_than_there_is_is_told_by_name():
    with (
        pytest.raises(PhotoError, match=r"attic\.tif needs more memory than is free"),
        memory_told("attic.tif"),
    ):
        torch.empty(1 << 50)  # a petabyte and more
    with pytest.raises(RuntimeError, match="shape"), memory_told("attic.tif"):
        torch.zeros(2).view(3)
