"""A folder of thousands of clouds in the window: how soon it is listed, seen in pictures, looked through, and the longest stall.

python -m benchmarks.bench_library --files 5000 --json
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6 import __version__ as pyside
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.display import virtual_display
from benchmarks.window import opened
from recon_model.data.writers import write_ply
from recon_studio.controllers.studio import Studio
from recon_studio.state.glances import GlanceCache
from recon_studio.views.main_window import MainWindow

BEAT_MS = 2


class Heart:
    """Beats while the event loop turns, and remembers the longest time between two beats."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, 1000 * (now - self._last) - BEAT_MS), now

    def reset(self) -> float:
        """Returns the longest stall in milliseconds, and begins anew."""
        longest, self.longest = self.longest, 0.0
        return round(longest, 1)


def until(done: Callable[[], bool], limit_s: float = 600.0) -> float:
    """Lets the event loop turn until something is so; returns the seconds that took."""
    began = time.perf_counter()
    loop, timer = QEventLoop(), QTimer(interval=5)
    timer.timeout.connect(lambda: loop.quit() if done() or time.perf_counter() - began > limit_s else None)
    timer.start()
    loop.exec()
    timer.stop()
    return round(time.perf_counter() - began, 3)


def _looked_through(studio: Studio, window: MainWindow, folder: Path, count: int) -> dict[str, object]:
    """Opens the folder, waits, scrolls and searches."""
    until(lambda: studio.store.state.model is not None)
    until(lambda: False, 1.0)
    heart = Heart()
    pictures: set[str] = set()
    studio.glances.pictured.connect(lambda key, _picture: pictures.add(key))
    began = time.perf_counter()
    studio.library.open_paths([str(folder / "clouds")])
    listed = until(lambda: len(studio.store.state.items) == count)
    until(lambda: set(window.library.list.in_sight()) <= pictures and bool(pictures))
    seen = round(time.perf_counter() - began, 3)
    stall_opening = heart.reset()
    until(lambda: all(item.status != "queued" for item in studio.store.state.items))
    looked = round(time.perf_counter() - began, 3)
    stall_looking = heart.reset()
    for part in range(40):
        window.library.list.verticalScrollBar().setValue(part * window.library.list.verticalScrollBar().maximum() // 40)
        until(lambda: False, 0.05)
    stall_scrolling = heart.reset()
    for text in ("0", "01", "013", "01", ""):
        window.library.search.setText(text)
        until(lambda: False, 0.1)
    return {
        "listed_s": listed,
        "pictures_in_sight_s": seen,
        "all_looked_through_s": looked,
        "longest_stall_ms": {
            "opening": stall_opening,
            "looking_through": stall_looking,
            "scrolling": stall_scrolling,
            "searching": heart.reset(),
        },
    }


def measure(folder: Path, count: int) -> dict[str, object]:
    """Opens the folder twice: unknown, and with what was seen of it kept."""
    rng = np.random.default_rng(0)
    for number in range(count):
        place = folder / "clouds" / f"{number // 500:02}"
        place.mkdir(parents=True, exist_ok=True)
        write_ply(place / f"{number:05}.ply", rng.normal(size=(2048, 3)).astype(np.float32))
    found: dict[str, object] = {}
    for run in ("unknown", "known"):
        with opened(glances=GlanceCache(folder / "cache")) as (studio, window):
            found[run] = _looked_through(studio, window, folder, count)
    return found


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    with virtual_display(), tempfile.TemporaryDirectory() as folder:
        app = QApplication(sys.argv[:1])
        found = measure(Path(folder), options.files)
        app.processEvents()
    document = {
        "files": options.files,
        **found,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "pyside": pyside,
    }
    print(json.dumps(document, indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
