"""Rooms that need what takes long to import."""

import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from recon_studio.state.app_state import AppState
from recon_studio.views.bring import AHEAD
from recon_studio.views.rooms import Maker, Rooms

NAME, SLOW = "a_package_with_qt", "a_part_of_it_that_takes_long"
HELD = Event()
"""The latter waits for this while it is imported."""


class Room(QLabel):
    def show_state(self, _old: AppState | None, new: AppState) -> None:
        self.setText(new.theme)

    def shut(self) -> None:
        self.setText("shut")


@pytest.fixture
def rooms(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rooms:
    (tmp_path / f"{NAME}.py").touch()
    (tmp_path / f"{SLOW}.py").write_text(f"from {__name__} import HELD\nHELD.wait(30)\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in (NAME, SLOW):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(AHEAD, NAME, (SLOW,))
    HELD.clear()
    made = Rooms({"bench": Maker(Room), "map": Maker(Room, NAME)})
    qtbot.addWidget(made)
    return made


def test_words_stand_in_until_the_module_is_there_and_the_present_state_is_then_shown(rooms: Rooms, qtbot: QtBot) -> None:
    made: list[str] = []
    rooms.made.connect(lambda name, _room: made.append(name))
    entered = AppState(room="map", theme="light")
    rooms.show_state(None, entered)
    done: list[QWidget] = []
    rooms.when_made("map", done.append)
    assert rooms.currentWidget().text() == "Opening…"
    rooms.show_state(entered, replace(entered, theme="dark"))
    HELD.set()
    qtbot.waitUntil(lambda: rooms.room("map") is not None)
    assert rooms.currentWidget() is rooms.room("map")
    assert rooms.currentWidget().text() == "dark"
    assert made == ["map"]
    assert done == [rooms.room("map")]
    rooms.when_made("map", done.append)
    assert len(done) == 2


def test_whoever_leaves_meanwhile_is_not_called_back(rooms: Rooms, qtbot: QtBot) -> None:
    rooms.show_state(None, AppState(room="map"))
    rooms.show_state(None, AppState(room="bench"))
    bench = rooms.room("bench")
    HELD.set()
    qtbot.waitUntil(lambda: NAME in sys.modules)
    for _ in range(2):  # closing a window twice is no mistake
        rooms.shut()
    assert rooms.currentWidget() is bench
    assert rooms.room("map") is None
    assert bench.text() == "shut"
