"""Makes a time-lapse: reads some clouds, embeds them by each checkpoint of a run, and lays them out from where the last frame left them."""

from collections import deque
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from recon_model.serve.messages import (
    Array,
    CloudsEmbedded,
    EmbedClouds,
    Failed,
    MembersRead,
    Projected,
    ReadMembers,
    Reply,
    Request,
    StartProjection,
    SteerProjection,
)
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state import lapse as lapsing
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState, Floats, Job, Notice
from recon_studio.state.embeddings import CloudKey, Embeddings
from recon_studio.state.lapse import Frame, Lapse
from recon_studio.state.map import Quality

JOB = -3
BATCH = 16
FIRST, FOLLOWING = 500, 200
"""Iterations of the first frame, and of those that start from the one before."""


class LapseController(QObject):
    """One time-lapse at a time; cancelled, it keeps the frames that are there."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._backend = store, backend
        self._to_read: deque[tuple[str, list[int]]] = deque()  # path, rows of the clouds followed
        self._points: dict[int, Array] = {}
        self._features: list[Floats] = []
        self._checkpoint = -1
        self._asked: int | None = None
        self._members: list[int] = []
        backend.answered.connect(self._answered)
        store.changed.connect(self._follow)

    def start(self, folder: str) -> None:
        """Follows the embedded clouds through the checkpoints a run folder keeps."""
        state = self._store.state
        checkpoints = lapsing.checkpoints_of(folder)
        if not checkpoints:
            sentence = f"'{Path(folder).name}' keeps no checkpoints; a run with --keep (or Keep in the training room) does."
            self._say(Notice(sentence, "warning"))
            return
        if state.embeddings is None or len(state.embeddings) < mapping.FEWEST:
            self._say(Notice("Embed the library first: its clouds are what is followed.", "warning"))
            return
        self.cancel()
        clouds = _some(state.embeddings, lapsing.MOST_CLOUDS)
        before = state.map.lapse.before if state.map.lapse is not None else state.map.projection
        lapse = Lapse(folder, checkpoints, clouds, before, doing="Reading the clouds")
        by_path: dict[str, list[int]] = {}
        for row, key in enumerate(clouds.keys):
            by_path.setdefault(CloudKey.parse(key).path, []).append(row)
        self._to_read = deque(by_path.items())
        self._points, self._features, self._checkpoint = {}, [], -1
        self._store.apply(lambda now: mapping.change(now, lapse=lapse))
        self._next()

    def cancel(self, job: int = JOB) -> None:
        """Stops; the frames there are stay."""
        if job != JOB or self._asked is None:
            return
        asked, self._asked = self._asked, None
        self._backend.forget(asked)
        if self._store.state.map.phase == "idle" and self._features:
            self._backend.submit(SteerProjection(id=0, command="stop"))
        self._store.apply(lambda state: actions.end_job(lapsing.say(state, ""), JOB))

    def show(self, at: int) -> None:
        """Shows one frame."""
        self._store.apply(lambda state: lapsing.show(state, at))

    def close_lapse(self) -> None:
        """Goes back to the map."""
        self.cancel()
        self._store.apply(lapsing.close)

    # ------------------------------------------------------------ one thing after another

    def _next(self) -> None:
        lapse = self._store.state.map.lapse
        if lapse is None:
            return
        if self._to_read:
            path, rows = self._to_read[0]
            first = CloudKey.parse(lapse.clouds.keys[rows[0]]).member
            self._ask(ReadMembers(id=0, path=path, start=max(first, 0)))
            self._tell("Reading the clouds", 0.0)
        elif self._checkpoint < 0:
            self._checkpoint = 0
            self._embed(lapse)
        elif len(lapse.frames) == len(lapse.checkpoints):
            self._asked = None
            self._store.apply(lambda state: actions.end_job(lapsing.say(state, ""), JOB))
        else:
            self._embed(lapse)

    def _embed(self, lapse: Lapse) -> None:
        done = sum(map(len, self._features))
        if done == len(lapse.clouds):
            self._project(lapse, np.concatenate(self._features))
            return
        batch = tuple(self._points[row] for row in range(done, min(done + BATCH, len(lapse.clouds))))
        checkpoint = lapse.checkpoints[self._checkpoint]
        self._ask(EmbedClouds(id=0, clouds=batch, checkpoint=checkpoint, errors=False))
        share = (self._checkpoint + done / len(lapse.clouds)) / len(lapse.checkpoints)
        self._tell(f"Time-lapse: {lapsing.name_of(checkpoint)}, {self._checkpoint + 1} of {len(lapse.checkpoints)}", share)

    def _project(self, lapse: Lapse, features: Floats) -> None:
        half = features.shape[1] // 2
        chosen = features[:, :half] if self._store.state.map.settings.feature != "patches" else features[:, half:]
        labels = mapping.label_numbers(lapse.clouds.labels)
        last = lapse.frames[-1].coordinates if lapse.frames else None
        self._ask(
            StartProjection(
                id=0,
                features=Array.of(np.ascontiguousarray(chosen)),
                iterations=FIRST if last is None else FOLLOWING,
                initial=None if last is None else Array.of(last),
                labels=None if labels is None else Array.of(labels),
                frame_ms=1_000_000,
            )
        )

    def _ask(self, request: Request) -> None:
        self._asked = self._backend.submit(request)

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        lapse = self._store.state.map.lapse
        if self._asked is None or request.id != self._asked or lapse is None:
            return
        if isinstance(reply, Failed):
            self.cancel()
            self._say(Notice(reply.sentence, "error"))
            return
        if isinstance(reply, MembersRead):
            self._take_read(lapse, reply)
        elif isinstance(reply, CloudsEmbedded):
            self._features.append(np.nan_to_num(reply.features.numpy()))
        elif isinstance(reply, Projected):
            frame = Frame(lapsing.name_of(lapse.checkpoints[self._checkpoint]), reply.coordinates.numpy(), _quality(reply))
            self._features, self._checkpoint = [], self._checkpoint + 1
            self._store.apply(lambda state: lapsing.add_frame(state, frame))
        if self._asked is not None:  # not cancelled by someone who saw the frame
            self._next()

    def _take_read(self, lapse: Lapse, reply: MembersRead) -> None:
        path, rows = self._to_read.popleft()
        left = []
        for row in rows:
            place = max(CloudKey.parse(lapse.clouds.keys[row]).member, 0) - reply.start
            if 0 <= place < len(reply.points):
                self._points[row] = reply.points[place]
            else:
                left.append(row)
        if left and reply.points:
            self._to_read.appendleft((path, left))
        for row in left if not reply.points else ():  # the file has changed: its clouds stand for nothing
            self._points[row] = Array.of(lapse.clouds.preview(row))

    def _tell(self, words: str, share: float) -> None:
        job = Job(JOB, words, share, None)
        self._store.apply(lambda state: actions.put_job(lapsing.say(state, words), job))

    def _say(self, notice: Notice) -> None:
        self._store.apply(lambda state: actions.notify(state, notice))

    def _follow(self, old: AppState, new: AppState) -> None:
        if new.embeddings is None and old.embeddings is not None and new.map.lapse is not None:
            self.cancel()
            self._store.apply(lambda state: mapping.change(state, lapse=None))


def _some(clouds: Embeddings, most: int) -> Embeddings:
    """Returns all clouds, or of too many an even choice."""
    if len(clouds) <= most:
        return clouds
    return mapping.rows_of(clouds, np.linspace(0, len(clouds) - 1, most).astype(np.int64))


def _quality(reply: Projected) -> Quality:
    return Quality(
        reply.trustworthiness,
        reply.features_accuracy,
        reply.map_accuracy,
        reply.neighbours,
        reply.divergence,
        reply.explained,
        reply.seconds,
    )
