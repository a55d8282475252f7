"""The whole window by keyboard and by ear: Tab reaches everything and comes back, and everything it reaches says what it is."""

from dataclasses import replace
from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSlider, QWidget

from recon_studio.state import explaining
from recon_studio.state.app_state import AppState
from recon_studio.state.explain import Page
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.library_of import ranked_state
from tests.recon_studio.maps import map_state
from tests.recon_studio.scenery import answered_state, known_state

STATES = {
    "with a cloud": answered_state(),
    "empty": AppState(),
    **{f"page {page}": explaining.turn_to(known_state(), page) for page in get_args(Page)},
    "words": ranked_state(),
    "map": map_state(),
    "training": replace(answered_state(), room="training"),
}
EXPLAINED = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QSlider)


@pytest.fixture(params=STATES)
def window(request, qtbot):
    made = MainWindow()
    qtbot.addWidget(made)
    made.resize(1440, 900)
    state = STATES[request.param]
    made.show_state(None, replace(state, room="bench"))  # where every session begins
    made.show_state(None, state)
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


def test_whatever_is_worked_explains_itself_and_says_why_it_rests(window):
    controls = [
        widget
        for kind in EXPLAINED
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
    ]
    assert controls
    silent = [f"{type(each).__name__} ({_name(each)})" for each in controls if not each.toolTip()]
    assert silent == []
    resting = [_name(each) for each in controls if not each.isEnabled() and len(each.toolTip().splitlines()) < 2]
    assert resting == []


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
