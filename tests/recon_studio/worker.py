"""The whole application in a process of its own, told what to do by its parent.

``python -m tests.recon_studio.worker work|report [FILE …]``

``work`` opens the files, works on them and says what its session is, once that is kept; then it waits to be killed.
``report`` starts as a user would, without files, and says what its session is, once everything is shown.
"""

import json
import sys
from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import QObject, QTimer

from recon_model.config import Damage
from recon_model.serve.messages import Fix
from recon_studio import app
from recon_studio.controllers.errand import complete
from recon_studio.controllers.studio import Studio
from recon_studio.state import session
from recon_studio.state.app_state import AppState, AttentionQuery
from recon_studio.state.masking import Stroke
from recon_studio.views.main_window import MainWindow

LIMIT_MS = 120_000  # then it leaves without a word, and the parent finds out
Until = Callable[[], bool]


def work(studio: Studio, window: MainWindow) -> Iterator[Until]:
    """Does by the window's signals what a user would do by hand."""
    yield lambda: complete(studio.store.state)
    items = studio.store.state.items
    window.itemChosen.emit(items[1].key)
    yield lambda: complete(studio.store.state) and studio.store.state.cloud.key == items[1].key
    window.tagged.emit((items[0].key,), "later", True)
    window.bench_room.damageSet.emit(Damage(drop=0.5, jitter=0.02, seed=3), "drop of the cloud")
    window.bench_room.variedChosen.emit("tilt")
    window.input.upChosen.emit("+z")
    window.input.fixChosen.emit(Fix("crop", low=(-9.0, -9.0, -9.0), high=(0.1, 9.0, 9.0)))
    window.rivalRequested.emit("default")
    yield lambda: complete(studio.store.state) and _treated(studio.store.state) and studio.store.state.rival is not None
    window.namesEdited.emit(("lamp", "chair", "vase"))
    window.strokePainted.emit(Stroke("brush", 1, (0, 5, 9), True))
    window.strokePainted.emit(Stroke("brush", 2, (1, 2, 3, 4), False))
    window.patchPicked.emit(2)
    window.queryChanged.emit(AttentionQuery("img", 0, 1, 2))
    window.bench.look("top")
    window.themeChanged.emit("dark")
    yield lambda: complete(studio.store.state)
    yield lambda: studio.sessions._saved == studio.sessions.present() and not studio.sessions._soon.isActive()
    _tell(studio)
    yield lambda: False


def report(studio: Studio, _window: MainWindow) -> Iterator[Until]:
    """Waits for what was kept."""
    yield lambda: studio.sessions._pending is None and complete(studio.store.state) and _treated(studio.store.state)
    _tell(studio)


def _treated(state: AppState) -> bool:
    """Whether the model has seen the cloud as the doctor was told to leave it."""
    wanted, report, prepared = state.doctor.treatment, state.doctor.report, state.prepared
    known = report is not None and prepared is not None and (report.fixes, report.up) == (wanted.fixes, prepared.up)
    return known and wanted.up in ("auto", report.up)


def _tell(studio: Studio) -> None:
    state = studio.store.state
    assert state.reconstruction is not None
    assert state.cloud is not None
    assert state.prepared is not None
    assert state.rival is not None
    told = {
        "session": json.loads(session.encode(studio.sessions.present())),
        "rebuilt": np.flatnonzero(state.reconstruction.hidden).tolist(),
        "names": [score.name for score in state.scores],
        "notices": [notice.sentence for notice in state.notices],
        "undo": state.can_undo,
        "points": len(state.cloud.points),
        "up": state.prepared.up,
        "rival": state.rival.source,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class _Script(QObject):
    """Goes on when the state or the shelter says that what it waits for may be there."""

    def __init__(self, studio: Studio, window: MainWindow, steps: Iterator[Until], leave: Callable[[], None]) -> None:
        super().__init__(window)
        self._steps, self._leave = steps, leave
        self._until: Until = lambda: True
        self._check = QTimer(self, singleShot=True, interval=0)
        self._check.timeout.connect(self._go_on)
        QTimer.singleShot(LIMIT_MS, self, leave)
        for signal in (studio.store.changed, studio.sessions.kept, window.viewsReady):
            signal.connect(self._check.start)

    def _go_on(self) -> None:
        if self._until():
            try:
                self._until = next(self._steps)
                self._check.start()
            except StopIteration:
                self._leave()


def main() -> int:
    """Runs the application with a script."""
    steps = {"work": work, "report": report}[sys.argv[1]]

    def send(application, studio, window, _options):  # type: ignore[no-untyped-def]
        _Script(studio, window, steps(studio, window), application.quit)

    app._send_on_errand = send
    return app.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
