"""The map as it is seen and handled: marks where clouds are, outlines that choose what is in sight, words that are true."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from recon_studio.scene.map import PALETTE, colouring
from recon_studio.state import lapse as lapsing
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState
from recon_studio.state.embeddings import EmbeddingWork
from recon_studio.state.lapse import Frame, Lapse
from recon_studio.state.map import Quality
from recon_studio.views.film import Film
from recon_studio.views.main_window import MainWindow
from recon_studio.views.map_image import map_image
from recon_studio.views.map_room import MapRoom, quality_in_words
from recon_studio.views.scatter import ScatterView
from tests.recon_studio.maps import map_state
from tests.recon_studio.pointer import double_click, move

Rig = tuple[MainWindow, MapRoom, AppState]


@pytest.fixture
def rig(window: MainWindow, qtbot: QtBot) -> Rig:
    state = map_state()
    window.show_state(window.state, state)
    room = window.rooms.room("map")
    assert isinstance(room, MapRoom)
    qtbot.waitUntil(lambda: room.scatter.width() > 300)
    return window, room, state


def _places(scatter: ScatterView, state: AppState) -> np.ndarray:
    return scatter.pixels(state.map.projection.coordinates)


def _show(rig: Rig, state: AppState) -> None:
    rig[0].show_state(rig[2], state)


def _colour_at(scatter: ScatterView, place: np.ndarray) -> tuple[int, int, int]:
    image = scatter.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    ratio = scatter.devicePixelRatioF()
    return image.pixelColor(round(place[0] * ratio), round(place[1] * ratio)).getRgb()[:3]


def test_every_mark_lies_where_its_cloud_does_in_its_groups_colour(rig: Rig) -> None:
    _, room, state = rig
    state = mapping.change(state, names_shown=False)
    _show(rig, state)
    for row, place in enumerate(_places(room.scatter, state)):
        assert room.scatter.rect().contains(QPoint(*place.round().astype(int)))
        expected = PALETTE["light"][[0, 2, 1][row % 3]]  # chair, lamp, table: as many each, so by name
        assert np.abs(np.subtract(_colour_at(room.scatter, place), expected)).max() < 12


def test_what_is_not_selected_steps_back(rig: Rig) -> None:
    _, room, state = rig
    state = mapping.select(mapping.change(state, names_shown=False), [0], "replace")
    _show(rig, state)
    places = _places(room.scatter, state)
    assert sum(_colour_at(room.scatter, places[0])) < sum(_colour_at(room.scatter, places[3])) - 150
    assert room.count.text() == "1 / 12"
    assert room.chosen.text() == "chair 1"


class _Strokes(QPainter):
    """Counts circles that are drawn one by one."""

    count = 0

    def drawEllipse(self, *args: object) -> None:
        self.count += 1
        super().drawEllipse(*args)


def test_what_was_placed_later_is_ringed_and_no_ring_is_drawn_for_itself(rig: Rig) -> None:
    _, room, state = rig
    placed = replace(state.map.projection, fitted=9)  # one of each kind was placed later
    _show(rig, mapping.change(state, names_shown=False, projection=placed, hidden=frozenset({"lamp"})))
    image = QImage(room.scatter.size(), QImage.Format.Format_RGB888)
    image.fill(0xFFFFFF)
    painter = _Strokes(image)
    room.scatter.paint(painter, 1.0, pointer=False)
    painter.end()
    assert painter.count == 0
    beside = _places(room.scatter, state).round().astype(int) + np.array([round(room.scatter.radius() + 2), 0])
    dark = [sum(image.pixelColor(*map(int, place)).getRgb()[:3]) < 250 for place in beside]
    assert dark == [row in (9, 10) for row in range(12)]


def test_a_lasso_takes_a_group_and_only_what_is_in_the_picture(rig: Rig, qtbot: QtBot) -> None:
    window, room, state = rig
    window.actions_by_name["map_lasso"].trigger()
    _show(rig, mapping.change(state, tool="lasso"))
    scatter = room.scatter
    around = _places(scatter, state)[::3]  # the chairs
    low, high = around.min(0) - 20, around.max(0) + 20
    corners = [QPoint(*map(int, corner)) for corner in ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))]
    taken: list[tuple[list[int], str]] = []
    room.rowsChosen.connect(lambda rows, mode: taken.append((sorted(rows.tolist()), mode)))

    def draw(keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mousePress(scatter, Qt.MouseButton.LeftButton, keys, corners[0])
        for corner in (*corners[1:], corners[0] + QPoint(1, 1)):
            move(scatter, corner)
        QTest.mouseRelease(scatter, Qt.MouseButton.LeftButton, keys, corners[0] + QPoint(1, 1))

    draw()
    draw(Qt.KeyboardModifier.ShiftModifier)
    draw(Qt.KeyboardModifier.ControlModifier)
    assert taken == [([0, 3, 6, 9], "replace"), ([0, 3, 6, 9], "add"), ([0, 3, 6, 9], "remove")]
    _show(rig, mapping.change(state, tool="lasso", hidden=frozenset({"chair"})))
    draw()
    assert taken[-1] == ([], "replace")


def test_a_rectangle_takes_nothing_out_of_sight(rig: Rig) -> None:
    _, room, state = rig
    _show(rig, mapping.change(state, tool="rectangle"))
    scatter = room.scatter
    whole = np.array(
        [(-5, -5), (scatter.width() + 5, -5), (scatter.width() + 5, scatter.height() + 5), (-5, scatter.height() + 5)], np.float32
    )
    assert len(scatter.rows_inside(whole)) == 12
    scatter.zoom(40.0, QPointF(*_places(scatter, state)[0]))
    assert 0 in scatter.rows_inside(whole).tolist()
    assert len(scatter.rows_inside(whole)) < 12


def test_click_double_click_and_a_click_beside(rig: Rig) -> None:
    _, room, state = rig
    told: list[object] = []
    room.rowPicked.connect(lambda row: told.append(("picked", row)))
    room.rowOpened.connect(lambda row: told.append(("opened", row)))
    room.selectionCleared.connect(lambda: told.append("cleared"))
    place = QPoint(*_places(room.scatter, state)[5].round().astype(int))
    QTest.mouseClick(room.scatter, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseClick(room.scatter, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
    double_click(room.scatter, place)
    assert told[0] == ("picked", 5)
    assert told[1] == "cleared"
    assert ("opened", 5) in told


def test_the_pointer_names_what_it_rests_on(rig: Rig) -> None:
    _, room, state = rig
    move(room.scatter, QPoint(*_places(room.scatter, state)[4].round().astype(int)))
    assert room.scatter.hovered == 4
    assert room.hover.isVisible()
    assert room.hover.name.text() == "things.npz · 5"
    assert room.hover.words.text().startswith("table")
    assert not room.hover.image.pixmap().isNull()
    assert room.scatter.rect().contains(room.hover.geometry())
    move(room.scatter, QPoint(2, 2))
    assert not room.hover.isVisible()


def test_the_wheel_zooms_about_the_pointer_and_fit_brings_all_back(rig: Rig) -> None:
    window, room, state = rig
    scatter = room.scatter
    before = _places(scatter, state)
    at = QPointF(*before[2])
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, scatter.mapToGlobal(at), QPoint(), QPoint(0, 240), *none, False)
    QApplication.sendEvent(scatter, wheel)
    after = _places(scatter, state)
    np.testing.assert_allclose(after[2], before[2], atol=1e-6)
    assert np.linalg.norm(after[0] - after[1]) > 1.2 * np.linalg.norm(before[0] - before[1])
    window.actions_by_name["map_fit"].trigger()
    np.testing.assert_allclose(_places(scatter, state), before, atol=1e-6)
    QTest.mousePress(scatter, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(40, 40))
    move(scatter, QPoint(90, 70))
    QTest.mouseRelease(scatter, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(90, 70))
    np.testing.assert_allclose(_places(scatter, state) - before, np.tile([50, 30], (12, 1)), atol=1e-6)


def test_a_group_of_the_legend_is_taken_out_by_a_click(rig: Rig) -> None:
    _, room, state = rig
    told: list[str] = []
    room.groupToggled.connect(told.append)
    QTest.mouseClick(room.colour.legend, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(30, 25))
    assert told == ["lamp"]
    _show(rig, mapping.toggle_group(mapping.change(state, names_shown=False), "lamp"))
    assert room.count.text() == "0 / 8"
    assert room.scatter.row_at(QPointF(*_places(room.scatter, state)[2])) is None
    assert np.abs(np.subtract(_colour_at(room.scatter, _places(room.scatter, state)[2]), (255, 255, 255))).max() < 16


def test_settings_are_told_and_shown(rig: Rig) -> None:
    _, room, state = rig
    told: list[mapping.MapSettings] = []
    room.settingsChanged.connect(told.append)
    room.settings.perplexity.setValue(12)
    room.settings.feature.setCurrentIndex(1)
    assert (told[0].perplexity, told[1].feature) == (12, "patches")
    _show(rig, mapping.change(state, settings=mapping.MapSettings(method="pca", seed=7)))
    assert room.settings.seed.value() == 7
    assert not room.settings.perplexity.isEnabled()
    assert "PCA has no such setting" in room.settings.perplexity.toolTip()


def test_actions_say_why_they_cannot_be_had(rig: Rig, window: MainWindow) -> None:
    actions, state = window.actions_by_name, rig[2]
    assert actions["map_start"].isEnabled()
    assert not actions["map_pause"].isEnabled()
    assert "Nothing runs" in actions["map_pause"].toolTip()
    _show(rig, mapping.change(state, phase="running"))
    assert actions["map_pause"].isEnabled()
    assert actions["map_stop"].isEnabled()
    window.show_state(state, replace(state, room="bench"))
    assert not actions["map_start"].isEnabled()
    assert "Enter the map first" in actions["map_start"].toolTip()


def test_the_empty_room_teaches_and_shows_progress(rig: Rig) -> None:
    _, room, state = rig
    nothing = replace(mapping.show_projection(state, None), embeddings=None)
    _show(rig, nothing)
    assert room.pages.currentIndex() == 0
    assert "clouds that the model finds alike lie together" in room.explain.text()
    _show(rig, replace(nothing, embedding=EmbeddingWork(30, 120, 9.0)))
    assert "30 of 120" in room.explain.text()
    assert (room.bar.value(), room.bar.maximum()) == (30, 120)
    assert room.settings.status.text() == "Embedding: 30 of 120 clouds, 9 s left."
    assert room.embed.toolTip().endswith("It is being embedded.")


def test_new_clouds_are_counted_and_offered(rig: Rig) -> None:
    window, room, state = rig
    assert window.actions_by_name["map_embed"].text() == "Place 1 new cloud"  # corners.ply is in the library and not on the map
    assert room.settings.more.isVisible()
    _show(rig, replace(state, items=()))
    assert window.actions_by_name["map_embed"].text() == "Embed the library"


def test_what_the_map_is_worth_is_said() -> None:
    nan = float("nan")
    words, tip = quality_in_words(Quality(0.953, 0.91, 0.884, 10, 1.27, nan, 3.0), "t-SNE")
    assert words == "k-NN 91 % features, 88 % map · trustworthiness 0.95 · KL 1.27"
    assert "10 nearest" in tip
    assert quality_in_words(Quality(0.9, nan, nan, 10, nan, 0.5, 1.0), "PCA")[0] == "trustworthiness 0.90"
    assert quality_in_words(None, "PCA") == ("", "")


def test_the_phrase_is_drawn_with_its_links_and_its_sentence(rig: Rig) -> None:
    _, room, state = rig
    plain = mapping.change(state, names_shown=False)
    _show(rig, plain)
    before = room.scatter.grab().toImage()
    phrase = mapping.place_phrase(state.map.projection, "a lamp", np.array([0, 0, 0.6, 0.8], np.float32))
    _show(rig, mapping.change(plain, phrase=phrase))
    assert room.scatter.grab().toImage() != before
    assert room.phrase.said.text().startswith("Words and shapes lie apart")


def test_the_exported_image_holds_map_legend_and_recipe(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    window, room, state = rig
    place = _places(room.scatter, state)[1] * 2
    with qtbot.waitSignal(window.exporter.bytesReady) as made:
        room.export_as("png", str(tmp_path / "map.png"))
    assert made.args[0] == str(tmp_path / "map.png")
    image = QImage.fromData(made.args[1])
    assert image.width() > 2 * room.scatter.width()
    assert image.text("Description").startswith("queries of 12 clouds")
    assert np.abs(np.subtract(image.pixelColor(round(place[0]), round(place[1])).getRgb()[:3], PALETTE["light"][2])).max() < 12


def test_the_exported_image_of_hidden_groups_has_a_legend_without_them(rig: Rig) -> None:
    _, room, state = rig
    colours = [PALETTE["light"][place] for place in range(3)]
    for names, seen in ((frozenset(), 3), (frozenset({"lamp"}), 2), (frozenset({"chair", "lamp", "table"}), 0)):
        shown = mapping.change(state, hidden=names)
        _show(rig, shown)
        image = map_image(room.scatter, shown, colouring(shown.map, "light")).convertToFormat(QImage.Format.Format_RGB888)
        pixels = (
            np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : 3 * image.width()].reshape(image.height(), -1, 3)
        )
        legend = pixels[:, 2 * room.scatter.width() :].astype(int)
        assert sum(bool((np.abs(legend - colour).max(-1) < 12).any()) for colour in colours) == seen


def test_dark_is_dark(rig: Rig, qtbot: QtBot) -> None:
    window, room, state = rig
    window.show_state(state, replace(state, theme="dark"))
    qtbot.waitUntil(window.updatesEnabled)  # dressed in two turns of the event loop
    assert sum(_colour_at(room.scatter, np.array([3, 3]))) < 150


def test_the_time_lapse_is_slid_played_and_saved(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    _, room, state = rig
    projection = state.map.projection
    quality = Quality(0.9, 0.8, 0.7, 10, 1.0, float("nan"), 1.0)
    frames = tuple(Frame(f"epoch {at}", projection.coordinates * np.float32(1 + at), quality) for at in range(3))
    made = Lapse("/runs/a", ("1", "2", "3"), projection.clouds, projection, frames, at=2)
    _show(rig, lapsing.show(mapping.change(state, lapse=made), 2))
    assert room.lapse.words.text() == "epoch 2 · 3 of 3"
    told: list[int] = []
    room.frameChosen.connect(told.append)
    room.lapse.slider.setValue(0)
    assert told == [0]
    with qtbot.waitSignal(room.pictureSaved) as saved:
        room.save_film(str(tmp_path / "lapse.gif"))
    assert saved.args == [str(tmp_path / "lapse.gif"), ""]
    with Image.open(tmp_path / "lapse.gif") as gif:
        assert gif.n_frames == 3
    qtbot.waitUntil(lambda: not room.findChildren(Film))  # its frames would stay in memory
    _show(rig, state)
    assert room.lapse.open.isVisible()
    assert not room.lapse.slider.isVisible()


def test_plus_and_ctrl_arrows_work_the_map_and_not_the_views_of_the_bench(rig: Rig, qtbot: QtBot) -> None:
    window, room, state = rig
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    room.scatter.setFocus()
    before = _places(room.scatter, state)
    with qtbot.assertNotEmitted(window.bench.camerasMoved):
        qtbot.keyClick(room.scatter, Qt.Key.Key_Plus)
        zoomed = _places(room.scatter, state)
        qtbot.keyClick(room.scatter, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert np.ptp(zoomed[:, 0]) == pytest.approx(1.25 * np.ptp(before[:, 0]), rel=0.01)
    np.testing.assert_allclose(_places(room.scatter, state) - zoomed, np.broadcast_to([-40, 0], zoomed.shape), atol=1)
