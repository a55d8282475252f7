"""A thumbnail shows the cloud: its nearest points in its colours, upright, whole, and on the theme's paper."""

import numpy as np
import pytest

from recon_studio.scene.camera import Camera
from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.thumbnail import MOST_POINTS, splat, thumbnail
from tests import naive

FRONT = Camera(azimuth=0.0, elevation=0.0)


@pytest.mark.parametrize("diameter", [1, 2, 5])
def test_splatting_agrees_with_painting_disc_by_disc(diameter):
    rng = np.random.default_rng(3)
    pixels, depth = rng.uniform(-4, 28, (60, 2)).astype(np.float32), rng.random(60).astype(np.float32)
    np.testing.assert_array_equal(splat(pixels, depth, diameter, 24), naive.splat(pixels, depth, diameter, 24))


def test_what_is_nearer_covers_what_is_behind_it():
    plane = np.stack([*np.meshgrid(np.linspace(-1, 1, 30), np.linspace(-1, 1, 30)), np.zeros((30, 30))], axis=-1).reshape(-1, 3)
    step = np.array([0, 0, 0.5])
    points = np.concatenate([plane + step, plane - step])  # the eye is at +z
    colours = np.repeat(np.array([[200, 0, 0], [0, 0, 200]], np.uint8), 900, axis=0)
    middle = thumbnail(points, colours, side=32, camera=FRONT)[12:20, 12:20].astype(int)
    assert (middle[..., 0] > middle[..., 2] + 100).all()
    middle = thumbnail(points[::-1], colours, side=32, camera=FRONT)[12:20, 12:20].astype(int)
    assert (middle[..., 2] > middle[..., 0] + 100).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e7])
def test_a_cloud_of_any_size_and_place_fills_the_picture_upright(scale):
    rng = np.random.default_rng(0)
    pole = rng.uniform([-0.1, -1, -0.1], [0.1, 1, 0.1], (800, 3))
    pole = np.concatenate([pole, rng.uniform([-0.5, 0.8, -0.1], [0.5, 1, 0.1], (400, 3))]) * scale + 5 * scale  # a T
    inked = (thumbnail(pole, side=40) != 255).any(axis=2)
    rows = np.flatnonzero(inked.any(axis=1))
    assert rows[0] <= 4
    assert rows[-1] >= 35
    widths = inked.sum(axis=1)
    assert widths[rows[:6]].max() > 2 * widths[24]  # its bar is at the top


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_colours_and_points_there_is_still_a_picture(theme):
    paper = GROUNDS[theme].background
    empty = thumbnail(np.zeros((0, 3), np.float32), side=16, theme=theme)
    assert empty.shape == (16, 16, 3)
    assert (empty == paper).all()
    assert (thumbnail(np.full((4, 3), np.nan), side=16, theme=theme) == paper).all()
    one = thumbnail(np.array([[1.0, 2.0, 3.0], [np.inf, 0, 0]]), side=16, theme=theme)
    assert (one[8, 8] != paper).any()
    assert (one[0] == paper).all()


def test_large_clouds_are_thinned_before_they_are_drawn():
    points = np.random.default_rng(1).normal(size=(3 * MOST_POINTS, 3)).astype(np.float32)
    rows = np.linspace(0, len(points) - 1, MOST_POINTS).astype(int)
    np.testing.assert_array_equal(thumbnail(points), thumbnail(points[rows]))
