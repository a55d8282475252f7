"""What the pointer does as the window system would announce it."""

from typing import Any

from PySide6 import __version_info__
from PySide6.QtCore import QDeadlineTimer, QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QDragEnterEvent, QDragMoveEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
_GRIP = (_LEFT, _NONE)


def double_click(widget: QWidget, place: QPoint, button: Qt.MouseButton = _LEFT, keys: Qt.KeyboardModifier = _NONE) -> None:
    """Clicks twice. Qt's ``mouseDClick`` is the second press alone: nobody lets go of it, and all that is tested later would drag."""
    window = widget.window()
    QTest.mouseClick(widget, button, keys, place)
    if isValid(widget):
        QTest.mouseDClick(widget, button, keys, place)
        QTest.mouseRelease(widget if isValid(widget) else window, button, keys, place)


def move(widget: QWidget, place: QPoint) -> None:
    """Moves the pointer there and waits until the widget has been told: the window system is asked, and answers in its own time."""
    if QCursor.pos() == widget.mapToGlobal(place):
        return
    told = _Told()
    widget.installEventFilter(told)
    QTest.mouseMove(widget, place)
    patience = QDeadlineTimer(5000)
    while told.place != place and not patience.hasExpired():
        QTest.qWait(1)
    widget.removeEventFilter(told)
    assert told.place == place, f"the pointer was sent to {place}, the widget was told of {told.place}"


class _Told(QObject):
    """Keeps where a widget was last told that the pointer is."""

    place: QPoint | None = None

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            self.place = event.position().toPoint()
        return False


def drag_enter(data: QMimeData, place: QPointF) -> QDragEnterEvent:
    """What is dragged comes over a widget, to be copied."""
    return QDragEnterEvent(_point(place), Qt.DropAction.CopyAction, data, *_GRIP)


def drag_move(data: QMimeData, place: QPointF) -> QDragMoveEvent:
    """What is dragged moves on."""
    return QDragMoveEvent(_point(place), Qt.DropAction.CopyAction, data, *_GRIP)


def _point(place: QPointF) -> Any:
    # Whole pixels are deprecated from 6.12 on, and the only kind known before.
    return place if __version_info__ >= (6, 12) else place.toPoint()
