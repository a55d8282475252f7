"""The training room with everything real behind it: a trainer started by a button, paused, tried, resumed, killed, resumed and stopped."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QToolButton
from pytestqt.qtbot import QtBot

from recon_model.runs.files import is_running
from recon_studio.backend.client import ROLES, Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.errand import complete
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state import actions, cloud_table, words
from recon_studio.state.app_state import AppState
from recon_studio.state.training import FollowedRun, NewRun
from recon_studio.views.main_window import MainWindow
from recon_studio.views.training_room import TrainingRoom
from tests.recon_studio.shapes import chair, write_ply

pytestmark = pytest.mark.window

SLOW_MS = 180_000  # a loaded machine importing torch and making shapes


class Rig:
    """A window in the training room, with real helpers."""

    def __init__(self, home: Path, file: Path) -> None:
        helpers = {role: HelperProcess(launch(helper_command(role), helper_environment())) for role in ROLES}
        self.studio = Studio(Backend(dict(helpers)), Start(AppState(), files=(str(file),), runs_home=home))
        self.window = MainWindow()
        self.studio.connect_window(self.window)
        self.studio.start()
        self.studio.start_reader()
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.window.start_views()
        self.enter()

    def enter(self) -> TrainingRoom:
        self.studio.store.apply(lambda state: actions.enter(state, "training"))
        room = self.window.rooms.room("training")
        assert isinstance(room, TrainingRoom)
        return room

    @property
    def room(self) -> TrainingRoom:
        room = self.window.rooms.room("training")
        assert isinstance(room, TrainingRoom)
        return room

    @property
    def run(self) -> FollowedRun:
        run = self.studio.store.state.training.run
        assert run is not None
        return run

    def press(self, name: str) -> None:
        """Clicks one of the buttons of the run looked at."""
        click(self.room.head.buttons[name])

    def press_in_table(self, words: str) -> None:
        click(next(button for button in self.room.table.findChildren(QToolButton) if button.accessibleName() == words))


def click(button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled(), button.toolTip()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Rig(tmp_path / "runs", write_ply(tmp_path / "chair.ply", chair(2000)))
    yield made
    for run in made.studio.store.state.training.runs:
        if is_running(Path(run.path)):
            os.kill(made.studio.training.pid(run.path), signal.SIGKILL)
    made.window.close()
    made.window.deleteLater()


def test_a_quick_look_is_paused_tried_resumed_killed_and_resumed(rig: Rig, qtbot: QtBot) -> None:
    # As the button of the empty room starts it, only that fewer shapes have to be made before the first step.
    rig.studio.training.start(NewRun(str(Path(rig.studio.store.state.training.home) / "quick-look"), batch_size=8, epochs=3))
    assert rig.run.status == "starting"
    qtbot.waitUntil(lambda: rig.run.status == "data", timeout=SLOW_MS)
    assert "Preparing data" in rig.room.head.doing.text()
    qtbot.waitUntil(lambda: rig.run.log.step >= 8, timeout=SLOW_MS)
    assert rig.studio.store.state.training.probe.epoch == 0

    rig.press("pause")
    qtbot.waitUntil(lambda: rig.run.status == "paused", timeout=SLOW_MS)
    paused_at = rig.run.log.step
    qtbot.waitUntil(lambda: bool(rig.run.stored), timeout=SLOW_MS)
    rig.press_in_table("Open on the bench: last")
    assert rig.studio.store.state.room == "bench"
    qtbot.waitUntil(lambda: (rig.studio.store.state.model or FollowedRun("")).name.startswith("ReCon quick"), timeout=SLOW_MS)
    qtbot.waitUntil(lambda: complete(rig.studio.store.state), timeout=SLOW_MS)
    assert len(rig.studio.store.state.reconstruction.rebuilt) == int(0.6 * 32)
    assert rig.run.status == "paused"

    rig.enter()
    rig.press("continue")
    qtbot.waitUntil(lambda: rig.run.log.step > paused_at, timeout=SLOW_MS)
    os.kill(rig.studio.training.pid(rig.run.path), signal.SIGKILL)
    qtbot.waitUntil(lambda: rig.run.status == "broken off", timeout=SLOW_MS)

    rig.press("resume")
    qtbot.waitUntil(lambda: rig.run.running and rig.run.log.step > paused_at, timeout=SLOW_MS)
    steps = rig.run.log.steps
    assert list(steps) == sorted(set(steps))  # what was told twice is there once

    rig.press("stop")
    qtbot.waitUntil(lambda: rig.run.status == "stopped" and not rig.run.running, timeout=SLOW_MS)
    rig.press_in_table("Compare: last")
    qtbot.waitUntil(lambda: rig.studio.store.state.rival is not None, timeout=SLOW_MS)
    rig.enter()
    rig.room.discardRequested.emit(rig.run.path)
    assert rig.studio.store.state.training.runs == ()


def test_a_classifier_taught_in_the_window_ranks_its_labels_beside_the_words(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    store, keys, labels = rig.studio.store, [], []
    for number in range(4):
        for name, points in (("seat", chair(1500)), ("ball", np.random.default_rng(number).standard_normal((1500, 3)))):
            shape = points if name == "seat" else points / np.linalg.norm(points, axis=1, keepdims=True)
            keys.append(str(write_ply(tmp_path / f"{name}-{number}.ply", shape.astype(np.float32))))
            labels.append(name)
    rig.studio.library.open_paths(keys)
    qtbot.waitUntil(lambda: store.state.model is not None and complete(store.state), timeout=SLOW_MS)
    assert not rig.window.bench_room.labels.isVisibleTo(rig.window.bench_room)
    rig.studio.training.finetune(keys, labels)
    qtbot.waitUntil(lambda: rig.run.status == "done" and not rig.run.running and bool(rig.run.stored), timeout=SLOW_MS)
    rig.press_in_table("Open on the bench: best")
    rig.studio.library.choose(keys[1])
    qtbot.waitUntil(lambda: store.state.current == keys[1] and words.labelled(store.state) is not None, timeout=SLOW_MS)
    card = rig.window.bench_room.labels
    qtbot.waitUntil(card.isVisible)
    assert words.labelled(store.state).shares[0][0] == "ball"
    assert card.bars.accessibleDescription().startswith("ball ")
    qtbot.waitUntil(lambda: bool(store.state.scores), timeout=SLOW_MS)  # names beside it: the encoder is what it was
    # The library by the same head: on the map's colours, and in the table of the Words room.
    rig.studio.embeddings.embed()
    qtbot.waitUntil(lambda: store.state.embeddings is not None and len(store.state.embeddings) >= 8, timeout=SLOW_MS)
    told = dict(zip(store.state.embeddings.keys, store.state.embeddings.labelled(), strict=True))
    assert [told[key] for key in keys] == labels
    assert cloud_table.table(store.state).words["head"] == store.state.embeddings.labelled()
