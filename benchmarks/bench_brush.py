"""How far the reconstruction lags behind the brush: ``python -m benchmarks.bench_brush [--page curves] --json``.

With ``--page`` the drawer is open at that page, and the hand rests between two strokes just so long that the page's long question is being
worked on when the next stroke begins.

The whole window with its real helpers on a (virtual) screen. A synthetic hand drags the brush over the cloud at the pace of a mouse,
hiding patches and then showing them again. For each move that changed the mask: the time from the mouse event until the
Reconstruction view has been painted with the reconstruction of that mask, or of a newer one that overtook it.
"""

import argparse
import json
import statistics
from time import perf_counter
from typing import Any, get_args

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from benchmarks.window import LIMIT_S, application, circumstances, opened, wait
from recon_model.assets import asset_path
from recon_studio.controllers.errand import complete
from recon_studio.controllers.studio import Studio
from recon_studio.state.explain import Page
from recon_studio.views.main_window import MainWindow

PACE_MS = 16  # between two moves of a mouse
REST_MS = 450  # between two strokes: attention and the question are sent after 180, worked on after another 150
STEP = 6  # pixels a move
MOVES = 1000
SEEN, REBUILT = 1, 2


class Watch(QObject):
    """Notes when each mask asked for has been painted."""

    def __init__(self, studio: Studio, window: MainWindow) -> None:
        super().__init__(window)
        self.lags: list[float] = []
        self.pictures = 0
        self._store = studio.store
        self._open: list[tuple[tuple[bool, ...], float]] = []  # masks asked for and when, oldest first
        self._drawn: tuple[bool, ...] = ()  # the mask of the image that will be painted next
        self._tile = window.bench.tiles[REBUILT]
        self._tile.installEventFilter(self)
        window.bench.drawn.connect(self._note_drawn)

    @property
    def waits(self) -> bool:
        """Whether a mask is not yet to be seen."""
        return bool(self._open)

    def asked(self, moved: float) -> None:
        """Notes the mask that the mouse event sent at ``moved`` made."""
        hidden = self._store.state.mask.hidden
        if hidden is not None and (not self._open or self._open[-1][0] != hidden) and hidden != self._drawn:
            self._open.append((hidden, moved))

    def _note_drawn(self) -> None:
        rebuilt = self._store.state.reconstruction
        self._drawn = tuple(rebuilt.hidden.tolist()) if rebuilt is not None else ()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Hears when the view is about to be painted."""
        if event.type() == QEvent.Type.Paint and any(hidden == self._drawn for hidden, _ in self._open):
            QTimer.singleShot(0, self._painted)  # runs when the paint has been carried out and flushed
        return False

    def _painted(self) -> None:
        place = next((place for place, (hidden, _) in enumerate(self._open) if hidden == self._drawn), None)
        if place is not None:
            now = perf_counter()
            self.lags += [1e3 * (now - moved) for _, moved in self._open[: place + 1]]
            self.pictures += 1
            del self._open[: place + 1]


def measure(moves: int, page: Page | None = None) -> dict[str, Any]:
    """Drags the brush and returns medians, percentiles and what they were measured on."""
    with opened(str(asset_path("clouds", "chair.ply"))) as (studio, window):
        if not wait(lambda: complete(studio.store.state)):
            raise SystemExit(f"bench_brush: no reconstruction within {LIMIT_S} s.")
        if page is not None:
            studio.explain.turn_to(page)
        if not wait(lambda: complete(studio.store.state)):
            raise SystemExit(f"bench_brush: no answer for the page within {LIMIT_S} s.")
        studio.bench.set_tool("brush")
        watch = Watch(studio, window)
        _drag(studio, window, watch, moves, REST_MS if page is not None else PACE_MS)
        if not wait(lambda: not watch.waits) or not watch.lags:
            raise SystemExit(f"bench_brush: {len(watch.lags)} masks were shown, and one never.")
        model = studio.store.state.model
        device = model.device if model is not None else "?"
    cuts = statistics.quantiles(watch.lags, n=20)
    return {
        "p50_ms": round(statistics.median(watch.lags), 1),
        "p95_ms": round(cuts[-1], 1),
        "n": len(watch.lags),
        "pictures": watch.pictures,
        **circumstances(device),
    }


def _drag(studio: Studio, window: MainWindow, watch: Watch, moves: int, rest: int) -> None:
    """Sends one mouse event each ``PACE_MS``: strokes to and fro over the cloud, hiding in one pass and showing in the next, with a rest
    (milliseconds) between strokes."""
    tile = window.bench.tiles[SEEN]
    places = _path(studio, window)
    numbers = iter(range(moves))
    loop = QEventLoop()

    def move() -> None:
        number = next(numbers, None)
        if number is None:
            loop.quit()
            return
        stroke, step = divmod(number, len(places))
        keys = Qt.KeyboardModifier.ShiftModifier if stroke % 2 else Qt.KeyboardModifier.NoModifier
        moved = perf_counter()
        if step == 0:
            QTest.mousePress(tile, Qt.MouseButton.LeftButton, keys, places[0])
        QTest.mouseMove(tile, places[step])
        watch.asked(moved)
        if step == len(places) - 1:
            QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, keys, places[-1])
        clock.setInterval(rest if step == len(places) - 1 else PACE_MS)

    clock = QTimer(window, interval=PACE_MS, timerType=Qt.TimerType.PreciseTimer)
    clock.timeout.connect(move)
    clock.start()
    loop.exec()
    clock.stop()


def _path(studio: Studio, window: MainWindow) -> list[QPoint]:
    """Returns places a few pixels apart, in a zigzag over what the Seen view shows."""
    prepared = studio.store.state.prepared
    assert prepared is not None
    area = window.bench.tiles[SEEN].image_rect()
    pixels, _ = window.bench.camera.project(prepared.points, area.width(), area.height())
    (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
    lines = np.linspace(top + 8, bottom - 8, 7)
    across = np.arange(left, right, STEP)
    return [
        QPoint(round(area.x() + float(x)), round(area.y() + float(y)))
        for line, y in enumerate(lines)
        for x in (across if line % 2 == 0 else across[::-1])
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=MOVES)
    parser.add_argument("--page", choices=get_args(Page), help="page of the drawer that is open meanwhile (default: it is closed)")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    with application("bench_brush"):
        result = measure(options.moves, options.page)
    if options.json:
        print(json.dumps(result))
    else:
        print(f"brush to pixels: {result['p50_ms']} ms, 95 % within {result['p95_ms']} ms ({result['device']})")


if __name__ == "__main__":
    main()
