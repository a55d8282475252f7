"""The Words room in the whole window with its real helpers, driven as a person would: names typed, the library asked, the best opened."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from recon_model.assets import asset_path
from recon_studio.scene.thumbnail import thumbnail
from recon_studio.views.cloud_rows import COLUMNS
from recon_studio.views.words_room import WordsRoom
from tests.recon_studio.pointer import double_click
from tests.recon_studio.rig import SLOW_MS, WAIT_MS, Rig, alive, drop
from tests.recon_studio.shapes import chair

pytestmark = pytest.mark.window

SAMPLES = 6


@pytest.fixture(scope="module")
def rig(qapp: QApplication) -> Iterator[Rig]:
    """The samples that ship, opened as a folder."""
    made = Rig(asset_path("clouds"))
    yield made
    made.window.close()
    made.window.deleteLater()
    assert not any(alive(pid) for pid in made.pids)


@pytest.fixture
def room(rig: Rig, qtbot: QtBot) -> WordsRoom:
    """The room entered by the switch, every sample embedded and ranked."""
    rig.settle(qtbot)
    buttons = {button.text(): button for button in rig.window.room_switch.findChildren(type(rig.window.toolbar.dice))}
    QTest.mouseClick(buttons["Words"], Qt.MouseButton.LeftButton)
    ranked = lambda: rig.state.words.ranking is not None and len(rig.state.words.ranking.embeddings) == SAMPLES  # noqa: E731
    qtbot.waitUntil(lambda: ranked() and rig.state.embedding is None and not rig.state.jobs, timeout=SLOW_MS)
    made = rig.window.rooms.room("words")
    assert isinstance(made, WordsRoom)
    return made


def column(room: WordsRoom, name: str) -> list[str]:
    rows = room.library.rows.rows
    return [rows.data(rows.index(row, COLUMNS.index(name))) for row in range(rows.rowCount())]


def write_names(room: WordsRoom, text: str) -> None:
    editor = room.names.editor
    editor.setFocus()
    editor.selectAll()
    for line in text.splitlines():
        QTest.keyClicks(editor, line)
        QTest.keyClick(editor, Qt.Key.Key_Return)
    editor.send()


def test_names_are_typed_read_asked_of_the_library_and_the_best_is_opened(rig: Rig, room: WordsRoom, qtbot: QtBot) -> None:
    write_names(room, "chair = armchair\ncar, truck\n= oops\nperson = human figure\nlamp\nguitar\nairplane\n- sofa")
    wanted = ("chair", "car", "truck", "person", "lamp", "guitar", "airplane")
    assert rig.state.names == wanted
    assert "Line 3" in room.names.problems.text()
    qtbot.waitUntil(lambda: rig.state.words.ranking is not None and rig.state.words.ranking.names == wanted, timeout=SLOW_MS)
    rig.settle(qtbot)
    # The cloud shown is the folder's first, an airplane; every sample is called what its file's name says.
    assert rig.state.scores[0].name == "airplane"
    assert room.ranking.facts.value("Margin").endswith("points")
    assert column(room, "name") == column(room, "label") == ["airplane", "car", "chair", "guitar", "lamp", "person"]
    assert "right name first for 100.0 % of 6 labelled" in room.library.count.text()
    room.library.as_matrix.click()
    assert room.library.matrix.isVisible()
    room.library.as_table.click()
    room.library.phrase.setFocus()
    QTest.keyClicks(room.library.phrase, "something to sit on")
    QTest.keyClick(room.library.phrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rig.state.words.found is not None, timeout=WAIT_MS)
    assert column(room, "cloud")[0] == "chair.ply"
    matches = [float(text.replace("−", "-")) for text in column(room, "match")]
    assert matches == sorted(matches, reverse=True)
    table = room.library.rows
    place = table.visualRect(table.rows.index(0, 0)).center()
    double_click(table.viewport(), place)
    qtbot.waitUntil(lambda: rig.state.cloud is not None and rig.state.cloud.key.endswith("chair.ply"), timeout=WAIT_MS)
    assert rig.state.room == "bench"
    state = rig.settle(qtbot)
    assert state.scores[0].name == "chair"
    assert rig.window.words.editor.toPlainText() == ", ".join(wanted)  # the bench's card shows the same names


def test_a_dropped_picture_finds_the_shape_it_shows(rig: Rig, room: WordsRoom, qtbot: QtBot, tmp_path: Path) -> None:
    Image.fromarray(thumbnail(chair(), side=200)).save(tmp_path / "drawing.png")
    drop(rig.window, [tmp_path / "drawing.png"])
    qtbot.waitUntil(lambda: rig.state.words.found is not None and rig.state.words.found.search.kind == "picture", timeout=SLOW_MS)
    assert rig.state.room == "words"
    assert len(rig.state.items) == SAMPLES  # a picture is no cloud
    assert room.library.picture.isVisible()
    assert "one thing on a plain ground" in room.library.wanted_words.text()
    assert column(room, "cloud")[0] == "chair.ply"
    rig.window.actions_by_name["find_alike"].trigger()
    assert rig.state.words.found.search.kind == "shape"
    assert column(room, "cloud")[0] == Path(rig.state.current).name
    np.testing.assert_allclose(rig.state.words.found.likeness.max(), 1.0, atol=1e-5)
