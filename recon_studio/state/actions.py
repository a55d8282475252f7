"""What can happen to the window: pure functions from one AppState to the next."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from recon_model.lexicon import merge
from recon_studio.state import words
from recon_studio.state.app_state import (
    AppState,
    AttentionQuery,
    BackendStatus,
    Cloud,
    Flags,
    Item,
    Job,
    Model,
    Notice,
    Prepared,
    Reconstruction,
    Room,
    Score,
    Theme,
)
from recon_studio.state.doctor import Doctor
from recon_studio.state.files import is_utf8

MAX_NOTICES = 50
MAX_RECENT = 12

# ---------------------------------------------------------------- library


def add_items(state: AppState, items: Iterable[Item]) -> AppState:
    """Appends items to the library; keys it already holds, and repeated ones, are left out."""
    known = {item.key for item in state.items}
    fresh: dict[str, Item] = {}
    for item in items:
        if item.key not in known:
            fresh.setdefault(item.key, item)
    return replace(state, items=(*state.items, *fresh.values())) if fresh else state


def remove_item(state: AppState, key: str) -> AppState:
    """Takes an item out of the library, a file with all its clouds; the views are emptied when one of those was shown."""
    gone = {item.key for item in state.items if item.key == key or (item.member >= 0 and item.path == key)}
    state = replace(state, items=tuple(item for item in state.items if item.key not in gone))
    return replace(clear_cloud(state), current=None) if state.current in gone else state


def update_items(state: AppState, changed: Mapping[str, Item]) -> AppState:
    """Puts changed items in the places of those with the same keys; unknown keys are ignored."""
    return replace(state, items=tuple(changed.get(item.key, item) for item in state.items))


def item(state: AppState, key: str | None) -> Item | None:
    """Returns the library's item of that key, or None."""
    return next((each for each in state.items if each.key == key), None)


def choose(state: AppState, key: str) -> AppState:
    """Makes an item the current one. The cloud shown stays until the new one is read, so that quick steps do not flicker."""
    return replace(state, current=key)


def remember_recent(state: AppState, paths: Iterable[str]) -> AppState:
    """Puts paths in front of the recent ones, newest first, at most ``MAX_RECENT``; those that no file could keep are left out."""
    ordered = dict.fromkeys((*reversed(tuple(filter(is_utf8, paths))), *state.recent))
    return replace(state, recent=tuple(ordered)[:MAX_RECENT])


def clear_recent(state: AppState) -> AppState:
    """Forgets the recent paths."""
    return replace(state, recent=())


# ---------------------------------------------------------------- the current cloud


def clear_cloud(state: AppState) -> AppState:
    """Empties the views; what belongs to single patches of the old cloud goes with it."""
    return replace(
        state,
        cloud=None,
        prepared=None,
        reconstruction=None,
        attention=None,
        scores=(),
        selected_patch=None,
        mask=replace(state.mask, hidden=None),
        query=state.query.without_patches(),
        explain=replace(state.explain, maps=None, answers=()),
        doctor=Doctor(looking=state.doctor.looking),
    )


def show_cloud(state: AppState, cloud: Cloud) -> AppState:
    """Shows a cloud just read, with nothing computed for it yet."""
    return replace(clear_cloud(state), cloud=cloud, doctor=Doctor(original=cloud, looking=state.doctor.looking))


def show_prepared(state: AppState, prepared: Prepared) -> AppState:
    """Shows the patches the model cut the cloud into."""
    explain = replace(state.explain, maps=None, answers=())
    return replace(state, prepared=prepared, reconstruction=None, attention=None, scores=(), explain=explain)


def show_reconstruction(state: AppState, reconstruction: Reconstruction) -> AppState:
    """Shows the rebuilt patches and how long they took."""
    return replace(state, reconstruction=reconstruction, last_milliseconds=reconstruction.milliseconds)


def show_scores(state: AppState, scores: tuple[Score, ...]) -> AppState:
    """Shows names, best first."""
    return replace(state, scores=scores)


# ---------------------------------------------------------------- mask, query, names


def hidden_patches(state: AppState) -> Flags | None:
    """Returns which patches are hidden now (G,): the explicit choice, else that of the last reconstruction; None before both."""
    if state.mask.hidden is not None:
        return np.array(state.mask.hidden, dtype=np.bool_)
    return state.reconstruction.hidden if state.reconstruction is not None else None


def set_ratio(state: AppState, ratio: float) -> AppState:
    """Hides another share of the patches; an explicit choice of patches ends."""
    return replace(state, mask=replace(state.mask, ratio=ratio, hidden=None))


def set_strategy(state: AppState, strategy: str) -> AppState:
    """Chooses the hidden patches another way; an explicit choice of patches ends."""
    return replace(state, mask=replace(state.mask, strategy=strategy, hidden=None))


def set_seed(state: AppState, seed: int) -> AppState:
    """Draws the hidden patches anew; an explicit choice of patches ends."""
    return replace(state, mask=replace(state.mask, seed=seed, hidden=None))


def toggle_patch(state: AppState, patch: int) -> AppState:
    """Hides a shown patch or shows a hidden one; at least one patch stays shown, for the encoder needs something to see.

    Nothing happens before the first reconstruction, when no one knows yet which patches are hidden.
    """
    hidden = hidden_patches(state)
    if hidden is None or not 0 <= patch < len(hidden):
        return state
    flags = hidden.copy()
    flags[patch] = not flags[patch]
    if flags.all():
        return state
    return replace(state, mask=replace(state.mask, hidden=tuple(bool(flag) for flag in flags)))


def pick_patch(state: AppState, patch: int) -> AppState:
    """Selects a patch and asks where it looks."""
    return replace(state, selected_patch=patch, query=replace(state.query, token="patch", patch=patch))


def set_query(state: AppState, query: AttentionQuery) -> AppState:
    """Asks another token, layer or head."""
    selected = query.patch if query.token == "patch" else state.selected_patch
    return replace(state, query=query, selected_patch=selected)


def set_names(state: AppState, names: Iterable[str]) -> AppState:
    """Offers other names: blank ones and repetitions are left out, and what was written about those that stay is kept."""
    kept = tuple(dict.fromkeys(name for name in (" ".join(each.split()) for each in names) if name))
    return words.edit(state, merge(state.words.wording.text, kept))


# ---------------------------------------------------------------- model, helpers, jobs


def show_model(state: AppState, model: Model | None) -> AppState:
    """Shows the loaded model; what another model computed goes, and so do patches it does not have."""
    explain = replace(state.explain, maps=None, answers=())
    return within_model(
        replace(state, model=model, explain=explain, prepared=None, reconstruction=None, attention=None, scores=()),
    )


def within_model(state: AppState) -> AppState:
    """Lets go of patches that the model does not have: of a mask by hand for another number of them, of a selection, of a query."""
    if state.model is None:
        return state
    groups, by_hand, selected, query = state.model.num_groups, state.mask.hidden, state.selected_patch, state.query
    return replace(
        state,
        mask=state.mask if by_hand is None or len(by_hand) == groups else replace(state.mask, hidden=None),
        selected_patch=selected if selected is not None and selected < groups else None,
        query=query if max(query.patch, query.minus_patch) < groups else query.without_patches(),
    )


def set_status(state: AppState, role: str, status: BackendStatus) -> AppState:
    """Says how a helper process fares; of others than "reader" and "model" only their notices are told."""
    if role == "reader":
        return replace(state, reader=status)
    return replace(state, engine=status) if role == "model" else state


def put_job(state: AppState, job: Job) -> AppState:
    """Adds a line to the activity bar, or replaces the one with the same id."""
    if any(each.id == job.id for each in state.jobs):
        return replace(state, jobs=tuple(job if each.id == job.id else each for each in state.jobs))
    return replace(state, jobs=(*state.jobs, job))


def end_job(state: AppState, job: int) -> AppState:
    """Takes a line out of the activity bar."""
    jobs = tuple(each for each in state.jobs if each.id != job)
    return replace(state, jobs=jobs) if len(jobs) != len(state.jobs) else state


def notify(state: AppState, notice: Notice) -> AppState:
    """Adds a notice; one that is already there moves to the end instead of standing twice."""
    others = tuple(each for each in state.notices if each != notice)
    return replace(state, notices=(*others, notice)[-MAX_NOTICES:])


def dismiss_notice(state: AppState, index: int) -> AppState:
    """Takes away the notice at that place."""
    return replace(state, notices=tuple(each for place, each in enumerate(state.notices) if place != index))


def enter(state: AppState, room: Room) -> AppState:
    """Goes to a room of the window."""
    return replace(state, room=room)


def set_theme(state: AppState, theme: Theme) -> AppState:
    """Turns the window light or dark."""
    return replace(state, theme=theme)


def set_undo(state: AppState, undo: str, redo: str) -> AppState:
    """Says in words what undo and redo would do."""
    return replace(state, can_undo=undo, can_redo=redo)
