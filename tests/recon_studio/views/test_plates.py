"""Plots for a page: one for every answer, in the colours of paper, drawn beside the window."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from recon_studio.state import explaining
from recon_studio.state.app_state import AppState, AttentionQuery
from recon_studio.state.explain import Refusal
from recon_studio.state.report import Plot, page
from recon_studio.views.bring import Bring
from recon_studio.views.doubt import Drawer
from recon_studio.views.plates import Plates
from recon_studio.views.theme import COLOURS
from tests.recon_studio.scenery import HIDDEN, answered_state, explained_state, known_state, withstanding_state

SVG = "{http://www.w3.org/2000/svg}"
ATTENTION = ["Attention heads", "Overlap", "Attention matrix"]


@pytest.fixture
def plotting(qtbot):
    """Brings pyqtgraph."""
    owner = QObject()
    made = Bring("pyqtgraph", owner)
    yield made
    made.stop()


@pytest.fixture
def draw(qtbot, plotting):
    """Draws the plots of a state."""

    def drawn(state: AppState) -> dict[str, Plot]:
        made = Plates(state, None, plotting, plotting)
        with qtbot.waitSignal(made.finished, timeout=30_000) as done:
            pass
        return {plot.title: plot for plot in done.args[0]}

    return drawn


def _groups(plot: Plot) -> list[ET.Element]:
    return list(ET.fromstring(plot.svg.decode()).iter(f"{SVG}g"))


def _inked(plot: Plot, how: str, colour: str, mark: str) -> int:
    """How many marks are drawn in a colour."""
    return sum(len(group.findall(f"{SVG}{mark}")) for group in _groups(plot) if group.get(how) == colour)


def test_every_answer_is_drawn_on_white_with_its_sentence_and_its_numbers(draw):
    plots = draw(replace(withstanding_state(), theme="dark", selected_patch=2))
    assert list(plots) == [*ATTENTION, "Leave one out", "Curves", "Mask ratio", "Phrase", "Robustness"]
    light, dark = COLOURS["light"], COLOURS["dark"]
    for plot in plots.values():
        text = plot.svg.decode()
        assert f'fill="{light.panel}"' in text
        for shade in (dark.panel, dark.text, dark.muted, dark.line, dark.accent, dark.warning):
            assert shade not in text
    words = {title: plot.caption for title, plot in plots.items()}
    assert "leaving out any one of 3" in words["Leave one out"]
    assert words["Leave one out"].endswith("Most is lost without patch 7: +0.004.")
    assert words["Curves"].endswith("Means along deletion and insertion: attention 0.3 and 0.2, error 0.2 and 0.2, random 0.1 and 0.2.")
    assert words["Mask ratio"].endswith("random 0.001 at 25 % to 0.004 at 50 %, block 0.007 at 25 % to 0.01 at 50 % hidden.")
    assert "By gradient patch 0 speaks for it most, +0.5" in words["Phrase"]
    assert words["Robustness"].endswith("Cosines at 0 % and at 100 %: 'chair' 0.90 and 0.10, 'table' 0.10 and 0.90.")
    assert "patch 7 → patch 7: 75.67 %" in words["Attention matrix"]
    assert "Most on patch 7: 30.0 %" in words["Attention heads"]
    assert "truly hidden 60" in words["Overlap"]


def test_the_marks_are_those_of_the_answer(draw):
    plots, accent = draw(withstanding_state()), COLOURS["light"].accent
    bars = [g for g in _groups(plots["Leave one out"]) if g.get("stroke") == "none" and g.get("fill") not in ("none", "#ffffff")]
    assert sum(len(group.findall(f"{SVG}path")) for group in bars) == (~HIDDEN).sum()
    assert _inked(plots["Curves"], "stroke", accent, "polyline") == 2 * 3  # two plots, four steps
    assert _inked(plots["Mask ratio"], "stroke", accent, "polyline") == 1  # two ratios
    assert _inked(plots["Robustness"], "stroke", accent, "polyline") == 2  # three strengths
    assert _inked(plots["Robustness"], "fill", accent, "path") == 3  # each with its mark
    assert "<image" not in plots["Robustness"].svg.decode()
    patches = len(_groups(plots["Attention heads"]))
    assert patches > 5 * len(HIDDEN)
    assert plots["Attention matrix"].svg.count(b"<image") == 1 + 1 + 6 * 4  # cells, bar, and all layers and heads
    sizes = {re.search(rb'viewBox="0 0 (\d+)', plot.svg)[1] for plot in plots.values()}
    assert sizes == {b"660"}


def test_nothing_is_drawn_that_was_not_answered(draw, plotting):
    assert draw(AppState()) == {}
    assert draw(answered_state()) == {}
    assert list(draw(explained_state())) == ATTENTION
    assert plotting.module is None  # no curve, no package
    state = known_state()
    refused = explaining.put_answer(state, Refusal(explaining.question(state, "ratios"), "The model has no decoder."))
    assert "Mask ratio" not in draw(refused)
    other = explaining.show_maps(state, replace(state.explain.maps, hidden=np.roll(HIDDEN, 1)))
    assert [title for title in draw(other) if title not in ATTENTION] == ["Mask ratio", "Phrase"]  # the others were about another mask
    rolled = explaining.look(replace(explained_state(), query=AttentionQuery(rollout=True)))
    assert list(draw(rolled)) == ["Overlap", "Attention matrix"]
    assert "Beside it" not in draw(rolled)["Attention matrix"].caption


def test_words_of_the_user_stay_words(draw):
    state = explaining.set_phrase(explained_state(), "<b>x</b></svg><script>")
    asked = explaining.question(state, "phrase")
    found = next(answer for answer in known_state().explain.answers if answer.asked.topic == "phrase")
    state = explaining.put_answer(state, replace(found, asked=asked))
    plot = draw(state)["Phrase"]
    assert "<script>" in plot.caption
    text = page(state, [], [plot], model="default", session=b"{}", version="9", when="now")
    assert "<script" not in text
    assert text.count("<svg") == text.count("</svg>") == 1


def test_the_drawer_shows_the_same_all_the_while(qtbot, plotting):
    drawer, state = Drawer(), replace(explaining.turn_to(known_state(), "curves"), theme="dark")
    qtbot.addWidget(drawer)
    drawer.resize(704, 256)
    drawer.show_state(None, state)
    drawer.show()
    qtbot.waitUntil(lambda: drawer.plotting.module is not None and drawer.stack.currentWidget() is drawer.figures["curves"], timeout=30_000)
    for _ in range(3):
        drawer.grab()
        QApplication.processEvents()
    before, seen = drawer.grab().toImage(), []
    made = Plates(state, None, plotting, plotting)
    made.progressed.connect(lambda _: seen.append(drawer.grab().toImage() == before))
    with qtbot.waitSignal(made.finished, timeout=30_000):
        pass
    assert seen == [True] * 7
    drawer.stop()


def test_it_can_be_broken_off(qtbot, plotting):
    told = []
    early = Plates(known_state(), None, plotting, plotting)
    early.finished.connect(told.append)
    early.cancel()  # while what draws curves is still on its way
    made = Plates(known_state(), None, plotting, plotting)
    made.progressed.connect(lambda percent: percent >= 50 and made.cancel())
    with qtbot.waitSignal(made.finished, timeout=30_000) as done:
        pass
    assert done.args == [None]
    made.cancel()  # once more is nothing
    assert told == [None]
