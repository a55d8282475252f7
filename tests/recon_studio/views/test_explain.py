"""The attention card, the strip of heads, the matrix and the drawer: what they show, what they emit, and what they write."""

import csv
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from recon_studio.scene.explain import Asker, matrix
from recon_studio.state import explaining
from recon_studio.state.app_state import AttentionQuery
from recon_studio.state.explain import Refusal
from recon_studio.views.attention_panel import AttentionPanel
from recon_studio.views.doubt import Drawer
from recon_studio.views.plots import tenfold, write_table
from tests.recon_studio.scenery import GROUPS, HIDDEN, answered_state, explained_state, known_state

VISIBLE, MASKED = np.flatnonzero(~HIDDEN), np.flatnonzero(HIDDEN)


def _shown(qtbot, panel, state):
    qtbot.addWidget(panel)
    panel.show_state(None, state)
    panel.resize(300, 400)
    panel.show()
    return panel


@pytest.fixture
def panel(qtbot):
    return _shown(qtbot, AttentionPanel(), explained_state())


def test_attention_asks_for_token_layer_and_head(panel, qtbot):
    assert panel.layer_number.text() == "6 of 6"
    with qtbot.waitSignal(panel.queryChanged) as asked:
        panel.layer.setValue(2)
    assert asked.args == [AttentionQuery("cls", 0, 1, -1)]
    with qtbot.waitSignal(panel.queryChanged) as asked:
        QTest.mouseClick(panel.strip, Qt.MouseButton.LeftButton, pos=panel.strip.place(3).center())
    assert asked.args == [AttentionQuery("cls", 0, 1, 2)]
    panel.show_state(explained_state(), replace(explained_state(), selected_patch=5))
    with qtbot.waitSignal(panel.queryChanged) as asked:
        panel.token.setCurrentIndex(panel.token.findData("patch"))
    assert (asked.args[0].token, asked.args[0].patch) == ("patch", 5)
    with qtbot.waitSignal(panel.queryChanged) as asked:
        panel.rollout.click()
    assert asked.args[0].rollout


@pytest.mark.parametrize(("room", "rows"), [(5, [5]), (4, [3, 2]), (3, [3, 2]), (2, [2, 2, 1])])
def test_heads_stand_in_rows_as_even_as_can_be(panel, room, rows):
    panel.strip.resize(44 * room - 4, 300)
    tops = [panel.strip.place(row).y() for row in range(5)]  # the mean and four heads
    assert [tops.count(top) for top in sorted(set(tops))] == rows


def test_showing_a_query_emits_nothing(panel, qtbot):
    state = explained_state()
    with qtbot.assertNotEmitted(panel.queryChanged):
        panel.show_state(state, explaining.look(replace(state, query=AttentionQuery("text", 0, 2, 1))))
    assert (panel.token.currentData(), panel.layer.value()) == ("text", 3)
    assert panel.strip.accessibleDescription() == "head 2 of 4 is chosen"


def test_a_hidden_patch_is_called_a_mask_token_and_has_the_decoders_layers(panel):
    state = explained_state()
    patch = int(MASKED[0])
    state = explaining.look(replace(state, selected_patch=patch, query=AttentionQuery("patch", patch)))
    panel.show_state(explained_state(), state)
    assert panel.token.currentText() == f"mask token {patch} (decoder)"
    assert (panel.layer.maximum(), panel.layer_number.text()) == (2, "2 of 2")
    assert "decoder" in panel.layer.toolTip()


def test_a_second_patch_is_kept_while_others_are_selected(panel, qtbot):
    state = replace(explained_state(), selected_patch=int(VISIBLE[0]), query=AttentionQuery("patch", int(VISIBLE[0])))
    panel.show_state(explained_state(), state)
    with qtbot.waitSignal(panel.queryChanged) as asked:
        panel.minus.setCurrentIndex(panel.minus.findData("patch"))
    query = asked.args[0]
    assert (query.minus, query.minus_patch) == ("patch", VISIBLE[0])
    other = replace(query, patch=int(VISIBLE[2]))
    panel.show_state(state, replace(state, selected_patch=int(VISIBLE[2]), query=other))
    assert panel.token.currentText() == f"patch {VISIBLE[2]}"
    assert panel.minus.currentText() == f"patch {VISIBLE[0]}"


def test_a_rollout_has_no_layer_and_no_heads_and_says_why(panel):
    state = explained_state()
    panel.show_state(state, explaining.look(replace(state, query=AttentionQuery(rollout=True))))
    assert not panel.layer.isEnabled()
    assert "all layers" in panel.layer.toolTip()
    assert panel.layer_number.text() == "all"
    assert "all heads" in panel.strip.accessibleDescription()


def test_heads_are_stepped_through_by_key_and_wrap(panel, qtbot):
    panel.strip.setFocus()
    with qtbot.waitSignal(panel.queryChanged) as asked:
        QTest.keyClick(panel.strip, Qt.Key.Key_Left)
    assert asked.args[0].head == 3
    with qtbot.waitSignal(panel.queryChanged) as asked:
        panel.step_layer(-1)
    assert asked.args[0].layer == 4


def test_a_head_is_painted_in_its_own_colours(panel):
    image = panel.strip.grab().toImage()
    first, third = (image.copy(panel.strip.place(row).adjusted(3, 3, -3, -3)) for row in (1, 3))
    assert first != third


# ---------------------------------------------------------------- the drawer


@pytest.fixture
def drawer(qtbot):
    made = Drawer()
    qtbot.addWidget(made)
    made.resize(704, 256)
    yield made
    made.stop()


def _open(drawer, qtbot, page, state=None):
    state = explaining.turn_to(state or known_state(), page)
    drawer.show_state(None, state)
    drawer.show()
    qtbot.waitExposed(drawer)
    for _ in range(3):  # what is laid out asks for more to be laid out
        QApplication.sendPostedEvents()
        QApplication.processEvents()
    qtbot.waitUntil(lambda: drawer.plotting.module is not None or page in ("matrix", "overlap"), timeout=30_000)
    QApplication.processEvents()  # plots are drawn in the turn after they came in
    return state


def test_a_closed_drawer_draws_nothing(drawer):
    drawer.show_state(None, known_state())
    assert not drawer.isVisible()
    assert drawer.plotting.module is None
    assert drawer.matrix.accessibleDescription() == ""


def test_the_matrix_and_the_views_follow_each_other(drawer, qtbot):
    state = _open(drawer, qtbot, "matrix")
    shown = matrix(state)
    row, column = shown.row_of("patch", int(VISIBLE[1])), shown.column_of(int(VISIBLE[3]))
    cell = drawer.matrix.cell(row, column).center().toPoint()
    # The pointer may first be told to leave where it was.
    with qtbot.waitSignal(drawer.patchHovered, check_params_cb=lambda patch: patch == VISIBLE[3]):
        QTest.mouseMove(drawer.matrix, cell)
    assert f"patch {VISIBLE[1]} → patch {VISIBLE[3]}: {100 * shown.values[row, column]:.2f} %" in drawer.caption.text()
    with qtbot.waitSignal(drawer.patchPicked) as picked:
        QTest.mouseClick(drawer.matrix, Qt.MouseButton.LeftButton, pos=cell)
    assert picked.args == [int(VISIBLE[1])]
    with qtbot.waitSignal(drawer.queryChanged) as asked:
        QTest.mouseClick(drawer.matrix, Qt.MouseButton.LeftButton, pos=drawer.matrix.cell(2, 0).center().toPoint())
    assert asked.args[0].token == "text"
    with qtbot.waitSignal(drawer.patchPicked) as picked:
        above = QPoint(round(drawer.matrix.cell(0, column).center().x()), 3)
        QTest.mouseClick(drawer.matrix, Qt.MouseButton.LeftButton, pos=above)
    assert picked.args == [int(VISIBLE[3])]
    plain = drawer.matrix.grab().toImage()
    drawer.set_hover(int(VISIBLE[0]))
    assert drawer.matrix.grab().toImage() != plain


def test_every_layer_and_head_is_there_to_choose(drawer, qtbot):
    _open(drawer, qtbot, "matrix")
    place = drawer.thumbnails.place(4, 2).center().toPoint()
    with qtbot.waitSignal(drawer.queryChanged) as asked:
        QTest.mouseClick(drawer.thumbnails, Qt.MouseButton.LeftButton, pos=place)
    assert (asked.args[0].layer, asked.args[0].head) == (4, 2)


@pytest.mark.parametrize(
    ("page", "says", "columns", "rows"),
    [
        ("matrix", "Encoder · layer 6 of 6", ["token", "patch", "attention"], (3 + len(VISIBLE)) * len(VISIBLE)),
        ("occlusion", "leaving out any one of 3", ["patch", "error_growth"], len(VISIBLE)),
        ("curves", "spoils the answer sooner than chance", ["order", "run", "removed", "deletion", "shown", "insertion"], 5 * 4),
        ("ratios", "mean and range over 3 draws", ["strategy", "mask_ratio", "hidden", "seed", "error"], 12),
        ("phrase", "Margin of 'chair' over 1 other name: 0.400", ["patch", "relevance_integrated", "occlusion"], GROUPS),
        ("overlap", "Press O", ["points", "count"], 5),
    ],
)
def test_each_page_says_what_it_shows_and_exports_it(drawer, qtbot, tmp_path, page, says, columns, rows):
    _open(drawer, qtbot, page)
    assert says in drawer.caption.text()
    for kind in ("csv", "svg", "png"):
        drawer.write(str(tmp_path / f"page.{kind}"))
    lines = (tmp_path / "page.csv").read_text().splitlines()
    assert lines[0].startswith("# ReCon Studio: ")
    assert "mask random, ratio 0.4, seed 2; hidden patches 0 3 5" in lines[0]
    table = list(csv.reader(lines[1:]))
    assert table[0] == columns
    assert len(table) == 1 + rows
    root = ElementTree.parse(tmp_path / "page.svg").getroot()
    assert root.tag.endswith("svg")
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        if group.find("{http://www.w3.org/2000/svg}text") is not None:  # numbers stand at their ticks: nothing shrinks an axis
            a, b, *_ = (float(number) for number in group.get("transform", "")[len("matrix(") : -1].split(","))
            assert np.hypot(a, b) == pytest.approx(1)
    drawn = [element for element in root.iter() if element.tag.rpartition("}")[2] in ("path", "polyline", "rect", "text", "image")]
    assert len(drawn) > 10
    assert "hidden patches 0 3 5" in (tmp_path / "page.svg").read_text()
    image = QImage(str(tmp_path / "page.png"))
    assert image.width() > 3 * 400
    assert "seed 2" in image.text("Description")
    assert len({image.pixelColor(x, y).rgb() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}) > 5


def test_bars_name_their_patch_and_are_marked_from_elsewhere(drawer, qtbot):
    _open(drawer, qtbot, "occlusion")
    figure = drawer.figures["occlusion"]
    assert not any(menu.isVisible() for menu in figure.findChildren(QMenu))
    # Most helpful first: the last visible patch has the largest effect.
    assert [figure.patch_at(0, place) for place in range(len(VISIBLE))] == VISIBLE[::-1].tolist()
    assert figure.patch_at(0, 99.0) is None
    view = figure.plots[0].vb
    place = figure.canvas.mapFromScene(view.mapViewToScene(QPointF(1.0, 0.0005)))
    with qtbot.waitSignal(drawer.patchHovered, check_params_cb=lambda patch: patch == VISIBLE[-2]):
        QTest.mouseMove(figure.canvas.viewport(), place)
    drawer.set_hover(int(VISIBLE[0]))
    (bars,) = figure.bars
    assert bars._hover.isVisible()
    assert bars._hover.value() == len(VISIBLE) - 1
    drawer.set_hover(int(MASKED[0]))
    assert not bars._hover.isVisible()


def test_a_page_waits_refuses_and_goes_on(drawer, qtbot):
    state = explaining.turn_to(explained_state(), "ratios")
    drawer.show_state(None, state)
    drawer.show()
    assert drawer.hint.text() == "Asking the model…"
    assert not drawer.export.isEnabled()
    refused = explaining.put_answer(state, Refusal(explaining.question(state, "ratios"), "The model has no decoder."))
    drawer.show_state(state, refused)
    assert drawer.hint.text() == "The model has no decoder."
    with qtbot.waitSignal(drawer.askedAgain) as again:
        drawer.again.click()
    assert again.args == ["ratios"]


def test_an_answer_to_an_older_mask_is_marked_as_such(drawer, qtbot):
    state = _open(drawer, qtbot, "occlusion")
    assert drawer.state_words.text() == ""
    maps = replace(state.explain.maps, hidden=~HIDDEN)
    drawer.show_state(state, explaining.show_maps(state, maps))
    assert drawer.state_words.text() == "updating…"


def test_phrase_method_and_measure_are_asked_for(drawer, qtbot):
    state = _open(drawer, qtbot, "phrase")
    assert drawer.phrase.currentText() == "chair"
    line = drawer.phrase.lineEdit()
    line.selectAll()
    QTest.keyClicks(line, "a swivel chair")
    with qtbot.waitSignal(drawer.phraseEdited) as edited:
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert edited.args == ["a swivel chair"]
    with qtbot.waitSignal(drawer.methodChosen) as chosen:
        drawer.method.setCurrentIndex(1)
    assert chosen.args == ["gradient"]
    with qtbot.waitSignal(drawer.colouringChosen) as colouring:
        drawer.colour.click()
    assert colouring.args == ["relevance"]
    drawer.show_state(state, explaining.turn_to(state, "curves"))
    assert drawer.measured.isVisible()
    assert not drawer.phrase.isVisible()
    with qtbot.waitSignal(drawer.measuredChosen) as measured:
        drawer.measured.setCurrentIndex(1)
    assert measured.args == ["phrase"]
    with qtbot.waitSignal(drawer.pageTurned) as turned:
        drawer.tabs["overlap"].click()
    assert turned.args == ["overlap"]


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError, match="cannot be written"):
        write_table(str(tmp_path / "missing" / "x.csv"), {"a": [1]}, "recipe")


@pytest.mark.parametrize(
    ("largest", "expected"), [(0.0024, (1000.0, " (×10⁻³)")), (0.4, (1.0, "")), (0.0, (1.0, "")), (25000.0, (1e-4, " (×10⁴)"))]
)
def test_axes_have_short_numbers(largest, expected):
    times, unit = tenfold(np.array([0.0, -largest]))
    assert times == pytest.approx(expected[0])
    assert unit == expected[1]


def test_a_row_is_known_by_its_token():
    shown = matrix(explained_state())
    assert shown.row_of("patch", int(VISIBLE[0])) == 3
    assert shown.askers[3] == Asker("patch", int(VISIBLE[0]))
    assert answered_state().explain.maps is None


def test_a_page_is_exported_where_the_user_says(drawer, qtbot, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QFileDialog

    _open(drawer, qtbot, "overlap")
    answer = [(str(tmp_path / "bars"), "Table (*.csv)")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answer[0])
    drawer.ask_export("csv")
    assert (tmp_path / "bars.csv").exists()
    answer[0] = (str(tmp_path / "missing" / "bars.svg"), "SVG drawing (*.svg)")
    with qtbot.waitSignal(drawer.writeFailed) as failed:
        drawer.ask_export("svg")
    assert "cannot be written" in failed.args[0]
