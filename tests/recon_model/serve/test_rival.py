"""Two models side by side: the same mask for both, or a sentence why not."""

import numpy as np
import pytest

from recon_model.errors import CheckpointError, InputError
from recon_model.predictor import Predictor
from recon_model.serve.messages import Array, ModelLoaded, RivalClosed, RivalRebuilt
from recon_model.serve.messages.rival import CloseRival, OpenRival, RebuildByRival
from recon_model.serve.rival import Rival


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load("default", "cpu")


@pytest.fixture(scope="module")
def asked(predictor: Predictor) -> RebuildByRival:
    prepared = predictor.prepare(np.random.default_rng(0).normal(size=(3000, 3)))
    hidden = np.arange(len(prepared.centres)) % 2 == 0
    return RebuildByRival(
        id=7,
        source="default",
        points=Array.of(prepared.points),
        hidden=Array.of(hidden),
        centres=Array.of(prepared.centres),
        device="cpu",
    )


def test_a_model_compared_with_itself_agrees(predictor: Predictor, asked: RebuildByRival) -> None:
    rival = Rival()
    loaded = rival.answer(OpenRival(id=1, device="cpu"))
    assert isinstance(loaded, ModelLoaded)
    assert loaded.name == predictor.about.name
    reply = rival.answer(asked)
    assert isinstance(reply, RivalRebuilt)
    expected = predictor.reconstruct(asked.points.numpy(), hidden=asked.hidden.numpy())
    np.testing.assert_allclose(reply.rebuilt.numpy(), expected.rebuilt, atol=1e-6)
    np.testing.assert_array_equal(reply.hidden.numpy(), expected.hidden)
    assert reply.group_size == predictor.config.group_size
    assert isinstance(rival.answer(CloseRival(id=3)), RivalClosed)
    assert isinstance(rival.answer(asked), RivalRebuilt)  # a fresh helper opens what the request names


def test_another_cut_is_a_sentence(predictor: Predictor, asked: RebuildByRival) -> None:
    fewer = RebuildByRival(
        id=8,
        source="default",
        points=asked.points,
        hidden=Array.of(asked.hidden.numpy()[:32]),
        centres=Array.of(asked.centres.numpy()[:32]),
        device="cpu",
    )
    groups, points = predictor.config.num_groups, predictor.config.num_points
    said = f"cuts {points:,} points into {groups} patches, model A {points:,} points into 32: one mask cannot"
    with pytest.raises(InputError, match=said):
        Rival().answer(fewer)
    moved = RebuildByRival(
        id=9, source="default", points=asked.points, hidden=asked.hidden, centres=Array.of(asked.centres.numpy() + 0.1), device="cpu"
    )
    with pytest.raises(InputError, match="at other places than model A"):
        Rival().answer(moved)


def test_a_checkpoint_that_cannot_be_opened_leaves_the_one_before(asked: RebuildByRival) -> None:
    rival = Rival()
    rival.answer(OpenRival(id=1, device="cpu"))
    with pytest.raises(CheckpointError):
        rival.answer(OpenRival(id=2, source="/nowhere/none.pth", device="cpu"))
    assert isinstance(rival.answer(asked), RivalRebuilt)
