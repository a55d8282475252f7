"""How fast the views open and turn: ``python -m benchmarks.bench_views --json``.

The whole window with its real helpers on a (virtual) screen. A file of a million points is dropped: the time until its first picture and
until its last point are painted, and the longest that the window could not listen meanwhile. Then a synthetic hand turns the views,
sending each move when the image of the one before has been painted: first the million points in the four usual views, then six views
of one cloud of 8,192 points.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from benchmarks.window import LIMIT_S, Opened, application, circumstances, opened, wait
from recon_model.assets import asset_path
from recon_studio.controllers.errand import complete
from recon_studio.state.view_state import TileChoice

POINTS = 1_000_000
TRIALS = 3
FRAMES = 60
SIX = tuple(TileChoice("input", colour) for colour in ("patch", "height", "rgb", "error", "attention", "patch"))


class Pulse(QObject):
    """Beats as often as the event loop lets it, and remembers the longest pause."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = perf_counter()
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def stop(self) -> float:
        """Stops and returns the longest pause in seconds."""
        self._timer.stop()
        return self.longest


class Painted(QObject):
    """Calls back each time a new image of the views has been painted."""

    def __init__(self, there: Opened, then: Callable[[], None]) -> None:
        super().__init__(there.window)
        self._then = then
        self._fresh = False
        there.window.bench.drawn.connect(self._drawn)
        self._tile = there.window.bench.tiles[0]
        self._tile.installEventFilter(self)

    def _drawn(self) -> None:
        self._fresh = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Hears when the first view is about to be painted."""
        if event.type() == QEvent.Type.Paint and self._fresh:
            self._fresh = False
            QTimer.singleShot(0, self._then)  # runs when the paint has been carried out and flushed
        return False

    def stop(self) -> None:
        """Hears no more."""
        self._tile.removeEventFilter(self)


def open_large(there: Opened, path: Path) -> dict[str, float]:
    """Opens the file and returns seconds until the first picture, until the last point, and of the longest pause."""
    there.studio.library.open_paths([str(asset_path("clouds", "lamp.ply"))])
    wait(lambda: complete(there.state) and there.window.bench.complete)
    times: dict[str, float] = {}
    key = str(path)

    def painted() -> None:
        cloud = there.state.cloud
        if cloud is not None and cloud.key == key:
            times.setdefault("first", perf_counter() - begun)

    watch, pulse = Painted(there, painted), Pulse()
    begun = perf_counter()
    there.studio.library.open_paths([key])
    if not wait(lambda: "first" in times and complete(there.state) and there.window.bench.complete):
        raise SystemExit(f"bench_views: the large cloud was not shown within {LIMIT_S} s.")
    times["all"] = perf_counter() - begun
    times["pause"] = pulse.stop()
    watch.stop()
    return times


def turn(there: Opened, frames: int) -> float:
    """Turns the views by dragging and returns images a second."""
    tile = there.window.bench.tiles[0]
    middle = tile.image_rect().center()
    loop = QEventLoop()
    moves = iter(range(1, frames + 1))

    def move() -> None:
        step = next(moves, None)
        if step is None:
            loop.quit()
        else:
            QTest.mouseMove(tile, middle + QPoint(round(40 * np.sin(step / 5)) + step, step % 7))

    watch = Painted(there, move)
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(tile, middle + QPoint(20, 0))  # past the distance from which on it is a drag
    begun = perf_counter()
    loop.exec()
    took = perf_counter() - begun
    watch.stop()
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=middle)
    return frames / took


def measure(frames: int, trials: int) -> dict[str, Any]:
    """Opens, turns, and returns medians with what they were measured on."""
    with tempfile.TemporaryDirectory() as folder, opened(str(asset_path("clouds", "chair.ply"))) as there:
        if not wait(lambda: complete(there.state)):
            raise SystemExit(f"bench_views: no reconstruction within {LIMIT_S} s.")
        path = write_large(Path(folder) / "million.ply")
        times = [open_large(there, path) for _ in range(trials)]
        orbits = [turn(there, frames) for _ in range(trials)]
        there.studio.library.choose(str(asset_path("clouds", "chair.ply")))
        wait(lambda: complete(there.state))
        for place in range(len(SIX)):
            if place >= len(there.state.views.tiles):
                there.studio.views.add_tile()
            there.studio.views.show(place, SIX[place].show)
            there.studio.views.colour(place, SIX[place].colour)
        wait(lambda: there.window.bench.complete)
        six = [turn(there, frames) for _ in range(trials)]
        model = there.state.model
        device = model.device if model is not None else "?"
    return {
        "open_1m_s": round(statistics.median(each["first"] for each in times), 2),
        "all_1m_s": round(statistics.median(each["all"] for each in times), 2),
        "longest_pause_ms": round(1e3 * statistics.median(each["pause"] for each in times)),
        "orbit_1m_fps": round(statistics.median(orbits), 1),
        "six_views_8k_fps": round(statistics.median(six), 1),
        "size": f"{there.window.width()} x {there.window.height()}",
        **circumstances(device),
    }


def write_large(path: Path) -> Path:
    """Writes a million coloured points on a knotted tube as a binary PLY."""
    rng = np.random.default_rng(0)
    along, around = rng.uniform(0, 2 * np.pi, (2, POINTS))
    radius = 2 + np.cos(3 * along) + 0.4 * np.cos(around)
    places = np.stack([radius * np.cos(2 * along), np.sin(3 * along) + 0.4 * np.sin(around), radius * np.sin(2 * along)], axis=1)
    rows = np.empty(POINTS, dtype=[("place", "<f4", 3), ("colour", "u1", 3)])
    rows["place"] = places
    rows["colour"] = np.round(127.5 * (1 + np.stack([np.cos(along), np.sin(along), np.cos(around)], axis=1)))
    properties = [f"property float {axis}" for axis in "xyz"] + [f"property uchar {name}" for name in ("red", "green", "blue")]
    header = "\n".join(["ply", "format binary_little_endian 1.0", f"element vertex {POINTS}", *properties, "end_header", ""])
    path.write_bytes(header.encode() + rows.tobytes())
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    with application("bench_views"):
        result = measure(options.frames, options.trials)
    if options.json:
        print(json.dumps(result))
    else:
        print(
            f"1 M points: open {result['open_1m_s']} s, turn {result['orbit_1m_fps']}/s; six views of 8 k: {result['six_views_8k_fps']}/s"
        )


if __name__ == "__main__":
    main()
