"""Layouts, cameras and ranges: what can be asked of the views, and what outlives a run."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from recon_studio.state import history, settings, viewing
from recon_studio.state.app_state import AppState
from recon_studio.state.camera import Camera
from recon_studio.state.history import History
from recon_studio.state.settings import Settings
from recon_studio.state.view_state import LAYOUTS, MOST_TILES, Range, TileChoice, ViewState, choices

AWAY = Camera(azimuth=120.0, elevation=-10.0, distance=2.0, target=(0.1, 0.2, 0.3))


def test_a_view_shows_something_else_in_its_usual_colours_or_keeps_those_of_the_file() -> None:
    state = viewing.set_colour(AppState(), 0, "height")
    assert state.views.tiles[0] == TileChoice("input", "height")
    assert viewing.set_show(state, 0, "rebuilt").views.tiles[0] == TileChoice("rebuilt", "height")
    assert viewing.set_show(AppState(), 0, "rebuilt").views.tiles[0] == TileChoice("rebuilt", "error")
    assert viewing.set_show(state, 0, "difference").views.tiles[0] == TileChoice("difference", "missing")
    with pytest.raises(ValueError, match=r"colour \(rgb\) of a view of 'rebuilt' must be one of error, patch, height"):
        viewing.set_colour(state, 2, "rgb")


def test_views_come_and_go_between_one_and_six() -> None:
    state = AppState()
    for _ in range(4):
        state = viewing.add_tile(state)
    assert [tile.show for tile in state.views.tiles] == ["input", "seen", "rebuilt", "attention", "difference", "overlay"]
    for _ in range(8):
        state = viewing.close_tile(state, 0)
    assert state.views.tiles == choices("overlay")
    with pytest.raises(ValueError, match=r"tiles \(0\) must be 1 to 6"):
        ViewState(tiles=())


def test_linked_cameras_part_and_meet_at_the_one_last_touched() -> None:
    state = viewing.link_cameras(viewing.move_cameras(AppState(), (AWAY,)), 0)
    assert not state.views.linked
    assert state.views.cameras == (AWAY,) * MOST_TILES
    moved = (AWAY, AWAY, Camera(), *(AWAY,) * 3)
    state = viewing.link_cameras(viewing.move_cameras(state, moved), 2)
    assert state.views.linked
    assert state.views.cameras == (Camera(),)
    with pytest.raises(ValueError, match=r"cameras \(2\) must be 1 or 6"):
        viewing.move_cameras(state, (AWAY, AWAY))


def test_a_closed_view_takes_its_own_camera_along() -> None:
    marked = tuple(replace(AWAY, azimuth=float(place)) for place in range(MOST_TILES))
    state = viewing.close_tile(viewing.move_cameras(AppState(), marked), 1)
    assert [state.views.camera(place).azimuth for place in range(3)] == [0.0, 2.0, 3.0]


def test_ranges_are_set_replaced_and_forgotten() -> None:
    state = viewing.set_range(viewing.set_range(AppState(), "error", 0.0, 1.0), "error", 0.0, 0.5)
    assert state.views.ranges == (Range("error", 0.0, 0.5),)
    assert viewing.reset_range(state, "error").views.range_of("error") is None
    with pytest.raises(ValueError, match=r"low \(1\) of a range must be smaller than high \(1\)"):
        viewing.set_range(state, "height", 1.0, 1.0)


def test_points_stay_within_what_can_be_drawn() -> None:
    state = AppState()
    for _ in range(20):
        state = viewing.set_point_size(state, state.views.point_size * 2)
    assert state.views.point_size == 4.0


def test_undo_takes_back_a_turn_but_not_what_a_new_cloud_did_to_the_camera() -> None:
    state = AppState()
    turned = viewing.move_cameras(state, (AWAY,))
    past = history.record(History(), "turn the view", state, turned, 1.0)
    _, back = history.undo(past, turned)
    assert back.views.cameras == (Camera(),)
    # A mask step recorded before another cloud moved the camera leaves the camera where that put it.
    masked = replace(turned, mask=replace(turned.mask, ratio=0.3))
    past = history.record(past, "mask ratio", turned, masked, 5.0)
    framed = viewing.frame(masked, (Camera(azimuth=77.0),), "other:prepared")
    past, back = history.undo(past, framed)
    assert back.mask.ratio == 0.6
    assert back.views.cameras == (Camera(azimuth=77.0),)
    assert back.views.framed == "other:prepared"


def test_the_layout_outlives_a_run_and_where_one_looked_does_not(tmp_path: Path) -> None:
    views = ViewState(LAYOUTS["six"], (AWAY,), "x:prepared", 2.0, "eye_dome", (Range("error", 0.0, 1.0),), flipped=True, turning=True)
    kept = views.remembered
    assert (kept.tiles, kept.point_size, kept.shading) == (LAYOUTS["six"], 2.0, "eye_dome")
    assert (kept.cameras, kept.framed, kept.ranges, kept.flipped, kept.turning) == ((Camera(),), "", (), False, False)
    path = tmp_path / "settings.json"
    settings.save(path, Settings(views=kept))
    assert settings.load(path) == (Settings(views=kept), "")
    assert msgspec.json.decode(msgspec.json.encode(views), type=ViewState) == views


def test_the_next_run_begins_without_views_of_a_model_it_has_not_loaded() -> None:
    assert ViewState(LAYOUTS["versus"], point_size=2.0).remembered == ViewState(LAYOUTS["four"], point_size=2.0)


def test_ranges_in_one_files_units_are_not_laid_on_another() -> None:
    state = viewing.frame(AppState(), (Camera(),), "a:b.ply:raw")
    state = viewing.set_range(viewing.set_range(state, "height", 0.0, 2.0), "error", 0.0, 0.5)
    assert viewing.frame(state, (AWAY,), "a:b.ply:prepared").views.ranges == state.views.ranges
    assert viewing.frame(state, (AWAY,), "c.ply:raw").views.ranges == (Range("error", 0.0, 0.5),)


def test_settings_with_views_that_cannot_be_are_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"views": {"tiles": [{"show": "rebuilt", "colour": "rgb"}]}}')
    loaded, sentence = settings.load(path)
    assert loaded == Settings()
    assert "damaged" in sentence
