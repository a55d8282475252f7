from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from recon_studio.state.app_state import AppState, Item, Job, Mask, Score
from recon_studio.state.words import fail, show_verdict
from recon_studio.views.actions import make_actions
from recon_studio.views.activity import Activity, time_left
from recon_studio.views.input_panel import InputPanel
from recon_studio.views.inspector import Inspector
from recon_studio.views.model_card import card_rows
from recon_studio.views.parts import ElidedLabel
from recon_studio.views.toolbar import Toolbar
from recon_studio.views.words import Words, parse_names
from tests.recon_studio.scenery import answered_state, opened_state


def _shown(qtbot, panel, state):
    qtbot.addWidget(panel)
    panel.show_state(None, state)
    panel.show()
    return panel


@pytest.fixture
def toolbar(qtbot):
    holder = QMainWindow()
    qtbot.addWidget(holder)
    made = Toolbar(make_actions(holder))
    holder.setCentralWidget(made)
    made.show_state(None, answered_state())
    holder.show()
    made.holder = holder  # which must live as long
    return made


def test_the_mask_controls_emit_and_follow(toolbar, qtbot):
    assert (toolbar.ratio.value(), toolbar.percent.value(), toolbar.seed.value()) == (40, 40, 2)
    with qtbot.waitSignal(toolbar.ratioChanged) as ratio:
        toolbar.ratio.setValue(75)
    assert ratio.args == [0.75]
    assert toolbar.percent.value() == 75
    with qtbot.waitSignal(toolbar.ratioChanged) as ratio:
        toolbar.percent.setValue(30)
    assert ratio.args == [0.3]
    with qtbot.waitSignal(toolbar.strategyChanged) as strategy:
        toolbar.strategy.setCurrentText("block")
    assert strategy.args == ["block"]
    with qtbot.waitSignal(toolbar.seedChanged) as seed:
        toolbar.dice.click()
    assert seed.args == [3]


def test_showing_a_state_emits_nothing(toolbar, qtbot):
    state = answered_state()
    for signal in (toolbar.ratioChanged, toolbar.seedChanged, toolbar.strategyChanged):
        with qtbot.assertNotEmitted(signal):
            toolbar.show_state(state, replace(state, mask=Mask(0.2, "block", 9)))
    assert (toolbar.ratio.value(), toolbar.strategy.currentText(), toolbar.seed.value()) == (20, "block", 9)


def test_without_a_model_the_mask_waits_and_says_why(toolbar):
    toolbar.show_state(answered_state(), AppState())
    assert not toolbar.ratio.isEnabled()
    assert "model to load" in toolbar.ratio.toolTip()
    assert toolbar.model.text() == "Loading model…"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("chair, table\n sofa ", ("chair", "table", "sofa")),
        ("a  chair;a chair,,\n\n", ("a chair",)),
        ("", ()),
        ("Stuhl\nгруша", ("Stuhl", "груша")),
    ],
)
def test_names_are_read_from_lines_and_commas(text, names):
    assert parse_names(text) == names


def test_typing_sends_the_names_once_after_a_pause(qtbot):
    words = _shown(qtbot, Words(), answered_state())
    sent = []
    words.namesEdited.connect(sent.append)
    words.editor.setFocus()
    with qtbot.waitSignal(words.namesEdited):
        words.editor.clear()
        qtbot.keyClicks(words.editor, "lamp, chair")
    assert sent == [("lamp", "chair")]
    words.send()
    assert sent == [("lamp", "chair")]


def test_a_state_that_means_the_same_names_leaves_the_text_alone(qtbot):
    state = answered_state()
    words = _shown(qtbot, Words(), state)
    words.editor.setPlainText("chair\n\ntable")
    words.show_state(state, replace(state, names=("chair", "table"), scores=()))
    assert words.editor.toPlainText() == "chair\n\ntable"
    words.show_state(state, replace(state, names=("bed",)))
    assert words.editor.toPlainText() == "bed"
    words.stop()


def test_ranked_bars_and_margin(qtbot):
    state = answered_state()
    words = _shown(qtbot, Words(), state)
    assert words.margin.text() == "margin 42.0 points"
    assert "chair 71.0 %" in words.bars.accessibleDescription()
    one = words.bars.grab().toImage()
    words.show_state(state, replace(state, scores=(Score("chair", 0.31, 0.11), Score("table", 0.27, 0.10))))
    assert words.bars.grab().toImage() != one
    words.show_state(state, replace(state, scores=()))
    assert words.hint.isVisible()


def test_names_that_cannot_be_ranked_are_not_waited_for(qtbot):
    state = replace(answered_state(), scores=())
    words = _shown(qtbot, Words(), state)
    assert words.hint.text() == "Ranking these names…"
    failed = fail(state, "This model has no text tower.")
    words.show_state(state, failed)
    assert words.hint.text() == "This model has no text tower."
    words.show_state(failed, replace(failed, words=state.words, names=()))
    assert words.hint.text() == "Type at least one name."


def test_names_that_mean_another_way_up_offer_to_take_it(qtbot):
    state = answered_state()
    words = _shown(qtbot, Words(), state)
    assert not words.stand.isVisible()
    lying = show_verdict(state, (Score("bathtub", 0.7, 0.9), Score("bed", 0.3, 0.1)), 0.8, 0.5, 0.2, None, ("+z", 0.99))
    words.show_state(state, lying)
    assert words.unlike.text() == "Named as if +z of the file were up (99 % sure, given these names)."
    assert words.stand.text() == "Take +z for up"
    with qtbot.waitSignal(words.upChosen) as chosen:
        qtbot.mouseClick(words.stand, Qt.MouseButton.LeftButton)
    assert chosen.args == ["+z"]
    words.show_state(lying, show_verdict(lying, lying.scores[:1], None, 0.0, 0.2))
    assert not words.stand.isVisible()


def test_the_inspector_gives_numbers_in_the_files_units(qtbot):
    state = replace(answered_state(), selected_patch=3)
    panel = _shown(qtbot, Inspector(), state)
    # Corner (-1, 1, 1) x 0.55, ten to one, about (1, 2, 3) from the origin (4, 4, 4).
    assert panel.facts.value("Centre") == "-0.5  11.5  12.5"
    assert panel.facts.value("Mask") == "hidden"
    assert panel.facts.value("Chamfer") == "0.004  (1. largest of 3)"
    assert panel.facts.value("Attention") == "hidden, not looked at"
    assert panel.title.text() == "Patch 3"
    with qtbot.waitSignal(panel.patchToggled) as toggled:
        panel.toggle.click()
    assert toggled.args == [3]


def test_patches_far_from_0_are_told_apart(qtbot):
    state = answered_state()
    far = replace(state, cloud=replace(state.cloud, origin=(512345.0, 5403210.0, 420.0)), selected_patch=3)
    panel = _shown(qtbot, Inspector(), far)
    assert panel.facts.value("Centre") == "512340.5  5403217.5  428.5"


def test_a_visible_patch_has_a_weight_and_no_error(qtbot):
    panel = _shown(qtbot, Inspector(), replace(answered_state(), selected_patch=7))
    assert panel.facts.value("Mask") == "visible"
    assert panel.facts.value("Chamfer") == "not rebuilt: visible"
    assert panel.facts.value("Attention") == "35.0 %  (1. of 5)"
    assert panel.toggle.text() == "Hide"


def test_no_selection_teaches(qtbot):
    panel = _shown(qtbot, Inspector(), answered_state())
    assert panel.hint.isVisible()
    assert not panel.facts.isVisible()
    assert not panel.toggle.isEnabled()


def test_the_input_panel_says_what_the_file_held(qtbot):
    panel = _shown(qtbot, InputPanel(), opened_state())
    assert panel.facts.value("Held") == "192 points"
    assert panel.facts.value("Scale") == "10"
    assert panel.facts.value("With") == "coordinates only"
    faces = next(value for value in panel.facts.findChildren(ElidedLabel) if value.accessibleName() == "Faces")
    assert not faces.isVisible()  # a cloud has none
    mesh = replace(opened_state(), cloud=replace(opened_state().cloud, kind="mesh", vertex_count=3485, face_count=6965))
    panel.show_state(opened_state(), mesh)
    assert (panel.facts.value("Held"), panel.facts.value("Faces"), faces.isVisible()) == ("3,485 vertices", "6,965", True)
    assert "Two points were dropped." in panel.notes.text()
    state = replace(opened_state(), cloud=None, prepared=None, items=(Item("/x", "x", "failed", "x is empty."),), current="/x")
    panel.show_state(opened_state(), state)
    assert panel.notes.text() == "x is empty."
    assert panel.notes.isVisible()


def test_the_model_card_reads_like_one():
    model = replace(
        opened_state().model,
        card={"name": "tiny", "teacher": {"name": "ViT", "sha256": "ab" * 32}, "templates": ["a {}."], "data": {"shapes": 2000}},
    )
    rows = dict(card_rows(model))
    assert rows["Name"] == "tiny"
    assert rows["Parameters"] == "4,800,000"
    assert rows["Teacher"].startswith("ViT  (sha256 abab")
    assert rows["Data"] == "shapes 2,000"


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (0.2, "1 s left"), (45, "45 s left"), (600, "10 min left"), (9000, "2.5 h left")]
)
def test_time_left(seconds, words):
    assert time_left(seconds) == words


def test_a_helper_that_is_gone_is_started_again_by_keys(qtbot):
    line = _shown(qtbot, Activity(), answered_state())
    assert line.engine.focusPolicy() is Qt.FocusPolicy.NoFocus
    line.show_state(answered_state(), replace(answered_state(), engine="failed"))
    line.activateWindow()
    qtbot.waitUntil(line.isActiveWindow)
    line.engine.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(line.engine, Qt.Key.Key_Tab)
    with qtbot.waitSignal(line.retryRequested) as retried:
        qtbot.keyClick(line.engine, Qt.Key.Key_Return)
    assert retried.args == ["model"]


def test_a_model_is_called_what_its_file_is_called(toolbar):
    state = answered_state()
    toolbar.show_state(state, replace(state, model=replace(state.model, name="R&D <b>2</b>")))
    assert toolbar.model.text().startswith("R&&D <b>2</b> · ")  # a button shows && as &


def test_a_job_that_is_done_leaves_its_place_at_once(qtbot):
    busy = replace(opened_state(), jobs=(Job(1, "Ranking 3 names"),))
    line = _shown(qtbot, Activity(), busy)
    (row,) = line.rows
    line.show_state(busy, replace(busy, jobs=()))
    assert not row.isVisible()  # though Qt deletes it only later: it would be painted over the words that take its place
    assert line.idle.text()
