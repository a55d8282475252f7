"""A short fit of nonsense on the real window: nothing raises, dies, is left or held up (long: ``tests.recon_studio.monkey``)."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.recon_studio.monkey import Monkey
from tests.recon_studio.pointer import move

pytestmark = pytest.mark.window
STEPS = 120
MOST_WORK_MS = 500
"""Of the processor's time in one turn of the event loop; twice of what the worst takes (another theme), for machines differ."""


class _Watch(QWidget):
    """Sees which buttons are held while the mouse moves over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.held: list[Qt.MouseButton] = []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.held.append(event.buttons())


def test_nonsense_does_no_harm(qapp: QApplication, tmp_path: Path) -> None:
    monkey = Monkey(tmp_path, seed=7, kills=False)
    try:
        report = monkey.run(steps=STEPS)
    finally:
        monkey.close()
    assert report.faults == [], report.last
    assert report.steps == STEPS
    assert [stall for stall in report.stalls if stall.worked_ms > MOST_WORK_MS] == []
    watch = _Watch()
    watch.show()
    assert QTest.qWaitForWindowExposed(watch)
    move(watch, QPoint(5, 5))
    move(watch, QPoint(9, 9))
    assert watch.held
    assert {*watch.held} == {Qt.MouseButton.NoButton}  # else the tests that follow would drag with it
    watch.close()
    watch.deleteLater()
