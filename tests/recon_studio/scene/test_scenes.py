"""What each kind of view means: by its layers, its bar and its words."""

from dataclasses import replace

import numpy as np
import pytest

from recon_studio.scene import colours
from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.pieces import distances
from recon_studio.scene.resolve import Resolver
from recon_studio.scene.ruler import ruler
from recon_studio.scene.shading import DARKEST, eye_dome
from recon_studio.state import viewing
from recon_studio.state.app_state import AppState, Rival
from recon_studio.state.view_state import LAYOUTS, ColourBy, Show, TileChoice
from tests.recon_studio.scenery import GROUPS, HIDDEN, SIZE, answered_state, opened_state

MISSING = 2.5  # the rebuilt patches stand a quarter aside, of which one is ten of the file's units


def showing(show: Show, colour: ColourBy, state: AppState | None = None) -> AppState:
    state = state if state is not None else answered_state()
    return replace(state, views=replace(state.views, tiles=(TileChoice(show, colour),)))


def apart(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - others[None], axis=2).min(axis=1)


def test_distances_agree_with_every_pair():
    rng = np.random.default_rng(5)
    points, others = rng.normal(size=(2500, 3)).astype(np.float32), rng.normal(size=(70, 3)).astype(np.float32)
    np.testing.assert_allclose(distances(points, others), apart(points, others), atol=1e-5)
    assert np.isinf(distances(points[:3], others[:0])).all()


@pytest.mark.parametrize("direction", ["missing", "invented"])
def test_the_difference_is_coloured_by_distance_in_the_files_units(direction):
    state = answered_state()
    view = Resolver()(showing("difference", direction, state)).views[0]
    hidden = state.prepared.points[state.prepared.members[HIDDEN]].reshape(-1, 3)
    rebuilt = state.reconstruction.rebuilt.reshape(-1, 3)
    points, others = (hidden, rebuilt) if direction == "missing" else (rebuilt, hidden)
    expected = 10.0 * apart(points, others)
    context, judged = view.layers
    assert (context.colours == GROUNDS["light"].context).all()
    order = np.lexsort(points.T), np.lexsort(judged.points.T)
    np.testing.assert_allclose(judged.points[order[1]], points[order[0]], atol=1e-6)
    high = np.quantile(expected, 0.98)
    assert view.bar.span == pytest.approx((0.0, high), rel=1e-4)
    places = np.round(np.clip(expected / high, 0, 1) * 255).astype(int)
    found = [np.flatnonzero((colours.error_map("light") == each).all(axis=1))[0] for each in judged.colours[order[1]]]
    assert np.abs(np.array(found) - places[order[0]]).max() <= 1
    assert f"mean {expected.mean():.2g}" in view.caption
    assert np.median(expected) == pytest.approx(MISSING, abs=0.6)


def test_rebuilt_stands_over_truth_in_two_colours():
    view = Resolver()(showing("overlay", "role")).views[0]
    _, truth, rebuilt = view.layers
    assert (truth.colours == GROUNDS["light"].withheld).all()
    assert (rebuilt.colours == GROUNDS["light"].leaked).all()
    np.testing.assert_allclose(np.sort(truth.points[:, 0] + 0.25), np.sort(rebuilt.points[:, 0]), atol=1e-6)


def test_flipped_the_truth_stands_where_the_reconstruction_stood_in_the_same_colours():
    state = showing("rebuilt", "error")
    resolve = Resolver()
    before, after = (resolve(viewing.flip(state, flipped)).views[0] for flipped in (False, True))
    assert after.title == "Truth"
    np.testing.assert_array_equal(after.layers[0].points, before.layers[0].points)  # what was seen stays
    np.testing.assert_allclose(after.layers[1].points + np.array([0.25, 0, 0]), before.layers[1].points, atol=1e-6)
    np.testing.assert_array_equal(after.layers[1].colours, before.layers[1].colours)
    assert resolve(viewing.flip(state, False)).views[0].title == "Reconstruction"


def test_height_is_told_in_the_files_own_coordinates():
    view = Resolver()(showing("input", "height")).views[0]
    heights = answered_state().cloud.points[:, 1] + 4.0
    assert view.bar.span == pytest.approx((heights.min(), heights.max()), abs=1e-4)
    places = (heights - heights.min()) / np.ptp(heights) * 255
    expected = colours.height_map("light")[np.round(places).astype(int)].astype(int)
    assert np.abs(view.layers[0].colours.astype(int) - expected).max() <= 4


def test_heights_far_from_0_are_told_apart():
    state = answered_state()
    far = replace(state, cloud=replace(state.cloud, origin=(512345.0, 5403210.0, 420.0)))
    bar = Resolver()(showing("input", "height", far)).views[0].bar
    assert [float(words) for words in (bar.low, bar.high)] == pytest.approx(bar.span, abs=0.05)
    assert bar.low != bar.high


def test_height_is_called_y_only_where_y_is_up():
    state = answered_state()
    lying = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], np.float32)
    turned = replace(state, prepared=replace(state.prepared, up="+z", rotation=lying))
    captions = [Resolver()(showing("input", "height", each)).views[0].caption for each in (state, turned)]
    assert [words.endswith(by) for words, by in zip(captions, ("by height (y)", "by height"), strict=True)] == [True, True]


def test_colours_and_normals_are_the_files_own_wherever_they_are_shown():
    state = opened_state()
    count = len(state.cloud.points)
    rgb = np.random.default_rng(0).integers(0, 255, (count, 3)).astype(np.uint8)
    normals = np.tile(np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]], np.float32), (count // 2, 1))
    state = replace(answered_state(), cloud=replace(state.cloud, colours=rgb, normals=normals))
    np.testing.assert_array_equal(Resolver()(showing("input", "rgb", state)).views[0].layers[0].colours, rgb)
    seen = Resolver()(showing("seen", "rgb", state)).views[0].layers[1]
    np.testing.assert_array_equal(seen.colours, rgb.reshape(GROUPS, SIZE, 3)[~HIDDEN].reshape(-1, 3))
    by_normal = Resolver()(showing("input", "normal", state)).views[0].layers[0].colours
    assert by_normal[:2].tolist() == [[128, 128, 255], [0, 128, 128]]


def test_parts_are_told_apart_by_the_files_own_numbers():
    state = answered_state()
    numbers = np.repeat(np.array([7, 7, 7, 7, 40, 40, 40, 2], np.int32), SIZE)
    state = replace(state, cloud=replace(state.cloud, parts=numbers))
    view = Resolver()(showing("input", "part", state)).views[0]
    drawn = view.layers[0].colours
    assert len({tuple(colour) for colour in drawn}) == 3
    assert all(len({tuple(colour) for colour in drawn[numbers == number]}) == 1 for number in (2, 7, 40))
    assert (view.bar.low, view.bar.high, view.bar.quantity) == ("2", "40", None)
    assert (view.bar.colours[[0, 128, 255]] == drawn[[7 * SIZE, 0, 4 * SIZE]]).all()
    assert view.caption.endswith("3 parts")
    seen = Resolver()(showing("seen", "part", state)).views[0].layers[1]
    np.testing.assert_array_equal(seen.colours, drawn.reshape(GROUPS, SIZE, 3)[~HIDDEN].reshape(-1, 3))


def test_what_the_file_has_not_is_said_and_patches_stand_in():
    view = Resolver()(showing("input", "normal")).views[0]
    np.testing.assert_array_equal(view.layers[0].colours, Resolver()(answered_state()).views[0].layers[0].colours)
    assert view.caption.endswith("the file holds no normals")


def test_the_input_by_error_leaves_what_was_seen_in_peace():
    drawn = Resolver()(showing("input", "error")).views[0].layers[0].colours.reshape(GROUPS, SIZE, 3)
    assert (drawn[~HIDDEN] == GROUNDS["light"].context).all()
    assert (drawn[3] == colours.error_map("light")[255]).all()


def test_ends_set_by_hand_hold_and_values_beyond_take_the_ends_colour():
    state = viewing.set_range(showing("rebuilt", "error"), "error", 0.001, 0.002)
    view = Resolver()(state).views[0]
    assert (view.bar.low, view.bar.high, view.bar.edited) == ("0.001", "0.002", True)
    drawn = view.layers[1].colours.reshape(3, SIZE, 3)
    scale = colours.error_map("light")
    assert [(drawn[row, 0] == scale[place]).all() for row, place in ((0, 0), (1, 255), (2, 255))] == [True] * 3


def test_two_views_of_one_kind_do_not_disturb_each_other():
    state = answered_state()
    state = replace(state, views=replace(state.views, tiles=(TileChoice("input", "patch"), TileChoice("input", "height"))))
    resolve = Resolver()
    first = resolve(state)
    second = resolve(replace(state, selected_patch=2))
    assert first.views[0] is second.views[0]
    assert first.views[1] is second.views[1]
    assert (first.views[0].layers[0].colours != first.views[1].layers[0].colours).any()


def test_without_a_second_model_its_views_say_how_to_get_one():
    state = replace(answered_state(), views=replace(answered_state().views, tiles=LAYOUTS["versus"]))
    picture = Resolver()(state)
    assert [bool(view.layers) for view in picture.views] == [True, True, False, False]
    assert "model as B" in picture.views[3].hint


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_diverging_map_is_told_apart_by_people_who_see_fewer_colours(theme):
    scale = colours.diverging_map(theme).astype(float) / 255
    linear = np.where(scale <= 0.04045, scale / 12.92, ((scale + 0.055) / 1.055) ** 2.4)
    # Machado, Oliveira and Fernandes (2009), severity 1: protanopia, deuteranopia, tritanopia.
    for matrix in (
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    ):
        seen = np.clip(linear @ np.array(matrix).T, 0, 1) ** (1 / 2.2)
        low, middle, high = seen[0], seen[128], seen[255]
        assert min(np.linalg.norm(low - high), np.linalg.norm(low - middle), np.linalg.norm(high - middle)) > 0.25


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_heights_grow_lighter_all_the_way(theme):
    luminance = colours.height_map(theme) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > -1.0).all()
    assert luminance[-1] - luminance[0] > 90


@pytest.mark.parametrize(("scale", "most", "length"), [(100.0, 96.0, 0.5), (3.0, 96.0, 20.0), (0.05, 96.0, 1000.0), (96.0, 96.0, 1.0)])
def test_the_scale_bar_is_the_longest_round_length_that_fits(scale, most, length):
    found, pixels = ruler(scale, most)
    assert found == pytest.approx(length)
    assert pixels == pytest.approx(length * scale)
    assert most / 2.5 - 1e-6 <= pixels <= most + 1e-6


def test_eye_dome_darkens_what_lies_behind_an_edge_and_nothing_else():
    image = np.full((20, 30, 3), 200, np.uint8)
    near, far = 1.0, 5.0

    def buffer(distance: float) -> float:
        return (1 / near - 1 / distance) / (1 / near - 1 / far)

    depths = np.full((20, 30), buffer(3.0), np.float32)
    depths[:, :15] = buffer(2.0)
    depths[:5] = 1.0  # nothing drawn
    shaded = eye_dome(image, depths, near, far)
    assert (shaded[:5] == 200).all()
    assert (shaded[8:, :13] == 200).all()  # the front is lit
    assert shaded[10, 15, 0] < 160  # behind the edge
    assert shaded[10, 15, 0] >= 200 * DARKEST - 1
    assert (shaded[10, 20:] == 200).all()


def versus(chamfer_b: tuple[float, ...], group_size: int = SIZE) -> AppState:
    state = answered_state()
    other = replace(state.reconstruction, chamfer=np.array(chamfer_b, np.float32))
    rival = Rival(state.model, "default", other, group_size)
    return replace(state, rival=rival, views=replace(state.views, tiles=LAYOUTS["versus"]))


def test_the_contest_is_blue_where_a_is_better_and_orange_where_b_is():
    picture = Resolver()(versus((0.003, 0.001, 0.002)))  # A: 0.001, 0.004, 0.002
    view = picture.views[3]
    scale = colours.diverging_map("light")
    drawn = view.layers[1].colours.reshape(3, SIZE, 3)
    assert view.bar.span == pytest.approx((-0.003, 0.003))
    np.testing.assert_allclose(drawn[0, 0].astype(int), scale[round(255 / 6)].astype(int), atol=3)
    assert (drawn[1, 0] == scale[255]).all()
    assert np.ptp(drawn[2, 0].astype(int)) < 4  # a draw is grey
    assert view.caption == "A better (blue) in 1, B (orange) in 1 of 3 patches · means 0.0023 and 0.002"
    assert [view.title for view in picture.views[1:3]] == ["Reconstruction · model A", "Reconstruction · model B"]


def test_both_models_are_coloured_on_one_scale():
    picture = Resolver()(versus((0.008, 0.001, 0.002)))
    assert picture.views[1].bar.span == picture.views[2].bar.span == pytest.approx((0.0, 0.008))
    assert (picture.views[2].layers[1].colours[0] == colours.error_map("light")[255]).all()


def test_models_that_cut_alike_but_not_as_large_are_told_apart():
    assert Resolver()(versus((0.0, 0.0, 0.0), 32)).views[3].caption.endswith("· patches of 24 and 32 points")


def test_models_that_cannot_be_compared_say_so_instead_of_a_picture():
    state = versus((0.0, 0.0, 0.0))
    state = replace(state, rival=replace(state.rival, reconstruction=None, sentence="One mask cannot be laid on both."))
    picture = Resolver()(state)
    assert [view.hint for view in picture.views[2:]] == ["One mask cannot be laid on both."] * 2
    assert picture.views[1].layers


def test_an_answer_to_another_mask_is_not_compared():
    state = versus((0.003, 0.001, 0.002))
    stale = replace(state.rival.reconstruction, hidden=~HIDDEN, rebuilt=np.zeros((5, SIZE, 3), np.float32), chamfer=np.zeros(5, np.float32))
    assert not Resolver()(replace(state, rival=replace(state.rival, reconstruction=stale))).views[3].layers
