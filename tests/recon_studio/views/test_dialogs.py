"""No file is replaced unasked, whatever was typed as its name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from recon_studio.state import explaining
from recon_studio.views.dialogs import ask_target
from recon_studio.views.film import ask_film
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.library_of import ranked_state
from tests.recon_studio.maps import map_state
from tests.recon_studio.scenery import known_state

KINDS = "PNG image (*.png);;SVG drawing (*.svg)"


class Person:
    """Types names where files are asked for, then changes their mind; keeps what is there, or has it replaced."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.types: list[tuple[str, str]] = []
        self.presses = "Keep it"
        self.offered: list[str] = []
        self.asked: list[str] = []
        monkeypatch.setattr(QFileDialog, "getSaveFileName", self._type)
        monkeypatch.setattr(QMessageBox, "exec", lambda box: self._press(box))

    def _type(self, _parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        self.offered.append(name)
        return self.types.pop(0) if self.types else ("", "")

    def _press(self, box: QMessageBox) -> None:
        self.asked.append(box.text())
        next(button for button in box.buttons() if button.text() == self.presses).click()


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(monkeypatch)


def _overlap(window: MainWindow) -> None:
    window.show_state(window.state, explaining.turn_to(known_state(), "overlap"))
    window.bench_room.drawer.ask_export("csv")


def _ranking(window: MainWindow) -> None:
    window.show_state(window.state, ranked_state())
    window.rooms.room("words").library.export.click()


def _map(window: MainWindow) -> None:
    window.show_state(window.state, map_state())
    window.actions_by_name["map_csv"].trigger()


DOORS: dict[str, tuple[str, Callable[[MainWindow], object]]] = {
    "export": (".csv", lambda window: window.actions_by_name["export_names"].trigger()),
    "drawer": (".csv", _overlap),
    "film": (".gif", lambda window: ask_film(window, "Save the time-lapse")),
    "map": (".csv", _map),
    "ranking": (".csv", _ranking),
    "session": (".recon", lambda window: window.actions_by_name["save_session_as"].trigger()),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_name_without_its_ending_is_asked_about_as_it_will_be_written(
    window: MainWindow, person: Person, tmp_path: Path, door: str
) -> None:
    ending, go = DOORS[door]
    there = tmp_path / f"chair{ending}"
    there.write_text("precious")
    person.types = [(str(tmp_path / "chair"), "")]
    go(window)
    assert person.asked == [f"'chair{ending}' is there already. Replace it?"]
    assert person.offered[1:] == [str(there)]  # and another name can be given
    assert there.read_text() == "precious"


def test_what_was_typed_gets_its_kinds_ending_and_one_answer(qtbot: QtBot, person: Person, tmp_path: Path) -> None:
    parent = QFileDialog()
    qtbot.addWidget(parent)

    def ask(name: str, chosen: str = "") -> str:
        person.types.append((name and str(tmp_path / name), chosen))
        return Path(ask_target(parent, "A picture", "view.png", KINDS)).name

    assert [ask("chair"), ask("chair", "SVG drawing (*.svg)"), ask("chair.jpg"), ask("")] == ["chair.png", "chair.svg", "chair.jpg.png", ""]
    (tmp_path / "chair.png").touch()
    assert [ask("chair.PNG"), ask("chair.png"), ask("chair.svg"), person.asked] == ["chair.PNG", "chair.png", "chair.svg", []]
    person.presses = "Replace"
    assert (ask("chair"), len(person.asked)) == ("chair.png", 1)


def test_a_session_from_a_file_of_another_name_is_not_saved_unasked(
    window: MainWindow, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    window.show_state(window.state, replace(window.state, session=str(tmp_path / "old.json")))
    with qtbot.assertNotEmitted(window.sessions.saved):
        window.actions_by_name["save_session"].trigger()
    assert person.offered == [str(tmp_path / "old.json")]
    window.show_state(window.state, replace(window.state, session=str(tmp_path / "mine.recon")))
    with qtbot.waitSignal(window.sessions.saved) as saved:
        window.actions_by_name["save_session"].trigger()
    assert (saved.args, len(person.offered)) == ([str(tmp_path / "mine.recon")], 1)
