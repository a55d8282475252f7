"""The library: files and folders come in, one is chosen and read, the others are looked through while the reader is idle."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from recon_model.counts import counted
from recon_model.serve.messages import CloudRead, Failed, ReadCloud, Reply, Request
from recon_studio.backend.client import Backend
from recon_studio.controllers.glances import GlanceController, held
from recon_studio.controllers.store import Store
from recon_studio.controllers.walk import cloud_files
from recon_studio.state import actions
from recon_studio.state import library as shown
from recon_studio.state.app_state import AppState, Cloud, Item, Notice
from recon_studio.state.files import is_utf8

SLICE_SECONDS, SLICE_FILES = 0.008, 400
"""How long folders are listed at a time, and how many files are shown at a time, so that the window is never held up."""
FLICKER_MS = 300
"""A cloud that takes longer to read than this empties the views meanwhile."""
READ_POINTS = 1_000_000
"""More are thinned by the reader: that many open in a second and are drawn in parts while nothing moves."""


class LibraryController(QObject):
    """Lists files and reads the chosen one; all of them are handed to the glances, to find out what is in them.

    Args:
        glances: looks at what was not chosen; without one, rows tell only what was opened.
    """

    def __init__(self, store: Store, backend: Backend, glances: GlanceController | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._glances = glances
        self._walks: deque[_Walk] = deque()
        self._asked: dict[int, str] = {}  # requests under way and waiting -> the key of the item each reads
        self._chosen: int | None = None  # id of the request that reads the chosen item
        self._slice = QTimer(self, interval=0)
        self._slice.timeout.connect(self._list_some)
        self._late = QTimer(self, singleShot=True, interval=FLICKER_MS)
        self._late.timeout.connect(lambda: self._store.apply(actions.clear_cloud))
        if glances is not None:
            glances.several_found.connect(self._fill)
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
        """Shows an item; choosing a failed one tries again, choosing the one shown does nothing.

        One cloud of a data set that was never opened ("path#12") is listed first.
        """
        item = actions.item(self._store.state, key) or self._list_member(key)
        if item is None or (key == self._store.state.current and item.status in ("reading", "ready")):
            return
        self._store.apply(lambda state: actions.choose(_with_status(state, key, "reading"), key))
        self._late.start()
        self._chosen = self._backend.submit(ReadCloud(id=0, path=item.path, max_points=READ_POINTS, member=max(item.member, 0)))
        self._asked[self._chosen] = key

    def _list_member(self, key: str) -> Item | None:
        path, _, number = key.rpartition("#")
        whole = actions.item(self._store.state, path)
        if whole is None or not number.isdecimal():
            return None
        self.open_set(path)
        if actions.item(self._store.state, key) is None:  # its set is still being looked at
            member = Item(key, f"{whole.name} {int(number) + 1}", "ready", member=int(number))
            self._store.apply(lambda state: shown.add_members(state, path, (member,)))
        return actions.item(self._store.state, key)

    def open_set(self, key: str) -> None:
        """Lists the clouds of a data set."""
        if key not in self._store.state.listing.opened:
            self.toggle(key)

    def step(self, by: int) -> None:
        """Shows the item so many rows further down (up where negative), of those the search leaves; nothing where the list ends."""
        key = shown.step(self._store.state, by)
        if key is not None:
            self.choose(key)

    def search(self, text: str) -> None:
        """Shows only what these words find."""
        self._store.apply(lambda state: shown.set_search(state, text))

    def toggle(self, key: str) -> None:
        """Opens or shuts a folder or a data set."""
        self._store.apply(lambda state: shown.toggle(state, key))
        if key in self._store.state.listing.opened:
            self._fill(key)

    def _fill(self, key: str) -> None:
        """Lists the clouds of an opened data set, as soon as they are known."""
        item = actions.item(self._store.state, key)
        seen = self._glances.contents(key) if self._glances is not None else None
        if item is not None and seen is not None and key in self._store.state.listing.opened:
            members = shown.members_of(replace(item, clouds=seen.clouds), seen.class_numbers(), seen.names)
            self._store.apply(lambda state: shown.add_members(state, key, members))

    def tag(self, keys: Iterable[str], tag: str, given: bool) -> None:
        """Gives items a tag, or takes it from them."""
        self._store.apply(lambda state: shown.set_tag(state, keys, tag, given))

    def remove(self, key: str) -> None:
        """Takes an item out; when it was the one shown, its neighbour is shown instead."""
        old = self._store.state
        place = next((at for at, item in enumerate(old.items) if item.key == key), None)
        if place is None:
            return
        self._store.apply(lambda before: actions.remove_item(before, key))
        left = self._store.state
        if left.current is None and old.current is not None:
            self._late.stop()
            self._backend.abandon(ReadCloud)
            if left.items:
                self.choose(left.items[min(place, len(left.items) - 1)].key)

    def look_through(self, keys: Iterable[str]) -> None:
        """Has items looked at in the background."""
        if self._glances is not None:
            self._glances.look_through(keys)

    def remove_all(self) -> None:
        """Empties the library; no file is touched."""
        self._walks.clear()
        self._late.stop()
        self._backend.abandon(ReadCloud)
        self._store.apply(lambda state: replace(actions.clear_cloud(state), items=(), current=None))

    def clear_recent(self) -> None:
        """Forgets the recent files."""
        self._store.apply(actions.clear_recent)

    def close(self) -> None:
        """Stops listing."""
        self._walks.clear()
        for timer in (self._slice, self._late):
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
        if self._glances is not None:
            self._glances.look_through(found)
        if walk.first is not None and not walk.shown:
            walk.shown = True
            self.choose(walk.first)
        if done:
            self._walks.popleft()
            if sentence := walk.complaint():
                self._store.apply(lambda state: actions.notify(state, Notice(sentence, "warning")))

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        if not isinstance(request, ReadCloud):
            return
        key = self._asked.pop(request.id, request.path)
        item = actions.item(self._store.state, key)
        if item is None:
            return
        if isinstance(reply, CloudRead) and self._glances is not None:
            self._glances.learn(key, reply)
        found = _read(item, reply)
        if request.id != self._chosen:  # something else was chosen before it was read
            self._store.apply(lambda state: actions.update_items(state, {key: found}))
            return
        self._chosen = None
        self._late.stop()
        if isinstance(reply, CloudRead):
            cloud = _cloud(key, reply)
            self._store.apply(lambda state: actions.show_cloud(actions.update_items(state, {key: found}), cloud))
        else:
            notice = Notice(found.sentence, "error")
            self._store.apply(lambda state: actions.notify(actions.clear_cloud(actions.update_items(state, {key: found})), notice))
        self._store.forget_patches()

    def _dropped(self, request: Request) -> None:
        if not isinstance(request, ReadCloud):
            return
        key = self._asked.pop(request.id, request.path)
        if request.id == self._chosen:
            self._chosen = None
        # A newer choice took its place.
        if key != self._store.state.current:
            self._store.apply(lambda state: _with_status(state, key, "queued"))
            if self._glances is not None:
                self._glances.look_through((key,))


class _Walk:
    """The files of one drop, listed a little at a time."""

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        self.first: str | None = None
        self.shown = False
        self.left_out = 0  # files whose names no helper could be told, and no session could keep
        self._files: Iterator[str | None] = cloud_files(paths)

    def some(self, seconds: float) -> tuple[list[str], bool]:
        """Returns the files found within that time, ``SLICE_FILES`` at most, and whether that was all."""
        found: list[str] = []
        deadline = time.monotonic() + seconds
        for path in self._files:
            if path is not None and not is_utf8(path):
                self.left_out += 1
            elif path is not None:
                found.append(path)
                self.first = self.first if self.first is not None else path
            if time.monotonic() > deadline or len(found) == SLICE_FILES:
                return found, False
        return found, True

    def complaint(self) -> str:
        """Returns what is to be said of the whole drop; mostly nothing."""
        if self.left_out:
            are, names, them = ("is", "its name is", "it") if self.left_out == 1 else ("are", "their names are", "them")
            return f"{counted(self.left_out, 'file')} {are} left out, for {names} not UTF-8; rename {them}."
        return "" if self.first is not None else f"'{Path(self.paths[0]).name}' holds no file of a kind known here."


def _with_status(state: AppState, key: str, status: str) -> AppState:
    item = actions.item(state, key)
    if item is None:
        return state
    return actions.update_items(state, {key: replace(item, status=status, sentence="")})  # type: ignore[arg-type]


def _read(item: Item, reply: Reply) -> Item:
    """Returns the item with what opening it has shown."""
    if isinstance(reply, CloudRead):
        several = reply.dataset
        clouds, names = (several.clouds, several.names) if several is not None else (1, ())
        words = held(item, reply.kind, reply.vertex_count, clouds, len(names))
        return replace(item, status="ready", sentence=words, clouds=clouds if item.member < 0 else 1)
    return replace(item, status="failed", sentence=reply.sentence if isinstance(reply, Failed) else f"{item.name} could not be read.")


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
        parts=reply.parts.numpy() if reply.parts is not None else None,
    )
