"""Undo takes back what a person would call one thing."""

from dataclasses import replace

from recon_studio.state import actions, history
from recon_studio.state.app_state import AppState, AttentionQuery, Mask, Model
from recon_studio.state.history import History


def _drag(past: History, state: AppState, ratios: list[float], start: float, gap: float) -> tuple[History, AppState]:
    for number, ratio in enumerate(ratios):
        after = actions.set_ratio(state, ratio)
        past = history.record(past, "mask ratio", state, after, start + number * gap)
        state = after
    return past, state


def test_a_slider_drag_is_one_step() -> None:
    past, state = _drag(History(), AppState(), [0.5, 0.4, 0.3, 0.2], 10.0, 0.05)
    assert past.undo_label == "mask ratio"
    past, state = history.undo(past, state)
    assert state.mask.ratio == 0.6
    assert (past.undo_label, past.redo_label) == ("", "mask ratio")
    past, state = history.redo(past, state)
    assert state.mask.ratio == 0.2


def test_a_pause_starts_another_step() -> None:
    past, state = _drag(History(), AppState(), [0.5, 0.4], 10.0, history.COALESCE_SECONDS + 0.1)
    assert len(past.past) == 2
    past, state = history.undo(past, state)
    assert state.mask.ratio == 0.5


def test_different_things_are_different_steps_even_at_once() -> None:
    start = AppState()
    seeded = actions.set_seed(start, 9)
    past = history.record(History(), "mask seed", start, seeded, 1.0)
    past = history.record(past, "names", seeded, actions.set_names(seeded, ["cat"]), 1.0)
    past, state = history.undo(past, actions.set_names(seeded, ["cat"]))
    assert (state.mask.seed, state.names) == (9, start.names)
    _, state = history.undo(past, state)
    assert state.mask.seed == 0


def test_a_drag_back_to_where_it_began_is_no_step() -> None:
    past, _ = _drag(History(), AppState(), [0.5, 0.6], 1.0, 0.1)
    assert past.past == ()


def test_a_change_that_changes_nothing_keeps_redo() -> None:
    past, state = _drag(History(), AppState(), [0.5], 1.0, 0.1)
    past, state = history.undo(past, state)
    assert history.record(past, "mask ratio", state, state, 2.0).redo_label == "mask ratio"
    assert history.record(past, "mask seed", state, actions.set_seed(state, 1), 2.0).redo_label == ""


def test_nothing_to_undo_leaves_everything_as_it_is() -> None:
    state = AppState()
    assert history.undo(History(), state) == (History(), state)
    assert history.redo(History(), state) == (History(), state)


def test_undo_leaves_alone_what_it_does_not_cover() -> None:
    past, state = _drag(History(), AppState(), [0.5], 1.0, 0.1)
    _, state = history.undo(past, replace(state, theme="dark"))
    assert (state.theme, state.mask.ratio) == ("dark", 0.6)


def test_steps_over_single_patches_are_forgotten_with_their_cloud() -> None:
    start = AppState()
    ratio = actions.set_ratio(start, 0.4)
    toggled = replace(ratio, mask=Mask(ratio=0.4, hidden=(True, False)))
    picked = actions.pick_patch(toggled, 3)
    past = history.record(History(), "mask ratio", start, ratio, 1.0)
    past = history.record(past, "hide patch 0", ratio, toggled, 5.0)
    past = history.record(past, "selected patch", toggled, picked, 9.0)
    past = history.forget_patches(past)
    assert [step.label for step in past.past] == ["mask ratio"]
    assert history.undo(past, ratio)[1].mask == Mask()
    assert picked.query == AttentionQuery("patch", 3)


def test_undo_brings_back_no_patch_that_the_model_loaded_since_does_not_have() -> None:
    large = Model("large", "cpu", 7, 2, 2, num_groups=4)
    painted = replace(AppState(model=large), mask=Mask(ratio=0.4, hidden=(True, False, False, True)))
    picked = actions.pick_patch(painted, 3)
    past = history.record(History(), "selected patch", painted, picked, 1.0)
    past = history.record(past, "mask ratio", picked, actions.set_ratio(picked, 0.5), 5.0)
    small = actions.show_model(actions.set_ratio(picked, 0.5), replace(large, num_groups=2))
    assert (small.selected_patch, small.query) == (None, AttentionQuery())
    past, state = history.undo(past, small)
    assert (state.mask, state.selected_patch, state.query) == (Mask(ratio=0.4), None, AttentionQuery())
    assert history.undo(past, actions.show_model(state, large))[1].mask == painted.mask


def test_history_is_bounded() -> None:
    past, _ = _drag(History(), AppState(), [n / 1000 for n in range(history.MAX_STEPS + 20)], 0.0, 2.0)
    assert len(past.past) == history.MAX_STEPS


def test_one_gesture_is_one_step_however_slow_and_two_are_two_however_quick() -> None:
    past, state = History(), AppState()
    for at, gesture, ratio in ((1.0, 7, 0.5), (60.0, 7, 0.4), (60.1, 8, 0.3)):
        after = actions.set_ratio(state, ratio)
        past = history.record(past, "brush", state, after, at, gesture)
        state = after
    assert len(past.past) == 2
    past, state = history.undo(past, state)
    assert state.mask.ratio == 0.4
    _, state = history.undo(past, state)
    assert state.mask.ratio == 0.6
