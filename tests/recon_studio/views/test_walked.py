"""What was painted for the pointer, worked by keys in the real window: what is current, what is shown of it, and what Enter does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from recon_studio.scene.explain import matrix
from recon_studio.state import explaining
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState
from recon_studio.state.explain import Page
from recon_studio.state.map import MapState
from recon_studio.views.doubt_plots import Figure
from recon_studio.views.main_window import MainWindow
from recon_studio.views.map_room import MapRoom
from recon_studio.views.walked import Cells, Walked
from recon_studio.views.words_room import WordsRoom
from tests.recon_studio.library_of import ranked_state
from tests.recon_studio.maps import map_state
from tests.recon_studio.scenery import known_state

KEY = Qt.Key
Bring = Callable[[QWidget], None]


@pytest.fixture
def bring(window: MainWindow, qtbot: QtBot) -> Bring:
    """Gives the keyboard to a widget as Tab does."""

    def tab(widget: QWidget) -> None:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.hasFocus()

    return tab


def _press(widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(widget, key)


def _frame(cells: Cells) -> QImage:
    return cells.grab(cells.place_of(*cells.current).toRect().adjusted(-3, -3, 3, 3)).toImage()


def _matrix(window: MainWindow, qtbot: QtBot) -> AppState:
    state = explaining.turn_to(known_state(), "matrix")
    window.show_state(None, state)
    qtbot.waitUntil(window.bench_room.drawer.matrix.isVisible)
    return state


def test_a_cell_of_the_matrix_is_gone_to_said_and_shown_in_the_views(
    window: MainWindow, qtbot: QtBot, bring: Bring, tmp_path: Path
) -> None:
    drawer, state = window.bench_room.drawer, _matrix(window, qtbot)
    shown = matrix(state)
    bring(drawer.matrix)
    hovered: list[object] = []
    drawer.patchHovered.connect(hovered.append)
    _press(drawer.matrix, KEY.Key_Home, KEY.Key_Right, KEY.Key_Right, *[KEY.Key_Up] * 99, *[KEY.Key_Down] * 4)
    row, column = 3, 2
    patch, words = int(shown.patches[column]), drawer.matrix.words(row, column)
    assert drawer.matrix.current == (row, column)
    assert (hovered[-1], window.bench._hovered) == (patch, patch)  # ringed in the views
    assert words in drawer.caption.text()
    assert drawer.matrix.accessibleName() == f"Attention matrix: {words}"
    with qtbot.waitSignal(drawer.patchPicked) as picked:
        _press(drawer.matrix, KEY.Key_Return)
    assert picked.args == [shown.askers[row].patch]
    window.show_state(state, replace(state, selected_patch=picked.args[0]))
    assert words in drawer.caption.text()  # still said when the views have followed
    _press(drawer.matrix, *[KEY.Key_Up] * 2)
    with qtbot.waitSignal(drawer.queryChanged) as asked:
        _press(drawer.matrix, KEY.Key_Space)
    assert asked.args[0].token == shown.askers[1].token
    _press(drawer.matrix, *[KEY.Key_Up] * 9)
    assert f"patch {patch}, to be selected" in drawer.caption.text()
    with qtbot.waitSignal(drawer.patchPicked) as picked:
        _press(drawer.matrix, KEY.Key_Enter)
    assert picked.args == [patch]
    framed = drawer.matrix.grab().toImage()
    drawer.write(str(tmp_path / "framed.png"))
    assert not drawer.matrix.walking  # the file holds no frame
    bring(drawer.thumbnails)
    assert (hovered[-1], drawer.matrix.accessibleName()) == (None, "Attention matrix")
    assert drawer.matrix.grab().toImage() != framed


def _figure(window: MainWindow, qtbot: QtBot, page: Page) -> tuple[Figure, AppState]:
    state = explaining.turn_to(known_state(), page)
    window.show_state(None, state)
    figure = window.bench_room.drawer.figures[explaining.PAGE_TOPIC[page]]
    qtbot.waitUntil(lambda: figure.isVisible() and figure.answer is not None, timeout=30_000)
    return figure, state


@pytest.mark.parametrize("page", ["occlusion", "phrase"])
def test_a_bar_is_gone_to_said_and_shown_in_the_views(window: MainWindow, qtbot: QtBot, bring: Bring, tmp_path: Path, page: Page) -> None:
    figure, state = _figure(window, qtbot, page)
    drawer, order = window.bench_room.drawer, figure.bars[0].order.tolist()
    seen = drawer.caption.text()
    bring(figure)
    hovered: list[object] = []
    drawer.patchHovered.connect(hovered.append)
    _press(figure, KEY.Key_Home, KEY.Key_Right, KEY.Key_Right, KEY.Key_Right, KEY.Key_Left)
    assert figure.current == (0, 2)
    assert (hovered[-1], window.bench.hovered) == (order[2], order[2])  # ringed in the views
    words = figure.words_of(0, 2)
    assert words.startswith(f"patch {order[2]}: ")
    assert drawer.caption.text() == words
    assert figure.accessibleName() == f"{figure._called}: {words}"
    figure.canvas.repaint()
    framed, bare = (_frame(figure), figure.canvas.grab(figure.place_of(0, 2).toRect().adjusted(-3, -3, 3, 3)).toImage())
    assert framed != bare  # the frame lies over the plots
    _press(figure, KEY.Key_Down)
    assert figure.current == (len(figure.bars) - 1, 2)  # in the other plot, where there is one
    assert figure.words_of(*figure.current) == drawer.caption.text()
    with qtbot.waitSignal(drawer.patchPicked) as picked:
        _press(figure, KEY.Key_Return)
    assert picked.args == [order[2]]
    window.show_state(state, replace(state, selected_patch=order[2]))
    assert figure.words_of(*figure.current) == drawer.caption.text()  # still said when the views have followed
    _press(figure, KEY.Key_End)
    assert figure.current[1] == len(order) - 1
    drawer.write(str(tmp_path / "bars.png"))
    assert not figure.walking
    assert (hovered[-1], drawer.caption.text()) == (None, seen)
    _press(figure, KEY.Key_Up)
    assert (figure.walking, figure.current) == (True, (0, 2))  # it begins with the patch that is selected


def test_plots_without_patches_take_no_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    figure, _ = _figure(window, qtbot, "curves")
    assert figure.focusPolicy() == figure.canvas.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert not figure.has(0, 0)


def test_a_layer_and_head_is_chosen_by_arrows_and_enter(window: MainWindow, qtbot: QtBot, bring: Bring) -> None:
    drawer, state = window.bench_room.drawer, _matrix(window, qtbot)
    layer, head = drawer.thumbnails._chosen
    bring(drawer.thumbnails)
    assert drawer.thumbnails.current == (max(head, 0), layer)
    with qtbot.assertNotEmitted(drawer.queryChanged):
        _press(drawer.thumbnails, KEY.Key_Left, KEY.Key_Left, KEY.Key_Down)
    assert drawer.thumbnails.accessibleName() == f"All layers and heads: layer {layer - 1}, head {max(head, 0) + 2}"
    with qtbot.waitSignal(drawer.queryChanged) as asked:
        _press(drawer.thumbnails, KEY.Key_Return)
    assert (asked.args[0].layer, asked.args[0].head) == (layer - 2, max(head, 0) + 1)
    assert state.query.layer != asked.args[0].layer


def test_heads_are_chosen_at_once_and_say_how_sharply_they_look(window: MainWindow, qtbot: QtBot, bring: Bring) -> None:
    state = _matrix(window, qtbot)
    strip = window.attention.strip
    before = strip._heads.chosen
    bring(strip)
    assert strip.accessibleName().startswith(f"Attention heads: {strip._words(before)[:10]}")
    with qtbot.waitSignal(window.attention.queryChanged) as asked:
        _press(strip, KEY.Key_Right)
    assert asked.args[0].head == before
    chosen = replace(state, query=asked.args[0])
    window.show_state(state, chosen)
    assert strip.accessibleName() == f"Attention heads: {strip._words(before + 1)}"
    with qtbot.waitSignal(window.attention.queryChanged) as asked:
        _press(strip, KEY.Key_Left)
    assert asked.args[0].head == before - 1
    with qtbot.waitSignal(window.attention.queryChanged) as asked:
        _press(strip, KEY.Key_End)
    assert asked.args[0].head == min(strip._grid()[0], len(strip._heads.rows)) - 2


def test_a_cell_of_the_confusion_matrix_is_said_beside_it_and_chosen(window: MainWindow, qtbot: QtBot, bring: Bring) -> None:
    window.show_state(None, ranked_state())
    room = window.rooms.room("words")
    assert isinstance(room, WordsRoom)
    room.library.as_matrix.click()
    found = room.library.matrix
    bring(found)
    with qtbot.assertNotEmitted(room.cellChosen):
        _press(found, *[KEY.Key_Left] * 9, *[KEY.Key_Up] * 9, KEY.Key_Right, KEY.Key_Right, KEY.Key_Return)  # an empty one
    _press(found, KEY.Key_Right)
    assert "1 of 2 clouds labelled chair was called sofa (50 %)" in room.library.said.text()
    assert "labelled chair was called sofa" in found.accessibleName()
    with qtbot.waitSignal(room.cellChosen) as chosen:
        _press(found, KEY.Key_Space)
    assert chosen.args == [("chair", "sofa")]


@pytest.fixture
def room(window: MainWindow, qtbot: QtBot) -> MapRoom:
    window.show_state(None, map_state())
    made = window.rooms.room("map")
    assert isinstance(made, MapRoom)
    qtbot.waitUntil(lambda: made.scatter.width() > 300)
    return made


def test_groups_of_the_legend_are_taken_out_by_space(room: MapRoom, window: MainWindow, bring: Bring) -> None:
    legend, state = room.colour.legend, map_state()
    told: list[str] = []
    room.groupToggled.connect(told.append)
    plain = _frame(legend)
    bring(legend)
    assert _frame(legend) != plain
    _press(legend, KEY.Key_Down, KEY.Key_Space)
    assert told == ["lamp"]
    window.show_state(state, mapping.toggle_group(state, "lamp"))
    assert legend.accessibleName() == "Legend: lamp, 4, taken out of the picture"
    _press(legend, *[KEY.Key_Down] * 9, KEY.Key_Return)
    assert told == ["lamp", "table"]


def _nearest(state: MapState, room: MapRoom, row: int, right: int, down: int) -> int:
    """A loop over all clouds: the nearest whose direction is within 45 degrees of the key's."""
    places = room.scatter.pixels(state.projection.coordinates)
    best, least = row, np.inf
    for other, place in enumerate(places):
        x, y = place - places[row]
        along, across = x * right + y * down, abs(x * down + y * right)
        if other != row and along > 0 and across <= along and np.hypot(x, y) < least:
            best, least = other, np.hypot(x, y)
    return best


def test_arrows_go_from_cloud_to_cloud_and_show_each(room: MapRoom, bring: Bring) -> None:
    state = map_state().map
    bring(room.scatter)
    at = room.scatter.hovered
    assert at is not None
    met = {at}
    for key, right, down in [(KEY.Key_Right, 1, 0), (KEY.Key_Down, 0, 1), (KEY.Key_Down, 0, 1), (KEY.Key_Left, -1, 0)] * 2:
        expected = _nearest(state, room, at, right, down)
        _press(room.scatter, key)
        at = room.scatter.hovered
        assert at == expected
        assert room.hover.isVisible()
        assert room.hover.name.text() == f"things.npz · {at + 1}"
        assert room.scatter.accessibleName().startswith(f"Map of the library: things.npz · {at + 1}, ")
        met.add(at)
    assert len(met) > 3


def test_enter_opens_a_cloud_and_space_takes_it_into_the_selection_and_out(room: MapRoom, window: MainWindow, bring: Bring) -> None:
    state = map_state()
    bring(room.scatter)
    told: list[object] = []
    room.rowOpened.connect(told.append)
    room.rowsChosen.connect(lambda rows, mode: told.append((rows.tolist(), mode)))
    at = room.scatter.hovered
    _press(room.scatter, KEY.Key_Return, KEY.Key_Space)
    assert told == [at, ([at], "add")]
    window.show_state(state, mapping.select(state, [at], "add"))
    assert room.count.text() == "1 / 12"
    _press(room.scatter, KEY.Key_Space)
    assert told[-1] == ([at], "remove")


def test_what_is_current_on_the_map_is_brought_into_sight_and_left_by_a_click(room: MapRoom, bring: Bring) -> None:
    scatter = room.scatter
    bring(scatter)
    for _ in range(12):
        scatter.zoom(1.25)
    _press(scatter, *[KEY.Key_Right] * 6)
    place = scatter.pixels(map_state().map.projection.coordinates[scatter.hovered])
    assert scatter.rect().contains(QPoint(*place.round().astype(int)))
    assert scatter.walking
    QTest.mouseClick(scatter, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
    assert not scatter.walking
    assert not room.hover.isVisible()
    assert scatter.accessibleName() == "Map of the library"


def test_a_click_alone_frames_nothing(room: MapRoom, window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    walked: list[Walked] = [room.scatter, room.colour.legend]
    for widget in walked:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(2, 2))
        QApplication.processEvents()
        assert widget.hasFocus()
        assert not widget.walking
