"""The six systems, each learning eight photos by heart."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from colorgan.evaluation.metrics import Picture, ciede2000, colourfulness
from colorgan.evaluation.protocol import colour_squares
from colorgan.networks import ComplexityConfig, Pix2PixConfig, ResidualConfig
from colorgan.networks.critics import ComplexityCriticConfig, DcganConfig
from colorgan.training.data import PhotoStore, StoredPhotos
from colorgan.training.loop import Trainer
from colorgan.training.recipe import LossWeights, Stage
from colorgan.training.recipes import RECIPES
from colorgan.training.run import Run
from colorgan.training.start import begin

SIDE = 32  # the smallest size that all six can work at
OVERFIT = {  # steps; what is left of grey's CIEDE2000 must be under 0.6, colourfulness 0.6 to 1.4
    "nogan": 120,
    "guler": 100,
    "landscape": 150,
    "flickr-lab": 60,
    "pix2pix-rgb": 60,
    "pix2pix-lab": 100,
}


def shrunk(recipe, photos):
    """A recipe at 32 pixels, for so many photos; the heaviest networks are half as wide."""
    generator, critic, rate = recipe.generator, recipe.critic, recipe.learning_rate
    if isinstance(generator, Pix2PixConfig):
        generator = replace(generator, levels=5, width=32)
    if isinstance(generator, ResidualConfig):
        generator = replace(generator, width=16)
    if isinstance(generator, ComplexityConfig):
        rate = 3e-3  # its own is meant for weeks
    if isinstance(critic, ComplexityCriticConfig):
        critic = replace(critic, side=SIDE)
    if isinstance(critic, DcganConfig):
        critic, rate = replace(critic, side=SIDE), 1e-3
    changes = {"generator": generator, "critic": critic, "crop_scale": (1.0, 1.0)}
    if recipe.name != "nogan":
        stages = (Stage(SIDE, 8, photos, kind="adversarial"),)
        return replace(recipe, stages=stages, learning_rate=rate, **changes)
    tenth = photos // 80 * 8
    return replace(
        recipe,
        stages=(
            Stage(SIDE, 8, photos - 2 * tenth),
            Stage(SIDE, 8, tenth, kind="critic"),
            Stage(SIDE, 8, tenth, kind="adversarial", rate=0.1),
        ),
        losses=LossWeights(huber=1.0),
        trunk_weights=None,
        trunk_rate=1.0,
        teacher=None,
        degrade=0.0,
        ema_halflife=80,
        **changes,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", OVERFIT)
def test_each_system_learns_eight_photos_by_heart(name, photos, tmp_path):
    rng = np.random.default_rng(0)
    squares = []
    for pixels in photos.values():
        for _ in range(2):
            top, left = rng.integers(0, 100, 2)
            cut = Image.fromarray(pixels[top : top + 250, left : left + 250])
            squares.append(np.asarray(cut.resize((SIDE, SIDE), Image.Resampling.LANCZOS)))
    store = StoredPhotos(PhotoStore(squares), seed=0, scale=(1, 1))
    recipe = shrunk(RECIPES[name], 8 * OVERFIT[name])
    trainer = Trainer(begin(recipe, Run(tmp_path, data=("photos",))), store)
    trainer.run_stages()
    originals = np.stack(squares)
    grey, coloured = (colour_squares(originals, model) for model in (None, trainer.model))
    left = [
        np.mean([ciede2000(Picture(a), Picture(b)) for a, b in zip(pictures, squares, strict=True)])
        for pictures in (coloured, grey)
    ]
    assert left[0] < 0.6 * left[1]
    colour = np.mean([colourfulness(Picture(a)) for a in coloured])
    assert 0.6 < colour / np.mean([colourfulness(Picture(b)) for b in squares]) < 1.4
