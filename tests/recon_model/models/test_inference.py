import numpy as np
import pytest
import torch

from recon_model.assets import asset_path
from recon_model.data.clouds import read
from recon_model.errors import ConfigError
from recon_model.geometry.patches import Patches, cut
from recon_model.models.inference import for_inference, in_bfloat16
from recon_model.models.pretraining import Pretraining
from recon_model.nn.attention import AttentionRecord
from recon_model.nn.masking import draw_mask
from recon_model.predictor import Predictor
from recon_model.presets import studio

BOUND = 0.015
"""Relative error that answers in bfloat16 may have: its rounding is 0.004, and errors of layers add up as their squares."""

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model() -> Pretraining:
    torch.manual_seed(0)
    made = Pretraining(studio(num_points=256, num_groups=16)).eval().requires_grad_(False)
    for norm in (made.encoder.patch_embedding.norm1, made.encoder.patch_embedding.norm3):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2.0)
        norm.weight.uniform_(0.5, 2.0)
        norm.bias.normal_()
    return made


def _patches(model: Pretraining) -> Patches:
    config = model.config
    return cut(torch.randn(3, config.num_points, 3, generator=torch.Generator().manual_seed(1)), config.num_groups, config.group_size)


def _apart(found: torch.Tensor, true: torch.Tensor) -> float:
    return float((found - true).norm() / true.norm())


def test_answers_in_bfloat16_are_those_in_float32_but_for_its_rounding(model: Pretraining) -> None:
    patches, fast = _patches(model), for_inference(model)
    mask = draw_mask(patches.centres, 0.6, "random", torch.Generator().manual_seed(2))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for hidden in (None, mask):
        found, true = fast.encode(patches, hidden), model.encode(patches, hidden)
        assert found.patches.dtype == found.queries.dtype == torch.float32
        assert 0 < _apart(found.patches, true.patches) < BOUND
        assert 0 < _apart(found.queries, true.queries) < BOUND
    found, true = (made.reconstruct(patches, mask).points for made in (fast, model))
    centres = patches.centres[mask].view(3, -1, 1, 3)
    assert 0 < _apart(found - centres, true - centres) < BOUND
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)


def test_asking_where_tokens_look_changes_nothing_here_either(model: Pretraining) -> None:
    patches, fast, record = _patches(model), for_inference(model), AttentionRecord()
    mask = draw_mask(patches.centres, 0.6, "random", torch.Generator().manual_seed(2))
    asked, plain = fast.reconstruct(patches, mask, record=record), fast.reconstruct(patches, mask)
    torch.testing.assert_close(asked.points, plain.points, rtol=0, atol=0)
    for weights in (*record.cross.values(), *record.patches.values(), *record.decoder.values()):
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))


def test_the_precision_follows_the_hardware_unless_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    for has in (True, False):
        monkeypatch.setattr("recon_model.models.inference.multiplies_bfloat16", lambda _device, has=has: has)
        assert in_bfloat16("auto", cpu, 192) is has
        assert not in_bfloat16("auto", cpu, 96)
        assert in_bfloat16("bfloat16", cpu, 96)
        assert not in_bfloat16("float32", cpu, 192)
    with pytest.raises(ConfigError, match=r"precision \('half'\) must be one of auto, float32, bfloat16"):
        in_bfloat16("half", cpu, 192)


def test_the_shipped_model_answers_alike_in_either_precision() -> None:
    chair = read(asset_path("clouds") / "chair.ply").points
    slow, fast = (Predictor.load("default", "cpu", precision=precision) for precision in ("float32", "bfloat16"))
    assert (slow.about.precision, fast.about.precision) == ("float32", "bfloat16")
    assert slow.answering is slow.model
    prepared = slow.prepare(chair)
    np.testing.assert_array_equal(fast.prepare(chair).points, prepared.points)
    true, found = slow.reconstruct(prepared), fast.reconstruct(prepared)
    patches = prepared.points[prepared.members[true.hidden]]
    spread = np.linalg.norm(patches - patches.mean(1, keepdims=True))
    assert 0 < np.linalg.norm(found.rebuilt - true.rebuilt) / spread < BOUND
    np.testing.assert_allclose(found.chamfer.mean(), true.chamfer.mean(), rtol=BOUND)
    first, second = (made.embed([prepared]) for made in (slow, fast))
    assert first.projected is not None
    assert second.projected is not None
    cosine = (first.projected * second.projected).sum() / np.linalg.norm(first.projected) / np.linalg.norm(second.projected)
    assert 1 - 1e-4 < cosine < 1
    np.testing.assert_array_equal(slow.explain(prepared).attention().cross, fast.explain(prepared).attention().cross)
