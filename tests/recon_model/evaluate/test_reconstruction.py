from pathlib import Path

import numpy as np
import pytest
import torch

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError, ConfigError, InputError
from recon_model.evaluate.reconstruction import mean_patches, nearest_visible_patches, reconstruction
from recon_model.geometry.patches import cut
from recon_model.nn.masking import random_mask
from recon_model.predictor import Predictor
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def predictor(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu")


@pytest.fixture(scope="module")
def data() -> LabelledClouds:
    rng = np.random.default_rng(0)
    return LabelledClouds([rng.normal(size=(150 + 9 * k, 3)).astype(np.float32) for k in range(35)], np.zeros(35, np.int64), ("thing",))


def test_the_figures_are_those_of_one_patch_after_another(predictor: Predictor, data: LabelledClouds) -> None:
    result = reconstruction(predictor, data, "set", seed=4)
    generator = torch.Generator().manual_seed(4)
    found: dict[str, list[float]] = {"model": [], "mean patch": [], "nearest visible patch": []}
    for cloud in data.points:
        prepared = predictor.prepare(cloud)
        mask = random_mask(torch.from_numpy(prepared.centres)[None], 0.6, generator)[0]
        found["model"] += predictor.reconstruct(prepared, hidden=mask.numpy()).chamfer.tolist()
        relative = torch.from_numpy(prepared.points[prepared.members] - prepared.centres[:, None])
        for patch in torch.nonzero(mask)[:, 0]:
            for name, guess in naive.patch_guesses(torch.from_numpy(prepared.centres), relative, mask, int(patch)).items():
                forward, backward = naive.chamfer(guess, relative[patch])
                found[name].append(float(forward.mean() + backward.mean()))
    means = {name: np.mean(values) for name, values in found.items()}
    assert (result["n"], result["hidden"], result["seed"], len(found["model"])) == (35, 9, 4, 315)
    assert result["chamfer"] == pytest.approx(means.pop("model"), rel=1e-4)
    assert result["baselines"] == pytest.approx(means, rel=1e-4)
    for name, mean in means.items():
        assert result["ratios"][name] == pytest.approx(result["chamfer"] / mean, rel=1e-3)
    assert "9 of 16 patches hidden (random, seed 4)" in result["protocol"]


def test_guesses_have_the_shape_of_what_they_guess(data: LabelledClouds) -> None:
    patches = cut(torch.from_numpy(np.stack([cloud[:100] for cloud in data.points[:3]])), 10, 4)
    hidden = random_mask(patches.centres, 0.5, torch.Generator().manual_seed(0))
    assert mean_patches(patches.relative, hidden).shape == nearest_visible_patches(patches, hidden).shape == (3, 5, 4, 3)


def test_blocks_are_harder_than_scattered_patches_for_a_copying_rule(predictor: Predictor, data: LabelledClouds) -> None:
    scattered, block = (reconstruction(predictor, data, "set", strategy=how)["baselines"] for how in ("random", "block"))
    assert block["nearest visible patch"] > scattered["nearest visible patch"]


def test_what_cannot_be_measured_is_a_sentence(predictor: Predictor, data: LabelledClouds) -> None:
    with pytest.raises(InputError, match=r"mask_ratio \(0.01\) must hide at least one of 16 patches"):
        reconstruction(predictor, data, "set", mask_ratio=0.01)
    with pytest.raises(ConfigError, match=r"mask_ratio \(1.0\)"):
        reconstruction(predictor, data, "set", mask_ratio=1.0)
    blind = Predictor(predictor.model, predictor.card, device=predictor.device, lacking=("decoder",))
    with pytest.raises(CheckpointError, match="'small' has no decoder"):
        reconstruction(blind, data, "set")
