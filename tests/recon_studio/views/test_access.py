"""The whole window by keyboard and by ear: Tab reaches everything and comes back, and everything it reaches says what it is."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from recon_model.runs.log import RunLog
from recon_model.serve.messages import Finding, Fix
from recon_model.serve.messages.training import Device
from recon_studio.state import explaining, viewing
from recon_studio.state.app_state import AppState, Item, Job, Notice, Rival
from recon_studio.state.doctor import Doctor, Report, Treatment
from recon_studio.state.explain import Page
from recon_studio.state.lapse import Frame, Lapse
from recon_studio.state.replay import Replay, Take
from recon_studio.state.training import FollowedRun, Probe, Stored, TrainingState
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.access import controls, missed, nameless, resting, silent
from tests.recon_studio.library_of import ranked_state
from tests.recon_studio.maps import map_state
from tests.recon_studio.run_folders import CONFIG, LINES
from tests.recon_studio.scenery import HIDDEN, answered_state, explained_state, known_state


def compared() -> AppState:
    """A second model beside the first."""
    state = answered_state()
    return viewing.lay_out(replace(state, rival=Rival(state.model, "default", state.reconstruction)), "versus")


def mended() -> AppState:
    """A cloud with a fix done and another one offered."""
    state, done = answered_state(), Fix("duplicates")
    found = (Finding("2 strays.", "By a rule.", Fix("strays"), "Remove strays"),)
    report = Report((done,), (3,), "+y", 192, (0.1, 0.2, 0.3), 192, "mm", "It is long.", found)
    return replace(state, doctor=Doctor(state.cloud, Treatment((done,)), report))


def busy() -> AppState:
    """Something under way, something failed, something to be told."""
    jobs = (Job(1, "Reading"), Job(2, "Embedding", 0.5, 3.0, cancellable=False))
    notices = (Notice("Read."), Notice("The file is broken.", "error"))
    items = (*answered_state().items, Item("/clouds/bad.ply", "bad.ply", "failed", "It is broken."))
    return replace(answered_state(), jobs=jobs, notices=notices, items=items)


def replayed(count: int, doing: str = "") -> AppState:
    """A time-lapse with so many of its two takes."""
    state = explained_state()
    takes = tuple(Take(f"epoch {at}", state.prepared, state.reconstruction, state.explain.maps, True) for at in range(count))
    return replace(state, replay=Replay("/runs/a", ("1", "2"), state.cloud, state.prepared, HIDDEN.tobytes(), takes, doing=doing))


def lapsed(count: int, doing: str = "") -> AppState:
    """A time-lapse of the map with so many of its two frames."""
    state = map_state()
    projection = state.map.projection
    frames = tuple(Frame(f"epoch {at}", projection.coordinates, projection.quality) for at in range(count))
    lapse = Lapse("/runs/a", ("1", "2"), projection.clouds, projection, frames, doing=doing)
    return replace(state, map=replace(state.map, lapse=lapse))


def followed() -> AppState:
    """A run looked at, with a model kept and a probe, and another one that came to nothing."""
    patches = np.zeros((1, 4, 8, 3), np.float32)
    run = FollowedRun("/runs/a", CONFIG, RunLog().after(LINES), True, (Stored("/runs/a/1.safetensors", "epoch 1", 1000, 1),))
    runs = (run, FollowedRun("/runs/b", problem="There is no run."))
    return trained(TrainingState(runs, "/runs/a", probe=Probe(1, ("rod",), (0.1,), patches, patches, patches)))


def trained(training: TrainingState) -> AppState:
    """The training room."""
    return replace(answered_state(), room="training", training=training)


STATES = {
    "with a cloud": answered_state(),
    "empty": AppState(),
    **{f"page {page}": explaining.turn_to(known_state(), page) for page in get_args(Page)},
    "two models": compared(),
    "mended": mended(),
    "busy": busy(),
    "time-lapse": replayed(2),
    "time-lapse, begun": replayed(0, "epoch 0"),
    "words": ranked_state(),
    "map": map_state(),
    "map's time-lapse": lapsed(2),
    "map's time-lapse, begun": lapsed(0, "epoch 0"),
    "training": trained(TrainingState()),
    "training, planned": trained(TrainingState(planning=True, devices=(Device("cpu", "CPU, 2 cores", 5_000_000_000, 8_000_000_000),))),
    "training, followed": followed(),
}


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
    qtbot.waitUntil(lambda: made.rooms.room(state.room) is not None)
    yield made
    made.close()


def test_whatever_takes_the_keyboard_says_what_it_is(window):
    assert nameless(window) == []


def test_whatever_is_worked_explains_itself_and_says_why_it_rests(window):
    assert controls(window)
    assert silent(window) == []
    assert resting(window) == []


def test_tab_goes_through_everything_once_and_returns(window):
    assert missed(window) == []
