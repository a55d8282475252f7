"""Export: the cloud, tables and the bench as a page leave the studio as files that appear whole or not at all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from recon_model.counts import in_bytes
from recon_model.serve.messages import Array, CloudWritten, Failed, Reply, Request, WriteCloud
from recon_model.versions import own_version
from recon_studio.backend.client import Backend
from recon_studio.controllers.printing import Printer
from recon_studio.controllers.scribe import Scribe
from recon_studio.controllers.sessions import SessionController
from recon_studio.controllers.store import Store
from recon_studio.scene.colours import apply_map, error_map
from recon_studio.state import actions, report, session, tables
from recon_studio.state.app_state import AppState, Notice
from recon_studio.state.files import replace_file
from recon_studio.state.replay import seen
from recon_studio.state.report import Picture, Plot


class ExportController(QObject):
    """Has what is shown written; the reader process writes clouds, which can be large."""

    def __init__(self, store: Store, backend: Backend, sessions: SessionController, scribe: Scribe, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._sessions, self._scribe = sessions, scribe
        self._printer = Printer(self)
        self._printer.printed.connect(self.contents)
        self._printer.failed.connect(self._unwritten)
        backend.answered.connect(self._answered)

    def cloud(self, path: str) -> None:
        """Writes the cloud as PLY, in its file's coordinates: colours, and for each point its patch and what is known of that."""
        request = cloud_request(self._store.state, path)
        if request is not None:
            self._backend.submit(request)

    def reconstruction(self, path: str) -> None:
        """Writes visible patches and rebuilt ones as PLY, in the file's coordinates, coloured by error."""
        request = reconstruction_request(self._store.state, path)
        if request is not None:
            self._backend.submit(request)

    def patches(self, path: str) -> None:
        """Writes the table of patches as CSV."""
        state = self._store.state
        self._write(path, lambda: tables.patches(state).csv())

    def names(self, path: str) -> None:
        """Writes the ranked names as CSV."""
        state = self._store.state
        self._write(path, lambda: tables.names(state).csv())

    def table(self, path: str, make: Callable[[], str]) -> None:
        """Writes a table made elsewhere as CSV; names of files stand in it byte by byte as on the disk, UTF-8 or not."""
        self._write(path, lambda: make().encode("utf-8", "surrogateescape"))

    def page(self, path: str, pictures: Sequence[Picture], plots: Sequence[Plot]) -> None:
        """Writes the bench as one page of HTML; as a PDF, laid out by a process of its own, where the path says so."""
        state, model = seen(self._store.state), self._sessions.model
        when = f"{datetime.now().astimezone():%d %B %Y, %H:%M}"
        if path.lower().endswith(".pdf"):
            text = report.printed(state, pictures, plots, model=model, version=own_version(), when=when)
            self._printer.begin(path, text, pictures, plots, f"{Path(path).stem} – ReCon Studio")
            return
        present = self._sessions.present()

        def made() -> bytes:
            kept = session.encode(present, pretty=False)
            return report.page(state, pictures, plots, model=model, session=kept, version=own_version(), when=when).encode("utf-8")

        self._write(path, made)

    def close(self) -> None:
        """Waits for a page that is being laid out."""
        self._printer.close()

    def contents(self, path: str, body: bytes) -> None:
        """Writes what was made elsewhere."""
        self._write(path, lambda: body)

    def _write(self, path: str, make: Callable[[], bytes]) -> None:
        where = Path(path).absolute()

        def job() -> int | OSError:
            body = make()
            try:
                replace_file(where, body)
            except OSError as error:
                return error
            return len(body)

        def told(outcome: int | OSError) -> None:
            if isinstance(outcome, OSError):
                self._unwritten(path, str(outcome.strerror))
            else:
                self._say(Notice(f"{where.name} was written ({in_bytes(outcome)}) into {where.parent}."))

        self._scribe.write(job, told)

    def _unwritten(self, path: str, why: str) -> None:
        self._say(Notice(f"{Path(path).name} could not be written ({why}).", "error"))

    def _answered(self, request: Request, reply: Reply) -> None:
        if not isinstance(request, WriteCloud):
            return
        if isinstance(reply, CloudWritten):
            where = Path(reply.path)
            self._say(Notice(f"{where.name} was written ({in_bytes(reply.bytes)}) into {where.parent}."))
        elif isinstance(reply, Failed):
            self._say(Notice(reply.sentence, "error"))

    def _say(self, notice: Notice) -> None:
        self._store.apply(lambda state: actions.notify(state, notice))


def cloud_request(state: AppState, path: str) -> WriteCloud | None:
    """Returns what to ask the reader to write of the cloud shown; None while there is none."""
    cloud, prepared = state.cloud, tables.of_this_cloud(state)
    if cloud is None:
        return None
    of_patches: dict[str, Array] = {}
    centres = None
    if prepared is not None:
        centres = Array.of(prepared.outward(prepared.centres).astype(np.float32))
        hidden, errors, weights = actions.hidden_patches(state), tables.patch_errors(state), tables.patch_weights(state)
        if hidden is not None and len(hidden) == len(prepared.centres):
            of_patches["hidden"] = Array.of(hidden.astype(np.int32))
        if errors is not None:
            of_patches["error"] = Array.of(errors)
        if weights is not None:
            of_patches["attention"] = Array.of(weights)
    return WriteCloud(
        id=0,
        path=str(Path(path).absolute()),
        points=Array.of(cloud.points),
        origin=cloud.origin,
        colours=None if cloud.colours is None else Array.of(cloud.colours),
        normals=None if cloud.normals is None else Array.of(cloud.normals),
        centres=centres,
        of_patches=of_patches,
    )


def reconstruction_request(state: AppState, path: str) -> WriteCloud | None:
    """Returns what to ask the reader to write of the reconstruction; None before anything was rebuilt."""
    cloud, prepared, rebuilt = state.cloud, tables.of_this_cloud(state), state.reconstruction
    if cloud is None or prepared is None or rebuilt is None or rebuilt.key != prepared.key:
        return None
    size = prepared.members.shape[1]
    seen, hidden = np.flatnonzero(~rebuilt.hidden), np.flatnonzero(rebuilt.hidden)
    new = rebuilt.rebuilt.reshape(-1, 3)
    points = np.concatenate([prepared.points[prepared.members[seen]].reshape(-1, 3), new])
    errors = np.concatenate([np.full(len(seen) * size, np.nan), np.repeat(rebuilt.chamfer, rebuilt.rebuilt.shape[1])]).astype(np.float32)
    high = float(np.nanmax(errors)) if len(new) else 1.0
    colours = apply_map(errors, 0.0, high, error_map("light"))
    colours[: len(seen) * size] = (176, 184, 194)
    patch = np.concatenate([np.repeat(seen, size), np.repeat(hidden, rebuilt.rebuilt.shape[1])]).astype(np.int32)
    is_new = np.repeat([0, 1], [len(points) - len(new), len(new)]).astype(np.int32)
    return WriteCloud(
        id=0,
        path=str(Path(path).absolute()),
        points=Array.of(prepared.outward(points).astype(np.float32)),
        origin=cloud.origin,
        colours=Array.of(colours),
        scalars={"patch": Array.of(patch), "rebuilt": Array.of(is_new), "error": Array.of(errors)},
    )
