"""The time-lapse of the bench: the cloud shown there, rebuilt and looked at by successive checkpoints of a run.

What the bench shows meanwhile is ``seen``: the state with a checkpoint's answers in place of the current model's. The state itself keeps
the model's, so closing the time-lapse needs no request.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from recon_studio.state import explaining
from recon_studio.state.app_state import AppState, Attention, AttentionQuery, Cloud, Prepared, Reconstruction, Rival
from recon_studio.state.explain import Explain, Maps


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class Take:
    """What one checkpoint makes of the cloud."""

    name: str
    prepared: Prepared
    reconstruction: Reconstruction
    maps: Maps
    same_mask: bool
    """Whether its mask is the bench's, patch by patch; else one of the same share, for the run cuts the cloud otherwise."""

    @property
    def error(self) -> float:
        """Mean squared Chamfer distance of the rebuilt patches; NaN where nothing is hidden."""
        chamfer = self.reconstruction.chamfer
        return float(chamfer.mean()) if len(chamfer) else float("nan")


@dataclass(frozen=True, eq=False)
class Replay:
    """The takes so far, and which is shown."""

    folder: str
    checkpoints: tuple[str, ...]
    """Their files, in the order of the run."""
    cloud: Cloud
    prepared: Prepared
    """As the bench has it."""
    hidden: bytes
    """The bench's mask that they are asked under."""
    takes: tuple[Take, ...] = ()
    at: int = 0
    doing: str = ""
    """What is under way; empty when all takes are there."""


def change(state: AppState, **changes: object) -> AppState:
    """Replaces parts of the time-lapse, if there is one."""
    return state if state.replay is None else replace(state, replay=replace(state.replay, **changes))  # type: ignore[arg-type]


def add(state: AppState, take: Take) -> AppState:
    """Adds a take and shows it."""
    if state.replay is None:
        return state
    takes = (*state.replay.takes, take)
    return change(state, takes=takes, at=len(takes) - 1)


def show(state: AppState, at: int) -> AppState:
    """Shows one take."""
    return change(state, at=at) if state.replay is not None and 0 <= at < len(state.replay.takes) else state


def shown(state: AppState) -> Take | None:
    """Returns the take that is shown; None where the bench shows what the current model makes of the cloud."""
    replay = state.replay
    if replay is None or not replay.takes or replay.cloud is not state.cloud:
        return None
    return replay.takes[replay.at]


def is_foreign(state: AppState) -> bool:
    """Whether the patches in sight are not those of the current model, so that pointing at one means nothing to it."""
    take = shown(state)
    return take is not None and not take.same_mask


def seen(state: AppState) -> AppState:
    """Returns the state as the bench shows it."""
    take = shown(state)
    if take is None:
        return state
    groups, query, patch = len(take.prepared.centres), state.query, state.selected_patch
    if not take.same_mask:
        query, patch = query.without_patches(), None
    if patch is not None and patch >= groups:
        patch = None
    return replace(
        state,
        prepared=take.prepared,
        reconstruction=take.reconstruction,
        mask=state.mask if take.same_mask else replace(state.mask, hidden=None),
        query=query,
        selected_patch=patch,
        attention=_attention(take, query),
        explain=_explain(state.explain, take),
        rival=state.rival if take.same_mask or state.rival is None else _put_aside(state.rival),
    )


@lru_cache(maxsize=4)
def _put_aside(rival: Rival) -> Rival:
    """Holds back what model B rebuilt: it says nothing of patches that a checkpoint cuts otherwise."""
    return replace(rival, reconstruction=None, sentence="This checkpoint cuts the cloud into other patches than model B.")


# The same objects for the same take: what is drawn from them is drawn again only where they differ.
@lru_cache(maxsize=64)
def _attention(take: Take, query: AttentionQuery) -> Attention | None:
    weights = explaining.weights_of(take.maps, query)
    return None if weights is None else Attention(take.maps.key, query, weights, take.maps.hidden)


@lru_cache(maxsize=4)
def _explain(explain: Explain, take: Take) -> Explain:
    return replace(explain, maps=take.maps, colouring="attention", answers=())


def in_words(replay: Replay) -> tuple[str, str]:
    """Returns a short line about the take shown, and what is to be known of it."""
    if not replay.takes:
        return replay.doing, ""
    take = replay.takes[replay.at]
    error = "" if np.isnan(take.error) else f" · mean Chamfer {take.error:.2g}"
    tip = (
        "The same mask at every checkpoint."
        if take.same_mask
        else "This run cuts the cloud into other patches than the model on the bench: all checkpoints share a mask drawn for them."
    )
    return f"{take.name} · {replay.at + 1} of {len(replay.checkpoints)}{error}", tip
