import numpy as np
import pytest

from recon_model.data.surfaces import duplicates, sample, sample_count


def test_samples_fall_by_area_and_lie_in_their_triangles() -> None:
    generator = np.random.default_rng(0)
    corners = generator.normal(size=(30, 3, 3)) * generator.uniform(0.1, 3, size=(30, 1, 1))
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    # each triangle paints its samples with its own number, and each corner with a unit vector: barycentric coordinates come back
    numbers = np.repeat(np.arange(30)[:, None], 3, axis=1)
    by_number = sample(corners, 20_000, np.random.default_rng(1), triangle_colours=numbers)
    by_corner = sample(corners, 20_000, np.random.default_rng(1), vertex_colours=np.broadcast_to(np.eye(3), (30, 3, 3)))
    assert by_number is not None and by_corner is not None  # noqa: PT018
    assert by_number.colours is not None and by_corner.colours is not None  # noqa: PT018
    owner = by_number.colours[:, 0].astype(int)
    counts = np.bincount(owner, minlength=30)
    assert np.abs(counts - 20_000 * areas / areas.sum()).max() < 1, "each triangle gets its share, rounded"
    weights = by_corner.colours.astype(np.float64)
    assert weights.min() >= 0
    np.testing.assert_allclose(np.einsum("nc,ncd->nd", weights, corners[owner]), by_corner.points, atol=1e-12)
    # a uniform point's barycentric coordinates have mean 1/3 and variance 1/18
    np.testing.assert_allclose(weights.mean(axis=0), 1 / 3, atol=0.01)
    np.testing.assert_allclose(weights.var(axis=0), 1 / 18, atol=0.005)


def test_triangles_without_area_get_nothing() -> None:
    flat = np.zeros((1, 3, 3))
    right = np.array([[(0, 0, 0), (1, 0, 0), (0, 1, 0)]], dtype=np.float64)
    found = sample(np.concatenate([flat, right, flat]), 50, np.random.default_rng(0), triangle_colours=np.arange(9).reshape(3, 3))
    assert found is not None
    assert found.colours is not None
    assert (found.colours[:, 0] == 3).all()
    np.testing.assert_allclose(found.normals, [[0, 0, 1]] * 50)
    assert sample(flat, 50, np.random.default_rng(0)) is None


@pytest.mark.parametrize(
    ("triangles", "most", "count"), [(2, 10**6, 20_000), (30_000, 10**6, 60_000), (10**6, 10**6, 100_000), (2, 500, 500)]
)
def test_number_of_samples(triangles: int, most: int, count: int) -> None:
    assert sample_count(triangles, most) == count


def test_duplicates_match_a_slow_count() -> None:
    generator = np.random.default_rng(0)
    points = generator.integers(-3, 4, size=(400, 3)).astype(np.float64)
    points[points == 0] *= generator.choice([-1.0, 1.0], size=(points == 0).sum())  # zeros of either sign are one place
    assert duplicates(points) == 400 - len({tuple(row) for row in points.tolist()})
