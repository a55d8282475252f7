"""Shapes hold together: nothing hangs in the air."""

import numpy as np
import pytest
from scipy.ndimage import label

from recon_model.data.synthetic import CATEGORIES, sample_shape
from tests.recon_model.data.synthetic.built import built

APART = {"shelf/wall", "plant/free"}
"""Boards that a wall carries, and leaves whose twigs are not drawn."""


def hanging(triangles: np.ndarray, steps: int = 20) -> int:
    """How many bodies touch neither the ground nor another, by cells of a ``steps``-th of the diagonal."""
    low, cell = triangles.reshape(-1, 3).min(0), np.linalg.norm(np.ptp(triangles.reshape(-1, 3), axis=0)) / steps
    longest = np.abs(triangles - np.roll(triangles, 1, 1)).max((1, 2)) / cell
    points, done = [], -1.0
    for n in (1, 2, 5, steps):  # a lattice of points over each triangle, the finer the larger it is
        a, b = (np.array([(i, j) for i in range(n + 1) for j in range(n + 1 - i)]) / n).T
        points.append((np.column_stack([a, b, 1 - a - b]) @ triangles[(longest > done) & (longest <= n)]).reshape(-1, 3))
        done = n
    places = ((np.concatenate(points) - low) / cell).astype(int)
    filled = np.zeros(places.max(0) + 1, bool)
    filled[tuple(places.T)] = True
    bodies, count = label(filled, np.ones((3, 3, 3)))
    return count - len(set(bodies[:, 0].ravel()) - {0})


def test_nothing_hangs_in_the_air() -> None:
    loose = {
        f"{name}/{style}"
        for name, category in CATEGORIES.items()
        for style in category.styles
        if any(hanging(sample_shape(name, np.random.default_rng([seed, 3]), style).triangles) for seed in range(2))
    }
    assert loose <= APART


def test_a_gap_is_found() -> None:
    stand, board = (np.array([[(0, y, 0), (1, y, 0), (0, y, 1)], [(1, y, 1), (1, y, 0), (0, y, 1)]], float) for y in (0.0, 0.3))
    assert hanging(np.concatenate([stand, board])) == 1
    assert hanging(np.concatenate([stand, board, np.array([[(0, 0, 0), (0, 0.3, 0), (0, 0.15, 0.01)]])])) == 0
    assert hanging(np.concatenate([stand, stand + np.array([2.0, 0, 0])])) == 0


@pytest.mark.parametrize(("name", "style"), [("chair", "swivel"), ("bicycle", "child"), ("desk", "panel")])
def test_smaller_gaps_are_closed_too(name: str, style: str) -> None:
    """Between backs and seats, small wheels and hubs, boards and what carries them."""
    assert sum(hanging(sample_shape(name, np.random.default_rng([seed, 3]), style).triangles, 64) for seed in range(20)) == 0


def test_a_keep_stands_on_the_ground() -> None:
    for seed in range(20):
        _, pieces = built("castle", "keep", seed)
        assert abs(pieces["tower"][-1][..., 1].min()) < 1e-9


def test_heads_of_screws_are_closed_below() -> None:
    for seed in range(20):
        _, pieces = built("bolt", "screw", seed)
        lowest = pieces["head"][0][:24, 0]  # the first of the rings of 24 corners that the head is turned from
        np.testing.assert_allclose(np.linalg.norm(lowest - lowest.mean(0), axis=1), 0.2)


def test_rear_wheels_of_small_bicycles_have_hubs() -> None:
    for seed in range(10):
        tyre, spokes = built("bicycle", "child", seed)[1]["wheel"][:2]
        assert np.linalg.norm(spokes.reshape(-1, 3) - tyre.reshape(-1, 3).mean(0), axis=1).min() < 0.02


def test_plants_grow_out_of_their_pot() -> None:
    for seed in range(20):
        _, pieces = built("plant", "vase", seed)
        assert min(piece[..., 1].min() for piece in pieces["stem"] + pieces["leaf"]) < max(p[..., 1].max() for p in pieces["pot"])
