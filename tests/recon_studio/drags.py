"""Drags as the window system would announce them."""

from typing import Any

from PySide6 import __version_info__
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent

_GRIP = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


def drag_enter(data: QMimeData, place: QPointF) -> QDragEnterEvent:
    """What is dragged comes over a widget, to be copied."""
    return QDragEnterEvent(_point(place), Qt.DropAction.CopyAction, data, *_GRIP)


def drag_move(data: QMimeData, place: QPointF) -> QDragMoveEvent:
    """What is dragged moves on."""
    return QDragMoveEvent(_point(place), Qt.DropAction.CopyAction, data, *_GRIP)


def _point(place: QPointF) -> Any:
    # Whole pixels are deprecated from 6.12 on, and the only kind known before.
    return place if __version_info__ >= (6, 12) else place.toPoint()
