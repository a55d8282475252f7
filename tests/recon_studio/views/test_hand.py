"""The brush, the lasso and the mask's menu, by the mouse and the keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QInputDialog

from recon_studio.state.app_state import AppState, Mask
from recon_studio.state.masking import Stroke
from tests.recon_studio.pointer import move
from tests.recon_studio.scenery import CORNERS, answered_state

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def hold(window, tool):
    state = answered_state()
    window.start_views()
    window.show_state(state, replace(state, tool=tool))


def corner_on(window, view, corner):
    area = window.bench.tiles[view].image_rect()
    (place,), _ = window.bench.camera.project(CORNERS[corner][None], area.width(), area.height())
    return QPoint(round(area.x() + place[0]), round(area.y() + place[1]))


def press(qtbot, window, key):
    window.bench.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, key)


def drag(qtbot, tile, places, button=LEFT, keys=NONE):
    qtbot.mousePress(tile, button, keys, places[0])
    for place in places[1:]:
        move(tile, place)
    qtbot.mouseRelease(tile, button, keys, places[-1])


@pytest.mark.parametrize(("keys", "hide"), [(NONE, True), (SHIFT, False)])
def test_the_brush_meets_the_patches_on_its_way(window, qtbot, keys, hide):
    hold(window, "brush")
    told: list[Stroke] = []
    window.strokePainted.connect(told.append)
    camera = window.bench.camera
    tile = window.bench.tiles[1]
    with qtbot.assertNotEmitted(window.patchPicked):
        drag(qtbot, tile, [corner_on(window, 1, 7), corner_on(window, 1, 5), corner_on(window, 1, 7), corner_on(window, 1, 4)], keys=keys)
    met = [patch for stroke in told for patch in stroke.patches]
    assert {7, 5, 4} <= set(met)
    assert len(met) == len(set(met))
    assert {(stroke.tool, stroke.hide) for stroke in told} == {("brush", hide)}
    assert len({stroke.number for stroke in told}) == 1
    assert window.bench.camera == camera
    drag(qtbot, tile, [corner_on(window, 1, 6)], keys=keys)
    assert told[-1].patches == (6,)
    assert told[-1].number != told[0].number


def test_the_lasso_takes_what_it_encloses_when_let_go(window, qtbot):
    hold(window, "lasso")
    told: list[Stroke] = []
    window.strokePainted.connect(told.append)
    tile = window.bench.tiles[0]
    middle = corner_on(window, 0, 7)
    ring = [middle + QPoint(round(28 * np.cos(turn)), round(28 * np.sin(turn))) for turn in np.linspace(0, 6, 12)]
    qtbot.mousePress(tile, LEFT, NONE, ring[0])
    for place in ring[1:]:
        move(tile, place)
    assert not told
    accent = tile.grab().toImage()
    qtbot.mouseRelease(tile, LEFT, NONE, ring[-1])
    assert [(stroke.tool, stroke.hide, stroke.patches) for stroke in told] == [("lasso", True, (7,))]
    assert tile.grab().toImage() != accent  # the line is gone


def test_a_lasso_around_nothing_takes_nothing(window, qtbot):
    hold(window, "lasso")
    with qtbot.assertNotEmitted(window.strokePainted):
        drag(qtbot, window.bench.tiles[0], [QPoint(20, 50), QPoint(30, 50), QPoint(30, 60), QPoint(20, 60)])
        drag(qtbot, window.bench.tiles[0], [corner_on(window, 0, 7)])


def test_with_a_tool_in_hand_the_right_button_turns(window, qtbot):
    hold(window, "brush")
    before = window.bench.camera
    with qtbot.assertNotEmitted(window.strokePainted):
        drag(qtbot, window.bench.tiles[0], [QPoint(100, 100), QPoint(130, 110), QPoint(160, 110)], button=RIGHT)
    assert window.bench.camera.azimuth != before.azimuth
    assert window.bench.camera.target == before.target


@pytest.mark.parametrize(("first", "second"), [(LEFT, RIGHT), (RIGHT, LEFT)])
def test_a_second_button_leaves_what_the_first_began_and_the_camera_rests_after_both(window, first, second):
    hold(window, "brush")
    bench, tile = window.bench, window.bench.tiles[0]
    middle = tile.image_rect().center()

    def pointer(kind, by, button, held):
        return QMouseEvent(kind, QPointF(middle + QPoint(by, 0)), QPointF(middle), button, held, NONE)

    kinds, neither = QEvent.Type, Qt.MouseButton.NoButton
    tile.pressed.emit(pointer(kinds.MouseButtonPress, 0, first, first))
    tile.pressed.emit(pointer(kinds.MouseButtonPress, 0, second, first | second))
    assert bench._hand.busy == (first == LEFT)
    tile.released.emit(pointer(kinds.MouseButtonRelease, 0, second, first))
    tile.released.emit(pointer(kinds.MouseButtonRelease, 0, first, neither))
    before = bench.camera
    tile.moved.emit(pointer(kinds.MouseMove, 40, neither, neither))
    tile.moved.emit(pointer(kinds.MouseMove, 80, neither, neither))
    assert bench.camera == before
    assert not bench._hand.busy


def test_tools_are_taken_and_put_down_by_key_and_button(window, qtbot):
    state = answered_state()
    with qtbot.waitSignal(window.toolChosen) as chosen:
        press(qtbot, window, Qt.Key.Key_B)
    assert chosen.args == ["brush"]
    held = replace(state, tool="brush")
    window.show_state(state, held)
    assert window.actions_by_name["brush"].isChecked()
    assert "Shift+drag: show" in window.activity.idle.text()
    for key in (Qt.Key.Key_B, Qt.Key.Key_Escape):
        with qtbot.waitSignal(window.toolChosen) as chosen:
            press(qtbot, window, key)
        assert chosen.args == ["turn"]
    with qtbot.waitSignal(window.toolChosen) as chosen:
        press(qtbot, window, Qt.Key.Key_L)
    assert chosen.args == ["lasso"]


def test_the_mask_is_edited_from_the_menu(window, qtbot):
    for name, key in (("invert", Qt.Key.Key_I), ("grow", Qt.Key.Key_BracketRight), ("shrink", Qt.Key.Key_BracketLeft)):
        with qtbot.waitSignal(window.maskEdited) as edited:
            press(qtbot, window, key)
        assert edited.args == [name]
    with qtbot.waitSignal(window.maskEdited) as edited:
        window.actions_by_name["show_all"].trigger()
    assert edited.args == ["show_all"]
    with qtbot.waitSignal(window.halfHidden) as half:
        window.actions_by_name["hide_half"].trigger()
    np.testing.assert_allclose(half.args[0], window.bench.camera.axes[2])


def test_truly_hidden_points_are_a_key_away(window, qtbot):
    with qtbot.waitSignal(window.leaksToggled):
        press(qtbot, window, Qt.Key.Key_O)
    state = answered_state()
    window.show_state(state, replace(state, leaks=True))
    assert window.actions_by_name["leaks"].isChecked()
    assert "truly hidden" in window.bench.tiles[1].view.caption


def test_the_hardest_are_asked_for_by_number(window, qtbot):
    window.actions_by_name["hide_hardest"].trigger()
    dialog = window.findChild(QInputDialog)
    assert (dialog.intMinimum(), dialog.intValue(), dialog.intMaximum()) == (1, 1, 3)
    dialog.setIntValue(2)
    with qtbot.waitSignal(window.hardestHidden) as asked:
        dialog.accept()
    assert asked.args == [2]


def test_without_a_mask_the_tools_say_why_they_rest(window):
    window.show_state(answered_state(), AppState())
    for name in ("brush", "lasso", "invert", "hide_half", "hide_hardest"):
        assert not window.actions_by_name[name].isEnabled()
        assert len(window.actions_by_name[name].toolTip().splitlines()) == 2


def test_a_mask_by_hand_shows_its_share_and_no_strategy(window, qtbot):
    state = answered_state()
    by_hand = replace(state, mask=Mask(0.4, "random", 2, (True,) * 7 + (False,)))
    toolbar = window.toolbar
    with qtbot.assertNotEmitted(window.ratioChanged), qtbot.assertNotEmitted(window.strategyChanged):
        window.show_state(state, by_hand)
    assert (toolbar.ratio.value(), toolbar.percent.value()) == (88, 88)
    assert toolbar.strategy.currentIndex() == -1
    assert toolbar.strategy.placeholderText() == "by hand"
    with qtbot.waitSignal(window.strategyChanged) as strategy:
        toolbar.strategy.setCurrentText("random")
    assert strategy.args == ["random"]
    window.show_state(by_hand, state)
    assert (toolbar.ratio.value(), toolbar.strategy.currentText()) == (40, "random")
