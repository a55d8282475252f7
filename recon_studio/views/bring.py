"""Imports that take long happen on a thread, so that the window is not held up."""

import sys
from importlib import import_module
from threading import Thread
from typing import Any

from PySide6.QtCore import QObject, Signal


class Bring(QObject):
    """One module, imported when it is first wanted."""

    ready = Signal()
    _arrived = Signal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.module: Any = None
        self._name = name
        self._thread: Thread | None = None
        self._arrived.connect(self._take)

    def want(self) -> None:
        """Begins the import; ``ready`` follows later, unless it was wanted before."""
        if self._thread is None:
            self._thread = Thread(target=self._bring, name=f"import of {self._name}", daemon=True)
            self._thread.start()

    def _bring(self) -> None:
        import_module(self._name)
        self._arrived.emit()  # is heard on the window's thread

    def _take(self) -> None:
        self.module = sys.modules[self._name]
        self.ready.emit()

    def stop(self) -> None:
        """Waits for an import under way."""
        if self._thread is not None:
            self._thread.join()
