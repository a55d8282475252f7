from dataclasses import replace

import numpy as np
import pytest

from recon_studio.scene.camera import PRESETS, Camera, Projected, beside, enclosed, inside, pick

SIZE = (300, 200)


def _place(camera, point):
    pixels, _ = camera.project(np.array([point], dtype=np.float32), *SIZE)
    return pixels[0]


def test_the_target_is_in_the_middle_and_y_points_up():
    camera = Camera(target=(0.1, 0.2, 0.3))
    np.testing.assert_allclose(_place(camera, (0.1, 0.2, 0.3)), (150, 100), atol=1e-3)
    above = _place(camera, (0.1, 0.4, 0.3))
    assert above[1] < 95
    assert abs(above[0] - 150) < 1e-3


def test_axes_are_orthonormal():
    axes = Camera(azimuth=123, elevation=-40).axes
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)


def test_presets_look_from_where_they_say():
    assert PRESETS["front"].position[2] > 3
    assert PRESETS["top"].position[1] > 3
    x, _ = _place(PRESETS["front"], (0.5, 0, 0))
    assert x > 160


def test_orbiting_follows_the_drag():
    camera = Camera(azimuth=0, elevation=0)
    front = (0.0, 0.0, 0.5)
    assert _place(camera.orbited(10, 0), front)[0] > _place(camera, front)[0]
    assert _place(camera.orbited(0, 10), front)[1] > _place(camera, front)[1]
    assert camera.orbited(0, 500).elevation < 90


def test_panning_moves_the_scene_by_the_drag():
    camera = Camera()
    before = _place(camera, (0, 0, 0))
    after = _place(camera.panned(20, -8, SIZE[1]), (0, 0, 0))
    np.testing.assert_allclose(after - before, (20, -8), atol=0.05)


def test_framing_holds_every_point():
    points = np.random.default_rng(1).normal(size=(500, 3)).astype(np.float32) * 3 + 5
    camera = Camera().framed(points)
    pixels, depth = camera.project(points, 200, 200)
    assert (depth > 0).all()
    assert pixels.min() >= 0
    assert pixels.max() <= 200
    assert camera.azimuth == Camera().azimuth


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 0.2, 1), (0.2, 1, 0.2), (1, 0.1, 0.3)])
def test_framing_holds_and_fills_while_turning(shape):
    points = np.random.default_rng(2).uniform(-1, 1, (2000, 3)).astype(np.float32) * np.array(shape, dtype=np.float32)
    camera, wide = Camera().framed(points, 1.5), 0.0
    for azimuth in range(0, 360, 15):
        pixels, _ = replace(camera, azimuth=azimuth).project(points, 300, 200)
        assert pixels.min() >= -2
        assert (pixels.max(axis=0) <= (302, 202)).all()
        wide = max(wide, float((np.ptp(pixels, axis=0) / (300, 200)).max()))
    assert wide > 0.75


def test_zooming_has_limits():
    assert Camera().zoomed(1e9).distance > 0.1
    assert Camera().zoomed(1e-9).distance < 100


def test_pick_prefers_the_foremost_and_reaches_no_farther_than_told():
    camera = Camera(azimuth=0, elevation=0)
    points = np.array([[0, 0, -0.5], [0, 0, 0.5], [0.9, 0, 0]], dtype=np.float32)
    assert pick(camera, points, (150, 100), SIZE) == 1
    assert pick(camera, points, (150, 130), SIZE) is None
    assert pick(camera, points[:0], (150, 100), SIZE) is None
    behind = np.array([[0, 0, 10.0]], dtype=np.float32)
    assert pick(camera, behind, (150, 100), SIZE) is None


def test_a_fast_pointer_meets_what_lies_on_its_way():
    points = np.array([[x, 0.0, 0.0] for x in np.linspace(-0.5, 0.5, 9)], dtype=np.float32)
    projected = Projected.of(PRESETS["front"], points, (400, 400))
    (left, *_, right) = (tuple(place) for place in projected.pixels)
    assert projected.along(left, right, 10.0) == tuple(range(1, 9)) or projected.along(left, right, 10.0) == tuple(range(9))
    assert projected.along((0.0, 0.0), (400.0, 0.0), 10.0) == ()


def test_what_is_covered_is_not_in_front():
    points = np.array([[0, 0, 0.5], [0, 0, -0.5], [0.4, 0, -0.5], [0, 0, 9.0]], dtype=np.float32)  # the last lies behind the eye
    front = Projected.of(PRESETS["front"], points, (400, 400)).in_front(8.0, 0.1)
    assert front.tolist() == [True, False, True, False]
    assert Projected.of(PRESETS["front"], points, (400, 400)).in_front(8.0, 2.0).tolist() == [True, True, True, False]


def test_inside_an_outline_with_a_dent():
    outline = np.array([[0, 0], [10, 0], [10, 10], [5, 5], [0, 10]], dtype=np.float32)
    places = np.array([[5, 2], [5, 8], [1, 8], [9, 8], [-1, 5], [11, 5]], dtype=np.float32)
    assert inside(places, outline).tolist() == [True, False, True, True, False, False]


def test_a_lasso_takes_patches_mostly_inside_or_else_those_touched():
    patches = np.array([0, 0, 0, 1, 1, 1, 2])
    seen = np.array([True, True, True, True, True, True, False])
    assert enclosed(patches, seen, np.array([True, True, False, True, False, False, True])) == (0,)
    assert enclosed(patches, seen, np.array([True, False, False, False, False, False, True])) == (0,)
    assert enclosed(patches, seen, np.zeros(7, bool)) == ()


@pytest.mark.parametrize("way", [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_a_step_to_a_side_leads_to_the_nearest_place_there(way):
    places = np.random.default_rng(3).uniform(0, 200, (40, 2)).astype(np.float32)
    for start in range(40):
        right, down = (places - places[start]).T
        ahead, aside = (right * way[0], down) if way[0] else (down * way[1], right)
        there = [at for at in range(40) if ahead[at] > 0 and abs(aside[at]) <= ahead[at]]
        expected = min(there, key=lambda at: np.hypot(right[at], down[at])) if there else None
        assert beside(places, start, way, (100, 100)) == expected


def test_steps_to_the_sides_reach_every_place_from_the_middle():
    places = np.random.default_rng(5).uniform(0, 200, (64, 2)).astype(np.float32)
    first = beside(places, None, (1, 0), (100, 100))
    assert first == np.argmin(np.hypot(places[:, 0] - 100, places[:, 1] - 100))
    met, fresh = {first}, [first]
    while fresh:
        at = fresh.pop()
        steps = {beside(places, at, way, (100, 100)) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))} - met - {None}
        met |= steps
        fresh += steps
    assert met == set(range(64))
    assert beside(places[:0], None, (1, 0), (100, 100)) is None
