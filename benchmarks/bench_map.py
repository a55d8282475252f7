"""How lively the map is: ``python -m benchmarks.bench_map --json``.

The whole window on a (virtual) screen, with a real projection process. Features are drawn at random about fifty middles, as many channels
as the default model's queries have. Measured: frames of a t-SNE of 5,000 clouds that reach the screen, a second; milliseconds from
asking where a new cloud lies on that map to knowing it; and repaints a second while 50,000 clouds are moved and zoomed.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from dataclasses import replace
from importlib.metadata import version
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.display import virtual_display
from recon_model.serve.messages import Array, CloudsPlaced, PlaceClouds
from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_studio.backend.client import Backend
from recon_studio.backend.launch import helper_command, helper_environment, prepared
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.embeddings import EmbeddingController
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.map import MapController
from recon_studio.controllers.store import Store
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.map import MapSettings, Projection
from recon_studio.views.main_window import MainWindow
from recon_studio.views.map_room import MapRoom
from recon_studio.views.theme import prepare_application

CHANNELS, GROUPS = 128, 50
WATCHED, MANY = 5_000, 50_000
ITERATIONS = 300
PLACED, MOVES = 10, 120
LIMIT_S = 240


def embeddings(count: int) -> Embeddings:
    """Returns clouds of fifty kinds that no model has seen."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, GROUPS, count)
    middles = rng.normal(size=(GROUPS, 2 * CHANNELS)) * 1.5
    return Embeddings(
        model="none",
        keys=tuple(f"/clouds/set.npz#{row}" for row in range(count)),
        labels=tuple(f"kind {each}" for each in kind),
        sets=("set.npz",) * count,
        features=(middles[kind] + rng.normal(size=(count, 2 * CHANNELS))).astype(np.float32),
        sides=None,
        images=None,
        errors=None,
        previews=np.zeros((count, PREVIEW_POINTS, 3), np.uint8),
    )


def measure() -> dict[str, Any]:
    """Returns the figures and what they were measured on."""
    store = Store(AppState(room="map"))
    backend = Backend({"projection": HelperProcess(prepared(helper_command("projection"), helper_environment()))})
    controller = MapController(store, backend, EmbeddingController(store, backend), LibraryController(store, backend))
    window = MainWindow()
    window.show_state(None, store.state)
    store.changed.connect(window.show_state)
    window.show()
    QTest.qWaitForWindowExposed(window)
    room = window.rooms.room("map")
    assert isinstance(room, MapRoom)
    controller.connect_view(room)
    try:
        fps = _watch(store, controller, room)
        place_ms = _place(store, backend)
        pan_fps = _pan(store, room)
    finally:
        window.close()
        backend.close()
    return {
        "frames_per_s_5k": round(fps, 1),
        "place_ms": round(place_ms, 1),
        "pan_fps_50k": round(pan_fps, 1),
        "load": round(os.getloadavg()[0], 2),
        "device": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("PySide6_Essentials", "openTSNE", "numpy")}},
    }


def _watch(store: Store, controller: MapController, room: MapRoom) -> float:
    """Returns the frames a second that were painted between the first and the last of a run."""
    clouds = embeddings(WATCHED)
    settings = MapSettings(iterations=ITERATIONS)
    store.apply(lambda state: mapping.change(replace(state, embeddings=clouds), settings=settings))
    painted: dict[int, float] = {}

    def note() -> None:
        projection = store.state.map.projection
        if projection is not None and not projection.finished:
            painted.setdefault(projection.iteration, perf_counter())

    room.scatter.painted.connect(note)
    controller.start()
    _wait(lambda: store.state.map.phase == "idle")
    room.scatter.painted.disconnect(note)
    times = sorted(painted.values())
    return (len(times) - 1) / (times[-1] - times[0])


def _place(store: Store, backend: Backend) -> float:
    """Returns the median time, in milliseconds, from asking for a place on the finished map to having it."""
    projection = store.state.map.projection
    assert projection is not None
    features = mapping.features_of(projection.clouds, "queries")
    assert features is not None
    rng = np.random.default_rng(1)
    times: list[float] = []
    answers: list[object] = []
    backend.answered.connect(lambda _request, reply: answers.append(reply))
    for row in range(PLACED):
        new = features[row : row + 1] + rng.normal(size=(1, CHANNELS)).astype(np.float32) * np.float32(0.1)
        before = len(answers)
        began = perf_counter()
        reference, coordinates = Array.of(features), Array.of(projection.coordinates)
        backend.submit(PlaceClouds(id=0, features=Array.of(new), reference=reference, coordinates=coordinates))
        _wait(lambda before=before: len(answers) > before)
        assert isinstance(answers[-1], CloudsPlaced)
        times.append(1e3 * (perf_counter() - began))
    return statistics.median(times)


def _pan(store: Store, room: MapRoom) -> float:
    """Returns the repaints a second while the map of many clouds is moved and zoomed by turns."""
    clouds = embeddings(MANY)
    rng = np.random.default_rng(2)
    middles = rng.normal(size=(GROUPS, 2)) * 30
    kind = np.array([int(label.split()[1]) for label in clouds.labels])
    coordinates = (middles[kind] + rng.normal(size=(MANY, 2)) * 3).astype(np.float32)
    shown = Projection(clouds, MapSettings(), coordinates, MANY, 750, 750, finished=True)
    store.apply(lambda state: mapping.show_projection(state, shown))
    scatter = room.scatter
    scatter.repaint()
    times = []
    for move in range(MOVES):
        began = perf_counter()
        if move % 2:
            scatter.pan(7 if move % 4 == 1 else -7, 3)
        else:
            scatter.zoom(1.04 if move % 4 == 0 else 1 / 1.04, QPointF(200, 150))
        scatter.repaint()
        times.append(perf_counter() - began)
    return 1.0 / statistics.median(times)


def _wait(until: Any) -> None:
    """Lets the window work until something holds."""
    loop = QEventLoop()
    end = perf_counter() + LIMIT_S
    look = QTimer(interval=1)
    look.timeout.connect(lambda: loop.quit() if until() or perf_counter() > end else None)
    look.start()
    loop.exec()
    look.stop()
    if not until():
        raise SystemExit(f"bench_map: nothing came within {LIMIT_S} s.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    with virtual_display() as there:
        if not there:
            raise SystemExit("bench_map: there is no display and no Xvfb; install the package xvfb.")
        prepare_application()
        application = QApplication(sys.argv[:1])
        result = measure()
        application.shutdown()
    if options.json:
        print(json.dumps(result))
    else:
        print(
            f"{result['frames_per_s_5k']} frames/s of 5,000 clouds, {result['place_ms']} ms to place one, "
            f"{result['pan_fps_50k']} repaints/s of 50,000 ({result['device']})"
        )


if __name__ == "__main__":
    main()
