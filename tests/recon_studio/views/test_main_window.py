from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QLabel, QMessageBox, QTableWidget, QWidget

from recon_studio.scene.colours import GROUNDS
from recon_studio.state.app_state import AppState, Job, Notice
from recon_studio.state.doctor import Doctor, Report
from recon_studio.views.actions import ENTRIES, MENUS
from recon_studio.views.input_panel import NOTHING_WRONG
from recon_studio.views.main_window import MainWindow, local_paths
from recon_studio.views.model_card import ModelCardDialog
from recon_studio.views.theme import GRID, apply_theme
from recon_studio.views.tile import Tile
from tests.recon_studio.pointer import drag_enter, move
from tests.recon_studio.scenery import CORNERS, HIDDEN, answered_state


def _on_tile(window: MainWindow, view: int, point) -> QPoint:
    """Where a place of the cloud lies on a tile, in the tile's pixels."""
    area = window.bench.tiles[view].image_rect()
    (place,), _ = window.bench.camera.project(np.array([point], dtype=np.float32), area.width(), area.height())
    return QPoint(round(area.x() + place[0]), round(area.y() + place[1]))


def _colour(image: QImage, widget: QWidget, at: QPoint, window: MainWindow) -> np.ndarray:
    place = widget.mapTo(window, at)
    found = image.pixelColor(place)
    return np.array([found.red(), found.green(), found.blue()])


def test_the_views_come_after_the_window_and_say_so(window, qtbot):
    assert window.isVisible()
    with qtbot.waitSignal(window.viewsReady, timeout=20_000):
        window.start_views()
    window.start_views()  # a second call does nothing


def test_the_picture_of_the_window_holds_the_views(window, qtbot, tmp_path):
    window.start_views()
    path = tmp_path / "window.png"
    window.grab_screenshot(str(path))
    image = QImage(str(path))
    assert image.width() == round(window.width() * window.devicePixelRatioF())
    ratio = window.devicePixelRatioF()
    assert ratio == 1  # positions below are device pixels
    hidden, visible = int(np.flatnonzero(HIDDEN)[0]), int(np.flatnonzero(~HIDDEN)[0])
    tile = window.bench.tiles[1]
    ghost = _colour(image, tile, _on_tile(window, 1, CORNERS[hidden]), window)
    np.testing.assert_allclose(ghost, GROUNDS["light"].ghost, atol=4)
    solid = _colour(image, tile, _on_tile(window, 1, CORNERS[visible]), window)
    assert np.abs(solid - np.array(GROUNDS["light"].ghost)).max() > 40


def test_what_has_just_been_said_has_its_room_in_the_picture(window, qtbot, tmp_path):
    """A line that wraps makes its card taller, and that its column, before the event loop turns."""
    window.start_views()
    state = answered_state()
    waiting = replace(state, doctor=Doctor(state.cloud))
    window.show_state(state, waiting)
    qtbot.waitUntil(lambda: window.bench.complete and window.input.verdict.text() == "Looking it over…")
    report = Report((), (), "+y", 192, (0.1, 0.2, 0.3), 192, "", "", ())
    window.show_state(waiting, replace(waiting, doctor=Doctor(state.cloud, report=report)))
    window.grab_screenshot(str(tmp_path / "at once.png"))
    places = [child.geometry() for child in window.input.findChildren(QWidget)]
    QApplication.processEvents()
    assert [child.geometry() for child in window.input.findChildren(QWidget)] == places
    assert window.input.verdict.text() == NOTHING_WRONG


def test_a_picture_that_cannot_be_written_is_an_error(window, tmp_path):
    with pytest.raises(OSError, match="cannot be written"):
        window.grab_screenshot(str(tmp_path / "missing" / "x.png"))


def test_click_picks_ctrl_click_toggles_and_a_drag_does_neither(window, qtbot):
    window.start_views()
    tile = window.bench.tiles[0]
    at = _on_tile(window, 0, CORNERS[6])
    with qtbot.waitSignal(window.patchPicked) as picked:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=at)
    assert picked.args == [6]
    with qtbot.waitSignal(window.patchToggled) as toggled:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=at)
    assert toggled.args == [6]
    before = window.bench.camera
    with qtbot.assertNotEmitted(window.patchPicked), qtbot.assertNotEmitted(window.patchToggled):
        qtbot.mousePress(tile, Qt.MouseButton.LeftButton, pos=at)
        move(tile, at + QPoint(30, 10))
        move(tile, at + QPoint(60, 20))
        qtbot.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 20))
    assert window.bench.camera.azimuth != before.azimuth
    with qtbot.assertNotEmitted(window.patchPicked):
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=QPoint(tile.width() - 12, tile.height() // 2))


def test_turning_one_view_turns_all(window, qtbot):
    window.start_views()
    window.grab()
    window.bench.render_sharp()
    before = [tile.grab().toImage() for tile in window.bench.tiles]
    window.bench.camera = window.bench.camera.orbited(40, 0)
    window.bench.render_sharp()
    after = [tile.grab().toImage() for tile in window.bench.tiles]
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_the_hide_key_takes_the_patch_under_the_pointer_or_else_the_selected_one(window, qtbot):
    state = answered_state()
    window.show_state(state, replace(state, selected_patch=2))
    action = window.actions_by_name["toggle_patch"]
    with qtbot.waitSignal(window.patchToggled) as toggled:
        action.trigger()
    assert toggled.args == [2]
    move(window.bench.tiles[0], _on_tile(window, 0, CORNERS[5]))
    with qtbot.waitSignal(window.patchToggled) as toggled:
        action.trigger()
    assert toggled.args == [5]


def test_a_view_can_fill_the_middle_and_go_back(window, qtbot):
    window.start_views()
    narrow = window.bench.tiles[3].width()
    window.bench.tiles[3].expandRequested.emit()
    qtbot.waitUntil(lambda: window.bench.tiles[3].width() > 1.5 * narrow)
    assert [tile.isVisible() for tile in window.bench.tiles] == [False, False, False, True]
    window.bench.render_sharp()
    window.bench.tiles[3].expandRequested.emit()
    qtbot.waitUntil(lambda: window.bench.tiles[3].width() == narrow)
    assert all(tile.isVisible() for tile in window.bench.tiles)


def test_dropped_files_and_folders_are_emitted(window, qtbot, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a b.ply")), QUrl.fromLocalFile(str(tmp_path)), QUrl("https://example.org/x.ply")])
    middle, action = QPointF(300, 300), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = drag_enter(data, middle)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.drop_hint.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.drop_hint.isVisible()
    QApplication.sendEvent(window, drag_enter(data, middle))
    with qtbot.waitSignal(window.filesDropped) as dropped:
        QApplication.sendEvent(window, QDropEvent(middle, action, data, buttons, keys))
    assert dropped.args == [[str(tmp_path / "a b.ply"), str(tmp_path)]]


def test_fields_leave_drops_to_the_window(window):
    assert not window.words.editor.acceptDrops()
    assert not window.words.editor.viewport().acceptDrops()
    assert not window.library.search.acceptDrops()


def test_text_and_far_addresses_are_not_taken(window):
    data = QMimeData()
    data.setText("hello")
    assert local_paths(data) == []
    enter = drag_enter(data, QPointF(300, 300))
    QApplication.sendEvent(window, enter)
    assert not window.drop_hint.isVisible()


def test_undo_says_what_it_takes_back_and_why_it_cannot(window, qtbot):
    state = answered_state()
    undo = window.actions_by_name["undo"]
    assert not undo.isEnabled()
    assert "nothing to undo" in undo.toolTip()
    window.show_state(state, replace(state, can_undo="Hide patch 12"))
    assert undo.text() == "Undo hide patch 12"
    with qtbot.waitSignal(window.undoRequested):
        undo.trigger()


def test_recent_files_fill_their_menu(window, qtbot):
    state = answered_state()
    assert not window.recent_menu.menuAction().isEnabled()
    window.show_state(state, replace(state, recent=("/a/one.ply", "/b/two.ply")))
    assert [action.text() for action in window.recent_menu.actions()] == ["one.ply", "two.ply", "", "Clear this list"]
    with qtbot.waitSignal(window.recentRequested) as asked:
        window.recent_menu.actions()[1].trigger()
    assert asked.args == ["/b/two.ply"]
    with qtbot.waitSignal(window.clearRecentRequested):
        window.recent_menu.actions()[-1].trigger()


def test_names_of_files_are_shown_as_they_are(window):
    state = answered_state()
    notice = Notice("'R&D <b>2.ply' holds no points.", "error")
    window.show_state(state, replace(state, recent=("/a/R&D <b>2.ply",), notices=(notice,)))
    assert window.recent_menu.actions()[0].iconText() == "R&D <b>2.ply"  # a menu's text without its marks
    assert window._toast.words.text() == notice.sentence
    assert window._toast.words.textFormat() is Qt.TextFormat.PlainText


def test_a_warning_lies_over_the_views_until_dismissed(window, qtbot):
    state = answered_state()
    noticed = replace(state, notices=(Notice("The model was restarted.", "warning"), Notice("All is well.")))
    window.show_state(state, noticed)
    assert window._toast.words.text() == "The model was restarted."
    assert window._toast.isVisible()
    with qtbot.waitSignal(window.noticeDismissed) as dismissed:
        window._toast.close_button.click()
    assert dismissed.args == [0]
    window.show_state(noticed, state)
    assert window._toast is None


def test_the_list_of_notices_shows_the_latest_and_how_many_came_before(window, qtbot):
    state = answered_state()
    noticed = replace(state, notices=tuple(Notice(f"Thing {number} happened.") for number in range(20)))
    window.show_state(state, noticed)
    assert window.activity.list.rows == []  # nobody looks
    window.activity.notices.click()
    rows = window.activity.list.rows
    assert [row.words.text() for row in rows[:2]] == ["Thing 19 happened.", "Thing 18 happened."]
    assert f"and {20 - len(rows)} earlier" in [words.text() for words in window.activity.list.findChildren(QLabel)]
    with qtbot.waitSignal(window.noticeDismissed) as dismissed:
        rows[1].close_button.click()
    assert dismissed.args == [18]
    window.show_state(noticed, replace(state, notices=noticed.notices[:18]))
    assert window.activity.list.rows[0].words.text() == "Thing 17 happened."
    window.show_state(noticed, state)
    assert not window.activity.list.isVisible()


def test_the_theme_reaches_the_views(window, qtbot):
    state = answered_state()
    with qtbot.waitSignal(window.themeChanged) as changed:
        window.actions_by_name["dark"].trigger()
    assert changed.args == ["dark"]
    window.start_views()
    window.show_state(state, replace(state, theme="dark"))
    window.bench.render_sharp()
    found = window.bench.tiles[0].grab().toImage().pixelColor(40, 60)
    assert (found.red(), found.green(), found.blue()) == GROUNDS["dark"].background
    window.show_state(replace(state, theme="dark"), state)


def test_jobs_show_progress_and_can_be_cancelled(window, qtbot):
    state = answered_state()
    window.show_state(state, replace(state, jobs=(Job(7, "Reading big.las", 0.25, 95.0), Job(8, "Loading", cancellable=False))))
    first, second = window.activity.rows
    assert first._left.text() == "25 % · 2 min left"
    assert not second._cancel.isVisible()
    with qtbot.waitSignal(window.cancelRequested) as cancelled:
        first._cancel.click()
    assert cancelled.args == [7]


def test_dialogs_open_and_go(window, qtbot):
    window.actions_by_name["model_card"].trigger()
    card = window.findChild(QDialog)
    assert "default" in card.windowTitle()
    card.close()
    window.actions_by_name["about"].trigger()
    window.findChild(QMessageBox).close()


def test_every_action_is_in_a_menu_and_does_something(window):
    listed = {name for _, names in MENUS for name in names} | {"clear_recent"}
    assert {entry.name for entry in ENTRIES} == {name for name in listed if name[0] not in ">-"}
    keys = [key for entry in ENTRIES for key in entry.keys]
    assert len(keys) == len(set(keys))


def test_every_control_has_a_name_and_every_disabled_one_a_reason(qtbot):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QSlider

    window = MainWindow()
    qtbot.addWidget(window)
    window.show_state(None, AppState())
    window.show()
    qtbot.waitExposed(window)
    controls = [
        widget
        for kind in (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QSlider)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and type(widget.parent()).__name__ not in ("QSpinBox", "QLineEdit")
    ]
    assert len(controls) > 15
    for control in controls:
        assert control.accessibleName(), control
        assert control.toolTip(), control
        if not control.isEnabled():
            assert len(control.toolTip().splitlines()) > 1, control.toolTip()
    assert all(isinstance(tile, Tile) and tile.accessibleName() for tile in window.bench.tiles)


def test_closing_tells_first_and_frees_the_views(window, qtbot):
    window.start_views()
    with qtbot.waitSignal(window.closing):
        window.close()
    window.show_state(answered_state(), replace(answered_state(), selected_patch=1))  # a late answer does no harm


def test_numbers_begin_where_other_fields_begin_their_text(window):
    for box in window.findChildren(QAbstractSpinBox):
        line = box.lineEdit()
        begin = line.mapTo(box, line.cursorRect().center()).x() - line.fontMetrics().horizontalAdvance(line.text()[: line.cursorPosition()])
        assert 8 <= begin <= 12, box.accessibleName()


def test_the_model_card_names_its_measures_in_words(window):
    results = [{"protocol": "zero-shot: a test", "data": "things.npz", "n": 1200, "top1": 0.7693, "per_class": {"a": 1}, "chamfer": 0.0038}]
    results.append({"protocol": "upright: a test", "data": "things.npz", "n": 1200, "kept_standing": 0.9067, "up_found": 0.6343})
    model = replace(answered_state().model, card={"name": "default", "results": results})
    card = ModelCardDialog(model, window)
    (table,) = card.findChildren(QTableWidget)
    heads = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert heads == ["Data", "Clouds", "Top-1", "Kept up", "Stood up", "Squared Chamfer", "Protocol"]
    assert [table.item(0, column).text() for column in (1, 2, 5)] == ["1,200", "76.9 %", "0.0038"]
    assert [table.item(1, column).text() for column in range(1, 6)] == ["1,200", "", "90.7 %", "63.4 %", ""]
    assert "zero-shot: a test" in table.item(0, 6).toolTip()
    card.close()


def test_the_model_card_needs_no_sideways_scrolling(window, qtbot):
    shares = dict.fromkeys(("top1", "top3", "top5", "kept_standing", "up_found"), 0.8626)
    row = {"data": "modelnet10_train_subset.npz", "n": 997, "std": 0.0242, "chamfer": 0.0038, **shares}
    results = [{"protocol": "a long sentence of what was done & how, " * 9, **row}] * 9
    card = ModelCardDialog(replace(answered_state().model, card={"name": "default", "results": results}), window)
    card.show()
    qtbot.waitExposed(card)
    (table,) = card.findChildren(QTableWidget)
    assert table.horizontalScrollBar().maximum() == 0
    assert table.columnWidth(table.columnCount() - 1) > 20 * GRID
    assert table.item(0, 2).text() == "86.3 ± 2.4 %"
    assert "done &amp; how" in table.item(0, 8).toolTip()
    card.close()


class _Painted(QObject):
    """Counts how often a widget is drawn."""

    times = 0

    def eventFilter(self, _watched, event):
        self.times += event.type() == QEvent.Type.Paint
        return False


def test_a_window_that_grew_or_shrank_with_its_theme_goes_on_drawing(window, qtbot):
    app = QApplication.instance()
    for turn in range(16):
        window.resize(*((1280, 800), (1500, 950))[turn % 4 // 2])
        apply_theme(app, ("dark", "light")[turn % 2])
        qtbot.waitUntil(window.updatesEnabled)
        QApplication.processEvents()
        painted = _Painted()
        window.installEventFilter(painted)
        window.update()
        qtbot.waitUntil(lambda painted=painted: painted.times > 0, timeout=2000)
        window.removeEventFilter(painted)


def test_nothing_is_drawn_before_the_last_of_two_themes_is_whole(window, qtbot):
    app = QApplication.instance()
    apply_theme(app, "dark")
    app.processEvents()
    apply_theme(app, "light")
    qtbot.waitUntil(window.updatesEnabled)
    assert app.styleSheet()
    assert window.palette().window().color().lightness() > 200
    apply_theme(app, "dark")
    window.hide()
    apply_theme(app, "light")
    qtbot.waitUntil(window.updatesEnabled)
