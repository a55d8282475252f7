"""The bench: one cloud is cut into patches, some are hidden, the model rebuilds them and says where its tokens look."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from recon_model.serve.messages import (
    Array,
    AttendAll,
    AttendedAll,
    CloudPrepared,
    Failed,
    PrepareCloud,
    Reconstruct,
    Reconstructed,
    Reply,
    Request,
)
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.state import actions, explaining, masking, replay
from recon_studio.state.app_state import AppState, AttentionQuery, Cloud, Flags, Notice, Prepared, Reconstruction, Tool
from recon_studio.state.explain import Maps
from recon_studio.state.masking import MaskEdit, Stroke

Value = TypeVar("Value")
REST_MS = 60
MODEL_POINTS = 100_000
"""The model draws a few thousand points at random from those it is sent; sending it more would only take time."""
FOREIGN = Notice(
    "The run of this time-lapse cuts the cloud into other patches than the model on the bench; close it to edit the mask.", "warning"
)
LAST_PATCH = Notice("The last patch shown cannot be hidden: the encoder needs something to see.", "warning")


class BenchController(QObject):
    """Follows the state: a new cloud is prepared, a new mask rebuilt and its attention collected. The newest always wins.

    All attention comes at once, so that another token, layer or head is a look at what is there already.
    """

    settled = Signal()  # reconstruction and attention of the present cloud are there, or could not be had

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._newest = 0  # id of the last Reconstruct
        self._stroked = False  # whether the mask was last changed by a drag, which may go on
        self._attend_soon = QTimer(self, singleShot=True, interval=REST_MS)
        self._attend_soon.timeout.connect(lambda: self._attend(self._store.state))
        # Packing a million points takes 20 ms: not in the same breath as drawing them.
        self._prepare_soon = QTimer(self, singleShot=True, interval=0)
        self._prepare_soon.timeout.connect(self._prepare)
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)

    # ------------------------------------------------------------ what the window asks

    def set_ratio(self, ratio: float) -> None:
        """Hides this share of the patches."""
        self._store.record("mask ratio", lambda state: actions.set_ratio(state, ratio))

    def set_strategy(self, strategy: str) -> None:
        """Chooses hidden patches this way."""
        self._store.record("mask strategy", lambda state: actions.set_strategy(state, strategy))

    def set_seed(self, seed: int) -> None:
        """Draws hidden patches by this seed."""
        self._store.record("mask seed", lambda state: actions.set_seed(state, seed))

    def toggle_patch(self, patch: int) -> None:
        """Hides or shows one patch."""
        if self._is_foreign():
            return
        hidden = actions.hidden_patches(self._store.state)
        if hidden is None or not 0 <= patch < len(hidden):
            return
        if not hidden[patch] and hidden.sum() == len(hidden) - 1:
            self._say(LAST_PATCH)
            return
        verb = "show" if hidden[patch] else "hide"
        self._store.record(f"{verb} patch {patch}", lambda state: actions.toggle_patch(state, patch))

    def set_tool(self, tool: Tool) -> None:
        """Takes another tool in hand."""
        self._store.apply(lambda state: masking.set_tool(state, tool))

    def paint(self, stroke: Stroke) -> None:
        """Hides or shows what a drag has met; the whole drag is one step to undo."""
        if self._is_foreign():
            return
        label = f"{'hide' if stroke.hide else 'show'} patches by {stroke.tool}"
        self._edit(label, lambda hidden, _: masking.painted(hidden, stroke.patches, stroke.hide), gesture=stroke.number)

    def edit_mask(self, edit: MaskEdit) -> None:
        """Inverts, grows or shrinks the mask, or shows all patches."""
        label = {"invert": "invert the mask", "grow": "grow the mask", "shrink": "shrink the mask", "show_all": "show all patches"}[edit]
        self._edit(label, lambda hidden, prepared: masking.edited(hidden, prepared.centres, edit))

    def hide_half(self, towards: tuple[float, float, float]) -> None:
        """Hides the half of the cloud that lies towards the eye, and nothing else."""
        self._edit("hide the half facing you", lambda _, prepared: masking.facing_half(prepared.centres, towards))

    def hide_hardest(self, count: int) -> None:
        """Hides the patches that were rebuilt worst last time, and nothing else."""
        rebuilt = self._store.state.reconstruction
        if rebuilt is not None:
            self._edit(f"hide the {count} hardest", lambda _, __: masking.hardest(rebuilt.hidden, rebuilt.chamfer, count))

    def _edit(self, label: str, change: Callable[[Flags, Prepared], Flags], gesture: int | None = None) -> None:
        prepared, hidden = self._store.state.prepared, actions.hidden_patches(self._store.state)
        if prepared is None or hidden is None:
            return  # no one knows yet which patches are hidden
        flags, kept = masking.keep_one(hidden, change(hidden, prepared))
        if kept:
            self._say(LAST_PATCH)
        if (flags != hidden).any():
            self._stroked = gesture is not None
            self._store.record(label, lambda state: masking.set_hidden(state, flags), gesture)

    def pick_patch(self, patch: int) -> None:
        """Selects a patch and asks where it looks."""
        if self._is_foreign():
            return
        self._store.record("selected patch", lambda state: actions.pick_patch(state, patch))

    def set_query(self, query: AttentionQuery) -> None:
        """Asks another token, layer or head."""
        self._store.record("attention query", lambda state: actions.set_query(state, query))

    def _is_foreign(self) -> bool:
        """Says so where the patches in sight are a checkpoint's own: none of them can be pointed at."""
        if replay.is_foreign(self._store.state):
            self._say(FOREIGN)
            return True
        return False

    def close(self) -> None:
        """Asks nothing more."""
        self._prepare_soon.stop()
        self._attend_soon.stop()

    # ------------------------------------------------------------ following the state

    def _follow(self, old: AppState, new: AppState) -> None:
        if new.mask.hidden is None:
            self._stroked = False
        if new.cloud is not old.cloud or new.model is not old.model:
            self._attend_soon.stop()
            self._backend.abandon(PrepareCloud, Reconstruct, AttendAll)
            if new.cloud is not None and new.model is not None:
                self._prepare_soon.start()
        elif new.doctor.treatment.up != old.doctor.treatment.up:
            self._prepare_soon.start()
        elif new.prepared is not None:
            if new.prepared is not old.prepared or new.mask != old.mask:
                self._reconstruct(new)
            elif new.query != old.query:
                self._store.apply(explaining.look)

    def _prepare(self) -> None:
        cloud = self._store.state.cloud
        if cloud is not None and self._store.state.model is not None:
            points = Array.of(cloud.points[rows_sent(len(cloud.points))])
            self._backend.submit(PrepareCloud(id=0, points=points, up=self._store.state.doctor.treatment.up))

    def _reconstruct(self, state: AppState) -> None:
        if state.prepared is None:
            return
        self._attend_soon.stop()
        mask = state.mask
        hidden = None if mask.hidden is None else Array.of(np.array(mask.hidden, dtype=np.bool_))
        points = Array.of(state.prepared.points)
        asked = Reconstruct(id=0, points=points, mask_ratio=mask.ratio, strategy=mask.strategy, seed=mask.seed, hidden=hidden)
        self._newest = self._backend.submit(asked)

    def _attend(self, state: AppState) -> None:
        if state.prepared is None or state.reconstruction is None:
            return
        self._backend.submit(AttendAll(id=0, points=Array.of(state.prepared.points), hidden=Array.of(state.reconstruction.hidden)))

    def _attend_when_due(self, request: Request) -> None:
        """Attention to a mask about to change would only hold up the next one: it waits until the brush rests."""
        if request.id == self._newest:
            if self._stroked:
                self._attend_soon.start()
            else:
                self._attend(self._store.state)

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        if not isinstance(request, PrepareCloud | Reconstruct | AttendAll):
            return
        if isinstance(reply, Failed):
            self._say(Notice(reply.sentence, "error"))
            if not isinstance(request, PrepareCloud):
                self.settled.emit()
            return
        cloud = self._store.state.cloud
        key = cloud.key if cloud is not None else ""
        match reply:
            case CloudPrepared() if cloud is not None:
                self._show(actions.show_prepared, prepared_of(cloud, reply))
            case Reconstructed():
                self._show(actions.show_reconstruction, reconstruction_of(key, reply))
                self._attend_when_due(request)
            case AttendedAll() if isinstance(request, AttendAll):
                self._show(explaining.show_maps, maps_of(key, request.hidden.numpy(), reply))
                self.settled.emit()

    def _show(self, action: Callable[[AppState, Value], AppState], value: Value) -> None:
        self._store.apply(lambda state: action(state, value))

    def _say(self, notice: Notice) -> None:
        self._store.apply(lambda state: actions.notify(state, notice))


def query_within(query: AttentionQuery, *, depth: int, heads: int) -> AttentionQuery:
    """Returns the query with a layer and head that a model of this size has."""
    layer = query.layer if -depth <= query.layer < depth else -1
    head = query.head if -1 <= query.head < heads else -1
    return replace(query, layer=layer, head=head)


def maps_of(key: str, hidden: Flags, reply: AttendedAll) -> Maps:
    """Returns all attention of a cloud under a mask (G,)."""
    return Maps(
        key=key,
        hidden=hidden,
        cross=reply.cross.numpy(),
        patches=reply.patches.numpy(),
        decoder=None if reply.decoder is None else reply.decoder.numpy(),
        visible=reply.visible.numpy(),
        masked=reply.masked.numpy(),
        rollout_queries=reply.rollout_queries.numpy(),
        rollout_patches=reply.rollout_patches.numpy(),
        rollout_masks=None if reply.rollout_masks is None else reply.rollout_masks.numpy(),
        overlap=reply.overlap,
    )


def rows_sent(count: int) -> slice:
    """Returns which of a cloud's rows the model is sent: evenly spaced ones, since the reader shuffles what it samples."""
    return slice(None, None, max(1, -(-count // MODEL_POINTS)))


def inward(cloud: Cloud, prepared: Prepared) -> Array:
    """Returns those rows of a cloud in prepared coordinates: centred, scaled and stood up, but neither sampled nor cut."""
    return Array.of(np.ascontiguousarray(prepared.inward(cloud.points[rows_sent(len(cloud.points))])))


def prepared_of(cloud: Cloud, reply: CloudPrepared) -> Prepared:
    """Returns what the model made of a cloud, with its choice of points told in the cloud's own rows."""
    return Prepared(
        key=cloud.key,
        points=reply.points.numpy(),
        indices=reply.indices.numpy() * rows_sent(len(cloud.points)).step,
        centre=reply.centre,
        scale=reply.scale,
        centres=reply.centres.numpy(),
        members=reply.members.numpy(),
        rotation=np.eye(3, dtype=np.float32) if reply.rotation is None else reply.rotation.numpy(),
        up=reply.up,
        up_chances=None if reply.up_chances is None else reply.up_chances.numpy(),
        doubt=None if reply.doubt is None else reply.doubt.numpy(),
        notes=reply.notes,
    )


def reconstruction_of(key: str, reply: Reconstructed) -> Reconstruction:
    """Returns what a model rebuilt of a cloud."""
    return Reconstruction(
        key=key,
        hidden=reply.hidden.numpy(),
        rebuilt=reply.rebuilt.numpy(),
        chamfer=reply.chamfer.numpy(),
        milliseconds=reply.milliseconds,
    )
