"""Names from all 24 sides: each is what the same cloud is called when it is laid there by hand."""

import numpy as np

from recon_model.geometry.orientation import ORIENTATIONS
from recon_model.predictor import Predictor
from recon_model.serve.answers.doctor import look_from_sides
from recon_model.serve.messages import Array, LookFromSides


def test_each_side_is_what_the_turned_cloud_is_called(tmp_path) -> None:
    model = Predictor.load("default", device="cpu")
    points = np.random.default_rng(0).normal(size=(3000, 3)).astype(np.float32) * np.array([1, 0.2, 0.6], np.float32)
    prepared = model.prepare(points, up="+y")
    names, shares = ("chair", "table", "airplane"), []
    found = look_from_sides(model, LookFromSides(id=5, points=Array.of(prepared.points), names=names), shares.append)
    assert found.id == 5
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1
    np.testing.assert_allclose(found.rotations.numpy(), ORIENTATIONS)
    for side in (0, 3, 17):
        scores = model.classify(prepared.points @ ORIENTATIONS[side].T.astype(np.float32), names)
        assert names[int(found.best.numpy()[side])] == scores.names[0]
        np.testing.assert_allclose(found.shares.numpy()[side], scores.probabilities[0], atol=2e-3)
