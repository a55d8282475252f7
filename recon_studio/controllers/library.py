"""The library: files and folders come in, one is chosen and read, the others are looked through while the reader is idle."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from recon_model.serve.messages import CloudRead, Failed, ReadCloud, Reply, Request
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.controllers.walk import cloud_files
from recon_studio.state import actions
from recon_studio.state.app_state import AppState, Cloud, Item, Notice

SLICE_SECONDS, SLICE_FILES = 0.008, 400
"""How long folders are listed at a time, and how many files are shown at a time, so that the window is never held up."""
FLICKER_MS = 300
"""A cloud that takes longer to read than this empties the views meanwhile."""
BATCH_MS = 200
"""Items looked through in the background are shown at most this often."""
READ_POINTS = 100_000
"""No view draws more, and the model samples far fewer. A million would hold the window up for 0.15 s."""
LOOK_POINTS = 64
LOOK_MOST_BYTES = 32 << 20
"""Larger files are read only when they are chosen."""


class LibraryController(QObject):
    """Lists files, reads the chosen one, and finds out in the background which of the others can be read."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._walks: deque[_Walk] = deque()
        self._chosen: int | None = None  # id of the request that reads the chosen item
        self._look: int | None = None  # id of the request that looks through another one
        self._looked: dict[str, Item] = {}
        self._to_look: deque[str] = deque()
        self._slice = QTimer(self, interval=0)
        self._slice.timeout.connect(self._list_some)
        self._late = QTimer(self, singleShot=True, interval=FLICKER_MS)
        self._late.timeout.connect(lambda: self._store.apply(actions.clear_cloud))
        self._batch = QTimer(self, singleShot=True, interval=BATCH_MS)
        self._batch.timeout.connect(self._show_looked)
        backend.answered.connect(self._answered)
        backend.dropped.connect(self._dropped)

    # ------------------------------------------------------------ what the window asks

    def open_paths(self, paths: Iterable[str]) -> None:
        """Lists files and folders and shows the first of them; they become recent ones."""
        named = [str(path) for path in paths]
        if named:
            self._store.apply(lambda state: actions.remember_recent(state, (str(Path(path).absolute()) for path in named)))
            self._list(named)

    def open_samples(self, paths: Iterable[str]) -> None:
        """Lists files that ship with the studio and shows the first; they do not become recent ones."""
        samples = [str(path) for path in paths]
        if samples:
            self._list(samples)

    def choose(self, key: str) -> None:
        """Shows an item; choosing a failed one tries again, choosing the one shown does nothing."""
        item = actions.item(self._store.state, key)
        if item is None or (key == self._store.state.current and item.status in ("reading", "ready")):
            return
        self._store.apply(lambda state: actions.choose(_with_status(state, key, "reading"), key))
        self._late.start()
        self._chosen = self._backend.submit(ReadCloud(id=0, path=key, max_points=READ_POINTS))

    def remove(self, key: str) -> None:
        """Takes an item out; when it was the one shown, its neighbour is shown instead."""
        state = self._store.state
        keys = [item.key for item in state.items]
        if key not in keys:
            return
        place = keys.index(key)
        keys.pop(place)
        if key == state.current:
            self._late.stop()
            self._backend.abandon(ReadCloud)
        self._store.apply(lambda before: actions.remove_item(before, key))
        if key == state.current and keys:
            self.choose(keys[min(place, len(keys) - 1)])

    def clear_recent(self) -> None:
        """Forgets the recent files."""
        self._store.apply(actions.clear_recent)

    def close(self) -> None:
        """Stops listing and looking."""
        self._walks.clear()
        for timer in (self._slice, self._late, self._batch):
            timer.stop()

    # ------------------------------------------------------------ listing

    def _list(self, paths: list[str]) -> None:
        self._walks.append(_Walk(paths))
        self._slice.start()

    def _list_some(self) -> None:
        """Lists for a few milliseconds, so that a folder of thousands never holds the window up."""
        if not self._walks:
            self._slice.stop()
            return
        walk = self._walks[0]
        found, done = walk.some(SLICE_SECONDS)
        self._store.apply(lambda state: actions.add_items(state, (Item(key=path, name=Path(path).name) for path in found)))
        self._to_look.extend(found)
        if walk.first is not None and not walk.shown:
            walk.shown = True
            self.choose(walk.first)
        if done:
            self._walks.popleft()
            if walk.first is None:
                sentence = f"'{Path(walk.paths[0]).name}' holds no file of a kind known here."
                self._store.apply(lambda state: actions.notify(state, Notice(sentence, "warning")))
            self._look_through_next()

    # ------------------------------------------------------------ looking through what was not chosen

    def _look_through_next(self) -> None:
        if self._look is not None or self._chosen is not None:
            return
        while self._to_look:
            key = self._to_look.popleft()
            item = actions.item(self._store.state, key)
            if item is not None and item.status == "queued" and _small(key):
                self._look = self._backend.submit(ReadCloud(id=0, path=key, max_points=LOOK_POINTS))
                return

    def _show_looked(self) -> None:
        looked, self._looked = self._looked, {}
        # What was chosen meanwhile knows better.
        self._store.apply(
            lambda state: actions.update_items(
                state, {each.key: looked[each.key] for each in state.items if each.key in looked and each.status == "queued"}
            )
        )

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        if not isinstance(request, ReadCloud):
            return
        if request.id == self._chosen:
            self._chosen = None
            self._late.stop()
            self._show_chosen(request.path, reply)
        elif request.id == self._look:
            self._look = None
            self._looked[request.path] = _item(request.path, reply, looked_only=True)
            if not self._batch.isActive():
                self._batch.start()
        else:  # chosen, and something else was chosen before it was read
            item = _item(request.path, reply)
            self._store.apply(lambda state: actions.update_items(state, {item.key: item}))
        self._look_through_next()

    def _show_chosen(self, key: str, reply: Reply) -> None:
        item = _item(key, reply)
        if isinstance(reply, CloudRead):
            cloud = _cloud(key, reply)
            self._store.apply(lambda state: actions.show_cloud(actions.update_items(state, {key: item}), cloud))
        else:
            notice = Notice(item.sentence, "error")
            self._store.apply(lambda state: actions.notify(actions.clear_cloud(actions.update_items(state, {key: item})), notice))
        self._store.forget_patches()

    def _dropped(self, request: Request) -> None:
        if not isinstance(request, ReadCloud):
            return
        if request.id == self._look:
            self._look = None
            self._to_look.append(request.path)
        elif request.id == self._chosen:
            self._chosen = None
        # A newer choice took its place.
        if request.path != self._store.state.current:
            self._store.apply(lambda state: _with_status(state, request.path, "queued"))


class _Walk:
    """The files of one drop, listed a little at a time."""

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        self.first: str | None = None
        self.shown = False
        self._files: Iterator[str | None] = cloud_files(paths)

    def some(self, seconds: float) -> tuple[list[str], bool]:
        """Returns the files found within that time, ``SLICE_FILES`` at most, and whether that was all."""
        found: list[str] = []
        deadline = time.monotonic() + seconds
        for path in self._files:
            if path is not None:
                found.append(path)
                self.first = self.first if self.first is not None else path
            if time.monotonic() > deadline or len(found) == SLICE_FILES:
                return found, False
        return found, True


def _with_status(state: AppState, key: str, status: str) -> AppState:
    item = actions.item(state, key)
    if item is None:
        return state
    return actions.update_items(state, {key: replace(item, status=status, sentence="")})  # type: ignore[arg-type]


def _small(path: str) -> bool:
    try:
        return Path(path).stat().st_size <= LOOK_MOST_BYTES
    except OSError:
        return True  # the reader will say what is wrong with it


def _item(key: str, reply: Reply, *, looked_only: bool = False) -> Item:
    name = Path(key).name
    if isinstance(reply, CloudRead):
        held = f"{reply.vertex_count:,} {'vertices' if reply.kind == 'mesh' else 'points'}"
        # Of a look at a few points the reader notes that it thinned the cloud: not worth telling.
        return Item(key, name, "ready", held if looked_only or not reply.notes else " ".join(reply.notes))
    return Item(key, name, "failed", reply.sentence if isinstance(reply, Failed) else f"{name} could not be read.")


def _cloud(key: str, reply: CloudRead) -> Cloud:
    return Cloud(
        key=key,
        format=reply.format,
        kind=reply.kind,
        vertex_count=reply.vertex_count,
        face_count=reply.face_count,
        points=reply.points.numpy(),
        origin=reply.origin,
        colours=reply.colours.numpy() if reply.colours is not None else None,
        normals=reply.normals.numpy() if reply.normals is not None else None,
        notes=reply.notes,
    )
