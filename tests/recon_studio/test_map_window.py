"""The map as a person uses it: the whole window, its real helpers, three hundred clouds, mouse and keyboard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from recon_model.data.synthetic import sample_shape
from recon_studio.backend.client import Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch, prepared
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state.app_state import AppState
from recon_studio.state.map import MapSettings
from recon_studio.views.main_window import MainWindow
from recon_studio.views.map_room import MapRoom
from tests.recon_studio.pointer import double_click, move
from tests.recon_studio.shapes import write_ply

pytestmark = pytest.mark.window

KINDS = ("chair", "airplane", "bottle", "guitar", "car")
SLOW_MS = 90_000


def _clouds(count: int) -> tuple[np.ndarray, np.ndarray]:
    points, labels = [], []
    for number in range(count):
        rng = np.random.default_rng((number, 8))
        points.append(sample_shape(KINDS[number % len(KINDS)], rng).sample(1024, rng)[0])
        labels.append(number % len(KINDS))
    return np.stack(points).astype(np.float32), np.array(labels)


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    points, labels = _clouds(300)
    path = tmp_path_factory.mktemp("sets") / "things.npz"
    np.savez(path, points=points, labels=labels, names=np.array(KINDS))
    return path


@pytest.fixture
def studio(qapp: QApplication, data_set: Path, tmp_path: Path) -> Iterator[tuple[Studio, MainWindow]]:
    helpers = {role: launch(helper_command(role), helper_environment()) for role in ("model", "reader")}
    helpers["projection"] = prepared(helper_command("projection"), helper_environment())
    backend = Backend({role: HelperProcess(process) for role, process in helpers.items()})
    studio = Studio(backend, Start(AppState(), files=(str(data_set),), cache=tmp_path / "cache"))
    window = MainWindow()
    studio.connect_window(window)
    studio.start()
    studio.start_reader()
    window.show()
    QTest.qWaitForWindowExposed(window)
    yield studio, window
    window.close()
    window.deleteLater()


def test_a_library_is_embedded_watched_chosen_from_and_asked(
    studio: tuple[Studio, MainWindow], qtbot: QtBot, data_set: Path, tmp_path: Path
) -> None:
    made, window = studio
    store = made.store
    qtbot.waitUntil(lambda: store.state.model is not None and store.state.cloud is not None, timeout=SLOW_MS)
    window.actions_by_name["room_map"].trigger()
    room = window.rooms.room("map")
    assert isinstance(room, MapRoom)
    # One click embeds; PCA shows the library at once.
    QTest.mouseClick(room.embed, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: store.state.embedding is not None and store.state.embedding.done > 0, timeout=SLOW_MS)
    assert room.bar.isVisible()
    qtbot.waitUntil(lambda: store.state.map.projection is not None and store.state.map.projection.finished, timeout=SLOW_MS)
    assert len(store.state.map.projection.coordinates) == 300
    assert room.count.text() == "0 / 300"
    # The map is watched while it settles, held, and let go on.
    made.map.set_settings(MapSettings(iterations=400))
    frames: list[int] = []
    store.changed.connect(lambda _, new: frames.append(new.map.projection.iteration))
    QTest.mouseClick(room.settings.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: max(frames, default=0) >= 20, timeout=SLOW_MS)
    QTest.mouseClick(room.settings.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: store.state.map.phase == "paused", timeout=SLOW_MS)
    held = store.state.map.projection.iteration
    assert held < 400
    QTest.mouseClick(room.settings.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: store.state.map.phase == "idle", timeout=SLOW_MS)
    projection = store.state.map.projection
    assert projection.iteration == 400 > held
    assert projection.quality.map_accuracy > 0.9
    assert projection.quality.trustworthiness > 0.9
    assert len(set(frames)) > 4
    # A lasso around the guitars takes guitars.
    guitars = np.flatnonzero(np.array(projection.clouds.labels) == "guitar")
    places = room.scatter.pixels(projection.coordinates)
    middle = np.median(places[guitars], axis=0)
    near = guitars[np.linalg.norm(places[guitars] - middle, axis=1) < 60]
    low, high = places[near].min(0) - 8, places[near].max(0) + 8
    corners = [QPoint(*map(round, each)) for each in ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))]
    window.actions_by_name["map_lasso"].trigger()
    QTest.mousePress(room.scatter, Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in (*corners[1:], corners[0] + QPoint(2, 2)):
        move(room.scatter, corner)
    QTest.mouseRelease(room.scatter, Qt.MouseButton.LeftButton, pos=corners[0] + QPoint(2, 2))
    chosen = np.flatnonzero(store.state.map.selected)
    assert set(near) <= set(chosen)
    # By keys one more cloud is taken in, and put back.
    for count in (1, 0):
        QTest.keyClick(room.scatter, Qt.Key.Key_Space)
        assert abs(np.count_nonzero(store.state.map.selected) - len(chosen)) == count
    assert np.mean(np.array(projection.clouds.labels)[chosen] == "guitar") > 0.8
    assert room.count.text() == f"{len(chosen)} / 300"
    # A phrase finds the right shapes, and says how far they are.
    QTest.keyClicks(room.phrase.field, "airplane")
    QTest.keyClick(room.phrase.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: store.state.map.phrase is not None, timeout=SLOW_MS)
    assert [projection.clouds.labels[row] for row in store.state.map.phrase.rows] == ["airplane"] * 5
    assert room.phrase.said.text().startswith("Words and shapes lie apart")
    # A cloud from elsewhere is placed among its own; nothing else moves.
    stranger = write_ply(tmp_path / "stranger.ply", _clouds(312)[0][310])  # a chair
    made.library.open_paths([str(stranger)])
    qtbot.waitUntil(lambda: any(item.key == str(stranger) for item in store.state.items), timeout=SLOW_MS)
    window.actions_by_name["map_embed"].trigger()
    qtbot.waitUntil(lambda: len(store.state.map.projection.coordinates) == 301, timeout=SLOW_MS)
    placed = store.state.map.projection
    np.testing.assert_array_equal(placed.coordinates[:300], projection.coordinates)
    apart = np.linalg.norm(placed.coordinates[:300] - placed.coordinates[300], axis=1)
    assert [placed.clouds.labels[row] for row in apart.argsort()[:3]].count("chair") >= 2
    # A double click opens a cloud on the bench.
    window.actions_by_name["map_move"].trigger()
    at = room.scatter.pixels(placed.coordinates)[3].round().astype(int)
    row = room.scatter.row_at(QPoint(*at).toPointF())
    double_click(room.scatter, QPoint(*at))
    assert store.state.room == "bench"
    assert store.state.current == placed.clouds.keys[row]
    qtbot.waitUntil(lambda: store.state.cloud is not None and store.state.cloud.key == placed.clouds.keys[row], timeout=SLOW_MS)
