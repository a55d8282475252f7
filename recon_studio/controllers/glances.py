"""Glances: in the background, each file of the library is looked at, for its row to say what it holds and to show a small picture."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from recon_model.counts import contents, counted, grouped
from recon_model.serve.messages import CloudRead, Failed, Reply, Request
from recon_model.serve.messages import Glance as Ask
from recon_studio.backend.client import Backend
from recon_studio.controllers.scribe import Scribe
from recon_studio.controllers.store import Store
from recon_studio.scene.thumbnail import thumbnail
from recon_studio.state import actions
from recon_studio.state.app_state import AppState, Item
from recon_studio.state.glances import Glance, GlanceCache, packed, stamp

POINTS = 1024
"""Points of one glance: enough for a small picture."""
LARGEST = 32 << 20
"""Bytes; of larger files one sees what is in them when they are opened."""
BATCH_MS = 200
"""Rows are told of what was found at most this often."""


class GlanceController(QObject):
    """Looks first at what is in sight, then at all other files; what was seen in an earlier run is not looked at again.

    Args:
        scribe: writes what is kept.
        cache: where glances are kept; None keeps nothing.
        held: whether to wait until the first cloud is rebuilt, or nothing is going to be: at the start others need the processor more.
    """

    pictured = Signal(str, object)  # an item's key, its picture (side, side, 3) uint8
    several_found = Signal(str)  # the key of a file that holds several clouds

    def __init__(
        self,
        store: Store,
        backend: Backend,
        scribe: Scribe,
        cache: GlanceCache | None = None,
        *,
        held: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._scribe, self._cache = scribe, cache
        self._held = held
        self._wanted: dict[str, int] = {}  # key of an item in sight -> side of its picture in pixels
        self._to_look: deque[str] = deque()
        self._under_way: tuple[int, str] | None = None  # request and the item's key
        self._changed: dict[str, Item] = {}
        self._hopeless: set[str] = set()  # no picture can be had of these
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._one)
        self._batch = QTimer(self, singleShot=True, interval=BATCH_MS)
        self._batch.timeout.connect(self._tell)
        self._sets: dict[str, Glance] = {}  # what is known of files that hold several clouds
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.dropped.connect(self._dropped)

    # ------------------------------------------------------------ what others ask

    def look_through(self, keys: Iterable[str]) -> None:
        """Looks at these items, one after the other, when there is time."""
        self._to_look.extend(keys)
        self._go_on()

    def want(self, keys: Iterable[str], side: int) -> None:
        """Asks for pictures of these items, those in sight now, ahead of everything else and in place of what was asked before."""
        self._wanted = {key: side for key in keys if key not in self._hopeless}
        self._go_on()

    def contents(self, key: str) -> Glance | None:
        """Returns what is known of a file that holds several clouds; where nothing is, asks for it and ``several_found`` tells."""
        if key not in self._sets:
            self._wanted.setdefault(key, 0)
            self._go_on()
        return self._sets.get(key)

    def learn(self, key: str, reply: CloudRead) -> None:
        """Keeps what the opening of an item has shown anyway."""
        item = actions.item(self._store.state, key)
        seen = None if item is None else _seen(item, reply)
        if item is not None and seen is not None:
            self._hopeless.discard(key)
            self._keep(item, seen)

    def forget_failures(self) -> None:
        """Files that could not be looked at may be tried again."""
        self._hopeless.clear()

    def close(self) -> None:
        """Looks no more."""
        self._turn.stop()
        self._batch.stop()
        if self._cache is not None:
            self._scribe.write(self._cache.prune)

    # ------------------------------------------------------------ one at a time

    def _follow(self, old: AppState, new: AppState) -> None:
        if len(new.items) < len(old.items):
            there = {item.key for item in new.items}
            self._sets = {key: seen for key, seen in self._sets.items() if key in there}
            self._hopeless &= there
        if self._held:
            item = actions.item(new, new.current)
            nothing_comes = new.engine == "failed" or (item is not None and item.status == "failed")
            self._held = new.reconstruction is None and not nothing_comes
            self._go_on()

    def _go_on(self) -> None:
        if not self._held and (self._wanted or self._to_look) and not self._turn.isActive():
            self._turn.start()

    def _one(self) -> None:
        """Sees to one item: from what is kept where it can, else by asking the reader for it, one at a time."""
        wanted = next(iter(self._wanted), None)
        key = wanted if wanted is not None else self._to_look[0] if self._to_look else None
        if key is None:
            self._turn.stop()
            return
        item = actions.item(self._store.state, key)
        if item is None or (wanted is None and item.status != "queued"):
            self._done_with(key)
            return
        seen = self._cache.load(item.path, max(item.member, 0)) if self._cache is not None else None
        if seen is not None:
            self._show(item, seen)
            self._done_with(key)
        elif not _small(item.path):
            self._hopeless.add(key)
            self._done_with(key)
        elif self._under_way is None:
            number = self._backend.submit(Ask(id=0, path=item.path, max_points=POINTS, member=max(item.member, 0)))
            self._under_way = (number, key)
            self._turn.stop()
        else:
            self._turn.stop()  # goes on when the answer is there

    def _done_with(self, key: str) -> None:
        self._wanted.pop(key, None)
        if self._to_look and self._to_look[0] == key:
            self._to_look.popleft()

    def _answered(self, request: Request, reply: Reply) -> None:
        if not isinstance(request, Ask) or self._under_way is None or request.id != self._under_way[0]:
            return
        key = self._under_way[1]
        self._under_way = None
        item = actions.item(self._store.state, key)
        if item is not None and isinstance(reply, CloudRead):
            seen = _seen(item, reply)
            if seen is not None:
                self._keep(item, seen)
        elif item is not None and isinstance(reply, Failed):
            self._hopeless.add(key)
            self._change(replace(item, status="failed", sentence=reply.sentence))
        self._done_with(key)
        self._go_on()

    def _dropped(self, request: Request) -> None:
        if isinstance(request, Ask) and self._under_way is not None and request.id == self._under_way[0]:
            self._under_way = None
            self._go_on()

    def _keep(self, item: Item, seen: Glance) -> None:
        if self._cache is not None and seen.modified:
            self._scribe.write(partial(self._cache.save, seen))
        self._show(item, seen)

    def _show(self, item: Item, seen: Glance) -> None:
        if seen.clouds > 1 and item.member < 0:
            self._sets[item.key] = seen
            self.several_found.emit(item.key)
        words = held(item, seen.kind, seen.vertices, seen.clouds, len(seen.names))
        self._change(replace(item, status="ready", sentence=words, clouds=seen.clouds if item.member < 0 else 1))
        side = self._wanted.get(item.key)
        if side:
            points, colours = seen.cloud()
            self.pictured.emit(item.key, thumbnail(points, colours, side=side, theme=self._store.state.theme))

    # ------------------------------------------------------------ telling the rows

    def _change(self, item: Item) -> None:
        self._changed[item.key] = item
        if not self._batch.isActive():
            self._batch.start()

    def _tell(self) -> None:
        changed, self._changed = self._changed, {}
        self._store.apply(
            lambda state: actions.update_items(
                state, {each.key: merged(each, changed[each.key]) for each in state.items if each.key in changed}
            )
        )


def merged(item: Item, found: Item) -> Item:
    """Returns an item with what a glance found; what is known from opening it is known better, and its tags are its own."""
    if item.status in ("reading", "failed"):
        return item
    if item.status == "ready":
        return item if item.clouds == found.clouds else replace(item, clouds=found.clouds)
    return replace(item, status=found.status, sentence=found.sentence, clouds=found.clouds)


def held(item: Item, kind: str, vertices: int, clouds: int, classes: int) -> str:
    """Says in a few words what an item holds."""
    if item.member >= 0:
        return f"cloud {grouped(item.member + 1)} of {grouped(clouds)}"
    if clouds > 1:
        return counted(clouds, "cloud") + (f", {classes} classes" if classes else "")
    return contents(kind, vertices)


def _seen(item: Item, reply: CloudRead) -> Glance | None:
    points = reply.points.numpy()
    if not len(points):
        return None
    rows = np.linspace(0, len(points) - 1, min(len(points), POINTS)).astype(np.intp)
    modified, size = stamp(item.path) or (0, 0)
    several = reply.dataset
    labels = several.labels.numpy().astype("<i4").tobytes() if several is not None and several.labels is not None else b""
    return Glance(
        path=item.path,
        member=max(item.member, 0),
        modified=modified,
        size=size,
        kind=reply.kind,
        vertices=reply.vertex_count,
        clouds=several.clouds if several is not None else 1,
        labels=labels if item.member < 1 else b"",  # the first cloud of a file stands for the file, too
        names=several.names if several is not None and item.member < 1 else (),
        points=packed(points[rows]),
        colours=reply.colours.numpy()[rows].tobytes() if reply.colours is not None else b"",
    )


def _small(path: str) -> bool:
    try:
        return Path(path).stat().st_size <= LARGEST
    except OSError:
        return True  # the reader will say what is wrong with it
