"""Tests of widgets: an application, a window on a screen, and a check that none is left behind."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from recon_studio.views.main_window import MainWindow
from tests.recon_studio.scenery import answered_state


@pytest.fixture(autouse=True)
def _no_window_left(qapp: QApplication) -> Iterator[None]:
    before = set(map(id, qapp.topLevelWidgets()))
    yield
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    left = [widget for widget in qapp.topLevelWidgets() if id(widget) not in before]
    assert not left, f"left behind: {left}"


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with a cloud open and everything answered, its 3D views not yet begun."""
    made = MainWindow()
    qtbot.addWidget(made)
    made.show_state(None, answered_state())
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
