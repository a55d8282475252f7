"""The bench's time-lapse as a person uses it: a run opened, the slider moved by key, the views compared, a film saved."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from recon_model.assets import asset_path
from recon_model.checkpoint import format as checkpoint
from recon_studio.state import replay
from tests.recon_studio.rig import Rig
from tests.recon_studio.shapes import chair, write_ply

pytestmark = pytest.mark.window

SLOW_MS = 90_000


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Two checkpoints: the model inside with a decoder that knows nothing, then as it is."""
    folder = tmp_path / "run" / "checkpoints"
    folder.mkdir(parents=True)
    tensors, card = checkpoint.load(asset_path("default"))
    known = {key: value for key, value in card.items() if key != "upright"}
    blank = {name: torch.zeros_like(value) if name.startswith("decoder.") else value for name, value in tensors.items()}
    checkpoint.save_single(folder / "epoch-0001.safetensors", blank, known)
    checkpoint.save_single(folder / "epoch-0002.safetensors", tensors, known)
    return folder.parent


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(write_ply(tmp_path / "chair.ply", chair(2000)))
    yield made
    made.window.close()
    made.window.deleteLater()


def test_a_reconstruction_takes_shape_under_the_slider_and_is_saved_as_a_film(rig: Rig, run: Path, qtbot: QtBot, tmp_path: Path) -> None:
    state = rig.settle(qtbot)
    bar = rig.window.bench_room.replay
    assert not bar.isVisible()
    bar.runChosen.emit(str(run))
    qtbot.waitUntil(lambda: len(rig.state.replay.takes) == 2 and not rig.state.replay.doing, timeout=SLOW_MS)
    assert bar.isVisible()
    assert bar.words.text().startswith("epoch 2 · 2 of 2")
    learnt = rig.view(2)
    np.testing.assert_allclose(rig.state.replay.takes[1].reconstruction.chamfer, state.reconstruction.chamfer, rtol=1e-3)
    # One key back, and the views show what knew nothing yet.
    bar.slider.setFocus()
    QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    assert bar.words.text().startswith("epoch 1 · 1 of 2")
    assert np.mean(np.abs(rig.view(2).astype(int) - learnt) > 8) > 0.01
    first, second = rig.state.replay.takes
    assert first.error > 2 * second.error
    # Another layer is looked up at this checkpoint; the state keeps the model's own answers.
    QTest.keyClick(rig.window, Qt.Key.Key_Less, Qt.KeyboardModifier.ShiftModifier)
    assert replay.seen(rig.state).attention.query == rig.state.query
    assert rig.state.reconstruction is state.reconstruction
    with qtbot.waitSignal(bar.saved, timeout=SLOW_MS) as saved:
        bar.save_film(str(tmp_path / "film.gif"))
    assert saved.args == [str(tmp_path / "film.gif"), ""]
    assert rig.state.replay.at == 0
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 2
        frames = []
        for at in range(2):
            film.seek(at)
            frames.append(np.asarray(film.convert("L"), int))
    assert np.mean(np.abs(frames[0] - frames[1]) > 8) > 0.002
    QTest.mouseClick(bar.end, Qt.MouseButton.LeftButton)
    assert rig.state.replay is None
    assert not bar.isVisible()
