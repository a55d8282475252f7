"""What opens over the window, by keyboard and by ear: it says what it is, Tab stays in it, Escape closes it, and the keyboard goes back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from recon_model.runs.log import RunLog
from recon_studio.state.app_state import AppState, Item, Notice
from recon_studio.state.doctor import Sides
from recon_studio.state.training import FollowedRun, TrainingState
from recon_studio.views.dialogs import ask_tag, progress_of, replacing
from recon_studio.views.finetune_dialog import FinetuneDialog
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.access import controls, focusable, missed, nameless, resting, silent
from tests.recon_studio.run_folders import CONFIG, LINES
from tests.recon_studio.scenery import answered_state


class Opening(NamedTuple):
    """What opens, and what the window shows before."""

    open: Callable[[MainWindow], None]
    state: AppState = answered_state()


def _by_action(name: str) -> Opening:
    return Opening(lambda window: window.actions_by_name[name].trigger())


def _sides(*, answered: bool) -> Opening:
    state = answered_state()
    shares = np.full(24, 0.5, np.float32)
    turns = np.stack([np.eye(3, dtype=np.float32)] * 24)
    sides = Sides(state.prepared, ("chair", "bed"), turns, np.arange(24) % 2, shares, shares) if answered else None
    looking = replace(state, doctor=replace(state.doctor, looking=True, sides=sides))
    return Opening(lambda window: window.show_state(state, looking), state)


def _names(*labels: str) -> Opening:
    items = [Item(f"/x/{at}.ply", f"{at}.ply", label=label) for at, label in enumerate(labels)]
    return Opening(lambda window: FinetuneDialog(items, "clouds of a test", window).open())


def _discard() -> Opening:
    run = FollowedRun("/runs/a", CONFIG, RunLog().after(LINES), True)
    followed = replace(answered_state(), room="training", training=TrainingState((run,), "/runs/a"))
    return Opening(lambda window: window.rooms.room("training").head.buttons["discard"].click(), followed)


NOTICED = replace(answered_state(), notices=(Notice("Read."), Notice("Read again.")))
OPENINGS = {
    "model card": _by_action("model_card"),
    "crop": _by_action("crop"),
    "orientations": _sides(answered=True),
    "orientations, asked": _sides(answered=False),
    "picture": _by_action("export_picture"),
    "palette": _by_action("palette"),
    "new tag": Opening(lambda window: ask_tag(window.library, "A tag, one word:", lambda _tag: None)),
    "hardest": _by_action("hide_hardest"),
    "about": _by_action("about"),
    "names taught": _names("chair", "chair", "bed", "bed"),
    "names taught, too few": _names("chair"),
    "discard": _discard(),
    "replace": Opening(lambda window: replacing(window, "/x/chair.png").open()),
    "progress": Opening(lambda window: progress_of("Drawing…", "Export", window).show()),
    "notices": Opening(lambda window: window.activity.notices.click(), NOTICED),
    "tour": _by_action("tour"),
}


def _opened(window: MainWindow) -> QWidget | None:
    """Returns what lies over the window."""
    others = (each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not window)
    return window.guide.tour or next(others, None)


@pytest.fixture(params=OPENINGS)
def opening(request: pytest.FixtureRequest) -> Opening:
    return OPENINGS[request.param]


@pytest.fixture
def where(window: MainWindow, opening: Opening, qtbot: QtBot) -> QWidget:
    """Has the keyboard before anything opens."""
    window.resize(1440, 900)
    window.show_state(None, opening.state)
    qtbot.waitUntil(lambda: window.rooms.room(opening.state.room) is not None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first = focusable(window.rooms.currentWidget())[0]
    first.setFocus(Qt.FocusReason.OtherFocusReason)
    return first


@pytest.fixture
def opened(window: MainWindow, where: QWidget, opening: Opening, qtbot: QtBot) -> Iterator[QWidget]:
    opening.open(window)
    qtbot.waitUntil(lambda: _opened(window) is not None)
    made = _opened(window)
    assert made is not None
    yield made
    if window.guide.tour is not None:
        window.guide.tour.leave()
    elif _opened(window) is made:
        made.close()


def test_whatever_takes_the_keyboard_says_what_it_is(opened):
    assert opened.windowTitle() or opened.accessibleName()
    assert nameless(opened) == []


def test_whatever_is_worked_explains_itself_and_says_why_it_rests(opened):
    assert controls(opened)
    assert silent(opened) == []
    assert resting(opened) == []


def test_tab_stays_inside_and_goes_through_everything(opened):
    assert missed(opened) == []


def test_escape_closes_and_the_keyboard_goes_back_to_where_it_was(opened, window, where, qtbot):
    QTest.keyClick(opened.window().focusWidget() or opened, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: _opened(window) is None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert QApplication.focusWidget() is where


def test_the_offer_of_a_tour_explains_itself(window):
    window.guide.offer()
    offer = window.guide.offered
    assert nameless(offer) == silent(offer) == resting(offer) == []
    offer.later.click()
