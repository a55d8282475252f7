"""Makes the bench's time-lapse: asks checkpoint after checkpoint about the cloud and the mask shown, and anew when they change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from recon_model.serve.messages import Array, Failed, RebuildAt, RebuiltAt, Reply, Request
from recon_studio.backend.client import Backend
from recon_studio.controllers.bench import maps_of, prepared_of, reconstruction_of, rows_sent
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state import replay as replaying
from recon_studio.state.app_state import AppState, Job, Notice
from recon_studio.state.lapse import checkpoints_of, name_of
from recon_studio.state.replay import Replay, Take

JOB = -4
REST_MS = 300
"""A mask that still changes would only have its takes thrown away."""


class ReplayController(QObject):
    """One time-lapse at a time; cancelled, it keeps the takes that are there."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._backend = store, backend
        self._asked: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=REST_MS)
        self._soon.timeout.connect(self._restart)
        backend.answered.connect(self._answered)
        store.changed.connect(self._follow)

    def connect_view(self, view: Any) -> None:
        """Joins the signals of the bench's time-lapse to the handlers."""
        view.runChosen.connect(self.start)
        view.takeChosen.connect(lambda at: self._store.apply(lambda state: replaying.show(state, at)))
        view.closed.connect(self.end)
        view.saved.connect(self._saved)

    def start(self, folder: str) -> None:
        """Follows the cloud on the bench through the checkpoints a run folder keeps."""
        checkpoints = checkpoints_of(folder)
        state = self._store.state
        if not checkpoints:
            sentence = f"'{Path(folder).name}' keeps no checkpoints; a run with --keep (or Keep in the training room) does."
            self._say(Notice(sentence, "warning"))
        elif state.cloud is None or state.prepared is None or state.reconstruction is None:
            self._say(Notice("Open a cloud first: it is what the checkpoints rebuild.", "warning"))
        else:
            self.cancel()
            replay = Replay(folder, checkpoints, state.cloud, state.prepared, state.reconstruction.hidden.tobytes())
            self._store.apply(lambda now: _put(now, replay))
            self._next()

    def cancel(self, job: int = JOB) -> None:
        """Stops; the takes there are stay."""
        if job != JOB:
            return
        self._soon.stop()
        if self._asked is not None:
            self._asked = None
            self._backend.abandon(RebuildAt)
        self._store.apply(lambda state: actions.end_job(replaying.change(state, doing=""), JOB))

    def end(self) -> None:
        """Goes back to what the current model makes of the cloud."""
        self.cancel()
        self._store.apply(lambda state: _put(state, None))

    def close(self) -> None:
        """Asks nothing more."""
        self._soon.stop()

    # ------------------------------------------------------------ one checkpoint after another

    def _next(self) -> None:
        state = self._store.state
        replay, prepared, rebuilt = state.replay, state.prepared, state.reconstruction
        if replay is None or prepared is None or rebuilt is None:
            return
        done = len(replay.takes)
        if done == len(replay.checkpoints):
            self.cancel()
            return
        words = f"Time-lapse: {name_of(replay.checkpoints[done])}, {done + 1} of {len(replay.checkpoints)}"
        job = Job(JOB, words, done / len(replay.checkpoints), None)
        self._store.apply(lambda now: actions.put_job(replaying.change(now, doing=words), job))
        self._asked = self._backend.submit(
            RebuildAt(
                id=0,
                checkpoint=replay.checkpoints[done],
                points=Array.of(replay.cloud.points[rows_sent(len(replay.cloud.points))]),
                up=prepared.up,
                hidden=Array.of(np.frombuffer(replay.hidden, np.bool_)),
                centres=Array.of(prepared.centres),
                mask_ratio=state.mask.ratio,
                strategy=state.mask.strategy,
                seed=state.mask.seed,
            )
        )

    def _answered(self, request: Request, reply: Reply) -> None:
        replay = self._store.state.replay
        if self._asked is None or request.id != self._asked or replay is None:
            return
        if isinstance(reply, Failed):
            self.cancel()
            self._say(Notice(reply.sentence, "error"))
        elif isinstance(reply, RebuiltAt):
            self._asked = None
            rebuilt = reconstruction_of(replay.cloud.key, reply.rebuilt)
            take = Take(
                name_of(replay.checkpoints[len(replay.takes)]),
                prepared_of(replay.cloud, reply.prepared),
                rebuilt,
                maps_of(replay.cloud.key, rebuilt.hidden, reply.attended),
                reply.same_mask,
            )
            self._store.apply(lambda state: replaying.add(state, take))
            self._next()

    # ------------------------------------------------------------ following the bench

    def _follow(self, _old: AppState, new: AppState) -> None:
        replay = new.replay
        if replay is None:
            return
        if new.cloud is None:
            self.end()
        elif new.reconstruction is not None and new.prepared is not None and not _is_of(replay, new) and not self._soon.isActive():
            self._soon.start()

    def _restart(self) -> None:
        state = self._store.state
        if state.replay is not None and not _is_of(state.replay, state):
            self.start(state.replay.folder)

    def _saved(self, path: str, complaint: str) -> None:
        self._say(Notice(complaint, "error") if complaint else Notice(f"The time-lapse was saved as {path}."))

    def _say(self, notice: Notice) -> None:
        self._store.apply(lambda state: actions.notify(state, notice))


def _is_of(replay: Replay, state: AppState) -> bool:
    """Whether a time-lapse is about the cloud and the mask on the bench."""
    rebuilt = state.reconstruction
    return replay.prepared is state.prepared and rebuilt is not None and replay.hidden == rebuilt.hidden.tobytes()


def _put(state: AppState, replay: Replay | None) -> AppState:
    return replace(state, replay=replay)
