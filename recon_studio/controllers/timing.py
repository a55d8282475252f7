"""How long the start took, as the operating system saw it; printed as JSON lines when RECON_STUDIO_TIMING=1."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer

from recon_studio.controllers.store import Store
from recon_studio.state.app_state import AppState

_IMPORTED = time.monotonic()


def seconds_since_start() -> float:
    """Returns the age of this process; where the system does not tell (no /proc), the time since this module was imported."""
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, AttributeError, ValueError, IndexError):
        return time.monotonic() - _IMPORTED


class FirstPaint(QObject):
    """Calls back once, after a window has been painted on the screen for the first time."""

    def __init__(self, window: Any, done: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._done: Callable[[], None] | None = done
        window.windowHandle().installEventFilter(self)
        self._look()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Waits for the window to be exposed."""
        if event.type() == QEvent.Type.Expose:
            QTimer.singleShot(0, self._look)
        return False

    def _look(self) -> None:
        if self._done is not None and self._window.windowHandle() is not None and self._window.windowHandle().isExposed():
            done, self._done = self._done, None
            # Being exposed paints; what is queued behind that runs when the picture is on the screen.
            QTimer.singleShot(0, done)


class Timing(QObject):
    """Prints when the window became visible and when the first reconstruction was on the screen."""

    def __init__(self, store: Store, window: Any) -> None:
        super().__init__(window)
        self._views_ready = False
        self._rebuilt = False
        self._told = False
        window.viewsReady.connect(self._views)
        store.changed.connect(self._changed)

    def visible(self) -> None:
        """The window has been painted."""
        _tell("visible")

    def _views(self) -> None:
        self._views_ready = True
        self._soon()

    def _changed(self, _old: AppState, new: AppState) -> None:
        if not self._rebuilt and new.reconstruction is not None:
            self._rebuilt = True
            self._soon()

    def _soon(self) -> None:
        if self._views_ready and self._rebuilt and not self._told:
            self._told = True
            # The views draw in the next turn of the event loop; this is told after it.
            QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: _tell("first_reconstruction")))


def _tell(event: str) -> None:
    sys.stdout.write(json.dumps({"event": event, "seconds": round(seconds_since_start(), 3)}) + "\n")
    sys.stdout.flush()
