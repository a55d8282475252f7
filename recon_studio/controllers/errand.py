"""What the studio does without a person: one picture, or a newcomer's first steps. Driven by events, never by waiting."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from recon_model.counts import counted
from recon_studio.controllers.studio import Studio
from recon_studio.controllers.timing import seconds_since_start
from recon_studio.state import doctoring, explaining
from recon_studio.state.app_state import AppState

LIMIT_MS = 120_000
FIRST_STEPS_RATIO = 0.75
FIRST_STEPS_NAMES = ("chair", "table", "airplane", "lamp", "sofa", "car")

Until = Callable[[AppState], bool]
Script = Iterator[Until]


def complete(state: AppState) -> bool:
    """Whether everything asked of the current cloud is shown: patches, reconstruction, attention and ranked names."""
    rebuilt, cloud = state.reconstruction, state.cloud
    if rebuilt is None or cloud is None or cloud.key != state.current or state.engine != "ready" or state.jobs:
        return False
    maps = state.explain.maps
    looked = (
        maps is not None
        and np.array_equal(maps.hidden, rebuilt.hidden)
        and (state.attention is None or state.attention.query == state.query)
    )
    return looked and not explaining.unanswered(state) and {score.name for score in state.scores} == set(state.names)


class Errand(QObject):
    """Runs a script: it goes on when what it waits for is true, and ends with an exit code.

    0: done; 2: the file or model given cannot be used; 1: anything else, the time limit included.
    """

    finished = Signal(int, str)  # exit code, and the sentence to print when it is not 0

    def __init__(self, studio: Studio, window: Any, script: Script, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._script = script
        self._until: Until | None = None
        self._views_ready = False
        self._over = False
        self._check = QTimer(self, singleShot=True, interval=0)
        self._check.timeout.connect(self._go_on)
        self._limit = QTimer(self, singleShot=True, interval=LIMIT_MS)
        self._limit.timeout.connect(
            lambda: self._end(1, f"The window was not complete after {LIMIT_MS // 1000} seconds: {_lacking(self._studio.store.state)}.")
        )
        self._limit.start()
        window.viewsReady.connect(self._views)
        studio.model.failed.connect(lambda sentence, fault: self._end(1 if fault else 2, sentence))
        studio.store.changed.connect(lambda _old, _new: self._check.start())

    def _views(self) -> None:
        self._views_ready = True
        self._check.start()

    def _go_on(self) -> None:
        state = self._studio.store.state
        if self._over or self._failed(state) or not self._views_ready:
            return
        if self._until is not None and not self._until(state):
            return
        try:
            self._until = next(self._script)
        except StopIteration:
            self._end(0, "")
            return
        except OSError as error:
            self._end(2, str(error))
            return
        self._check.start()

    def _failed(self, state: AppState) -> bool:
        item = next((item for item in state.items if item.key == state.current), None)
        error = next((notice for notice in state.notices if notice.level == "error"), None)
        if item is not None and item.status == "failed":
            self._end(2, item.sentence)
        elif error is not None:
            self._end(1, error.sentence)
        return self._over

    def _end(self, code: int, sentence: str) -> None:
        if not self._over:
            self._over = True
            self._limit.stop()
            self._check.stop()
            self.finished.emit(code, sentence)


def one_picture(window: Any, path: str | None) -> Script:
    """Waits until the window is complete and, where a path is given, until the cloud is looked over, and saves a picture of it."""
    yield complete
    if path is not None:
        yield lambda state: complete(state) and doctoring.examined(state)
        window.grab_screenshot(path)


def first_steps(studio: Studio, window: Any, folder: Path, say: Callable[[str], None] = print) -> Script:
    """Opens, masks, reconstructs, asks for attention and classifies; a picture and a line after each step."""

    def step(name: str, line: str) -> None:
        path = folder / f"{name}.png"
        window.grab_screenshot(str(path))
        say(f"{name}: {line} ({path})")

    folder.mkdir(parents=True, exist_ok=True)
    yield complete
    state = studio.store.state
    assert state.cloud is not None
    name = Path(state.cloud.key).name
    step(
        "1-open",
        f"{name} holds {counted(state.cloud.vertex_count, 'point')}; everything was shown {seconds_since_start():.1f} s after the start",
    )
    window.ratioChanged.emit(FIRST_STEPS_RATIO)
    yield complete
    step("2-reconstruct", describe_reconstruction(studio.store.state))
    window.patchPicked.emit(_first_shown(studio.store.state))
    yield complete
    step("3-attention", describe_attention(studio.store.state))
    window.namesEdited.emit(tuple(dict.fromkeys((*FIRST_STEPS_NAMES, *state.names))))
    yield complete
    step("4-words", describe_scores(studio.store.state))


def describe_reconstruction(state: AppState) -> str:
    """Returns what was rebuilt, in words."""
    rebuilt = state.reconstruction
    assert rebuilt is not None
    count, points = rebuilt.rebuilt.shape[:2]
    error = f"mean squared Chamfer distance {float(rebuilt.chamfer.mean()):.2g}" if count else "nothing was hidden"
    made = f"{counted(count * points, 'point')} rebuilt in {rebuilt.milliseconds:.0f} ms"
    return f"{count} of {len(rebuilt.hidden)} patches hidden, {made}, {error}"


def describe_attention(state: AppState) -> str:
    """Returns where the asked token looks, in words."""
    assert state.attention is not None
    best = np.argsort(-state.attention.weights)[:3]
    places = ", ".join(f"{int(patch)} ({100 * state.attention.weights[patch]:.1f} %)" for patch in best)
    return f"patch {state.query.patch} looks most at patches {places}"


def describe_scores(state: AppState) -> str:
    """Returns the best names, in words."""
    return ", ".join(f"{score.name} {100 * score.probability:.0f} %" for score in state.scores[:4])


def _first_shown(state: AppState) -> int:
    assert state.reconstruction is not None
    return int(np.flatnonzero(~state.reconstruction.hidden)[0])


def _lacking(state: AppState) -> str:
    parts = {
        "the model": state.model is not None,
        "a cloud": state.cloud is not None,
        "a reconstruction": state.reconstruction is not None,
        "attention": state.attention is not None,
        "ranked names": bool(state.scores),
        "what there is to say of the file": doctoring.examined(state),
    }
    missing = [name for name, there in parts.items() if not there]
    return f"{', '.join(missing)} still missing" if missing else "something was still being computed"
