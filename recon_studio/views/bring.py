"""Packages that use Qt and take long to import come in by small steps, so that the window is not held up."""

import gc
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from threading import Thread
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

AHEAD = {
    "pyqtgraph": ("numpy.testing", "multiprocessing.connection", "cProfile", "pydoc", "xml.etree.ElementTree", "cuda.bindings.runtime"),
    "pyvistaqt": ("recon_studio.scene.measured", "pyvista.plotting"),
}
"""What a package imports, where it is installed, that knows nothing of Qt and may therefore come in on a thread."""
QT = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtTest", "QtOpenGL", "QtOpenGLWidgets")
"""What such packages copy every name of."""
_SLICE = 0.008  # seconds


class Bring(QObject):
    """One package, imported when it is first wanted.

    PySide makes a class when its name is first asked for, and promises nothing where two threads do so at once. So all that has to do with
    Qt happens on the window's thread: its classes some milliseconds at a time, then what is left of the package.
    """

    ready = Signal()
    _arrived = Signal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.module: Any = None
        self._name = name
        self._thread: Thread | None = None
        self._classes = _named()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._some)
        self._over = False
        self._arrived.connect(self._go_on)

    def want(self) -> None:
        """Begins the import; ``ready`` follows later, unless it was wanted before."""
        if self._thread is None:
            self._thread = Thread(target=self._bring, name=f"import for {self._name}", daemon=True)
            self._thread.start()

    def _bring(self) -> None:
        for name in AHEAD.get(self._name, ()):
            with suppress(ImportError):
                import_module(name)
        self._arrived.emit()  # is heard on the window's thread

    def _go_on(self) -> None:
        if not self._over:
            self._turn.start()

    def _some(self) -> None:
        until = perf_counter() + _SLICE
        if self._name not in sys.modules:
            for _ in self._classes:
                if perf_counter() > until:
                    return
        self._turn.stop()
        self.module = import_module(self._name)
        gc.freeze()  # what came in stays for life: walking over it at every full collection would hold up the window
        QTimer.singleShot(0, self, self._tell)  # what is made of it takes its own time

    def _tell(self) -> None:
        if not self._over:
            self.ready.emit()

    def stop(self) -> None:
        """Breaks it off, and waits for what is under way."""
        self._over = True
        self._turn.stop()
        if self._thread is not None:
            self._thread.join()


def _named() -> Iterator[object]:
    """Asks for one of Qt's classes after the other."""
    for name in QT:
        module = import_module(f"PySide6.{name}")
        for each in dir(module):
            yield getattr(module, each)
