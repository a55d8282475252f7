"""The model and the helper processes: which model is loaded, how the helpers fare, what is under way and for how long."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from recon_model.counts import counted
from recon_model.serve.messages import (
    AttendAll,
    ClassifyByWords,
    CloseRival,
    DamageCloud,
    EmbedClouds,
    EmbedTexts,
    ExamineCloud,
    Failed,
    FindByPicture,
    FindByWords,
    Glance,
    LabelCloud,
    ListDevices,
    LoadModel,
    LookFromSides,
    ModelLoaded,
    Occlude,
    OpenRival,
    PlaceClouds,
    PrepareCloud,
    Progress,
    RankClouds,
    ReadCloud,
    ReadMembers,
    ReadPicture,
    RebuildAt,
    RebuildByRival,
    Reconstruct,
    Relate,
    Reply,
    Request,
    StartProjection,
    SteerProjection,
    SweepRatios,
    TraceCurves,
    TraceDamage,
    WriteCloud,
)
from recon_studio.backend.client import Backend
from recon_studio.controllers.bench import query_within
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state.app_state import AppState, BackendStatus, Job, Model, Notice

SHOW_AFTER_MS = 150
"""Work that is done sooner leaves no trace in the activity bar."""
PARTS = (ReadMembers, EmbedClouds, StartProjection, Glance, RebuildAt)
"""Pieces of longer work, which has a line of its own or is nobody's wait."""
TITLES: dict[type[Request], str] = {
    LoadModel: "Loading the model",
    OpenRival: "Loading model B",
    CloseRival: "Putting model B away",
    RebuildByRival: "Rebuilding by model B",
    PrepareCloud: "Cutting the cloud into patches",
    Reconstruct: "Rebuilding hidden patches",
    LabelCloud: "Ranking the labels of the fine-tuned head",
    FindByWords: "Looking through the library",
    FindByPicture: "Looking through the library",
    EmbedTexts: "Asking the text teacher",
    PlaceClouds: "Placing new clouds on the map",
    SteerProjection: "Steering the map",
    ListDevices: "Looking for devices to train on",
    DamageCloud: "Damaging the cloud",
    AttendAll: "Collecting attention",
    ExamineCloud: "Looking the cloud over",
    LookFromSides: "Looking from 24 sides",
    Occlude: "Leaving out one patch at a time",
    TraceCurves: "Taking patches away in several orders",
    SweepRatios: "Rebuilding at every mask ratio",
    Relate: "Relating patches to the phrase",
    TraceDamage: "Damaging the cloud step by step",
}


class ModelController(QObject):
    """Loads a model and carries what the helpers announce into the state."""

    failed = Signal(str, bool)  # the sentence why a model could not be loaded, and whether that is a fault of ours
    source_changed = Signal()  # another model is loaded, is about to be, or is so no more

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self.loaded = ""  # what the model was loaded from: "default" or a path; empty before the first
        self._loading: dict[int, str] = {}  # requests under way and waiting: what each loads, the newest last
        backend.answered.connect(self._answered)
        backend.dropped.connect(lambda request: self._loading.pop(request.id, None))
        backend.status_changed.connect(self._status)
        backend.announced.connect(self._announce)

    def load(self, source: str = "default", device: str = "auto") -> None:
        """Loads "default" or a checkpoint's path and makes it the current model."""
        source = source if source == "default" else str(Path(source).absolute())  # a session may be opened from another folder
        self._loading[self._backend.submit(LoadModel(id=0, source=source, device=device))] = source
        self.source_changed.emit()

    @property
    def settled(self) -> bool:
        """Whether ``source`` is what is shown, or the first that will be: no other model comes before it."""
        return not self._loading or (not self.loaded and len(self._loading) == 1)

    @property
    def source(self) -> str:
        """What the model is, or is about to be: "default" or a path; empty before the first."""
        return next(reversed(self._loading.values()), self.loaded)

    def retry(self, role: str) -> None:
        """Starts a helper that was given up once more."""
        self._backend.retry(role)

    def dismiss_notice(self, index: int) -> None:
        """Takes a notice away."""
        self._store.apply(lambda state: actions.dismiss_notice(state, index))

    def _status(self, role: str, status: BackendStatus) -> None:
        self._store.apply(lambda state: actions.set_status(state, role, status))

    def _announce(self, notice: Notice) -> None:
        self._store.apply(lambda state: actions.notify(state, notice))

    def _answered(self, request: Request, reply: Reply) -> None:
        if not isinstance(request, LoadModel):
            return
        self._loading.pop(request.id, None)
        if isinstance(reply, ModelLoaded):
            self.loaded = request.source
            model = model_of(reply)
            self._store.apply(lambda state: _with_model(state, model))
        elif isinstance(reply, Failed):
            self._announce(Notice(reply.sentence, "error"))
            self.failed.emit(reply.sentence, reply.fault)
        self.source_changed.emit()


@dataclass
class _Work:
    title: str
    since: float
    cancellable: bool
    fraction: float = -1.0
    text: str = ""


class ActivityController(QObject):
    """Keeps the activity bar: one line for each request that takes long enough to be noticed."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._work: dict[int, _Work] = {}
        self._tick = QTimer(self, interval=SHOW_AFTER_MS)
        self._tick.timeout.connect(self._show)
        backend.sent.connect(self._sent)
        backend.progressed.connect(self._progressed)
        backend.answered.connect(lambda request, _reply: self._done(request))
        backend.dropped.connect(self._done)

    def cancel(self, job: int) -> None:
        """Ends one line's work."""
        self._backend.cancel(job)

    def close(self) -> None:
        """Shows nothing more."""
        self._tick.stop()

    def _sent(self, request: Request) -> None:
        if isinstance(request, PARTS):
            return
        cancellable = not isinstance(request, LoadModel | PrepareCloud)
        self._work.setdefault(request.id, _Work(_title(request), time.monotonic(), cancellable))
        if not self._tick.isActive():
            self._tick.start()

    def _progressed(self, request: Request, progress: Reply) -> None:
        work = self._work.get(request.id)
        if work is not None and isinstance(progress, Progress):
            work.fraction, work.text = progress.fraction, progress.text

    def _done(self, request: Request) -> None:
        if self._work.pop(request.id, None) is not None:
            self._store.apply(lambda state: actions.end_job(state, request.id))
        if not self._work:
            self._tick.stop()

    def _show(self) -> None:
        now = time.monotonic()
        for number, work in self._work.items():
            seconds = now - work.since
            if seconds * 1000 >= SHOW_AFTER_MS:
                self._put(_job(number, work, seconds))

    def _put(self, job: Job) -> None:
        self._store.apply(lambda state: state if job in state.jobs else actions.put_job(state, job))


def _job(number: int, work: _Work, seconds: float) -> Job:
    left = seconds * (1.0 - work.fraction) / work.fraction if work.fraction > 0.05 else None
    title = f"{work.title}: {work.text}" if work.text else work.title
    return Job(number, title, work.fraction, round(left) if left is not None else None, work.cancellable)


def _title(request: Request) -> str:
    match request:
        case ReadCloud() | ReadPicture():
            return f"Reading {Path(request.path).name}"
        case WriteCloud():
            return f"Writing {Path(request.path).name}"
        case ClassifyByWords() | RankClouds():
            return f"Ranking {counted(len(request.names), 'name')}"
    return TITLES[type(request)]


def _with_model(state: AppState, model: Model) -> AppState:
    query = query_within(state.query, depth=model.depth, heads=model.heads)
    return actions.set_query(actions.show_model(state, model), query)


def model_of(reply: ModelLoaded) -> Model:
    """Returns a loaded model as the state holds it."""
    try:
        card = json.loads(reply.card)
    except ValueError:
        card = {}
    return Model(
        name=reply.name,
        device=reply.device,
        parameters=reply.parameters,
        depth=reply.depth,
        heads=reply.heads,
        num_groups=reply.num_groups,
        precision=reply.precision,
        card=card if isinstance(card, dict) else {},
        notes=reply.notes,
    )
