"""Holds the one AppState and tells who listens when it is replaced."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from recon_studio.state import history
from recon_studio.state.app_state import AppState
from recon_studio.state.history import History

Action = Callable[[AppState], AppState]


class Store(QObject):
    """The current state, its history, and the signal everything is drawn from."""

    changed = Signal(object, object)  # old AppState, new AppState

    def __init__(self, state: AppState | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state if state is not None else AppState()
        self._told = self.state
        self._telling = False
        self._history = history.History()

    def apply(self, action: Action) -> None:
        """Replaces the state by what the action makes of it.

        A listener may apply further actions: each listener then hears of them in a later call, never out of order.
        """
        self.state = action(self.state)
        if self._telling:
            return
        self._telling = True
        try:
            while self._told is not self.state:
                old, self._told = self._told, self.state
                self.changed.emit(old, self._told)
        finally:
            self._telling = False

    def record(self, label: str, action: Action, gesture: int | None = None) -> None:
        """Applies an action that undo can take back; ``label`` names it in the menu, all of one ``gesture`` are one step."""
        after = action(self.state)
        self._history = history.record(self._history, label, self.state, after, time.monotonic(), gesture)
        self.apply(lambda _: history.announce(self._history, after))

    def undo(self) -> None:
        """Takes back the last recorded action."""
        self._history, state = history.undo(self._history, self.state)
        self.apply(lambda _: history.announce(self._history, state))

    def redo(self) -> None:
        """Does again what undo took back."""
        self._history, state = history.redo(self._history, self.state)
        self.apply(lambda _: history.announce(self._history, state))

    @property
    def past(self) -> History:
        """What undo and redo would do."""
        return self._history

    def resume(self, past: History, action: Action) -> None:
        """Applies an action and takes up the history that a session kept."""
        self._history = past
        after = action(self.state)
        self.apply(lambda _: history.announce(past, after))

    def forget_patches(self) -> None:
        """Another cloud is shown: undo no longer speaks of single patches of the old one."""
        self._history = history.forget_patches(self._history)
        self.apply(lambda state: history.announce(self._history, state))
