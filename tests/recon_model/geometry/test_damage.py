"""Damage by a set strength: what is told happens, and no more than that."""

from dataclasses import replace

import numpy as np
import pytest

from recon_model.config import HARMLESS, Damage
from recon_model.errors import ConfigError
from recon_model.geometry.damage import damaged, towards, turn

BALL = np.random.default_rng(0).normal(size=(1000, 3))
BALL = (BALL / np.linalg.norm(BALL, axis=1, keepdims=True)).astype(np.float32)


def _rows(points: np.ndarray) -> set[bytes]:
    return {row.tobytes() for row in points}


def test_nothing_is_done_unless_it_is_told() -> None:
    np.testing.assert_array_equal(damaged(BALL, HARMLESS), BALL)
    assert HARMLESS.harmless
    assert replace(HARMLESS, side=90.0, seed=3).harmless  # neither does anything by itself


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98, 1.0])
def test_dropping_takes_its_share_and_the_more_the_more_of_the_same(share: float) -> None:
    kept = damaged(BALL, Damage(drop=share, seed=4))
    assert len(kept) == max(1, round((1 - share) * 1000))
    assert _rows(kept) <= _rows(damaged(BALL, Damage(drop=share / 2, seed=4))) <= _rows(BALL)
    if share < 0.98:
        assert _rows(kept) != _rows(damaged(BALL, Damage(drop=share, seed=5)))
    assert len(damaged(BALL[:1], Damage(drop=share))) == 1


def test_jitter_is_gaussian_in_radii_and_grows_along_the_same_noise() -> None:
    wide = 7 * BALL
    noise = damaged(wide, Damage(jitter=0.1)) - wide
    radius = np.linalg.norm(wide - wide.mean(0), axis=1).max()
    assert noise.std() == pytest.approx(0.1 * radius, rel=0.05)
    np.testing.assert_allclose(damaged(wide, Damage(jitter=0.2)) - wide, 2 * noise, atol=1e-4)
    left = damaged(wide, Damage(jitter=0.1, drop=0.5))
    assert min(np.abs(left[0] - row).max() for row in wide + noise) < 1e-4  # the noise of a point is its own


def test_turning_keeps_heights_and_tilting_leans_the_top_to_the_side() -> None:
    turned = damaged(BALL, Damage(turn=90))
    np.testing.assert_allclose(turned[:, 1], BALL[:, 1], atol=1e-6)
    np.testing.assert_allclose(turned[:, 0], BALL[:, 2] + (BALL.mean(0)[0] - BALL.mean(0)[2]), atol=1e-5)
    np.testing.assert_allclose(damaged(BALL, Damage(turn=30)).mean(0), BALL.mean(0), atol=1e-6)
    for side in (0.0, 90.0, 215.0):
        np.testing.assert_allclose(turn(Damage(tilt=90, side=side)) @ [0, 1, 0], towards(side), atol=1e-6)
    np.testing.assert_allclose(towards(90), [1, 0, 0], atol=1e-9)


def test_a_viewer_sees_the_near_half_and_what_is_farthest_goes_first() -> None:
    along = BALL @ towards(45).astype(np.float32)
    seen = damaged(BALL, Damage(occlude=1.0, side=45))
    assert 0.35 * len(BALL) < len(seen) < 0.65 * len(BALL)  # a sphere hides its own far half
    assert np.mean(seen @ towards(45) < -0.35) < 0.05  # a few are seen through holes between others
    some = damaged(BALL, Damage(occlude=0.3, side=45))
    assert len(BALL) - len(some) == round(0.3 * (len(BALL) - len(seen)))
    gone = _rows(BALL) - _rows(some)
    assert max(along[[row.tobytes() in gone for row in BALL]]) < -0.5
    assert _rows(seen) < _rows(some)


def test_cutting_takes_the_points_towards_the_side() -> None:
    left = damaged(BALL, Damage(occlude=0.25, part="side", side=90))
    assert len(left) == 750
    assert _rows(left) == _rows(BALL[np.argsort(-BALL[:, 0], kind="stable")[250:]])
    assert len(damaged(BALL, Damage(occlude=1.0, part="side"))) == 1


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"drop": 1.5}, r"drop \(1.5\)"),
        ({"jitter": -0.1}, r"jitter \(-0.1\)"),
        ({"tilt": 400.0}, r"tilt \(400.0\)"),
        ({"part": "left"}, "part"),
        ({"seed": -1}, r"seed \(-1\)"),
    ],
)
def test_what_cannot_be_meant_is_named(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Damage(**settings)  # type: ignore[arg-type]
