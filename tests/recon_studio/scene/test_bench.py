"""What the picture means, read from its pixels."""

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from recon_studio.scene.bench import EDGE, Bench, Rect
from recon_studio.scene.camera import Camera
from recon_studio.scene.colours import GROUNDS, attention_map, error_map, patch_palette
from recon_studio.scene.picture import BenchPicture, Later, PointLayer, ViewPicture
from recon_studio.scene.resolve import Resolver
from recon_studio.state.app_state import AppState, Mask
from tests.recon_studio.scenery import CORNERS, GROUPS, HIDDEN, SIZE, answered_state, opened_state

CAMERA = Camera(azimuth=25, elevation=15)
WIDE, HIGH = 240, 200
RECTS = {at: Rect((at % 2) * WIDE, (at // 2) * HIGH, WIDE, HIGH) for at in range(4)}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def _pixel(image, view, point, oversampling=1):
    (place,), _ = CAMERA.project(np.array([point], dtype=np.float32), WIDE, HIGH)
    rect = RECTS[view]
    return image[int((rect.y + place[1]) * oversampling), int((rect.x + place[0]) * oversampling), :3].astype(int)


def _draw(bench, state, **more):
    bench.show(Resolver()(state))
    return bench.render(CAMERA, RECTS, **more)


def test_a_hidden_patch_is_ghosted_at_its_pixel_and_a_visible_one_solid(bench):
    image = _draw(bench, answered_state())
    palette = patch_palette(GROUPS, "light").astype(int)
    for patch in range(GROUPS):
        found = _pixel(image, 1, CORNERS[patch])
        if HIDDEN[patch]:
            np.testing.assert_allclose(found, GROUNDS["light"].ghost, atol=3)
        else:
            # Spheres are shaded, so a colour may be darker but keeps its hue.
            assert np.abs(found / max(found.max(), 1) - palette[patch] / palette[patch].max()).max() < 0.12


def test_showing_a_patch_again_makes_it_solid(bench):
    state = answered_state()
    bench.show(Resolver()(state))
    hidden = tuple(bool(flag) for at, flag in enumerate(HIDDEN & (np.arange(GROUPS) != 3)))
    image = _draw(bench, replace(state, mask=replace(state.mask, hidden=hidden)))
    assert np.abs(_pixel(image, 1, CORNERS[3]) - GROUNDS["light"].ghost).max() > 40


def test_the_most_attended_patch_has_the_last_colour_of_the_map(bench):
    image = _draw(bench, answered_state())
    found, expected = _pixel(image, 3, CORNERS[7]), attention_map("light")[255].astype(int)
    assert np.abs(found - expected).max() < 30
    np.testing.assert_allclose(_pixel(image, 3, CORNERS[0]), GROUNDS["light"].ghost, atol=3)


def test_rebuilt_points_stand_where_the_model_puts_them(bench):
    image = _draw(bench, answered_state())
    moved = CORNERS[3] + np.array([0.25, 0, 0], dtype=np.float32)
    assert np.abs(_pixel(image, 2, moved) - error_map("light")[255].astype(int)).max() < 30
    np.testing.assert_array_equal(_pixel(image, 2, CORNERS[3]), GROUNDS["light"].background)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ground_follows_the_theme(bench, theme):
    image = _draw(bench, replace(opened_state(), theme=theme))
    np.testing.assert_allclose(image[2, 2, :3], GROUNDS[theme].background, atol=1)
    np.testing.assert_allclose(image[HIGH + 5, WIDE + 5, :3], GROUNDS[theme].background, atol=1)


def test_only_changed_views_are_taken_over(bench):
    resolve, state = Resolver(), answered_state()
    assert bench.show(resolve(state)) == (0, 1, 2, 3)
    assert bench.show(resolve(state)) == ()
    attention = replace(state.attention, weights=np.roll(state.attention.weights, 1))
    assert bench.show(resolve(replace(state, attention=attention))) == (3,)


def test_one_view_alone_fills_the_image(bench):
    bench.show(Resolver()(answered_state()))
    image = bench.render(CAMERA, {3: Rect(0, 0, WIDE, HIGH)})
    assert image.shape == (HIGH, WIDE, 4)
    (place,), _ = CAMERA.project(CORNERS[7][None], WIDE, HIGH)
    assert np.abs(image[int(place[1]), int(place[0]), :3].astype(int) - attention_map("light")[255]).max() < 30


def test_oversampling_draws_the_same_scene_finer(bench):
    image = _draw(bench, answered_state(), oversampling=2)
    assert image.shape == (4 * HIGH, 4 * WIDE, 4)
    assert np.abs(_pixel(image, 3, CORNERS[7], 2) - attention_map("light")[255].astype(int)).max() < 30


def test_large_clouds_stay_in_place_while_thinned(bench):
    state = opened_state()
    points = np.repeat(state.cloud.points, 500, axis=0)
    big = replace(state, cloud=replace(state.cloud, points=points))
    palette = patch_palette(GROUPS, "light").astype(int)
    for coarse in (True, False):
        image = _draw(bench, big, coarse=coarse)
        # Above the limit points are flat: exactly the patch's colour.
        np.testing.assert_allclose(_pixel(image, 0, CORNERS[7]), palette[7], atol=2)
    # A smaller cloud after it must not draw rows that are gone.
    image = _draw(bench, state)
    assert (image[..., :3] != 255).any()
    assert len(state.cloud.points) == GROUPS * SIZE


def test_a_camera_of_its_own_moves_only_its_view(bench):
    bench.show(Resolver()(answered_state()))
    before = bench.render(CAMERA, RECTS)
    moved = {at: CAMERA if at != 2 else CAMERA.orbited(60, 10) for at in RECTS}
    after = bench.render(moved, RECTS)
    assert bench.drawn == {2}
    changed = (before != after).any(axis=2)
    rect = RECTS[2]
    assert changed[rect.y : rect.y + HIGH, rect.x : rect.x + WIDE].any()
    changed[rect.y : rect.y + HIGH, rect.x : rect.x + WIDE] = False
    assert not changed.any()


@pytest.mark.parametrize("shading", ["lit", "eye_dome"])
def test_a_large_cloud_drawn_bit_by_bit_is_the_cloud_drawn_at_once(bench, shading):
    state = opened_state()
    spread = np.random.default_rng(1).normal(scale=0.6, size=(GROUPS * SIZE * 1500, 3)).astype(np.float32)
    points = np.repeat(state.cloud.points, 1500, axis=0) + spread
    large = replace(state, cloud=replace(state.cloud, points=points), views=replace(state.views, shading=shading))
    picture = Resolver()(large)
    assert len(picture.views[0].finer) == 11
    bench.show(picture)
    few = bench.render(CAMERA, RECTS, coarse=True, moving=True)
    steps = 0
    while bench.unfinished:
        bit_by_bit = bench.refine(0.0)
        assert bench.drawn == {0}
        steps += 1
    assert steps >= 2
    fresh = Bench()
    fresh.show(Resolver()(large))
    at_once = fresh.render(CAMERA, RECTS)
    assert not fresh.unfinished
    fresh.close()
    np.testing.assert_array_equal(bit_by_bit, at_once)
    ground = (few[..., :3] == 255).all(axis=2).sum(), (at_once[..., :3] == 255).all(axis=2).sum()
    assert ground[0] > ground[1]


@pytest.mark.parametrize("shading", ["lit", "eye_dome"])
def test_views_drawn_one_after_the_other_are_the_views_drawn_at_once(bench, shading):
    state = answered_state()
    state = replace(state, views=replace(state.views, shading=shading))
    _draw(bench, state, oversampling=1)
    steps = [_draw(bench, state, oversampling=2, most=4 * WIDE * HIGH)]
    order = [bench.drawn]
    while bench.unfinished:
        steps.append(bench.refine(0.0))
        order.append(bench.drawn)
    assert order == [{0}, {1}, {2}, {3}]
    assert not (steps[0] == steps[-1]).all()
    fresh = Bench()
    np.testing.assert_array_equal(steps[-1], _draw(fresh, state, oversampling=2))
    fresh.close()
    _draw(bench, state, oversampling=1, most=WIDE * HIGH)
    moved = Camera(azimuth=60, elevation=15)
    image = bench.render(moved, RECTS)  # what waits is given up
    assert (bench.drawn, bench.unfinished) == ({0, 1, 2, 3}, False)
    assert not (image == _draw(bench, state)).all()


@pytest.mark.parametrize("shading", ["lit", "eye_dome"])
def test_a_view_drawn_band_by_band_is_the_view_drawn_at_once(bench, shading):
    """No band shows before the last, then all do; a new image in between leaves nothing of them behind."""
    state = answered_state()
    state = replace(state, views=replace(state.views, shading=shading))
    before = _draw(bench, state, oversampling=2)
    bench.render(Camera(azimuth=60, elevation=15), RECTS, 2)
    steps, order = [_draw(bench, state, oversampling=2, most=1)], [bench.drawn]
    while bench.unfinished:
        steps.append(bench.refine(0.0).copy())
        order.append(bench.drawn)
    bands = -(-HIGH // (2 * EDGE))
    assert order == [shown for view in range(4) for shown in (*[set()] * bands, {view})]
    apart = np.abs(steps[-1].astype(int) - before)
    assert (apart.max(axis=2) > 3).mean() < 0.002  # bands have cameras of their own, so a point may be rounded to the next pixel
    bench.render(Camera(azimuth=60, elevation=15), RECTS, 2, most=1)
    assert bench.unfinished
    np.testing.assert_array_equal(_draw(bench, state, oversampling=2), before)


def test_points_grow_with_their_size(bench):
    covered = []
    for size in (0.5, 2.0):
        state = answered_state()
        image = _draw(bench, replace(state, views=replace(state.views, point_size=size)))
        covered.append((image[..., :3] != 255).any(axis=2).sum())
    assert covered[1] > 2 * covered[0]


def test_fewer_views_draw_fewer(bench):
    state = answered_state()
    picture = Resolver()(replace(state, views=replace(state.views, tiles=state.views.tiles[1:2])))
    bench.show(picture)
    image = bench.render(CAMERA, {0: Rect(0, 0, WIDE, HIGH)})
    assert image.shape == (HIGH, WIDE, 4)
    (place,), _ = CAMERA.project(CORNERS[0][None], WIDE, HIGH)
    np.testing.assert_allclose(image[int(place[1]), int(place[0]), :3], GROUNDS["light"].ghost, atol=3)


def test_views_that_did_not_change_are_kept_from_the_image_before(bench):
    resolve, state = Resolver(), answered_state()
    rects = {index: Rect(160 * (index % 2), 120 * (index // 2), 160, 120) for index in range(4)}
    bench.show(resolve(state))
    bench.render(Camera(), rects)
    assert bench.drawn == {0, 1, 2, 3}
    by_hand = replace(state, mask=Mask(hidden=tuple([True] * 7 + [False])))
    assert bench.show(resolve(by_hand)) == (1,)
    partly = bench.render(Camera(), rects)
    assert bench.drawn == {1}
    fresh = Bench()
    fresh.show(Resolver()(by_hand))
    np.testing.assert_array_equal(partly, fresh.render(Camera(), rects))
    fresh.close()
    bench.render(Camera(azimuth=50.0), rects)
    assert bench.drawn == {0, 1, 2, 3}


def test_what_was_not_drawn_since_the_ground_changed_cannot_grow(bench):
    _draw(bench, answered_state())
    bench.show(Resolver()(replace(AppState(), theme="dark")))  # the cloud is gone, and nothing is drawn
    assert not bench.unfinished
    _draw(bench, answered_state())


def _in_parts(count: int) -> BenchPicture:
    """Views of a cloud of its own each, in two parts."""

    def layer() -> PointLayer:
        return PointLayer(CORNERS.copy(), np.zeros((GROUPS, 3), np.uint8), 0.02)

    views = tuple(ViewPicture("input", "Input", "", (layer(),), finer=(Later(lambda: (layer(),)),)) for _ in range(count))
    return BenchPicture(views, (255, 255, 255))


def test_views_that_are_shown_no_more_give_back_what_they_held():
    bench, picture = Bench(), _in_parts(3)
    bench.show(picture)
    bench.render(CAMERA, RECTS)
    held = [weakref.ref(layer) for view in picture.views[1:] for layer in (*view.layers, *view.finer[0].layers)]
    picture = _in_parts(1)
    bench.show(picture)
    gc.collect()
    assert [layer() for layer in held] == [None] * 4
    assert [sum(map(len, view.parts)) for view in bench._views[:3]] == [2, 0, 0]
    again = _in_parts(3)
    assert bench.show(again) == (0, 1, 2)
    assert not (bench.render(CAMERA, RECTS)[..., :3] == 255).all(axis=2)[: 2 * HIGH, :WIDE].all()
    bench.close()


def test_what_waits_for_a_view_that_is_shown_no_more_is_not_drawn(bench):
    state = answered_state()
    _draw(bench, state, oversampling=2, most=1)
    bench.show(Resolver()(replace(state, views=replace(state.views, tiles=state.views.tiles[:1]))))
    while bench.unfinished:
        bench.refine(0.0)
        assert bench.drawn <= {0}
