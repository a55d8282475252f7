"""Actions make a new state and leave the old one alone."""

from dataclasses import replace

import numpy as np

from recon_studio.state import actions
from recon_studio.state.app_state import AppState, AttentionQuery, Cloud, Item, Job, Mask, Model, Notice, Reconstruction


def _rebuilt(hidden: list[bool]) -> AppState:
    flags = np.array(hidden)
    rebuilt = np.zeros((int(flags.sum()), 4, 3), dtype=np.float32)
    return AppState(reconstruction=Reconstruction("k", flags, rebuilt, np.zeros(len(rebuilt), dtype=np.float32), 1.0))


def _cloud(key: str = "/a.ply") -> Cloud:
    return Cloud(key, "ply", "points", 1, 0, np.zeros((1, 3), dtype=np.float32), (0.0, 0.0, 0.0), None, None, ())


def test_items_are_listed_once_and_in_order() -> None:
    state = actions.add_items(AppState(), [Item("/b", "b"), Item("/a", "a"), Item("/b", "again")])
    state = actions.add_items(state, [Item("/a", "a"), Item("/c", "c")])
    assert [item.key for item in state.items] == ["/b", "/a", "/c"]
    assert state.items[0].name == "b"
    assert actions.add_items(state, [Item("/a", "a")]) is state


def test_updating_touches_only_the_items_named() -> None:
    state = actions.add_items(AppState(), [Item("/a", "a"), Item("/b", "b")])
    state = actions.update_items(state, {"/b": Item("/b", "b", "failed", "why"), "/x": Item("/x", "x")})
    assert [(item.key, item.status) for item in state.items] == [("/a", "queued"), ("/b", "failed")]


def test_removing_the_item_shown_empties_the_views() -> None:
    state = replace(actions.add_items(AppState(), [Item("/a", "a"), Item("/b", "b")]), current="/a", cloud=_cloud())
    assert actions.remove_item(state, "/b").cloud is state.cloud
    gone = actions.remove_item(state, "/a")
    assert (gone.current, gone.cloud, len(gone.items)) == (None, None, 1)


def test_a_new_cloud_takes_single_patches_with_it_but_keeps_ratio_and_layer() -> None:
    mask = Mask(ratio=0.3, seed=5, hidden=(True, False))
    state = replace(AppState(), mask=mask, query=AttentionQuery("patch", 1, layer=1), selected_patch=1)
    shown = actions.show_cloud(state, _cloud())
    assert shown.mask == Mask(ratio=0.3, seed=5)
    assert shown.query == AttentionQuery("cls", 0, layer=1)
    assert shown.selected_patch is None


def test_toggling_starts_from_what_the_model_drew() -> None:
    state = _rebuilt([True, False, True])
    shown = actions.toggle_patch(state, 0)
    assert shown.mask.hidden == (False, False, True)
    assert actions.toggle_patch(shown, 0).mask.hidden == (True, False, True)


def test_the_last_patch_shown_cannot_be_hidden() -> None:
    state = _rebuilt([True, False, True])
    assert actions.toggle_patch(state, 1) is state
    assert actions.toggle_patch(state, 3) is state
    assert actions.toggle_patch(AppState(), 0) == AppState()


def test_ratio_strategy_and_seed_end_an_explicit_choice() -> None:
    state = replace(AppState(), mask=Mask(hidden=(True, False)))
    for changed in (actions.set_ratio(state, 0.2), actions.set_strategy(state, "block"), actions.set_seed(state, 3)):
        assert changed.mask.hidden is None
    assert actions.set_ratio(state, 0.2).mask.ratio == 0.2


def test_names_are_trimmed_and_offered_once() -> None:
    assert actions.set_names(AppState(), [" chair ", "", "night   stand", "chair"]).names == ("chair", "night stand")


def test_recent_paths_are_newest_first_and_bounded() -> None:
    state = actions.remember_recent(AppState(), ["/1", "/2"])
    state = actions.remember_recent(state, ["/1"])
    assert state.recent == ("/1", "/2")
    many = actions.remember_recent(state, (f"/x{n}" for n in range(50)))
    assert len(many.recent) == actions.MAX_RECENT
    assert many.recent[0] == "/x49"
    assert actions.clear_recent(many).recent == ()


def test_jobs_and_notices_do_not_pile_up() -> None:
    state = actions.put_job(actions.put_job(AppState(), Job(1, "a")), Job(1, "a", 0.5))
    assert state.jobs == (Job(1, "a", 0.5),)
    assert actions.end_job(state, 1).jobs == ()
    assert actions.end_job(state, 2) is state
    for number in range(2 * actions.MAX_NOTICES):
        state = actions.notify(state, Notice(f"n{number}"))
    state = actions.notify(state, Notice("n60"))
    assert len(state.notices) == actions.MAX_NOTICES
    assert [notice.sentence for notice in state.notices].count("n60") == 1
    assert state.notices[-1] == Notice("n60")
    assert actions.dismiss_notice(state, len(state.notices) - 1).notices[-1] != Notice("n60")


def test_picking_a_patch_selects_it_and_asks_it() -> None:
    state = actions.pick_patch(AppState(query=AttentionQuery("cls", layer=2, head=1)), 7)
    assert state.selected_patch == 7
    assert state.query == AttentionQuery("patch", 7, 2, 1)
    assert actions.set_query(state, AttentionQuery("img")).selected_patch == 7


def test_each_helper_has_its_own_status() -> None:
    state = actions.set_status(actions.set_status(AppState(), "reader", "ready"), "model", "failed")
    assert (state.reader, state.engine) == ("ready", "failed")


def test_another_model_drops_patches_it_does_not_have() -> None:
    model = Model(name="m", device="CPU", parameters=1, depth=1, heads=1, num_groups=4)
    by_hand = replace(AppState(), mask=Mask(hidden=(True,) * 3 + (False,) * 3), selected_patch=5)
    shown = actions.show_model(by_hand, model)
    assert shown.mask.hidden is None
    assert shown.selected_patch is None
    fitting = replace(AppState(), mask=Mask(hidden=(True, False, False, True)), selected_patch=3)
    shown = actions.show_model(fitting, model)
    assert shown.mask == fitting.mask
    assert shown.selected_patch == 3
