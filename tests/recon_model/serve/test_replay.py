"""A checkpoint in place of the current model: the same mask where it cuts the cloud alike, one of the same share elsewhere."""

from pathlib import Path

import numpy as np
import pytest

from recon_model.assets import asset_path
from recon_model.checkpoint import format as checkpoint
from recon_model.errors import ReconError
from recon_model.predictor import Predictor
from recon_model.serve.answers.replay import rebuild_at
from recon_model.serve.messages import PATIENT, Array, RebuildAt


@pytest.fixture(scope="module")
def model() -> Predictor:
    return Predictor.load("default", "cpu")


def ask(model: Predictor, file: Path) -> tuple[RebuildAt, list[float]]:
    cloud = np.random.default_rng(3).normal(size=(3000, 3)).astype(np.float32)
    prepared = model.prepare(cloud, up="+z")
    hidden = np.arange(len(prepared.centres)) % 2 == 0
    return RebuildAt(
        id=4,
        checkpoint=str(file),
        points=Array.of(cloud),
        up="+z",
        hidden=Array.of(hidden),
        centres=Array.of(prepared.centres),
        mask_ratio=0.25,
        strategy="block",
        seed=5,
    ), []


def test_the_models_own_checkpoint_answers_as_the_model(model: Predictor, tmp_path: Path) -> None:
    tensors, card = checkpoint.load(asset_path("default"))
    checkpoint.save_single(tmp_path / "epoch-0001.safetensors", tensors, {key: value for key, value in card.items() if key != "upright"})
    request, paused = ask(model, tmp_path / "epoch-0001.safetensors")
    assert type(request) in PATIENT
    reply = rebuild_at(model, request, paused.append)
    assert reply.same_mask
    assert paused == sorted(paused)
    assert len(paused) == 3
    prepared = model.prepare(request.points.numpy(), up="+z")
    expected = model.reconstruct(prepared, hidden=request.hidden.numpy())
    np.testing.assert_allclose(reply.rebuilt.rebuilt.numpy(), expected.rebuilt, atol=1e-5)
    row = np.zeros(len(expected.hidden), np.float32)
    row[~expected.hidden] = reply.attended.cross.numpy()[-1, 0, 0]
    np.testing.assert_allclose(row, model.attend(prepared, request.hidden.numpy(), token="cls", layer=-1, head=0), atol=1e-5)


def test_a_run_that_cuts_otherwise_draws_a_mask_of_the_same_share(model: Predictor, small_checkpoint: Path) -> None:
    request, _ = ask(model, small_checkpoint)
    reply = rebuild_at(model, request, lambda share: None)
    small = Predictor.load(small_checkpoint, "cpu")
    assert not reply.same_mask
    drawn = small.reconstruct(small.prepare(request.points.numpy(), up="+z"), mask_ratio=0.25, strategy="block", seed=5)
    np.testing.assert_array_equal(reply.rebuilt.hidden.numpy(), drawn.hidden)


def test_a_missing_checkpoint_is_a_sentence(model: Predictor, tmp_path: Path) -> None:
    with pytest.raises(ReconError, match="holds no model of a run"):
        rebuild_at(model, ask(model, tmp_path / "gone.safetensors")[0], lambda share: None)
