"""What is wrong with a cloud, against slow twins and against clouds whose defects are known because the test put them there."""

import numpy as np
import numpy.typing as npt
import pytest

from recon_model.data import doctor
from tests import naive

UP = (0.0, 1.0, 0.0)


def sphere(count: int = 3000, seed: int = 0) -> npt.NDArray[np.float64]:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def standing(seed: int = 0) -> npt.NDArray[np.float64]:
    """A ball on a wide floor at y = -1.02 that leans by 10 degrees; the ball's 3000 points first, then the floor's 1500."""
    rng = np.random.default_rng(seed)
    flat = np.stack([rng.uniform(-2, 2, 1500), np.full(1500, -1.02) + rng.normal(0, 0.002, 1500), rng.uniform(-2, 2, 1500)], 1)
    lean = np.deg2rad(10)
    turn = np.array([[1, 0, 0], [0, np.cos(lean), -np.sin(lean)], [0, np.sin(lean), np.cos(lean)]])
    return np.concatenate([sphere(seed=seed), flat]) @ turn.T


@pytest.mark.parametrize("edge", [0.05, 0.3, 5.0])
def test_crowding_is_that_of_comparing_every_pair_of_cells(edge: float) -> None:
    points = np.concatenate([sphere(120), np.random.default_rng(1).normal(size=(60, 3)) * 2])
    assert doctor.crowding(points, edge).tolist() == naive.crowding(points, edge)


def test_crowding_that_may_stop_early_agrees_wherever_it_matters() -> None:
    points = np.random.default_rng(1).normal(size=(400, 3))
    whole, early = doctor.crowding(points, 0.4), doctor.crowding(points, 0.4, 5)
    assert 0 < (whole < 5).sum() < len(points)
    np.testing.assert_array_equal(whole < 5, early < 5)


def test_spacing_is_measured_to_the_nearest_other_place() -> None:
    points = sphere(150)
    gaps = naive.spacings(points)
    found = doctor.measure_spacing(np.concatenate([points, points[:50]]))  # twins lie in the same place: no spacing of zero
    assert found.judged == 150
    assert found[:3] == pytest.approx(np.quantile(gaps, (0.1, 0.5, 0.9)))


def test_the_first_of_points_in_one_place_stays() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [-0.0, 0, 0], [1, 0, 0], [1, 0, 1e-7]])
    assert doctor.distinct(points).tolist() == [True, True, False, False, True]


def test_strays_go_and_nothing_else_does() -> None:
    strays = np.random.default_rng(3).uniform(-1, 1, (25, 3)) + 4.0 * np.eye(3)[np.arange(25) % 3]
    kept = doctor.without_strays(np.concatenate([sphere(), strays]))
    assert kept[:3000].all()
    assert not kept[3000:].any()


@pytest.mark.parametrize("times", [1, 3, 10, 300])
def test_strays_in_one_place_are_told_and_go(times: int) -> None:
    points = np.concatenate([sphere(), np.full((times, 3), 9.0), [[-9.0, 0, 0]]])
    kept = doctor.without_strays(points)
    assert kept[:3000].all()
    assert not kept[3000:].any()
    assert doctor.examine(points).strays == times + 1


def test_a_floor_is_the_same_however_often_its_points_lie_there() -> None:
    points = standing()
    once, often = doctor.find_floor(points, UP), doctor.find_floor(np.resize(points, (8 * len(points), 3)), UP)
    assert once is not None
    assert often is not None
    assert (once.offset, once.thickness) == (often.offset, often.thickness)
    found = doctor.examine(np.resize(points, (8 * len(points), 3)), up=UP)
    assert (found.floor, found.count) == (8 * once.within(points).sum(), 8 * len(points))


def test_a_stray_a_million_times_as_far_does_not_spoil_the_grid() -> None:
    kept = doctor.without_strays(np.concatenate([sphere(), [[1e7, -1e7, 3e6]]]))
    assert kept[:3000].all()
    assert not kept[3000]


def test_the_thin_side_of_a_scan_is_not_taken_for_strays() -> None:
    points = sphere(20_000)
    thinned = points[np.random.default_rng(0).random(len(points)) < np.where(points[:, 0] > 0, 0.1, 1.0)]
    assert doctor.without_strays(thinned).mean() > 0.995


def test_a_leaning_floor_is_found_and_is_what_was_laid_there() -> None:
    points = standing()
    floor = doctor.find_floor(points, UP)
    assert floor is not None
    within = floor.within(points)
    assert within[3000:].all()
    assert within[:3000].sum() < 45  # where the ball touches it
    assert np.rad2deg(np.arccos(floor.normal[1])) == pytest.approx(10, abs=0.3)


@pytest.mark.parametrize("up", [(0.0, -1.0, 0.0), (1.0, 0.0, 0.0)])
def test_a_plane_that_is_not_beneath_is_no_floor(up: doctor.Vector) -> None:
    assert doctor.find_floor(standing(), up) is None


def test_a_cupboards_bottom_is_no_floor() -> None:
    rng = np.random.default_rng(0)
    box = rng.uniform(-1, 1, (6000, 3))
    box[np.arange(6000), rng.integers(3, size=6000)] = rng.choice((-1.0, 1.0), 6000)
    assert doctor.find_floor(box, UP) is None
    assert doctor.find_floor(sphere(), UP) is None


def test_even_density_keeps_one_point_a_cell() -> None:
    points = sphere(60_000)
    uneven = points[np.random.default_rng(0).random(len(points)) < 10 ** (-1.5 * (1 + points[:, 0]))]
    before, kept = doctor.examine(uneven), doctor.evenly(uneven)
    after = doctor.examine(uneven[kept])
    assert before.uneven
    assert not doctor.examine(sphere()).uneven
    assert not after.uneven
    assert doctor.FEWEST_EVEN <= kept.sum() < len(uneven)
    np.testing.assert_array_equal(kept, doctor.evenly(uneven))


def test_a_small_cloud_is_not_thinned_to_nothing() -> None:
    assert doctor.evenly(sphere(500)).all()


def test_a_box_keeps_its_faces() -> None:
    points = np.array([[0, 0, 0], [1, 1, 1], [0.5, 1.01, 0.5], [-0.1, 0, 0]])
    assert doctor.inside(points, (0, 0, 0), (1, 1, 1)).tolist() == [True, True, False, False]


def test_everything_wrong_is_told_at_once_and_exactly() -> None:
    points = np.concatenate([standing(), [[9, 9, 9], [-9, 9, 9]]])
    points = np.concatenate([points, points[:40]])
    found = doctor.examine(points, up=UP)
    assert (found.count, found.duplicates, found.strays) == (4542, 40, 2)
    assert found.floor == pytest.approx(1530, abs=30)
    assert found.extent == pytest.approx(tuple(points.max(0) - points.min(0)))
    assert found.opposed is None
    assert doctor.examine(points).floor == 0


def test_normals_that_oppose_their_neighbours_are_counted() -> None:
    points = sphere()
    assert doctor.examine(points, points).opposed == 0
    flipped = points * np.where(np.arange(3000) % 2, -1, 1)[:, None]
    assert doctor.examine(points, flipped).opposed == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("points", [np.zeros((1, 3)), np.zeros((50, 3)), np.array([[0.0, 0, 0], [1, 0, 0]])])
def test_clouds_of_hardly_anything_are_examined_too(points: npt.NDArray[np.float64]) -> None:
    found = doctor.examine(points, up=UP)
    assert (found.count, found.strays, found.floor, found.uneven) == (len(points), 0, 0, False)
    assert doctor.evenly(points).any()


@pytest.mark.parametrize(
    ("extent", "origin", "format_name", "unit"),
    [
        ((2.0, 1.1, 0.7), (0.0, 0.0, 0.0), "PLY", "normalised"),
        ((0.9, 1.4, 0.8), (0.0, 0.7, 0.0), "PLY", "m"),
        ((900.0, 1400.0, 800.0), (0.0, 700.0, 0.0), "STL", "mm"),
        ((120.0, 90.0, 30.0), (691_000.0, 5_336_000.0, 500.0), "LAS", "m"),
        ((2.0, 1.0, 1.0), (0.0, 0.0, 0.0), "glTF", "m"),
        ((1e6, 1e6, 1.0), (0.0, 0.0, 0.0), "PLY", ""),
    ],
)
def test_units_are_guessed_with_a_reason(extent: doctor.Vector, origin: doctor.Vector, format_name: str, unit: str) -> None:
    guess, why = doctor.guess_units(extent, 0.62 * max(extent), origin, format_name)
    assert guess == unit
    assert why.endswith(".")


def test_the_unit_sphere_is_recognised_wherever_the_box_ends() -> None:
    points = sphere() * (1, 0.4, 0.7)
    found = doctor.examine(points)
    assert found.radius == pytest.approx(float(np.linalg.norm(points - points.mean(0), axis=1).max()))
    assert doctor.guess_units((1.7, 0.8, 1.2), 1.0, (0.0, 0.0, 0.0), "PLY")[0] == "normalised"
