"""Model B: a second checkpoint that rebuilds what the loaded one rebuilds, under the same mask of the same cloud."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject

from recon_model.serve.messages import (
    Array,
    CloseRival,
    Failed,
    ModelLoaded,
    OpenRival,
    RebuildByRival,
    Reply,
    Request,
    RivalRebuilt,
)
from recon_studio.backend.client import Backend
from recon_studio.controllers.model import model_of
from recon_studio.controllers.store import Store
from recon_studio.state import actions, viewing
from recon_studio.state.app_state import AppState, Notice, Reconstruction, Rival
from recon_studio.state.view_state import OF_MODEL_B


class RivalController(QObject):
    """Follows what model A rebuilds, and asks model B for the same; while no view shows it, B is not asked."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._opening: dict[int, tuple[str, bool]] = {}  # requests under way: the source, and whether B is to be laid out
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.dropped.connect(lambda request: self._opening.pop(request.id, None))

    def ask(self, what: str, ask_path: Callable[[], str]) -> None:
        """Opens a model as B, or closes it.

        Args:
            what: "file", "default" or "none".
            ask_path: lets the user choose a file; returns "" when they change their mind.
        """
        if what == "none":
            self.close_model()
        elif source := (ask_path() if what == "file" else what):
            self.open(source)

    def open(self, source: str, *, lay_out: bool = True) -> None:
        """Opens "default" or a checkpoint's path as model B, in views of its own where none shows it yet."""
        number = self._backend.submit(OpenRival(id=0, source=source))
        self._opening = {number: (source, lay_out)}  # the newest wins

    @property
    def source(self) -> str:
        """What model B is, or is about to be: "default", a path, or empty where there is none."""
        opening = next((source for source, _ in self._opening.values()), "")
        rival = self._store.state.rival
        return opening or (rival.source if rival is not None else "")

    def close_model(self) -> None:
        """Forgets model B and what it rebuilt; views of it give way to the usual ones."""
        self._backend.abandon(OpenRival, RebuildByRival)
        self._opening = {}
        self._backend.submit(CloseRival(id=0))
        shown = any(tile.show in OF_MODEL_B for tile in self._store.state.views.tiles)
        self._store.apply(lambda state: replace(state, rival=None))
        if shown:
            self._store.apply(lambda state: viewing.lay_out(state, "four"))

    # ------------------------------------------------------------ following the state

    def _follow(self, old: AppState, new: AppState) -> None:
        rival = new.rival
        if rival is None:
            return
        if new.prepared is not old.prepared:
            # Another cloud, or another model A: what could not be compared before may be comparable now.
            self._backend.abandon(RebuildByRival)
            self._put(reconstruction=None, sentence="")
        elif not rival.sentence and _wants(new) and _stale(new) and _asks_anew(old, new):
            self._rebuild(new)

    def _rebuild(self, state: AppState) -> None:
        prepared, rebuilt, rival = state.prepared, state.reconstruction, state.rival
        if prepared is None or rebuilt is None or rival is None:
            return
        self._backend.submit(
            RebuildByRival(
                id=0,
                source=rival.source,
                points=Array.of(prepared.points),
                hidden=Array.of(rebuilt.hidden),
                centres=Array.of(prepared.centres),
            )
        )

    def _put(self, **changes: Any) -> None:
        self._store.apply(lambda state: replace(state, rival=replace(state.rival, **changes)) if state.rival is not None else state)

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        if isinstance(request, OpenRival):
            _, lay_out = self._opening.pop(request.id, ("", True))
            if isinstance(reply, ModelLoaded):
                rival = Rival(model_of(reply), request.source)
                self._store.apply(lambda state: replace(state, rival=rival))
                if lay_out and not _wants(self._store.state):
                    self._store.apply(lambda state: viewing.lay_out(state, "versus"))
            elif isinstance(reply, Failed):
                self._store.apply(lambda state: actions.notify(state, Notice(reply.sentence, "error")))
        elif isinstance(request, RebuildByRival):
            self._show(request, reply)

    def _show(self, request: RebuildByRival, reply: Reply) -> None:
        state = self._store.state
        if state.rival is None or state.rival.source != request.source or state.prepared is None:
            return
        if isinstance(reply, Failed):
            self._put(reconstruction=None, sentence=reply.sentence)
        elif isinstance(reply, RivalRebuilt):
            rebuilt = Reconstruction(
                key=state.prepared.key,
                hidden=reply.hidden.numpy(),
                rebuilt=reply.rebuilt.numpy(),
                chamfer=reply.chamfer.numpy(),
                milliseconds=reply.milliseconds,
            )
            self._put(reconstruction=rebuilt, group_size=reply.group_size)


def _wants(state: AppState) -> bool:
    """Whether a view shows something of model B."""
    return any(tile.show in OF_MODEL_B for tile in state.views.tiles)


def _asks_anew(old: AppState, new: AppState) -> bool:
    """Whether something changed that model B must hear of: what A rebuilt, which model B is, or that it is looked at."""
    other = old.rival.model if old.rival is not None else None
    return new.reconstruction is not old.reconstruction or (new.rival is not None and new.rival.model is not other) or not _wants(old)


def _stale(state: AppState) -> bool:
    """Whether B has not rebuilt what A rebuilt last."""
    rebuilt, other = state.reconstruction, state.rival.reconstruction if state.rival is not None else None
    return rebuilt is not None and (other is None or other.key != rebuilt.key or other.hidden.tobytes() != rebuilt.hidden.tobytes())
