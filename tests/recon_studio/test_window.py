"""The whole window with its real helpers, driven as a person would: drags, clicks, keys, kills."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from recon_model.serve.messages import Fix
from recon_studio.controllers.errand import complete
from recon_studio.scene.bench import Bench, Rect
from recon_studio.state import actions, explaining
from recon_studio.state.app_state import AppState, Mask
from tests.recon_studio.rig import (
    SLOW_MS,
    WAIT_MS,
    Rig,
    alive,
    click_patch,
    colourful,
    drawn,
    drop,
    exact_error,
    handle_of,
    open_drawer,
    pixels,
    press,
    type_number,
)
from tests.recon_studio.shapes import chair, write_broken_ply, write_ply

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def chair_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ply(tmp_path_factory.mktemp("dropped") / "my chair ü.ply", chair())


@pytest.fixture(scope="module")
def shared_rig(qapp: QApplication, chair_file: Path) -> Iterator[Rig]:
    """One window for all tests of this module: starting torch for each would take minutes."""
    rig = Rig(chair_file)
    yield rig
    rig.window.close()
    rig.window.deleteLater()
    assert not any(alive(pid) for pid in rig.pids)


@pytest.fixture
def rig(shared_rig: Rig, chair_file: Path, qtbot: QtBot) -> Rig:
    """The shared window, showing the chair with the first mask and no notice."""
    store = shared_rig.studio.store
    if store.state.current != str(chair_file):
        shared_rig.settle(qtbot)
        shared_rig.studio.library.choose(str(chair_file))
    shared_rig.settle(qtbot)
    if store.state.rival is not None:  # a test that failed left it there
        shared_rig.window.actions_by_name["close_rival"].trigger()
    fresh = AppState()
    for action in (
        lambda state: replace(state, mask=Mask()),
        lambda state: actions.set_query(state, fresh.query),
        lambda state: actions.set_names(state, ("chair", "airplane", "bathtub")),
        lambda state: actions.set_theme(state, "light"),
        lambda state: replace(state, explain=replace(fresh.explain, maps=state.explain.maps)),
    ):
        store.apply(action)
    while store.state.notices:
        store.apply(lambda state: actions.dismiss_notice(state, 0))
    shared_rig.settle(qtbot)
    return shared_rig


def test_a_dropped_cloud_goes_all_the_way(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_ply(tmp_path / "dropped.ply", chair(2000))
    drop(rig.window, [path])
    qtbot.waitUntil(lambda: rig.state.cloud is not None and rig.state.cloud.key == str(path), timeout=WAIT_MS)
    state = rig.settle(qtbot)
    assert state.cloud.vertex_count == 2000
    np.testing.assert_allclose(state.cloud.points + np.array(state.cloud.origin, dtype=np.float32), chair(2000), atol=1e-5)
    groups = state.model.num_groups
    assert state.reconstruction.hidden.sum() == int(0.6 * groups)
    assert len(state.reconstruction.rebuilt) == int(0.6 * groups)
    # What was rebuilt lies near the chair, not somewhere in space.
    rebuilt = state.reconstruction.rebuilt.reshape(-1, 3)
    nearest = np.linalg.norm(rebuilt[:, None] - state.prepared.points[None], axis=2).min(axis=1)
    assert np.median(nearest) < 0.1
    assert [drawn(rig.view(index)) > 500 for index in range(4)] == [True] * 4
    assert rig.window.library.list.currentIndex().data() == "dropped.ply"
    assert rig.window.windowTitle().startswith("dropped.ply")


def test_a_lying_scan_with_strays_is_mended_by_mouse_and_undone(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    lying = chair(3000)[:, [0, 2, 1]] * np.array([1, -1, 1], dtype=np.float32)  # z up
    rng = np.random.default_rng(0)
    floor = np.stack([rng.uniform(-0.8, 0.8, 3000), rng.uniform(-0.8, 0.8, 3000), np.full(3000, -0.01)], axis=1)
    strays = np.array([[4, 0, 2], [-4, 1, 3], [0, 5, 4], [1, -4, 1]])
    path = write_ply(tmp_path / "lying.ply", np.concatenate([lying, floor, strays]).astype(np.float32))
    drop(rig.window, [path])
    card = rig.window.input

    def told() -> bool:
        state, report = rig.state, rig.state.doctor.report
        if state.cloud is None or state.cloud.key != str(path) or report is None or state.prepared is None or not complete(state):
            return False
        return (report.fixes, report.up) == (state.doctor.treatment.fixes, state.prepared.up)

    def click(button: QWidget) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(told, timeout=WAIT_MS)

    qtbot.waitUntil(told, timeout=SLOW_MS)
    spread, scale = rig.state.cloud.bounds, rig.state.prepared.scale
    card.up.box.setFocus()
    card.up.chosen.emit("+z")
    qtbot.waitUntil(lambda: told() and rig.state.prepared.up == "+z", timeout=WAIT_MS)
    click(card.findings.buttons["strays"])
    click(card.findings.buttons["floor"])
    state = rig.state
    assert state.doctor.treatment.fixes == (Fix("strays"), Fix("floor", up="+z"))
    assert state.doctor.report.removed[0] == 4
    assert 2900 < len(state.cloud.points) <= 3010
    assert card.facts.value("Held") == f"{len(state.cloud.points):,} of 6,004"
    assert state.prepared.scale < scale / 4  # the chair, not the strays, fills the sphere
    assert spread != state.cloud.bounds
    heights = state.prepared.points[:, 1]
    assert np.ptp(heights) > 1.3 * max(np.ptp(state.prepared.points[:, 0]), np.ptp(state.prepared.points[:, 2]))  # it stands
    assert drawn(rig.view(0)) > 3000
    assert len(card.chips.chips) == 2
    for _ in range(2):
        press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(told, timeout=WAIT_MS)
    assert rig.state.doctor.treatment.fixes == ()
    assert rig.state.cloud.bounds == spread
    assert card.facts.value("Held") == "6,004 points"


def test_the_seen_view_pales_what_is_hidden(rig: Rig, qtbot: QtBot) -> None:
    rig.studio.bench.set_ratio(0.0)
    rig.settle(qtbot)
    everything = colourful(rig.view(1))
    rig.studio.bench.set_ratio(0.9)
    rig.settle(qtbot)
    assert 0 < colourful(rig.view(1)) < everything / 2


def test_the_ratio_follows_the_mouse_and_undo_takes_the_drag_back(rig: Rig, qtbot: QtBot) -> None:
    before, view = rig.state.reconstruction, rig.view(2)
    slider = rig.window.toolbar.ratio
    handle = handle_of(slider)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
    for step in range(1, 9):
        QTest.mouseMove(slider, handle + QPoint(3 * step, 0))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=handle + QPoint(24, 0))
    assert rig.state.mask.ratio == slider.value() / 100 > 0.65
    state = rig.settle(qtbot)
    assert state.reconstruction.hidden.sum() == int(state.mask.ratio * state.model.num_groups)
    assert (rig.view(2) != view).any()
    assert state.can_undo == "mask ratio"
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    state = rig.settle(qtbot)
    assert state.mask.ratio == 0.6
    assert slider.value() == 60
    np.testing.assert_array_equal(state.reconstruction.hidden, before.hidden)
    np.testing.assert_allclose(state.reconstruction.rebuilt, before.rebuilt, atol=1e-5)
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert rig.settle(qtbot).mask.ratio > 0.65


def test_the_seed_follows_the_keyboard_and_comes_back_exactly(rig: Rig, qtbot: QtBot) -> None:
    first, view = rig.state.reconstruction, rig.view(2)
    type_number(rig.window.toolbar.seed, "7")
    assert rig.state.mask.seed == 7
    second = rig.settle(qtbot).reconstruction
    assert second.hidden.sum() == first.hidden.sum()
    assert (second.hidden != first.hidden).any()
    assert (rig.view(2) != view).any()
    type_number(rig.window.toolbar.seed, "0")
    third = rig.settle(qtbot).reconstruction
    np.testing.assert_array_equal(third.hidden, first.hidden)
    np.testing.assert_array_equal(rig.view(2), view)


def test_names_are_typed_and_their_ranking_is_read(rig: Rig, qtbot: QtBot) -> None:
    editor = rig.window.words.editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "airplane, chair, bathtub, goblet")
    qtbot.waitUntil(lambda: rig.state.names == ("airplane", "chair", "bathtub", "goblet"), timeout=WAIT_MS)
    state = rig.settle(qtbot)
    shares = [score.probability for score in state.scores]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0, abs=1e-4)
    assert state.scores[0].name == "chair"
    assert rig.window.words.bars.accessibleDescription().startswith("chair ")


def test_a_clicked_patch_is_asked_where_it_looks(rig: Rig, qtbot: QtBot) -> None:
    before, view = rig.state.attention, rig.view(3)
    patch = click_patch(rig, lambda patch: not rig.state.reconstruction.hidden[patch])
    state = rig.settle(qtbot)
    assert state.selected_patch == patch
    assert (state.query.token, state.query.patch) == ("patch", patch)
    assert state.attention.weights.sum() == pytest.approx(1.0, abs=1e-3)
    assert not state.attention.weights[state.reconstruction.hidden].any()
    assert np.abs(state.attention.weights - before.weights).max() > 1e-4
    assert (rig.view(3) != view).any()


def test_patches_are_hidden_by_click_and_brought_back_by_undo(rig: Rig, qtbot: QtBot) -> None:
    before = rig.state.reconstruction.hidden
    patch = click_patch(rig, lambda patch: not rig.state.reconstruction.hidden[patch], Qt.KeyboardModifier.ControlModifier)
    hidden = rig.settle(qtbot).reconstruction.hidden
    assert np.flatnonzero(hidden != before).tolist() == [patch]
    assert hidden[patch]
    assert len(rig.state.reconstruction.rebuilt) == before.sum() + 1
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(rig.settle(qtbot).reconstruction.hidden, before)


def test_a_stroke_of_the_brush_is_followed_and_taken_back_whole(rig: Rig, qtbot: QtBot) -> None:
    before, view = rig.state.reconstruction.hidden, rig.view(2)
    press(rig.window, Qt.Key.Key_B)
    tile = rig.window.bench.tiles[1]
    middle = tile.image_rect().center()
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=middle - QPoint(0, 100))
    for step in range(1, 21):
        QTest.mouseMove(tile, middle + QPoint(0, 10 * step - 100))
    # The button is still held when the picture has followed.
    qtbot.waitUntil(lambda: rig.state.reconstruction.hidden.sum() > before.sum(), timeout=WAIT_MS)
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=middle + QPoint(0, 100))
    press(rig.window, Qt.Key.Key_Escape)
    state = rig.settle(qtbot)
    np.testing.assert_array_equal(state.reconstruction.hidden, state.mask.hidden)
    assert state.reconstruction.hidden[before].all()
    assert len(state.reconstruction.rebuilt) == sum(state.mask.hidden) > before.sum()
    assert (rig.view(2) != view).any()
    assert rig.window.toolbar.percent.value() == round(100 * sum(state.mask.hidden) / len(before))
    assert state.can_undo == "hide patches by brush"
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(rig.settle(qtbot).reconstruction.hidden, before)
    assert rig.state.mask.hidden is None
    np.testing.assert_array_equal(rig.view(2), view)


def test_a_turn_of_the_views_is_taken_back_exactly(rig: Rig, qtbot: QtBot) -> None:
    before, view = rig.state.views.cameras, rig.view(2)
    tile = rig.window.bench.tiles[0]
    middle = tile.image_rect().center()
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 9):
        QTest.mouseMove(tile, middle + QPoint(8 * step, 2 * step))
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=middle + QPoint(64, 16))
    assert rig.state.views.cameras != before
    assert rig.state.can_undo == "turn the view"
    assert (rig.view(2) != view).any()
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert rig.state.views.cameras == before
    np.testing.assert_array_equal(rig.view(2), view)


def test_a_view_is_made_to_show_the_difference_and_the_truth_behind_a_key(rig: Rig, qtbot: QtBot) -> None:
    layout = rig.state.views.tiles
    menu = rig.window.bench.tiles[3].title.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Difference to truth").trigger()
    assert rig.state.views.tiles[3].show == "difference"
    prepared, rebuilt = rig.state.prepared, rig.state.reconstruction
    seen = np.zeros(len(prepared.points), dtype=bool)
    seen[prepared.members[~rebuilt.hidden].ravel()] = True
    assert rig.window.bench.tiles[3].view.caption.startswith(f"{(~seen).sum()} truly hidden points")
    assert colourful(rig.view(3)) > 200
    view = rig.view(2)
    rig.window.bench.setFocus()
    rig.window.activateWindow()
    assert QTest.qWaitForWindowActive(rig.window)
    QTest.keyPress(rig.window, Qt.Key.Key_F)
    assert rig.state.views.flipped
    assert (rig.view(2) != view).any()
    QTest.keyRelease(rig.window, Qt.Key.Key_F)
    assert not rig.state.views.flipped
    np.testing.assert_array_equal(rig.view(2), view)
    rig.window.actions_by_name["four"].trigger()
    assert rig.state.views.tiles == layout


def test_a_model_beside_itself_is_neither_better_nor_worse(rig: Rig, qtbot: QtBot) -> None:
    rig.window.actions_by_name["default_rival"].trigger()
    qtbot.waitUntil(lambda: rig.state.rival is not None and rig.state.rival.reconstruction is not None, timeout=SLOW_MS)
    rebuilt, other = rig.state.reconstruction, rig.state.rival.reconstruction
    np.testing.assert_array_equal(other.hidden, rebuilt.hidden)
    np.testing.assert_allclose(other.chamfer, rebuilt.chamfer, atol=1e-6)
    assert [tile.show for tile in rig.state.views.tiles] == ["seen", "rebuilt", "rebuilt_b", "contest"]
    ours, theirs = (rig.window.bench.tiles[place].view.layers for place in (1, 2))
    for mine, other_layer in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.points, other_layer.points, atol=1e-5)
        np.testing.assert_allclose(mine.colours.astype(int), other_layer.colours, atol=1)
    # Two places of one image round differently at the edges of points, so each is drawn where the other was.
    bench, camera = Bench(), rig.window.bench.camera_of(1)
    bench.show(rig.window.bench.picture)
    place = Rect(0, 0, 480, 360)
    mine, other_picture = (bench.render({view: camera}, {view: place}, 2) for view in (1, 2))
    bench.close()
    np.testing.assert_array_equal(other_picture, mine)
    assert drawn(mine[..., :3]) > 2000
    assert drawn(rig.view(3)) > 500
    assert colourful(rig.view(3)) < 50  # grey: no patch is rebuilt better by one of them
    rig.window.actions_by_name["close_rival"].trigger()
    assert rig.state.rival is None
    assert [tile.show for tile in rig.state.views.tiles] == ["input", "seen", "rebuilt", "attention"]


def test_attention_is_asked_by_head_by_matrix_and_of_a_mask_token(rig: Rig, qtbot: QtBot) -> None:
    drawer, strip = open_drawer(rig), rig.window.attention.strip
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.place(2).center())
    press(rig.window, Qt.Key.Key_Less)
    state = rig.settle(qtbot)
    maps = state.explain.maps
    assert state.query.head == 1
    np.testing.assert_allclose(state.attention.weights[maps.visible], maps.cross[-2, 1, 0], atol=1e-6)
    # A click on a cell asks the row's patch; the pointer on it rings the column's patch in the views.
    row, column = 5, 3
    QTest.mouseMove(drawer.matrix, at := drawer.matrix.cell(row, column).center().toPoint())
    qtbot.waitUntil(lambda: rig.window.bench.hovered == maps.visible[column], timeout=WAIT_MS)
    assert rig.window.inspector.title.text() == f"Patch {maps.visible[column]} · pointed at"
    QTest.mouseClick(drawer.matrix, Qt.MouseButton.LeftButton, pos=at)
    state = rig.settle(qtbot)
    assert (state.query.token, state.query.patch) == ("patch", maps.visible[row - 3])
    np.testing.assert_allclose(state.attention.weights[maps.visible], maps.patches[-2, 1, row - 3], atol=1e-6)
    # The same by keys: the next row's patch is asked, and the next column's is ringed.
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(drawer.matrix, key)
    state = rig.settle(qtbot)
    assert (state.query.patch, rig.window.bench.hovered) == (maps.visible[row - 2], maps.visible[1])
    drawer.matrix.rest()
    # A hidden patch's mask token looks in the decoder, at hidden patches, too.
    hidden = click_patch(rig, lambda patch: bool(rig.state.reconstruction.hidden[patch]))
    state = rig.settle(qtbot)
    assert state.attention.weights[state.explain.maps.masked].sum() > 0.01
    assert rig.window.bench.tiles[3].view.caption.startswith(f"mask token {hidden} · decoder layer")
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    state = rig.settle(qtbot)
    assert (state.query.token, state.query.patch) != ("patch", hidden)
    np.testing.assert_array_equal(state.attention.weights, explaining.weights_of(state.explain.maps, state.query))
    press(rig.window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: not drawer.isVisible(), timeout=WAIT_MS)


def test_attention_is_doubted_and_the_answer_follows_the_brush(rig: Rig, qtbot: QtBot) -> None:
    drawer = open_drawer(rig)
    view = rig.view(3)
    QTest.mouseClick(drawer.tabs["occlusion"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(drawer.colour, Qt.MouseButton.LeftButton)
    first = explaining.occlusion(state := rig.settle(qtbot))
    assert not first.effect[state.reconstruction.hidden].any()
    assert first.whole == pytest.approx(exact_error(chair(), state.reconstruction.hidden), rel=1e-4)
    assert state.reconstruction.chamfer.mean() == pytest.approx(rig.drawn_error(), rel=1e-6)
    assert rig.window.bench.tiles[3].view.title == "What each patch helps to rebuild"
    assert (rig.view(3) != view).any()
    qtbot.waitUntil(lambda: drawer.figures["occlusion"].canvas is not None, timeout=WAIT_MS)
    assert drawer.figures["occlusion"].patch_at(0, 0.0) == first.effect.argmax()  # the most helpful patch has the first bar
    press(rig.window, Qt.Key.Key_B)
    middle = (tile := rig.window.bench.tiles[1]).image_rect().center()
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=middle - QPoint(0, 50))
    for step in range(1, 11):
        QTest.mouseMove(tile, middle + QPoint(0, 10 * step - 50))
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=middle + QPoint(0, 50))
    press(rig.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: rig.state.mask.hidden is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: explaining.occlusion(rig.state) not in (None, first), timeout=WAIT_MS)
    second = explaining.occlusion(rig.settle(qtbot))
    np.testing.assert_array_equal(np.frombuffer(second.asked.hidden, bool), rig.state.mask.hidden)
    QTest.mouseClick(drawer.tabs["curves"], Qt.MouseButton.LeftButton)
    curves = explaining.current(rig.settle(qtbot), "curves").curves
    assert [curve.order for curve in curves] == ["attention", "error", "random"]
    # Nothing is taken away yet, in any order: the error is that of the reconstruction.
    starts = [float(run[0]) for curve in curves for run in curve.deletion]
    assert starts == pytest.approx([exact_error(chair(), rig.state.mask.hidden)] * len(starts), rel=1e-4)
    press(rig.window, Qt.Key.Key_D)
    assert not drawer.isVisible()


def test_a_bad_file_is_a_sentence_and_the_window_goes_on(rig: Rig, qtbot: QtBot, tmp_path: Path, chair_file: Path) -> None:
    bad = write_broken_ply(tmp_path / "broken.ply")
    drop(rig.window, [bad])
    qtbot.waitUntil(lambda: bool(rig.state.notices), timeout=WAIT_MS)
    notice = rig.state.notices[-1]
    assert notice.level == "error"
    assert "broken.ply" in notice.sentence
    assert "Traceback" not in notice.sentence
    assert actions.item(rig.state, str(bad)).status == "failed"
    assert actions.item(rig.state, str(bad)).sentence == notice.sentence
    assert rig.state.cloud is None
    rig.studio.library.choose(str(chair_file))
    qtbot.waitUntil(lambda: rig.state.cloud is not None, timeout=WAIT_MS)
    rig.settle(qtbot)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_model_is_announced_and_nothing_is_lost(rig: Rig, qtbot: QtBot) -> None:
    before = rig.state
    killed = rig.helpers["model"].pid
    os.kill(killed, 9)
    qtbot.waitUntil(lambda: rig.state.engine == "restarting", timeout=WAIT_MS)
    type_number(rig.window.toolbar.seed, "3")  # the user goes on meanwhile
    qtbot.waitUntil(lambda: bool(rig.state.notices), timeout=SLOW_MS)
    assert rig.state.notices[-1].sentence == "The model process stopped (exit 9) and was started again; nothing was lost."
    state = rig.settle(qtbot)
    rig.pids.add(rig.helpers["model"].pid)
    assert rig.helpers["model"].pid != killed
    assert state.cloud is before.cloud
    assert state.prepared is before.prepared
    assert state.names == before.names
    assert state.mask.seed == 3
    assert (state.reconstruction.hidden != before.reconstruction.hidden).any()
    type_number(rig.window.toolbar.seed, "0")
    np.testing.assert_array_equal(rig.settle(qtbot).reconstruction.hidden, before.reconstruction.hidden)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_reader_is_announced_and_reads_on(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    os.kill(rig.helpers["reader"].pid, 9)
    qtbot.waitUntil(lambda: bool(rig.state.notices), timeout=WAIT_MS)
    assert rig.state.notices[-1].sentence == "The reader process stopped (exit 9) and was started again; nothing was lost."
    rig.pids.add(rig.helpers["reader"].pid)
    path = write_ply(tmp_path / "after.ply", chair(1500))
    drop(rig.window, [path])
    qtbot.waitUntil(lambda: rig.state.cloud is not None and rig.state.cloud.vertex_count == 1500, timeout=WAIT_MS)


def test_a_dropped_release_checkpoint_takes_over_and_the_model_inside_comes_back(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    from recon_model.checkpoint import release
    from recon_model.config import ModelConfig
    from recon_model.models.pretraining import Pretraining

    config = ModelConfig(width=64, depth=2, heads=1, decoder_depth=1, decoder_heads=1)
    release.save(tmp_path / "theirs.pth", Pretraining(config).state_dict(), "pretraining", epoch=300)
    before = rig.settle(qtbot)
    assert before.reconstruction is not None
    drop(rig.window, [tmp_path / "theirs.pth"])
    qtbot.waitUntil(lambda: rig.state.model is not None and rig.state.model != before.model, timeout=SLOW_MS)
    qtbot.waitUntil(lambda: rig.state.reconstruction is not None and rig.state.attention is not None, timeout=SLOW_MS)
    other = rig.state
    assert other.current == before.current
    assert other.model is not None
    assert other.model.depth == 2
    assert other.reconstruction is not None
    assert other.reconstruction.rebuilt.shape[1] == 32  # points a patch, as the checkpoint's decoder has it
    rig.window.actions_by_name["default_model"].trigger()
    qtbot.waitUntil(lambda: rig.state.model == before.model, timeout=SLOW_MS)
    after = rig.settle(qtbot)
    assert after.reconstruction is not None
    np.testing.assert_allclose(after.reconstruction.rebuilt, before.reconstruction.rebuilt, atol=1e-6)


def test_a_file_that_is_no_model_is_a_sentence_and_the_model_stays(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    before = rig.settle(qtbot)
    bad = tmp_path / "weights.pth"
    bad.write_bytes(b"not a checkpoint")
    drop(rig.window, [bad])
    qtbot.waitUntil(lambda: any("weights.pth" in notice.sentence for notice in rig.state.notices), timeout=WAIT_MS)
    assert rig.state.model == before.model
    assert len(rig.state.items) == len(before.items)


def test_dark_is_dark_and_light_is_light(rig: Rig, qtbot: QtBot) -> None:
    rig.view(0)
    light = pixels(rig.window).mean()
    rig.window.actions_by_name["dark"].trigger()
    assert rig.state.theme == "dark"
    qtbot.waitUntil(rig.window.updatesEnabled)  # dressed in two turns of the event loop, and drawn after them
    view, dark = rig.view(0), pixels(rig.window).mean()
    assert light > 200
    assert dark < 80
    assert view[0, 0].max() < 60  # the ground of the 3D views too
    assert drawn(view) > 500  # and the cloud still stands out from it
    rig.window.actions_by_name["light"].trigger()
    qtbot.waitUntil(rig.window.updatesEnabled)
    rig.view(0)
    assert pixels(rig.window).mean() == pytest.approx(light, abs=5)


def test_closing_while_starting_leaves_nothing_behind(qapp: QApplication, display: bool, qtbot: QtBot) -> None:
    before = set(QApplication.topLevelWidgets())
    rig = Rig(None)
    assert all(alive(pid) for pid in rig.pids)
    rig.window.close()
    rig.window.deleteLater()
    qtbot.waitUntil(lambda: not isValid(rig.window), timeout=WAIT_MS)
    assert not any(alive(pid) for pid in rig.pids)
    assert [widget for widget in QApplication.topLevelWidgets() if widget not in before and widget.parent() is None] == []
