from dataclasses import replace

import numpy as np
import pytest

from recon_studio.scene.colours import GROUNDS, attention_map, error_map, patch_palette
from recon_studio.scene.pieces import PART, nearest, point_diameter
from recon_studio.scene.resolve import Resolver
from recon_studio.state.app_state import AppState, Attention, AttentionQuery, Mask
from tests.recon_studio.scenery import CORNERS, GROUPS, HIDDEN, SIZE, answered_state, corner_points, opened_state


def test_two_resolvers_draw_the_same_and_leave_the_state_alone():
    state = answered_state()
    points = state.cloud.points.copy()
    one, other = Resolver()(state), Resolver()(state)
    for a, b in zip(one.views, other.views, strict=True):
        assert (a.title, a.caption, a.hint) == (b.title, b.caption, b.hint)
        for first, second in zip(a.layers, b.layers, strict=True):
            np.testing.assert_array_equal(first.points, second.points)
            np.testing.assert_array_equal(first.colours, second.colours)
    np.testing.assert_array_equal(state.cloud.points, points)


def test_a_change_of_the_mask_leaves_the_input_view_as_it_is():
    resolve, state = Resolver(), answered_state()
    before = resolve(state)
    assert resolve(state) is before
    flipped = replace(state.reconstruction, hidden=~HIDDEN, rebuilt=np.zeros((5, SIZE, 3), np.float32), chamfer=np.zeros(5, np.float32))
    after = resolve(replace(state, reconstruction=flipped))
    assert after.views[0] is before.views[0]
    assert after.views[1] is not before.views[1]
    assert after.views[2] is not before.views[2]


def test_a_change_of_the_query_touches_the_attention_view_only():
    resolve, state = Resolver(), answered_state()
    before = resolve(state)
    query = AttentionQuery(token="patch", patch=2, layer=3, head=1)
    after = resolve(replace(state, attention=Attention(state.attention.key, query, state.attention.weights, HIDDEN)))
    assert all(after.views[at] is before.views[at] for at in range(3))
    assert after.views[3].caption == "patch 2 · layer 4 of 6 · head 2"


def test_points_are_shown_in_prepared_coordinates_and_coloured_by_patch():
    picture = Resolver()(opened_state())
    (layer,) = picture.views[0].layers
    np.testing.assert_allclose(layer.points, corner_points(), atol=1e-5)
    np.testing.assert_array_equal(layer.colours, np.repeat(patch_palette(GROUPS, "light"), SIZE, axis=0))


def test_hidden_patches_are_ghosts_and_visible_ones_keep_their_colours():
    view = Resolver()(answered_state()).views[1]
    ghosts, solid = view.layers
    assert not ghosts.solid
    assert len(ghosts.points) == HIDDEN.sum() * SIZE
    assert (ghosts.colours == GROUNDS["light"].ghost).all()
    np.testing.assert_array_equal(nearest(solid.points, CORNERS), np.repeat(np.flatnonzero(~HIDDEN), SIZE))
    np.testing.assert_array_equal(solid.colours, np.repeat(patch_palette(GROUPS, "light")[~HIDDEN], SIZE, axis=0))
    assert view.caption == "5 of 8 patches visible · 120 of 192 points"


def test_a_point_shared_with_a_visible_patch_is_seen():
    state = answered_state()
    members = state.prepared.members.copy()
    members[1, :4] = members[0, :4]  # patch 1 is visible, patch 0 hidden
    view = Resolver()(replace(state, prepared=replace(state.prepared, members=members))).views[1]
    assert "120 of 192" in view.caption  # four more of patch 0, four fewer of patch 1
    solid = nearest(view.layers[1].points, CORNERS)
    assert (solid == 0).sum() == 4


def test_a_mask_by_hand_counts_at_once():
    hidden = tuple([True] * 7 + [False])
    view = Resolver()(replace(answered_state(), mask=Mask(hidden=hidden))).views[1]
    assert view.caption == "1 of 8 patches visible · 24 of 192 points · by hand"


def test_rebuilt_points_carry_the_error_of_their_patch():
    view = Resolver()(answered_state()).views[2]
    context, rebuilt = view.layers
    assert (context.colours == GROUNDS["light"].context).all()
    colours = error_map("light")
    expected = colours[np.round(np.array([0.25, 1.0, 0.5]) * 255).astype(int)]
    np.testing.assert_array_equal(rebuilt.colours, np.repeat(expected, SIZE, axis=0))
    assert view.bar.high == "0.004"
    assert view.caption == "3 hidden patches rebuilt · mean Chamfer 0.0023"
    np.testing.assert_array_equal(view.pickable.patches[-SIZE:], np.full(SIZE, 5))


def test_nothing_hidden_is_said():
    state = answered_state()
    none = replace(
        state.reconstruction,
        hidden=np.zeros(GROUPS, bool),
        rebuilt=np.zeros((0, SIZE, 3), np.float32),
        chamfer=np.zeros(0, np.float32),
    )
    assert "nothing is rebuilt" in Resolver()(replace(state, reconstruction=none)).views[2].caption


def test_attention_colours_visible_patches_and_ghosts_the_hidden():
    view = Resolver()(answered_state()).views[3]
    ghosts, solid = view.layers
    assert len(ghosts.points) == HIDDEN.sum() * SIZE
    assert (solid.colours[-SIZE:] == attention_map("light")[255]).all()
    assert view.caption == "cls · layer 6 of 6 · mean of heads"


def test_answers_about_another_cloud_are_not_drawn():
    state = answered_state()
    picture = Resolver()(replace(state, reconstruction=replace(state.reconstruction, key="/other"), attention=None))
    assert not picture.views[1].layers
    assert not picture.views[2].layers
    assert picture.views[2].hint == "Computing…"


@pytest.mark.parametrize("selected", [None, 3, 99])
def test_the_marker_rings_a_patch_that_exists(selected):
    marker = Resolver()(replace(answered_state(), selected_patch=selected)).marker
    if selected != 3:
        assert marker is None
    else:
        assert marker.hidden
        np.testing.assert_allclose(marker.position, CORNERS[3])


def test_an_empty_bench_teaches_and_a_cloud_without_patches_keeps_its_colours():
    empty = Resolver()(AppState())
    assert all(view.hint and not view.layers for view in empty.views)
    assert "Ctrl+O" in empty.views[0].hint
    state = opened_state()
    colours = np.random.default_rng(0).integers(0, 255, state.cloud.points.shape).astype(np.uint8)
    view = Resolver()(replace(state, prepared=None, cloud=replace(state.cloud, colours=colours))).views[0]
    np.testing.assert_array_equal(view.layers[0].colours, colours)
    assert np.linalg.norm(view.layers[0].points, axis=1).max() <= 1.001


def test_large_clouds_come_in_parts_that_hold_every_point_once():
    state = opened_state()
    many = np.tile(state.cloud.points, (1300, 1)) + np.arange(192 * 1300, dtype=np.float32)[:, None] * np.float32(1e-6)
    view = Resolver()(replace(state, cloud=replace(state.cloud, points=many, vertex_count=3_000_000))).views[0]
    parts = [view.layers, *(later.layers for later in view.finer)]
    assert max(len(layer.points) for (layer,) in parts) <= PART
    drawn = np.concatenate([layer.points for (layer,) in parts])
    whole = (many - np.array(state.prepared.centre, np.float32)) / np.float32(state.prepared.scale)
    np.testing.assert_array_equal(np.sort(drawn[:, 0]), np.sort(whole[:, 0].astype(np.float32)))
    for (layer,) in parts:
        np.testing.assert_array_equal(layer.colours, patch_palette(GROUPS, "light")[nearest(layer.points, CORNERS)])
    assert view.caption.startswith("249,600 of 3,000,000 points shown")


def test_nearest_agrees_with_every_distance():
    rng = np.random.default_rng(3)
    points, centres = rng.normal(size=(20_000, 3)).astype(np.float32), rng.normal(size=(40, 3)).astype(np.float32)
    apart = np.linalg.norm(points[:, None] - centres[None], axis=2)
    found = nearest(points, centres)
    np.testing.assert_allclose(apart[np.arange(len(points)), found], apart.min(axis=1), atol=1e-5)


def test_points_shrink_where_they_lie_close():
    rng = np.random.default_rng(4)
    few, many = (rng.uniform(-0.5, 0.5, (n, 3)).astype(np.float32) * [1, 1, 0] for n in (300, 30_000))
    assert point_diameter(few.astype(np.float32)) > 2 * point_diameter(many.astype(np.float32))
    assert point_diameter(np.zeros((5, 3), np.float32)) == pytest.approx(0.05)


def test_truly_hidden_points_are_told_from_leaked_ones():
    state = answered_state()
    members = state.prepared.members.copy()
    members[1, :4] = members[0, :4]  # patch 1 is visible, patch 0 hidden
    plain = replace(state, prepared=replace(state.prepared, members=members), leaks=True)
    view = Resolver()(plain).views[1]
    context, withheld, leaked = view.layers
    assert view.caption == "72 truly hidden (blue) · 4 leaked by overlap (orange)"  # four points of patch 1 are now in no patch
    np.testing.assert_array_equal(leaked.points, state.prepared.points[:4])
    assert (leaked.colours == GROUNDS["light"].leaked).all()
    assert np.bincount(nearest(withheld.points, CORNERS), minlength=GROUPS).tolist() == [20, 4, 0, SIZE, 0, SIZE, 0, 0]
    assert (withheld.colours == GROUNDS["light"].withheld).all()
    assert len(context.points) == (~HIDDEN).sum() * SIZE - 4
    assert Resolver()(replace(plain, leaks=False)).views[1].caption.startswith("5 of 8")
