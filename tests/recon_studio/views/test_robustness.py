"""The page on robustness: sliders say and emit what is to be damaged, bars and words say what came of it, and it exports."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from recon_model.config import HARMLESS, Damage
from recon_studio.state import trying
from recon_studio.state.explain import Trial, Withstood
from recon_studio.views.doubt import Drawer
from recon_studio.views.robustness import changes
from tests.recon_studio.scenery import withstanding_state


def _state(damage: Damage = HARMLESS):
    state = withstanding_state(damage)
    if damage.harmless:
        return state
    names = tuple(score.name for score in state.scores)
    trial = Trial(state.prepared, damage, state.words.wording, "auto")
    note = ("The cloud was stood up: +z of the file looks like up (81% sure).",)
    found = Withstood(trial, state.prepared.points[:5], 5, names[::-1], np.array([0.3, 0.2]), np.array([0.7, 0.3]), note)
    return trying.show_withstood(state, found)


@pytest.fixture
def drawer(qtbot):
    drawer = Drawer()
    qtbot.addWidget(drawer)
    drawer.resize(720, 300)
    drawer.show_state(None, _state())
    drawer.show()
    qtbot.waitUntil(lambda: drawer.robustness.figure.isVisible(), timeout=30_000)  # a loaded machine importing pyqtgraph
    yield drawer
    drawer.stop()


def test_sliders_emit_damage_by_mouse_and_key(drawer, qtbot):
    page = drawer.robustness
    with qtbot.waitSignal(drawer.damageSet) as asked:
        page.sliders["drop"].setValue(40)
    assert asked.args == [Damage(drop=0.4), "drop of the cloud"]
    with qtbot.waitSignal(drawer.damageSet) as asked:
        QTest.keyClick(page.sliders["tilt"], Qt.Key.Key_PageUp)
    assert asked.args[0] == Damage(tilt=18)
    with qtbot.waitSignal(drawer.variedChosen) as varied:
        page.kinds["jitter"].click()
    assert varied.args == ["jitter"]
    with qtbot.waitSignal(drawer.damageSet) as asked:
        page.take_side((1.0, 0.4, 0.0))
    assert asked.args[0].side == 90
    with qtbot.waitSignal(drawer.damageSet) as asked:
        page.dice.click()
    assert asked.args[0].seed == 1
    assert not page.reset.isEnabled()
    assert "Nothing is damaged" in page.reset.toolTip()


def test_what_came_of_it_is_said_and_shown(drawer, qtbot):
    page, state = drawer.robustness, _state(Damage(drop=0.6, side=30, seed=7))
    with qtbot.assertNotEmitted(drawer.damageSet):
        drawer.show_state(_state(), state)
    first, second = (score.name for score in state.scores)
    assert page.verdict.text() == f"Now '{second}', 70%; it was '{first}'. Taken for lying: +z of the file looks like up (81% sure)."
    rows = changes(state, state.explain.withstood)
    assert [(name, round(after, 2)) for name, _, after in rows] == [(first, 0.2), (second, 0.3)]
    assert f"{first} " in page.changes.accessibleDescription()
    assert page.sliders["drop"].value() == 60
    assert page.seed.value() == 7
    with qtbot.waitSignal(drawer.damageSet) as asked:
        page.reset.click()
    assert asked.args[0] == HARMLESS
    assert f"'{first}' is no longer first at 50 %" in drawer.caption.text()
    for widget in (*page.sliders.values(), *page.kinds.values(), page.part, page.side, page.seed, page.dice):
        assert widget.accessibleName()


def test_the_curve_exports_as_the_other_pages_do(drawer, qtbot, tmp_path):
    for ending in ("png", "svg", "csv"):
        drawer.write(str(tmp_path / f"a.{ending}"))
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0].startswith("# ReCon Studio: Robustness against drop; ")
    rows = list(csv.DictReader(lines[1:]))
    assert len(rows) == 6
    assert (rows[2]["strength"], rows[2]["damage"], rows[2]["share"]) == ("0.5", "drop", "0.40000001")
    assert "names: " in (tmp_path / "a.svg").read_text()


def test_without_an_answer_the_sliders_stay_and_a_sentence_says_why(drawer):
    state = _state()
    drawer.show_state(state, replace(state, explain=replace(state.explain, answers=())))
    assert drawer.robustness.isVisible()
    assert drawer.robustness.hint.text() == "Asking the model…"
