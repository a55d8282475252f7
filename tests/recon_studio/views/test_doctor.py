"""The input doctor's card: what it says of a cloud, and what its buttons ask for."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from recon_model.serve.messages import Finding, Fix
from recon_studio.scene.colours import GROUNDS
from recon_studio.state.app_state import UPS
from recon_studio.state.doctor import Doctor, Report, Sides, Treatment
from recon_studio.views.doctor import CropDialog
from recon_studio.views.input_panel import NOTHING_WRONG, InputPanel, extent_in_words
from recon_studio.views.orientations import Orientations
from tests.recon_studio.scenery import opened_state

STRAYS = Finding("2 stray points far from all others.", "By a rule.", Fix("strays"), "Remove strays")
REPORT = Report((), (), "+y", 192, (0.1, 0.2, 0.3), 192, "mm", "It is long.", (STRAYS,))


def treated(report=REPORT, treatment=None, chances=None):
    state = opened_state()
    prepared = replace(state.prepared, up_chances=chances)
    return replace(state, prepared=prepared, doctor=Doctor(state.cloud, treatment or Treatment(), report))


@pytest.fixture
def card(qtbot):
    made = InputPanel()
    made.setFixedWidth(240)
    qtbot.addWidget(made)
    made.show_state(None, treated())
    made.show()
    return made


def test_the_facts_say_what_was_found(card):
    assert card.facts.value("Unit") == "perhaps mm"
    assert card.facts.value("Spacing") == "0.2"
    assert card.facts.value("Held") == "192 points"
    assert not card.verdict.isVisible()


def test_a_finding_is_mended_by_a_click(card, qtbot):
    with qtbot.waitSignal(card.fixChosen) as chosen:
        QTest.mouseClick(card.findings.buttons["strays"], Qt.MouseButton.LeftButton)
    assert chosen.args == [Fix("strays")]
    assert "By a rule." in card.findings.buttons["strays"].toolTip()


def test_buttons_rest_while_a_fix_is_applied_and_chips_say_what_it_took(card, qtbot):
    fixing = treated(treatment=Treatment((Fix("strays"),)))
    card.show_state(treated(), fixing)
    assert not card.findings.buttons["strays"].isEnabled()
    assert "being applied" in card.findings.buttons["strays"].toolTip()
    assert [chip.text() for chip in card.chips.chips] == ["1. strays…"]
    qtbot.waitUntil(lambda: 0 < card.verdict.y() < card.findings.y())  # what goes on is seen however much was found
    done = treated(replace(REPORT, fixes=(Fix("strays"),), removed=(2,), findings=()), Treatment((Fix("strays"),)))
    card.show_state(fixing, done)
    assert [chip.text() for chip in card.chips.chips] == ["1. strays  −2"]
    assert card.verdict.text() == NOTHING_WRONG
    with qtbot.waitSignal(card.fixDropped) as dropped:
        QTest.mouseClick(card.chips.chips[0], Qt.MouseButton.LeftButton)
    assert dropped.args == [0]


def test_a_verdict_is_seen_whole_and_stays_where_it_is(card, qtbot):
    fine = treated(replace(REPORT, findings=()))
    card.show_state(treated(), fine)
    area = card.verdict.parentWidget().parentWidget()
    qtbot.waitUntil(lambda: area.height() >= card.verdict.heightForWidth(card.verdict.width()) and card.verdict.y() == 0)
    told = [fine, replace(fine, theme="dark"), fine]
    for old, new in pairwise(told):
        card.show_state(old, new)
        assert not card.chips.isVisible()
        assert card.verdict.geometry().bottom() <= area.height()


def test_the_way_up_is_shown_with_its_chances_and_can_be_told(card, qtbot):
    chances = np.array([0.7, 0, 0.2, 0, 0.1, 0], np.float32)
    card.show_state(treated(), treated(chances=chances))
    assert card.up.box.currentText() == "Auto: +y"
    assert card.up.chances.isVisible()
    assert card.up.chances.in_words().startswith("+y 70%, +x 20%, +z 10%")
    card.up.box.setFocus()
    with qtbot.waitSignal(card.upChosen) as up:
        for _ in range(1 + UPS.index("-y")):
            QTest.keyClick(card.up.box, Qt.Key.Key_Down)
    assert up.args == ["+y"]  # the first step down from Auto
    card.show_state(treated(chances=chances), treated(treatment=Treatment(up="+z")))
    assert card.up.box.currentText() == "+z"
    assert not card.up.chances.isVisible()
    assert "brings no network" in card.up.box.toolTip()


def test_a_crop_left_alone_cuts_nothing_off(qtbot):
    dialog = CropDialog((-1.23456789, 0.0, -3.0), (1.0, 2.0, 3.0), (100.0, 0.0, 0.0))
    qtbot.addWidget(dialog)
    fix = dialog.fix()
    assert all(low < given for low, given in zip(fix.low, (-1.23456789, 0.0, -3.0), strict=True))
    assert all(high > given for high, given in zip(fix.high, (1.0, 2.0, 3.0), strict=True))
    dialog.fields[0][0].setValue(100.5)
    assert dialog.fix().low[0] == pytest.approx(0.5, abs=1e-3)


def test_a_click_on_a_side_says_which_way_is_up(qtbot):
    turn = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], np.float32)  # takes z to the top
    state = treated()
    rotations = np.stack([np.eye(3, dtype=np.float32), turn] * 12)
    sides = Sides(state.prepared, ("chair", "bed"), rotations, np.arange(24) % 2, np.full(24, 0.6), np.full(24, 0.2))
    dialog = Orientations()
    qtbot.addWidget(dialog)
    dialog.show_state(state)
    assert not dialog.sides[0].isEnabled()
    answered = replace(state, doctor=replace(state.doctor, sides=sides))
    dialog.show_state(answered)
    dialog.show()
    assert [side.text() for side in dialog.sides[:2]] == ["chair 60%", "bed 60%"]
    assert [side.isChecked() for side in dialog.sides[:2]] == [True, False]
    assert "on 12 of the 24 sides" in dialog.verdict.text()
    qtbot.waitUntil(lambda: not any(side.icon().isNull() for side in dialog.sides))
    first, second = (side.icon().pixmap(88).toImage() for side in dialog.sides[:2])
    assert first != second
    waiting = replace(state, prepared=replace(state.prepared), theme="dark")  # the answer for what is shown now has not come
    dialog.show_state(waiting)
    ground = QColor(*GROUNDS["dark"].background)
    qtbot.waitUntil(lambda: all(side.icon().pixmap(88).toImage().pixelColor(0, 0) == ground for side in dialog.sides))
    dialog.show_state(answered)
    with qtbot.waitSignal(dialog.upChosen) as up:
        QTest.mouseClick(dialog.sides[1], Qt.MouseButton.LeftButton)
    assert up.args == ["+z"]
    with qtbot.waitSignal(dialog.toggled) as gone:
        dialog.close()
    assert gone.args == [False]


def test_words_are_never_squeezed_but_scrolled(card):
    many = replace(REPORT, findings=tuple(replace_kind(kind) for kind in ("strays", "floor", "duplicates", "density")))
    card.show_state(treated(), treated(many))
    assert card.height() < 520
    for button in card.findings.buttons.values():
        assert button.height() >= button.minimumSizeHint().height()
        assert button.parentWidget().height() >= button.parentWidget().heightForWidth(button.parentWidget().width())


def replace_kind(kind):
    return Finding(f"Something about {kind} that takes more than one line to tell.", "By a rule.", Fix(kind), f"Mend {kind}")


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ((1.612, 0.4621, 1.81), "1.61 × 0.46 × 1.81"),
        ((0.8481, 1.67, 0.9212), "0.85 × 1.67 × 0.92"),
        ((1200.4, 35.2, 8.0), "1200 × 35 × 8"),
        ((0.00002, 0.00001, 0.0), "2e-05 × 1e-05 × 0"),
    ],
)
def test_the_three_lengths_of_an_extent_have_as_many_digits_behind_the_point(sides, words):
    assert extent_in_words(sides).replace("\u200a", " ") == words
