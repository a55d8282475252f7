"""The whole window with its real helpers, for benchmarks that drive it as a person would."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from time import perf_counter
from typing import Any, NamedTuple

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.display import virtual_display
from recon_studio.backend.client import ROLES, Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state.app_state import AppState
from recon_studio.state.glances import GlanceCache
from recon_studio.views.main_window import MainWindow
from recon_studio.views.theme import prepare_application

LIMIT_S = 60


class Opened(NamedTuple):
    """A window and what is behind it."""

    studio: Studio
    window: MainWindow

    @property
    def state(self) -> AppState:
        """What is shown now."""
        return self.studio.store.state


@contextmanager
def opened(*files: str, glances: GlanceCache | None = None) -> Iterator[Opened]:
    """Opens the window with these files, and what was seen of others; it and its helpers are gone when the block ends."""
    helpers = {role: HelperProcess(launch(helper_command(role), helper_environment())) for role in ROLES}
    studio = Studio(Backend(dict(helpers)), Start(AppState(), files=files, glances=glances))
    window = MainWindow()
    studio.connect_window(window)
    studio.start()
    studio.start_reader()
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.start_views()
    try:
        yield Opened(studio, window)
    finally:
        window.close()


@contextmanager
def application(program: str) -> Iterator[QApplication]:
    """Makes Qt's application on a (virtual) screen; ends the program with a sentence where there is none."""
    with virtual_display() as there:
        if not there:
            raise SystemExit(f"{program}: there is no display and no Xvfb; install the package xvfb.")
        prepare_application()
        made = QApplication(sys.argv[:1])
        yield made
        made.shutdown()


def wait(until: Callable[[], bool], limit_s: float = LIMIT_S) -> bool:
    """Lets the window work until something holds; returns whether it came to hold in time."""
    loop = QEventLoop()
    end = perf_counter() + limit_s
    look = QTimer(interval=20)
    look.timeout.connect(lambda: loop.quit() if until() or perf_counter() > end else None)
    look.start()
    loop.exec()
    return until()


def circumstances(device: str) -> dict[str, Any]:
    """Returns what a figure was measured on."""
    return {
        "load": round(os.getloadavg()[0], 2),
        "device": f"{device}; {platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("PySide6_Essentials", "vtk", "torch")}},
    }
