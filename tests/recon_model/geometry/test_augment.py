from dataclasses import replace

import numpy as np
import pytest

from recon_model.errors import ConfigError
from recon_model.geometry.augment import (
    Augmentation,
    augment,
    axis_rotation,
    cluttered,
    cropped,
    gapped,
    holed,
    resample,
    solid_surface,
    visible_from,
    voxel_surface,
)
from tests.naive import occupied_cells

CHANCES = ("tilt", "mirror", "stretch", "voxels", "partial", "crop", "gap", "holes", "density", "scan_lines", "clutter", "jitter")
NOTHING = Augmentation(**dict.fromkeys(CHANCES, 0.0))


def _ball(count: int = 2048, seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def _brick(count: int = 2048) -> np.ndarray:
    points = np.random.default_rng(1).uniform(-1, 1, (count, 3)) * np.array([0.7, 0.2, 0.4])
    points -= points.mean(0)
    return (points / np.linalg.norm(points, axis=1).max()).astype(np.float32)


@pytest.mark.parametrize("count", [None, 512, 3000])
def test_output_is_a_unit_sphere_cloud_of_the_asked_size(count: int | None) -> None:
    always = Augmentation(**dict.fromkeys(("voxels", "partial", "crop", "holes", "density", "scan_lines", "gap", "clutter", "jitter"), 1.0))
    for settings in (Augmentation(), always):
        out = augment(_ball(), np.random.default_rng(3), settings, count)
        assert out.shape == (2048 if count is None else count, 3)
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
        assert np.linalg.norm(out, axis=1).max() == pytest.approx(1.0, abs=1e-5)


def test_the_same_generator_state_gives_the_same_cloud() -> None:
    one, two = (augment(_brick(), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, augment(_brick(), np.random.default_rng(6)))


def test_with_nothing_switched_on_the_points_only_change_order() -> None:
    cloud = _brick()
    out = augment(cloud, np.random.default_rng(0), NOTHING)
    np.testing.assert_allclose(np.sort(out, axis=0), np.sort(cloud, axis=0), atol=1e-5)


def test_tilt_is_small() -> None:
    post = np.column_stack([np.zeros(200), np.linspace(-1, 1, 200), np.zeros(200)]).astype(np.float32)
    tilted = [augment(post, np.random.default_rng(k), replace(NOTHING, tilt=1.0, tilt_degrees=5.0)) for k in range(30)]
    leans = [np.degrees(np.arccos(np.clip(np.abs(p[np.abs(p[:, 1]).argmax(), 1]), 0, 1))) for p in tilted]
    assert 0.5 < np.mean(leans) < 10.0


def test_rotation_matrices_are_proper() -> None:
    matrix = axis_rotation(np.array([0.0, 1.0, 0.0]), np.pi / 2)
    np.testing.assert_allclose(matrix @ [0, 0, 1], [1, 0, 0], atol=1e-12)
    assert np.linalg.det(axis_rotation(np.array([0.6, 0.0, 0.8]), 1.1)) == pytest.approx(1.0)


def test_voxel_points_stay_in_occupied_cells() -> None:
    cloud = _ball(512)
    out = voxel_surface(cloud, 16, np.random.default_rng(0))
    low, pitch = cloud.min(0), float(np.ptp(cloud, axis=0).max()) / 16 + 1e-9
    assert occupied_cells(out, low, pitch) <= occupied_cells(cloud, low, pitch)


def test_voxels_even_out_density() -> None:
    crowded = np.concatenate(
        [_ball(200), np.tile(_ball(1), (1800, 1)) + np.random.default_rng(0).normal(0, 0.01, (1800, 3)).astype(np.float32)]
    )
    near = np.linalg.norm(crowded - crowded[-1], axis=1) < 0.2
    out = voxel_surface(crowded.astype(np.float32), 20, np.random.default_rng(0))
    assert near.mean() > 0.85
    assert (np.linalg.norm(out - crowded[-1], axis=1) < 0.2).mean() < 0.25


def _walls(half: tuple[float, float, float], *walls: tuple[int, float]) -> np.ndarray:
    """Points on walls (axis, place along it as a share of the half edge) of a box."""
    rng = np.random.default_rng(3)
    points = rng.uniform(-1, 1, (len(walls), 8000, 3))
    for wall, (axis, place) in zip(points, walls, strict=True):
        wall[:, axis] = place
    return (points.reshape(-1, 3) * half).astype(np.float32)


SIDES, BOARD, FLOOR, LID = ((0, -1.0), (0, 1.0), (2, -1.0), (2, 1.0)), (0, 0.0), (1, -1.0), (1, 1.0)


def test_a_solid_keeps_what_the_outside_reaches() -> None:
    tub, pitch = _walls((1.0, 0.5, 0.5), *SIDES, BOARD, FLOOR), 2 / 20
    lidless, filled = (solid_surface(tub, 20, axes, 4000, np.random.default_rng(0)) for axes in (3, 2))
    over = {"open": lidless, "closed": filled}
    inside = {key: (np.abs(cloud[:, 0]) < 1 - 1.1 * pitch) & (np.abs(cloud[:, 2]) < 0.5 - 1.1 * pitch) for key, cloud in over.items()}
    middle = {key: inside[key] & (np.abs(cloud[:, 1]) < 0.5 - 1.1 * pitch) for key, cloud in over.items()}
    assert middle["open"].sum() > 100  # the board is seen from above
    assert not middle["closed"].any()
    assert (inside["closed"] & (filled[:, 1] > 0.5 - 1.1 * pitch)).sum() > 500  # a lid where there was none


def test_a_closed_body_hides_what_is_in_it_and_every_outer_cell_counts_once() -> None:
    low, box = np.full(3, -1.0, np.float32), _walls((1.0, 1.0, 1.0), *SIDES, BOARD, FLOOR, LID)
    out = solid_surface(box, 10, 3, 1, np.random.default_rng(0))
    cells = occupied_cells(out, low, 2 / 10 + 1e-9)
    assert len(out) == len(cells) == 10**3 - 8**3
    assert all(min(cell) == 0 or max(cell) == 9 for cell in cells)


def test_visible_from_keeps_the_near_half_of_a_ball() -> None:
    for direction in (np.array([0, 0, 1.0]), np.array([1.0, 0.3, 0])):
        seen = visible_from(_ball(20_000), direction)
        depth = seen @ (direction / np.linalg.norm(direction))
        assert (depth > -0.15).mean() > 0.97
        assert 0.4 < len(seen) / 20_000 < 0.65


def test_crop_takes_the_far_side_and_holes_leave_a_gap() -> None:
    cloud = _ball()
    cut = cropped(cloud, np.array([0, 1.0, 0]), 0.25)
    assert len(cut) == pytest.approx(0.75 * len(cloud), abs=2)
    assert cut[:, 1].max() <= np.quantile(cloud[:, 1], 0.75)
    holes = holed(cloud, 1, 0.3, np.random.default_rng(0))
    missing = cloud[~(cloud[:, None] == holes[None]).all(-1).any(1)]
    assert 5 < len(missing) < 200
    assert np.linalg.norm(missing - missing.mean(0), axis=1).max() < 0.35


def test_too_little_is_never_left() -> None:
    cloud = _ball(300)
    assert len(holed(cloud, 3, 5.0, np.random.default_rng(0))) == 300


def test_resample_repeats_nearby() -> None:
    cloud = _ball(50)
    out = resample(cloud, 200, np.random.default_rng(0))
    assert len(out) == 200
    nearest = np.linalg.norm(out[:, None] - cloud[None], axis=-1).min(1)
    assert nearest.max() < 0.01
    few = resample(cloud, 20, np.random.default_rng(0))
    assert len(np.unique(few, axis=0)) == 20


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"voxels": 1.5}, r"voxels \(1.5\) must be between 0 and 1"),
        ({"tilt_degrees": -1.0}, r"tilt_degrees \(-1.0\) must not be negative"),
        ({"voxel_cells": (40, 20)}, r"voxel_cells \(\(40, 20\)\) must be two rising"),
    ],
)
def test_bad_settings_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Augmentation(**values)


def test_a_gap_is_one_region_of_the_size_asked() -> None:
    cloud = _ball()
    kept = gapped(cloud, 0.3, np.random.default_rng(0))
    assert len(kept) == pytest.approx(0.7 * len(cloud), abs=2)
    gone = cloud[(cloud[:, None] != kept[None]).any(-1).all(1)]
    middle = gone.mean(0) / np.linalg.norm(gone.mean(0))
    assert (gone @ middle).min() > (kept @ middle).max() - 0.05  # on a sphere, one region is one cap


def test_clutter_is_added_beside_or_under_and_takes_nothing_away() -> None:
    cloud, kinds = _brick(), set()
    for seed in range(20):
        out = cluttered(cloud, np.random.default_rng(seed))
        np.testing.assert_array_equal(out[: len(cloud)], cloud)
        scrap = out[len(cloud) :]
        assert 0.02 * len(cloud) < len(scrap) < 0.15 * len(cloud)
        kinds.add(bool(np.ptp(scrap[:, 1]) < 1e-6))  # a floor is flat and lies under the object
        if np.ptp(scrap[:, 1]) < 1e-6:
            assert scrap[0, 1] == cloud[:, 1].min()
    assert kinds == {True, False}
