"""The losses of one step against slow twins."""

import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from recon_model.geometry.orientation import draw_wrong, turned
from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining
from recon_model.nn.masking import draw_mask
from recon_model.train.objective import Objective
from recon_model.train.pretrain import PretrainingTask
from recon_model.train.targets import TextTargets
from tests.recon_model.train.runs import DIM, model_config, recipe_config

CLOUDS, LOOKS, NAMES = 4, 2, 5


@pytest.fixture
def inputs():
    generator = torch.Generator().manual_seed(0)
    patches = cut(torch.randn(CLOUDS, 64, 3, generator=generator) * torch.tensor([0.2, 0.6, 0.4]), 8, 6)
    hidden = draw_mask(patches.centres, 0.5, "random", generator)
    return {
        "patches": patches,
        "hidden": hidden,
        "labels": torch.tensor([0, 3, 1, 3]),
        "text": torch.randn(CLOUDS, DIM, generator=generator),
        "images": None,
        "wrong": draw_wrong(CLOUDS, LOOKS, generator),
    }


def objective(**changes):
    torch.manual_seed(1)
    return Objective(Pretraining(model_config()), recipe_config(**changes), torch.randn(NAMES, DIM))


def one(patches: Patches, cloud: int) -> Patches:
    return patches._replace(centres=patches.centres[cloud : cloud + 1], relative=patches.relative[cloud : cloud + 1])


@torch.no_grad()
def test_a_cloud_standing_up_competes_with_its_own_looks_lying_down(inputs):
    ours = objective().eval()
    twin = []
    for cloud, label in enumerate(inputs["labels"]):
        standing, hidden = one(inputs["patches"], cloud), inputs["hidden"][cloud : cloud + 1]
        logits = []
        for look in (torch.eye(3), *inputs["wrong"][cloud]):
            encoded = ours.model.encode(turned(standing, look), hidden)
            image, text = ours.model.image_proj(encoded.queries[:, 1]), ours.model.text_proj(encoded.queries[:, 2])
            feature = ours.model.config.zero_shot_ratio * text + image
            logits.append(normalize(feature, dim=-1) @ ours.classifier.T / ours.recipe.contrast_temperature)
        twin.append(cross_entropy(torch.cat(logits, 1), label[None]))
    assert float(ours(**inputs)["text_contrast"]) == pytest.approx(float(torch.stack(twin).mean()), rel=1e-5)
    assert float(ours(**{**inputs, "wrong": None})["text_contrast"]) < float(torch.stack(twin).mean())


@pytest.mark.parametrize("frozen", [False, True])
def test_batch_norm_sees_standing_and_lying_clouds_at_once_or_keeps_its_figures(inputs, frozen):
    """What its running figures become is what a step was evened out by, so whoever uses the model later sees what was taught."""
    ours = objective()
    embedding = ours.model.encoder.patch_embedding
    embedding.frozen = frozen
    ours.train()
    before = {name: value.clone() for name, value in embedding.named_buffers()}
    with torch.no_grad():
        ours(**inputs)
    if frozen:
        assert all(torch.equal(value, before[name]) for name, value in embedding.named_buffers())
        return
    looks = [inputs["patches"].relative]
    looks += [turned(inputs["patches"], inputs["wrong"][:, look]).relative for look in range(LOOKS)]
    first = embedding.layer1(torch.cat(looks) * ours.model.config.patch_scale).flatten(0, -2)
    momentum = embedding.norm1.momentum
    assert torch.allclose(embedding.norm1.running_mean, momentum * first.mean(0), atol=1e-6)
    assert torch.allclose(embedding.norm1.running_var, (1 - momentum) + momentum * first.var(0), rtol=1e-5)


@pytest.mark.parametrize("frozen", [False, True])
def test_a_run_says_whether_batch_norm_is_frozen(frozen):
    targets = TextTargets(lambda texts: torch.ones(len(texts), DIM), ["box", "ball"], ["a {}"])
    task = PretrainingTask(model_config(), recipe_config(frozen_norm=frozen), targets)
    task.objective.train()
    embedding = task.model.encoder.patch_embedding
    assert (embedding.norm1.training, embedding.norm3.training, task.model.encoder.blocks.training) == (not frozen, not frozen, True)
