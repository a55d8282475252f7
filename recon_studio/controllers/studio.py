"""All controllers together: what the window emits goes in, AppStates come out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject

from recon_studio.backend.client import Backend
from recon_studio.backend.runs import is_run
from recon_studio.controllers.bench import BenchController
from recon_studio.controllers.doctor import DoctorController
from recon_studio.controllers.embeddings import EmbeddingController
from recon_studio.controllers.explain import ExplainController
from recon_studio.controllers.export import ExportController
from recon_studio.controllers.glances import GlanceController
from recon_studio.controllers.keeper import SettingsKeeper
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.map import MapController
from recon_studio.controllers.model import ActivityController, ModelController
from recon_studio.controllers.replay import ReplayController
from recon_studio.controllers.rival import RivalController
from recon_studio.controllers.scribe import Scribe
from recon_studio.controllers.sessions import SessionController, Shelter
from recon_studio.controllers.store import Store
from recon_studio.controllers.training import TrainingController
from recon_studio.controllers.trial import TrialController
from recon_studio.controllers.views import ViewsController
from recon_studio.controllers.words import WordsController
from recon_studio.controllers.words_room import PICTURES, WordsRoomController
from recon_studio.state import actions, masking, viewing
from recon_studio.state.app_state import AppState
from recon_studio.state.glances import GlanceCache
from recon_studio.state.session import SUFFIX

MODEL_SUFFIXES = (".pth", ".pt", ".safetensors")
"""What a dropped file's name ends in when it is a model rather than a cloud."""


@dataclass(frozen=True)
class Start:
    """What the studio begins with."""

    state: AppState
    files: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()  # shown when there are no files
    model: str = "default"
    cache: Path | None = None  # the folder that keeps embeddings
    runs: tuple[str, ...] = ()  # training runs followed before
    runs_home: Path | None = None  # folder that new runs are put into; None: the user's own
    shelter: Shelter | None = None  # where the session is kept while one works
    glances: GlanceCache | None = None  # where what was seen in small is kept from run to run


class RoomController(Protocol):
    """A controller of a room that is made when it is first entered."""

    def connect_view(self, view: Any) -> None:
        """Joins the room's signals to the handlers."""
        ...


class Studio(QObject):
    """Owns the state, the controllers and the backend; has no widget."""

    def __init__(self, backend: Backend, start: Start, keeper: SettingsKeeper | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.backend = backend
        self.store = Store(start.state, self)
        self.scribe = Scribe(self)
        self.glances = GlanceController(self.store, backend, self.scribe, start.glances, held=True, parent=self)
        self.library = LibraryController(self.store, backend, self.glances, self)
        self.bench = BenchController(self.store, backend, self)
        self.explain = ExplainController(self.store, backend, self)
        self.doctor = DoctorController(self.store, backend, self)
        self.trial = TrialController(self.store, backend, self)
        self.words = WordsController(self.store, backend, self)
        self.views = ViewsController(self.store, self)
        self.rival = RivalController(self.store, backend, self)
        self.replay = ReplayController(self.store, backend, self)
        self.model = ModelController(self.store, backend, self)
        self.activity = ActivityController(self.store, backend, self)
        self.embeddings = EmbeddingController(self.store, backend, self.scribe, start.cache, self)
        self.sessions = SessionController(self.store, self.library, self.model, self.rival, self.scribe, start.shelter, self)
        self.export = ExportController(self.store, backend, self.sessions, self.scribe, self)
        self.finder = WordsRoomController(self.store, backend, self.words, self.library, self.embeddings, self)
        self.training = TrainingController(
            self.store, backend, self.model.load, start.runs_home or Path.home() / "recon-runs", start.runs, self
        )
        self.map = MapController(self.store, backend, self.embeddings, self.library, self)
        self.rooms: dict[str, RoomController] = {"words": self.finder, "bench": self.views, "map": self.map, "training": self.training}
        self.training.compareRequested.connect(self._compare)
        self.finder.tableWanted.connect(self.export.table)
        self.keeper = keeper
        self._start = start
        self._closed = False
        self.bench.settled.connect(self.words.classify)
        self.bench.settled.connect(self.doctor.examine)
        if keeper is not None:
            self.store.changed.connect(keeper.follow)

    def start(self) -> None:
        """Starts the model, which takes longest to be ready, and asks for what is to be shown."""
        self.backend.start("model")
        if self._start.files:
            self.model.load(self._start.model)
            self.sessions.offer()
            self._open_dropped(list(self._start.files))
        elif not self.sessions.recover():
            self.model.load(self._start.model)
            self.library.open_samples(self._start.samples)

    def start_reader(self) -> None:
        """Starts what reads files: quick to be ready, so it need not compete with the window for the processor before that is shown."""
        self.backend.start("reader")

    def connect_window(self, window: Any) -> None:
        """Joins a window's signals to the controllers and shows it every state from now on."""
        handlers = {
            "filesDropped": self._open_dropped,
            "openModelRequested": lambda: self._open_model(window.ask_model()),
            "defaultModelRequested": self.model.load,
            "openRequested": lambda: self.library.open_paths(window.ask_files()),
            "rivalRequested": lambda what: self.rival.ask(what, window.ask_model),
            "recentRequested": lambda path: self._open_dropped([path]),
            "clearRecentRequested": self.library.clear_recent,
            "itemChosen": self.library.choose,
            "itemRemoved": self.library.remove,
            "itemStepped": self.library.step,
            "libraryEmptied": self.sessions.empty_library,
            "samplesRequested": lambda: self.library.open_samples(self._start.samples),
            "searchChanged": self.library.search,
            "rowToggled": self.library.toggle,
            "tagged": self.library.tag,
            "picturesWanted": self.glances.want,
            "ratioChanged": self.bench.set_ratio,
            "strategyChanged": self.bench.set_strategy,
            "seedChanged": self.bench.set_seed,
            "patchToggled": self.bench.toggle_patch,
            "patchPicked": self.bench.pick_patch,
            "strokePainted": self.bench.paint,
            "toolChosen": self.bench.set_tool,
            "maskEdited": self.bench.edit_mask,
            "halfHidden": self.bench.hide_half,
            "hardestHidden": self.bench.hide_hardest,
            "leaksToggled": lambda: self.store.apply(masking.toggle_leaks),
            "queryChanged": self.bench.set_query,
            "namesEdited": self.words.set_names,
            "upChosen": self.doctor.set_up,
            "undoRequested": self.store.undo,
            "redoRequested": self.store.redo,
            "roomEntered": lambda room: self.store.apply(lambda state: actions.enter(state, room)),
            "roomMade": self._join_room,
            "themeChanged": lambda theme: self.store.apply(lambda state: actions.set_theme(state, theme)),
            "cancelRequested": self.activity.cancel,
            "noticeDismissed": self.model.dismiss_notice,
            "retryRequested": self.model.retry,
            "closing": self.close,
        }
        for name, handler in handlers.items():
            getattr(window, name).connect(handler)
        window.cancelRequested.connect(self.embeddings.cancel)
        window.cancelRequested.connect(self.map.cancel)
        window.cancelRequested.connect(self.replay.cancel)
        self.glances.pictured.connect(window.library.take_picture)
        self.explain.connect_view(window.bench_room)
        self.replay.connect_view(window.bench_room.replay)
        self.trial.connect_view(window.bench_room)
        self._join_menus(window.exporter, window.sessions)
        self.doctor.connect_view(window.input)
        window.show_state(None, self.store.state)
        self.store.changed.connect(window.show_state)

    def _join_menus(self, exporter: Any, sessions: Any) -> None:
        for signal, handler in (
            (exporter.bytesReady, self.export.contents),
            (exporter.pageReady, self.export.page),
            (exporter.cloudWanted, self.export.cloud),
            (exporter.reconstructionWanted, self.export.reconstruction),
            (exporter.patchesWanted, self.export.patches),
            (exporter.namesWanted, self.export.names),
            (sessions.started, self.sessions.start_afresh),
            (sessions.opened, self.sessions.open),
            (sessions.reopened, self.sessions.reopen_last),
            (sessions.saved, self.sessions.save),
        ):
            signal.connect(handler)

    def _join_room(self, name: str, view: Any) -> None:
        """Joins a room that was entered for the first time to its controller."""
        controller = self.rooms.get(name)
        if controller is not None:
            controller.connect_view(view)

    def _open_dropped(self, paths: list[str]) -> None:
        """A checkpoint is the model to use, a run's folder is followed, a session taken up, a picture looked for; all else is clouds."""
        models = [path for path in paths if path.lower().endswith(MODEL_SUFFIXES)]
        if models:
            self._open_model(models[-1])
        runs = [path for path in paths if is_run(path)]
        for path in runs:
            self.training.open(path)
        if runs:
            self.store.apply(lambda state: actions.enter(state, "training"))
        kept = [path for path in paths if path.lower().endswith(SUFFIX)]
        pictures = [path for path in paths if path.lower().endswith(PICTURES)]
        clouds = [path for path in paths if path not in (*models, *runs, *kept, *pictures)]

        def rest() -> None:
            if pictures:
                self.finder.find_picture(pictures[-1])
            if clouds:
                self.library.open_paths(clouds)

        if kept:
            self.sessions.open(kept[-1], rest)  # it empties the library first
        else:
            rest()

    def _open_model(self, path: str) -> None:
        if path:
            self.model.load(path)

    def _compare(self, path: str) -> None:
        """Lays a model on the bench beside the one there."""
        self.rival.open(path)
        self.store.apply(lambda state: actions.enter(viewing.lay_out(state, "versus"), "bench"))

    def close(self) -> None:
        """Stops timers and helpers; no process and no thread is left when this returns."""
        if self._closed:
            return
        self._closed = True
        self.sessions.close()
        self.doctor.close()
        self.export.close()
        for controller in (self.library, self.glances, self.bench, self.replay, self.explain, self.activity):
            controller.close()
        for room in (self.embeddings, self.map, self.training):
            room.close()
        self.scribe.close()
        if self.keeper is not None:
            self.keeper.close()
        self.backend.close()
