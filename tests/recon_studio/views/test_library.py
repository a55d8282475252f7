"""The library's card: rows for thousands, told apart by words and pictures, and everything one can do to them by pointer and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QAbstractItemModelTester

from recon_studio.state.app_state import AppState, Item
from recon_studio.state.library import Row, set_search, toggle
from recon_studio.views.library import Library
from recon_studio.views.library_list import PICTURE, RowList, RowModel

ITEMS = (
    Item("/x/chair.ply", "chair.ply", "ready", "40 points"),
    Item("/x/room.e57", "room.e57", "failed", "It needs the extra e57."),
    Item("/x/set.npz", "set.npz", "ready", "2 clouds", clouds=2),
    Item("/x/set.npz#0", "bed 1", "ready", "cloud 1 of 2", member=0, label="bed"),
)
STATE = AppState(items=ITEMS, current="/x/chair.ply")


@pytest.fixture
def library(qtbot):
    made = Library({name: QAction(name) for name in ("open", "open_samples")})
    qtbot.addWidget(made)
    made.resize(260, 500)
    made.show_state(None, STATE)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _middle(library, row):
    return library.list.visualRect(library.list.rows.index(row)).center()


def test_it_lists_chooses_removes_and_searches(library, qtbot):
    assert library.list.currentIndex().data() == "chair.ply"
    assert "It needs the extra e57." in library.list.rows.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert library.list.rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == "room.e57, could not be opened"
    with qtbot.waitSignal(library.itemChosen) as chosen:
        qtbot.mouseClick(library.list.viewport(), Qt.MouseButton.LeftButton, pos=_middle(library, 1))
    assert chosen.args == ["/x/room.e57"]
    with qtbot.waitSignal(library.itemRemoved) as removed:
        qtbot.keyClick(library.list, Qt.Key.Key_Delete)
    assert removed.args == ["/x/room.e57"]
    with qtbot.waitSignal(library.searchChanged) as searched:
        library.search.setText("CHA")
    with qtbot.assertNotEmitted(library.itemChosen):
        found = set_search(STATE, searched.args[0])
        library.show_state(STATE, found)
        assert [row.key for row in library.list.rows.rows] == ["/x/chair.ply"]
        assert library.count.text() == "1 of 4"
        library.show_state(found, set_search(STATE, "nothing like it"))
        assert "Nothing here is called" in library.nothing.text()
        library.show_state(found, replace(STATE, items=(), current=None))
    assert library.stack.currentIndex() == 0


def test_a_set_opens_by_its_arrow_and_by_keys(library, qtbot):
    assert [row.name for row in library.list.rows.rows] == ["chair.ply", "room.e57", "set.npz"]
    place = library.list.visualRect(library.list.rows.index(2))
    with qtbot.assertNotEmitted(library.itemChosen), qtbot.waitSignal(library.rowToggled) as toggled:
        qtbot.mouseClick(library.list.viewport(), Qt.MouseButton.LeftButton, pos=place.topLeft() + QPoint(8, 20))
    opened = toggle(STATE, toggled.args[0])
    library.show_state(STATE, opened)
    assert [row.name for row in library.list.rows.rows][2:] == ["set.npz", "bed 1"]
    library.list.set_current("/x/set.npz")
    for key, wanted in ((Qt.Key.Key_Left, 1), (Qt.Key.Key_Right, 0), (Qt.Key.Key_Return, 1)):
        told = []
        library.rowToggled.connect(told.append)
        qtbot.keyClick(library.list, key)
        assert len(told) == wanted, key


def test_what_comes_in_later_leaves_the_chosen_row_and_the_keyboard_alone(library, qtbot):
    library.list.set_current("/x/room.e57")
    more = replace(STATE, items=(*ITEMS, Item("/x/z.ply", "z.ply")))
    with qtbot.assertNotEmitted(library.itemChosen):
        library.show_state(STATE, more)
        library.show_state(more, replace(more, items=more.items[1:]))  # the chosen one's rows move up
    assert library.list.row().key == "/x/room.e57"


def test_pictures_are_asked_for_what_is_in_sight_and_then_shown(library, qtbot):
    many = replace(STATE, items=tuple(Item(f"/x/{n}.ply", f"{n}.ply", "ready", "40 points") for n in range(5000)), current=None)
    with qtbot.waitSignal(library.picturesWanted) as wanted:
        library.show_state(STATE, many)
    keys, side = wanted.args
    assert keys[0] == "/x/0.ply"
    assert len(keys) < 20
    assert side == round(PICTURE * library.devicePixelRatioF())
    library.take_picture("/x/1.ply", np.full((side, side, 3), (200, 30, 40), np.uint8))
    shown = library.list.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    place = library.list.visualRect(library.list.rows.index(1))
    assert shown.pixelColor(place.left() + 4 + PICTURE // 2, place.center().y()).getRgb()[:3] == (200, 30, 40)
    qtbot.waitUntil(lambda: not library.list._soon.isActive())  # what that drawing lacked was asked for
    with qtbot.waitSignal(library.picturesWanted) as wanted:
        library.list.update(library.list.rows.index(3))  # one row is drawn anew, all that lack a picture are asked for again
    assert wanted.args[0] == tuple(key for key in keys if key != "/x/1.ply")
    library.list.scrollToBottom()
    with qtbot.waitSignal(library.picturesWanted) as wanted:
        library.list.viewport().update()
    assert wanted.args[0][-1] == "/x/4999.ply"


def test_tags_are_given_in_the_rows_menu_and_found_by_their_button(library, qtbot):
    tagged = replace(STATE, items=(replace(ITEMS[0], tags=("good",)), *ITEMS[1:]))
    library.show_state(STATE, tagged)
    library.open_tagging()
    give = next(action for action in library.findChildren(QAction) if action.text() == "#good")
    assert give.isChecked()
    with qtbot.waitSignal(library.tagged) as given:
        give.trigger()
    assert given.args == [("/x/chair.ply",), "good", False]
    library._open_tags()
    find = next(action for action in library.findChildren(QAction) if action.text().startswith("#good   "))
    with qtbot.waitSignal(library.searchChanged) as searched:
        find.trigger()
    assert searched.args == ["#good"]


def test_an_and_in_a_tag_is_seen(library):
    tagged = replace(STATE, items=(replace(ITEMS[0], tags=("r&d",)), *ITEMS[1:]))
    library.show_state(STATE, tagged)
    library.open_tagging()
    library._open_tags()
    assert {"#r&d", "#r&d   1"} <= {action.iconText() for action in library.findChildren(QAction)}  # a menu's text without its marks


def test_the_cloud_that_is_open_is_tagged_though_the_search_leaves_it_out(library, qtbot):
    searched = set_search(replace(STATE, items=(replace(ITEMS[0], tags=("good",)), *ITEMS[1:])), "room")
    library.show_state(STATE, searched)
    library.open_tagging()
    with qtbot.waitSignal(library.tagged) as given:
        next(action for action in library.findChildren(QAction) if action.text() == "#good").trigger()
    assert given.args == [("/x/chair.ply",), "good", False]


@pytest.mark.parametrize("seed", range(4))
def test_the_model_keeps_qts_rules_whatever_becomes_of_the_rows(seed, qtbot):
    view = RowList()
    qtbot.addWidget(view)
    model = RowModel(view)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rng = np.random.default_rng(seed)
    for _ in range(30):
        keys = sorted(rng.choice(12, rng.integers(0, 12), replace=False))
        model.show(tuple(Row(f"{key}", f"{key}", Item(f"{key}", f"{rng.integers(3)}")) for key in keys))
        assert [model.place(f"{key}") for key in keys] == list(range(len(keys)))
    del tester
