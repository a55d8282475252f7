from typing import Any

import numpy as np
import pytest

from recon_model.errors import InputError
from recon_model.geometry.preparation import POOL, to_unit


def cloud(count: int) -> Any:
    return np.random.default_rng(0).standard_normal((count, 3)) * [5.0, 1.0, 2.0] + [4e6, -7e5, 30.0]


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 5000, POOL + 1])
def test_the_unit_cloud_is_the_given_points_moved_and_scaled(count: int) -> None:
    points = cloud(count)
    unit = to_unit(points, 128)
    assert unit.points.shape == (128, 3)
    assert unit.points.dtype == np.float32
    np.testing.assert_allclose(unit.points, (points[unit.indices] - unit.centre) / unit.scale, atol=1e-6)
    np.testing.assert_allclose(unit.points.mean(0), 0.0, atol=1e-6)
    assert np.linalg.norm(unit.points, axis=1).max() == pytest.approx(1.0 if count > 1 else 0.0, abs=1e-6)
    assert len(set(unit.indices.tolist())) == min(count, 128)


def test_sampling_takes_the_farthest_point_each_time() -> None:
    points = cloud(1500)
    chosen = to_unit(points, 64).indices
    nearest = np.linalg.norm(points - points[chosen[0]], axis=1)
    for index in chosen[1:]:
        assert nearest[index] == pytest.approx(nearest.max(), rel=1e-5)
        nearest = np.minimum(nearest, np.linalg.norm(points - points[index], axis=1))


def test_the_same_cloud_gives_the_same_sample() -> None:
    np.testing.assert_array_equal(to_unit(cloud(20_000), 256).indices, to_unit(cloud(20_000), 256).indices)


def test_what_was_done_is_said() -> None:
    assert to_unit(cloud(300), 128).notes == ()
    assert to_unit(cloud(1), 128).notes == ("The cloud holds 1 point, repeated to the 128 the model takes.",)
    assert to_unit(cloud(9000), 128).notes == (f"Of 9,000 points {POOL:,} were drawn at random before sampling.",)


def test_coinciding_points_keep_scale_one() -> None:
    unit = to_unit(np.full((3000, 3), 2.5), 128)
    assert unit.scale == 1.0
    assert not unit.points.any()


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (np.zeros((0, 3)), r"points \(0, 3\) must have the shape \(P, 3\) with at least one point"),
        (np.zeros((5, 2)), r"points \(5, 2\) must have the shape"),
        (np.zeros(3), r"points \(3,\) must have the shape"),
        (np.array([[0.0, np.nan, 0.0], [0.0, 0.0, 0.0]]), r"points \(1 of 2 hold NaN or infinity\) must be finite"),
        (np.array([[1e20, 0.0, 0.0]]), r"points \(up to 1e\+20\) must stay below 1e\+15"),
        ("chair", r"points \(str\) must be an array \(P, 3\) of numbers"),
        ([[1, 2, 3], [4, 5]], r"points \(list\) must be an array"),
    ],
)
def test_bad_arrays_are_refused_in_a_sentence(points: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        to_unit(points, 128)
