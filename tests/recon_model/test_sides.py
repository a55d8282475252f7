import numpy as np
import pytest

from recon_model.errors import ServeError
from recon_model.serve.messages import PackedSides
from recon_model.serve.messages.wire import Array
from recon_model.sides import Sides
from tests.ragged import assert_same, ragged

COUNTS = (1, 3, 2, 1)


def _rows(cloud: int) -> slice:
    return slice(sum(COUNTS[:cloud]), sum(COUNTS[: cloud + 1]))


def test_the_mean_goes_by_the_chances() -> None:
    sides = ragged(COUNTS)
    for cloud in range(4):
        rows = _rows(cloud)
        np.testing.assert_allclose(sides.mean()[cloud], sides.chances[rows] @ sides.features[rows], rtol=1e-5, atol=1e-6)


def test_names_decide_by_their_share_in_what_is_known() -> None:
    sides, fits = ragged(COUNTS), np.random.default_rng(5).normal(size=sum(COUNTS))
    decided = sides.mean(sides.given(fits))
    for cloud in range(4):
        rows = _rows(cloud)
        odds = sides.chances[rows] * np.exp(fits[rows]) / np.exp(sides.known[rows])
        np.testing.assert_allclose(decided[cloud], odds @ sides.features[rows] / odds.sum(), rtol=1e-5, atol=1e-6)
    assert np.abs(decided - sides.mean()).max() > 0.1
    np.testing.assert_allclose(sides.given(sides.known.astype(float)), sides.chances, atol=1e-6)  # all that is known tells nothing
    np.testing.assert_allclose(sides.given(fits + 700), sides.given(fits), rtol=1e-5)  # cosines over a small temperature are large
    assert np.isfinite(sides.given(1e4 * fits)).all()


def test_clouds_seen_from_one_side_are_left_alone() -> None:
    features = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    sides = Sides.single(features)
    assert sides.fits()
    np.testing.assert_array_equal(sides.mean(), features)
    np.testing.assert_array_equal(sides.mean(sides.given(np.array([1.0, -2.0, 3.0]))), features)


def test_some_clouds_are_taken_with_all_their_sides_in_any_order() -> None:
    sides = ragged(COUNTS)
    some = sides.of([2, 0, 1, 2])
    assert some.counts.tolist() == [2, 1, 3, 2]
    assert some.fits()
    rows = np.r_[_rows(2), _rows(0), _rows(1), _rows(2)]
    for name in ("features", "chances", "known"):
        np.testing.assert_array_equal(getattr(some, name), getattr(sides, name)[rows])
    assert len(sides.of([])) == 0
    again = Sides.joined([sides.of([0, 1]), sides.of([2]), sides.of([3])])
    assert_same(again, sides)


def test_they_travel_and_damaged_ones_are_refused() -> None:
    sides = ragged(COUNTS)
    packed = PackedSides.of(sides)
    again = packed.sides()
    assert_same(again, sides)
    for counts in ((1, 3, 2), (1, 3, 2, 2), (0, 4, 2, 1), (1, 3, -1, 4)):
        broken = PackedSides(packed.features, Array.of(np.array(counts)), packed.chances, packed.known)
        with pytest.raises(ServeError, match="do not belong together"):
            broken.sides()
    assert not Sides(sides.features, sides.counts.astype(np.float32), sides.chances, sides.known).fits()
    assert not Sides(np.float32(0), sides.counts, sides.chances, sides.known).fits()  # type: ignore[arg-type]
