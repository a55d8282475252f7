"""Actions that would do nothing are disabled, and say why."""

from dataclasses import replace

import pytest

from recon_model.runs.log import RunLog
from recon_studio.state.app_state import AppState
from recon_studio.state.training import FollowedRun, TrainingState
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.run_folders import CONFIG, LINES
from tests.recon_studio.scenery import answered_state

RUN = FollowedRun("/runs/a", CONFIG, RunLog().after(LINES))
FOLLOWED = TrainingState((RUN,), RUN.path)


@pytest.mark.parametrize(
    ("state", "works"),
    [
        (answered_state(), True),
        (replace(answered_state(), scores=()), False),
        (replace(answered_state(), room="words"), True),
        (replace(answered_state(), room="map"), False),
        (replace(answered_state(), room="training"), False),
        (replace(answered_state(), room="training", training=FOLLOWED), True),
        (replace(answered_state(), room="training", training=replace(FOLLOWED, planning=True)), False),
    ],
)
def test_a_plot_can_be_saved_where_one_is_in_sight(window: MainWindow, state: AppState, works: bool) -> None:
    window.show_state(window.state, state)
    action = window.actions_by_name["export_plot"]
    assert action.isEnabled() == works
    assert ("No plot is in sight" in action.toolTip()) != works


def test_a_tag_is_for_a_cloud_that_is_open(window: MainWindow) -> None:
    action = window.actions_by_name["tag"]
    assert action.isEnabled()
    window.show_state(window.state, replace(answered_state(), current=None))
    assert not action.isEnabled()
    assert action.toolTip().endswith("Open a cloud first.")
