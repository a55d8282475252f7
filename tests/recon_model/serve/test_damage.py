"""Damaged clouds are what the same cloud is called when it is damaged by hand, and the curve is made of them."""

from dataclasses import replace

import numpy as np
import pytest

from recon_model.config import Damage
from recon_model.errors import ConfigError
from recon_model.evaluate.robustness import STRENGTHS, robustness
from recon_model.geometry.damage import damaged
from recon_model.lexicon import Name
from recon_model.predictor import Predictor
from recon_model.serve.answers.doctor import SHOWN, damage_cloud, trace_damage
from recon_model.serve.messages import Array, DamageCloud, TraceDamage, decode_request, encode

NAMES = ("chair", Name("table", ("desk",)), "airplane")
SLAB = (np.random.default_rng(0).normal(size=(20_000, 3)) * [0.4, 0.1, 0.3]).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> Predictor:
    return Predictor.load("default", device="cpu")


def test_a_damaged_cloud_is_ranked_as_its_file_would_be(model: Predictor) -> None:
    damage = Damage(drop=0.05, jitter=0.01, tilt=20, occlude=0.2, seed=3)
    request = DamageCloud(id=4, points=Array.of(SLAB), damage=damage, names=NAMES, up="+y")
    assert decode_request(encode(request)).damage == damage  # it survives the pipe
    found = damage_cloud(model, request)
    left = damaged(SLAB, damage)
    assert (found.id, found.count) == (4, len(left))
    assert len(found.points.numpy()) <= SHOWN
    np.testing.assert_array_equal(found.points.numpy(), left[:: -(-len(left) // SHOWN)])
    scores = model.classify(model.prepare(left, up="+y"), NAMES)
    assert found.names == scores.names
    np.testing.assert_allclose(found.shares.numpy(), scores.probabilities, atol=1e-6)


def test_the_curve_is_made_of_damaged_clouds_over_draws(model: Predictor) -> None:
    shares: list[float] = []
    base = Damage(tilt=10, drop=0.9, seed=99)
    request = TraceDamage(id=6, points=Array.of(SLAB[:3000]), damage=base, varied="drop", names=NAMES, up="+y", seeds=(1, 5))
    found = trace_damage(model, request, shares.append)
    assert (found.id, found.strengths, found.seeds) == (6, STRENGTHS["drop"], (1, 5))
    assert found.names == ("chair", "table", "airplane")
    assert found.shares.numpy().shape == (9, 2, 3)
    np.testing.assert_allclose(found.shares.numpy().sum(-1), 1, atol=1e-5)
    assert shares == sorted(shares)
    assert len(shares) == 18
    place, draw = 4, 1
    by_hand = damaged(SLAB[:3000], replace(base, drop=STRENGTHS["drop"][place], seed=5))
    scores = model.classify(model.prepare(by_hand, up="+y"), NAMES)
    for column, name in enumerate(found.names):
        assert found.shares.numpy()[place, draw, column] == pytest.approx(scores.probabilities[scores.names.index(name)], abs=1e-5)


def test_where_nothing_is_drawn_one_draw_is_enough(model: Predictor) -> None:
    asked = (model, SLAB[:2000], ("chair", "table"), "default")
    assert robustness(*asked, Damage(), "tilt", up="+y").seeds == (0,)
    with pytest.raises(ConfigError, match="varied"):
        robustness(*asked, Damage(), "colour")  # type: ignore[arg-type]
