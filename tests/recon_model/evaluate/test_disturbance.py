import numpy as np
import pytest

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import ConfigError
from recon_model.evaluate.disturbance import ORIENTATIONS, Disturbance

CLOUD = np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32)


def test_there_are_24_rotations_that_take_axes_to_axes() -> None:
    assert len({matrix.tobytes() for matrix in ORIENTATIONS}) == 24
    for matrix in ORIENTATIONS:
        np.testing.assert_array_equal(np.sort(np.abs(matrix), axis=0), [[0] * 3, [0] * 3, [1] * 3])
        assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_what_goes_missing_is_the_ball_around_one_point() -> None:
    kept = Disturbance(missing=0.3, seed=2).disturb(CLOUD, 7)
    assert len(kept) == 35
    rows = {tuple(point) for point in kept}
    gone = np.array([point for point in CLOUD if tuple(point) not in rows])
    assert len(gone) == 15
    # Some point that went has all others that went nearer to it than any that stayed.
    reach = [max(np.linalg.norm(gone - point, axis=1)) < min(np.linalg.norm(kept - point, axis=1)) for point in gone]
    assert any(reach)


def test_turning_about_y_keeps_heights_and_sizes() -> None:
    turned = Disturbance(rotate_y=True).disturb(CLOUD, 0)
    np.testing.assert_allclose(turned[:, 1], CLOUD[:, 1], atol=1e-6)
    np.testing.assert_allclose(turned @ turned.T, CLOUD @ CLOUD.T, atol=1e-5)
    assert np.abs(turned - CLOUD).max() > 0.1


def test_an_axis_orientation_moves_coordinates_and_signs() -> None:
    found = set()
    for index in range(200):
        laid = Disturbance(orientations=True).disturb(CLOUD, index)
        np.testing.assert_array_equal(np.sort(np.abs(laid), axis=1), np.sort(np.abs(CLOUD), axis=1))
        found.add(laid.tobytes())
    assert len(found) == 24


def test_a_cloud_is_disturbed_alike_whatever_else_is_measured() -> None:
    settings = Disturbance(missing=0.2, rotate_y=True, seed=5)
    data = LabelledClouds([CLOUD, CLOUD, CLOUD * 2], np.zeros(3, np.int64), ("thing",))
    points = settings.apply(data).points
    for index, cloud in enumerate(data.points):
        np.testing.assert_array_equal(points[index], settings.disturb(cloud, index))
    assert not np.array_equal(points[0], points[1])
    assert Disturbance(seed=5).apply(data) is data


def test_one_point_survives() -> None:
    assert Disturbance(missing=0.99).disturb(CLOUD[:1], 0).shape == (1, 3)


@pytest.mark.parametrize(("settings", "sentence"), [({"missing": 1.0}, r"missing \(1.0\)"), ({"seed": -1}, r"seed \(-1\)")])
def test_bad_settings_are_named(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Disturbance(**settings)  # type: ignore[arg-type]
