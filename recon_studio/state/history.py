"""Undo and redo of what shapes the picture: mask, query, names, cameras, fixes, damage, selections. Pure: the clock is an argument."""

from dataclasses import dataclass, field, replace

from recon_model.config import HARMLESS, Damage
from recon_studio.state import actions, doctoring, words
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState, AttentionQuery, Mask
from recon_studio.state.camera import Camera
from recon_studio.state.doctor import Treatment
from recon_studio.state.map import Chosen
from recon_studio.state.wording import Wording

COALESCE_SECONDS = 0.8
MAX_STEPS = 200


@dataclass(frozen=True)
class Snapshot:
    """What undo puts back."""

    mask: Mask
    query: AttentionQuery
    selected_patch: int | None
    wording: Wording
    cameras: tuple[Camera, ...] = (Camera(),)
    phrase: str = ""
    treatment: Treatment = field(default_factory=Treatment)
    chosen: Chosen | None = None
    damage: Damage = HARMLESS

    @classmethod
    def of(cls, state: AppState) -> "Snapshot":
        """Returns the part of the state that undo covers."""
        return cls(
            state.mask,
            state.query,
            state.selected_patch,
            state.words.wording,
            state.views.cameras,
            phrase=state.explain.phrase,
            treatment=state.doctor.treatment,
            chosen=mapping.chosen(state),
            damage=state.explain.damage,
        )

    def put_into(self, state: AppState, instead_of: "Snapshot") -> AppState:
        """Returns the state with this part put back, less patches that a model loaded since does not have.

        Cameras move only where the step moved them: a new cloud moves them, too.
        """
        views = state.views if self.cameras == instead_of.cameras else replace(state.views, cameras=self.cameras)
        explain = replace(state.explain, phrase=self.phrase, damage=self.damage)
        before = replace(state, mask=self.mask, query=self.query, selected_patch=self.selected_patch, views=views, explain=explain)
        if self.chosen != instead_of.chosen:
            before = mapping.choose(before, self.chosen)
        return actions.within_model(doctoring.treat(words.reword(before, self.wording), self.treatment))

    def without_patches(self) -> "Snapshot":
        """Returns what still means something on another cloud: its patches lie elsewhere, and what was done to it is not done to this."""
        mask, query = replace(self.mask, hidden=None), self.query.without_patches()
        return replace(self, mask=mask, query=query, selected_patch=None, treatment=Treatment())


@dataclass(frozen=True)
class Step:
    """One change: its words, both sides of it, when it was last added to (seconds), and the drag it belongs to."""

    label: str
    before: Snapshot
    after: Snapshot
    at: float
    gesture: int | None = None

    def goes_on(self, other: "Step") -> bool:
        """Whether ``other`` continues this step: the same drag however slow, else the same words soon after."""
        soon = self.gesture is not None or other.at - self.at <= COALESCE_SECONDS
        return self.label == other.label and self.gesture == other.gesture and soon and self.after == other.before


@dataclass(frozen=True)
class History:
    """The steps behind and ahead."""

    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()

    @property
    def undo_label(self) -> str:
        """What undo would take back, empty when nothing."""
        return self.past[-1].label if self.past else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again, empty when nothing."""
        return self.future[-1].label if self.future else ""


def record(history: History, label: str, before: AppState, after: AppState, at: float, gesture: int | None = None) -> History:
    """Adds the change between two states.

    Changes with the same label that follow within ``COALESCE_SECONDS`` become one step, so that a slider drag or
    a typed word is taken back whole; where a ``gesture`` is numbered, that number decides instead. A change that
    changed nothing is not recorded.
    """
    step = Step(label, Snapshot.of(before), Snapshot.of(after), at, gesture)
    if step.before == step.after:
        return history
    past = history.past
    if past and not history.future and past[-1].goes_on(step):
        past, step = past[:-1], replace(step, before=past[-1].before)
    steps = (*past, step) if step.before != step.after else past
    return History(past=steps[-MAX_STEPS:])


def undo(history: History, state: AppState) -> tuple[History, AppState]:
    """Takes back the last step; both are returned unchanged when there is none."""
    if not history.past:
        return history, state
    step = history.past[-1]
    return History(history.past[:-1], (*history.future, step)), step.before.put_into(state, step.after)


def redo(history: History, state: AppState) -> tuple[History, AppState]:
    """Does the last step taken back again; both are returned unchanged when there is none."""
    if not history.future:
        return history, state
    step = history.future[-1]
    return History((*history.past, step), history.future[:-1]), step.after.put_into(state, step.before)


def forget_patches(history: History) -> History:
    """Takes single patches out of every step, since another cloud is shown; steps that then change nothing go."""

    def cleaned(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        renewed = (replace(step, before=step.before.without_patches(), after=step.after.without_patches()) for step in steps)
        return tuple(step for step in renewed if step.before != step.after)

    return History(cleaned(history.past), cleaned(history.future))


def announce(history: History, state: AppState) -> AppState:
    """Returns the state saying what undo and redo would do."""
    return actions.set_undo(state, history.undo_label, history.redo_label)
