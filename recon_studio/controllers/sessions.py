"""Sessions: saved and opened by hand, kept by themselves while one works, and taken up again when the window was killed."""

import contextlib
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from recon_model.counts import counted
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.model import ModelController
from recon_studio.controllers.rival import RivalController
from recon_studio.controllers.scribe import Scribe
from recon_studio.controllers.store import Store
from recon_studio.state import actions, session
from recon_studio.state.app_state import AppState, Item, Notice
from recon_studio.state.session import SUFFIX, Session

AUTOSAVE_MS = 1000
"""Milliseconds after a change until it is on the disk."""
MOST_ATTEMPTS = 2
"""A session that was taken up this often, and each time the window was gone before it could be saved, is not taken up unasked again."""
LAST = f"last{SUFFIX}"


@dataclass
class Shelter:
    """The folder where windows keep their sessions while they are open: one file and one lock for each window.

    A file whose lock nobody holds belongs to a window that was killed. What a window sets aside, or leaves behind when it is closed, is
    ``last``.
    """

    folder: Path

    def __post_init__(self) -> None:
        self._lock: QLockFile | None = None
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
        # In containers all windows may have one number: a lock of that number is taken over unless a living process holds its file.
        for name in (f"open-{os.getpid()}", f"open-{uuid.uuid4()}"):
            self._name = name
            lock = self._lock_of(self.file)
            if lock.tryLock(0) or (lock.removeStaleLockFile() and lock.tryLock(0)):
                self._lock = lock
                break

    @staticmethod
    def _lock_of(file: Path) -> QLockFile:
        lock = QLockFile(str(file.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        return lock

    @property
    def file(self) -> Path:
        """Where this window's session is kept."""
        return self.folder / f"{self._name}{SUFFIX}"

    @property
    def last(self) -> Path:
        """Where the session is that was closed or set aside last."""
        return self.folder / LAST

    def adopt(self) -> bool:
        """Takes over what the window killed last has left; says whether there was anything."""
        if self._lock is not None and self.file.exists():
            return True  # its process had the number that is ours now
        found = []
        with contextlib.suppress(OSError):
            found = [(path.stat().st_mtime, path) for path in self.folder.glob(f"open-*{SUFFIX}") if path != self.file]
        for _, path in sorted(found, reverse=True):
            lock = self._lock_of(path)
            if lock.tryLock(0):
                try:
                    path.replace(self.file)
                    return True
                except OSError:
                    continue
                finally:
                    lock.unlock()
        return False

    def leave(self, *, empty: bool = False) -> None:
        """The window is closed: its session becomes the last one, unless it is empty."""
        with contextlib.suppress(OSError):
            if empty:
                self.file.unlink()
            else:
                self.file.replace(self.last)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None


class SessionController(QObject):
    """Keeps the session, and brings one back.

    Args:
        library: reads the clouds that a session lists.
        model: loads the session's model.
        rival: opens the session's model B.
        scribe: writes it.
        shelter: where the session is kept by itself; None keeps none.
    """

    kept = Signal()  # what is shown is on the disk
    restored = Signal()  # everything of an opened session is in its place again

    def __init__(
        self,
        store: Store,
        library: LibraryController,
        model: ModelController,
        rival: RivalController,
        scribe: Scribe,
        shelter: Shelter | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._library, self._model, self._rival = library, model, rival
        self._scribe, self._shelter = scribe, shelter
        self._pending: Session | None = None  # what is put back when its cloud and its model are there
        self._saved: Session | None = None  # what the shelter holds, or is about to
        self._ready = QTimer(self, singleShot=True, interval=0)  # the library first sees to the cloud that has just been shown
        self._ready.timeout.connect(self._put_back)
        self._soon = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self._soon.timeout.connect(self.keep)
        store.changed.connect(self._follow)
        model.source_changed.connect(self._follow_model)

    # ------------------------------------------------------------ by hand

    def save(self, path: str) -> None:
        """Saves the session to a file, which is from now on the session's own."""
        if not path:
            return
        where = Path(path if path.lower().endswith(SUFFIX) else f"{path}{SUFFIX}").absolute()
        now = msgspec.structs.replace(self.present(), base=str(where.parent))

        def told(complaint: str) -> None:
            if complaint:
                self._say(complaint, "error")
                return
            self._store.apply(lambda state: actions.remember_recent(replace(state, session=str(where)), (str(where),)))
            self._say(f"The session was saved as {where.name}.", "info")

        self._scribe.write(partial(session.save, where, now), told)

    def open(self, path: str, then: Callable[[], object] = lambda: None) -> None:
        """Opens a session's file in place of what is shown; ``then`` is called afterwards, whether it could be read or not."""
        if not path:
            return
        where = Path(path).absolute()

        def told(found: Session | str) -> None:
            if isinstance(found, str):
                self._say(found, "error")
            else:
                self._store.apply(lambda state: actions.remember_recent(replace(state, session=str(where)), (str(where),)))
                self._bring_back(found, where.parent)
            then()

        self._scribe.write(partial(session.load, where), told)  # behind what is still to be written, perhaps to this very file

    def reopen_last(self) -> None:
        """Opens what was shown when the window was last closed, or was set aside since; what is shown now takes its place."""
        last = self._shelter.last if self._shelter is not None else None

        def read() -> Session | str:  # behind what may still be set aside
            return session.load(last) if last is not None and last.exists() else "No session was closed before."

        def told(found: Session | str) -> None:
            if isinstance(found, str):
                self._say(found, "warning")
            else:
                self._store.apply(lambda state: replace(state, session=""))  # that file is the other one's
                self._bring_back(found, Path(found.base))

        self._scribe.write(read, told)

    def empty_library(self) -> None:
        """Takes every cloud out of the library, and sets aside what was shown."""
        self._put_aside("The library was emptied; File › Reopen the last session brings it back.")
        self._pending = None
        self._library.remove_all()

    def start_afresh(self) -> None:
        """Empties the library and lets go of the session's file."""
        self.empty_library()
        self._store.apply(lambda state: replace(state, session=""))

    def _put_aside(self, words: str) -> None:
        """Makes what is shown the last session, and says so; an empty library takes no other's place."""
        if self._shelter is not None and self._store.state.items:
            kept = partial(session.save, self._shelter.last, self.present(), pretty=False)
            self._scribe.write(kept, lambda complaint: self._say(complaint or words, "error" if complaint else "info"))

    # ------------------------------------------------------------ by itself

    def recover(self) -> bool:
        """Takes up what a killed window has left; says whether that was done."""
        if self._shelter is None or not self._shelter.adopt():
            return False
        found = session.load(self._shelter.file)
        if isinstance(found, str):
            self._say(f"What was open when the window was killed is lost: {found}", "warning")
            return False
        if not found.items:
            return False
        if found.attempts >= MOST_ATTEMPTS:
            with contextlib.suppress(OSError):
                self._shelter.file.replace(self._shelter.last)
            self._say(
                "What was open was restored twice, and the window ended each time; File › Reopen the last session tries again.", "warning"
            )
            return False
        session.save(self._shelter.file, msgspec.structs.replace(found, attempts=found.attempts + 1))
        clouds = counted(len(found.items), "cloud")
        self._say(f"ReCon Studio ended unexpectedly; what was open is restored ({clouds}).", "warning")
        self._bring_back(found, Path(found.base))
        return True

    def offer(self) -> None:
        """Says that there is something to take up where the user has asked for something else."""
        if self._shelter is not None and self._shelter.adopt():
            with contextlib.suppress(OSError):
                self._shelter.file.replace(self._shelter.last)
            self._say("ReCon Studio ended unexpectedly last time; File › Reopen the last session brings back what was open.", "info")

    @property
    def model(self) -> str:
        """What the loaded model was loaded from: "default" or a path."""
        return self._model.loaded or "default"

    def present(self) -> Session:
        """Returns the session as it is now; what is still being brought back counts as being there."""
        model = self._model.source or "default"
        now = msgspec.structs.replace(session.of(self._store.state, model, self._store.past), rival=self._rival.source)
        if self._pending is None:
            return now
        then = self._pending
        return msgspec.structs.replace(
            now, current=then.current, mask=then.mask, query=then.query, selected_patch=then.selected_patch, tool=then.tool,
            views=then.views, history=then.history, treatment=then.treatment,
        )  # fmt: skip

    def keep(self) -> None:
        """Writes the session into the shelter, unless that is what it holds."""
        self._soon.stop()
        if self._shelter is None:
            return
        now = self.present()
        if now == self._saved:
            self._scribe.write(str, self._told)  # it may still be on its way
        else:
            self._saved = now
            self._scribe.write(partial(session.save, self._shelter.file, now, pretty=False), self._told)

    def _told(self, complaint: str) -> None:
        if complaint:  # a full disk is told when a session is saved by hand; here it would be told every second
            self._saved = None
        else:
            self.kept.emit()

    def close(self) -> None:
        """Keeps the session for the next start and lets go of the shelter."""
        if self._shelter is not None:
            self._soon.stop()
            self._ready.stop()
            self._saved = None
            self.keep()
            self._scribe.flush()
            self._shelter.leave(empty=not self._store.state.items)
            self._shelter = None

    # ------------------------------------------------------------ bringing back

    def _bring_back(self, found: Session, folder: Path) -> None:
        found, missing = session.moved(found, folder)
        paths = {Item(saved.key, saved.name, member=saved.member).path for saved in found.items}
        if missing:
            self._say(session.missing_words(missing, len(paths)), "warning")
        self._put_aside("What was shown is set aside; File › Reopen the last session brings it back.")
        self._library.remove_all()
        self._pending = found
        self._store.apply(lambda state: session.listed(state, found, missing))
        self._load(found.model)
        self._load_rival(found.rival)
        gone = set(missing)
        keys = [item.key for item in self._store.state.items if item.path not in gone]
        self._library.look_through(keys)
        current = found.current if found.current in keys else None
        if current is not None:
            self._library.choose(current)
        elif keys:
            self._finish(found if found.current is None else without_cloud(found))
            self._library.choose(keys[0])
        else:
            self._finish(found)

    def _load(self, model: str) -> None:
        if model not in ("", "default") and not Path(model).exists():
            self._say(f"The session's model '{model}' is no longer there; the one inside is used.", "warning")
            model = "default"
        if (model or "default") != self._model.source:
            self._model.load(model or "default")

    def _load_rival(self, model: str) -> None:
        if model not in ("", "default") and not Path(model).exists():
            self._say(f"The session's model B '{model}' is no longer there.", "warning")
            model = ""
        if model:
            self._rival.open(model, lay_out=False)
        elif self._rival.source:
            self._rival.close_model()

    def _put_back(self) -> None:
        """Puts back what belongs to single patches, once the cloud is shown and no other model than the session's will cut it."""
        pending, cloud = self._pending, self._store.state.cloud
        if pending is not None and cloud is not None and cloud.key == pending.current and self._model.settled:
            self._finish(pending)

    def _finish(self, found: Session) -> None:
        self._pending = None
        self._store.resume(found.history, lambda state: session.resumed(state, found))
        self.restored.emit()

    def _follow(self, old: AppState, new: AppState) -> None:
        pending = self._pending
        if pending is not None and new.current != old.current and new.current is not None and new.current != pending.current:
            self._pending = None  # the user went elsewhere meanwhile
        elif pending is not None and new.cloud is not old.cloud and new.cloud is not None and new.cloud.key == pending.current:
            self._ready.start()
        elif pending is not None:
            item = actions.item(new, pending.current)
            if item is not None and item.status == "failed":
                self._finish(without_cloud(pending))
        if not self._soon.isActive() and self._shelter is not None and _differ(old, new):
            self._soon.start()

    def _follow_model(self) -> None:
        self._ready.start()
        if self._shelter is not None:
            self._soon.start()

    def _say(self, sentence: str, level: str) -> None:
        self._store.apply(lambda state: actions.notify(state, Notice(sentence, level)))  # type: ignore[arg-type]


def without_cloud(found: Session) -> Session:
    """Returns a session without what belongs to its current cloud, which cannot be shown."""
    plain = Session()
    return msgspec.structs.replace(
        found,
        mask=replace(found.mask, hidden=None),
        treatment=plain.treatment,
        query=plain.query,
        selected_patch=None,
        history=plain.history,
    )


def _differ(old: AppState, new: AppState) -> bool:
    """Whether two states may differ in what a session keeps."""
    return any(
        getattr(old, name) is not getattr(new, name)
        for name in (
            "items",
            "current",
            "listing",
            "mask",
            "query",
            "selected_patch",
            "doctor",
            "rival",
            "words",
            "map",
            "room",
            "theme",
            "tool",
            "leaks",
            "views",
            "explain",
            "can_undo",
        )
    )
