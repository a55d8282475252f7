"""The whole window by keyboard and by ear: Tab reaches everything and comes back, and everything it reaches says what it is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from recon_studio.state.app_state import AppState
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.scenery import answered_state

STATES = {"with a cloud": answered_state(), "empty": AppState()}


@pytest.fixture(params=STATES)
def window(request, qtbot):
    made = MainWindow()
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show_state(None, STATES[request.param])
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


def _focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
    ]


def _name(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return widget.accessibleName() or words


def test_whatever_takes_the_keyboard_says_what_it_is(window):
    nameless = [f"{type(widget).__name__} in {type(widget.parent()).__name__}" for widget in _focusable(window) if not _name(widget)]
    assert nameless == []


def test_tab_goes_through_everything_once_and_returns(window):
    wanted = {widget for widget in _focusable(window) if not widget.objectName().startswith("qt_")}
    begin = next(iter(wanted))
    begin.setFocus(Qt.FocusReason.TabFocusReason)
    met, widget = [], begin
    for _ in range(3 * len(wanted)):
        met.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        widget = window.focusWidget()
        assert widget is not None
        if widget is begin:
            break
    assert widget is begin, f"Tab was caught in {met[-3:]}"
    missed = [f"{type(each).__name__} ({_name(each)})" for each in wanted - set(met)]
    assert missed == []
