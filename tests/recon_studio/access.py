"""What a window is for those who work it by keyboard or by ear: what Tab reaches, what that is called, and what explains itself."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSlider, QWidget

EXPLAINED = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QSlider)
"""Kinds of widgets that are worked."""


def focusable(part: QWidget) -> list[QWidget]:
    """Returns what the keyboard can reach now."""
    return [
        widget
        for widget in (part, *part.findChildren(QWidget))
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
    ]


def name(widget: QWidget) -> str:
    """Returns what a widget is called."""
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return widget.accessibleName() or words


def nameless(part: QWidget) -> list[str]:
    """Returns what takes the keyboard and does not say what it is."""
    return [f"{type(widget).__name__} in {type(widget.parent()).__name__}" for widget in focusable(part) if not name(widget)]


def controls(part: QWidget) -> list[QWidget]:
    """Returns what can be worked, or could if it were not resting."""
    return [
        widget
        for kind in EXPLAINED
        for widget in part.findChildren(kind)
        if widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
    ]


def silent(part: QWidget) -> list[str]:
    """Returns what can be worked and does not explain itself."""
    return [f"{type(each).__name__} ({name(each)})" for each in controls(part) if not each.toolTip()]


def resting(part: QWidget) -> list[str]:
    """Returns what rests without saying why."""
    return [name(each) for each in controls(part) if not each.isEnabled() and len(each.toolTip().splitlines()) < 2]


def missed(part: QWidget) -> list[str]:
    """Goes by Tab from widget to widget until it is back; returns what it did not meet, and what it met elsewhere."""
    wanted = {widget for widget in focusable(part) if not widget.objectName().startswith("qt_")}
    if not wanted:
        return []
    begin = next(iter(wanted))
    begin.setFocus(Qt.FocusReason.TabFocusReason)
    met: list[QWidget] = []
    widget: QWidget | None = begin
    for _ in range(3 * len(wanted) + 3):
        assert widget is not None
        met.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        widget = part.window().focusWidget()
        if widget is begin:
            break
    assert widget is begin, f"Tab was caught in {met[-3:]}"
    astray = [each for each in met if not part.isAncestorOf(each) and each is not part]
    return [f"{type(each).__name__} ({name(each)})" for each in (*(wanted - set(met)), *astray)]
