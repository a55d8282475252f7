"""The field over an end of a colour bar: what it opens with, and what it takes."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from recon_studio.views.colour_bar import EndField


@pytest.fixture
def field(qtbot: QtBot) -> EndField:
    host = QWidget()
    qtbot.addWidget(host)
    made = EndField(host)
    host.show()
    made.host = host  # else it goes with the fixture
    return made


def test_it_takes_only_what_was_typed(field: EndField, qtbot: QtBot) -> None:
    field.open("high", "5403217.78", QRectF(0, 0, 80, 16))
    with qtbot.assertNotEmitted(field.taken):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.isHidden()
    field.open("high", "5403217.78", QRectF(0, 0, 80, 16))
    QTest.keyClicks(field, "12,5")
    with qtbot.waitSignal(field.taken) as taken:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert taken.args == ["high", 12.5]
