"""The whole window with its real helpers, and hands to drive it with: what several tests of it need."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider, QWidget
from pytestqt.qtbot import QtBot

from recon_studio.backend.client import ROLES, Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.errand import complete
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state.app_state import AppState
from recon_studio.views.doubt import Drawer
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.pointer import drag_enter, drag_move

SLOW_MS = 60_000  # a loaded machine importing torch
WAIT_MS = 20_000


class Rig:
    """A window on the screen with everything behind it."""

    def __init__(self, file: Path | None) -> None:
        self.helpers = {role: HelperProcess(launch(helper_command(role), helper_environment())) for role in ROLES}
        files = (str(file),) if file is not None else ()
        self.studio = Studio(Backend(dict(self.helpers)), Start(AppState(), files=files))
        self.window = MainWindow()
        self.studio.connect_window(self.window)
        self.pids = {helper.pid for helper in self.helpers.values()}
        self.studio.start()
        self.studio.start_reader()
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.window.start_views()

    @property
    def state(self) -> AppState:
        return self.studio.store.state

    def drawn_error(self) -> float:
        """Returns the mean error of what is drawn, as the answering model makes it of the points it was given: bfloat16, where it is."""
        from recon_model.predictor import Predictor  # brings torch along, which the window's process does without

        state = self.state
        assert state.prepared is not None
        assert state.reconstruction is not None
        answering = Predictor.load("default", device="cpu")
        return float(answering.reconstruct(state.prepared.points, hidden=state.reconstruction.hidden).chamfer.mean())

    def settle(self, qtbot: QtBot) -> AppState:
        """Waits until everything asked for is shown."""
        qtbot.waitUntil(lambda: complete(self.state), timeout=SLOW_MS)
        return self.state

    def view(self, index: int) -> npt.NDArray[np.uint8]:
        """Returns what one of the four views shows, drawn in full quality, (h, w, 3)."""
        self.window.bench.render_sharp()
        tile = self.window.bench.tiles[index]
        return pixels(tile)[tuple(_slices(tile))]


def _slices(tile: QWidget) -> list[slice]:
    area = tile.image_rect()
    ratio = tile.devicePixelRatioF()
    return [
        slice(round(area.top() * ratio) + 40, round(area.bottom() * ratio)),
        slice(round(area.left() * ratio), round(area.right() * ratio) - 90),
    ]


def pixels(widget: QWidget) -> npt.NDArray[np.uint8]:
    """Returns a widget's picture, (h, w, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def drawn(picture: npt.NDArray[np.uint8]) -> int:
    """Counts pixels that are not the ground's."""
    return int((np.abs(picture.astype(int) - picture[0, 0].astype(int)).max(axis=2) > 12).sum())


def drop(window: MainWindow, paths: list[Path]) -> None:
    """Drags files over the window and lets go, as the window system would say it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = QPointF(500, 400)
    enter = drag_enter(data, place)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.drop_hint.isVisible()
    QApplication.sendEvent(window, drag_move(data, place))
    let_go = QDropEvent(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, let_go)
    assert let_go.isAccepted()
    assert not window.drop_hint.isVisible()


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended but was never waited for counts as running."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def colourful(picture: npt.NDArray[np.uint8]) -> int:
    """Counts pixels with strong colour: ghosts are pale."""
    spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
    return int((spread > 80).sum())


def handle_of(slider: QWidget) -> QPoint:
    """Returns where the slider's handle is."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(style[0], option, style[1], slider).center()


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Presses a key in the window, wherever the focus is not in a text."""
    window.bench.setFocus()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, key, modifier)


def type_number(box: QWidget, digits: str) -> None:
    """Replaces what a number field holds by typing."""
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, digits)
    QTest.keyClick(box, Qt.Key.Key_Return)


def click_patch(rig: Rig, wanted: Callable[[int], bool], modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> int:
    """Clicks a point of the input view whose patch is wanted, and returns that patch."""
    bench = rig.window.bench
    tile = bench.tiles[0]
    area = tile.image_rect()
    places, _ = bench.camera.project(rig.state.prepared.centres, area.width(), area.height())
    for place in places:
        at = QPointF(area.x() + place[0], area.y() + place[1])
        patch = bench.patch_at(0, QPointF(at.toPoint()))
        if patch is not None and wanted(patch):
            QTest.mouseClick(tile, Qt.MouseButton.LeftButton, modifier, at.toPoint())
            return patch
    raise AssertionError("no point of a wanted patch is in view")


def open_drawer(rig: Rig) -> Drawer:
    """Opens the drawer by its key, and lets it find its place."""
    press(rig.window, Qt.Key.Key_D)
    drawer = rig.window.bench_room.drawer
    assert drawer.isVisible()
    for _ in range(3):  # what is laid out asks for more to be laid out
        QApplication.sendPostedEvents()
        QApplication.processEvents()
    return drawer


def exact_error(points: npt.NDArray[np.float32], hidden: npt.NDArray[np.bool_]) -> float:
    """Returns how far a cloud's hidden patches (G,) are rebuilt from the truth, as explanations have it: what is drawn may be bfloat16."""
    from recon_model.predictor import Predictor  # brings torch along, which the window's process does without

    exact = Predictor.load("default", device="cpu", precision="float32")
    return float(exact.reconstruct(exact.prepare(points), hidden=hidden).chamfer.mean())
